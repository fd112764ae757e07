/*
 * fuzz_html: untrusted text is text in the page and in the value of an attribute: no markup, no
 * control character, and an HTML reader sees every octet that was shown unchanged.
 */
#define _GNU_SOURCE /* open_memstream, memmem */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filter/text/html.h"
#include "filter/text/printable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

static void
check(struct slice out)
{
	struct slice rest = out;

	for (size_t i = 0; i < out.n; i++) {
		bool known = out.p[i] != '&';

		assert((unsigned char)out.p[i] >= ' ' && out.p[i] != 127);
		assert(strchr("<>\"'", out.p[i]) == NULL);
		for (size_t k = 0; k < sizeof references / sizeof *references; k++)
			known = known || slice_starts(slice_from(out, i), slice_str(references[k]));
		assert(known);
	}
	while (rest.n > 0) {
		struct slice one;

		/* the text must not be truncated, and no character may change its direction */
		assert(printable_next_utf8(&rest, &one) == PRINTABLE_SHOWS);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *out = NULL;
	size_t n = 0;
	struct html html = {.out = open_memstream(&out, &n)};

	if (html.out == NULL)
		abort();
	html_slice(&html, slice_make((const char *)data, size));
	html_markup(&html, "%s", "");
	if (fclose(html.out) != 0)
		abort();
	check(slice_make(out, n));
	free(out);
	return 0;
}
