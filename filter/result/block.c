#include "filter/result/block.h"

#include "mime/buf.h"

enum { BLOCK_MAX = 5 << 20, FOLD_COLUMNS = 78, REASON_MAX = 512 };

static void
add_oversize_rows(struct report *report)
{
	static const char *const methods[] = {"spf", "dkim", "arc", "dmarc"};

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		report_add(report, methods[i], AUTH_NONE, policy_reason(POLICY_R_OVERSIZE));
}

static void
add_user_row(const struct evaluation *ev, struct report *report)
{
	struct report_row *row;

	if (ev->intake.envelope.authenticated.n == 0)
		return;
	row = report_add(
		report, "auth", AUTH_PASS, policy_reason(POLICY_R_NONE)); /* RFC 8601 2.7.4 */
	if (ev->options->show_user) /* by default hidden, because the field may leave the site with
				       the message */
		report_prop(row, "smtp.auth", REPORT_MAILBOX, ev->intake.envelope.authenticated);
}

/*
 * How this site modified the owner's policy, to be added to the reason; policy.dmarc remains the
 * published policy.
 */
static const char *
downgrade(const struct evaluation *ev)
{
	const struct verdict *verdict = &ev->verdict;
	const struct override *override = &verdict->override;
	struct buf text;

	if (verdict->indicator == NULL && override->type == NULL)
		return NULL;
	buf_init(&text, ev->arena, REASON_MAX);
	if (override->type == NULL)
		buf_addf(&text, "not rejected because of %s", verdict->indicator);
	else
		buf_addf(&text, "overridden as %s: %s", override->type, override->reason);
	if (override->instance > 0)
		buf_addf(&text, " i=%u of a trusted sealer", override->instance);
	buf_addc(&text, '\0');
	return text.p;
}

void
block_report(const struct evaluation *ev, struct report *report)
{
	report_init(report, ev->arena);
	if (!ev->evaluated && !ev->oversize)
		return;
	add_user_row(ev, report);
	if (ev->evaluated)
		auth_report(&ev->results, downgrade(ev), report);
	else
		add_oversize_rows(report);
}

struct authres
block_field(const struct evaluation *ev)
{
	struct report report;

	block_report(ev, &report);
	return authres_field(ev->authserv_id, &report, ev->message.eol, ev->arena);
}

/* Adds a field; value is unfolded and is folded at the spaces between its parts. */
static void
add_folded(struct buf *out, const char *name, struct slice value, const char *eol)
{
	size_t column = strlen(name) + 1;

	buf_addf(out, "%s:", name);
	while (value.n > 0) {
		size_t n = slice_find(value, ' ');

		if (column + 1 + n > FOLD_COLUMNS) {
			buf_adds(out, eol);
			buf_addc(out, '\t');
			column = 8;
		} else {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, slice_head(value, n));
		column += n;
		value = slice_from(value, n + 1);
	}
	buf_adds(out, eol);
}

struct slice
block_make(const struct evaluation *ev, struct slice field, bool with_disposition)
{
	const char *eol = ev->message.eol;
	struct buf out;

	buf_init(&out, ev->arena, BLOCK_MAX);
	buf_add(&out, ev->sealed.set);
	buf_add(&out, field);
	if (with_disposition)
		buf_addf(&out, "Mailstamp-Disposition: %s%s", policy_word(ev->verdict.disposition),
			eol);
	if (ev->options->received_spf && ev->evaluated && !ev->results.local)
		add_folded(&out, "Received-SPF", spf_received(&ev->in, &ev->results.spf), eol);
	if ((ev->message.flags & MESSAGE_BLANK_FIRST) != 0)
		buf_addf(&out, "Mailstamp-Note: the message began with white space%s", eol);
	return buf_slice(&out);
}

struct slice
block_header(const struct evaluation *ev, struct slice field)
{
	const struct slice set = ev->sealed.set;
	struct buf text;

	buf_init(&text, ev->arena, set.n + field.n);
	buf_add(&text, set);
	buf_add(&text, field);
	return buf_slice(&text);
}
