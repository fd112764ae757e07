#include <criterion/criterion.h>
#include <pthread.h>

#include "auth/base/base64.h"
#include "auth/base/crypto.h"
#include "tests/auth/base/crypto_keys.h"

static void
hash_of(struct crypto *crypto, struct slice text, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	cr_assert_eq(crypto_sha256(crypto, text, digest), ST_OK);
}

static struct slice
bytes_of(const char *base64, struct arena *arena)
{
	struct slice bytes;

	cr_assert_eq(base64_decode(slice_str(base64), arena, &bytes), ST_OK, "%s", base64);
	return bytes;
}

/* FIPS 180-4, RFC 6376 3.4.3, RFC 8463 A.3 */
static const struct hash_row {
	const char *name, *text, *digest;
} hash_rows[] = {
	{"nothing", "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
	{"abc", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
	{"the body of CRLF", "\r\n", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="},
	{"the body of RFC 8463 A.3",
		"Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n",
		"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="},
};

Test(crypto, hashes)
{
	struct arena arena;
	struct crypto *crypto = crypto_new();

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof hash_rows / sizeof *hash_rows; i++) {
		const struct hash_row *row = &hash_rows[i];
		unsigned char digest[CRYPTO_SHA256_SIZE];
		struct slice want = bytes_of(row->digest, &arena);

		hash_of(crypto, slice_str(row->text), digest);
		cr_expect(
			slice_eq(slice_make((char *)digest, sizeof digest), want), "%s", row->name);
	}
	crypto_free(crypto);
	arena_clear(&arena);
}

Test(crypto, hashes_side_by_side_and_in_pieces)
{
	struct crypto *crypto = crypto_new();
	struct crypto_hash *a = crypto_hash_new(crypto), *b = crypto_hash_new(crypto);
	unsigned char whole[CRYPTO_SHA256_SIZE], one[CRYPTO_SHA256_SIZE], two[CRYPTO_SHA256_SIZE];

	for (size_t i = 0; i < 1000; i++) {
		crypto_hash_add(a, SLICE("mail"));
		crypto_hash_add(b, i % 2 == 0 ? SLICE("mailm") : SLICE("ail"));
		crypto_hash_add(a, slice_make(NULL, 0));
	}
	cr_expect_eq(crypto_hash_end(a, one), ST_OK);
	cr_expect_eq(crypto_hash_end(b, two), ST_OK);
	cr_expect(memcmp(one, two, sizeof one) == 0);
	hash_of(crypto, SLICE("x"), whole); /* crypto_sha256 starts from an empty state each time */
	hash_of(crypto, SLICE("x"), two);
	cr_expect(memcmp(whole, two, sizeof two) == 0);
	cr_expect(memcmp(whole, one, sizeof two) != 0);
	crypto_free(crypto);
}

Test(crypto, nothing_asked_nothing_started)
{
	crypto_free(crypto_new());
	crypto_free(NULL);
	crypto_key_free(NULL);
}

static void
expect_good(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature, bool want, const char *name, const char *what)
{
	bool good = !want;

	cr_expect_eq(
		crypto_verify(crypto, key, digest, signature, &good), ST_OK, "%s: %s", name, what);
	cr_expect_eq(good, want, "%s: %s", name, what);
}

/* Verifies the signature, and altered ones that must not verify. */
static void
try_key(struct crypto *crypto, const struct crypto_key *key, const unsigned char *digest,
	struct slice signature, struct arena *arena, const char *name)
{
	unsigned char other[CRYPTO_SHA256_SIZE];
	char *p = arena_cstr(arena, signature);
	struct slice changed = slice_make(p, signature.n);

	memcpy(other, digest, sizeof other);
	other[31] ^= 1;
	expect_good(crypto, key, digest, signature, true, name, "good");
	expect_good(crypto, key, digest, signature, true, name, "good once more");
	expect_good(crypto, key, other, signature, false, name, "another digest");
	for (size_t at = 0; at < signature.n; at += signature.n / 5) {
		p[at] ^= 4;
		expect_good(crypto, key, digest, changed, false, name, "a changed bit");
		p[at] ^= 4;
	}
	expect_good(crypto, key, digest, slice_head(changed, changed.n - 1), false, name, "short");
	expect_good(crypto, key, digest, slice_make(p, changed.n + 1), false, name, "long");
	expect_good(crypto, key, digest, slice_make(NULL, 0), false, name, "empty");
	memset(p, 0, changed.n);
	expect_good(crypto, key, digest, changed, false, name, "zero");
	p[changed.n - 1] = 1;
	expect_good(crypto, key, digest, changed, false, name, "one");
	memset(p, 0xff, changed.n);
	expect_good(crypto, key, digest, changed, false, name, "over the modulus");
}

Test(crypto, rsa_keys_of_all_sizes)
{
	struct arena arena;
	struct crypto *crypto = crypto_new();
	unsigned char digest[CRYPTO_SHA256_SIZE];

	arena_init(&arena, NULL, NULL);
	hash_of(crypto, SLICE("mailstamp"), digest);
	for (size_t i = 0; i < sizeof rsa_keys / sizeof *rsa_keys; i++) {
		const struct rsa_key *row = &rsa_keys[i];
		struct crypto_key *key;
		unsigned bits;

		cr_expect_eq(crypto_key_rsa(crypto, bytes_of(row->key, &arena), &key, &bits), ST_OK,
			"%s", row->name);
		cr_expect_eq(bits, row->bits, "%s: %u", row->name, bits);
		try_key(crypto, key, digest, bytes_of(row->signature, &arena), &arena, row->name);
		crypto_key_free(key);
	}
	crypto_free(crypto);
	arena_clear(&arena);
}

/* the keys and signatures of RFC 8463 A.2 and A.3, over the header hash of its message */
#define RFC8463_HEADER                                                                             \
	"from:Joe SixPack <joe@football.example.com>\r\n"                                          \
	"to:Suzie Q <suzie@shopping.example.net>\r\n"                                              \
	"subject:Is dinner ready?\r\n"                                                             \
	"date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                                           \
	"message-id:<20030712040037.46341.5F8J@football.example.com>\r\n"
#define RFC8463_SIGNATURE(a, s)                                                                    \
	"dkim-signature:v=1; a=" a "; c=relaxed/relaxed; d=football.example.com; "                 \
	"i=@football.example.com; q=dns/txt; s=" s "; t=1528637909; "                              \
	"h=from : to : subject : date : message-id : from : subject : date; "                      \
	"bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b="

#define RFC8463_RSA_KEY                                                                            \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2"     \
	"jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvH"     \
	"O9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
#define RFC8463_RSA                                                                                \
	"F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rp"     \
	"o1tFOeS9mPYQTnGdaSGsgeefOsk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FAD"     \
	"Y+8="

Test(crypto, rfc_8463_example)
{
	struct arena arena;
	struct crypto *crypto = crypto_new();
	struct crypto_key *key;
	unsigned char digest[CRYPTO_SHA256_SIZE];
	unsigned bits;

	arena_init(&arena, NULL, NULL);
	hash_of(crypto, SLICE(RFC8463_HEADER RFC8463_SIGNATURE("ed25519-sha256", "brisbane")),
		digest);
	cr_assert_eq(
		crypto_key_ed25519(crypto,
			bytes_of("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", &arena), &key),
		ST_OK);
	try_key(crypto, key, digest,
		bytes_of("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
			 "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
			&arena),
		&arena, "ed25519");
	crypto_key_free(key);

	hash_of(crypto, SLICE(RFC8463_HEADER RFC8463_SIGNATURE("rsa-sha256", "test")), digest);
	cr_assert_eq(crypto_key_rsa(crypto, bytes_of(RFC8463_RSA_KEY, &arena), &key, &bits), ST_OK);
	cr_expect_eq(bits, 1024);
	try_key(crypto, key, digest, bytes_of(RFC8463_RSA, &arena), &arena, "rsa");
	crypto_key_free(key);
	crypto_free(crypto);
	arena_clear(&arena);
}

/* Two that share a library context: each verifies, whichever loaded it. */
Test(crypto, beside)
{
	for (int loader = 0; loader < 2; loader++) {
		struct arena arena;
		struct crypto *first = crypto_new(), *others[2];
		unsigned char digest[CRYPTO_SHA256_SIZE];

		arena_init(&arena, NULL, NULL);
		hash_of(first,
			SLICE(RFC8463_HEADER RFC8463_SIGNATURE("ed25519-sha256", "brisbane")),
			digest);
		others[0] = loader == 0 ? first : crypto_new_beside(first);
		others[1] = crypto_new_beside(first);
		for (int i = 0; i < 2; i++) {
			struct crypto_key *key;

			cr_assert_eq(
				crypto_key_ed25519(others[i],
					bytes_of("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
						&arena),
					&key),
				ST_OK);
			try_key(others[i], key, digest,
				bytes_of("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
					 "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
					&arena),
				&arena, "ed25519");
			crypto_key_free(key);
		}
		crypto_free(others[1]);
		if (others[0] != first)
			crypto_free(others[0]);
		crypto_free(first);
		arena_clear(&arena);
	}
}

static void *
verify_often(void *arg)
{
	struct crypto *crypto = crypto_new_beside(arg);
	const struct slice header = SLICE(RFC8463_HEADER RFC8463_SIGNATURE("rsa-sha256", "test"));
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct arena arena;
	size_t right = 0;

	arena_init(&arena, NULL, NULL);
	hash_of(crypto, header, digest);
	for (int i = 0; i < 300; i++) {
		struct crypto_key *key;
		struct slice der = bytes_of(RFC8463_RSA_KEY, &arena);
		char raw[CRYPTO_ED25519_SIZE] = {2, 0, (char)(i % 100)};
		bool good;
		unsigned bits;

		if (crypto_key_rsa(crypto, der, &key, &bits) == ST_OK &&
			crypto_verify(crypto, key, digest, bytes_of(RFC8463_RSA, &arena), &good) ==
				ST_OK)
			right += good;
		crypto_key_free(key);
		(void)crypto_key_ed25519(crypto, slice_make(raw, sizeof raw), &key);
		crypto_key_free(key);
	}
	cr_expect_eq(right, 300);
	crypto_free(crypto);
	arena_clear(&arena);
	return NULL;
}

/* Threads use the same keys at once, and others are evicted meanwhile. */
Test(crypto, beside_in_threads)
{
	struct crypto *first = crypto_new();
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, verify_often, first), 0);
	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
	crypto_free(first);
}

