/* test_dns_overlay.c: records that replace those of another DNS source. */
#include <criterion/criterion.h>

#include "tests/support/dns_text.h"

#define BELOW                                                                                      \
	"$ORIGIN example.com.\n"                                                                   \
	"$TTL 300\n"                                                                               \
	"@ TXT \"v=spf1 -all\"\n"                                                                  \
	"@ MX 10 mail\n"                                                                           \
	"mail A 192.0.2.1\n"                                                                       \
	"alias CNAME mail\n"                                                                       \
	"key CNAME key.example.net.\n"                                                             \
	"key.example.net. TXT \"old\"\n"                                                           \
	"x.deep A 192.0.2.2\n"                                                                     \
	"*.wild TXT \"star\"\n"                                                                    \
	"*.two TXT one\n*.two TXT two\n"                                                           \
	"own.two TXT one\nown.two TXT three\n"                                                     \
	";!SERVFAIL broken\n"

static const struct row {
	const char *name, *overlay, *question;
	enum dns_type type;
	const char *answer;
} rows[] = {
	{"nothing is laid over", "", "example.com", DNS_TXT, "ok 300 \"v=spf1 -all\""},
	{"failures go through", "", "broken.example.com", DNS_TXT, "temp SERVFAIL"},
	{"names that are not there go through", "", "no.example.com", DNS_TXT, "nxdomain"},
	{"aliases go through", "", "alias.example.com", DNS_A, "ok 300 192.0.2.1"},
	{"a set replaces a set", "example.com. TXT \"new\"\n", "example.com", DNS_TXT,
		"ok 0 \"new\""},
	{"after a byte order mark", "\357\273\277example.com. TXT \"new\"\n", "example.com",
		DNS_TXT, "ok 0 \"new\""},
	{"in any case", "EXAMPLE.com. TXT \"new\"\n", "example.COM", DNS_TXT, "ok 0 \"new\""},
	{"two records of one file", "example.com. TXT a\nexample.com. TXT b\n", "example.com",
		DNS_TXT, "ok 0 \"a\", \"b\""},
	{"other types stay", "example.com. TXT \"new\"\n", "example.com", DNS_MX,
		"ok 300 10 mail.example.com"},
	{"a new name", "_dmarc.example.com. TXT \"x\"\n", "_dmarc.example.com", DNS_TXT,
		"ok 0 \"x\""},
	{"a new name has no other types", "_dmarc.example.com. TXT \"x\"\n", "_dmarc.example.com",
		DNS_A, "nodata"},
	{"a name above a new one exists", "s._domainkey.example.com. TXT k\n",
		"_domainkey.example.com", DNS_TXT, "nodata"},
	{"a name below a new one does not", "s._domainkey.example.com. TXT k\n",
		"x.s._domainkey.example.com", DNS_TXT, "nxdomain"},
	{"where below fails", "broken.example.com. TXT \"mended\"\n", "broken.example.com", DNS_TXT,
		"ok 0 \"mended\""},
	{"and its other types fail still", "broken.example.com. TXT \"mended\"\n",
		"broken.example.com", DNS_A, "temp SERVFAIL"},

	{"NXDOMAIN", ";!NXDOMAIN mail.example.com\n", "mail.example.com", DNS_A, "nxdomain"},
	{"NXDOMAIN below it", ";!NXDOMAIN deep.example.com\n", "x.deep.example.com", DNS_A,
		"nxdomain"},
	{"NXDOMAIN, but not for what is laid there",
		";!NXDOMAIN deep.example.com\ny.deep.example.com. A 192.0.2.3\n",
		"y.deep.example.com", DNS_A, "ok 0 192.0.2.3"},
	{"NXDOMAIN under a wildcard", ";!NXDOMAIN a.wild.example.com\n", "a.wild.example.com",
		DNS_TXT, "nxdomain"},
	{"NXDOMAIN beside it", ";!NXDOMAIN a.wild.example.com\n", "b.wild.example.com", DNS_TXT,
		"ok 300 \"star\""},
	{"NODATA", ";!NODATA example.com\n", "example.com", DNS_TXT, "nodata"},
	{"NODATA of one type", ";!NODATA example.com TXT\n", "example.com", DNS_TXT, "nodata"},
	{"NODATA of another type", ";!NODATA example.com TXT\n", "example.com", DNS_MX,
		"ok 300 10 mail.example.com"},
	{"SERVFAIL", ";!SERVFAIL example.com\n", "example.com", DNS_MX, "temp SERVFAIL"},
	{"NXDOMAIN behind an alias below", ";!NXDOMAIN mail.example.com\n", "alias.example.com",
		DNS_A, "nxdomain"},

	{"a CNAME replaces all types", "example.com. CNAME other.example.net.\n", "example.com",
		DNS_MX, "nxdomain"},
	{"a CNAME into what is below", "new.example.com. CNAME mail.example.com.\n",
		"new.example.com", DNS_A, "ok 300 192.0.2.1"},
	{"a CNAME into what is laid over",
		"s.example.com. CNAME k.example.net.\nk.example.net. TXT k\n", "s.example.com",
		DNS_TXT, "ok 0 \"k\""},
	{"a CNAME below leads to what is laid over", "key.example.net. TXT \"new\"\n",
		"key.example.com", DNS_TXT, "ok 0 \"new\""},
	{"a CNAME below is replaced", "key.example.com. TXT \"own\"\n", "key.example.com", DNS_TXT,
		"ok 0 \"own\""},
	{"a CNAME of itself", "s.example.com. CNAME k.example.net.\n", "s.example.com", DNS_CNAME,
		"ok 0 k.example.net"},
	{"a loop over both", "mail.example.com. CNAME alias.example.com.\n", "alias.example.com",
		DNS_A, "bad CNAME chain too long"},

	{"a wildcard for a new name", "*.example.com. TXT \"any\"\n", "new.example.com", DNS_TXT,
		"ok 0 \"any\""},
	{"not for a name that is below", "*.example.com. TXT \"any\"\n", "mail.example.com",
		DNS_TXT, "nodata"},
	{"not under a name that is below", "*.example.com. TXT \"any\"\n", "a.mail.example.com",
		DNS_TXT, "nxdomain"},
	{"not under an empty non-terminal", "*.example.com. TXT \"any\"\n", "b.deep.example.com",
		DNS_TXT, "nxdomain"},
	{"a wildcard without the type", "*.example.com. TXT \"any\"\n", "new.example.com", DNS_A,
		"nodata"},
	{"a wildcard in place of that below", "*.wild.example.com. TXT \"new\"\n",
		"a.wild.example.com", DNS_TXT, "ok 0 \"new\""},
	{"a wildcard in place of that below, two labels under it",
		"*.wild.example.com. TXT \"new\"\n", "a.b.wild.example.com", DNS_TXT,
		"ok 0 \"new\""},
	{"an alias in place of a wildcard below", "*.wild.example.com. CNAME example.com.\n",
		"a.wild.example.com", DNS_TXT, "ok 300 \"v=spf1 -all\""},
	{"a wildcard below does not exist", ";!NODATA *.wild.example.com TXT\n",
		"a.wild.example.com", DNS_TXT, "nodata"},
	{"not for another type", "*.wild.example.com. A 192.0.2.3\n", "a.wild.example.com", DNS_TXT,
		"ok 300 \"star\""},
	{"not for a name with other records than the wildcard below",
		"*.example.com. TXT \"any\"\n", "a.wild.example.com", DNS_TXT, "ok 300 \"star\""},
	{"a name that a wildcard no longer answers, as it has another type",
		"*.wild.example.com. TXT \"star\"\na.wild.example.com. A 192.0.2.3\n",
		"a.wild.example.com", DNS_TXT, "nodata"},
	{"a wildcard of two records in place of that below", "*.two.example.com. TXT \"new\"\n",
		"a.two.example.com", DNS_TXT, "ok 0 \"new\""},
	{"not for a name with as many records, but not all of the wildcard",
		"*.two.example.com. TXT \"new\"\n", "own.two.example.com", DNS_TXT,
		"ok 300 \"one\", \"three\""},
	{"not above a name of the overlay",
		"*.example.com. TXT \"any\"\nwild.example.com. A 192.0.2.3\n", "a.wild.example.com",
		DNS_TXT, "ok 300 \"star\""},
	{"not in another domain", "*.example.net. TXT \"any\"\n", "x.deep.example.com", DNS_A,
		"ok 300 192.0.2.2"},
	{"a wildcard over two labels", "*.example.com. TXT \"any\"\n", "a.b.example.com", DNS_TXT,
		"ok 0 \"any\""},
};

