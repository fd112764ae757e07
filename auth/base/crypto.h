/*
 * crypto.h: SHA-256, RSA and Ed25519, verified and signed; with rsa.h the only door to OpenSSL.
 */
#ifndef AUTH_BASE_CRYPTO_H
#define AUTH_BASE_CRYPTO_H

#include "mime/arena.h"
#include "mime/status.h"

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_ED25519_SIZE = 32 };

struct crypto;        /* fetched algorithms; one a thread */
struct crypto_hash;   /* one running SHA-256 */
struct crypto_key;    /* one public key */
struct crypto_signer; /* one private key */

/*
 * It has a library context of its own, which openssl.cnf has no say in; nothing made by one crypto
 * is used with another, and all of it is freed or ended before crypto_free.
 * Starts nothing yet: hashes and RSA signatures need no provider of OpenSSL, and the library
 * context is made for the first Ed25519 key or the first signing. NULL where there is no memory.
 */
struct crypto *crypto_new(void);
void crypto_free(struct crypto *crypto); /* NULL is fine */

/* A new hash, or NULL where there is no memory (ST_TEMP for the caller). */
struct crypto_hash *crypto_hash_new(struct crypto *crypto);
void crypto_hash_add(struct crypto_hash *hash, struct slice bytes);
/* A second hash that goes on from where this one stands; NULL where OpenSSL could not. */
struct crypto_hash *crypto_hash_copy(const struct crypto_hash *hash);
/* Ends and frees the hash. ST_TEMP where any step of it failed. */
enum status crypto_hash_end(struct crypto_hash *hash, unsigned char digest[CRYPTO_SHA256_SIZE]);

/* A hash of bytes that are at hand. ST_TEMP where OpenSSL could not. */
enum status crypto_sha256(
	struct crypto *crypto, struct slice bytes, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * RSA: der is a SubjectPublicKeyInfo or an RSAPublicKey (RFC 6376 3.6.1, erratum 3017; RFC 8017
 * A.1.1), as auth/base/rsa.h reads them. ST_BAD where it is neither or the numbers make no key (an
 * exponent that is even or below 3; an even modulus); ST_LIMIT where it has more than 16,384 bits,
 * or an exponent of more than 32. *bits is the modulus' size, set wherever the numbers could be
 * read; however small it is, the key is made. Ed25519: 32 octets that are the canonical encoding of
 * a point that is not of small order, else ST_BAD (RFC 8463 4, RFC 8032 5.1.3). The key is the
 * caller's to free, before the crypto; *key is NULL where not ST_OK. The last few hundred keys are
 * kept by the crypto, so that one that comes again is not decoded again.
 */
enum status crypto_key_rsa(
	struct crypto *crypto, struct slice der, struct crypto_key **key, unsigned *bits);
enum status crypto_key_ed25519(struct crypto *crypto, struct slice raw, struct crypto_key **key);
/* What a verification with it costs, in those of an RSA key of 2,048 bits with a usual exponent. */
unsigned crypto_key_weight(const struct crypto_key *key);
void crypto_key_free(struct crypto_key *key); /* NULL is fine */

/*
 * Checks a signature over digest, a SHA-256 hash: PKCS#1 v1.5 with its DigestInfo for RSA, plain
 * Ed25519 over the 32 octets for Ed25519 (RFC 8463 3). *good is the answer; ST_TEMP where OpenSSL
 * could not say. A signature of another length than the key's is not good.
 */
enum status crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct slice signature, bool *good);

/*
 * The SHA-256 hash that an RSA signature holds under a public key (PKCS#1 v1.5); *good: its padding
 * is right, so that the private key of this public one made it. ST_TEMP as above.
 */
enum status crypto_recover(struct crypto *crypto, const struct crypto_key *key,
	struct slice signature, unsigned char digest[CRYPTO_SHA256_SIZE], bool *good);

/* What a private key is; bits is 256 for Ed25519. */
struct crypto_signer_info {
	bool rsa;
	unsigned bits;
};

/*
 * A private key out of PEM: PKCS#8 (RFC 5958) for RSA or Ed25519, or PKCS#1 for RSA, the first one
 * in the text. ST_BAD where there is none, it is encrypted, or of another kind; however small it
 * is, the signer is made. The signer is the caller's to free; *signer is NULL where not ST_OK.
 * Nothing of the key stays elsewhere; pem is the caller's to wipe.
 */
enum status crypto_signer_new(struct crypto *crypto, struct slice pem,
	struct crypto_signer **signer, struct crypto_signer_info *info);
void crypto_signer_free(struct crypto_signer *signer); /* NULL is fine */

/* Signs digest, a SHA-256 hash, as crypto_verify checks it, into the arena. ST_TEMP where OpenSSL
 * could not. */
enum status crypto_sign(struct crypto *crypto, const struct crypto_signer *signer,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct arena *arena,
	struct slice *signature);

/* Overwrites secrets; no compiler leaves it out. */
void crypto_wipe(void *bytes, size_t n);

#endif
