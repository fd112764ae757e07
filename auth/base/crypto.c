#include "auth/base/crypto.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "auth/base/der.h"
#include "auth/base/keycache.h"

enum { ED25519_SIGNATURE_SIZE = 64 };

struct crypto {
	OSSL_LIB_CTX *lib;        /* NULL until something is asked */
	EVP_MD *sha256;           /* fetched once: a fetch for each hash doubles a small one */
	EVP_PKEY_CTX *rsa;        /* makes keys out of numbers */
	struct crypto_hash *idle; /* ended hashes, to be used again */
	struct keycache keys;     /* of RSA */
};

struct crypto_hash {
	struct crypto *crypto;
	struct crypto_hash *next;
	EVP_MD_CTX *ctx;
	bool failed;
};

struct crypto_key {
	EVP_PKEY *pkey;
	size_t signature_size;
	unsigned bits;
	unsigned users; /* the cache and who asked; of one thread */
	bool rsa;
};

struct crypto_signer {
	EVP_PKEY *pkey;
	bool rsa;
};

/* Empties OpenSSL's error queue; true where memory was the reason. */
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
 * A library context of our own, without openssl.cnf: the system's configuration would decide which
 * algorithms exist, and reading it costs more than all that a message needs.
 */
static bool
start(struct crypto *crypto)
{
	if (crypto->lib == NULL) {
		(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
						  OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
			NULL);
		crypto->lib = OSSL_LIB_CTX_new();
	}
	if (crypto->lib != NULL && crypto->sha256 == NULL)
		crypto->sha256 = EVP_MD_fetch(crypto->lib, "SHA2-256", NULL);
	if (crypto->sha256 != NULL)
		return true;
	(void)drain_errors();
	return false;
}

static void
drop_key(void *key)
{
	crypto_key_free(key);
}

struct crypto *
crypto_new(void)
{
	struct crypto *crypto = calloc(1, sizeof *crypto);

	if (crypto != NULL)
		crypto->keys.drop = drop_key;
	return crypto;
}

