/*
 * rsa.h: RSASSA-PKCS1-v1_5 signatures with SHA-256, verified with the numbers of libcrypto.
 *
 * EVP would load its providers first, which costs a process more than the rest of its work
 * (docs/decisions/linking.md). The encoded message is made and compared as a whole, as RFC 8017
 * 8.2.2 has it, so that there is no padding to parse.
 */
#ifndef AUTH_BASE_RSA_H
#define AUTH_BASE_RSA_H

#include "auth/base/der.h"

struct rsa;     /* memory for the calculations of one thread */
struct rsa_key; /* one public key */

struct rsa *rsa_new(void);      /* NULL: out of memory */
void rsa_free(struct rsa *rsa); /* NULL is fine */

/* numbers as der_rsa_parse gives them; NULL: out of memory */
struct rsa_key *rsa_key_new(const struct der_rsa *numbers);
void rsa_key_free(struct rsa_key *key); /* NULL is fine */

/*
 * digest: a SHA-256 hash. *good is always set; ST_TEMP where memory is out. A signature of another
 * length than the modulus is bad (RFC 8017 8.2.2 step 1).
 */
enum status rsa_verify(struct rsa *rsa, struct rsa_key *key, const unsigned char digest[32],
	struct slice signature, bool *good);

#endif
