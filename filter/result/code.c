#include "filter/result/code.h"

#include <string.h>

#include "auth/arc/arc_reason.h"
#include "auth/base/identities.h"
#include "auth/dkim/dkim_reason.h"
#include "auth/dmarc/dmarc_reason.h"
#include "auth/spf/spf_reason.h"
#include "filter/io/fault.h"
#include "filter/verdict/policy_reason.h"

#define FAULT_ROW(id, code, ours, text) {code, text},

static const struct reason_row rows[] = {FROM_REASONS(REASON_ROW) SPF_REASONS(REASON_ROW)
		DKIM_REASONS(REASON_ROW) ARC_REASONS(REASON_ROW) DMARC_REASONS(REASON_ROW)
			POLICY_REASONS(REASON_ROW) FAULTS(FAULT_ROW)};

const char *
code_text(const char *code)
{
	for (size_t i = 0; code != NULL && i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].code, code) == 0)
			return rows[i].text;
	return NULL;
}
