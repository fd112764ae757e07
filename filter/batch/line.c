#include "filter/batch/line.h"

#include "auth/dns/dns.h"
#include "filter/batch/summary.h"
#include "filter/block.h"
#include "filter/json.h"
#include "filter/printable.h"
#include "mime/buf.h"

enum { LINE_OCTETS = 1 << 20, NAME_OCTETS = 255 };

struct slice
line_head(enum output_what output)
{
	return output == OUTPUT_CSV ? SLICE("path,spf,dkim,signatures,dmarc,arc,author_domain,"
					    "policy,disposition,reason,error\r\n")
				    : SLICE("");
}

/* RFC 4180 2: quoted where it must be; a leading sign would be a formula to a spreadsheet */
static void
add_csv(struct buf *out, const char *text)
{
	bool formula = text[0] != '\0' && strchr("=+-@", text[0]) != NULL && text[1] != '\0';

	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		buf_adds(out, text);
		return;
	}
	buf_adds(out, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static const char *
signatures(const struct evaluation *ev)
{
	struct buf out;

	buf_init(&out, ev->arena, LINE_OCTETS);
	for (size_t i = 0; i < ev->results.dkim.n; i++) {
		const struct dkim_sig_result *sig = &ev->results.dkim.sigs[i];

		buf_addf(&out, "%s%s/%s=%s", i > 0 ? "," : "",
			printable(sig->sig.d, NAME_OCTETS, ev->arena),
			printable(sig->sig.s, NAME_OCTETS, ev->arena), auth_code_word(sig->code));
	}
	if (out.n == 0)
		buf_addc(&out, '-');
	buf_addc(&out, '\0');
	return out.over ? "-" : out.p;
}

static void
add_columns(const struct evaluation *ev, enum output_what output, const char *path, struct buf *out)
{
	const struct auth_results *results = &ev->results;
	const char *const cells[] = {
		path,
		ev->evaluated ? auth_code_word(results->spf.code) : "-",
		ev->evaluated ? auth_code_word(summary_dkim(results)) : "-",
		ev->evaluated ? signatures(ev) : "-",
		ev->evaluated ? auth_code_word(results->dmarc.code) : "-",
		ev->evaluated ? auth_code_word(results->arc.code) : "-",
	};

	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		if (i > 0)
			buf_addc(out, output == OUTPUT_CSV ? ',' : '\t');
		if (output == OUTPUT_CSV)
			add_csv(out, cells[i]);
		else
			buf_adds(out, cells[i]);
	}
}

static void
add_csv_rest(const struct evaluation *ev, struct buf *out)
{
	const char *policy = "";

	if (ev->evaluated && ev->results.dmarc.policy >= DMARC_P_NONE)
		policy = dmarc_policy_word(ev->results.dmarc.policy);
	buf_addc(out, ',');
	add_csv(out, printable(ev->ids.author_domain, NAME_OCTETS, ev->arena));
	buf_addf(out, ",%s,%s,", policy, policy_word(ev->verdict.disposition));
	add_csv(out, ev->verdict.reason != NULL ? ev->verdict.reason : "");
	buf_adds(out, ",\r\n");
}

static enum status
finish(const struct buf *out, struct slice *line)
{
	*line = buf_slice(out);
	return out->over ? ST_LIMIT : ST_OK;
}

enum status
line_make(struct evaluation *ev, enum output_what output, size_t index, const char *path,
	struct slice *line)
{
	struct buf out;

	*line = SLICE("");
	if (output == OUTPUT_JSON) {
		struct outcome outcome = {.path = path,
			.index = index,
			.field = block_field(ev),
			.diagnoses = ev->diagnoses,
			.ndiagnoses = ev->ndiagnoses};

		dns_settle(ev->in.dns);
		return json_line(ev, &outcome, line);
	}
	if (output != OUTPUT_TSV && output != OUTPUT_CSV)
		return ST_OK;
	buf_init(&out, ev->arena, LINE_OCTETS);
	add_columns(ev, output, path, &out);
	if (output == OUTPUT_CSV)
		add_csv_rest(ev, &out);
	else
		buf_addc(&out, '\n');
	return finish(&out, line);
}

enum status
line_failure(enum output_what output, size_t index, const char *path, const char *error,
	struct arena *arena, struct slice *line)
{
	struct buf out;

	*line = SLICE("");
	if (output == OUTPUT_JSON)
		return json_failure(index, path, error, arena, line);
	buf_init(&out, arena, LINE_OCTETS);
	if (output == OUTPUT_TSV) {
		buf_addf(&out, "%s\t-\t-\t-\t-\t-\n", path);
	} else if (output == OUTPUT_CSV) {
		add_csv(&out, path);
		buf_adds(&out, ",-,-,-,-,-,,,,,");
		add_csv(&out, error);
		buf_adds(&out, "\r\n");
	}
	return finish(&out, line);
}
