/* test_dns_zone.c: master files (RFC 1035 5), lookup in them (RFC 1034 4.3.2, 4592), pragmas */
#include <criterion/criterion.h>
#include <stdio.h>

#include "mime/buf.h"
#include "tests/support/dns_text.h"

/* the zone used by most rows */
#define BASE                                                                                       \
	"$ORIGIN example.com.\n"                                                                   \
	"$TTL 300\n"                                                                               \
	"@ IN SOA ns hostmaster ( 1 ; serial\n"                                                    \
	"  7200 3600 86400 60 )\n"                                                                 \
	"@ NS ns\n"                                                                                \
	"ns 60 IN A 192.0.2.1\n"                                                                   \
	"   IN 30 A 192.0.2.2\n"                                                                   \
	"   AAAA 2001:DB8::1\n"                                                                    \
	"@ MX 10 Mail.Example.COM.\n"                                                              \
	"  MX 20 mail2\n"                                                                          \
	"null MX 0 .\n"                                                                            \
	"txt TXT \"one\" \"two\" three\n"                                                          \
	"alias CNAME txt\n"                                                                        \
	"alias2 10 CNAME alias\n"                                                                  \
	"away CNAME other.example.net.\n"                                                          \
	"loop1 CNAME loop2\n"                                                                      \
	"loop2 CNAME loop1\n"                                                                      \
	"a.b.c.deep A 192.0.2.9\n"                                                                 \
	"*.wild TXT \"star\"\n"                                                                    \
	"*.wild MX 1 @\n"                                                                          \
	"own.wild A 192.0.2.7\n"                                                                   \
	"below.sub.wild A 192.0.2.8\n"                                                             \
	"*.walias CNAME txt\n"                                                                     \
	"old SPF \"v=spf1 -all\"\n"                                                                \
	"unknown TYPE65280 \\# 2 abcd\n"                                                           \
	"generic TYPE1 192.0.2.5\n"                                                                \
	"caa CAA 0 issue \"ca.example\"\n"                                                         \
	"mapped AAAA ::ffff:192.0.2.1\n"                                                           \
	"1.2.0.192.in-addr.arpa. PTR Host.Example.com.\n"

