#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/spf/spf.h"

static const char label62[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static struct spf_macro_context
context_of(const struct ip *client)
{
	return (struct spf_macro_context){
		.sender = SLICE("strong-bad@email.example.com"),
		.domain = SLICE("email.example.com"),
		.helo = SLICE("mx.example.org"),
		.receiver = SLICE("mx.example.net"),
		.client = client,
		.validated = SLICE("mx.example.org"),
		.now = 1700000000,
	};
}

/* Examples from RFC 7208 7.4, and others that follow from 7.1 to 7.3. */
Test(spf_macro, expansion)
{
	/* clang-format off */
	static const struct row {
		const char *text, *out4, *out6; /* out6 NULL: as out4; out4 NULL: ST_BAD */
		bool exp;
	} rows[] = {
		{"%{s}", "strong-bad@email.example.com", NULL, false},
		{"%{o}", "email.example.com", NULL, false},
		{"%{d}", "email.example.com", NULL, false},
		{"%{d4}", "email.example.com", NULL, false},
		{"%{d3}", "email.example.com", NULL, false},
		{"%{d2}", "example.com", NULL, false},
		{"%{d1}", "com", NULL, false},
		{"%{dr}", "com.example.email", NULL, false},
		{"%{d2r}", "example.email", NULL, false},
		{"%{l}", "strong-bad", NULL, false},
		{"%{l-}", "strong.bad", NULL, false},
		{"%{lr}", "strong-bad", NULL, false},
		{"%{lr-}", "bad.strong", NULL, false},
		{"%{l1r-}", "strong", NULL, false},
		{"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com",
			"1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf."
			"example.com",
			false},
		{"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com", NULL, false},
		{"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
			"bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
			"bad.strong.lp.1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0."
			"0."
			"2.ip6._spf.example.com",
			false},
		{"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com",
			"1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."
			"strong."
			"lp._spf.example.com",
			false},
		{"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net",
			NULL, false},
		{"%{i}", "192.0.2.3",
			"2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1", false},
		{"%{i2}", "2.3", "0.1", false},
		{"%{p}", "mx.example.org", NULL, false},
		{"%{h}", "mx.example.org", NULL, false},
		{"%{h1}", "org", NULL, false},
		{"%{d127}", "email.example.com", NULL, false},
		{"%{d02}", "example.com", NULL, false},
		{"%{d99999999999999999999999r}", "com.example.email", NULL, false},
		{"%{o.-}", "email.example.com", NULL, false},
		{"%{s1r.-@}", NULL, NULL, false},
		{"%{sr-.}", "com.example.bad@email.strong", NULL, false},
		{"%{s2-}", "strong.bad@email.example.com", NULL, false},
		{"%{DR}", "com.example.email", NULL, false},
		{"%{S}", "strong-bad%40email.example.com", NULL, false},
		{"%{L}", "strong-bad", NULL, false},
		{"%{I}", "192.0.2.3",
			"2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1", false},
		{"%%%_%-", "% %20", NULL, false},
		{"100%%", "100%", NULL, true},
		{"%%{p}", "%{p}", NULL, false},
		{"a.%{d}.", "a.email.example.com", NULL, false},
		{"a.b", "a.b", NULL, false},
		{"", "", NULL, false},
		{"%{c}", NULL, NULL, false},
		{"%{r}", NULL, NULL, false},
		{"%{t}", NULL, NULL, false},
		{"%{R}", NULL, NULL, false},
		{"%{c}", "192.0.2.3", "2001:db8::cb01", true},
		{"%{C}", "192.0.2.3", "2001%3Adb8%3A%3Acb01", true},
		{"%{r}", "mx.example.net", NULL, true},
		{"%{t}", "1700000000", NULL, true},
		{"%{i} is not one of %{d}'s.", "192.0.2.3 is not one of email.example.com's.",
			"2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1 is not "
			"one "
			"of email.example.com's.",
			true},
		{"ends with a dot.", "ends with a dot.", NULL, true},
		{"a blank", NULL, NULL, false},
		{"%", NULL, NULL, false},
		{"%{", NULL, NULL, false},
		{"%{d", NULL, NULL, false},
		{"%{d0}", NULL, NULL, false},
		{"%{dx}", NULL, NULL, false},
		{"%{x}", NULL, NULL, true},
		{"%x", NULL, NULL, true},
		{"\x80", NULL, NULL, true},
		{"\x7f", NULL, NULL, true},
		{"tab\there", NULL, NULL, true},
	};
	/* clang-format on */
	struct arena arena;
	struct ip v4, v6;

	arena_init(&arena, NULL, NULL);
	cr_assert(ip_parse(SLICE("192.0.2.3"), &v4));
	cr_assert(ip_parse(SLICE("2001:db8::cb01"), &v6));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		for (int round = 0; round < 2; round++) {
			struct spf_macro_context context = context_of(round == 0 ? &v4 : &v6);
			const char *want = round == 1 && row->out6 != NULL ? row->out6 : row->out4;
			struct slice out;
			enum status status = spf_macro_expand(
				slice_str(row->text), &context, row->exp, &arena, &out);
			cr_expect_eq(status, want == NULL ? ST_BAD : ST_OK, "%s", row->text);
			if (want != NULL)
				cr_expect(slice_eq(out, slice_str(want)), "%s: '%.*s'", row->text,
					(int)out.n, out.p);
		}
	}
	arena_clear(&arena);
}

