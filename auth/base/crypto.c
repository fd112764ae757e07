#include "auth/base/crypto.h"

/* for SHA256_Update: EVP also calls it, but loads the providers first */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "auth/base/keycache.h"
#include "auth/base/rsa.h"

enum {
	ED25519_SIGNATURE_SIZE = 64,
	ED25519_WEIGHT = 4 /* in units of crypto_key_weight, measured */
};

struct crypto {
	struct rsa *rsa;          /* NULL until an RSA signature is verified */
	struct crypto_hash *idle; /* finished hashes, kept for reuse */
	struct crypto *first;     /* has what is shared; may be this one */
	OSSL_LIB_CTX *lib;        /* of the first; NULL until needed */
	EVP_MD *sha256;           /* of lib */
	/* only of the first */
	pthread_mutex_t lock; /* for keys, and for lib and sha256 of the first */
	struct keycache keys; /* of both kinds */
};

struct crypto_hash {
	struct crypto *crypto;
	struct crypto_hash *next;
	SHA256_CTX state;
	bool failed;
};

struct crypto_key {
	struct rsa_key *rsa; /* or NULL */
	EVP_PKEY *ed25519;   /* or NULL */
	unsigned bits, weight;
	atomic_uint users; /* references, by the cache and by callers */
};

struct crypto_signer {
	EVP_PKEY *pkey;
	bool rsa;
};

/* Empties OpenSSL's error queue; true if memory ran out. */
static bool
drain_errors(void)
{
	bool memory = false;
	unsigned long error;

	while ((error = ERR_get_error()) != 0)
		memory = memory || ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
	return memory;
}

/*
 * Creates a library context, unless another thread has done so, without openssl.cnf: the system's
 * configuration could disable algorithms, and reading it costs more than evaluating a message.
 */
static bool
find_context(struct crypto *crypto)
{
	struct crypto *first = crypto->first;

	pthread_mutex_lock(&first->lock);
	if (first->lib == NULL) {
		(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
						  OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
			NULL);
		first->lib = OSSL_LIB_CTX_new();
	}
	if (first->lib != NULL && first->sha256 == NULL)
		first->sha256 = EVP_MD_fetch(first->lib, "SHA2-256", NULL);
	crypto->lib = first->lib;
	crypto->sha256 = first->sha256;
	pthread_mutex_unlock(&first->lock);
	if (crypto->sha256 == NULL)
		(void)drain_errors();
	return crypto->sha256 != NULL;
}

static void
drop_key(void *key)
{
	crypto_key_free(key);
}

struct crypto *
crypto_new_beside(struct crypto *first)
{
	struct crypto *crypto = calloc(1, sizeof *crypto);

	if (crypto == NULL || (first == NULL && pthread_mutex_init(&crypto->lock, NULL) != 0)) {
		free(crypto);
		return NULL;
	}
	crypto->first = first != NULL ? first : crypto;
	crypto->keys.drop = drop_key;
	return crypto;
}

void
crypto_free(struct crypto *crypto)
{
	struct crypto_hash *next;

	if (crypto == NULL)
		return;
	for (struct crypto_hash *hash = crypto->idle; hash != NULL; hash = next) {
		next = hash->next;
		free(hash);
	}
	rsa_free(crypto->rsa);
	if (crypto->first == crypto) {
		keycache_clear(&crypto->keys);
		EVP_MD_free(crypto->sha256);
		OSSL_LIB_CTX_free(crypto->lib);
		(void)pthread_mutex_destroy(&crypto->lock);
	}
	free(crypto);
}

struct crypto_hash *
crypto_hash_new(struct crypto *crypto)
{
	struct crypto_hash *hash = crypto->idle;

	if (hash != NULL)
		crypto->idle = hash->next;
	else if ((hash = malloc(sizeof *hash)) == NULL)
		return NULL;
	hash->crypto = crypto;
	hash->failed = SHA256_Init(&hash->state) != 1;
	return hash;
}

void
crypto_hash_add(struct crypto_hash *hash, struct slice bytes)
{
	if (bytes.n > 0 && SHA256_Update(&hash->state, bytes.p, bytes.n) != 1)
		hash->failed = true;
}

struct crypto_hash *
crypto_hash_copy(const struct crypto_hash *hash)
{
	struct crypto_hash *copy = crypto_hash_new(hash->crypto);

	if (copy == NULL)
		return NULL;
	copy->state = hash->state;
	copy->failed = hash->failed;
	return copy;
}

enum status
crypto_hash_end(struct crypto_hash *hash, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	struct crypto *crypto = hash->crypto;

	memset(digest, 0, CRYPTO_SHA256_SIZE);
	if (SHA256_Final(digest, &hash->state) != 1)
		hash->failed = true;
	hash->next = crypto->idle;
	crypto->idle = hash;
	return hash->failed ? ST_TEMP : ST_OK;
}

enum status
crypto_sha256(struct crypto *crypto, struct slice bytes, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	struct crypto_hash *hash = crypto_hash_new(crypto);

	if (hash == NULL)
		return ST_TEMP;
	crypto_hash_add(hash, bytes);
	return crypto_hash_end(hash, digest);
}