Test(crypto, ed25519_keys_are_32_octets)
{
	static const char octets[64] = {2}; /* the first encodes a point */
	struct crypto *crypto = crypto_new();

	for (size_t n = 0; n <= sizeof octets; n++) {
		struct crypto_key *key = NULL;
		enum status status = crypto_key_ed25519(crypto, slice_make(octets, n), &key);

		cr_expect_eq(status, n == 32 ? ST_OK : ST_BAD, "%zu octets", n);
		cr_expect_eq(key != NULL, n == 32);
		crypto_key_free(key);
	}
	crypto_free(crypto);
}

#define P_HIGH                                                                                     \
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"                             \
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ORDER_8_A                                                                                  \
	"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0"                         \
	"\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc"
#define ORDER_8_B                                                                                  \
	"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f"                         \
	"\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03"

/*
 * Encodings that RFC 8032 5.1.3 rejects, and points of small order, with which one signature fits
 * most messages: they are invalid as keys, and as R of a signature they do not verify.
 */
Test(crypto, ed25519_points)
{
	static const struct {
		const char *name;
		struct slice point;
		bool sound;
	} rows[] = {
		{"order 1", SLICE_INIT("\x01" ZEROS "\x00"), false},
		{"order 1, sign set", SLICE_INIT("\x01" ZEROS "\x80"), false},
		{"order 2", SLICE_INIT("\xec" P_HIGH "\x7f"), false},
		{"order 2, sign set", SLICE_INIT("\xec" P_HIGH "\xff"), false},
		{"order 4", SLICE_INIT("\x00" ZEROS "\x00"), false},
		{"order 4, the other one", SLICE_INIT("\x00" ZEROS "\x80"), false},
		{"order 8", SLICE_INIT(ORDER_8_A "\x05"), false},
		{"order 8, sign set", SLICE_INIT(ORDER_8_A "\x85"), false},
		{"order 8, another", SLICE_INIT(ORDER_8_B "\x7a"), false},
		{"order 8, another, sign set", SLICE_INIT(ORDER_8_B "\xfa"), false},
		{"p itself", SLICE_INIT("\xed" P_HIGH "\x7f"), false},
		{"p + 1", SLICE_INIT("\xee" P_HIGH "\x7f"), false},
		{"p + 18, the largest", SLICE_INIT("\xff" P_HIGH "\x7f"), false},
		{"the same, sign set", SLICE_INIT("\xff" P_HIGH "\xff"), false},
		{"p - 2", SLICE_INIT("\xeb" P_HIGH "\x7f"), true},
		{"2", SLICE_INIT("\x02" ZEROS "\x00"), true},
		{"near order 8", SLICE_INIT(ORDER_8_A "\x06"), true},
	};
	struct crypto *crypto = crypto_new();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct crypto_key *key;

		cr_assert_eq(rows[i].point.n, 32, "%s: %zu", rows[i].name, rows[i].point.n);
		cr_expect_eq(crypto_key_ed25519(crypto, rows[i].point, &key),
			rows[i].sound ? ST_OK : ST_BAD, "%s", rows[i].name);
		crypto_key_free(key);
	}
	crypto_free(crypto);
}

