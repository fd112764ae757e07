/*
 * fuzz_dkim_key: the input is a key record; a usable one stays usable without its white space.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dkim/dkim.h"
#include "mime/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice record = slice_make((const char *)data, size);
	struct dkim_key key, again;
	struct arena arena;
	struct buf buf;

	arena_init(&arena, NULL, NULL);
	dkim_key_parse(record, &arena, &key);
	assert(key.defect.id < DKIM_R_END &&
		(key.defect.id == DKIM_R_NONE || key.defect.id > DKIM_R_OVER));
	for (const struct note *n = key.notes.first; n != NULL; n = n->next)
		assert(n->reason.has_octet && n->reason.at > 0 && n->reason.at <= n->whole.n &&
			(unsigned char)n->whole.p[n->reason.at - 1] == n->reason.octet);
	if (key.defect.id == DKIM_R_NONE) {
		assert(key.revoked == (key.p.n == 0));
		buf_init(&buf, &arena, size);
		for (size_t i = 0; i < size; i++)
			if (!slice_is_blank(record.p[i]))
				buf_addc(&buf, record.p[i]);
		dkim_key_parse(buf_slice(&buf), &arena, &again);
		assert(again.defect.id == DKIM_R_NONE);
		/*
		 * removing white space inside a word changes it: only what was set before must
		 * still be set
		 */
		assert(again.k != key.k || slice_eq(again.p, key.p));
		assert(!key.testing || again.testing);
		assert(!key.strict_i || again.strict_i);
		assert(key.no_sha256 || !again.no_sha256);
	}
	arena_clear(&arena);
	return 0;
}
