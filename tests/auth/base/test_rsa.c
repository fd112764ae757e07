#include "auth/base/rsa.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

/* rsaEncryption with NULL, the whole AlgorithmIdentifier */
#define OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define RSA "\x30\x0d" OID "\x05\x00"
/* n = 0xc001, e = 3 */
#define KEY "\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x03"

Test(rsa, good)
{
	static const struct row {
		const char *name;
		struct slice der, modulus, exponent;
		unsigned bits;
	} rows[] = {
		{"pkcs1", S(KEY), S("\xc0\x01"), S("\x03"), 16},
		{"spki", S("\x30\x1c" RSA "\x03\x0b\x00" KEY), S("\xc0\x01"), S("\x03"), 16},
		{"spki without NULL", S("\x30\x1a\x30\x0b" OID "\x03\x0b\x00" KEY), S("\xc0\x01"),
			S("\x03"), 16},
		{"no sign octet needed", S("\x30\x07\x02\x02\x40\x01\x02\x01\x03"), S("\x40\x01"),
			S("\x03"), 15},
		{"seven bits", S("\x30\x06\x02\x01\x4d\x02\x01\x05"), S("\x4d"), S("\x05"), 7},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rsa_numbers rsa;
		enum status status = rsa_parse(rows[i].der, &rsa);

		cr_expect_eq(status, ST_OK, "%s", rows[i].name);
		cr_expect(slice_eq(rsa.modulus, rows[i].modulus), "%s", rows[i].name);
		cr_expect(slice_eq(rsa.exponent, rows[i].exponent), "%s", rows[i].name);
		cr_expect_eq(rsa.bits, rows[i].bits, "%s: %u", rows[i].name, rsa.bits);
	}
}

