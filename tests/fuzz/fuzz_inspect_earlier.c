/* fuzz_inspect_earlier: all values are within their limits; otherwise an error gives the reason */
#include <assert.h>
#include <stdint.h>

#include "filter/inspect/inspect_earlier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_lists(const struct inspect_earlier *earlier)
{
	assert(earlier->nterms <= EARLIER_LIST && earlier->nnets <= EARLIER_LIST);
	assert(earlier->nkeys <= EARLIER_LIST && earlier->nmx <= EARLIER_LIST);
	for (size_t i = 0; i < earlier->nterms; i++)
		assert(earlier->terms[i].depth <= 64);
	for (size_t i = 0; i < earlier->nnets; i++) {
		const struct ip_net *net = &earlier->nets[i].net;

		assert(net->ip.family == 4 ? net->bits <= 32
					   : net->ip.family == 6 && net->bits <= 128);
	}
	for (size_t i = 0; i < earlier->nkeys; i++)
		assert(earlier->keys[i].name.n > 0);
	for (size_t i = 0; i < earlier->nmx; i++)
		assert(earlier->mx[i].preference <= UINT16_MAX);
	assert(earlier->dmarc[0].pct <= 100 && earlier->dmarc[1].pct <= 100);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice lines = slice_make((const char *)data, size);
	struct inspect_earlier earlier;
	struct error error = {.path = NULL};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (inspect_earlier_parse(lines, SLICE("example.com"), &arena, &earlier, &error) == ST_OK)
		check_lists(&earlier);
	else
		assert(error.reason.id != REASON_NONE);
	arena_clear(&arena);
	return 0;
}
