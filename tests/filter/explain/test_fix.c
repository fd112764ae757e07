/* test_fix.c: corrected SPF records. */
#include "filter/explain/fix.h"

#include <criterion/criterion.h>

#include "auth/dns/dns.h"
#include "filter/verdict/proof.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* clang-format off */
static const struct syntax_row {
	const char *name, *record, *fixed; /* NULL: cannot be fixed */
} syntax_rows[] = {
	{"nothing wrong", "v=spf1 mx -all", "v=spf1 mx -all"},
	{"ipv4", "v=spf1 ipv4:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"},
	{"ipv6 with a prefix", "v=spf1 ?ipv6:2001:db8::/32 -all", "v=spf1 ?ip6:2001:db8::/32 -all"},
	{"an address behind a:", "v=spf1 a:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"},
	{"a network behind mx:", "v=spf1 mx:192.0.2.0/24 -all", "v=spf1 ip4:192.0.2.0/24 -all"},
	{"IPv6 behind ip4:", "v=spf1 ip4:2001:db8::1 -all", "v=spf1 ip6:2001:db8::1 -all"},
	{"IPv4 behind ip6:", "v=spf1 ip6:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"},
	{"a bare address", "v=spf1 192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"},
	{"blank after the colon", "v=spf1 include: a.example -all", "v=spf1 include:a.example -all"},
	{"commas", "v=spf1 mx, a:a.example,include:b.example -all",
		"v=spf1 mx  a:a.example include:b.example -all"},
	{"semicolon at the end", "v=spf1 mx -all;", "v=spf1 mx -all "},
	{"redirect with a colon", "v=spf1 redirect:a.example", "v=spf1 redirect=a.example"},
	{"several at once", "v=spf1 ip:192.0.2.1 ipv4:192.0.2.2 -all",
		"v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"},
	{"an address that is none", "v=spf1 ip4:192.0.2.300 -all", NULL},
	{"a prefix that is none", "v=spf1 ip4:192.0.2.0/33 -all", NULL},
	{"not a record", "v=spf2 mx", NULL},
	{"empty", "", NULL},
	{"controls", "v=spf1 \001\002 -all", NULL},
};

static const struct add_row {
	const char *name, *record, *term, *want;
} add_rows[] = {
	{"before all", "v=spf1 mx -all", "ip4:192.0.2.1", "v=spf1 mx ip4:192.0.2.1 -all"},
	{"before redirect", "v=spf1 redirect=a.example", "mx", "v=spf1 mx redirect=a.example"},
	{"without all", "v=spf1 mx", "a", "v=spf1 mx a"},
	{"no record", "", "mx", "v=spf1 mx ~all"},
	{"only once", "v=spf1 -all ?all", "mx", "v=spf1 mx -all ?all"},
};
/* clang-format on */

#include "tests/support/arena_suite.h"

ARENA_SUITE(fix);

Test(fix, syntax)
{
	for (size_t i = 0; i < COUNT(syntax_rows); i++) {
		const struct syntax_row *row = &syntax_rows[i];
		struct slice got;
		bool fixed = fix_spf_syntax(slice_str(row->record), &arena, &got);

		cr_expect(fixed == (row->fixed != NULL), "%s", row->name);
		if (fixed && row->fixed != NULL)
			cr_expect(slice_eq(got, slice_str(row->fixed)), "%s: %.*s", row->name,
				(int)got.n, got.p);
	}
}

Test(fix, add)
{
	for (size_t i = 0; i < COUNT(add_rows); i++) {
		const struct add_row *row = &add_rows[i];
		struct slice got = fix_spf_add(slice_str(row->record), row->term, &arena);

		cr_expect(slice_eq(got, slice_str(row->want)), "%s: %.*s", row->name, (int)got.n,
			got.p);
	}
}

