#include "auth/base/rsa.h"

#include <openssl/bn.h>
#include <pthread.h>
#include <stdlib.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, OBJECT_NULL = 0x05, OBJECT_ID = 0x06, SEQUENCE = 0x30 };

static const char RSA_ENCRYPTION[] = {
	0x2a, (char)0x86, 0x48, (char)0x86, (char)0xf7, 0x0d, 1, 1, 1};

static unsigned
octet(struct slice s, size_t at)
{
	return (unsigned char)s.p[at];
}

/*
 * Removes one value with the given tag from the front of *at; X.690 10.1: definite length in the
 * fewest octets.
 */
static bool
take_der_value(struct slice *at, unsigned tag, struct slice *content)
{
	size_t length, more, header = 2;

	if (at->n < 2 || octet(*at, 0) != tag)
		return false;
	length = octet(*at, 1);
	if (length >= 0x80) {
		more = length - 0x80;
		if (more < 1 || more > 3 || at->n < header + more || octet(*at, header) == 0)
			return false;
		length = 0;
		for (size_t i = 0; i < more; i++)
			length = length << 8 | octet(*at, header++);
		if (length < 0x80)
			return false;
	}
	if (length > at->n - header)
		return false;
	*content = slice_head(slice_from(*at, header), length);
	*at = slice_from(*at, header + length);
	return true;
}

/* A positive INTEGER, without its sign octet; X.690 8.3.2: in the fewest octets. */
static bool
take_positive(struct slice *at, struct slice *number)
{
	if (!take_der_value(at, INTEGER, number) || number->n == 0 || octet(*number, 0) >= 0x80)
		return false;
	if (octet(*number, 0) != 0)
		return true;
	*number = slice_from(*number, 1);
	return number->n > 0 && octet(*number, 0) >= 0x80;
}

/* number has no leading zero octet */
static size_t
count_bits(struct slice number)
{
	size_t bits = number.n * 8;

	for (unsigned high = octet(number, 0); high < 0x80; high <<= 1)
		bits--;
	return bits;
}

static bool
is_odd(struct slice number)
{
	return (octet(number, number.n - 1) & 1) != 0;
}

/* Removes the wrapping of a SubjectPublicKeyInfo (RFC 5280 4.1, RFC 3279 2.3.1). */
static bool
unwrap(struct slice *at)
{
	struct slice algorithm, id, bits, null;

	if (!take_der_value(at, SEQUENCE, &algorithm) || !take_der_value(at, BIT_STRING, &bits) ||
		at->n > 0)
		return false;
	if (!take_der_value(&algorithm, OBJECT_ID, &id) ||
		!slice_eq(id, slice_make(RSA_ENCRYPTION, sizeof RSA_ENCRYPTION)))
		return false;
	if (algorithm.n > 0 && (!take_der_value(&algorithm, OBJECT_NULL, &null) || null.n > 0))
		return false;
	if (algorithm.n > 0 || bits.n == 0 || bits.p[0] != 0)
		return false;
	bits = slice_from(bits, 1);
	return take_der_value(&bits, SEQUENCE, at) && bits.n == 0;
}

enum status
rsa_parse(struct slice der, struct rsa_numbers *rsa)
{
	struct slice at = der, key;
	size_t bits, exponent_bits;

	*rsa = (struct rsa_numbers){0};
	if (!take_der_value(&at, SEQUENCE, &key) || at.n > 0)
		return ST_BAD;
	if (key.n > 0 && octet(key, 0) == SEQUENCE && !unwrap(&key))
		return ST_BAD;
	if (!take_positive(&key, &rsa->modulus) || !take_positive(&key, &rsa->exponent) ||
		key.n > 0)
		return ST_BAD;
	bits = count_bits(rsa->modulus);
	exponent_bits = count_bits(rsa->exponent);
	rsa->bits = (unsigned)bits;
	if (bits > RSA_MAX_BITS)
		return ST_LIMIT;
	/* RFC 8017 3.1: 3 <= e <= n - 1, and both are odd since e is prime to lambda(n) */
	if (!is_odd(rsa->modulus) || !is_odd(rsa->exponent) || exponent_bits < 2 ||
		exponent_bits >= bits)
		return ST_BAD;
	return exponent_bits > RSA_MAX_EXPONENT_BITS ? ST_LIMIT : ST_OK;
}

/*
 * A multiplication costs the square of the key size. An exponent needs one multiplication per bit,
 * and a second one for each bit that is set.
 */
unsigned
rsa_weight(const struct rsa_numbers *numbers)
{
	enum { BITS = 2048, PRODUCTS = 16 + 1 /* 65,537 */ };
	const unsigned size = (numbers->bits + BITS - 1) / BITS;
	unsigned products = (unsigned)count_bits(numbers->exponent) - 1;

	for (size_t i = 0; i < numbers->exponent.n; i++)
		for (unsigned byte = octet(numbers->exponent, i); byte != 0; byte >>= 1)
			products += byte & 1;
	products--; /* the highest bit needs none */
	return size * size * ((products + PRODUCTS - 1) / PRODUCTS);
}

enum { DIGEST_SIZE = 32, PADDING_MIN = 8, MODULUS_MAX = RSA_MAX_BITS / 8 };

struct rsa {
	BN_CTX *ctx;
	BIGNUM *s, *m; /* the signature s, and s^e mod n */
	BIGNUM *base;  /* s in Montgomery's form */
};

