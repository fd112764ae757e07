#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/spf/spf.h"
#include "mime/buf.h"

/* a literal that may hold NUL, as an initializer */
#define TEXT(lit)                                                                                  \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

Test(spf_record, version)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice text;
		bool is;
	} rows[] = {
		{"only the version", TEXT("v=spf1"), true},
		{"the version and a blank", TEXT("v=spf1 "), true},
		{"any case", TEXT("V=SpF1 -all"), true},
		{"another version", TEXT("v=spf10 -all"), false},
		{"a tab is no separator", TEXT("v=spf1\t-all"), false},
		{"no blank", TEXT("v=spf1-all"), false},
		{"white space first", TEXT(" v=spf1 -all"), false},
		{"cut short", TEXT("v=spf"), false},
		{"empty", TEXT(""), false},
		{"version 2", TEXT("spf2.0/pra -all"), false},
		{"a NUL behind it", TEXT("v=spf1\0"), false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(spf_is_record(rows[i].text), rows[i].is, "%s", rows[i].name);
}

/* RFC 7208 4.6, 5, 6, 7.1, 12 */
Test(spf_record, syntax)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice text;
		const char *bad; /* the term that is wrong, or NULL */
	} rows[] = {
		{"no term", TEXT("v=spf1"), NULL},
		{"many blanks", TEXT("v=spf1   a    -all  "), NULL},
		{"a tab between terms", TEXT("v=spf1 a\t-all"), "a\t-all"},
		{"every mechanism",
			TEXT("v=spf1 include:e.example a mx ptr ip4:192.0.2.1 ip6:2001:db8::1 "
			     "exists:e.example all"),
			NULL},
		{"every qualifier", TEXT("v=spf1 +a -mx ~ptr ?all"), NULL},
		{"two qualifiers", TEXT("v=spf1 --all"), "--all"},
		{"an unknown qualifier", TEXT("v=spf1 !all"), "!all"},
		{"only a qualifier", TEXT("v=spf1 -"), "-"},
		{"names in capitals", TEXT("v=spf1 INCLUDE:E.example IP4:192.0.2.1 -ALL"), NULL},
		{"an unknown mechanism", TEXT("v=spf1 b -all"), "b"},
		{"an unknown mechanism with a value", TEXT("v=spf1 moo:e.example"),
			"moo:e.example"},
		{"a wrong term after all", TEXT("v=spf1 -all moo"), "moo"},
		{"a wrong term before all", TEXT("v=spf1 moo -all"), "moo"},
		{"non-ASCII", TEXT("v=spf1 a:\xc3\xa4.example -all"), "a:\xc3\xa4.example"},
		{"a non-ASCII qualifier",
			TEXT("v=spf1 \xe2\x80\x93"
			     "all"),
			"\xe2\x80\x93"
			"all"},

		{"all with a value", TEXT("v=spf1 all:e.example"), "all:e.example"},
		{"all with a length", TEXT("v=spf1 all/8"), "all/8"},
		{"all with a colon", TEXT("v=spf1 all:"), "all:"},
		{"all with a dot", TEXT("v=spf1 -all."), "-all."},

		{"include without a value", TEXT("v=spf1 include"), "include"},
		{"include with an empty value", TEXT("v=spf1 include:"), "include:"},
		{"include with a length", TEXT("v=spf1 include:e.example/24"),
			"include:e.example/24"},
		{"exists without a value", TEXT("v=spf1 exists"), "exists"},
		{"exists with an empty value", TEXT("v=spf1 exists:"), "exists:"},
		{"exists with a length", TEXT("v=spf1 exists:e.example/24"), "exists:e.example/24"},
		{"exists with only a length", TEXT("v=spf1 exists/24"), "exists/24"},

		{"a with a domain", TEXT("v=spf1 a:e.example"), NULL},
		{"a with an empty value", TEXT("v=spf1 a:"), "a:"},
		{"a with an empty value and a length", TEXT("v=spf1 a:/24"), "a:/24"},
		{"a with lengths", TEXT("v=spf1 a/24 a//64 a/24//64 a:e.example/0//0"), NULL},
		{"a /32 and //128", TEXT("v=spf1 a/32//128"), NULL},
		{"a /33", TEXT("v=spf1 a/33"), "a/33"},
		{"a //129", TEXT("v=spf1 a//129"), "a//129"},
		{"a /24/64", TEXT("v=spf1 a/24/64"), "a/24/64"},
		{"a //64/24", TEXT("v=spf1 a//64/24"), "a//64/24"},
		{"a ///64", TEXT("v=spf1 a///64"), "a///64"},
		{"a /", TEXT("v=spf1 a/"), "a/"},
		{"a //", TEXT("v=spf1 a//"), "a//"},
		{"a /08", TEXT("v=spf1 a/08"), "a/08"},
		{"a /00", TEXT("v=spf1 a/00"), "a/00"},
		{"a //064", TEXT("v=spf1 a//064"), "a//064"},
		{"a /+8", TEXT("v=spf1 a/+8"), "a/+8"},
		{"a /8x", TEXT("v=spf1 a/8x"), "a/8x"},
		{"a /-8", TEXT("v=spf1 a/-8"), "a/-8"},
		{"a very large length", TEXT("v=spf1 a/4294967304"), "a/4294967304"},
		{"a length and a domain after it", TEXT("v=spf1 a/24:e.example"), "a/24:e.example"},
		{"mx with lengths", TEXT("v=spf1 mx:e.example/24//64"), NULL},
		{"mx with an empty value", TEXT("v=spf1 mx:"), "mx:"},
		{"ptr with a domain", TEXT("v=spf1 ptr:e.example"), NULL},
		{"ptr with an empty value", TEXT("v=spf1 ptr:"), "ptr:"},
		{"ptr with a length", TEXT("v=spf1 ptr/24"), "ptr/24"},

		{"ip4 without a value", TEXT("v=spf1 ip4"), "ip4"},
		{"ip4 with an empty value", TEXT("v=spf1 ip4:"), "ip4:"},
		{"ip4 with lengths", TEXT("v=spf1 ip4:192.0.2.1/0 ip4:192.0.2.1/32"), NULL},
		{"ip4 /33", TEXT("v=spf1 ip4:192.0.2.1/33"), "ip4:192.0.2.1/33"},
		{"ip4 /032", TEXT("v=spf1 ip4:192.0.2.1/032"), "ip4:192.0.2.1/032"},
		{"ip4 //32", TEXT("v=spf1 ip4:192.0.2.1//32"), "ip4:192.0.2.1//32"},
		{"ip4 /", TEXT("v=spf1 ip4:192.0.2.1/"), "ip4:192.0.2.1/"},
		{"ip4 with three parts", TEXT("v=spf1 ip4:192.0.2"), "ip4:192.0.2"},
		{"ip4 with five parts", TEXT("v=spf1 ip4:192.0.2.1.1"), "ip4:192.0.2.1.1"},
		{"ip4 with 256", TEXT("v=spf1 ip4:192.0.2.256"), "ip4:192.0.2.256"},
		{"ip4 with a leading zero", TEXT("v=spf1 ip4:192.0.02.1"), "ip4:192.0.02.1"},
		{"ip4 with a port", TEXT("v=spf1 ip4:192.0.2.1:25"), "ip4:192.0.2.1:25"},
		{"ip4 with an IPv6 address", TEXT("v=spf1 ip4:2001:db8::1"), "ip4:2001:db8::1"},
		{"ip4 with a name", TEXT("v=spf1 ip4:e.example"), "ip4:e.example"},
		{"ip4 with a macro", TEXT("v=spf1 ip4:%{i}"), "ip4:%{i}"},
		{"ip4 with =", TEXT("v=spf1 ip4=192.0.2.1"), NULL}, /* an unknown modifier */
		{"ip6", TEXT("v=spf1 ip6:2001:db8::/32 ip6:::1 ip6:::192.0.2.1/0"), NULL},
		{"ip6 /129", TEXT("v=spf1 ip6:2001:db8::/129"), "ip6:2001:db8::/129"},
		{"ip6 in brackets", TEXT("v=spf1 ip6:[2001:db8::]"), "ip6:[2001:db8::]"},
		{"ip6 with a zone", TEXT("v=spf1 ip6:fe80::1%eth0"), "ip6:fe80::1%eth0"},
		{"ip6 with an IPv4 address", TEXT("v=spf1 ip6:192.0.2.1"), "ip6:192.0.2.1"},
		{"ip6 with two ::", TEXT("v=spf1 ip6:2001::db8::1"), "ip6:2001::db8::1"},
		{"ip6 with nine parts", TEXT("v=spf1 ip6:1:2:3:4:5:6:7:8:9"),
			"ip6:1:2:3:4:5:6:7:8:9"},

		{"one label", TEXT("v=spf1 a:localhost"), "a:localhost"},
		{"one label and a dot", TEXT("v=spf1 a:museum."), "a:museum."},
		{"a dot at the end", TEXT("v=spf1 a:e.example."), NULL},
		{"two dots at the end", TEXT("v=spf1 a:e.example.."), "a:e.example.."},
		{"an empty first label", TEXT("v=spf1 a:.example"),
			NULL}, /* the grammar permits it */
		{"a numeric top label", TEXT("v=spf1 a:192.0.2.1"), "a:192.0.2.1"},
		{"a top label with a letter", TEXT("v=spf1 a:e.1a"), NULL},
		{"a top label with a hyphen inside", TEXT("v=spf1 a:e.1-1"), NULL},
		{"a top label with a hyphen first", TEXT("v=spf1 a:e.-com"), "a:e.-com"},
		{"a top label with a hyphen last", TEXT("v=spf1 a:e.com-"), "a:e.com-"},
		{"a top label with an underscore", TEXT("v=spf1 a:e.c_m"), "a:e.c_m"},
		{"a port", TEXT("v=spf1 a:e.example:25"), "a:e.example:25"},
		{"odd but legal characters", TEXT("v=spf1 a:e:x/y!z=*.example"), NULL},
		{"a slash and a length", TEXT("v=spf1 a:x/24.e.example/24"), NULL},
		{"only a macro", TEXT("v=spf1 a:%{d}"), NULL},
		{"a macro and a length", TEXT("v=spf1 a:%{d}/24//64"), NULL},
		{"ends in a macro", TEXT("v=spf1 exists:x%{h}"), NULL},
		{"ends in %%", TEXT("v=spf1 exists:x%%"), NULL},
		{"ends in %_ and %-", TEXT("v=spf1 exists:x%_ exists:x%-"), NULL},
		{"a label after a macro", TEXT("v=spf1 exists:%{d}com"), "exists:%{d}com"},
		{"a dot in the macro is none of the name", TEXT("v=spf1 exists:%{d.}com"),
			"exists:%{d.}com"},
		{"a macro and a top label", TEXT("v=spf1 exists:%{i}.example"), NULL},
		{"a bare %", TEXT("v=spf1 exists:%.example"), "exists:%.example"},
		{"a % at the end", TEXT("v=spf1 exists:e.example%"), "exists:e.example%"},
		{"an open brace", TEXT("v=spf1 exists:%{d.example"), "exists:%{d.example"},
		{"an unknown letter", TEXT("v=spf1 exists:%{e}.example"), "exists:%{e}.example"},
		{"a letter for exp text only", TEXT("v=spf1 exists:%{c}.example"),
			"exists:%{c}.example"},
		{"no letter", TEXT("v=spf1 exists:%{}.example"), "exists:%{}.example"},
		{"zero parts", TEXT("v=spf1 exists:%{d0}"), "exists:%{d0}"},
		{"zero parts, twice", TEXT("v=spf1 exists:%{d00}"), "exists:%{d00}"},
		{"a huge number of parts", TEXT("v=spf1 exists:%{d99999999999999999999999999}"),
			NULL},
		{"every transformer", TEXT("v=spf1 exists:%{L127R.-+,/_=}"), NULL},
		{"a wrong delimiter", TEXT("v=spf1 exists:%{l!}"), "exists:%{l!}"},
		{"wrong order", TEXT("v=spf1 exists:%{lr1}"), "exists:%{lr1}"},
		{"a control character", TEXT("v=spf1 a:e\r.example -all"), "a:e\r.example"},

		{"redirect", TEXT("v=spf1 redirect=e.example"), NULL},
		{"redirect in capitals", TEXT("v=spf1 REDIRECT=e.example"), NULL},
		{"redirect twice", TEXT("v=spf1 redirect=e.example redirect=e.example"),
			"redirect=e.example"},
		{"redirect with a colon", TEXT("v=spf1 redirect:e.example"), "redirect:e.example"},
		{"redirect with a qualifier", TEXT("v=spf1 -redirect=e.example"),
			"-redirect=e.example"},
		{"redirect with an empty value", TEXT("v=spf1 redirect="), "redirect="},
		{"redirect with a length", TEXT("v=spf1 redirect=e.example/24"),
			"redirect=e.example/24"},
		{"exp", TEXT("v=spf1 exp=e.example -all"), NULL},
		{"exp twice", TEXT("v=spf1 exp=e.example -all EXP=f.example"), "EXP=f.example"},
		{"exp with an empty value", TEXT("v=spf1 exp= -all"), "exp="},
		{"exp with a wrong macro", TEXT("v=spf1 exp=%{x}.example -all"),
			"exp=%{x}.example"},
		{"an unknown modifier", TEXT("v=spf1 foo=bar -all"), NULL},
		{"an unknown modifier twice", TEXT("v=spf1 foo=bar foo=bar"), NULL},
		{"an unknown modifier without a value", TEXT("v=spf1 foo="), NULL},
		{"every character of a name", TEXT("v=spf1 a1-_.Z=x"), NULL},
		{"a name that begins with a digit", TEXT("v=spf1 1up=x"), "1up=x"},
		{"no name", TEXT("v=spf1 =x"), "=x"},
		{"a NUL in a name", TEXT("v=spf1 a\0b=x"), "a"},
		{"macros in an unknown modifier", TEXT("v=spf1 foo=%{s}%{t}%%/x:="), NULL},
		{"a wrong macro in an unknown modifier", TEXT("v=spf1 foo=%abc"), "foo=%abc"},
		{"a tab in an unknown modifier", TEXT("v=spf1 foo=\t"), "foo=\t"},
		{"non-ASCII in an unknown modifier", TEXT("v=spf1 foo=\xff"), "foo=\xff"},
		{"the name of a mechanism as a modifier", TEXT("v=spf1 include=e.example"), NULL},
		{"a = in a domain", TEXT("v=spf1 a:x=y.example"), NULL},
		{"no record", TEXT("v=spf2 -all"), ""},
	};
	/* clang-format on */
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_record record;
		struct slice bad;
		enum status status = spf_parse(row->text, &arena, &record, &bad);
		cr_expect_eq(status, row->bad == NULL ? ST_OK : ST_BAD, "%s", row->name);
		if (row->bad != NULL && strcmp(row->name, "a NUL in a name") != 0)
			cr_expect(slice_eq(bad, slice_str(row->bad)), "%s: bad term '%.*s'",
				row->name, (int)bad.n, bad.p);
	}
	arena_clear(&arena);
}

