#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mime/buf.h"
#include "tests/auth/spf/spf_case.h"
#include "tests/support/libspf2.h"

TestSuite(spf_libspf2, .init = need_libspf2);

/*
 * libspf2 is third-party code: the tests cover how we call it and read its results, and its known
 * errors, so that a changed version is noticed.
 */
Test(spf_libspf2, results)
{
	/* clang-format off */
	static const struct row {
		const char *name, *zone, *client, *path;
		enum auth_code code;
		const char *reason;
	} rows[] = {
		{"pass", TXT("e.example.", "ip4:192.0.2.1 -all"), "192.0.2.1", "a@e.example",
			AUTH_PASS, NULL},
		{"fail", TXT("e.example.", "-all"), "192.0.2.1", "a@e.example", AUTH_FAIL, MATCHED},
		{"softfail", TXT("e.example.", "~all"), "192.0.2.1", "a@e.example", AUTH_SOFTFAIL,
			MATCHED},
		{"neutral", TXT("e.example.", "?all"), "192.0.2.1", "a@e.example", AUTH_NEUTRAL,
			MATCHED},
		{"neutral by default", TXT("e.example.", "ip4:10.0.0.1"), "192.0.2.1",
			"a@e.example", AUTH_NEUTRAL, UNMATCHED},
		{"none", "x. 60 IN A 192.0.2.1\n", "192.0.2.1", "a@e.example", AUTH_NONE,
			"no SPF record"},
		{"no domain", "x. 60 IN A 192.0.2.1\n", "192.0.2.1", "a@[192.0.2.1]", AUTH_NONE,
			"not a domain name"},
		{"an unknown path", TXT("e.example.", "+all"), "192.0.2.1", NULL, AUTH_NONE,
			"reverse-path not known"},
		{"no client", TXT("e.example.", "+all"), NULL, "a@e.example", AUTH_NONE,
			"no client address"},
		{"temperror", ";!SERVFAIL e.example\n", "192.0.2.1", "a@e.example", AUTH_TEMPERROR,
			"DNS did not answer"},
		{"temperror inside", TXT("e.example.", "a:x.example -all") ";!TIMEOUT x.example\n",
			"192.0.2.1", "a@e.example", AUTH_TEMPERROR, "DNS did not answer"},
		{"permerror, syntax", TXT("e.example.", "moo -all"), "192.0.2.1", "a@e.example",
			AUTH_PERMERROR, "the SPF record has a syntax error"},
		{"permerror, two records", TXT("e.example.", "-all") TXT("e.example.", "+all"),
			"192.0.2.1", "a@e.example", AUTH_PERMERROR, "more than one SPF record"},
		{"permerror, include without a record", TXT("e.example.", "include:x.example -all"),
			"192.0.2.1", "a@e.example", AUTH_PERMERROR,
			"libspf2 gave no usable result"},
		{"a", TXT("e.example.", "a -all") A("e.example.", "192.0.2.1"), "192.0.2.1",
			"a@e.example", AUTH_PASS, NULL},
		{"aaaa", TXT("e.example.", "a -all") "e.example. 60 IN AAAA 2001:db8::1\n",
			"2001:db8::1", "a@e.example", AUTH_PASS, NULL},
		{"mx", TXT("e.example.", "mx -all") "e.example. 60 IN MX 10 m.example.\n"
			A("m.example.", "192.0.2.1"), "192.0.2.1", "a@e.example", AUTH_PASS, NULL},
		{"ptr", TXT("e.example.", "ptr -all") PTR("m.e.example.")
			A("m.e.example.", "192.0.2.1"), "192.0.2.1", "a@e.example", AUTH_PASS, NULL},
		{"include and macro", TXT("e.example.", "include:_spf.%{d} -all")
			TXT("_spf.e.example.", "exists:%{ir}.x.example")
			A("1.2.0.192.x.example.", "127.0.0.2"), "192.0.2.1", "a@e.example", AUTH_PASS,
			NULL},
		{"redirect", TXT("e.example.", "redirect=r.example") TXT("r.example.", "-all"),
			"192.0.2.1", "a@e.example", AUTH_FAIL, MATCHED},
		{"the null path", TXT("h.example.", "ip4:192.0.2.1 -all"), "192.0.2.1", "",
			AUTH_PASS, NULL},
		{"an impossible name", TXT("e.example.", "a:x..example -all"), "192.0.2.1",
			"a@e.example", AUTH_FAIL, MATCHED},
		{"a mapped client", TXT("e.example.", "ip4:192.0.2.1 -all"), "::ffff:192.0.2.1",
			"a@e.example", AUTH_PASS, NULL},

		{"its way: loopback passes", TXT("e.example.", "-all"), "127.0.0.1", "a@e.example",
			AUTH_PASS, NULL},
		{"its way: no limit of void lookups",
			TXT("e.example.", "a:1.example a:2.example a:3.example -all"), "192.0.2.1",
			"a@e.example", AUTH_FAIL, MATCHED},
		{"its way: /0 is an error", TXT("e.example.", "ip4:10.0.0.0/0 -all"), "192.0.2.1",
			"a@e.example", AUTH_PERMERROR, "the SPF record has a syntax error"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_case c;
		struct spf_result r;
		spf_case_open(&c, row->zone, row->client, row->path, "h.example");
		cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK, "%s", row->name);
		cr_expect_eq(r.code, row->code, "%s: %s", row->name, auth_code_word(r.code));
		cr_expect_str_eq(spf_case_reason(&r), row->reason == NULL ? "" : row->reason,
			"%s: %s", row->name, spf_case_reason(&r));
		cr_expect_str_eq(r.engine, "libspf2");
		cr_expect_eq(r.unsure, r.code == AUTH_TEMPERROR, "%s", row->name);
		cr_expect_eq(r.explanation.n, 0);
		spf_case_close(&c);
	}
}