/* Values that are not points: nothing crashes, and the signature does not verify. */
Test(crypto, ed25519_hostile_points)
{
	static const char fills[] = {1, 2, (char)0x7e, (char)0x80, (char)0xfe};
	struct crypto *crypto = crypto_new();
	unsigned char digest[CRYPTO_SHA256_SIZE] = {1};
	char raw[32], signature[64];

	memset(signature, 0x55, sizeof signature);
	for (size_t i = 0; i < sizeof fills; i++) {
		struct crypto_key *key;
		bool good;

		memset(raw, fills[i], sizeof raw);
		cr_assert_eq(crypto_key_ed25519(crypto, slice_make(raw, sizeof raw), &key), ST_OK);
		cr_expect_eq(crypto_verify(crypto, key, digest, slice_make(signature, 64), &good),
			ST_OK);
		cr_expect_not(good);
		crypto_key_free(key);
	}
	crypto_free(crypto);
}

/* RSA keys that nobody would use, with numbers so small that steps could fail: each must return */
Test(crypto, tiny_rsa_keys_verify_nothing)
{
	struct crypto *crypto = crypto_new();
	unsigned char digest[CRYPTO_SHA256_SIZE] = {1};
	struct crypto_key *key;
	unsigned bits;
	bool good;

	/* n = 33, e = 3 */
	cr_assert_eq(crypto_key_rsa(crypto, SLICE("\x30\x06\x02\x01\x21\x02\x01\x03"), &key, &bits),
		ST_OK);
	cr_expect_eq(bits, 6);
	cr_expect_eq(crypto_verify(crypto, key, digest, SLICE("\x01"), &good), ST_OK);
	cr_expect_not(good);
	crypto_key_free(key);
	cr_expect_eq(crypto_key_rsa(crypto, SLICE("no key"), &key, &bits), ST_BAD);
	cr_expect_null(key);
	crypto_free(crypto);
}

