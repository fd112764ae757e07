#include "auth/base/rsa.h"

#include <openssl/bn.h>
#include <stdlib.h>

enum { DIGEST_SIZE = 32, PADDING_MIN = 8, MODULUS_MAX = DER_RSA_MAX_BITS / 8 };

struct rsa {
	BN_CTX *ctx;
	BIGNUM *s, *m; /* the signature and what it is raised to */
};

struct rsa_key {
	BIGNUM *n, *e;
	BN_MONT_CTX *mont; /* NULL until a signature is verified */
	size_t size;       /* of the modulus, in octets */
};

void
rsa_free(struct rsa *rsa)
{
	if (rsa == NULL)
		return;
	BN_free(rsa->s);
	BN_free(rsa->m);
	BN_CTX_free(rsa->ctx);
	free(rsa);
}

struct rsa *
rsa_new(void)
{
	struct rsa *rsa = malloc(sizeof *rsa);

	if (rsa == NULL)
		return NULL;
	*rsa = (struct rsa){BN_CTX_new(), BN_new(), BN_new()};
	if (rsa->ctx != NULL && rsa->s != NULL && rsa->m != NULL)
		return rsa;
	rsa_free(rsa);
	return NULL;
}

static BIGNUM *
number(struct slice bytes)
{
	return BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.n, NULL);
}

void
rsa_key_free(struct rsa_key *key)
{
	if (key == NULL)
		return;
	BN_free(key->n);
	BN_free(key->e);
	BN_MONT_CTX_free(key->mont);
	free(key);
}

struct rsa_key *
rsa_key_new(const struct der_rsa *numbers)
{
	struct rsa_key *key = malloc(sizeof *key);

	if (key == NULL)
		return NULL;
	*key = (struct rsa_key){
		.n = number(numbers->modulus),
		.e = number(numbers->exponent),
		.size = numbers->modulus.n,
	};
	if (key->n != NULL && key->e != NULL)
		return key;
	rsa_key_free(key);
	return NULL;
}

/* RFC 8017 9.2: 00 01 FF.. 00 DigestInfo; false where the modulus is too short for it */
static bool
encode(const unsigned char digest[DIGEST_SIZE], unsigned char *em, size_t size)
{
	/* RFC 8017 9.2 note 1: SHA-256, with NULL parameters */
	static const unsigned char info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
		0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	const size_t tail = sizeof info + DIGEST_SIZE;

	if (size < tail + PADDING_MIN + 3 || size > MODULUS_MAX)
		return false;
	memset(em, 0xff, size);
	em[0] = 0x00;
	em[1] = 0x01;
	em[size - tail - 1] = 0x00;
	memcpy(em + size - tail, info, sizeof info);
	memcpy(em + size - DIGEST_SIZE, digest, DIGEST_SIZE);
	return true;
}

static bool
prepare(struct rsa *rsa, struct rsa_key *key)
{
	if (key->mont != NULL)
		return true;
	key->mont = BN_MONT_CTX_new();
	if (key->mont != NULL && BN_MONT_CTX_set(key->mont, key->n, rsa->ctx) == 1)
		return true;
	BN_MONT_CTX_free(key->mont);
	key->mont = NULL;
	return false;
}

enum status
rsa_verify(struct rsa *rsa, struct rsa_key *key, const unsigned char digest[DIGEST_SIZE],
	struct slice signature, bool *good)
{
	unsigned char want[MODULUS_MAX], em[MODULUS_MAX];

	*good = false;
	if (signature.n != key->size || !encode(digest, want, key->size))
		return ST_OK;
	if (BN_bin2bn((const unsigned char *)signature.p, (int)signature.n, rsa->s) == NULL)
		return ST_TEMP;
	if (BN_ucmp(rsa->s, key->n) >= 0)
		return ST_OK; /* RFC 8017 5.2.2 step 1: signature representative out of range */
	if (!prepare(rsa, key) ||
		BN_mod_exp_mont(rsa->m, rsa->s, key->e, key->n, rsa->ctx, key->mont) != 1 ||
		BN_bn2binpad(rsa->m, em, (int)key->size) != (int)key->size)
		return ST_TEMP;
	*good = memcmp(em, want, key->size) == 0;
	return ST_OK;
}