Test(spf_macro, odd_values)
{
	/* clang-format off */
	static const struct row {
		const char *name, *text;
		struct slice sender, domain, helo;
		const char *out;
	} rows[] = {
		{"@ in the local-part", "%{l}|%{o}", {"\"a@b\"@e.example", 15}, {"d", 1}, {"", 0},
			"\"a@b\"|e.example"},
		{"empty parts stay", "%{lr.}", {".a..b@e.example", 15}, {"d", 1}, {"", 0}, "b..a."},
		{"empty parts count", "%{l2}|%{l2r}|%{l9r}", {"a..@e.example", 13}, {"d", 1},
			{"", 0}, ".|.a|..a"},
		{"only delimiters", "%{l1-}", {"--@e.example", 12}, {"d", 1}, {"", 0}, ""},
		{"no HELO", "x%{h}x%{hr}x", {"a@e.example", 11}, {"d", 1}, {"", 0}, "xxx"},
		{"escapes of every kind", "%{L}", {"a~b_c.d-e%f g\x7f\xff/@e.example", 27},
			{"d", 1}, {"", 0}, "a~b_c.d-e%25f%20g%7F%FF%2F"},
		{"percent signs are not read again", "%{l}", {"%{d}%%@e.example", 16}, {"d", 1},
			{"", 0}, "%{d}%%"},
		{"URL escapes after the split", "%{L1r+}", {"a b+c@e.example", 15}, {"d", 1},
			{"", 0}, "a%20b"},
	};
	/* clang-format on */
	struct arena arena;
	struct ip client;

	arena_init(&arena, NULL, NULL);
	cr_assert(ip_parse(SLICE("192.0.2.3"), &client));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_macro_context context = context_of(&client);
		struct slice out;
		context.sender = row->sender;
		context.domain = row->domain;
		context.helo = row->helo;
		context.receiver = SLICE("");
		cr_expect_eq(spf_macro_expand(slice_str(row->text), &context, true, &arena, &out),
			ST_OK, "%s", row->name);
		cr_expect(slice_eq(out, slice_str(row->out)), "%s: '%.*s'", row->name, (int)out.n,
			out.p);
		cr_expect_eq(spf_macro_expand(SLICE("%{r}"), &context, true, &arena, &out), ST_OK);
		cr_expect(slice_eq(out, SLICE("unknown")), "%s", row->name);
	}
	arena_clear(&arena);
}