/* Key confusion: octets that are a key of each algorithm are cached as one, and read as the other.
 */
Test(crypto, octets_of_two_kinds_of_key)
{
	static const struct slice octets = SLICE_INIT(
		"\x30\x1e\x02\x17\0\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1"
		"\xc1\xc1\xc1\xc1\xc1\xc1\x03\x02\x03\x01\0\x01");
	unsigned char digest[CRYPTO_SHA256_SIZE] = {1};
	struct crypto *crypto = crypto_new();
	struct crypto_key *rsa, *ed25519, *again;
	char signature[64] = {0};
	unsigned bits;
	bool good = true;

	cr_assert_eq(crypto_key_rsa(crypto, octets, &rsa, &bits), ST_OK);
	cr_expect_eq(bits, 176);
	cr_assert_eq(crypto_key_ed25519(crypto, octets, &ed25519), ST_OK);
	cr_expect_neq(rsa, ed25519);
	cr_expect_eq(
		crypto_verify(crypto, ed25519, digest, slice_make(signature, 64), &good), ST_OK);
	cr_expect_not(good);
	cr_assert_eq(crypto_key_rsa(crypto, octets, &again, &bits), ST_OK);
	cr_expect_eq(bits, 176);
	crypto_key_free(rsa);
	crypto_key_free(ed25519);
	crypto_key_free(again);
	crypto_free(crypto);
}
