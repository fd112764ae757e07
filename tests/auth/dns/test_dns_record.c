/* test_dns_record.c: answers are recorded as a zone and read back */
#include <criterion/criterion.h>

#include "auth/dns/dns_backend.h"
#include "mime/buf.h"
#include "tests/support/dns_text.h"

#define LIT(s)                                                                                     \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}

static const char ZONE[] = "$ORIGIN example.com.\n"
			   "@ 300 MX 10 mx\n"
			   "@ 200 MX 20 mx2\n"
			   "null 5 MX 0 .\n"
			   "a 60 A 192.0.2.1\n"
			   "a 60 AAAA ::ffff:192.0.2.1\n"
			   "a 60 AAAA 2001:db8::1\n"
			   "alias 30 CNAME a\n"
			   "t 7 TXT \"one;\\\"\\\\ \\000\\255\" \"(two\"\n"
			   "t 7 TXT \"\"\n"
			   "1.2.0.192.in-addr.arpa. 9 PTR Host\\@x.example.\n"
			   "*.wild 1 TXT w\n"
			   "\\$odd\\ na\\;me\\@\\(\\\"\\000\\\\ 5 TXT x\n"
			   ";!SERVFAIL fail TXT\n"
			   ";!TIMEOUT late\n"
			   ";!REFUSED refused\n"
			   ";!BAD broken A\n"
			   ";!LOOP loop A\n"
			   ";!SECURE a A\n"
			   ";!SECURE gone.a\n";

static const struct row {
	const char *name;
	struct slice question;
	enum dns_type type;
	const char *recorded; /* the lines */
} rows[] = {
	{"address, secure", LIT("a.example.com"), DNS_A,
		"a.example.com. 60 IN A 192.0.2.1\n;!SECURE a.example.com. A\n"},
	{"addresses, one mapped", LIT("a.example.com"), DNS_AAAA,
		"a.example.com. 60 IN AAAA ::ffff:192.0.2.1\n"
		"a.example.com. 60 IN AAAA 2001:db8::1\n"},
	{"no such type", LIT("a.example.com"), DNS_TXT, ";!NODATA a.example.com. TXT\n"},
	{"no such name", LIT("gone.example.com"), DNS_TXT, ";!NXDOMAIN gone.example.com. TXT\n"},
	{"no such name, secure", LIT("gone.a.example.com"), DNS_TXT,
		";!NXDOMAIN gone.a.example.com. TXT\n;!SECURE gone.a.example.com. TXT\n"},
	{"mail hosts with the smallest TTL", LIT("Example.COM"), DNS_MX,
		"example.com. 200 IN MX 10 mx.example.com.\n"
		"example.com. 200 IN MX 20 mx2.example.com.\n"},
	{"null MX", LIT("null.example.com"), DNS_MX, "null.example.com. 5 IN MX 0 .\n"},
	{"CNAME", LIT("alias.example.com"), DNS_CNAME,
		"alias.example.com. 30 IN CNAME a.example.com.\n"},
	{"behind a CNAME", LIT("alias.example.com"), DNS_A,
		"alias.example.com. 30 IN A 192.0.2.1\n"},
	{"text", LIT("t.example.com"), DNS_TXT,
		"t.example.com. 7 IN TXT \"one;\\\"\\\\ \\000\\255(two\"\n"
		"t.example.com. 7 IN TXT \"\"\n"},
	{"PTR", LIT("1.2.0.192.in-addr.arpa"), DNS_PTR,
		"1.2.0.192.in-addr.arpa. 9 IN PTR host\\@x.example.\n"},
	{"from a wildcard", LIT("x.wild.example.com"), DNS_TXT,
		"x.wild.example.com. 1 IN TXT \"w\"\n"},
	{"a wildcard itself", LIT("*.wild.example.com"), DNS_TXT,
		"*.wild.example.com. 1 IN TXT \"w\"\n"},
	{"odd name", LIT("$odd na;me@(\"\0\\.example.com"), DNS_TXT,
		"\\$odd\\032na\\;me\\@\\(\\\"\\000\\\\.example.com. 5 IN TXT \"x\"\n"},
	{"SERVFAIL", LIT("fail.example.com"), DNS_TXT, ";!SERVFAIL fail.example.com. TXT\n"},
	{"time-out", LIT("late.example.com"), DNS_A, ";!TIMEOUT late.example.com. A\n"},
	{"REFUSED", LIT("refused.example.com"), DNS_A, ";!REFUSED refused.example.com. A\n"},
	{"malformed", LIT("broken.example.com"), DNS_A, ";!BAD broken.example.com. A\n"},
	{"CNAME loop", LIT("loop.example.com"), DNS_A, ";!LOOP loop.example.com. A\n"},
	{"cannot be asked", LIT("a..b"), DNS_A, ""},
};

static struct dns *
open_zone(struct slice text, struct arena *arena)
{
	struct dns *dns;
	struct error error = {.path = NULL};

	cr_assert_eq(dns_open_zone(text, arena, &dns, &error), ST_OK, "%s in\n%.*s",
		reason_code(&error.reason), (int)text.n, text.p);
	return dns;
}

