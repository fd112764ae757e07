/*
 * der.h: an RSA public key out of its DER (X.690), without OpenSSL: its decoder costs five times
 * as much as the check of a signature, and reads more forms than a DKIM key may have.
 */
#ifndef AUTH_BASE_DER_H
#define AUTH_BASE_DER_H

#include "mime/slice.h"
#include "mime/status.h"

enum {
	DER_RSA_MAX_BITS = 16384,
	DER_RSA_MAX_EXPONENT_BITS = 64 /* a longer one is refused by OpenSSL for large keys */
};

/* big-endian, without leading zeros; slices of the input */
struct der_rsa {
	struct slice modulus;
	struct slice exponent;
	unsigned bits; /* of the modulus */
};

/*
 * der: a SubjectPublicKeyInfo with rsaEncryption, its parameters NULL or absent (RFC 5280 4.1,
 * RFC 8017 A.1), or an RSAPublicKey (RFC 8017 A.1.1), and nothing after it.
 * ST_BAD where it is neither, where lengths or numbers are not in their shortest form, where the
 * modulus is even, or where the exponent is even, below 3, not below the modulus, or over
 * DER_RSA_MAX_EXPONENT_BITS. ST_LIMIT, with bits set, where the modulus is over DER_RSA_MAX_BITS.
 */
enum status der_rsa_parse(struct slice der, struct der_rsa *rsa);

#endif