struct rsa_key {
	BIGNUM *n, *e;
	pthread_mutex_t lock;
	BN_MONT_CTX *mont; /* NULL until a signature is verified; then unchanged */
	size_t size;       /* of the modulus, in octets */
};

void
rsa_free(struct rsa *rsa)
{
	if (rsa == NULL)
		return;
	BN_free(rsa->s);
	BN_free(rsa->m);
	BN_free(rsa->base);
	BN_CTX_free(rsa->ctx);
	free(rsa);
}

struct rsa *
rsa_new(void)
{
	struct rsa *rsa = malloc(sizeof *rsa);

	if (rsa == NULL)
		return NULL;
	*rsa = (struct rsa){BN_CTX_new(), BN_new(), BN_new(), BN_new()};
	if (rsa->ctx != NULL && rsa->s != NULL && rsa->m != NULL && rsa->base != NULL)
		return rsa;
	rsa_free(rsa);
	return NULL;
}

static BIGNUM *
bignum_of(struct slice bytes)
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
	(void)pthread_mutex_destroy(&key->lock);
	free(key);
}

struct rsa_key *
rsa_key_new(const struct rsa_numbers *numbers)
{
	struct rsa_key *key = malloc(sizeof *key);

	if (key == NULL || pthread_mutex_init(&key->lock, NULL) != 0) {
		free(key);
		return NULL;
	}
	key->n = bignum_of(numbers->modulus);
	key->e = bignum_of(numbers->exponent);
	key->mont = NULL;
	key->size = numbers->modulus.n;
	if (key->n != NULL && key->e != NULL)
		return key;
	rsa_key_free(key);
	return NULL;
}

/* RFC 8017 9.2: 00 01 FF.. 00 DigestInfo; false if the modulus is too short for it */
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
	bool ready;

	pthread_mutex_lock(&key->lock);
	if (key->mont == NULL) {
		BN_MONT_CTX *mont = BN_MONT_CTX_new();

		if (mont != NULL && BN_MONT_CTX_set(mont, key->n, rsa->ctx) == 1)
			key->mont = mont;
		else
			BN_MONT_CTX_free(mont);
	}
	ready = key->mont != NULL;
	pthread_mutex_unlock(&key->lock);
	return ready;
}

/*
 * Sets rsa->m to rsa->s raised to the exponent, from its highest bit to its lowest. The lowest bit
 * is set (rsa_parse), so the last product is one with s itself, which also takes the factor of
 * Montgomery's form away: two products fewer than in BN_mod_exp_mont. Nothing here is secret.
 */
static bool
raise_to_exponent(struct rsa *rsa, const struct rsa_key *key)
{
	bool good = BN_to_montgomery(rsa->base, rsa->s, key->mont, rsa->ctx) == 1 &&
		    BN_copy(rsa->m, rsa->base) != NULL;

	for (int bit = BN_num_bits(key->e) - 2; good && bit >= 0; bit--) {
		good = BN_mod_mul_montgomery(rsa->m, rsa->m, rsa->m, key->mont, rsa->ctx) == 1;
		if (good && BN_is_bit_set(key->e, bit))
			good = BN_mod_mul_montgomery(rsa->m, rsa->m, bit > 0 ? rsa->base : rsa->s,
				       key->mont, rsa->ctx) == 1;
	}
	return good;
}

/*
 * Computes the encoded message em from the signature (RFC 8017 8.2.2 step 2). *inside: em is set;
 * false if the signature does not have the modulus's length or is not below it.
 */
static enum status
open_signature(struct rsa *rsa, struct rsa_key *key, struct slice signature,
	unsigned char em[MODULUS_MAX], bool *inside)
{
	*inside = false;
	if (signature.n != key->size || key->size > MODULUS_MAX)
		return ST_OK;
	if (BN_bin2bn((const unsigned char *)signature.p, (int)signature.n, rsa->s) == NULL)
		return ST_TEMP;
	if (BN_ucmp(rsa->s, key->n) >= 0)
		return ST_OK; /* RFC 8017 5.2.2 step 1: signature representative out of range */
	if (!prepare(rsa, key) || !raise_to_exponent(rsa, key) ||
		BN_bn2binpad(rsa->m, em, (int)key->size) != (int)key->size)
		return ST_TEMP;
	*inside = true;
	return ST_OK;
}

enum status
rsa_verify(struct rsa *rsa, struct rsa_key *key, const unsigned char digest[DIGEST_SIZE],
	struct slice signature, bool *good)
{
	unsigned char want[MODULUS_MAX], em[MODULUS_MAX];
	enum status status;

	*good = false;
	if (signature.n != key->size || !encode(digest, want, key->size))
		return ST_OK;
	status = open_signature(rsa, key, signature, em, good);
	*good = *good && memcmp(em, want, key->size) == 0;
	return status;
}

enum status
rsa_recover(struct rsa *rsa, struct rsa_key *key, struct slice signature,
	unsigned char digest[DIGEST_SIZE], bool *good)
{
	unsigned char want[MODULUS_MAX], em[MODULUS_MAX];
	enum status status = open_signature(rsa, key, signature, em, good);

	if (!*good)
		return status;
	/* if everything before it is correct, the last octets are the hash */
	if (key->size >= DIGEST_SIZE)
		memcpy(digest, em + key->size - DIGEST_SIZE, DIGEST_SIZE);
	*good = key->size >= DIGEST_SIZE && encode(digest, want, key->size) &&
		memcmp(em, want, key->size) == 0;
	return ST_OK;
}