Test(dns_overlay, answers)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct slice text = slice_str(row->overlay);
		struct dns_overlay *overlay = NULL;
		struct dns *below, *dns;
		struct arena arena;
		struct error error;
		const char *got;
		size_t wrong;

		arena_init(&arena, NULL, NULL);
		cr_assert_eq(dns_open_zone(slice_str(BELOW), &arena, &below, &error), ST_OK, "%s",
			reason_code(&error.reason));
		cr_assert_eq(dns_overlay_read(&text, 1, 1, &arena, &overlay, &wrong, &error), ST_OK,
			"%s: %s", row->name, reason_code(&error.reason));
		dns = dns_open_overlay(overlay, below, &arena);
		for (int asked = 0; asked < 2; asked++) { /* with dns_ask before, and without */
			if (asked == 0)
				dns_ask(dns, slice_str(row->question), row->type);
			got = dns_text(dns_get(dns, slice_str(row->question), row->type, 0),
				row->type, &arena);
			cr_expect_str_eq(got, row->answer, "%s: %s", row->name, got);
		}
		dns_free(dns);
		dns_free(below);
		arena_clear(&arena);
	}
}

Test(dns_overlay, one_lies_over_another)
{
	static const struct slice texts[] = {SLICE_INIT("example.com. TXT new\n"),
		SLICE_INIT("example.com. MX 5 mx.example.com.\n")};
	struct dns_overlay *overlay, *upper;
	struct dns *below, *first, *second;
	struct slice last = SLICE("example.com. TXT newest\n");
	struct arena arena;
	struct error error = {.path = NULL};
	size_t wrong;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_open_zone(slice_str(BELOW), &arena, &below, &error), ST_OK);
	cr_assert_eq(dns_overlay_read(texts, 2, 2, &arena, &overlay, &wrong, &error), ST_OK);
	cr_assert_eq(dns_overlay_read(&last, 1, 1, &arena, &upper, &wrong, &error), ST_OK);
	first = dns_open_overlay(overlay, below, &arena);
	second = dns_open_overlay(upper, first, &arena);
	cr_expect_str_eq(
		dns_text(dns_get(first, SLICE("example.com"), DNS_TXT, 0), DNS_TXT, &arena),
		"ok 0 \"new\"");
	cr_expect_str_eq(
		dns_text(dns_get(second, SLICE("example.com"), DNS_TXT, 0), DNS_TXT, &arena),
		"ok 0 \"newest\"");
	cr_expect_str_eq(dns_text(dns_get(second, SLICE("example.com"), DNS_MX, 0), DNS_MX, &arena),
		"ok 0 5 mx.example.com");
	dns_free(second);
	dns_free(first);
	dns_free(below);
	arena_clear(&arena);
}

