/*
 * fuzz_spf_libspf2: the second evaluator over our DNS; its input is that of fuzz_spf_check: a path
 * in the first line, a zone in the others, the client's address family in the first byte. Whatever
 * libspf2 returns, the result is one of SPF's, with a reason, and our report of it is printable.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dns/dns.h"
#include "tests/support/spf_input.h"

enum { QUESTIONS_MAX = 100, LIMIT = 30 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct auth_input *in)
{
	struct spf_result result;
	enum status status = spf_libspf2_check(in, &result);

	if (!spf_libspf2_built())
		return;
	assert(status == ST_OK);
	assert(result.code != AUTH_POLICY);
	assert((result.reason.id == SPF_R_NONE) == (result.code == AUTH_PASS));
	assert(result.unsure == (result.code == AUTH_TEMPERROR));
	/* libspf2's queries, then ours for the record that is reported */
	assert(dns_asked(in->dns) <= QUESTIONS_MAX + 1);
	assert(result.code != AUTH_PASS || result.record.n > 0);
	spf_input_report(in, &result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spf_input input = spf_input(data, size);
	const struct limits limits = {.spf_ms = 20000};
	struct auth_options options = {.spf_engine = SPF_LIBSPF2};
	struct arena arena;
	struct auth_input in = {.envelope = &input.envelope,
		.limits = &limits,
		.options = &options,
		.arena = &arena};
	struct error error;

	arena_init(&arena, NULL, NULL);
	if (dns_open_zone(input.zone, &arena, &in.dns, &error) == ST_OK) {
		if (size > 0 && (data[0] & 2) != 0)
			dns_limit(in.dns, LIMIT);
		judge(&in);
	}
	dns_free(in.dns);
	arena_clear(&arena);
	return 0;
}
