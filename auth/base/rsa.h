/*
 * rsa.h: RSA public keys from DER (X.690), and RSASSA-PKCS1-v1_5 signatures with SHA-256, verified
 * with libcrypto's big numbers.
 *
 * OpenSSL's decoder takes five times as long as verifying a signature, and accepts more forms than
 * a DKIM key may have. EVP would load its providers first, which takes longer than the rest of the
 * process's work (docs/decisions/linking.md). As in RFC 8017 8.2.2, the expected encoded message is
 * built and compared as a whole, so that no padding is parsed.
 */
#ifndef AUTH_BASE_RSA_H
#define AUTH_BASE_RSA_H

#include "mime/slice.h"
#include "mime/status.h"

enum {
	RSA_MAX_BITS = 16384,
	RSA_MAX_EXPONENT_BITS = 32 /* exponents in use have at most 17 bits; each bit costs time */
};

/* big-endian, without leading zeros; slices of the input */
struct rsa_numbers {
	struct slice modulus;
	struct slice exponent;
	unsigned bits; /* of the modulus */
};

/*
 * der: a SubjectPublicKeyInfo with rsaEncryption, its parameters NULL or absent (RFC 5280 4.1,
 * RFC 8017 A.1), or an RSAPublicKey (RFC 8017 A.1.1), and nothing after it. ST_BAD if it is
 * neither, if lengths or numbers are not in their shortest form, if the modulus is even, or if the
 * exponent is even, below 3 or not below the modulus. ST_LIMIT, with bits set, if the modulus is
 * over RSA_MAX_BITS or the exponent over RSA_MAX_EXPONENT_BITS.
 */
enum status rsa_parse(struct slice der, struct rsa_numbers *rsa);

/*
 * The cost of a verification with this key. A key of 2,048 bits with an exponent of 65,537 costs 1,
 * which is also the minimum. numbers: from rsa_parse with ST_OK.
 */
unsigned rsa_weight(const struct rsa_numbers *numbers);

struct rsa;     /* memory for the calculations of one thread */
struct rsa_key; /* one public key */

struct rsa *rsa_new(void);      /* NULL: out of memory */
void rsa_free(struct rsa *rsa); /* NULL is fine */

/* numbers: from rsa_parse; NULL: out of memory */
struct rsa_key *rsa_key_new(const struct rsa_numbers *numbers);
void rsa_key_free(struct rsa_key *key); /* NULL is fine */

/*
 * digest: a SHA-256 hash. *good is always set; ST_TEMP when out of memory. A signature whose length
 * differs from that of the modulus is bad (RFC 8017 8.2.2 step 1).
 */
enum status rsa_verify(struct rsa *rsa, struct rsa_key *key, const unsigned char digest[32],
	struct slice signature, bool *good);

/*
 * Recovers the SHA-256 hash from a signature; *good: the padding is right, so the matching private
 * key made it. ST_TEMP as above.
 */
enum status rsa_recover(struct rsa *rsa, struct rsa_key *key, struct slice signature,
	unsigned char digest[32], bool *good);

#endif
