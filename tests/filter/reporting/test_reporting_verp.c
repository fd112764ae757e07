#include "filter/reporting/reporting_verp.h"

#include <criterion/criterion.h>

#include "auth/base/crypto.h"

static struct arena arena;
static struct crypto *crypto;
static unsigned char key[REPORTING_KEY];

static void
begin(void)
{
	arena_init(&arena, NULL, NULL);
	crypto = crypto_new();
	memset(key, 'k', sizeof key);
}

static void
end(void)
{
	crypto_free(crypto);
	arena_clear(&arena);
}

TestSuite(reporting_verp, .init = begin, .fini = end);

static enum status
read_back(const char *address, const char *base, int64_t today, struct reporting_verp *verp)
{
	return reporting_verp_read(crypto, key, slice_str(address), base, today, &arena, verp);
}

/* The code is RFC 2104's HMAC: `printf 7-20000 | openssl dgst -sha256 -hmac kkk...` (32 times k) */
Test(reporting_verp, is_made_and_read)
{
	const struct reporting_verp verp = {7, 20000};
	struct reporting_verp got;
	const char *address;

	cr_assert_eq(
		reporting_verp_make(crypto, key, &verp, "d@r.example", &arena, &address), ST_OK);
	cr_expect_str_eq(address, "d+7-20000-d3181d66506b66b885aa@r.example");
	cr_expect_eq(read_back(address, "d@r.example", 20000, &got), ST_OK);
	cr_expect_eq(got.mail, 7);
	cr_expect_eq(got.day, 20000);
	cr_expect_eq(read_back(address, "D@R.EXAMPLE", 20000, &got), ST_OK);
	cr_expect_eq(read_back(address, "d@r.example", 20001, &got), ST_BAD, "its day is over");
	cr_expect_eq(read_back(address, "e@r.example", 20000, &got), ST_BAD, "another base");
	cr_expect_eq(read_back(address, "d@q.example", 20000, &got), ST_BAD, "another domain");
	key[31] ^= 1;
	cr_expect_eq(read_back(address, "d@r.example", 20000, &got), ST_BAD, "another key");
}

Test(reporting_verp, forged)
{
	static const char *const forged[] = {
		"",
		"@",
		"d@r.example",
		"d+@r.example",
		"d+7@r.example",
		"d+7-20000@r.example",
		"d+7-20000-@r.example",
		"d+7-20000-00000000000000000000@r.example",
		"d+7-20000-d3181d66506b66b885a@r.example",
		"d+8-20000-d3181d66506b66b885aa@r.example",
		"d+7-20001-d3181d66506b66b885aa@r.example",
		"d+07-20000-d3181d66506b66b885aa@r.example",
		"d+7-20000-d3181d66506b66b885aax@r.example",
		"d+7-20000-d3181d66506b66b885aa-@r.example",
		"d+-7-20000-d3181d66506b66b885aa@r.example",
		"d+99999999999999999999-20000-d3181d66506b66b885aa@r.example",
		"x+d+7-20000-d3181d66506b66b885aa@r.example",
		"d+7-20000-d3181d66506b66b885aa@r.example.example",
		"d+7-20000-d3181d66506b66b885aa",
	};
	struct reporting_verp got;

	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
		cr_expect_eq(read_back(forged[i], "d@r.example", 0, &got), ST_BAD, "%s", forged[i]);
}