static struct slice
without_comment(struct slice record)
{
	cr_assert(slice_starts(record, SLICE("; ")));
	return slice_from(record, slice_find(record, '\n') + 1);
}

Test(dns_record, lines)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct arena arena;
		struct dns *dns;
		struct slice text;

		arena_init(&arena, NULL, NULL);
		dns = open_zone(slice_str(ZONE), &arena);
		(void)dns_get(dns, row->question, row->type, 0);
		text = without_comment(dns_record(dns, &arena));
		cr_expect(slice_eq(text, slice_str(row->recorded)), "%s:\n%.*s", row->name,
			(int)text.n, text.p);
		dns_free(dns);
		arena_clear(&arena);
	}
}

Test(dns_record, replay_gives_the_same_answers_and_the_same_record)
{
	struct arena arena;
	struct dns *first, *second;
	struct slice text;

	arena_init(&arena, NULL, NULL);
	first = open_zone(slice_str(ZONE), &arena);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		(void)dns_get(first, rows[i].question, rows[i].type, 0);
	text = dns_record(first, &arena);
	second = open_zone(text, &arena);
	for (size_t i = sizeof rows / sizeof rows[0]; i > 0; i--) {
		const struct row *row = &rows[i - 1];

		cr_expect_str_eq(
			dns_text(dns_get(second, row->question, row->type, 0), row->type, &arena),
			dns_text(dns_get(first, row->question, row->type, 0), row->type, &arena),
			"%s", row->name);
	}
	cr_expect(slice_eq(dns_record(second, &arena), text), "sorted, whatever the order");
	dns_free(first);
	dns_free(second);
	arena_clear(&arena);
}

Test(dns_record, answers_that_contradict_each_other)
{
	/* a server that denies a name above an existing one, and a name that has another type */
	static const char zone[] =
		";!NXDOMAIN example. TXT\n;!NXDOMAIN a.example. A\n"
		"a.example. 1 TXT x\n*.example. 1 TXT w\n;!TIMEOUT b.example. A\n";
	static const struct {
		const char *question;
		enum dns_type type;
		const char *answer;
	} asked[] = {
		{"example", DNS_TXT, "nxdomain"},
		{"a.example", DNS_TXT, "ok 1 \"x\""},
		{"a.example", DNS_A, "nxdomain"},
		{"*.example", DNS_TXT, "ok 1 \"w\""},
		{"b.example", DNS_TXT, "nodata"},
		{"b.example", DNS_A, "temp timeout"},
		{"c.example", DNS_A, "nodata"},
	};
	struct arena arena;
	struct dns *dns, *again;

	arena_init(&arena, NULL, NULL);
	dns = open_zone(slice_str(zone), &arena);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		(void)dns_get(dns, slice_str(asked[i].question), asked[i].type, 0);
	again = open_zone(dns_record(dns, &arena), &arena);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		const char *text =
			dns_text(dns_get(again, slice_str(asked[i].question), asked[i].type, 0),
				asked[i].type, &arena);

		cr_expect_str_eq(text, asked[i].answer, "%s: %s", asked[i].question, text);
	}
	dns_free(dns);
	dns_free(again);
	arena_clear(&arena);
}

Test(dns_record, text_of_65279_octets)
{
	enum { LENGTH = 65535 - 256 };
	struct arena arena;
	struct buf zone;
	struct dns *dns, *again;
	struct slice text;

	arena_init(&arena, NULL, NULL);
	buf_init(&zone, &arena, 1 << 20);
	buf_adds(&zone, "a. TXT");
	for (unsigned i = 0; i < LENGTH; i++) {
		if (i % 255 == 0)
			buf_adds(&zone, i == 0 ? " \"" : "\" \"");
		buf_addf(&zone, "\\%03u", i * 7 % 256);
	}
	buf_adds(&zone, "\"\n");
	dns = open_zone(buf_slice(&zone), &arena);
	text = dns_get(dns, SLICE("a"), DNS_TXT, 0)->rr[0].text;
	cr_expect_eq(text.n, LENGTH);
	again = open_zone(dns_record(dns, &arena), &arena);
	cr_expect(slice_eq(dns_get(again, SLICE("a"), DNS_TXT, 0)->rr[0].text, text));
	dns_free(dns);
	dns_free(again);
	arena_clear(&arena);
}

Test(dns_record, nothing_asked)
{
	struct arena arena;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	dns = open_zone(SLICE("a. A 192.0.2.1\n"), &arena);
	cr_expect_eq(without_comment(dns_record(dns, &arena)).n, 0);
	dns_break(dns, SLICE("a"), DNS_A);
	cr_expect_eq(without_comment(dns_record(dns, &arena)).n, 0, "breaking is not asking");
	(void)dns_get(dns, SLICE("a"), DNS_A, 0);
	cr_expect(
		slice_eq(without_comment(dns_record(dns, &arena)), slice_str(";!TIMEOUT a. A\n")));
	dns_free(dns);
	arena_clear(&arena);
}
