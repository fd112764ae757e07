/*
 * any value of a Received field: the result points into it, and no hop with an outside client
 * counts as internal
 */
#include <assert.h>
#include <stdint.h>

#include "filter/intake/hop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct slice part, struct slice whole)
{
	assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice value = slice_make((const char *)data, size);
	const struct provider *found;
	struct received received;
	enum hop kind;

	received_parse(value, &received);
	kind = hop_kind(value, &received, NULL, &found);
	assert((kind == HOP_PROVIDER) == (found != NULL));
	if (kind != HOP_OUTSIDE && kind != HOP_RETRIEVAL && received.ip.family != 0)
		assert(ip_is_private(&received.ip) ||
			(found != NULL && provider_has_address(found, &received.ip)));
	inside(received.helo, value);
	inside(received.by, value);
	assert(received.has_from || (received.ip.family == 0 && received.helo.n == 0));
	assert(received.ip.family == 0 || received.ip.family == 4 || received.ip.family == 6);
	return 0;
}