static const struct row {
	const char *name;
	const char *zone;
	const char *question;
	enum dns_type type;
	const char *answer;
} rows[] = {
	{"address", BASE, "ns.example.com", DNS_A, "ok 30 192.0.2.1, 192.0.2.2"},
	{"address, other case", BASE, "Ns.EXAMPLE.com", DNS_A, "ok 30 192.0.2.1, 192.0.2.2"},
	{"one dot at the end", BASE, "ns.example.com.", DNS_AAAA, "ok 300 2001:db8::1"},
	{"$TTL and owner left out", BASE, "example.com", DNS_MX,
		"ok 300 10 mail.example.com, 20 mail2.example.com"},
	{"null MX", BASE, "null.example.com", DNS_MX, "ok 300 0 "},
	{"strings joined", BASE, "txt.example.com", DNS_TXT, "ok 300 \"onetwothree\""},
	{"PTR", BASE, "1.2.0.192.in-addr.arpa", DNS_PTR, "ok 300 host.example.com"},
	{"mapped AAAA stays IPv6", BASE, "mapped.example.com", DNS_AAAA, "ok 300 ::ffff:192.0.2.1"},
	{"type by number", BASE, "generic.example.com", DNS_A, "ok 300 192.0.2.5"},
	{"no such type", BASE, "txt.example.com", DNS_A, "nodata"},
	{"no such name", BASE, "nothing.example.com", DNS_TXT, "nxdomain"},
	{"below a name without children", BASE, "x.txt.example.com", DNS_TXT, "nxdomain"},
	{"outside of all", BASE, "example.org", DNS_A, "nxdomain"},
	{"empty non-terminal", BASE, "c.deep.example.com", DNS_A, "nodata"},
	{"empty non-terminal by a PTR", BASE, "192.in-addr.arpa", DNS_A, "nodata"},
	{"top of all names", BASE, "com", DNS_A, "nodata"},
	{"SPF type is not TXT", BASE, "old.example.com", DNS_TXT, "nodata"},
	{"unknown type", BASE, "unknown.example.com", DNS_TXT, "nodata"},
	{"skipped type", BASE, "caa.example.com", DNS_A, "nodata"},

	{"CNAME followed", BASE, "alias.example.com", DNS_TXT, "ok 300 \"onetwothree\""},
	{"two CNAMEs, smallest TTL", BASE, "alias2.example.com", DNS_TXT, "ok 10 \"onetwothree\""},
	{"CNAME to a name without the type", BASE, "alias.example.com", DNS_A, "nodata"},
	{"CNAME out of the zone", BASE, "away.example.com", DNS_TXT, "nxdomain"},
	{"CNAME loop", BASE, "loop1.example.com", DNS_TXT, "bad CNAME chain too long"},
	{"CNAME asked for itself", BASE, "alias.example.com", DNS_CNAME, "ok 300 txt.example.com"},
	{"CNAME loop asked for itself", BASE, "loop1.example.com", DNS_CNAME,
		"ok 300 loop2.example.com"},

	{"wildcard", BASE, "any.wild.example.com", DNS_TXT, "ok 300 \"star\""},
	{"wildcard over two labels", BASE, "a.b.wild.example.com", DNS_TXT, "ok 300 \"star\""},
	{"wildcard without the type", BASE, "any.wild.example.com", DNS_A, "nodata"},
	{"wildcard asked for itself", BASE, "*.wild.example.com", DNS_TXT, "ok 300 \"star\""},
	{"wildcard gives way to a name", BASE, "own.wild.example.com", DNS_TXT, "nodata"},
	{"wildcard not below a name", BASE, "x.own.wild.example.com", DNS_TXT, "nxdomain"},
	{"wildcard not for an empty non-terminal", BASE, "sub.wild.example.com", DNS_TXT, "nodata"},
	{"wildcard not below an empty non-terminal", BASE, "x.sub.wild.example.com", DNS_TXT,
		"nxdomain"},
	{"wildcard's own parent", BASE, "wild.example.com", DNS_TXT, "nodata"},
	{"wildcard CNAME", BASE, "any.walias.example.com", DNS_TXT, "ok 300 \"onetwothree\""},

	{"SERVFAIL", BASE ";!SERVFAIL txt\n", "txt.example.com", DNS_TXT, "temp SERVFAIL"},
	{"SERVFAIL for every type", BASE ";!SERVFAIL txt\n", "txt.example.com", DNS_A,
		"temp SERVFAIL"},
	{"SERVFAIL for one type", BASE ";!servfail txt TXT\n", "txt.example.com", DNS_TXT,
		"temp SERVFAIL"},
	{"SERVFAIL for another type", BASE ";!SERVFAIL ns TXT\n", "ns.example.com", DNS_AAAA,
		"ok 300 2001:db8::1"},
	{"TIMEOUT", BASE ";!TIMEOUT new.example.org. TXT\n", "new.example.org", DNS_TXT,
		"temp timeout"},
	{"TIMEOUT, the other types", BASE ";!TIMEOUT new.example.org. TXT\n", "new.example.org",
		DNS_A, "nodata"},
	{"TIMEOUT makes what is above", BASE ";!TIMEOUT a.example.org.\n", "example.org", DNS_A,
		"nodata"},
	{"TIMEOUT not below", BASE ";!TIMEOUT a.example.org.\n", "b.a.example.org", DNS_A,
		"nxdomain"},
	{"SERVFAIL behind a CNAME", BASE ";!SERVFAIL txt\n", "alias.example.com", DNS_TXT,
		"temp SERVFAIL"},
	{"SERVFAIL under a wildcard", BASE ";!SERVFAIL *.wild TXT\n", "x.wild.example.com", DNS_TXT,
		"temp SERVFAIL"},
	{"BAD", BASE ";!BAD txt TXT\n", "txt.example.com", DNS_TXT, "bad malformed answer"},
	{"REFUSED", BASE ";!REFUSED txt TXT\n", "txt.example.com", DNS_TXT, "temp REFUSED"},
	{"NODATA", ";!NODATA new.example.org.\n", "new.example.org", DNS_TXT, "nodata"},
	{"NODATA without the dot at the end", ";!NODATA new.example.org\n", "new.example.org",
		DNS_TXT, "nodata"},
	{"NODATA leaves records", BASE ";!NODATA txt\n", "txt.example.com", DNS_TXT,
		"ok 300 \"onetwothree\""},
	{"NODATA for a type takes them", BASE ";!NODATA txt TXT\n", "txt.example.com", DNS_TXT,
		"nodata"},
	{"NODATA for a type beside a CNAME, which is followed", BASE ";!NODATA alias TXT\n",
		"alias.example.com", DNS_TXT, "ok 300 \"onetwothree\""},
	{"the same before it", "$ORIGIN example.com.\n;!NODATA a TXT\na CNAME b\nb 5 TXT x\n",
		"a.example.com", DNS_TXT, "ok 0 \"x\""},
	{"NXDOMAIN for a type beside a CNAME", BASE ";!NXDOMAIN alias TXT\n", "alias.example.com",
		DNS_TXT, "ok 300 \"onetwothree\""},
	{"NODATA at the end of a CNAME", BASE ";!NODATA txt TXT\n", "alias.example.com", DNS_TXT,
		"nodata"},
	{"NODATA beside a CNAME for a type that the target does not have",
		BASE ";!NODATA alias A\n", "alias.example.com", DNS_A, "nodata"},
	{"NODATA beside a CNAME that leads out of the zone", BASE ";!NODATA away TXT\n",
		"away.example.com", DNS_TXT, "nxdomain"},
	{"NODATA for the CNAME itself", BASE ";!NODATA alias CNAME\n", "alias.example.com",
		DNS_CNAME, "nodata"},
	{"NODATA for a type under a wildcard CNAME", BASE "*.star CNAME txt\n;!NODATA *.star TXT\n",
		"x.star.example.com", DNS_TXT, "ok 300 \"onetwothree\""},
	{"SERVFAIL beside a CNAME", BASE ";!SERVFAIL alias TXT\n", "alias.example.com", DNS_TXT,
		"temp SERVFAIL"},
	{"a recorded zone has the answer that was given",
		DNS_RECORD_FIRST BASE ";!NODATA alias TXT\n", "alias.example.com", DNS_TXT,
		"nodata"},
	{"NXDOMAIN for what would be a wildcard", BASE ";!NXDOMAIN x.wild\n", "x.wild.example.com",
		DNS_TXT, "nxdomain"},
	{"NXDOMAIN below it", BASE ";!NXDOMAIN x.wild\n", "y.x.wild.example.com", DNS_TXT,
		"nxdomain"},
	{"NXDOMAIN beside it", BASE ";!NXDOMAIN x.wild\n", "y.wild.example.com", DNS_TXT,
		"ok 300 \"star\""},
	{"NXDOMAIN for an empty non-terminal", BASE ";!NXDOMAIN b.c.deep\n", "b.c.deep.example.com",
		DNS_A, "nxdomain"},
	{"NXDOMAIN with records below", BASE ";!NXDOMAIN b.c.deep\n", "a.b.c.deep.example.com",
		DNS_A, "ok 300 192.0.2.9"},
	{"NXDOMAIN leaves records", BASE ";!NXDOMAIN txt\n", "txt.example.com", DNS_TXT,
		"ok 300 \"onetwothree\""},
	{"NXDOMAIN does not make what is above", ";!NXDOMAIN a.example.org.\n", "example.org",
		DNS_A, "nxdomain"},
	{"NXDOMAIN for a type", BASE ";!NXDOMAIN txt TXT\n", "txt.example.com", DNS_TXT,
		"nxdomain"},
	{"SECURE", BASE ";!SECURE txt TXT\n", "txt.example.com", DNS_TXT,
		"ok 300 \"onetwothree\" secure"},
	{"SECURE is for a type", BASE ";!SECURE txt TXT\n", "txt.example.com", DNS_A, "nodata"},
	{"SECURE ends with an insecure alias", BASE ";!SECURE txt TXT\n", "alias.example.com",
		DNS_TXT, "ok 300 \"onetwothree\""},
	{"a comment that is none", BASE "; !SERVFAIL txt\n", "txt.example.com", DNS_TXT,
		"ok 300 \"onetwothree\""},

	{"empty zone", "", "example.com", DNS_A, "nxdomain"},
	{"no line end", "a.example. A 192.0.2.1", "a.example", DNS_A, "ok 0 192.0.2.1"},
	{"CRLF", "a.example. A 192.0.2.1\r\nb.example. TXT \"x\"\r\n", "b.example", DNS_TXT,
		"ok 0 \"x\""},
	{"no $ORIGIN: below the root", "a.example A 192.0.2.1\n", "a.example", DNS_A,
		"ok 0 192.0.2.1"},
	{"relative $ORIGIN", "$ORIGIN example.\n$ORIGIN a\nb A 192.0.2.1\n", "b.a.example", DNS_A,
		"ok 0 192.0.2.1"},
	{"parentheses", "a.example. ( ; comment )\n IN\n TXT \"(\" ; \"\n\")\" )\n", "a.example",
		DNS_TXT, "ok 0 \"()\""},
	{"nested parentheses", "a.example. TXT (( x\n) y )\n", "a.example", DNS_TXT, "ok 0 \"xy\""},
	{"string beside string", "a.example. TXT \"a\"\"b\"\n", "a.example", DNS_TXT,
		"ok 0 \"ab\""},
	{"semicolon in a string", "a.example. TXT \"v=DKIM1; p=\"\n", "a.example", DNS_TXT,
		"ok 0 \"v=DKIM1; p=\""},
	{"escapes in a string", "a.example. TXT \"\\\"\\\\\\255\\000\\a\"\n", "a.example", DNS_TXT,
		"ok 0 \"\"\\\\255\\000a\""},
	{"escapes in a word", "a.example. TXT a\\ b\\;c\\034\n", "a.example", DNS_TXT,
		"ok 0 \"a b;c\"\""},
	{"bytes above 127", "a.example. TXT \"\303\244\"\n", "a.example", DNS_TXT,
		"ok 0 \"\\195\\164\""},
	{"empty string", "a.example. TXT \"\"\n", "a.example", DNS_TXT, "ok 0 \"\""},
	{"two records in order", "a.example. TXT b\na.example. TXT a\n", "a.example", DNS_TXT,
		"ok 0 \"b\", \"a\""},
	{"records apart", "a.example. TXT b\nc.example. A 192.0.2.1\nA.example. TXT a\n",
		"a.example", DNS_TXT, "ok 0 \"b\", \"a\""},
	{"TTL with units", "a.example. 1h30m A 192.0.2.1\n", "a.example", DNS_A,
		"ok 5400 192.0.2.1"},
	{"largest TTL", "a.example. 2147483647 A 192.0.2.1\n", "a.example", DNS_A,
		"ok 2147483647 192.0.2.1"},
	{"class before TTL", "a.example. IN 5 A 192.0.2.1\n", "a.example", DNS_A, "ok 5 192.0.2.1"},
	{"type word as a name", "TXT. TXT x\n", "txt", DNS_TXT, "ok 0 \"x\""},
	{"tabs", "a.example.\t5\tIN\tA\t192.0.2.1\n", "a.example", DNS_A, "ok 5 192.0.2.1"},
	{"line of blanks", "a.example. A 192.0.2.1\n \t \n ; c\n A 192.0.2.2\n", "a.example", DNS_A,
		"ok 0 192.0.2.1, 192.0.2.2"},
	{"escaped name", "a\\032b\\;\\@.example. A 192.0.2.1\n", "a b;@.example", DNS_A,
		"ok 0 192.0.2.1"},
	{"escaped capital", "\\065.example. A 192.0.2.1\n", "a.example", DNS_A, "ok 0 192.0.2.1"},
	{"an escaped dot is no label's end", "a\\.b.example. A 192.0.2.1\n", "a.b.example", DNS_A,
		"nxdomain"},
	{"underscore and capitals in a target", "a.example. PTR _X.Example.\n", "a.example",
		DNS_PTR, "ok 0 _x.example"},
	{"backslash in a question is a byte", "a\\\\b.example. A 192.0.2.1\n", "a\\b.example",
		DNS_A, "ok 0 192.0.2.1"},
};

