/*
 * fuzz_dkim_canon: the first byte selects the form, the second the size of the pieces; the rest is
 * a body, whose hash must be that of its naive canonical form, whole and in pieces, and a field.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dkim/dkim.h"
#include "tests/support/naive_canon.h"

static void
hash_text(struct slice text, struct crypto *crypto, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	struct crypto_hash *hash = crypto_hash_new(crypto);

	crypto_hash_add(hash, text);
	assert(crypto_hash_end(hash, digest) == ST_OK);
}

static void
check_body(bool relaxed, struct slice body, size_t step, struct arena *arena, struct crypto *crypto)
{
	const struct slice want = naive_body(relaxed, body, arena);
	struct dkim_body_hash hashes[] = {
		{.limit = UINT64_MAX}, {.limit = body.n / 2}, {.limit = body.n / 3}, {.limit = 0}};
	const size_t n = sizeof hashes / sizeof *hashes;
	struct dkim_body_canon *running =
		dkim_body_begin(relaxed ? DKIM_RELAXED : DKIM_SIMPLE, hashes, n, crypto, arena);
	uint64_t total;

	for (; body.n > 0; body = slice_from(body, step))
		dkim_body_add(running, slice_head(body, step));
	assert(dkim_body_end(running, &total) == ST_OK);
	assert(total == want.n);
	for (size_t i = 0; i < n; i++) {
		unsigned char digest[CRYPTO_SHA256_SIZE];

		hash_text(slice_head(want, (size_t)hashes[i].limit), crypto, digest);
		assert(memcmp(hashes[i].digest, digest, sizeof digest) == 0);
	}
}

static void
check_field(
	bool relaxed, bool without_b, struct slice text, struct arena *arena, struct crypto *crypto)
{
	unsigned char digest[CRYPTO_SHA256_SIZE], want[CRYPTO_SHA256_SIZE];
	struct crypto_hash *hash;
	struct field field;

	if (!fields_next(&text, SIZE_MAX, &field) || (field.flags & FIELD_JUNK))
		return;
	hash = crypto_hash_new(crypto);
	dkim_field_add(relaxed ? DKIM_RELAXED : DKIM_SIMPLE, &field, without_b, false, hash);
	assert(crypto_hash_end(hash, digest) == ST_OK);
	hash_text(naive_field(relaxed, field.raw, arena), crypto, want);
	assert(without_b || memcmp(digest, want, sizeof want) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *crypto; /* starting OpenSSL each time would be most of the work */
	const struct slice body = slice_from(slice_make((const char *)data, size), 2);
	struct arena arena;

	if (crypto == NULL)
		crypto = crypto_new();
	if (size < 2 || size > 4096 || crypto == NULL)
		return 0;
	arena_init(&arena, NULL, NULL);
	check_body(data[0] & 1, body, body.n + 1, &arena, crypto);
	check_body(data[0] & 1, body, data[1] % 64 + 1U, &arena, crypto);
	check_field(data[0] & 1, data[0] & 4, body, &arena, crypto);
	arena_clear(&arena);
	return 0;
}
