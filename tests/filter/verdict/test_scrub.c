#include "filter/verdict/scrub.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct slice ids[] = {
	{"mx.example.com", 14},
	{"other.example", 13},
	{"our mail", 8},
	{"strasse1.example", 16},
	{"mx.example.co.jp", 16},
	{"mx10.example.co.jp", 18},
	{"spa.m.exp.m.example", 19},
};

/* texts that seem to be fields of others */
#define OTHERS TEXT_OF_ANOTHER TEXT_OF_ANOTHER TEXT_OF_ANOTHER
#define TEXT_OF_ANOTHER "\rAuthentication-Results: y; x"

/* 96 characters that IDNA 2003 ignores (RFC 3454 B.1) */
#define JOINERS EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
#define EIGHT                                                                                      \
	"\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8d\xe2\x80\x8d"                 \
	"\xe2\x80\x8d\xe2\x80\x8d"

static bool
dropped(enum scrub_what what, struct slice raw)
{
	struct arena arena;
	struct scrub scrub = {
		.what = what, .ids = ids, .nids = sizeof ids / sizeof *ids, .arena = &arena};
	struct field field;
	bool drops;

	cr_assert(fields_next(&raw, 65536, &field));
	arena_init(&arena, NULL, NULL);
	drops = scrub_drops(&scrub, &field);
	arena_clear(&arena);
	return drops;
}

/*
 * RFC 8601 5: a field that claims our authserv-id must be removed, in whatever form it is written
 */
