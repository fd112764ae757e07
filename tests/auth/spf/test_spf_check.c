#include <stdio.h>

#include "tests/auth/spf/spf_case.h"

/* RFC 7208 2.4, 4.3 */
Test(spf_check, identity)
{
	static const char zone[] = "e.example. 60 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
				   "xn--4ca.example. 60 IN TXT \"v=spf1 +all\"\n"
				   "exp.example. 60 IN TXT \"v=spf1 -all exp=why.exp.example\"\n"
				   "why.exp.example. 60 IN TXT \"%{s} %{l} %{o} %{h}\"\n"
				   "example. 60 IN TXT \"v=spf1 +all\"\n";
	/* clang-format off */
	static const struct row {
		const char *name, *client, *path, *helo;
		enum auth_code code;
		enum spf_identity identity;
		const char *reason, *domain, *sender, *explanation;
	} rows[] = {
		{"a path", "192.0.2.1", "a@e.example", "h.example", AUTH_PASS, SPF_ID_MAILFROM, NULL, "e.example", "a@e.example", ""},
		{"a domain in capitals", "192.0.2.1", "A@E.Example", "h", AUTH_PASS, SPF_ID_MAILFROM, NULL, "e.example", "A@e.example", ""},
		{"the null path", "192.0.2.1", "", "e.example", AUTH_PASS, SPF_ID_HELO, NULL,
			"e.example", "postmaster@e.example", ""},
		{"the null path and a literal", "192.0.2.1", "", "[192.0.2.1]", AUTH_NONE, SPF_ID_HELO,
			"not a domain name", "", "postmaster@[192.0.2.1]", ""},
		{"the null path and no HELO", "192.0.2.1", "", "", AUTH_NONE, SPF_ID_HELO, "not a domain name", "", "postmaster@", ""},
		{"the null path and one label", "192.0.2.1", "", "localhost", AUTH_NONE, SPF_ID_HELO,
			"not a domain name", "", "postmaster@localhost", ""},
		{"the null path and an address as a name", "192.0.2.1", "", "192.0.2.1", AUTH_NONE, SPF_ID_HELO,
			"not a domain name", "", "postmaster@192.0.2.1", ""},
		{"an unknown path: HELO does not stand in", "192.0.2.1", NULL, "e.example",
			AUTH_NONE, SPF_ID_NONE, "reverse-path not known", "", "", ""},
		{"no client", NULL, "a@e.example", "h.example", AUTH_NONE, SPF_ID_MAILFROM, "no client address", "e.example", "a@e.example", ""},
		{"no client, the null path", NULL, "", "e.example", AUTH_NONE, SPF_ID_HELO, "no client address", "e.example", "postmaster@e.example", ""},
		{"a path without @", "192.0.2.1", "e.example", "e.example", AUTH_NONE, SPF_ID_MAILFROM,
			"not a domain name", "", "e.example", ""},
		{"a path that ends with @", "192.0.2.1", "a@", "e.example", AUTH_NONE, SPF_ID_MAILFROM,
			"not a domain name", "", "a@", ""},
		{"no local-part", "192.0.2.9", "@exp.example", "h.example", AUTH_FAIL, SPF_ID_MAILFROM,
			"client address not listed", "exp.example",
			"postmaster@exp.example",
			"postmaster@exp.example postmaster exp.example h.example"},
		{"several @: the last", "192.0.2.9", "\"x@e.example\"@exp.example", "h", AUTH_FAIL, SPF_ID_MAILFROM,
			"client address not listed", "exp.example",
			"\"x@e.example\"@exp.example",
			"\"x@e.example\"@exp.example \"x@e.example\" exp.example h"},
		{"HELO in an explanation of the null path", "192.0.2.9", "", "exp.example",
			AUTH_FAIL, SPF_ID_HELO, "client address not listed", "exp.example",
			"postmaster@exp.example",
			"postmaster@exp.example postmaster exp.example exp.example"},
		{"U-labels", "192.0.2.1", "a@\xc3\xa4.example", "h", AUTH_PASS, SPF_ID_MAILFROM, NULL, "xn--4ca.example", "a@xn--4ca.example", ""},
		{"one label", "192.0.2.1", "a@example", "h", AUTH_NONE, SPF_ID_MAILFROM, "not a domain name", "", "a@example", ""},
		{"one label and a dot", "192.0.2.1", "a@example.", "h", AUTH_NONE, SPF_ID_MAILFROM,
			"not a domain name", "", "a@example.", ""},
		{"a dot at the end", "192.0.2.1", "a@e.example.", "h", AUTH_PASS, SPF_ID_MAILFROM, NULL, "e.example", "a@e.example", ""},
		{"an empty label", "192.0.2.1", "a@b..e.example", "h", AUTH_NONE, SPF_ID_MAILFROM,
			"not a domain name", "", "a@b..e.example", ""},
		{"a domain-literal", "192.0.2.1", "a@[192.0.2.1]", "h", AUTH_NONE, SPF_ID_MAILFROM,
			"not a domain name", "", "a@[192.0.2.1]", ""},
		{"a label of 64", "192.0.2.1",
			"a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
			"example",
			"h", AUTH_NONE, SPF_ID_MAILFROM, "not a domain name", "",
			"a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
			"example",
			""},
		{"no record", "192.0.2.1", "a@nowhere.example", "h", AUTH_NONE, SPF_ID_MAILFROM, "no SPF record", "nowhere.example", "a@nowhere.example", ""},
		{"a mapped client", "::ffff:192.0.2.1", "a@e.example", "h", AUTH_PASS, SPF_ID_MAILFROM, NULL, "e.example", "a@e.example", ""},
		{"loopback is no exception", "127.0.0.1", "a@e.example", "h", AUTH_FAIL, SPF_ID_MAILFROM,
			"client address not listed", "e.example", "a@e.example",
			""},
		{"IPv6 loopback is no exception", "::1", "a@e.example", "h", AUTH_FAIL, SPF_ID_MAILFROM,
			"client address not listed", "e.example", "a@e.example",
			""},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_case c;
		struct spf_result r;
		spf_case_open(&c, zone, row->client, row->path, row->helo);
		spf_ask(&c.in);
		cr_expect_eq(spf_check(&c.in, &r), ST_OK, "%s", row->name);
		cr_expect_eq(r.code, row->code, "%s: %d", row->name, (int)r.code);
		cr_expect_str_eq(spf_case_reason(&r), row->reason == NULL ? "" : row->reason, "%s",
			row->name);
		cr_expect_eq(r.identity, row->identity, "%s", row->name);
		cr_expect(same(r.domain, row->domain), "%s: domain %.*s", row->name,
			(int)r.domain.n, r.domain.p);
		cr_expect(same(r.sender, row->sender), "%s: sender %.*s", row->name,
			(int)r.sender.n, r.sender.p);
		cr_expect(same(r.explanation, row->explanation), "%s: %.*s", row->name,
			(int)r.explanation.n, r.explanation.p);
		cr_expect_str_eq(r.engine, "mailstamp");
		spf_case_close(&c);
	}
}

