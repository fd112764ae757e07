/*
 * fuzz_own_senders: kept names are in the list, which names only known services; the bad line is
 * one of the text.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"
#include "filter/provider/provider.h"
#include "filter/settings/own_senders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct own_senders own;
	struct arena arena;
	struct error why = {.path = NULL};
	size_t lines = 1;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' ? 1 : 0;
	if (own_senders_parse(text, &arena, &own, &why) == ST_OK) {
		for (size_t i = 0; i < own.ndomains; i++) {
			assert(domain_labels(own.domains[i]) >= 2);
			assert(own_senders_have_domain(&own, own.domains[i]));
		}
		for (size_t i = 0; i < own.nnets; i++)
			assert(own_senders_have_address(&own, &own.nets[i].ip));
		for (size_t i = 0; i < own.nproviders; i++)
			assert(provider_named(own.providers[i]) != NULL);
	} else {
		assert(why.reason.id != REASON_NONE && why.line >= 1 && why.line <= lines);
	}
	arena_clear(&arena);
	return 0;
}