Test(fix, join)
{
	static const struct {
		const char *records[4], *joined; /* "": none */
	} table[] = {
		{{"v=spf1 mx a -all", "v=spf1 MX ip4:192.0.2.1"}, "v=spf1 mx a ip4:192.0.2.1 -all"},
		{{"v=spf1 mx", "v=spf1 a"}, "v=spf1 mx a ?all"},
		{{"v=spf1 mx -all", "v=spf1 a ~all"}, "v=spf1 mx a ~all"},
		{{"v=spf1 mx ~all", "v=spf1 a -all"}, "v=spf1 mx a ~all"},
		{{"v=spf1 mx ?all", "v=spf1 a ~all"}, "v=spf1 mx a ?all"},
		{{"v=spf1 mx -all a", "v=spf1 ptr ~all ip4:192.0.2.1"}, "v=spf1 mx ptr ~all"},
		{{"v=spf1 mx", "v=spf1 redirect=x.example"}, "v=spf1 mx redirect=x.example"},
		{{"v=spf1 redirect=x.example", "v=spf1 mx"}, "v=spf1 mx redirect=x.example"},
		{{"v=spf1 redirect=x.example", "v=spf1 a redirect=X.example"},
			"v=spf1 a redirect=x.example"},
		{{"v=spf1 mx -all", "v=spf1 redirect=x.example"},
			"v=spf1 mx include:x.example -all"},
		{{"v=spf1 mx include:x.example -all", "v=spf1 redirect=x.example"},
			"v=spf1 mx include:x.example -all"},
		{{"v=spf1 redirect=x.example", "v=spf1 redirect=y.example", "v=spf1 ~all"},
			"v=spf1 include:x.example include:y.example ~all"},
		{{"v=spf1 redirect=x.example", "v=spf1 redirect=y.example"}, ""},
		{{"v=spf1 mx -all redirect=x.example", "v=spf1 a"}, "v=spf1 mx a -all"},
		{{"v=spf1 redirect=%{d2}.x.example mx", "v=spf1 -all"},
			"v=spf1 mx include:%{d2}.x.example -all"},
		{{"v=spf1 mx exp=e.example -all", "v=spf1 a exp=f.example -all"},
			"v=spf1 mx a -all exp=e.example"},
		{{"v=spf1 mx", "v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/24 -all"}, ""},
		{{"v=spf1 mx", "v=spf1 ?include:x.example -all"}, ""},
		{{"v=spf1 mx", "v=spf1 ipv4:192.0.2.1 -all"}, ""},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct slice records[4], got;
		size_t n = 0;

		for (; n < 4 && table[i].records[n] != NULL; n++)
			records[n] = slice_str(table[i].records[n]);
		got = fix_spf_join(records, n, &arena);
		cr_expect(slice_eq(got, slice_str(table[i].joined)), "%zu: %.*s", i, (int)got.n,
			got.p);
	}
}

Test(fix, replace_and_end)
{
	struct slice record = SLICE("v=spf1 mx +all a"),
		     all = slice_head(slice_from(record, 10), 4);
	struct slice got = fix_spf_replace(record, all, "-all", &arena);

	cr_expect(slice_eq(got, SLICE("v=spf1 mx -all a")), "%.*s", (int)got.n, got.p);
	got = fix_spf_replace(record, all, NULL, &arena);
	cr_expect(slice_eq(got, SLICE("v=spf1 mx a")), "%.*s", (int)got.n, got.p);
	got = fix_spf_end(record, all, &arena);
	cr_expect(slice_eq(got, SLICE("v=spf1 mx +all")), "%.*s", (int)got.n, got.p);
}

/* A record that is laid over DNS is the one that was proposed, whatever octets it has (RFC
 * 1035 5.1). */
Test(fix, a_record_as_a_master_file)
{
	static const char *const texts[] = {"v=spf1 -all", "n=\"x\"; p=a\\b",
		"v=spf1 \x01\x7f\xff -all", "v=spf1\n\t;-all", ""};
	struct error error = {.path = NULL};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		const struct proof_record record = {SLICE("a.example"), "TXT", slice_str(texts[i])};
		const struct dns_answer *answer;
		struct slice zone;
		struct dns *dns;

		cr_assert(proof_zone(&record, 1, &arena, &zone));
		cr_assert_eq(dns_open_zone(zone, &arena, &dns, &error), ST_OK, "%.*s", (int)zone.n,
			zone.p);
		answer = dns_get(dns, SLICE("a.example"), DNS_TXT, 0);
		cr_assert(answer->status == DNS_OK && answer->n == 1, "%.*s", (int)zone.n, zone.p);
		cr_expect(slice_eq(answer->rr[0].text, slice_str(texts[i])), "%.*s", (int)zone.n,
			zone.p);
		dns_free(dns);
	}
}