Test(dns_zone, answers)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct arena arena;
		struct dns *dns;
		struct error error;
		const char *text;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(dns_open_zone(slice_str(row->zone), &arena, &dns, &error), ST_OK,
			"%s: %s", row->name, reason_code(&error.reason));
		if (dns != NULL) {
			text = dns_text(dns_get(dns, slice_str(row->question), row->type, 0),
				row->type, &arena);
			cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		}
		dns_free(dns);
		arena_clear(&arena);
	}
}

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct bad_row {
	const char *name;
	const char *zone;
	size_t line;
	enum dns_error error;
} bad_rows[] = {
	{"no type", "a.example.\n", 1, DNS_E_NO_TYPE},
	{"TTL only", "\na.example. 5 IN\n", 2, DNS_E_NO_TYPE},
	{"not a type", "a.example. _A 192.0.2.1\n", 1, DNS_E_TYPE},
	{"other class", "a.example. CH TXT x\n", 1, DNS_E_CLASS},
	{"record without an owner", " A 192.0.2.1\n", 1, DNS_E_NO_OWNER},
	{"not an address", "a.example. A 192.0.2.256\n", 1, DNS_E_ADDRESS},
	{"IPv6 for A", "a.example. A ::1\n", 1, DNS_E_ADDRESS},
	{"no address", "a.example. A\n", 1, DNS_E_NO_ADDRESS},
	{"more than an address", "a.example. A 192.0.2.1 x\n", 1, DNS_E_MUCH},
	{"MX without preference", "a.example. MX mx.example.\n", 1, DNS_E_PREFERENCE},
	{"MX preference too large", "a.example. MX 65536 mx.example.\n", 1, DNS_E_PREFERENCE},
	{"MX without name", "a.example. MX 1\n", 1, DNS_E_NO_NAME},
	{"dot inside a target's label", "a.example. MX 1 a\\.b.example.\n", 1, DNS_E_DOT},
	{"TXT without string", "a.example. TXT\n", 1, DNS_E_NO_STRING},
	{"open string", "a.example. TXT \"x\n", 1, DNS_E_OPEN_STRING},
	{"string open at the end", "a.example. TXT \"x\\\"", 1, DNS_E_OPEN_STRING},
	{"escape over 255", "a.example. TXT \"\\256\"\n", 1, DNS_E_ESCAPE},
	{"short escape", "a.example. TXT \"\\25\"\n", 1, DNS_E_ESCAPE},
	{"backslash at the end of a word", "a.example. TXT x\\\n", 1, DNS_E_ESCAPE},
	{"string of 256 octets", "a.example. TXT " X63 X63 X63 X63 "xxxx\n", 1, DNS_E_LONG_STRING},
	{"open parenthesis", "a.example. TXT (\nx\n", 2, DNS_E_OPEN},
	{"parenthesis not opened", "a.example. TXT )\n", 1, DNS_E_CLOSES},
	{"empty label", "a..example. A 192.0.2.1\n", 1, DNS_E_NAME},
	{"dot first", ".example. A 192.0.2.1\n", 1, DNS_E_NAME},
	{"label of 64", "x" X63 ".example. A 192.0.2.1\n", 1, DNS_E_NAME},
	{"name of 256 octets", X63 "." X63 "." X63 "." X63 ". A 192.0.2.1\n", 1, DNS_E_NAME},
	{"too long with the origin", "$ORIGIN " X63 "." X63 "." X63 ".\n" X63 " A 192.0.2.1\n", 2,
		DNS_E_NAME},
	{"string as a name", "\"a\" A 192.0.2.1\n", 1, DNS_E_STRING},
	{"$INCLUDE", "$INCLUDE other\n", 1, DNS_E_DIRECTIVE},
	{"$TTL too large", "$TTL 2147483648\n", 1, DNS_E_TTL},
	{"$TTL and more", "$TTL 1 2\n", 1, DNS_E_MUCH},
	{"unknown pragma", "\n\n;!SERVFAL a.example.\n", 3, DNS_E_PRAGMA},
	{"empty pragma", ";!\n", 1, DNS_E_NO_PRAGMA},
	{"pragma without name", ";!TIMEOUT\n", 1, DNS_E_NO_NAME},
	{"pragma with more", ";!TIMEOUT a.example. TXT x\n", 1, DNS_E_PRAGMA_MUCH},
	{"line after a comment and CRLF", "; c\r\n\r\na.example. A x\r\n", 3, DNS_E_ADDRESS},
};

