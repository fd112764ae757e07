/*
 * fuzz_identities: a message has one author domain only if there is one From field, and then every
 * domain found is that one; limits are small so that they are reached.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"
#include "auth/base/identities.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct address_gmime *gmime; /* loaded once; it is never unloaded */
	struct identities ids;
	struct message message;
	struct arena arena;

	if (gmime == NULL)
		gmime = address_gmime_open();
	arena_init(&arena, NULL, NULL);
	message_parse(slice_make((const char *)data, size), 50, 2000, &arena, &message);
	assert(identities_find(&message, gmime, &arena, &ids) == ST_OK);
	assert(ids.from_fields == message_count(&message, "From"));
	assert(ids.ambiguous.id != FROM_R_NONE || ids.author_domain.n > 0);
	assert(ids.from.n == 0 || ids.from_fields == 1);
	assert(ids.fault.at <= ids.from.n);
	assert(!ids.tolerant || ids.fault.cause != ADDRESS_NO_FAULT);
	if (ids.ambiguous.id == FROM_R_NO_AUTHOR)
		assert(ids.ndomains == 0 && slice_find(ids.from, '@') == ids.from.n);
	for (size_t i = 0; i < ids.ndomains; i++) {
		struct slice again;

		assert(domain_normalize(ids.all_domains[i], &arena, &again) == ST_OK);
		assert(slice_eq(ids.all_domains[i], again));
	}
	if (ids.author_domain.n > 0) {
		assert(ids.from_fields == 1 && ids.ndomains == 1);
		assert(slice_eq(ids.author_domain, ids.all_domains[0]));
		assert(ids.author_text.n > 0);
	}
	if (ids.ambiguous.id != FROM_R_NONE)
		assert(reason_text(&ids.ambiguous) != NULL);
	arena_clear(&arena);
	return 0;
}