/* The cached key of that kind with those octets, or NULL. */
static struct crypto_key *
find_key(struct crypto *crypto, struct slice octets, bool rsa)
{
	struct crypto *first = crypto->first;
	struct crypto_key *key;

	pthread_mutex_lock(&first->lock);
	key = keycache_get(&first->keys, octets);
	if (key != NULL && (key->rsa != NULL) != rsa)
		key = NULL;
	if (key != NULL)
		key->users++;
	pthread_mutex_unlock(&first->lock);
	return key;
}

/* Makes a key with the contents of inside and caches it. When out of memory, frees them: NULL. */
static struct crypto_key *
keep_key(struct crypto *crypto, struct slice octets, struct crypto_key inside)
{
	struct crypto_key *key = malloc(sizeof *key);

	if (key == NULL) {
		rsa_key_free(inside.rsa);
		EVP_PKEY_free(inside.ed25519);
		return NULL;
	}
	*key = inside;
	key->users = 2;
	pthread_mutex_lock(&crypto->first->lock);
	if (!keycache_put(&crypto->first->keys, octets, key))
		key->users--;
	pthread_mutex_unlock(&crypto->first->lock);
	return key;
}

enum status
crypto_key_rsa(struct crypto *crypto, struct slice der, struct crypto_key **key, unsigned *bits)
{
	struct crypto_key inside = {.rsa = NULL};
	struct rsa_numbers numbers;
	enum status status;

	*key = find_key(crypto, der, true);
	if (*key != NULL) {
		*bits = (*key)->bits;
		return ST_OK;
	}
	status = rsa_parse(der, &numbers);
	*bits = inside.bits = numbers.bits;
	if (status != ST_OK)
		return status;
	inside.weight = rsa_weight(&numbers);
	inside.rsa = rsa_key_new(&numbers);
	if (inside.rsa == NULL)
		return ST_TEMP;
	*key = keep_key(crypto, der, inside);
	return *key != NULL ? ST_OK : ST_TEMP;
}

/*
 * Is this the canonical encoding of a point that is not of small order (RFC 8032 5.1.3)? With a key
 * of small order, some signatures are valid for most messages; and implementations differ about
 * encodings that are not canonical.
 */
static bool
is_sound_point(struct slice encoded)
{
	/*
	 * the y of the points of order 1, 2, 4 and 8, without the sign of x; least significant
	 * octet first
	 */
	static const char small[][CRYPTO_ED25519_SIZE + 1] = {
		"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"
		"\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
		"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"
		"\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
	};
	unsigned char y[CRYPTO_ED25519_SIZE];
	size_t i = CRYPTO_ED25519_SIZE - 1;

	memcpy(y, encoded.p, sizeof y);
	y[i] &= 0x7f;
	for (size_t k = 0; k < sizeof small / sizeof small[0]; k++)
		if (memcmp(y, small[k], sizeof y) == 0)
			return false;
	/* y < 2^255 - 19 */
	if (y[i] != 0x7f)
		return true;
	while (i > 1 && y[i - 1] == 0xff)
		i--;
	return i > 1 || y[0] < 0xed;
}

enum status
crypto_key_ed25519(struct crypto *crypto, struct slice raw, struct crypto_key **key)
{
	struct crypto_key inside = {.bits = 8 * CRYPTO_ED25519_SIZE, .weight = ED25519_WEIGHT};

	*key = NULL;
	if (raw.n != CRYPTO_ED25519_SIZE || !is_sound_point(raw)) /* RFC 8463 4 */
		return ST_BAD;
	*key = find_key(crypto, raw, false);
	if (*key != NULL)
		return ST_OK;
	if (!find_context(crypto))
		return ST_TEMP;
	inside.ed25519 = EVP_PKEY_new_raw_public_key_ex(
		crypto->lib, "ED25519", NULL, (const unsigned char *)raw.p, raw.n);
	if (inside.ed25519 == NULL) {
		(void)drain_errors();
		return ST_TEMP;
	}
	*key = keep_key(crypto, raw, inside);
	return *key != NULL ? ST_OK : ST_TEMP;
}

unsigned
crypto_key_weight(const struct crypto_key *key)
{
	return key->weight;
}

void
crypto_key_free(struct crypto_key *key)
{
	if (key == NULL || --key->users > 0)
		return;
	rsa_key_free(key->rsa);
	EVP_PKEY_free(key->ed25519);
	free(key);
}

static enum status
verify_rsa(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature, bool *good)
{
	if (crypto->rsa == NULL)
		crypto->rsa = rsa_new();
	/* RFC 6376 3.3: EMSA-PKCS1-v1_5 of RFC 8017 9.2, with SHA-256's DigestInfo */
	return crypto->rsa != NULL ? rsa_verify(crypto->rsa, key->rsa, digest, signature, good)
				   : ST_TEMP;
}