Test(dns_zone, errors)
{
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		const struct bad_row *row = &bad_rows[i];
		struct arena arena;
		struct dns *dns;
		struct error error = {.path = NULL};

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(dns_open_zone(slice_str(row->zone), &arena, &dns, &error), ST_BAD,
			"%s", row->name);
		cr_expect_eq(error.reason.id, row->error, "%s: %s", row->name,
			reason_code(&error.reason));
		cr_expect_eq(error.line, row->line, "%s: line %zu", row->name, error.line);
		cr_expect_null(dns, "%s", row->name);
		dns_free(dns);
		arena_clear(&arena);
	}
}

/*
 * Returns the answer for a0, from a zone with n CNAMEs, a0 -> a1 -> ... -> an, and an A record of
 * an.
 */
static const char *
chain_answer(size_t n, struct arena *arena)
{
	struct buf zone;
	struct dns *dns;
	struct error error;
	const char *text;

	buf_init(&zone, arena, 4096);
	for (size_t i = 0; i < n; i++)
		buf_addf(&zone, "a%zu. CNAME a%zu.\n", i, i + 1);
	buf_addf(&zone, "a%zu. A 192.0.2.1\n", n);
	cr_assert_eq(dns_open_zone(buf_slice(&zone), arena, &dns, &error), ST_OK);
	text = dns_text(dns_get(dns, SLICE("a0"), DNS_A, 0), DNS_A, arena);
	dns_free(dns);
	return text;
}