/* RFC 7208 4.4, 4.5, 4.6, 4.7 */
Test(spf_check, records)
{
	/* clang-format off */
	static const struct spf_row rows[] = {
		{"no such name", "x.example. 60 IN A 192.0.2.1\n", AUTH_NONE, "no SPF record", "",
			"", 0, 0, NULL, NULL},
		{"no TXT", "e.example. 60 IN A 192.0.2.1\n", AUTH_NONE, "no SPF record", "", "", 0,
			0, NULL, NULL},
		{"other TXT", "e.example. 60 IN TXT \"v=spf10 +all\"\n", AUTH_NONE, "no SPF record",
			"", "", 0, 0, NULL, NULL},
		{"the record among others",
			"e.example. 60 IN TXT \"x\"\ne.example. 60 IN TXT \"v=spf1 -all\"\n"
			"e.example. 60 IN TXT \"v=spf10\"\ne.example. 60 IN TXT \"\\255\"\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 0, 0, NULL, NULL},
		{"two records",
			"e.example. 60 IN TXT \"v=spf1 +all\"\ne.example. 60 IN TXT \"V=SPF1\"\n",
			AUTH_PERMERROR, "more than one SPF record", "", "", 0, 0, NULL, NULL},
		{"several strings are joined without a blank",
			"e.example. 60 IN TXT \"v=spf1 ip4:192.0\" \".2.1 -all\"\n", AUTH_PASS,
			NULL, "ip4:192.0.2.1", "e.example", 0, 0, NULL, NULL},
		{"a version in two strings", "e.example. 60 IN TXT \"v=sp\" \"f1 -all\"\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 0, 0, NULL, NULL},
		{"SERVFAIL", ";!SERVFAIL e.example\n", AUTH_TEMPERROR, "DNS did not answer", "", "",
			0, 0, NULL, NULL},
		{"a time-out", ";!TIMEOUT e.example TXT\n", AUTH_TEMPERROR, "DNS did not answer",
			"", "", 0, 0, NULL, NULL},
		{"an answer that cannot be read", ";!BAD e.example TXT\n", AUTH_TEMPERROR,
			"unreadable DNS answer", "", "", 0, 0, NULL, NULL},
		{"an empty record", "e.example. 60 IN TXT \"v=spf1\"\n", AUTH_NEUTRAL, UNMATCHED,
			"", "e.example", 0, 0, NULL, NULL},
		{"a syntax error after the match",
			"e.example. 60 IN TXT \"v=spf1 ip4:192.0.2.1 -all moo\"\n", AUTH_PERMERROR,
			"the SPF record has a syntax error", "moo", "e.example", 0, 0, NULL, NULL},
		{"the first match counts",
			"e.example. 60 IN TXT \"v=spf1 ?ip4:192.0.2.0/24 ip4:192.0.2.1 -all\"\n",
			AUTH_NEUTRAL, MATCHED, "?ip4:192.0.2.0/24", "e.example", 0, 0, NULL, NULL},
		{"terms after all mean nothing",
			"e.example. 60 IN TXT \"v=spf1 ~all ip4:192.0.2.1\"\n", AUTH_SOFTFAIL,
			LISTED, "~all", "e.example", 0, 0, NULL, NULL},
		{"ip6 of an IPv4 client",
			"e.example. 60 IN TXT \"v=spf1 ip6:::ffff:192.0.2.1/96 ip6:::/0 -all\"\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 0, 0, NULL, NULL},
		{"ip4 of an IPv6 client", "e.example. 60 IN TXT \"v=spf1 ip4:0.0.0.0/0 -all\"\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 0, 0, "2001:db8::1", NULL},
		{"ip4 /0", "e.example. 60 IN TXT \"v=spf1 ip4:10.0.0.0/0 -all\"\n", AUTH_PASS, NULL,
			"ip4:10.0.0.0/0", "e.example", 0, 0, NULL, NULL},
		{"ip6 /33, inside", "e.example. 60 IN TXT \"v=spf1 ip6:2001:db8:8000::/33 -all\"\n",
			AUTH_PASS, NULL, "ip6:2001:db8:8000::/33", "e.example", 0, 0,
			"2001:db8:ffff::1", NULL},
		{"ip6 /33, outside",
			"e.example. 60 IN TXT \"v=spf1 ip6:2001:db8:8000::/33 -all\"\n", AUTH_FAIL,
			LISTED, "-all", "e.example", 0, 0, "2001:db8:7fff::1", NULL},
		{"a record behind a CNAME",
			"e.example. 60 IN CNAME x.example.\nx.example. 60 IN TXT \"v=spf1 -all\"\n",
			AUTH_FAIL, LISTED, "-all", "e.example", 0, 0, NULL, NULL},
	};
	/* clang-format on */

	CHECK_ROWS(rows);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define WHY(text) TXT("e.example.", "-all exp=why.%{d}") "why.e.example. 60 IN TXT " text "\n"

/* RFC 7208 6.2 */
Test(spf_check, explanation)
{
	/* clang-format off */
	static const struct row {
		const char *name, *zone, *explanation;
	} rows[] = {
		{"plain", WHY("\"go away\""), "go away"},
		{"strings are joined", WHY("\"go \" \"away\""), "go away"},
		{"300 octets with a dot are not cut", WHY("\"" HUNDRED ".\" \"" HUNDRED HUNDRED "\""),
			HUNDRED "." HUNDRED HUNDRED},
		{"macros", WHY("\"%{i} %{c} %{r} %{t} %{v} %{d}\""),
			"192.0.2.1 192.0.2.1 mx.receiver.example 1700000000 in-addr e.example"},
		{"%{p}", WHY("\"%{p}\"") PTR("m.e.example.") A("m.e.example.", "192.0.2.1"),
			"m.e.example"},
		{"%{p} where the limits are used up",
			TXT("e.example.", NINE_A " a -all exp=why.e.example") X_HOST A("e.example.",
				"10.0.0.1") "why.e.example. 60 IN TXT \"%{p}\"\n" PTR("m.x."
										      "example.")
				A("m.x.example.", "192.0.2.1"),
			"m.x.example"},
		{"no TXT", TXT("e.example.", "-all exp=why.e.example"), ""},
		{"a time-out",
			TXT("e.example.", "-all exp=why.e.example") ";!TIMEOUT why.e.example\n",
			""},
		{"two TXT", WHY("\"a\"") "why.e.example. 60 IN TXT \"b\"\n", ""},
		{"a syntax error", WHY("\"%{x}\""), ""},
		{"non-ASCII", WHY("\"\\228\""), ""},
		{"a control character", WHY("\"a\\013\\010b\""), ""},
		{"an impossible name", TXT("e.example.", "-all exp=why..e.example"), ""},
		{"the exp of an include is not used",
			TXT("e.example.", "-include:i.example -all") TXT("i.example.",
				"+all exp=why.i.example") "why.i.example. 60 IN TXT \"x\"\n",
			""},
		{"the exp of the including record is",
			TXT("e.example.", "-include:i.example exp=why.e.example")
				TXT("i.example.", "+all") "why.e.example. 60 IN TXT \"%{d}\"\n",
			"e.example"},
		{"the exp of a redirect's target is used",
			TXT("e.example.", "redirect=r.example exp=why.e.example") TXT(
				"r.example.", "-all exp=why.r.example") "why.e.example. 60 IN TXT "
									"\"e\"\nwhy.r.example. 60 "
									"IN TXT \"r %{d} %{o}\"\n",
			"r r.example e.example"},
		{"the exp of a record that redirects is not",
			TXT("e.example.", "redirect=r.example exp=why.e.example")
				TXT("r.example.", "-all") "why.e.example. 60 IN TXT \"e\"\n",
			""},
		{"only for fail",
			TXT("e.example.",
				"~all exp=why.e.example") "why.e.example. 60 IN TXT \"e\"\n",
			""},
		{"exp is not counted among the lookups",
			TXT("e.example.", NINE_A " a -all exp=why.e.example") X_HOST A(
				"e.example.", "10.0.0.1") "why.e.example. 60 IN TXT \"e\"\n",
			"e"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct spf_case c;
		struct spf_result r;
		spf_case_open(&c, rows[i].zone, "192.0.2.1", "a@e.example", "h.example");
		cr_expect_eq(spf_check(&c.in, &r), ST_OK);
		cr_expect_eq(r.code,
			strstr(rows[i].zone, "~all") == NULL ? AUTH_FAIL : AUTH_SOFTFAIL, "%s: %s",
			rows[i].name, auth_code_word(r.code));
		cr_expect(same(r.explanation, rows[i].explanation), "%s: '%.*s'", rows[i].name,
			(int)r.explanation.n, r.explanation.p);
		cr_expect_str_neq(spf_case_reason(&r), "DNS did not answer", "%s", rows[i].name);
		spf_case_close(&c);
	}
}

Test(spf_check, explanation_from_the_sender)
{
	static const char zone[] = WHY("\"%{s}\"");
	char sender[700];
	struct spf_case c;
	struct spf_result r;

	memset(sender, 'a', sizeof sender);
	(void)snprintf(sender + 600, 100, "@e.example");
	spf_case_open(&c, zone, "192.0.2.1", sender, "h.example");
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.explanation.n, 500, "cut");
	spf_case_close(&c);
	spf_case_open(&c, zone, "192.0.2.1", "\xc3\xa4@e.example", "h.example");
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.code, AUTH_FAIL);
	cr_expect_eq(r.explanation.n, 0, "non-ASCII");
	spf_case_close(&c);
	spf_case_open(&c, zone, "192.0.2.1", "\"a\r\nb\"@e.example", "h.example");
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.explanation.n, 0, "a line end");
	spf_case_close(&c);
}

/*
 * RFC 7208 4.6.4, last paragraph but one. DNS answers from a zone, so the clock is always at 1 ms.
 */
Test(spf_check, time_limit)
{
	static const char zone[] = TXT("e.example.", "a -all");
	/* clang-format off */
	static const struct row {
		const char *name;
		int64_t until_ms, spf_ms;
		enum auth_code code;
	} rows[] = {
		{"time enough", 2, 20000, AUTH_FAIL},
		{"no bound", 0, 0, AUTH_FAIL},
		{"no bound but a very large one", INT64_MAX, INT64_MAX, AUTH_FAIL},
		{"no time left", 1, 20000, AUTH_TEMPERROR},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct spf_case c;
		struct spf_result r;
		spf_case_open(&c, zone, "192.0.2.1", "a@e.example", "h.example");
		c.in.until_ms = rows[i].until_ms;
		c.limits.spf_ms = rows[i].spf_ms;
		cr_expect_eq(spf_check(&c.in, &r), ST_OK);
		cr_expect_eq(r.code, rows[i].code, "%s", rows[i].name);
		if (r.code == AUTH_TEMPERROR)
			cr_expect_str_eq(spf_case_reason(&r), "time limit");
		spf_case_close(&c);
	}
}

Test(spf_check, questions)
{
	static const char zone[] = TXT("e.example.", "a:1.example include:i.example mx -all")
		TXT("i.example.", "ip4:192.0.2.0/24 a:never.example") A("1.example.", "10.0.0.1");
	struct spf_case c;
	struct spf_result r;

	spf_case_open(&c, zone, "192.0.2.1", "a@e.example", "h.example");
	spf_ask(&c.in);
	cr_expect_eq(dns_asked(c.dns), 1);
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.code, AUTH_PASS);
	cr_expect(slice_starts(r.record, SLICE("v=spf1 a:1.example")));
	cr_expect_eq(dns_asked(c.dns), 4, "ahead: mx too, but nothing behind a match");
	spf_case_close(&c);

	spf_case_open(&c, zone, "192.0.2.1", "a@e.example", "h.example");
	c.options.no_ask = true;
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.code, AUTH_PASS);
	cr_expect_eq(dns_asked(c.dns), 3);
	spf_case_close(&c);

	spf_case_open(&c, zone, NULL, "a@e.example", "h.example");
	spf_ask(&c.in);
	cr_expect_eq(dns_asked(c.dns), 0, "nothing to check, nothing to ask");
	spf_case_close(&c);
}
