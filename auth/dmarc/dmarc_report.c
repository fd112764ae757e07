/* dmarc_report.c: the dmarc row (RFC 9989 9.1, 9.2). */
#include "auth/dmarc/dmarc.h"

struct report_row *
dmarc_report(const struct dmarc_result *result, struct report *report)
{
	struct report_row *row = report_add(report, "dmarc", result->code, result->reason);

	row->domain = result->from_domain;
	report_prop(row, "header.from", REPORT_DOMAIN, result->from_domain);
	/* the policy after t or pct was applied; left out if no policy applies */
	if (result->policy >= DMARC_P_NONE)
		report_prop(row, "policy.dmarc", REPORT_TEXT,
			slice_str(dmarc_policy_word(result->policy)));
	return row;
}