Test(dns_zone, chain_of_16_and_no_more)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_expect_str_eq(chain_answer(16, &arena), "ok 0 192.0.2.1");
	cr_expect_str_eq(chain_answer(17, &arena), "bad CNAME chain too long");
	arena_clear(&arena);
}

/*
 * Opens a zone with TXT data of n octets on the wire, length octets included; sets *length to that
 * of the text in the answer.
 */
static enum status
open_txt(size_t n, struct arena *arena, size_t *length)
{
	struct buf zone;
	struct dns *dns;
	struct error error = {.path = NULL};
	enum status status;

	buf_init(&zone, arena, 1 << 20);
	buf_adds(&zone, "a. TXT (");
	while (n > 0) {
		size_t part = n > 256 ? 256 : n;

		buf_addc(&zone, '"');
		for (size_t i = 1; i < part; i++)
			buf_addc(&zone, 'x');
		buf_adds(&zone, "\"\n");
		n -= part;
	}
	buf_adds(&zone, ")\n");
	status = dns_open_zone(buf_slice(&zone), arena, &dns, &error);
	if (status == ST_OK)
		*length = dns_get(dns, SLICE("a"), DNS_TXT, 0)->rr[0].text.n;
	dns_free(dns);
	return status;
}

Test(dns_zone, txt_as_long_as_the_wire_can_hold)
{
	struct arena arena;
	size_t length = 0;

	arena_init(&arena, NULL, NULL);
	cr_expect_eq(open_txt(65535, &arena, &length), ST_OK);
	cr_expect_eq(length, 65535 - 256); /* 256 strings */
	cr_expect_eq(open_txt(65536, &arena, &length), ST_BAD);
	arena_clear(&arena);
}

Test(dns_zone, many_names)
{
	enum { NAMES = 20000 };
	struct arena arena;
	struct buf zone;
	struct dns *dns;
	struct error error = {.path = NULL};
	size_t found = 0;

	arena_init(&arena, NULL, NULL);
	buf_init(&zone, &arena, 8 << 20);
	for (unsigned i = 0; i < NAMES; i++)
		buf_addf(&zone, "h%u.z%u.example. A 192.0.2.1\n", i, i % 97);
	cr_assert_eq(dns_open_zone(buf_slice(&zone), &arena, &dns, &error), ST_OK);
	for (unsigned i = 0; i < NAMES; i++) {
		char name[64];

		snprintf(name, sizeof name, "h%u.z%u.example", i, i % 97);
		found += dns_get(dns, slice_str(name), DNS_A, 0)->status == DNS_OK;
		snprintf(name, sizeof name, "h%u.z%u.example", i, (i + 1) % 97);
		found += dns_get(dns, slice_str(name), DNS_A, 0)->status == DNS_NXDOMAIN;
	}
	cr_expect_eq(found, 2 * NAMES);
	cr_expect_eq(dns_asked(dns), 2 * NAMES);
	dns_free(dns);
	arena_clear(&arena);
}
