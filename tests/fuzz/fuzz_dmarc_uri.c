/* a URI of rua= or ruf=: a valid one can be put into a list and shown, and has a scheme */
#include <assert.h>
#include <stdint.h>

#include "auth/dmarc/dmarc_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice uri = slice_make((const char *)data, size);
	size_t sizes = 0;

	if (!dmarc_uri_valid(uri))
		return 0;
	assert(slice_find(uri, ':') > 0 && slice_find(uri, ':') < uri.n);
	assert(slice_is_alpha(uri.p[0]));
	for (size_t i = 0; i < uri.n; i++) {
		assert(uri.p[i] > ' ' && uri.p[i] < 127);
		assert(uri.p[i] != ',' && uri.p[i] != '<' && uri.p[i] != '"');
		sizes += uri.p[i] == '!';
	}
	assert(sizes <= 1);
	return 0;
}
