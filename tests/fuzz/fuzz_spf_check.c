/*
 * fuzz_spf_check: a path in the first line, a zone of the fuzzer's choice in the others. First
 * byte: the client's address family. Early queries change no result, and no limit of RFC 7208 4.6.4
 * is exceeded.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dns/dns.h"
#include "tests/support/spf_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct auth_input *in, struct spf_result *result)
{
	if (!in->options->no_ask)
		spf_ask(in);
	assert(spf_check(in, result) == ST_OK);
	assert(result->lookups <= 10 && result->voids <= 3);
	assert(result->voids <= 2 || result->code == AUTH_PERMERROR);
	assert(result->unsure == (result->code == AUTH_TEMPERROR));
	assert((result->reason.id == SPF_R_NONE) == (result->code == AUTH_PASS));
	assert(result->explanation.n <= 500);
	assert(result->explanation.n == 0 || result->code == AUTH_FAIL);
	spf_input_printable(result->explanation);
	spf_input_report(in, result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spf_input input = spf_input(data, size);
	const struct limits limits = {.spf_ms = 20000};
	struct spf_result results[2] = {{.code = AUTH_NONE}, {.code = AUTH_NONE}};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (int run = 0; run < 2; run++) {
		struct auth_options options = {.no_ask = run == 1};
		struct auth_input in = {.envelope = &input.envelope,
			.limits = &limits,
			.options = &options,
			.arena = &arena};
		struct error error = {.path = NULL};
		if (dns_open_zone(input.zone, &arena, &in.dns, &error) == ST_OK)
			judge(&in, &results[run]);
		dns_free(in.dns);
	}
	assert(results[0].code == results[1].code && results[0].reason.id == results[1].reason.id);
	assert(results[0].lookups == results[1].lookups && results[0].voids == results[1].voids);
	arena_clear(&arena);
	return 0;
}