static void
hash_free(struct crypto_hash *hash)
{
	EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

void
crypto_free(struct crypto *crypto)
{
	struct crypto_hash *next;

	if (crypto == NULL)
		return;
	for (struct crypto_hash *hash = crypto->idle; hash != NULL; hash = next) {
		next = hash->next;
		hash_free(hash);
	}
	keycache_clear(&crypto->keys);
	EVP_PKEY_CTX_free(crypto->rsa);
	EVP_MD_free(crypto->sha256);
	OSSL_LIB_CTX_free(crypto->lib);
	free(crypto);
}

/* an ended hash or one without a state yet; NULL where there is no memory */
static struct crypto_hash *
hash_take(struct crypto *crypto)
{
	struct crypto_hash *hash = crypto->idle;

	if (hash != NULL) {
		crypto->idle = hash->next;
		return hash;
	}
	hash = calloc(1, sizeof *hash);
	if (hash == NULL)
		return NULL;
	hash->ctx = EVP_MD_CTX_new();
	if (hash->ctx == NULL) {
		free(hash);
		return NULL;
	}
	hash->crypto = crypto;
	return hash;
}

struct crypto_hash *
crypto_hash_new(struct crypto *crypto)
{
	struct crypto_hash *hash = start(crypto) ? hash_take(crypto) : NULL;

	if (hash == NULL)
		return NULL;
	hash->failed = false;
	if (EVP_DigestInit_ex2(hash->ctx, crypto->sha256, NULL) != 1) {
		hash_free(hash);
		(void)drain_errors();
		return NULL;
	}
	return hash;
}

void
crypto_hash_add(struct crypto_hash *hash, struct slice bytes)
{
	if (bytes.n > 0 && EVP_DigestUpdate(hash->ctx, bytes.p, bytes.n) != 1)
		hash->failed = true;
}

struct crypto_hash *
crypto_hash_copy(const struct crypto_hash *hash)
{
	struct crypto_hash *copy = hash_take(hash->crypto);

	if (copy == NULL)
		return NULL;
	copy->failed = hash->failed;
	if (EVP_MD_CTX_copy_ex(copy->ctx, hash->ctx) != 1) {
		hash_free(copy);
		(void)drain_errors();
		return NULL;
	}
	return copy;
}

enum status
crypto_hash_end(struct crypto_hash *hash, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	struct crypto *crypto = hash->crypto;
	unsigned n = 0;

	memset(digest, 0, CRYPTO_SHA256_SIZE);
	if (EVP_DigestFinal_ex(hash->ctx, digest, &n) != 1 || n != CRYPTO_SHA256_SIZE ||
		hash->failed) {
		hash_free(hash);
		(void)drain_errors();
		return ST_TEMP;
	}
	hash->next = crypto->idle;
	crypto->idle = hash;
	return ST_OK;
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

/* Takes pkey over. */
static enum status
key_new(EVP_PKEY *pkey, bool rsa, size_t signature_size, struct crypto_key **key)
{
	*key = calloc(1, sizeof **key);
	if (*key == NULL) {
		EVP_PKEY_free(pkey);
		return ST_TEMP;
	}
	**key = (struct crypto_key){
		.pkey = pkey, .signature_size = signature_size, .users = 1, .rsa = rsa};
	return ST_OK;
}

/* A number in the machine's byte order, as OSSL_PARAM wants it; false where there is no memory. */
static bool
to_native(struct slice number, unsigned char *native)
{
	BIGNUM *bn = BN_bin2bn((const unsigned char *)number.p, (int)number.n, NULL);
	bool done = bn != NULL && BN_bn2nativepad(bn, native, (int)number.n) == (int)number.n;

	BN_free(bn);
	return done;
}

static EVP_PKEY *
rsa_from_numbers(struct crypto *crypto, const struct der_rsa *rsa)
{
	unsigned char n[DER_RSA_MAX_BITS / 8], e[DER_RSA_MAX_EXPONENT_BITS / 8];
	EVP_PKEY *pkey = NULL;

	if (!to_native(rsa->modulus, n) || !to_native(rsa->exponent, e))
		return NULL;
	if (crypto->rsa == NULL)
		crypto->rsa = EVP_PKEY_CTX_new_from_name(crypto->lib, "RSA", NULL);
	if (crypto->rsa == NULL || EVP_PKEY_fromdata_init(crypto->rsa) != 1)
		return NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, rsa->modulus.n),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, rsa->exponent.n),
		OSSL_PARAM_construct_end(),
	};
	if (EVP_PKEY_fromdata(crypto->rsa, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return NULL;
	return pkey;
}

enum status
crypto_key_rsa(struct crypto *crypto, struct slice der, struct crypto_key **key, unsigned *bits)
{
	struct der_rsa rsa;
	enum status status;
	EVP_PKEY *pkey;

	*key = keycache_get(&crypto->keys, der);
	if (*key != NULL) {
		(*key)->users++;
		*bits = (*key)->bits;
		return ST_OK;
	}
	status = der_rsa_parse(der, &rsa);
	*bits = rsa.bits;
	if (status != ST_OK)
		return status;
	pkey = start(crypto) ? rsa_from_numbers(crypto, &rsa) : NULL;
	if (pkey == NULL) {
		(void)drain_errors();
		return ST_TEMP; /* der_rsa_parse refused what OpenSSL would */
	}
	if (key_new(pkey, true, rsa.modulus.n, key) != ST_OK)
		return ST_TEMP;
	(*key)->bits = rsa.bits;
	if (keycache_put(&crypto->keys, der, *key))
		(*key)->users++;
	return ST_OK;
}

enum status
crypto_key_ed25519(struct crypto *crypto, struct slice raw, struct crypto_key **key)
{
	EVP_PKEY *pkey;

	*key = NULL;
	if (raw.n != CRYPTO_ED25519_SIZE) /* RFC 8463 4 */
		return ST_BAD;
	if (!start(crypto))
		return ST_TEMP;
	pkey = EVP_PKEY_new_raw_public_key_ex(
		crypto->lib, "ED25519", NULL, (const unsigned char *)raw.p, raw.n);
	if (pkey == NULL) {
		(void)drain_errors();
		return ST_TEMP;
	}
	return key_new(pkey, false, ED25519_SIGNATURE_SIZE, key);
}

void
crypto_key_free(struct crypto_key *key)
{
	if (key == NULL || --key->users > 0)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* 1 for a good signature; 0 or less for a bad one; -2 where it could not be asked */
static int
verify_rsa(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(crypto->lib, key->pkey, NULL);
	int rc = -2;

	/* RFC 6376 3.3: EMSA-PKCS1-v1_5 of RFC 8017 9.2, with SHA-256's DigestInfo */
	if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, crypto->sha256) == 1)
		rc = EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n, digest,
			CRYPTO_SHA256_SIZE);
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
verify_ed25519(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -2;

	/* RFC 8463 3: PureEdDSA over the hash */
	if (ctx != NULL &&
		EVP_DigestVerifyInit_ex(ctx, NULL, NULL, crypto->lib, NULL, key->pkey, NULL) == 1)
		rc = EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n, digest,
			CRYPTO_SHA256_SIZE);
	EVP_MD_CTX_free(ctx);
	return rc;
}

enum status
crypto_verify(struct crypto *crypto, const struct crypto_key *key,
	const unsigned char digest[CRYPTO_SHA256_SIZE], struct slice signature, bool *good)
{
	bool memory;
	int rc;

	*good = false;
	if (signature.n != key->signature_size) /* RFC 8017 8.2.2 step 1, RFC 8032 5.1.7 step 1 */
		return ST_OK;
	if (!start(crypto))
		return ST_TEMP;
	rc = key->rsa ? verify_rsa(crypto, key, digest, signature)
		      : verify_ed25519(crypto, key, digest, signature);
	*good = rc == 1;
	memory = drain_errors();
	return !*good && (memory || rc == -2) ? ST_TEMP : ST_OK;
}

enum status
crypto_recover(struct crypto *crypto, const struct crypto_key *key, struct slice signature,
	unsigned char digest[CRYPTO_SHA256_SIZE], bool *good)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(crypto->lib, key->pkey, NULL);

	*good = key->rsa && signature.n == key->signature_size && ctx != NULL &&
		EVP_PKEY_verify_recover_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, crypto->sha256) == 1 &&
		EVP_PKEY_verify_recover(ctx, digest, &(size_t){CRYPTO_SHA256_SIZE},
			(const unsigned char *)signature.p, signature.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	return drain_errors() && !*good ? ST_TEMP : ST_OK;
}

/* No key of ours is encrypted, and nobody is there to be asked. */
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
	bio = start(crypto) ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
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
	if (size <= 0 || !start(crypto))
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
