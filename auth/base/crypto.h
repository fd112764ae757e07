/*
 * crypto.h: SHA-256, RSA and Ed25519, verified and signed; with rsa.h the only files that use
 * OpenSSL.
 */
#ifndef AUTH_BASE_CRYPTO_H
#define AUTH_BASE_CRYPTO_H

#include "mime/arena.h"
#include "mime/status.h"

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_ED25519_SIZE = 32 };

struct crypto;        /* fetched algorithms; one for each thread */
struct crypto_hash;   /* one running SHA-256 */
struct crypto_key;    /* one public key */
struct crypto_signer; /* one private key */

/*
 * A crypto has a library context, which openssl.cnf does not affect, and a cache of the last few
 * hundred keys. Both are its own if first is NULL; else those of first, which must be freed after
 * it: creating a context costs more than several messages, and a key is decoded once for all
 * threads. Other objects made by one crypto must not be used with another, and all must be freed
 * before crypto_free. Nothing is loaded yet: hashing and verifying RSA signatures need no OpenSSL
 * provider, and the library context is created for the first Ed25519 key or the first private key.
 * NULL when out of memory.
 */
struct crypto *crypto_new_beside(struct crypto *first);

static inline struct crypto *
crypto_new(void)
{
	return crypto_new_beside(NULL);
}

void crypto_free(struct crypto *crypto); /* NULL is fine */

/* A new hash, or NULL when out of memory (ST_TEMP for the caller). */
struct crypto_hash *crypto_hash_new(struct crypto *crypto);
void crypto_hash_add(struct crypto_hash *hash, struct slice bytes);
/* A copy of a running hash; NULL when out of memory. */
struct crypto_hash *crypto_hash_copy(const struct crypto_hash *hash);
/* Ends and frees the hash. ST_TEMP if any step failed. */
enum status crypto_hash_end(struct crypto_hash *hash, unsigned char digest[CRYPTO_SHA256_SIZE]);

/* The hash of the given bytes. ST_TEMP if memory runs out or OpenSSL fails. */
enum status crypto_sha256(
	struct crypto *crypto, struct slice bytes, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * RSA: der is a SubjectPublicKeyInfo or an RSAPublicKey (RFC 6376 3.6.1, erratum 3017; RFC 8017
 * A.1.1), as auth/base/rsa.h reads them. ST_BAD if it is neither or the numbers are not a valid key
 * (an exponent that is even or below 3; an even modulus); ST_LIMIT if it has more than 16,384 bits,
 * or an exponent of more than 32. *bits is the size of the modulus, set if the numbers could be
 * read; keys of any size are accepted. Ed25519: 32 octets that are the canonical encoding of a
 * point that is not of small order, else ST_BAD (RFC 8463 4, RFC 8032 5.1.3). The caller must free
 * the key before the crypto; *key is NULL if not ST_OK. A key that is in the cache is not decoded
 * again.
 */
enum status crypto_key_rsa(
	struct crypto *crypto, struct slice der, struct crypto_key **key, unsigned *bits);
enum status crypto_key_ed25519(struct crypto *crypto, struct slice raw, struct crypto_key **key);
/*
 * The cost of verifying a signature with this key; 1 is the cost with an RSA key of 2,048 bits and
 * the usual exponent.
 */
unsigned crypto_key_weight(const struct crypto_key *key);
void crypto_key_free(struct crypto_key *key); /* NULL is fine */

/*
 * Checks a signature over digest, a SHA-256 hash: PKCS#1 v1.5 with its DigestInfo for RSA, plain
 * Ed25519 over the 32 octets for Ed25519 (RFC 8463 3). *good is the answer; ST_TEMP if OpenSSL
 * fails. A signature whose length differs from the key's is not good.
 */
enum status crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct slice signature, bool *good);

/*
 * Recovers the SHA-256 hash from an RSA signature with the public key (PKCS#1 v1.5). *good: the
 * padding is right, which proves that the signature was made with the matching private key. ST_TEMP
 * as above.
 */
enum status crypto_recover(struct crypto *crypto, const struct crypto_key *key,
	struct slice signature, unsigned char digest[CRYPTO_SHA256_SIZE], bool *good);

/* The kind of a private key; bits is 256 for Ed25519. */
struct crypto_signer_info {
	bool rsa;
	unsigned bits;
};

/*
 * Reads the first private key in a PEM text: PKCS#8 (RFC 5958) for RSA or Ed25519, or PKCS#1 for
 * RSA. ST_BAD if there is none, or it is encrypted or of another kind; any size is accepted.
 * The caller must free the signer; *signer is NULL if not ST_OK. No other copy of the key remains;
 * the caller wipes pem.
 */
enum status crypto_signer_new(struct crypto *crypto, struct slice pem,
	struct crypto_signer **signer, struct crypto_signer_info *info);
void crypto_signer_free(struct crypto_signer *signer); /* NULL is fine */

/*
 * Signs digest, a SHA-256 hash, as crypto_verify checks it, into the arena. ST_TEMP if OpenSSL
 * fails.
 */
enum status crypto_sign(struct crypto *crypto, const struct crypto_signer *signer,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct arena *arena,
	struct slice *signature);

/* Overwrites secrets; compilers do not optimize it away. */
void crypto_wipe(void *bytes, size_t n);

#endif