Test(dns_overlay, a_file_that_cannot_be_read)
{
	static const struct slice texts[] = {
		SLICE_INIT("example.com. TXT new\n"), SLICE_INIT("\nexample.com. TXT \"open\n")};
	struct dns_overlay *overlay = NULL;
	struct arena arena;
	struct error error = {.path = NULL};
	size_t wrong = 7;

	arena_init(&arena, NULL, NULL);
	cr_expect_eq(dns_overlay_read(texts, 2, 2, &arena, &overlay, &wrong, &error), ST_BAD);
	cr_expect_eq(wrong, (size_t)1);
	cr_expect_eq(error.reason.id, DNS_E_OPEN_STRING);
	cr_expect_eq(error.line, (size_t)2);
	arena_clear(&arena);
}

/* A line that denies a record of the overlay, in the same file or another one. */
Test(dns_overlay, contradictions)
{
	static const struct {
		const char *first, *second;
		size_t strict, wrong, line; /* line 0: no error */
	} table[] = {
		{"a.example. TXT x\n;!NXDOMAIN a.example.\n", "", 2, 0, 2},
		{"\n;!NXDOMAIN a.example.\n\na.example. TXT x\n", "", 2, 0, 4},
		{"a.example. TXT x\n", ";!NXDOMAIN A.example.\n", 2, 1, 1},
		{"a.example. SOA ns host 1 2 3 4 5\n;!NXDOMAIN a.example.\n", "", 2, 0, 2},
		{";!NXDOMAIN a.example.\na.example. SOA ns host 1 2 3 4 5\n", "", 2, 0, 2},
		{";!NXDOMAIN a.example. TXT\na.example. TXT x\n", "", 2, 0, 2},
		{";!NODATA a.example. TXT\na.example. TXT x\n", "", 2, 0, 2},
		{"a.example. A 192.0.2.1\n  TXT x\n;!NODATA a.example. TXT\n", "", 2, 0, 3},
		{"$ORIGIN example.\na TXT x\n;!NODATA a TXT\n", "", 2, 0, 3},
		{"a.example. CNAME b.example.\n;!NODATA a.example. TXT\n", "", 2, 0, 2},
		{";!TIMEOUT a.example.\na.example. TXT x\n", "", 2, 0, 2},
		{";!SERVFAIL a.example. TXT\na.example. TXT x\n", "", 2, 0, 2},
		{";!SERVFAIL a.example. TXT\na.example. A 192.0.2.1\n", "", 2, 0, 0},
		{";!NODATA a.example.\na.example. TXT x\n", "", 2, 0, 0}, /* it has only that */
		{";!NODATA a.example. A\na.example. TXT x\n", "", 2, 0, 0},
		{";!NODATA a.example. CNAME\na.example. TXT x\n", "", 2, 0, 0},
		{";!NXDOMAIN a.example.\nb.a.example. TXT x\n", "", 2, 0, 0},
		{";!SECURE a.example.\na.example. TXT x\n", "", 2, 0, 0},
		{";!NXDOMAIN a.example.\n", "a.example. TXT x\n", 1, 0, 0}, /* our own */
		{";!NXDOMAIN a.example.\na.example. TXT x\n", "", 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct slice texts[] = {
			slice_str(table[i].first), slice_str(table[i].second)};
		struct dns_overlay *overlay = NULL;
		struct arena arena;
		struct error error = {.path = NULL};
		size_t wrong = 7;
		enum status st;

		arena_init(&arena, NULL, NULL);
		st = dns_overlay_read(texts, 2, table[i].strict, &arena, &overlay, &wrong, &error);
		cr_expect_eq(st == ST_BAD, table[i].line > 0, "row %zu", i);
		if (st == ST_BAD) {
			cr_expect_eq(error.reason.id, DNS_E_CONTRADICTION, "row %zu", i);
			cr_expect_eq(error.line, table[i].line, "row %zu: %zu", i, error.line);
			cr_expect_eq(wrong, table[i].wrong, "row %zu", i);
		}
		arena_clear(&arena);
	}
}