Test(spf_libspf2, tells_what_it_read)
{
	struct spf_case c;
	struct spf_result r;

	spf_case_open(&c, TXT("e.example.", "-all"), "192.0.2.1", "a@E.example", "h.example");
	cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK);
	cr_expect(same(r.record, "v=spf1 -all"));
	cr_expect(same(r.domain, "e.example"));
	cr_expect(same(r.sender, "a@e.example"));
	cr_expect_eq(r.identity, SPF_ID_MAILFROM);
	spf_case_close(&c);
}

/* DNS answers from a zone, so the clock is always at 1 ms. */
Test(spf_libspf2, time_limit)
{
	struct spf_case c;
	struct spf_result r;

	spf_case_open(&c, TXT("e.example.", "-all"), "192.0.2.1", "a@e.example", "h.example");
	c.in.until_ms = 1;
	cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.code, AUTH_TEMPERROR);
	spf_case_close(&c);
}

/* A tree of includes, ten at each node: libspf2 alone would query all of them. */
Test(spf_libspf2, questions_are_bounded)
{
	struct spf_case c;
	struct spf_result r;
	struct buf zone;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	buf_init(&zone, &arena, 1 << 20);
	for (unsigned i = 0; i < 1111; i++) {
		if (i == 0)
			buf_adds(&zone, "e.example. 60 IN TXT \"v=spf1");
		else
			buf_addf(&zone, "n%u.example. 60 IN TXT \"v=spf1", i);
		for (unsigned j = 1; j <= 10 && i < 111; j++)
			buf_addf(&zone, " include:n%u.example", i * 10 + j);
		buf_adds(&zone, " ?all\"\n");
	}
	spf_case_open(
		&c, arena_cstr(&arena, buf_slice(&zone)), "192.0.2.1", "a@e.example", "h.example");
	cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK);
	cr_expect(r.code == AUTH_TEMPERROR || r.code == AUTH_PERMERROR);
	cr_expect_leq(dns_asked(c.dns), 100);
	spf_case_close(&c);
	arena_clear(&arena);
}

Test(spf_libspf2, hostile_input)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice path;
		bool given; /* is libspf2 called at all? */
	} rows[] = {
		{"a NUL", {"a\0b@e.example", 13}, false},
		{"control characters", {"\r\n\t\x01@e.example", 14}, true},
		{"percent signs", {"%{d}%n%s%%@e.example", 20}, true},
		{"UTF-8", {"\xc3\xa4@e.example", 12}, true},
		{"no local-part", {"@e.example", 10}, true},
		{"several @", {"a@b@e.example", 13}, true},
	};
	/* clang-format on */
	static const char zone[] = TXT("e.example.", "exists:%{L}.%{S}.%{H}.%{lr-}.x.example ?all");

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct spf_case c;
		struct spf_result r;
		spf_case_open(&c, zone, "192.0.2.1", "a@e.example", "\xff\"\\%{h}");
		c.envelope.mail_from = rows[i].path;
		cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK, "%s", rows[i].name);
		cr_expect_eq(r.code, rows[i].given ? AUTH_NEUTRAL : AUTH_PERMERROR, "%s: %s",
			rows[i].name, auth_code_word(r.code));
		spf_case_close(&c);
	}
}

Test(spf_libspf2, a_very_long_sender)
{
	static char sender[5000];
	struct spf_case c;
	struct spf_result r;

	memset(sender, 'a', sizeof sender - 1);
	memcpy(sender + sizeof sender - 11, "@e.example", 11);
	spf_case_open(
		&c, TXT("e.example.", "exists:%{l}.e.example -all"), "192.0.2.1", sender, "h");
	cr_expect_eq(spf_libspf2_check(&c.in, &r), ST_OK);
	cr_expect_eq(r.code, AUTH_PERMERROR);
	cr_expect_str_eq(spf_case_reason(&r), "libspf2 gave no usable result");
	spf_case_close(&c);
}

/*
 * stdout carries the message, and stderr may become part of a bounce: libspf2 must write to
 * neither.
 */
Test(spf_libspf2, says_nothing)
{
	struct spf_case c;
	struct spf_result r;
	char name[] = "/tmp/spf-silence-XXXXXX";
	int file = mkstemp(name), out, err;
	off_t size;

	cr_assert_geq(file, 0);
	cr_assert_eq(unlink(name), 0);
	spf_case_open(&c, TXT("e.example.", "include:e.example a:%{x} /0 moo -all"), "192.0.2.1",
		"a@e.example", "h.example");
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	cr_assert(dup2(file, STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0);
	(void)spf_libspf2_check(&c.in, &r);
	(void)fflush(NULL);
	size = lseek(file, 0, SEEK_END);
	cr_assert(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
	cr_expect_eq(size, 0);
	spf_case_close(&c);
}