Test(rsa, bad)
{
	static const struct row {
		const char *name;
		struct slice der;
	} rows[] = {
		{"nothing", S("")},
		{"one octet", S("\x30")},
		{"empty sequence", S("\x30\x00")},
		{"text", S("MIGfMA0GCSqGSIb3")},
		{"octet after the key", S(KEY "\x00")},
		{"octet after the numbers", S("\x30\x09\x02\x03\x00\xc0\x01\x02\x01\x03\x00")},
		{"length one too long", S("\x30\x09\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"length one too short", S("\x30\x07\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"indefinite length", S("\x30\x80\x02\x03\x00\xc0\x01\x02\x01\x03\x00\x00")},
		{"long form for a short length", S("\x30\x81\x08\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"leading zero in a length", S("\x30\x82\x00\x08\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"length of four octets",
			S("\x30\x84\x00\x00\x00\x08\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"length over the end of the address space",
			S("\x30\x83\xff\xff\xff\x02\x03\x00\xc0\x01")},
		{"length octets cut off", S("\x30\x83\x01")},
		{"integer over the end", S("\x30\x08\x02\x7f\x00\xc0\x01\x02\x01\x03")},
		{"set instead of a sequence", S("\x31\x08\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"one number", S("\x30\x05\x02\x03\x00\xc0\x01")},
		{"three numbers", S("\x30\x0b\x02\x03\x00\xc0\x01\x02\x01\x03\x02\x01\x03")},
		{"a private key begins with its version",
			S("\x30\x0b\x02\x01\x00\x02\x03\x00\xc0\x01\x02\x01\x03")},
		{"empty modulus", S("\x30\x05\x02\x00\x02\x01\x03")},
		{"zero modulus", S("\x30\x06\x02\x01\x00\x02\x01\x03")},
		{"negative modulus", S("\x30\x07\x02\x02\xc0\x01\x02\x01\x03")},
		{"even modulus", S("\x30\x08\x02\x03\x00\xc0\x02\x02\x01\x03")},
		{"zero octet before a small number", S("\x30\x08\x02\x03\x00\x40\x01\x02\x01\x03")},
		{"two zero octets", S("\x30\x09\x02\x04\x00\x00\xc0\x01\x02\x01\x03")},
		{"empty exponent", S("\x30\x07\x02\x03\x00\xc0\x01\x02\x00")},
		{"exponent 0", S("\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x00")},
		{"exponent 1", S("\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x01")},
		{"exponent 2", S("\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x02")},
		{"negative exponent", S("\x30\x08\x02\x03\x00\xc0\x01\x02\x01\xff")},
		{"even exponent", S("\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x04")},
		{"exponent as long as the modulus",
			S("\x30\x0a\x02\x03\x00\xc0\x01\x02\x03\x00\xc0\x01")},
		{"exponent over the modulus",
			S("\x30\x0a\x02\x03\x00\xc0\x01\x02\x03\x01\x00\x01")},
		{"spki: algorithm only", S("\x30\x0f" RSA)},
		{"spki: another algorithm", S("\x30\x1c\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
					      "\x01\x0a\x05\x00\x03\x0b\x00" KEY)},
		{"spki: ed25519",
			S("\x30\x0e\x30\x05\x06\x03\x2b\x65\x70\x03\x05\x00\x01\x02\x03\x04")},
		{"spki: longer algorithm name", S("\x30\x1d\x30\x0e\x06\x0a\x2a\x86\x48\x86\xf7\x0d"
						  "\x01\x01\x01\x01\x05\x00\x03\x0b\x00" KEY)},
		{"spki: NULL with content",
			S("\x30\x1d\x30\x0e" OID "\x05\x01\x00\x03\x0b\x00" KEY)},
		{"spki: parameters that are no NULL",
			S("\x30\x1c\x30\x0d" OID "\x30\x00\x03\x0b\x00" KEY)},
		{"spki: octet after NULL",
			S("\x30\x1d\x30\x0e" OID "\x05\x00\x00\x03\x0b\x00" KEY)},
		{"spki: empty bit string", S("\x30\x11" RSA "\x03\x00")},
		{"spki: bit string of no key", S("\x30\x12" RSA "\x03\x01\x00")},
		{"spki: unused bits", S("\x30\x1c" RSA "\x03\x0b\x01" KEY)},
		{"spki: octet string", S("\x30\x1c" RSA "\x04\x0b\x00" KEY)},
		{"spki: octet after the key in the bit string",
			S("\x30\x1d" RSA "\x03\x0c\x00" KEY "\x00")},
		{"spki: octet after the bit string", S("\x30\x1d" RSA "\x03\x0b\x00" KEY "\x00")},
		{"spki: octet after all", S("\x30\x1c" RSA "\x03\x0b\x00" KEY "\x00")},
		{"spki in an spki",
			S("\x30\x30" RSA "\x03\x1f\x00\x30\x1c" RSA "\x03\x0b\x00" KEY)},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rsa_numbers rsa;

		cr_expect_eq(rsa_parse(rows[i].der, &rsa), ST_BAD, "%s", rows[i].name);
	}
}

/* every truncation of a good key is a bad one */
Test(rsa, cut)
{
	static const char spki[] = "\x30\x1c" RSA "\x03\x0b\x00" KEY;
	struct rsa_numbers rsa;

	for (size_t n = 0; n < sizeof spki - 1; n++)
		cr_expect_eq(rsa_parse(slice_make(spki, n), &rsa), ST_BAD, "%zu octets", n);
	cr_expect_eq(rsa_parse(slice_make(spki, sizeof spki - 1), &rsa), ST_OK);
}

/* Parses SEQUENCE { INTEGER of n octets, INTEGER of e octets } with all bits set. */
static enum status
parse_size(size_t n, size_t e, struct rsa_numbers *rsa)
{
	static char der[8192];
	size_t length = 5 + n + 3 + e, at = 0;

	memset(der, 0xff, sizeof der);
	der[at++] = 0x30;
	der[at++] = (char)0x82;
	der[at++] = (char)(length >> 8);
	der[at++] = (char)(length & 0xff);
	der[at++] = 0x02;
	der[at++] = (char)0x82;
	der[at++] = (char)((n + 1) >> 8);
	der[at++] = (char)((n + 1) & 0xff);
	der[at] = 0;
	at += 1 + n;
	der[at++] = 0x02;
	der[at++] = (char)(e + 1);
	der[at] = 0;
	return rsa_parse(slice_make(der, at + 1 + e), rsa);
}

Test(rsa, limits)
{
	struct rsa_numbers rsa;

	cr_expect_eq(parse_size(RSA_MAX_BITS / 8, 1, &rsa), ST_OK);
	cr_expect_eq(rsa.bits, RSA_MAX_BITS);
	cr_expect_eq(parse_size(RSA_MAX_BITS / 8 + 1, 1, &rsa), ST_LIMIT);
	cr_expect_eq(rsa.bits, RSA_MAX_BITS + 8, "the size is told");
	cr_expect_eq(parse_size(256, 3, &rsa), ST_OK);
	cr_expect_eq(parse_size(256, 4, &rsa), ST_OK, "an exponent of 32 bits");
	cr_expect_eq(rsa.bits, 2048);
	cr_expect_eq(rsa.exponent.n, 4);
	cr_expect_eq(parse_size(256, 5, &rsa), ST_LIMIT, "an exponent of 40 bits");
	cr_expect_eq(rsa.bits, 2048, "the size is told");
	cr_expect_eq(parse_size(256, 100, &rsa), ST_LIMIT);
}

/*
 * The unit is a verification with 2,048 bits and exponent 65,537; the weight is the square of the
 * size times the number of products.
 */
Test(rsa, weights)
{
	static const struct {
		const char *name;
		unsigned bits;
		struct slice exponent;
		unsigned want;
	} rows[] = {
		{"1,024 bits", 1024, SLICE_INIT("\x01\x00\x01"), 1},
		{"2,048 bits", 2048, SLICE_INIT("\x01\x00\x01"), 1},
		{"one bit more", 2049, SLICE_INIT("\x01\x00\x01"), 4},
		{"4,096 bits", 4096, SLICE_INIT("\x01\x00\x01"), 4},
		{"8,192 bits", 8192, SLICE_INIT("\x01\x00\x01"), 16},
		{"16,384 bits", 16384, SLICE_INIT("\x01\x00\x01"), 64},
		{"exponent 3", 2048, SLICE_INIT("\x03"), 1},
		{"18 products", 2048, SLICE_INIT("\x01\x00\x03"), 2},
		{"32 bits, all set", 2048, SLICE_INIT("\xff\xff\xff\xff"), 4},
		{"all that is too large", 16384, SLICE_INIT("\xff\xff\xff\xff"), 256},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rsa_numbers numbers = {
			.exponent = rows[i].exponent, .bits = rows[i].bits};

		cr_expect_eq(rsa_weight(&numbers), rows[i].want, "%s: %u", rows[i].name,
			rsa_weight(&numbers));
	}
}

/*
 * Signatures over wrongly encoded messages of every kind (RFC 8017 9.2, and known forgeries): with
 * a key whose private half we have, each verdict equals OpenSSL's.
 */
static const struct encoding_row {
	const char *name;
	bool good;
	/* the octets before the DigestInfo; 00 01 FF.. 00 in a valid one */
	unsigned first, second, fill, separator;
	size_t fills; /* number of FFs, then garbage after the digest; 0: as many as fit, no garbage
		       */
	struct slice info;
} encoding_rows[] = {
#define INFO "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
	{"as it should be", true, 0, 1, 0xff, 0, 0, SLICE_INIT(INFO)},
	{"block type 2", false, 0, 2, 0xff, 0, 0, SLICE_INIT(INFO)},
	{"block type 0", false, 0, 0, 0xff, 0, 0, SLICE_INIT(INFO)},
	{"another fill", false, 0, 1, 0xfe, 0, 0, SLICE_INIT(INFO)},
	{"no separator", false, 0, 1, 0xff, 1, 0, SLICE_INIT(INFO)},
	{"eight fills, garbage", false, 0, 1, 0xff, 0, 8, SLICE_INIT(INFO)},
	{"fewer fills, garbage", false, 0, 1, 0xff, 0, 60, SLICE_INIT(INFO)},
	{"parameters left out", false, 0, 1, 0xff, 0, 0,
		SLICE_INIT("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20")},
	{"SHA-512's identifier", false, 0, 1, 0xff, 0, 0,
		SLICE_INIT("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00"
			   "\x04\x20")},
	{"a length in two octets", false, 0, 1, 0xff, 0, 0,
		SLICE_INIT("\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05"
			   "\x00\x04\x20")},
	{"no DigestInfo", false, 0, 1, 0xff, 0, 0, SLICE_INIT("")},
};

static void
encode_row(const struct encoding_row *row, const unsigned char digest[32], unsigned char *em,
	size_t size)
{
	size_t fills = size - 3 - row->info.n - 32, n = 0;

	if (row->fills > 0)
		fills = row->fills;
	em[n++] = (unsigned char)row->first;
	em[n++] = (unsigned char)row->second;
	memset(em + n, (int)row->fill, fills);
	n += fills;
	em[n++] = (unsigned char)row->separator;
	memcpy(em + n, row->info.p, row->info.n);
	memcpy(em + n + row->info.n, digest, 32);
	n += row->info.n + 32;
	memset(em + n, 0x5a, size - n);
}

static bool
openssl_says(EVP_PKEY *pkey, const unsigned char *digest, const unsigned char *signature, size_t n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool good = EVP_PKEY_verify_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_verify(ctx, signature, n, digest, 32) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* Raises em to the private exponent. */
static void
sign_raw(EVP_PKEY *pkey, const unsigned char *em, unsigned char *signature, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	size_t n = size;

	cr_assert(EVP_PKEY_sign_init(ctx) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
		  EVP_PKEY_sign(ctx, signature, &n, em, size) == 1 && n == size);
	EVP_PKEY_CTX_free(ctx);
}

Test(rsa, forged_encodings)
{
	EVP_PKEY *pkey = EVP_RSA_gen(1024);
	unsigned char digest[32], em[128], signature[128], *der = NULL;
	int n = i2d_PUBKEY(pkey, &der);
	struct rsa_numbers numbers;
	struct rsa *rsa = rsa_new();
	struct rsa_key *key;

	cr_assert_eq(rsa_parse(slice_make((char *)der, (size_t)n), &numbers), ST_OK);
	key = rsa_key_new(&numbers);
	memset(digest, 0x21, sizeof digest);
	for (size_t i = 0; i < sizeof encoding_rows / sizeof *encoding_rows; i++) {
		const struct encoding_row *row = &encoding_rows[i];
		bool good = !row->good;

		encode_row(row, digest, em, sizeof em);
		sign_raw(pkey, em, signature, sizeof em);
		cr_expect_eq(rsa_verify(rsa, key, digest,
				     slice_make((char *)signature, sizeof signature), &good),
			ST_OK, "%s", row->name);
		cr_expect_eq(good, row->good, "%s", row->name);
		cr_expect_eq(openssl_says(pkey, digest, signature, sizeof signature), good,
			"%s: OpenSSL", row->name);
	}
	rsa_key_free(key);
	rsa_free(rsa);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
}

static EVP_PKEY *
key_with(unsigned long exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *pkey = NULL;

	cr_assert(BN_set_word(e, exponent) == 1 && EVP_PKEY_keygen_init(ctx) == 1 &&
		  EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024) == 1 &&
		  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
		  EVP_PKEY_keygen(ctx, &pkey) == 1);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* Every pattern of bits in an exponent that a step of the exponentiation treats by itself. */
Test(rsa, exponents)
{
	static const unsigned long exponents[] = {3, 5, 7, 17, 257, 65537, 65539, 4294967295};

	for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
		EVP_PKEY *pkey = key_with(exponents[i]);
		unsigned char digest[32], em[128], signature[128], *der = NULL;
		int n = i2d_PUBKEY(pkey, &der);
		struct rsa_numbers numbers;
		struct rsa *rsa = rsa_new();
		struct rsa_key *key;
		bool good;

		cr_assert_eq(rsa_parse(slice_make((char *)der, (size_t)n), &numbers), ST_OK);
		key = rsa_key_new(&numbers);
		memset(digest, (int)i, sizeof digest);
		encode_row(&encoding_rows[0], digest, em, sizeof em);
		sign_raw(pkey, em, signature, sizeof em);
		for (int changed = 0; changed < 2; changed++) {
			signature[127] ^= (unsigned char)changed;
			cr_expect_eq(
				rsa_verify(rsa, key, digest,
					slice_make((char *)signature, sizeof signature), &good),
				ST_OK);
			cr_expect_eq(good, changed == 0, "%lu", exponents[i]);
			cr_expect_eq(openssl_says(pkey, digest, signature, sizeof signature), good);
		}
		rsa_key_free(key);
		rsa_free(rsa);
		OPENSSL_free(der);
		EVP_PKEY_free(pkey);
	}
}
