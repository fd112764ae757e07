#include "filter/aggregate/aggregate_name.h"

#include <criterion/criterion.h>

#include "auth/base/crypto.h"

/* RFC 9990 3.5.1, 3.5.2: the grammar of file name and subject, which have the same id. */
Test(aggregate_name, id_file_subject)
{
	struct aggregate_name name = {
		.submitter = SLICE("mx.r.example"),
		.domain = SLICE("d.example"),
		.day = 1700006400,
		.policy = SLICE("p"),
	};
	struct crypto *crypto = crypto_new();
	struct slice id, other;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(aggregate_id(crypto, &name, &arena, &id), ST_OK);
	cr_assert_eq(id.n, AGGREGATE_ID);
	for (size_t i = 0; i < id.n; i++)
		cr_expect(slice_is_alpha(id.p[i]) || slice_is_digit(id.p[i]));
	id = SLICE("abc");
	cr_expect_str_eq(aggregate_file(&name, id, &arena),
		"mx.r.example!d.example!1700006400!1700092799!abc.xml.gz");
	cr_expect_str_eq(aggregate_subject(&name, id, &arena),
		"Report Domain: d.example Submitter: mx.r.example Report-ID: <abc>");
	cr_assert_eq(aggregate_id(crypto, &name, &arena, &id), ST_OK);
	cr_assert_eq(aggregate_id(crypto, &name, &arena, &other), ST_OK);
	cr_expect(slice_eq(id, other), "the same for the same");
	name.part = 1;
	cr_assert_eq(aggregate_id(crypto, &name, &arena, &other), ST_OK);
	cr_expect(!slice_eq(id, other), "another part");
	name.part = 0;
	name.policy = SLICE("q");
	cr_assert_eq(aggregate_id(crypto, &name, &arena, &other), ST_OK);
	cr_expect(!slice_eq(id, other), "another policy");
	crypto_free(crypto);
	arena_clear(&arena);
}
