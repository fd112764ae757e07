/*
 * crypto.h: SHA-256, RSA and Ed25519 signature checks; the only door to OpenSSL.
 */
#ifndef AUTH_BASE_CRYPTO_H
#define AUTH_BASE_CRYPTO_H

#include "mime/arena.h"
#include "mime/status.h"

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_ED25519_SIZE = 32 };

struct crypto;      /* fetched algorithms; one a thread */
struct crypto_hash; /* one running SHA-256 */
struct crypto_key;  /* one public key */

/*
 * Starts nothing yet: OpenSSL is first asked when a hash or a key is needed, so that an unsigned
 * message costs nothing. NULL where there is no memory.
 */
struct crypto *
crypto_new(void);
void
crypto_free(struct crypto *crypto); /* NULL is fine */

/* A new hash, or NULL where OpenSSL could not (ST_TEMP for the caller). */
struct crypto_hash *
crypto_hash_new(struct crypto *crypto);
void
crypto_hash_add(struct crypto_hash *hash, struct slice bytes);
/* Ends and frees the hash. ST_TEMP where any step of it failed. */
enum status
crypto_hash_end(struct crypto_hash *hash, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * RSA: der is a SubjectPublicKeyInfo or an RSAPublicKey (RFC 6376 3.6.1, erratum 3017; RFC 8017
 * A.1.1). ST_BAD where it is neither or the numbers make no key; ST_LIMIT where it has more than
 * 16,384 bits (told in *bits). *bits is the modulus' size. Ed25519: 32 octets (RFC 8463 4).
 * The key is the caller's to free.
 */
enum status
crypto_key_rsa(struct crypto *crypto, struct slice der, struct crypto_key **key, unsigned *bits);
enum status
crypto_key_ed25519(struct crypto *crypto, struct slice raw, struct crypto_key **key);
void
crypto_key_free(struct crypto_key *key); /* NULL is fine */

/*
 * Checks a signature over digest, a SHA-256 hash: PKCS#1 v1.5 with its DigestInfo for RSA, plain
 * Ed25519 over the 32 octets for Ed25519 (RFC 8463 3). *good is the answer; ST_TEMP where OpenSSL
 * could not say.
 */
enum status
crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct slice signature, bool *good);

#endif