Test(spf_record, directives)
{
	/* clang-format off */
	static const struct row {
		const char *term;
		enum auth_code qualifier;
		enum spf_mechanism mechanism;
		const char *domain_spec;
		const char *ip;
		unsigned bits4, bits6;
	} rows[] = {
		{"all", AUTH_PASS, SPF_ALL, "", NULL, 32, 128},
		{"+all", AUTH_PASS, SPF_ALL, "", NULL, 32, 128},
		{"-ALL", AUTH_FAIL, SPF_ALL, "", NULL, 32, 128},
		{"~a", AUTH_SOFTFAIL, SPF_A, "", NULL, 32, 128},
		{"?a:%{d}", AUTH_NEUTRAL, SPF_A, "%{d}", NULL, 32, 128},
		{"a/24", AUTH_PASS, SPF_A, "", NULL, 24, 128},
		{"a//64", AUTH_PASS, SPF_A, "", NULL, 32, 64},
		{"mx:E.example/0//0", AUTH_PASS, SPF_MX, "E.example", NULL, 0, 0},
		{"mx:a/b.example//7", AUTH_PASS, SPF_MX, "a/b.example", NULL, 32, 7},
		{"ptr:e.example.", AUTH_PASS, SPF_PTR, "e.example.", NULL, 32, 128},
		{"-include:x.example", AUTH_FAIL, SPF_INCLUDE, "x.example", NULL, 32, 128},
		{"exists:%{ir}.x", AUTH_PASS, SPF_EXISTS, "%{ir}.x", NULL, 32, 128},
		{"ip4:192.0.2.1", AUTH_PASS, SPF_IP4, "", "192.0.2.1", 32, 128},
		{"-ip4:192.0.2.0/8", AUTH_FAIL, SPF_IP4, "", "192.0.2.0", 8, 128},
		{"ip6:2001:DB8::/33", AUTH_PASS, SPF_IP6, "", "2001:db8::", 32, 33},
	};
	/* clang-format on */
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		char text[128];
		struct spf_record record;
		struct slice bad;
		const struct spf_directive *at;
		(void)snprintf(text, sizeof text, "v=spf1 x=y %s", row->term);
		cr_assert_eq(
			spf_parse(slice_str(text), &arena, &record, &bad), ST_OK, "%s", row->term);
		cr_assert_eq(record.n, 1, "%s", row->term);
		at = &record.directives[0];
		cr_expect_eq(at->qualifier, row->qualifier, "%s", row->term);
		cr_expect_eq(at->mechanism, row->mechanism, "%s", row->term);
		cr_expect(slice_eq(at->domain_spec, slice_str(row->domain_spec)), "%s", row->term);
		cr_expect(slice_eq(at->text, slice_str(row->term)), "%s", row->term);
		cr_expect_eq(at->bits4, row->bits4, "%s", row->term);
		cr_expect_eq(at->bits6, row->bits6, "%s", row->term);
		if (row->ip != NULL)
			cr_expect(slice_eq(ip_text(&at->ip, &arena), slice_str(row->ip)), "%s",
				row->term);
	}
	arena_clear(&arena);
}

