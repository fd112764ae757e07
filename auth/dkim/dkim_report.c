#include <inttypes.h>

#include "auth/dkim/dkim.h"
#include "mime/buf.h"

struct reason
dkim_reason(enum dkim_reason id)
{
	static const struct reason_row rows[] = {DKIM_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_DKIM, id);
}

struct reason
dkim_note(enum dkim_note id)
{
	static const struct reason_row rows[] = {DKIM_NOTES(REASON_ROW)};

	return reason_make(rows, REASON_DKIM_NOTE, id);
}

static struct slice
format_number(uint64_t n, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 32);
	buf_addf(&buf, "%" PRIu64, n);
	return buf_slice(&buf);
}

static void
signature_row(const struct dkim_sig_result *result, size_t nth, struct report *report)
{
	const struct dkim_sig *sig = &result->sig;
	struct report_row *row = report_add(report, "dkim", result->code, result->reason);

	row->nth = nth;
	row->domain = sig->d;
	if (sig->d.n > 0)
		row->alignment = result->aligned ? REPORT_ALIGNED : REPORT_UNALIGNED;
	report_prop(row, "header.d", REPORT_DOMAIN, sig->d);
	report_prop(row, "header.i", REPORT_MAILBOX, sig->i);
	report_prop(row, "header.s", REPORT_DOMAIN, sig->s);
	report_prop(row, "header.a", REPORT_TEXT, sig->a_text);
	report_prop(row, "header.b", REPORT_TEXT, slice_head(sig->b_text, 8)); /* RFC 6008 4 */
	if (result->reason.id == DKIM_R_LENGTH)
		report_prop(row, "policy.unsigned", REPORT_TEXT,
			format_number(result->unsigned_bytes, report->arena));
}

void
dkim_report(const struct dkim_result *result, struct report *report)
{
	for (size_t i = 0; i < result->n; i++)
		signature_row(&result->sigs[i], i, report);
	if (result->over > 0)
		report_prop(report_add(report, "dkim", AUTH_POLICY, dkim_reason(DKIM_R_OVER)),
			"policy.unchecked", REPORT_TEXT,
			format_number(result->over, report->arena));
	if (result->n == 0 && result->over == 0)
		(void)report_add(report, "dkim", AUTH_NONE, dkim_reason(DKIM_R_NONE));
}
