#include "auth/base/domain.h"

#include <criterion/criterion.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

#define L10 "abcdefghij"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "abc"

Test(domain, normal)
{
	static const struct row {
		const char *name;
		struct slice text, normal;
	} rows[] = {
		{"plain", S("example.com"), S("example.com")},
		{"upper case", S("EXAMPLE.Com"), S("example.com")},
		{"dot at the end", S("example.com."), S("example.com")},
		{"one label", S("localhost"), S("localhost")},
		{"underscore", S("_dmarc.Example.com"), S("_dmarc.example.com")},
		{"underscore at the end of a label", S("a_.b_c.com"), S("a_.b_c.com")},
		{"digits in a label", S("123.4.example"), S("123.4.example")},
		{"hyphens in the middle", S("a--b.x-y"), S("a--b.x-y")},
		{"hyphens at the ends", S("-a.b-"), S("-a.b-")},
		{"label of 63 octets", S(L63 ".com"), S(L63 ".com")},
		{"name of 253 octets", S(L63 "." L63 "." L63 "." L60 "a"),
			S(L63 "." L63 "." L63 "." L60 "a")},
		{"name of 253 octets and a dot", S(L63 "." L63 "." L63 "." L60 "a."),
			S(L63 "." L63 "." L63 "." L60 "a")},
		{"A-label", S("XN--Bcher-KVA.example"), S("xn--bcher-kva.example")},
		{"A-label that IDNA 2008 refuses", S("xn--ls8h.example"), S("xn--ls8h.example")},
		{"A-label that is no Punycode", S("xn--0.example"), S("xn--0.example")},
		/* RFC 5890 2.3.2.1, RFC 9989 5.3.1 */
		{"U-label",
			S("b\xc3\xbc"
			  "cher.example"),
			S("xn--bcher-kva.example")},
		{"U-label in upper case",
			S("B\xc3\x9c"
			  "CHER.Example"),
			S("xn--bcher-kva.example")},
		{"U-label not in NFC",
			S("bu\xcc\x88"
			  "cher.example"),
			S("xn--bcher-kva.example")},
		{"U-label that is the top one", S("example.\xd1\x80\xd1\x84"),
			S("example.xn--p1ai")},
		{"sharp s stays", S("fa\xc3\x9f.de"), S("xn--fa-hia.de")},
		{"right to left", S("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.com"), S("xn--9dbne9b.com")},
		{"full-width letters", S("\xef\xbd\x81\xef\xbd\x82.com"), S("ab.com")},
		{"U-label beside an underscore",
			S("_dmarc.b\xc3\xbc"
			  "cher.example"),
			S("_dmarc.xn--bcher-kva.example")},
		/* RFC 3490 3.1 (1) */
		{"ideographic full stop",
			S("example\xe3\x80\x82"
			  "com"),
			S("example.com")},
		{"full-width full stop",
			S("example\xef\xbc\x8e"
			  "com"),
			S("example.com")},
		{"half-width full stop",
			S("example\xef\xbd\xa1"
			  "com"),
			S("example.com")},
		{"ideographic full stop at the end", S("example.com\xe3\x80\x82"),
			S("example.com")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice name, again;

		cr_expect_eq(
			domain_normalize(rows[i].text, &arena, &name), ST_OK, "%s", rows[i].name);
		cr_expect(slice_eq(name, rows[i].normal), "%s: %.*s", rows[i].name, (int)name.n,
			name.p);
		cr_expect_eq(domain_normalize(name, &arena, &again), ST_OK, "%s", rows[i].name);
		cr_expect(slice_eq(name, again), "%s: normal is normal", rows[i].name);
	}
	arena_clear(&arena);
}

Test(domain, no_name)
{
	static const struct row {
		const char *name;
		struct slice text;
	} rows[] = {
		{"nothing", S("")},
		{"a dot", S(".")},
		{"dot first", S(".example.com")},
		{"two dots", S("example..com")},
		{"two dots at the end", S("example.com..")},
		{"two dots of two kinds at the end", S("example.com.\xe3\x80\x82")},
		{"label of 64 octets", S(L63 "a.com")},
		{"name of 254 octets", S(L63 "." L63 "." L63 "." L60 "ab")},
		{"blank first", S(" example.com")},
		{"blank at the end", S("example.com ")},
		{"line end", S("example.com\n")},
		{"NUL inside", S("example\0.com")},
		{"NUL at the end", S("example.com\0")},
		{"DEL", S("a\x7f.com")},
		{"slash", S("a/b.com")},
		{"comma", S("a,b.com")},
		{"semicolon", S("a.com;b")},
		{"at sign", S("a@b.com")},
		{"asterisk", S("*.com")},
		{"percent", S("%.com")},
		{"backslash", S("a\\.com")},
		{"quotes", S("\"a\".com")},
		{"parenthesis", S("a(b).com")},
		{"IPv4 literal", S("[192.0.2.1]")},
		{"IPv6 literal", S("[IPv6:2001:db8::1]")},
		{"dotted quad", S("192.0.2.1")},
		{"dotted quad with a dot", S("192.0.2.1.")},
		{"digits only", S("123")},
		{"last label of digits", S("example.123")},
		{"full-width digits at the end", S("a.\xef\xbc\x91\xef\xbc\x92")},
		{"IPv6 address", S("2001:db8::1")},
		{"emoji", S("\xf0\x9f\x92\xa9.la")},
		{"soft hyphen alone", S("\xc2\xad.com")},
		{"hyphen at the end of a U-label", S("\xc3\xbc-.com")},
		{"hyphen first in a U-label", S("-\xc3\xbc.com")},
		{"combining mark first", S("\xcc\x88"
					   "a.com")},
		{"left beside right", S("a\xd7\x90.com")},
		{"joiner without its place", S("a\xe2\x80\x8d"
					       "b.com")},
		{"one dot leader", S("a\xe2\x80\xa4"
				     "b\xc3\xbc.com")},
		{"digit with its full stop", S("\xe2\x92\x88"
					       "a.com")},
		{"full-width at sign", S("a\xef\xbc\xa0"
					 "b.com")},
		{"full-width slash", S("a\xef\xbc\x8f"
				       "b.com")},
		{"A-label with an octet over 127", S("xn--\xc3\xbc.com")},
		{"NUL in a U-label", S("b\xc3\xbc\0cher.com")},
		{"line end in a U-label", S("b\xc3\xbc\r\n.com")},
		{"lone octet", S("\xff.com")},
		{"cut UTF-8", S("a\xc3.com")},
		{"cut UTF-8 at the end", S("a.com\xe3\x80")},
		{"overlong dot", S("a\xc0\xae"
				   "com")},
		{"surrogate", S("\xed\xa0\x80.com")},
		{"past U+10FFFF", S("\xf4\x90\x80\x80.com")},
		{"U-label whose A-label is too long", S("\xc3\xbc" L63 ".com")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice name = SLICE("left");

		cr_expect_eq(domain_normalize(rows[i].text, &arena, &name), ST_BAD, "%s: %.*s",
			rows[i].name, (int)name.n, name.p);
		cr_expect_eq(name.n, 0, "%s", rows[i].name);
	}
	arena_clear(&arena);
}

Test(domain, hostile_lengths)
{
	static char text[1 << 20];
	struct arena arena;
	struct slice name;

	arena_init(&arena, NULL, NULL);
	memset(text, 'a', sizeof text);
	cr_expect_eq(domain_normalize(slice_make(text, sizeof text), &arena, &name), ST_BAD);
	for (size_t i = 1; i < sizeof text; i += 2)
		text[i] = '.';
	cr_expect_eq(domain_normalize(slice_make(text, sizeof text), &arena, &name), ST_BAD);
	cr_expect_eq(domain_normalize(slice_make(text, 4000), &arena, &name), ST_BAD);
	for (size_t i = 0; i + 2 <= 4000; i += 2)
		memcpy(text + i, "\xcc\x88", 2);
	cr_expect_eq(domain_normalize(slice_make(text, 4000), &arena, &name), ST_BAD);
	arena_clear(&arena);
}

Test(domain, to_unicode)
{
	static const struct row {
		struct slice name;
		enum status status;
		struct slice text;
	} rows[] = {
		{S("example.com"), ST_OK, S("example.com")},
		{S("xn--bcher-kva.example"), ST_OK,
			S("b\xc3\xbc"
			  "cher.example")},
		{S("xn--ls8h.la"), ST_OK, S("\xf0\x9f\x92\xa9.la")},
		{S("_dmarc.xn--p1ai"), ST_OK, S("_dmarc.\xd1\x80\xd1\x84")},
		{S("xn--99999999.la"), ST_BAD, S("")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice text;

		cr_expect_eq(domain_to_unicode(rows[i].name, &arena, &text), rows[i].status, "%s",
			rows[i].name.p);
		cr_expect(slice_eq(text, rows[i].text), "%s: %.*s", rows[i].name.p, (int)text.n,
			text.p);
	}
	arena_clear(&arena);
}

Test(domain, labels_and_tails)
{
	static const struct row {
		struct slice name;
		size_t labels;
		struct slice tail0, tail1, tail2;
	} rows[] = {
		{S(""), 0, S(""), S(""), S("")},
		{S("com"), 1, S(""), S("com"), S("com")},
		{S("example.com"), 2, S(""), S("com"), S("example.com")},
		{S("a.example.com"), 3, S(""), S("com"), S("example.com")},
		{S("a.b.c.d.e"), 5, S(""), S("e"), S("d.e")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];

		cr_expect_eq(domain_labels(row->name), row->labels, "%s", row->name.p);
		cr_expect(slice_eq(domain_tail(row->name, 0), row->tail0), "%s", row->name.p);
		cr_expect(slice_eq(domain_tail(row->name, 1), row->tail1), "%s", row->name.p);
		cr_expect(slice_eq(domain_tail(row->name, 2), row->tail2), "%s", row->name.p);
		cr_expect(slice_eq(domain_tail(row->name, row->labels), row->name), "%s",
			row->name.p);
		cr_expect(slice_eq(domain_tail(row->name, 99), row->name), "%s", row->name.p);
	}
}

Test(domain, within_and_common)
{
	static const struct row {
		struct slice name, top;
		bool within;
		size_t common;
	} rows[] = {
		{S("example.com"), S("example.com"), true, 2},
		{S("a.example.com"), S("example.com"), true, 2},
		{S("a.EXAMPLE.com"), S("example.COM"), true, 2},
		{S("example.com"), S("a.example.com"), false, 2},
		{S("notexample.com"), S("example.com"), false, 1},
		{S("example.com"), S("notexample.com"), false, 1},
		{S("example.com.evil"), S("example.com"), false, 0},
		{S("example.com"), S("com"), true, 1},
		{S("example.com"), S("om"), false, 0},
		{S("example.com"), S(""), false, 0},
		{S(""), S("com"), false, 0},
		{S(""), S(""), false, 0},
		{S("a.b.c"), S("x.b.c"), false, 2},
		{S("xb.c"), S("b.c"), false, 1},
		{S("example.org"), S("example.com"), false, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];

		cr_expect_eq(domain_within(row->name, row->top), row->within, "%s in %s",
			row->name.p, row->top.p);
		cr_expect_eq(domain_common(row->name, row->top), row->common, "%s and %s: %zu",
			row->name.p, row->top.p, domain_common(row->name, row->top));
		cr_expect_eq(domain_common(row->top, row->name), row->common, "%s and %s",
			row->top.p, row->name.p);
	}
}

/* RFC 7489 3.2, over testdata/psl/small.dat */
Test(domain, psl)
{
	static const struct row {
		const char *name;
		struct slice domain, org;
	} rows[] = {
		{"below a suffix", S("a.b.example.com"), S("example.com")},
		{"itself", S("example.com"), S("example.com")},
		{"suffix of two labels", S("a.example.co.uk"), S("example.co.uk")},
		{"beside it", S("a.example.uk"), S("example.uk")},
		{"a public suffix is its own", S("co.uk"), S("co.uk")},
		{"a top-level one, too", S("com"), S("com")},
		{"wildcard", S("a.b.c.ck"), S("b.c.ck")},
		{"wildcard itself", S("c.ck"), S("c.ck")},
		{"exception", S("a.www.ck"), S("www.ck")},
		{"private suffix", S("x.user.host.example.com"), S("user.host.example.com")},
		{"not in the list", S("a.b.unlisted"), S("b.unlisted")},
		{"A-label", S("a.b.xn--p1ai"), S("b.xn--p1ai")},
		{"underscore", S("_x.example.com"), S("example.com")},
		{"nothing", S(""), S("")},
	};
	struct domain_psl *psl = domain_psl_open("testdata/psl/small.dat");

	cr_assert_not_null(psl);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice org = domain_psl_org(psl, rows[i].domain);

		cr_expect(slice_eq(org, rows[i].org), "%s: %.*s", rows[i].name, (int)org.n, org.p);
		cr_expect(org.p + org.n == rows[i].domain.p + rows[i].domain.n,
			"%s: points into the name", rows[i].name);
	}
	domain_psl_free(psl);
	domain_psl_free(NULL);
	cr_expect_null(domain_psl_open("testdata/psl/absent.dat"));
}

Test(domain, psl_of_the_system)
{
	struct domain_psl *psl = domain_psl_open(NULL);

	cr_assert_not_null(psl);
	cr_expect(
		slice_eq(domain_psl_org(psl, SLICE("mail.example.co.uk")), SLICE("example.co.uk")));
	domain_psl_free(psl);
}