/* RFC 7208 7.3: labels are removed from the left until at most 253 octets are left */
Test(spf_macro, long_names)
{
	/* clang-format off */
	static const struct row {
		const char *name, *format;
		size_t labels; /* how many of 62 octets follow format */
		size_t length;
		const char *end;
	} rows[] = {
		{"253 octets stay", "a.", 4, 253, ""},
		{"254 octets lose a label", "ab.", 4, 251, ""},
		{"255 octets lose one only", "a.b.", 4, 253, ""},
		{"much too long", "a.", 8, 251, ""},
		{"a dot at the end does not count", "a.", 4, 253, "."},
	};
	/* clang-format on */
	struct arena arena;
	struct ip client;

	arena_init(&arena, NULL, NULL);
	cr_assert(ip_parse(SLICE("192.0.2.3"), &client));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_macro_context context = context_of(&client);
		char text[1024] = "";
		struct slice out;
		(void)snprintf(text, sizeof text, "%s", row->format);
		for (size_t j = 0; j < row->labels; j++)
			(void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
				label62, j + 1 < row->labels ? "." : row->end);
		cr_expect_eq(spf_macro_expand(slice_str(text), &context, false, &arena, &out),
			ST_OK, "%s", row->name);
		cr_expect_eq(out.n, row->length, "%s: %zu", row->name, out.n);
		cr_expect_eq(
			spf_macro_expand(slice_str(text), &context, true, &arena, &out), ST_OK);
		cr_expect_eq(out.n, strlen(text), "%s: exp text is not cut", row->name);
	}
	arena_clear(&arena);
}

Test(spf_macro, limits)
{
	enum { BIG = 60000 };
	struct arena arena;
	struct ip client;
	struct slice out;
	struct spf_macro_context context;
	char *big;

	arena_init(&arena, NULL, NULL);
	cr_assert(ip_parse(SLICE("192.0.2.3"), &client));
	context = context_of(&client);
	big = arena_alloc(&arena, BIG);
	memset(big, 'a', BIG);
	cr_expect_eq(spf_macro_expand(slice_make(big, 8192), &context, true, &arena, &out), ST_OK);
	cr_expect_eq(out.n, 8192);
	cr_expect_eq(
		spf_macro_expand(slice_make(big, 8193), &context, true, &arena, &out), ST_LIMIT);
	cr_expect_eq(out.n, 0);
	for (size_t i = 0; i < BIG; i++)
		big[i] = "%{s}"[i % 4];
	cr_expect_eq(
		spf_macro_expand(slice_make(big, BIG), &context, false, &arena, &out), ST_LIMIT);
	context.sender = slice_make(big, BIG);
	cr_expect_eq(spf_macro_expand(SLICE("%{Sr-}"), &context, true, &arena, &out), ST_LIMIT);
	arena_clear(&arena);
}

Test(spf_macro, needs_p)
{
	/* clang-format off */
	static const struct row {
		const char *text;
		bool needs;
	} rows[] = {
		{"", false},
		{"p", false},
		{"%{p}", true},
		{"a.%{P2r-}.b", true},
		{"%%{p}", false},
		{"%%%{p}", true},
		{"%{d}%_%-%{p}", true},
		{"%{c}%{p}", true},
		{"%{d}", false},
		{"%{p", false},
		{"%", false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(spf_macro_needs_p(slice_str(rows[i].text)), rows[i].needs, "%s",
			rows[i].text);
}

Test(spf_macro, check_counts_literals)
{
	/* clang-format off */
	static const struct row {
		const char *text;
		bool exp, ok;
		size_t literals;
	} rows[] = {
		{"", false, true, 0},
		{"abc", false, true, 3},
		{"%{d}", false, true, 0},
		{"%{d}.com", false, true, 4},
		{"a%%b", false, true, 1},
		{"a b", true, true, 3},
		{"a b", false, false, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t literals = 99;
		bool ok = spf_macro_check(slice_str(rows[i].text), rows[i].exp, &literals);
		cr_expect_eq(ok, rows[i].ok, "%s", rows[i].text);
		if (ok)
			cr_expect_eq(literals, rows[i].literals, "%s: %zu", rows[i].text, literals);
	}
}
