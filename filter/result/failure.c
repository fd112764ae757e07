#include "filter/result/failure.h"

#include "filter/result/report_mail.h"
#include "mime/buf.h"

static bool
signature_failed(const struct dkim_result *dkim)
{
	for (size_t i = 0; i < dkim->n; i++)
		if (dkim->sigs[i].code == AUTH_FAIL)
			return true;
	return false;
}

bool
failure_asked(const struct auth_results *results, struct slice fo)
{
	const struct dmarc_result *dmarc = &results->dmarc;

	if (fo.n == 0)
		fo = SLICE("0");
	while (fo.n > 0) {
		const size_t at = slice_find(fo, ':');
		const struct slice one = slice_trim(slice_head(fo, at));

		if ((slice_eq(one, SLICE("0")) && !dmarc->spf_pass && !dmarc->dkim_pass) ||
			(slice_eq(one, SLICE("1")) && !(dmarc->spf_pass && dmarc->dkim_pass)) ||
			(slice_ieq(one, SLICE("d")) && signature_failed(&results->dkim)) ||
			(slice_ieq(one, SLICE("s")) && (results->spf.code == AUTH_FAIL ||
							       results->spf.code == AUTH_SOFTFAIL)))
			return true;
		fo = slice_from(fo, at + 1);
	}
	return false;
}

static bool
is_due(const struct evaluation *ev)
{
	const struct dmarc_result *dmarc = &ev->results.dmarc;

	return ev->options->failure_log != FAILURE_NONE && ev->evaluated && !ev->results.local &&
	       ev->ids.ambiguous.id == FROM_R_NONE && dmarc->has_record &&
	       dmarc->record.ruf.n > 0 && dmarc->record.psd != 'y' &&
	       ev->intake.envelope.path == PATH_GIVEN &&
	       (dmarc->code == AUTH_PASS || dmarc->code == AUTH_FAIL) &&
	       report_mail_of(&ev->message, ev->arena) == REPORT_MAIL_NONE &&
	       failure_asked(&ev->results, dmarc->record.fo);
}

/* Appends value without control characters, so that it stays on one line. */
static void
add_value(struct buf *out, const char *name, struct slice value)
{
	buf_addf(out, "%s: ", name);
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] >= ' ' || value.p[i] == '\t')
			buf_addc(out, value.p[i]);
	buf_addc(out, '\n');
}

static struct slice
value_of(const struct evaluation *ev, const char *name)
{
	const struct field *field = message_field(&ev->message, name, 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0
		       ? SLICE("")
		       : field_unfold(field, ev->arena);
}

/* Appends the tags of a signature that do not identify a person; i= is left out. */
static void
add_signature(struct buf *out, const struct dkim_sig *sig)
{
	static const char *const tags[] = {"v", "a", "c", "d", "s", "t", "x", "h", "bh", "b"};
	const char *between = " ";

	if (sig->field == NULL || (sig->field->flags & FIELD_OVERSIZE) != 0)
		return;
	buf_adds(out, "DKIM-Signature:");
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		struct slice span;

		if (!dkim_tag_span(sig->field->value, tags[i], &span))
			continue;
		buf_addf(out, "%s%s=", between, tags[i]);
		for (size_t k = 0; k < span.n; k++)
			if (!slice_is_blank(span.p[k]) && (unsigned char)span.p[k] > ' ')
				buf_addc(out, span.p[k]);
		between = ";\n\t";
	}
	buf_addc(out, '\n');
}

static struct slice
redacted(const struct evaluation *ev)
{
	static const char *const plain[] = {"Date", "MIME-Version", "Content-Type", "List-Id"};
	const struct slice id = value_of(ev, "Message-ID");
	const size_t at = slice_rfind(id, '@');
	struct buf out, line;

	buf_init(&out, ev->arena, FAILURE_OCTETS);
	buf_init(&line, ev->arena, FAILURE_OCTETS);
	buf_adds(&line, "redacted@");
	buf_add(&line, ev->ids.author_domain);
	add_value(&out, "From", buf_slice(&line));
	add_value(&out, "Subject", SLICE("[redacted]"));
	if (at < id.n) {
		buf_init(&line, ev->arena, FAILURE_OCTETS);
		buf_adds(&line, "<redacted");
		buf_add(&line, slice_from(id, at));
		add_value(&out, "Message-ID", buf_slice(&line));
	}
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (message_field(&ev->message, plain[i], 0) != NULL)
			add_value(&out, plain[i],
				slice_head(value_of(ev, plain[i]),
					slice_find(value_of(ev, plain[i]), ';')));
	for (size_t i = 0; i < ev->results.dkim.n; i++)
		add_signature(&out, &ev->results.dkim.sigs[i].sig);
	return buf_slice(&out);
}

static struct slice
full(const struct evaluation *ev)
{
	struct buf out;

	buf_init(&out, ev->arena, FAILURE_OCTETS);
	for (size_t i = 0; i < ev->message.nfields && !out.over; i++) {
		const struct slice raw = ev->message.fields[i].raw;

		if (out.n + raw.n + 1 > FAILURE_OCTETS)
			break;
		for (size_t k = 0; k < raw.n; k++)
			if (raw.p[k] != '\r' && raw.p[k] != '\0')
				buf_addc(&out, raw.p[k]);
		if (raw.n > 0 && raw.p[raw.n - 1] != '\n')
			buf_addc(&out, '\n');
	}
	return buf_slice(&out);
}

struct slice
failure_header(const struct evaluation *ev)
{
	if (!is_due(ev))
		return SLICE("");
	return ev->options->failure_log == FAILURE_FULL ? full(ev) : redacted(ev);
}
