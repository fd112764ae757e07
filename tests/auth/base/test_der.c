#include "auth/base/der.h"

#include <criterion/criterion.h>

/* a slice of a literal, NUL bytes inside included */
#define S(lit) SLICE_INIT(lit)

/* rsaEncryption with NULL, the whole AlgorithmIdentifier */
#define OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define RSA "\x30\x0d" OID "\x05\x00"
/* n = 0xc001, e = 3 */
#define KEY "\x30\x08\x02\x03\x00\xc0\x01\x02\x01\x03"

Test(der, good)
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
		struct der_rsa rsa;
		enum status status = der_rsa_parse(rows[i].der, &rsa);

		cr_expect_eq(status, ST_OK, "%s", rows[i].name);
		cr_expect(slice_eq(rsa.modulus, rows[i].modulus), "%s", rows[i].name);
		cr_expect(slice_eq(rsa.exponent, rows[i].exponent), "%s", rows[i].name);
		cr_expect_eq(rsa.bits, rows[i].bits, "%s: %u", rows[i].name, rsa.bits);
	}
}

Test(der, bad)
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
		struct der_rsa rsa;

		cr_expect_eq(der_rsa_parse(rows[i].der, &rsa), ST_BAD, "%s", rows[i].name);
	}
}

/* every cut of a good key is a bad one */
Test(der, cut)
{
	static const char spki[] = "\x30\x1c" RSA "\x03\x0b\x00" KEY;
	struct der_rsa rsa;

	for (size_t n = 0; n < sizeof spki - 1; n++)
		cr_expect_eq(der_rsa_parse(slice_make(spki, n), &rsa), ST_BAD, "%zu octets", n);
	cr_expect_eq(der_rsa_parse(slice_make(spki, sizeof spki - 1), &rsa), ST_OK);
}

/* SEQUENCE { INTEGER of n octets, INTEGER of e octets }, all bits set */
static enum status
parse_size(size_t n, size_t e, struct der_rsa *rsa)
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
	return der_rsa_parse(slice_make(der, at + 1 + e), rsa);
}

Test(der, limits)
{
	struct der_rsa rsa;

	cr_expect_eq(parse_size(DER_RSA_MAX_BITS / 8, 1, &rsa), ST_OK);
	cr_expect_eq(rsa.bits, DER_RSA_MAX_BITS);
	cr_expect_eq(parse_size(DER_RSA_MAX_BITS / 8 + 1, 1, &rsa), ST_LIMIT);
	cr_expect_eq(rsa.bits, DER_RSA_MAX_BITS + 8, "the size is told");
	cr_expect_eq(parse_size(256, 8, &rsa), ST_OK);
	cr_expect_eq(rsa.bits, 2048);
	cr_expect_eq(rsa.exponent.n, 8);
	cr_expect_eq(parse_size(256, 9, &rsa), ST_BAD, "an exponent of 72 bits");
	cr_expect_eq(parse_size(256, 100, &rsa), ST_BAD);
}
