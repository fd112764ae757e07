/*
 * fuzz_rsa: the parts of a key end where the input ends; OpenSSL accepts each key that we accept,
 * and its check always returns.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/crypto.h"
#include "auth/base/rsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char digest[CRYPTO_SHA256_SIZE] = {1};
	struct slice der = {(const char *)data, size}, signature;
	struct crypto *crypto = crypto_new();
	struct crypto_key *key;
	struct rsa_numbers rsa;
	struct arena arena;
	unsigned bits;
	bool good;
	enum status status = rsa_parse(der, &rsa);

	arena_init(&arena, NULL, NULL);
	assert(crypto_key_rsa(crypto, der, &key, &bits) == status);
	assert(bits == rsa.bits);
	if (status == ST_OK) {
		assert(rsa.modulus.n > 0 && rsa.modulus.p >= der.p);
		assert(rsa.exponent.p + rsa.exponent.n == der.p + der.n);
		assert(bits <= rsa.modulus.n * 8 && bits > rsa.modulus.n * 8 - 8);
		signature = slice_make(arena_alloc(&arena, rsa.modulus.n), rsa.modulus.n);
		assert(crypto_verify(crypto, key, digest, signature, &good) == ST_OK && !good);
	}
	crypto_key_free(key);
	crypto_free(crypto);
	arena_clear(&arena);
	return 0;
}
