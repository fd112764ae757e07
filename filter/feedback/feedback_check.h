/*
 * feedback_check.h: finds contradictions in a reported row.
 *
 * Only certain contradictions are marked. Relaxed alignment depends on records that the reporter
 * saw and we did not, so a pass is marked only if no passing domain can belong to the author's
 * organization, and a failure only if one certainly does.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_CHECK_H
#define FILTER_FEEDBACK_FEEDBACK_CHECK_H

#include "filter/feedback/feedback_report.h"

/* clang-format off */
/*
 * The contradictions: code and description. Their bits are in the store, so new ones must be
 * appended. The last ones are only computed for display.
 */
#define FEEDBACK_MARKS(M) \
	M(DKIM_FAIL, "dkim_fail", "an aligned DKIM pass is reported as a fail") \
	M(DKIM_PASS, "dkim_pass", "DKIM is reported as a pass, but no aligned signature passed") \
	M(SPF_FAIL, "spf_fail", "an aligned SPF pass is reported as a fail") \
	M(SPF_PASS, "spf_pass", "SPF is reported as a pass, but no aligned domain passed") \
	M(DISPOSITION, "disposition", "the disposition contradicts the results") \
	M(POLICY, "policy", "a disposition that the policy does not request, without a reason") \
	M(COUNT, "count", "a row of no message") \
	M(FROM, "from", "the author domain is not below the policy domain") \
	/* not derived from the row alone, and never stored: */ \
	M(SPAN, "span", "a period that ends before it begins, or begins after the report arrived") \
	M(DKIM_FAIL_DNS, "dkim_fail_dns", "a DKIM pass that is aligned according to current DNS is reported as a fail") \
	M(DKIM_PASS_DNS, "dkim_pass_dns", "DKIM is reported as a pass, but no signature that passed is aligned according to current DNS") \
	M(SPF_FAIL_DNS, "spf_fail_dns", "an SPF pass that is aligned according to current DNS is reported as a fail") \
	M(SPF_PASS_DNS, "spf_pass_dns", "SPF is reported as a pass, but no domain that passed is aligned according to current DNS") \
	M(SPF_RECORD, "spf_record", "an SPF pass of an address that the current record does not allow")
#define FEEDBACK_MARK_ID(id, code, text) FEEDBACK_MARK_##id,
enum feedback_mark { FEEDBACK_MARKS(FEEDBACK_MARK_ID) FEEDBACK_MARKS_N };
/* clang-format on */

const char *feedback_mark_code(enum feedback_mark mark);
const char *feedback_mark_text(enum feedback_mark mark); /* English */

/* The contradictions in a row, as bits: 1 << enum feedback_mark. */
int64_t feedback_marks(const struct feedback_report *report, const struct feedback_row *row);

#endif
