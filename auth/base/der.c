#include "auth/base/der.h"

enum { INTEGER = 0x02, BIT_STRING = 0x03, OBJECT_NULL = 0x05, OBJECT_ID = 0x06, SEQUENCE = 0x30 };

static const char RSA_ENCRYPTION[] = {
	0x2a, (char)0x86, 0x48, (char)0x86, (char)0xf7, 0x0d, 1, 1, 1};

static unsigned
octet(struct slice s, size_t at)
{
	return (unsigned char)s.p[at];
}

/* Cuts one value of the given tag off *at; X.690 10.1: definite length in the fewest octets. */
static bool
take(struct slice *at, unsigned tag, struct slice *content)
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

/* A positive INTEGER, its sign octet taken off; X.690 8.3.2: in the fewest octets. */
static bool
take_positive(struct slice *at, struct slice *number)
{
	if (!take(at, INTEGER, number) || number->n == 0 || octet(*number, 0) >= 0x80)
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

/* Takes the wrapping of a SubjectPublicKeyInfo off (RFC 5280 4.1, RFC 3279 2.3.1). */
static bool
unwrap(struct slice *at)
{
	struct slice algorithm, id, bits, null;

	if (!take(at, SEQUENCE, &algorithm) || !take(at, BIT_STRING, &bits) || at->n > 0)
		return false;
	if (!take(&algorithm, OBJECT_ID, &id) ||
		!slice_eq(id, slice_make(RSA_ENCRYPTION, sizeof RSA_ENCRYPTION)))
		return false;
	if (algorithm.n > 0 && (!take(&algorithm, OBJECT_NULL, &null) || null.n > 0))
		return false;
	if (algorithm.n > 0 || bits.n == 0 || bits.p[0] != 0)
		return false;
	bits = slice_from(bits, 1);
	return take(&bits, SEQUENCE, at) && bits.n == 0;
}

enum status
der_rsa_parse(struct slice der, struct der_rsa *rsa)
{
	struct slice at = der, key;
	size_t bits, exponent_bits;

	*rsa = (struct der_rsa){0};
	if (!take(&at, SEQUENCE, &key) || at.n > 0)
		return ST_BAD;
	if (key.n > 0 && octet(key, 0) == SEQUENCE && !unwrap(&key))
		return ST_BAD;
	if (!take_positive(&key, &rsa->modulus) || !take_positive(&key, &rsa->exponent) ||
		key.n > 0)
		return ST_BAD;
	bits = count_bits(rsa->modulus);
	exponent_bits = count_bits(rsa->exponent);
	rsa->bits = (unsigned)bits;
	if (bits > DER_RSA_MAX_BITS)
		return ST_LIMIT;
	/* RFC 8017 3.1: 3 <= e <= n - 1, and both are odd since e is prime to lambda(n) */
	if (!is_odd(rsa->modulus) || !is_odd(rsa->exponent) || exponent_bits < 2 ||
		exponent_bits >= bits || exponent_bits > DER_RSA_MAX_EXPONENT_BITS)
		return ST_BAD;
	return ST_OK;
}
