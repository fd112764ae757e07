/*
 * fuzz_arc: the input is a message. A chain that arc_parse accepts has every field that it must
 * have, and without a key in DNS no chain passes.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/arc/arc.h"
#include "auth/dns/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_whole(const struct arc_result *result, struct slice input)
{
	assert(result->n >= 1 && result->n <= ARC_SETS_MAX && result->reason.id == ARC_R_NONE);
	for (size_t i = 0; i < result->n; i++) {
		const struct arc_set *set = &result->sets[i];

		assert(set->aar != NULL && set->ams.sig.field != NULL);
		assert(set->seal.sig.field != NULL && set->seal.sig.defect.id == DKIM_R_NONE);
		assert(set->cv == (i == 0 ? ARC_CV_NONE : ARC_CV_PASS));
		assert(set->payload.p >= input.p &&
			set->payload.p + set->payload.n <= input.p + input.n);
	}
	assert(result->sets[result->n - 1].ams.sig.defect.id == DKIM_R_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_make((const char *)data, size);
	const struct limits limits = {.fields = 1000,
		.field_size = 65536,
		.arc_sets = ARC_SETS_MAX,
		.rsa_min_bits = 1024,
		.keys = 10,
		.rsa_max_bits = 8192};
	const struct auth_options options = {.drift = 300};
	const struct envelope envelope = {.path = PATH_NULL};
	const struct identities ids = {.from_fields = 1};
	struct auth_input in = {.envelope = &envelope,
		.ids = &ids,
		.limits = &limits,
		.options = &options,
		.now = 1700000000};
	struct arc_result found, result;
	struct message message;
	struct arena arena;
	struct error error = {.path = NULL};

	arena_init(&arena, NULL, NULL);
	message_parse(input, limits.fields, limits.field_size, &arena, &message);
	arc_parse(&message, ARC_SETS_MAX, &arena, &found);
	if (found.code == AUTH_PASS)
		check_whole(&found, input);
	else
		assert((found.code == AUTH_NONE) == (found.reason.id == ARC_R_NONE));
	in.message = &message;
	in.arena = &arena;
	in.crypto = crypto_new();
	assert(in.crypto != NULL);
	assert(dns_open_zone(SLICE(""), &arena, &in.dns, &error) == ST_OK);
	{
		struct dkim_bodies *bodies = dkim_bodies_new(&arena);

		arc_find(&in, &result);
		arc_ask(&in, &result);
		arc_plan(&in, bodies, &result);
		assert(arc_check(&in, bodies, &result) == ST_OK);
	}
	assert(result.code == (found.code == AUTH_PASS ? AUTH_FAIL : found.code));
	assert(result.reason.id != ARC_R_NONE || result.code == AUTH_NONE);
	dns_free(in.dns);
	crypto_free(in.crypto);
	arena_clear(&arena);
	return 0;
}
