/*
 * floor.c: the minimum that a filter on libcrypto does: reads stdin, hashes it, verifies one
 * signature with a key built from its numbers, writes the message. Built with different linking, it
 * measures the cost of each.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	unsigned char octets[256], digest[SHA256_DIGEST_LENGTH];
	size_t n = 0, size = 1 << 20;
	char *message = malloc(size);
	BN_CTX *ctx = BN_CTX_new();
	BN_MONT_CTX *mont = BN_MONT_CTX_new();
	BIGNUM *modulus, *e = BN_new(), *s, *m = BN_new();
	SHA256_CTX hash;
	ssize_t got;

	if (message == NULL)
		return 75;
	while (n < size && (got = read(STDIN_FILENO, message + n, size - n)) > 0)
		n += (size_t)got;
	SHA256_Init(&hash);
	SHA256_Update(&hash, message, n);
	SHA256_Final(digest, &hash);
	memset(octets, 0xfb, sizeof octets);
	modulus = BN_bin2bn(octets, sizeof octets, NULL);
	octets[0] = 0;
	memcpy(octets + sizeof octets - sizeof digest, digest, sizeof digest);
	s = BN_bin2bn(octets, sizeof octets, NULL);
	BN_set_word(e, 65537);
	if (BN_MONT_CTX_set(mont, modulus, ctx) != 1 ||
		BN_mod_exp_mont(m, s, e, modulus, ctx, mont) != 1)
		return 75;
	return write(STDOUT_FILENO, message, n) == (ssize_t)n ? 0 : 75;
}
