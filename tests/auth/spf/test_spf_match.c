#include "tests/auth/spf/spf_case.h"

/* RFC 7208 5.3, 5.4, 5.7 */
Test(spf_match, addresses)
{
	/* clang-format off */
	static const struct spf_row rows[] = {
		{"a", TXT("e.example.", "a -all") A("e.example.", "192.0.2.1"), AUTH_PASS, NULL,
			"a", "e.example", 1, 0, NULL, NULL},
		{"a among many",
			TXT("e.example.", "a -all") A("e.example.", "192.0.2.7")
				A("e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "a", "e.example", 1, 0, NULL, NULL},
		{"a of another name",
			TXT("e.example.", "a:x.example -all") A("x.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "a:x.example", "e.example", 1, 0, NULL, NULL},
		{"a with a length", TXT("e.example.", "a/24 -all") A("e.example.", "192.0.2.200"),
			AUTH_PASS, NULL, "a/24", "e.example", 1, 0, NULL, NULL},
		{"a with the other family's length",
			TXT("e.example.", "a//24 -all") A("e.example.", "192.0.2.200"), AUTH_FAIL,
			LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"a /0 needs an address", TXT("e.example.", "a:x.example/0 -all"), AUTH_FAIL,
			LISTED, "-all", "e.example", 1, 1, NULL, NULL},
		{"a of an IPv6 client asks AAAA",
			TXT("e.example.", "a//64 -all") "e.example. 60 IN AAAA 2001:db8::7\n",
			AUTH_PASS, NULL, "a//64", "e.example", 1, 0, "2001:db8::1", NULL},
		{"a of an IPv6 client where there is only A",
			TXT("e.example.", "a -all") A("e.example.", "192.0.2.1"), AUTH_FAIL, LISTED,
			"-all", "e.example", 1, 1, "2001:db8::1", NULL},
		{"a that does not answer",
			TXT("e.example.", "a:x.example -all") ";!TIMEOUT x.example\n",
			AUTH_TEMPERROR, "DNS did not answer", "a:x.example", "e.example", 1, 0,
			NULL, NULL},
		{"a whose answer cannot be read",
			TXT("e.example.", "a:x.example -all") ";!BAD x.example\n", AUTH_TEMPERROR,
			"unreadable DNS answer", "a:x.example", "e.example", 1, 0, NULL, NULL},
		{"a match before the name that does not answer",
			TXT("e.example.", "ip4:192.0.2.1 a:x.example -all") ";!TIMEOUT x.example\n",
			AUTH_PASS, NULL, "ip4:192.0.2.1", "e.example", 0, 0, NULL, NULL},
		{"an impossible name is no match", TXT("e.example.", "a:x..example -all"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"an impossible name from the sender",
			TXT("e.example.", "exists:%{l}.x.example -all"), AUTH_FAIL, LISTED, "-all",
			"e.example", 1, 0, NULL, "a..b@e.example"},
		{"an odd local-part is only a name",
			TXT("e.example.",
				"exists:%{l}.x.example -all") "\\\"\\032\\\\\\\"\\255.x.example. "
							      "60 IN A 127.0.0.2\n",
			AUTH_PASS, NULL, "exists:%{l}.x.example", "e.example", 1, 0, NULL,
			"\" \\\"\xff@e.example"},
		{"exists",
			TXT("e.example.", "exists:%{ir}.x.example -all")
				A("1.2.0.192.x.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{ir}.x.example", "e.example", 1, 0, NULL, NULL},
		{"exists asks A for an IPv6 client",
			TXT("e.example.", "exists:x.example -all") A("x.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:x.example", "e.example", 1, 0, "2001:db8::1",
			NULL},
		{"exists and only AAAA",
			TXT("e.example.", "exists:x.example -all") "x.example. 60 IN AAAA ::1\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 1, "2001:db8::1", NULL},
		{"mx",
			TXT("e.example.", "mx -all") "e.example. 60 IN MX 10 m.example.\n" A(
				"m.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "mx", "e.example", 1, 0, NULL, NULL},
		{"mx with lengths",
			TXT("e.example.", "mx:x.example/24//64 -all") "x.example. 60 IN MX 10 "
								      "m.example.\n" A("m.example.",
									      "192.0.2.99"),
			AUTH_PASS, NULL, "mx:x.example/24//64", "e.example", 1, 0, NULL, NULL},
		{"no MX: the name's own address does not count",
			TXT("e.example.", "mx -all") A("e.example.", "192.0.2.1"), AUTH_FAIL,
			LISTED, "-all", "e.example", 1, 1, NULL, NULL},
		{"the null MX", TXT("e.example.", "mx -all") "e.example. 60 IN MX 0 .\n", AUTH_FAIL,
			LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"mx by preference: a match before a time-out",
			TXT("e.example.",
				"mx -all") "e.example. 60 IN MX 20 late.example.\ne.example. 60 IN "
					   "MX 10 m.example.\n"
					   ";!TIMEOUT late.example\n" A("m.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "mx", "e.example", 1, 0, NULL, NULL},
		{"mx by preference: a time-out before a match",
			TXT("e.example.",
				"mx -all") "e.example. 60 IN MX 10 late.example.\ne.example. 60 IN "
					   "MX 20 m.example.\n"
					   ";!TIMEOUT late.example\n" A("m.example.", "192.0.2.1"),
			AUTH_TEMPERROR, "DNS did not answer", "mx", "e.example", 1, 0, NULL, NULL},
		{"several hosts without an address are one void term",
			TXT("e.example.", "mx -all") "e.example. 60 IN MX 1 a.example.\ne.example. "
						     "60 IN MX 2 b.example.\n"
						     "e.example. 60 IN MX 3 c.example.\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 1, NULL, NULL},
	};
	/* clang-format on */

	CHECK_ROWS(rows);
}

/* RFC 7208 5.5, 7.3 */
Test(spf_match, names_of_the_client)
{
	/* clang-format off */
	static const struct spf_row rows[] = {
		{"ptr",
			TXT("e.example.", "ptr -all") PTR("m.e.example.")
				A("m.e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "ptr", "e.example", 1, 0, NULL, NULL},
		{"ptr, the name itself",
			TXT("e.example.", "ptr -all") PTR("E.Example.")
				A("e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "ptr", "e.example", 1, 0, NULL, NULL},
		{"ptr, only the same end",
			TXT("e.example.", "ptr -all") PTR("xe.example.")
				A("xe.example.", "192.0.2.1"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"ptr, another name",
			TXT("e.example.", "ptr:x.example -all") PTR("m.x.example.")
				A("m.x.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "ptr:x.example", "e.example", 1, 0, NULL, NULL},
		{"ptr, not confirmed",
			TXT("e.example.", "ptr -all") PTR("m.e.example.")
				A("m.e.example.", "192.0.2.2"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"ptr, no names", TXT("e.example.", "ptr -all"), AUTH_FAIL, LISTED, "-all",
			"e.example", 1, 1, NULL, NULL},
		{"ptr, a DNS error is no match",
			TXT("e.example.", "ptr ~all") ";!SERVFAIL 1.2.0.192.in-addr.arpa\n",
			AUTH_SOFTFAIL, LISTED, "~all", "e.example", 1, 0, NULL, NULL},
		{"ptr, a name that does not answer is skipped",
			TXT("e.example.", "ptr -all") PTR("a.e.example.")
				PTR("b.e.example.") ";!TIMEOUT a.e.example\n" A(
					"b.e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "ptr", "e.example", 1, 0, NULL, NULL},
		{"ptr of IPv6",
			TXT("e.example.", "ptr -all") "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
						      "0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 IN "
						      "PTR m.e.example.\nm.e.example. 60 IN AAAA "
						      "2001:db8::1\n",
			AUTH_PASS, NULL, "ptr", "e.example", 1, 0, "2001:db8::1", NULL},
		{"ptr, the eleventh name is ignored",
			TXT("e.example.", "ptr -all") PTR("1.x.example.") PTR("2.x.example.")
				PTR("3.x.example.") PTR("4.x.example.") PTR("5.x.example.") PTR(
					"6.x.example.") PTR("7.x.example.") PTR("8.x.example.")
					PTR("9.x.example.") PTR("10.x.example.") PTR("e.example.")
						A("e.example.", "192.0.2.1"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"ptr, the tenth name counts",
			TXT("e.example.", "ptr -all") PTR("1.x.example.") PTR("2.x.example.")
				PTR("3.x.example.") PTR("4.x.example.") PTR("5.x.example.")
					PTR("6.x.example.") PTR("7.x.example.") PTR("8.x.example.")
						PTR("9.x.example.") PTR("e.example.")
							A("e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "ptr", "e.example", 1, 0, NULL, NULL},
		{"%{p}, any name",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("m.x.example.")
				A("m.x.example.", "192.0.2.1")
					A("m.x.example.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p}, a name below is better",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("m.x.example.")
				PTR("m.e.example.") A("m.x.example.", "192.0.2.1") A("m.e.example.",
					"192.0.2.1") A("m.e.example.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p}, the name itself is best",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("m.x.example.")
				PTR("m.e.example.") PTR("e.example.") A("m.x.example.", "192.0.2.1")
					A("m.e.example.", "192.0.2.1") A("e.example.", "192.0.2.1")
						A("e.example.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p}, the name itself, not confirmed",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("e.example.")
				PTR("m.x.example.") A("m.x.example.", "192.0.2.1") A("e.example.",
					"192.0.2.2") A("m.x.example.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p}, no name that is confirmed",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("m.x.example.")
				A("m.x.example.", "192.0.2.2") A("m.x.example.y.example.",
					"127.0.0.2") A("unknown.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p}, a name that is not confirmed is not used",
			TXT("e.example.", "exists:%{p}.y.example -all") PTR("m.x.example.")
				A("m.x.example.", "192.0.2.2")
					A("m.x.example.y.example.", "127.0.0.2"),
			AUTH_FAIL, LISTED, "-all", "e.example", 2, 1, NULL, NULL},
		{"%{p}, no name",
			TXT("e.example.", "exists:%{p}.y.example -all")
				A("unknown.y.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 1, NULL, NULL},
		{"%{p}, a DNS error",
			TXT("e.example.", "exists:%{p}.y.example -all") ";!TIMEOUT "
									"1.2.0.192.in-addr."
									"arpa\n" A("unknown.y."
										   "example.",
										"127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{p}.y.example", "e.example", 2, 0, NULL, NULL},
		{"%{p} after ptr asks no more",
			TXT("e.example.", "ptr exists:%{p}.y.example -all") PTR("m.x.example.")
				A("m.x.example.", "192.0.2.1"),
			AUTH_FAIL, LISTED, "-all", "e.example", 2, 1, NULL, NULL},
	};
	/* clang-format on */

	CHECK_ROWS(rows);
}

/* RFC 7208 5.2, 6.1 */
Test(spf_match, include_and_redirect)
{
	/* clang-format off */
	static const struct spf_row rows[] = {
		{"include, pass",
			TXT("e.example.", "-include:i.example -all")
				TXT("i.example.", "ip4:192.0.2.1"),
			AUTH_FAIL, MATCHED, "ip4:192.0.2.1", "i.example", 1, 0, NULL, NULL},
		{"include, fail",
			TXT("e.example.", "include:i.example ?all") TXT("i.example.", "-all"),
			AUTH_NEUTRAL, LISTED, "?all", "e.example", 1, 0, NULL, NULL},
		{"include, softfail",
			TXT("e.example.", "include:i.example -all") TXT("i.example.", "~all"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"include, neutral",
			TXT("e.example.", "include:i.example -all") TXT("i.example.", "?all"),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"include, falls off the end",
			TXT("e.example.", "include:i.example -all") TXT("i.example.", ""),
			AUTH_FAIL, LISTED, "-all", "e.example", 1, 0, NULL, NULL},
		{"include, nothing else",
			TXT("e.example.", "include:i.example") TXT("i.example.", "-all"),
			AUTH_NEUTRAL, UNMATCHED, "", "e.example", 1, 0, NULL, NULL},
		{"include, temperror",
			TXT("e.example.", "include:i.example -all") ";!SERVFAIL i.example\n",
			AUTH_TEMPERROR, "DNS did not answer", "include:i.example", "e.example", 1,
			0, NULL, NULL},
		{"include, temperror inside",
			TXT("e.example.", "include:i.example -all")
				TXT("i.example.", "a:x.example") ";!SERVFAIL x.example\n",
			AUTH_TEMPERROR, "DNS did not answer", "a:x.example", "i.example", 2, 0,
			NULL, NULL},
		{"include, permerror",
			TXT("e.example.", "include:i.example -all") TXT("i.example.", "moo"),
			AUTH_PERMERROR, "the SPF record has a syntax error", "moo", "i.example", 1, 0, NULL, NULL},
		{"include, two records",
			TXT("e.example.", "include:i.example -all") TXT("i.example.", "+all")
				TXT("i.example.", "-all"),
			AUTH_PERMERROR, "more than one SPF record", "include:i.example",
			"e.example", 1, 0, NULL, NULL},
		{"include, no record",
			TXT("e.example.", "include:i.example -all") A("i.example.", "192.0.2.1"),
			AUTH_PERMERROR, "included domain without SPF record", "include:i.example",
			"e.example", 1, 1, NULL, NULL},
		{"include, no such name", TXT("e.example.", "include:i.example -all"),
			AUTH_PERMERROR, "included domain without SPF record", "include:i.example",
			"e.example", 1, 1, NULL, NULL},
		{"include, an impossible name", TXT("e.example.", "include:i..example -all"),
			AUTH_PERMERROR, "included domain without SPF record", "include:i..example",
			"e.example", 1, 0, NULL, NULL},
		{"include, one label",
			TXT("e.example.", "include:%{d1} -all") TXT("example.", "+all"),
			AUTH_PERMERROR, "included domain without SPF record", "include:%{d1}",
			"e.example", 1, 0, NULL, NULL},
		{"include, a dot at the end",
			TXT("e.example.", "include:i.example. -all") TXT("i.example.", "a:%{d}")
				A("i.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "a:%{d}", "i.example", 2, 0, NULL, NULL},
		{"%{d} is the included domain, then again the first",
			TXT("e.example.", "include:i.example exists:%{d} -all") TXT("i.example.",
				"exists:%{d}.x.example -all") A("e.example.", "127.0.0.2"),
			AUTH_PASS, NULL, "exists:%{d}", "e.example", 3, 1, NULL, NULL},
		{"a redirect inside an include",
			TXT("e.example.", "include:i.example -all") TXT("i.example.",
				"redirect=r.example") TXT("r.example.", "ip4:192.0.2.1"),
			AUTH_PASS, NULL, "ip4:192.0.2.1", "r.example", 2, 0, NULL, NULL},
		{"redirect", TXT("e.example.", "redirect=r.example") TXT("r.example.", "-all"),
			AUTH_FAIL, LISTED, "-all", "r.example", 1, 0, NULL, NULL},
		{"redirect stands first, counts last",
			TXT("e.example.", "redirect=r.example ~a") A("e.example.", "192.0.2.1")
				TXT("r.example.", "-all"),
			AUTH_SOFTFAIL, MATCHED, "~a", "e.example", 1, 0, NULL, NULL},
		{"redirect beside all is ignored",
			TXT("e.example.", "redirect=r.example ?all") TXT("r.example.", "-all"),
			AUTH_NEUTRAL, LISTED, "?all", "e.example", 0, 0, NULL, NULL},
		{"redirect to no record", TXT("e.example.", "redirect=r.example"), AUTH_PERMERROR,
			"redirect to a domain without SPF record", "", "e.example", 1, 1, NULL,
			NULL},
		{"redirect to an impossible name", TXT("e.example.", "redirect=r..example"),
			AUTH_PERMERROR, "redirect to a domain without SPF record", "", "e.example",
			1, 0, NULL, NULL},
		{"redirect, temperror",
			TXT("e.example.", "redirect=r.example") ";!TIMEOUT r.example\n",
			AUTH_TEMPERROR, "DNS did not answer", "", "e.example", 1, 0, NULL, NULL},
		{"redirect with a macro",
			TXT("e.example.", "redirect=_spf.%{d}") TXT("_spf.e.example.", "-all"),
			AUTH_FAIL, LISTED, "-all", "_spf.e.example", 1, 0, NULL, NULL},
		{"redirect, falls off the end",
			TXT("e.example.", "redirect=r.example") TXT("r.example.", ""), AUTH_NEUTRAL,
			UNMATCHED, "", "r.example", 1, 0, NULL, NULL},
	};
	/* clang-format on */

	CHECK_ROWS(rows);
}

#define MX(n) "e.example. 60 IN MX 10 m" n ".example.\n"

/* RFC 7208 4.6.4 */
Test(spf_match, limits)
{
	/* clang-format off */
	static const struct spf_row rows[] = {
		{"ten terms",
			TXT("e.example.", NINE_A " a ip4:192.0.2.1")
				X_HOST A("e.example.", "10.0.0.1"),
			AUTH_PASS, NULL, "ip4:192.0.2.1", "e.example", 10, 0, NULL, NULL},
		{"eleven terms",
			TXT("e.example.", NINE_A " a mx ip4:192.0.2.1")
				X_HOST A("e.example.", "10.0.0.1"),
			AUTH_PERMERROR, "more than 10 DNS terms", "mx", "e.example", 10, 0, NULL,
			NULL},
		{"eleven terms, the match before them",
			TXT("e.example.", "ip4:192.0.2.1 " NINE_A " a mx") X_HOST, AUTH_PASS, NULL,
			"ip4:192.0.2.1", "e.example", 0, 0, NULL, NULL},
		{"terms of included records count",
			TXT("e.example.", "include:i.example -all")
				TXT("i.example.", NINE_A " a:x.example") X_HOST,
			AUTH_PERMERROR, "more than 10 DNS terms", "a:x.example", "i.example", 10, 0,
			NULL, NULL},
		{"each include has no count of its own",
			TXT("e.example.", "include:i.example include:j.example -all") TXT(
				"i.example.",
				"a:x.example a:x.example a:x.example a:x.example") TXT("j.example.",
				"a:x.example a:x.example a:x.example a:x.example a:x.example")
				X_HOST,
			AUTH_PERMERROR, "more than 10 DNS terms", "a:x.example", "j.example", 10, 0,
			NULL, NULL},
		{"redirect counts",
			TXT("e.example.", NINE_A " a redirect=r.example")
				X_HOST A("e.example.", "10.0.0.1") TXT("r.example.", "+all"),
			AUTH_PERMERROR, "more than 10 DNS terms", "", "e.example", 10, 0, NULL,
			NULL},
		{"a redirect that is not followed does not count",
			TXT("e.example.", NINE_A " a redirect=r.example ip4:192.0.2.1")
				X_HOST A("e.example.", "10.0.0.1"),
			AUTH_PASS, NULL, "ip4:192.0.2.1", "e.example", 10, 0, NULL, NULL},
		{"an include of itself ends", TXT("e.example.", "include:e.example -all"),
			AUTH_PERMERROR, "more than 10 DNS terms", "include:e.example", "e.example",
			10, 0, NULL, NULL},
		{"a redirect to itself ends", TXT("e.example.", "redirect=e.example"),
			AUTH_PERMERROR, "more than 10 DNS terms", "", "e.example", 10, 0, NULL,
			NULL},
		{"two that include each other",
			TXT("e.example.", "include:i.example -all")
				TXT("i.example.", "include:e.example"),
			AUTH_PERMERROR, "more than 10 DNS terms", "include:i.example", "e.example",
			10, 0, NULL, NULL},
		{"%{p} costs a lookup",
			TXT("e.example.", NINE_A " exists:%{p}.y.example -all") X_HOST,
			AUTH_PERMERROR, "more than 10 DNS terms", "exists:%{p}.y.example",
			"e.example", 10, 0, NULL, NULL},
		{"two void terms", TXT("e.example.", "a:1.example a:2.example -all"), AUTH_FAIL,
			LISTED, "-all", "e.example", 2, 2, NULL, NULL},
		{"three void terms", TXT("e.example.", "a:1.example mx exists:3.example +all"),
			AUTH_PERMERROR, "more than 2 void lookups", "exists:3.example", "e.example",
			3, 3, NULL, NULL},
		{"the same void name thrice",
			TXT("e.example.", "a:1.example a:1.example a:1.example ?all"),
			AUTH_PERMERROR, "more than 2 void lookups", "a:1.example", "e.example", 3,
			3, NULL, NULL},
		{"three ptr of a client without a name",
			TXT("e.example.", "ptr ptr:x.example ptr:y.example +all"),
			AUTH_PERMERROR, "more than 2 void lookups", "ptr:y.example", "e.example", 3,
			3, NULL, NULL},
		{"void terms over the whole tree",
			TXT("e.example.", "a:1.example include:i.example -all")
				TXT("i.example.", "a:2.example a:3.example"),
			AUTH_PERMERROR, "more than 2 void lookups", "a:3.example", "i.example", 4,
			3, NULL, NULL},
		{"a time-out is no void lookup",
			TXT("e.example.", "ptr ptr:x.example ptr:y.example a:1.example a:2.example "
					  "-all") ";!TIMEOUT 1.2.0.192.in-addr.arpa\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 5, 2, NULL, NULL},
		{"ten MX",
			TXT("e.example.", "mx -all") MX("0") MX("1") MX("2") MX("3") MX("4") MX("5")
				MX("6") MX("7") MX("8") MX("9") A("m9.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "mx", "e.example", 1, 1, NULL, NULL},
		{"eleven MX",
			TXT("e.example.", "mx -all") MX("0") MX("1") MX("2") MX("3") MX("4") MX("5")
				MX("6") MX("7") MX("8") MX("9") MX("10")
					A("m0.example.", "192.0.2.1"),
			AUTH_PERMERROR, "more than 10 MX names", "mx", "e.example", 1, 0, NULL,
			NULL},
		{"many addresses are no matter",
			TXT("e.example.", "a -all") A("e.example.", "10.0.0.1") A("e.example.",
				"10.0.0.2") A("e.example.", "10.0.0.3") A("e.example.",
				"10.0.0.4") A("e.example.", "10.0.0.5") A("e.example.", "10.0.0.6")
				A("e.example.", "10.0.0.7") A("e.example.", "10.0.0.8") A(
					"e.example.", "10.0.0.9") A("e.example.", "10.0.1.1")
					A("e.example.", "10.0.1.2") A("e.example.", "192.0.2.1"),
			AUTH_PASS, NULL, "a", "e.example", 1, 0, NULL, NULL},
	};
	/* clang-format on */

	CHECK_ROWS(rows);
}