static enum status
verify_ed25519(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature, bool *good)
{
	EVP_MD_CTX *ctx;
	bool asked, memory;

	/* RFC 8032 5.1.7 step 1; the first half of the signature, R, is a point */
	if (signature.n != ED25519_SIGNATURE_SIZE || !is_sound_point(signature))
		return ST_OK;
	if (!find_context(crypto))
		return ST_TEMP;
	ctx = EVP_MD_CTX_new();
	/* RFC 8463 3: PureEdDSA over the hash */
	asked = ctx != NULL && EVP_DigestVerifyInit_ex(
				       ctx, NULL, NULL, crypto->lib, NULL, key->ed25519, NULL) == 1;
	*good = asked && EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
				 digest, CRYPTO_SHA256_SIZE) == 1;
	EVP_MD_CTX_free(ctx);
	memory = drain_errors();
	return !*good && (memory || !asked) ? ST_TEMP : ST_OK;
}

enum status
crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct slice signature, bool *good)
{
	*good = false;
	return key->rsa != NULL ? verify_rsa(crypto, key, digest, signature, good)
				: verify_ed25519(crypto, key, digest, signature, good);
}

enum status
crypto_recover(struct crypto *crypto, const struct crypto_key *key, struct slice signature,
	unsigned char digest[CRYPTO_SHA256_SIZE], bool *good)
{
	*good = false;
	if (key->rsa == NULL)
		return ST_OK;
	if (crypto->rsa == NULL)
		crypto->rsa = rsa_new();
	return crypto->rsa != NULL ? rsa_recover(crypto->rsa, key->rsa, signature, digest, good)
				   : ST_TEMP;
}

/* Gives OpenSSL no password: our keys are not encrypted, and there is no one to prompt. */
static int
no_password(char *password, int size, int writing, void *arg)
{
	(void)password;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

enum status
crypto_signer_new(struct crypto *crypto, struct slice pem, struct crypto_signer **signer,
	struct crypto_signer_info *info)
{
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	*signer = NULL;
	*info = (struct crypto_signer_info){0};
	if (pem.n == 0 || pem.n > INT_MAX)
		return ST_BAD;
	bio = find_context(crypto) ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	if (bio == NULL) {
		(void)drain_errors();
		return ST_TEMP;
	}
	pkey = PEM_read_bio_PrivateKey_ex(bio, NULL, no_password, NULL, crypto->lib, NULL);
	BIO_free(bio);
	if (pkey == NULL)
		return drain_errors() ? ST_TEMP : ST_BAD;
	info->rsa = EVP_PKEY_is_a(pkey, "RSA") == 1;
	info->bits = info->rsa ? (unsigned)EVP_PKEY_get_bits(pkey) : 8 * CRYPTO_ED25519_SIZE;
	if (!info->rsa && EVP_PKEY_is_a(pkey, "ED25519") != 1) {
		EVP_PKEY_free(pkey);
		return ST_BAD;
	}
	*signer = malloc(sizeof **signer);
	if (*signer == NULL) {
		EVP_PKEY_free(pkey);
		return ST_TEMP;
	}
	**signer = (struct crypto_signer){.pkey = pkey, .rsa = info->rsa};
	return ST_OK;
}

void
crypto_signer_free(struct crypto_signer *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->pkey); /* which wipes the key */
	free(signer);
}

/* RFC 6376 3.3: EMSA-PKCS1-v1_5 of RFC 8017 9.2, with SHA-256's DigestInfo */
static bool
sign_rsa(struct crypto *crypto, const struct crypto_signer *signer, const unsigned char *digest,
	unsigned char *signature, size_t *n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(crypto->lib, signer->pkey, NULL);
	bool done = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, crypto->sha256) == 1 &&
		    EVP_PKEY_sign(ctx, signature, n, digest, CRYPTO_SHA256_SIZE) == 1;

	EVP_PKEY_CTX_free(ctx);
	return done;
}

/* RFC 8463 3: PureEdDSA over the hash */
static bool
sign_ed25519(struct crypto *crypto, const struct crypto_signer *signer, const unsigned char *digest,
	unsigned char *signature, size_t *n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL &&
		    EVP_DigestSignInit_ex(ctx, NULL, NULL, crypto->lib, NULL, signer->pkey, NULL) ==
			    1 &&
		    EVP_DigestSign(ctx, signature, n, digest, CRYPTO_SHA256_SIZE) == 1;

	EVP_MD_CTX_free(ctx);
	return done;
}

enum status
crypto_sign(struct crypto *crypto, const struct crypto_signer *signer,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct arena *arena,
	struct slice *signature)
{
	int size = EVP_PKEY_get_size(signer->pkey);
	unsigned char *bytes;
	size_t n;
	bool done;

	*signature = SLICE("");
	if (size <= 0 || !find_context(crypto))
		return ST_TEMP;
	n = (size_t)size;
	bytes = arena_alloc(arena, n);
	done = signer->rsa ? sign_rsa(crypto, signer, digest, bytes, &n)
			   : sign_ed25519(crypto, signer, digest, bytes, &n);
	if (!done) {
		(void)drain_errors();
		return ST_TEMP;
	}
	*signature = slice_make((const char *)bytes, n);
	return ST_OK;
}

void
crypto_wipe(void *bytes, size_t n)
{
	OPENSSL_cleanse(bytes, n);
}