Test(spf_record, modifiers_and_order)
{
	struct arena arena;
	struct spf_record record;
	struct slice bad;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(spf_parse(SLICE("v=spf1 exp=why.%{d} a redirect=e.example mx x=y -all"),
			     &arena, &record, &bad),
		ST_OK);
	cr_expect_eq(record.n, 3);
	cr_expect_eq(record.directives[0].mechanism, SPF_A);
	cr_expect_eq(record.directives[1].mechanism, SPF_MX);
	cr_expect_eq(record.directives[2].mechanism, SPF_ALL);
	cr_expect(slice_eq(record.exp, SLICE("why.%{d}")));
	cr_expect(slice_eq(record.redirect, SLICE("e.example")));
	arena_clear(&arena);
}

Test(spf_record, as_long_as_dns_can_answer)
{
	enum { TERMS = 21000 };
	struct arena arena;
	struct spf_record record;
	struct slice bad;
	struct buf text;

	arena_init(&arena, NULL, NULL);
	buf_init(&text, &arena, 65536);
	buf_adds(&text, "v=spf1");
	for (size_t i = 0; i < TERMS; i++)
		buf_adds(&text, " mx");
	cr_expect_eq(spf_parse(buf_slice(&text), &arena, &record, &bad), ST_OK);
	cr_expect_eq(record.n, TERMS);
	arena_clear(&arena);
}