Test(scrub, own_fields)
{
	static const struct {
		const char *name;
		struct slice raw;
		bool want;
	} rows[] = {
		{"plain", SLICE_INIT("Authentication-Results: mx.example.com; spf=pass\n"), true},
		{"other id of ours", SLICE_INIT("Authentication-Results: other.example; none\n"),
			true},
		{"name in another case", SLICE_INIT("AUTHENTICATION-results: mx.example.com; x\n"),
			true},
		{"id in another case", SLICE_INIT("Authentication-Results: MX.Example.COM; x\n"),
			true},
		{"no blank", SLICE_INIT("Authentication-Results:mx.example.com;x\n"), true},
		{"blank before the colon",
			SLICE_INIT("Authentication-Results : mx.example.com; x\n"), true},
		{"folded", SLICE_INIT("Authentication-Results:\n mx.example.com; x\n"), true},
		{"folded with CRLF",
			SLICE_INIT("Authentication-Results:\r\n\tmx.example.com; x\r\n"), true},
		{"with a version", SLICE_INIT("Authentication-Results: mx.example.com 1; x\n"),
			true},
		{"comment first",
			SLICE_INIT("Authentication-Results: (a (b) \\) c) mx.example.com; x\n"),
			true},
		{"comment after", SLICE_INIT("Authentication-Results: mx.example.com(c); x\n"),
			true},
		{"comment at a dot", SLICE_INIT("Authentication-Results: mx.(c)example.com; x\n"),
			true},
		{"quoted", SLICE_INIT("Authentication-Results: \"mx.example.com\"; x\n"), true},
		{"quoted pair", SLICE_INIT("Authentication-Results: \"mx.\\example.com\"; x\n"),
			true},
		{"only the id", SLICE_INIT("Authentication-Results: mx.example.com\n"), true},
		{"unparsable but begins so",
			SLICE_INIT("Authentication-Results: mx.example.com!!=;;\n"), true},
		{"no semicolon", SLICE_INIT("Authentication-Results: mx.example.com dmarc=pass\n"),
			true},
		{"full width", SLICE_INIT("Authentication-Results: \xef\xbd\x8dx.example.com; x\n"),
			true},
		{"soft hyphen", SLICE_INIT("Authentication-Results: m\xc2\xadx.example.com; x\n"),
			true},
		{"ideographic full stop",
			SLICE_INIT("Authentication-Results: mx\xe3\x80\x82"
				   "example.com; x\n"),
			true},
		{"the same in quotes with a comment",
			SLICE_INIT("Authentication-Results: (\xc3\xa9) \"mx\xe3\x80\x82"
				   "example.com\" 1;"
				   "x\n"),
			true},
		{"full width and the root's dot",
			SLICE_INIT("Authentication-Results: \xef\xbd\x8dx.example.com.; x\n"),
			true},
		{"full width behind punctuation",
			SLICE_INIT("Authentication-Results: !\xef\xbd\x8dx.example.com; x\n"),
			true},
		{"joiner", SLICE_INIT("Authentication-Results: m\xe2\x80\x8dx.example.com; x\n"),
			true},
		{"non-joiner",
			SLICE_INIT("Authentication-Results: mx.ex\xe2\x80\x8c"
				   "ample.com; x\n"),
			true},
		{"Mongolian soft hyphen",
			SLICE_INIT("Authentication-Results: m\xe1\xa0\x86x.example.com; x\n"),
			true},
		{"one dot leader",
			SLICE_INIT("Authentication-Results: mx\xe2\x80\xa4"
				   "example.com; x\n"),
			true},
		{"sharp s, digit with a dot",
			SLICE_INIT("Authentication-Results: stra\xc3\x9f"
				   "e\xe2\x92\x88"
				   "example; x\n"),
			true},
		{"sharp s, another name",
			SLICE_INIT("Authentication-Results: stra\xc3\x9f"
				   "e.example; x\n"),
			false},
		{"a digit with a dot of four octets",
			SLICE_INIT("Authentication-Results: stra\xc3\x9f"
				   "e1\xf0\x9f\x84\x80"
				   "example; x\n"),
			false},
		{"Co. in one character",
			SLICE_INIT("Authentication-Results: mx.example.\xe3\x8f\x87jp; x\n"), true},
		{"Co. in one character, another country",
			SLICE_INIT("Authentication-Results: mx.example.\xe3\x8f\x87uk; x\n"),
			false},
		{"0. in one character",
			SLICE_INIT("Authentication-Results: mx1\xf0\x9f\x84\x80"
				   "example.co.jp; x\n"),
			true},
		{"a.m. and p.m. in one character",
			SLICE_INIT("Authentication-Results: sp\xe3\x8f\x82"
				   "ex\xe3\x8f\x98"
				   "example; x\n"),
			true},
		{"many joiners",
			SLICE_INIT("Authentication-Results: m" JOINERS "x.example.com; x\n"), true},
		{"too many joiners",
			SLICE_INIT("Authentication-Results: m" JOINERS JOINERS JOINERS JOINERS
				   "x.example.com; x\n"),
			true},
		{"octets that are no name",
			SLICE_INIT("Authentication-Results: \xff.example.com; x\n"), false},
		{"NUL in the name, ours in a second text",
			SLICE_INIT("Authentication-Results\0: y; x\rAuthentication-Results: "
				   "mx.example.com; x\n"),
			true},
		{"another name in full width",
			SLICE_INIT("Authentication-Results: \xef\xbd\x8dy.example.com; x\n"),
			false},
		{"a name that only looks like it (Cyrillic)",
			SLICE_INIT("Authentication-Results: m\xd1\x85.example.com; x\n"), false},
		{"ours and more in full width",
			SLICE_INIT("Authentication-Results: mx.example.com\xef\xbd\x8d; x\n"),
			true},
		{"behind a bare CR",
			SLICE_INIT("X: a\rAuthentication-Results: mx.example.com; x\n"), true},
		{"behind a bare CR, ours in full width in a second text",
			SLICE_INIT("X: a\rAuthentication-Results: y; x\rAuthentication-Results: "
				   "\xef\xbd\x8dx.example.com; x\n"),
			true},
		{"behind a bare CR, ours quoted in a second text",
			SLICE_INIT("X: a\rAuthentication-Results: y; x\rAuthentication-Results: "
				   "\"mx.\\example.com\"; x\n"),
			true},
		{"behind a bare CR, two of others", /* and perhaps a whole message behind them */
			SLICE_INIT("X: a\rAuthentication-Results: y; x\rAuthentication-Results: z; "
				   "x\r\ra text\r"),
			false},
		{"behind a bare CR, ours after fifteen others",
			SLICE_INIT("X: a" OTHERS OTHERS OTHERS OTHERS OTHERS
				   "\rAuthentication-Results: \"mx.\\example.com\"; x\n"),
			true},
		{"behind a bare CR, another's",
			SLICE_INIT("X: a\rAuthentication-Results: mx.example.org; x\n"), false},
		{"our id elsewhere in such a field",
			SLICE_INIT("X: a\rAuthentication-Results: y; x (mx.example.com)\n"), true},
		{"behind a bare CR, Mailstamp-*",
			SLICE_INIT("X: a\rMailstamp-Disposition: accept\n"), true},
		{"behind a bare CR at the end of a fold",
			SLICE_INIT("X: a\n b\r\rAuthentication-Results: mx.example.com; x\r\n"),
			true},
		{"no bare CR, the text of a fold",
			SLICE_INIT("X: a\r\n Authentication-Results: mx.example.com; x\r\n"),
			false},
		{"root's dot", SLICE_INIT("Authentication-Results: mx.example.com.; x\n"), true},
		{"longer name", SLICE_INIT("Authentication-Results: mx.example.com.evil.test; x\n"),
			false},
		{"longer label", SLICE_INIT("Authentication-Results: mx.example.community; x\n"),
			false},
		{"shorter name", SLICE_INIT("Authentication-Results: mx.example; x\n"), false},
		{"name in front", SLICE_INIT("Authentication-Results: a.mx.example.com; x\n"),
			false},
		{"another's", SLICE_INIT("Authentication-Results: mx.forwarder.test; spf=pass\n"),
			false},
		{"empty", SLICE_INIT("Authentication-Results:\n"), false},
		{"ARC's copy is not ours to drop",
			SLICE_INIT("ARC-Authentication-Results: i=1; mx.example.com; x\n"), false},
		{"Mailstamp-Disposition", SLICE_INIT("Mailstamp-Disposition: accept\n"), true},
		{"mailstamp- anything, any case", SLICE_INIT("mAILSTAMP-foo: x\n"), true},
		{"name with a NUL", SLICE_INIT("Authentication-Results\0: mx.example.com; x\n"),
			true},
		{"name over a line end",
			SLICE_INIT("Authentication-Results\n : mx.example.com; x\n"), true},
		{"comment with an octet that is no UTF-8",
			SLICE_INIT("Authentication-Results: (\xe9) mx.example.com; x\n"), true},
		{"comment with a control",
			SLICE_INIT("Authentication-Results: (\001) mx.example.com; x\n"), true},
		{"comment too deep for us",
			SLICE_INIT("Authentication-Results: "
				   "((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))"
				   ")) mx.example.com; x\n"),
			true},
		{"comment with a quoted pair that is none",
			SLICE_INIT("Authentication-Results: (\\\x80) mx.example.com; x\n"), true},
		{"comment that nests for some readers only",
			SLICE_INIT("Authentication-Results: (a (b) mx.example.com; x)\n"), true},
		{"comment without an end for those that nest",
			SLICE_INIT("Authentication-Results: (a (b) mx.example.com; x\n"), true},
		{"vertical tab in front",
			SLICE_INIT("Authentication-Results: \v mx.example.com; x\n"), true},
		{"form feed in front", SLICE_INIT("Authentication-Results:\fmx.example.com; x\n"),
			true},
		{"no-break space in front",
			SLICE_INIT("Authentication-Results: \xc2\xa0mx.example.com; x\n"), true},
		{"byte order mark in front",
			SLICE_INIT("Authentication-Results: \xef\xbb\xbfmx.example.com; x\n"),
			true},
		{"control inside", SLICE_INIT("Authentication-Results: mx\001.example.com; x\n"),
			true},
		{"semicolon in front", SLICE_INIT("Authentication-Results: ; mx.example.com; x\n"),
			true},
		{"angle brackets", SLICE_INIT("Authentication-Results: <mx.example.com>; x\n"),
			true},
		{"encoded word",
			SLICE_INIT("Authentication-Results: =?utf-8?q?mx.example.com?=; x\n"),
			true},
		{"another's with an encoded word behind its id",
			SLICE_INIT("Authentication-Results: mx.forwarder.test; iprev=pass "
				   "policy.x=\"=?\"\n"),
			false},
		{"another's with a comment",
			SLICE_INIT("Authentication-Results: mx.forwarder.test (mx.example.com); "
				   "spf=pass\n"),
			false},
		{"id in quotes with a blank",
			SLICE_INIT("Authentication-Results: \"our mail\"; x\n"), true},
		{"control before the name",
			SLICE_INIT("\001Authentication-Results: mx.example.com; x\n"), true},
		{"NUL before the name", SLICE_INIT("\0Authentication-Results: mx.example.com; x\n"),
			true},
		{"byte order mark before the name",
			SLICE_INIT("\xef\xbb\xbf"
				   "Authentication-Results: mx.example.com; x\n"),
			true},
		{"control in the name, comment in the id",
			SLICE_INIT("Authentication\001-Results: mx(c).example.com; x\n"), true},
		{"control in the name, another's",
			SLICE_INIT("Authentication\001-Results: mx.forwarder.test; x\n"), false},
		{"name over a fold inside a word",
			SLICE_INIT("Authentication-\n Results: mx.example.com; x\n"), true},
		{"continues a line that is no field",
			SLICE_INIT("junk\n Authentication-Results: mx.example.com; x\n"), true},
		{"continues a field",
			SLICE_INIT("Subject: junk\n Authentication-Results: mx.example.com; x\n"),
			false},
		{"control in front of ours", SLICE_INIT("\vMailstamp-Disposition: accept\n"), true},
		{"NUL in ours", SLICE_INIT("Mail\0stamp-Disposition: accept\n"), true},
		{"Subject", SLICE_INIT("Subject: mx.example.com\n"), false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool got = dropped(SCRUB_OWN, rows[i].raw);

		cr_expect_eq(got, rows[i].want, "%s", rows[i].name);
		cr_expect_not(dropped(SCRUB_NONE, rows[i].raw), "none: %s", rows[i].name);
	}
}

Test(scrub, all)
{
	cr_expect(dropped(SCRUB_ALL, SLICE("Authentication-Results: mx.forwarder.test; x\n")));
	cr_expect_not(dropped(SCRUB_ALL, SLICE("ARC-Authentication-Results: i=1; a; x\n")));
}

Test(scrub, envelope_field)
{
	struct scrub scrub = {.what = SCRUB_NONE, .envelope_field = true};
	struct slice raw = SLICE("x-mailstamp-ENVELOPE : secret sender=a\n");
	struct field field;

	cr_assert(fields_next(&raw, 65536, &field));
	cr_expect(scrub_drops(&scrub, &field));
	scrub.envelope_field = false;
	cr_expect_not(scrub_drops(&scrub, &field));
}

/* would take hours if the work were quadratic in the length of the field */
Test(scrub, time_is_linear, .timeout = 60)
{
	static const char *const parts[] = {"(", "()", "(a", ";(", "\"(\"", ";", "\\("};
	static const char *const names[] = {"Authentication-Results: ", "Authentication-Results"};
	enum { SIZE = 4 << 20 };
	char *raw = malloc(SIZE);

	cr_assert(raw != NULL);
	for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
		for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
			size_t n = strlen(names[k]), part = strlen(parts[i]);

			memcpy(raw, names[k], n);
			for (; n + part < SIZE; n += part)
				memcpy(raw + n, parts[i], part);
			cr_expect_not(dropped(SCRUB_OWN, slice_make(raw, n)), "%s", parts[i]);
		}
	free(raw);
}
