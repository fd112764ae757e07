/* A TLS report: the values read are bounded. */
#include <assert.h>

#include "filter/feedback/feedback_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice octets = slice_make((const char *)data, size);
	struct feedback_report report;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (feedback_tls_parse(octets, &arena, &report) == ST_OK) {
		assert(report.npolicies <= FEEDBACK_POLICIES);
		for (size_t i = 0; i < report.npolicies; i++) {
			const struct feedback_tls_policy *policy = &report.policies[i];

			assert(policy->ndetails <= FEEDBACK_TLS_FAILURES);
			assert(policy->successes >= 0 && policy->failures >= 0);
			assert(policy->domain.n <= FEEDBACK_VALUE);
			for (size_t k = 0; k < policy->ndetails; k++)
				assert(policy->details[k].sessions >= 0);
		}
	}
	arena_clear(&arena);
	return 0;
}
