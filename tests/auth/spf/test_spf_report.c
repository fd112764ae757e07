#include "tests/auth/spf/spf_case.h"

Test(spf_report, rows)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct spf_result result;
		const char *prop; /* NULL: none */
		enum report_kind kind;
		const char *value;
	} rows[] = {
		{"a mailbox", {.code = AUTH_PASS, .identity = SPF_ID_MAILFROM,
			.domain = {"e.example", 9}, .sender = {"a@e.example", 11}},
			"smtp.mailfrom", REPORT_MAILBOX, "a@e.example"},
		{"no domain name", {.code = AUTH_NONE, .reason = {.id = SPF_R_NO_DOMAIN},
			.identity = SPF_ID_MAILFROM, .sender = {"a b;(", 5}},
			"smtp.mailfrom", REPORT_TEXT, "a b;("},
		{"a HELO name", {.code = AUTH_FAIL, .identity = SPF_ID_HELO,
			.domain = {"h.example", 9}, .sender = {"postmaster@h.example", 20}},
			"smtp.helo", REPORT_DOMAIN, "h.example"},
		{"a HELO that is no name", {.code = AUTH_NONE, .identity = SPF_ID_HELO,
			.sender = {"postmaster@[192.0.2.1]", 22}},
			"smtp.helo", REPORT_TEXT, "[192.0.2.1]"},
		{"no HELO", {.code = AUTH_NONE, .identity = SPF_ID_HELO,
			.sender = {"postmaster@", 11}}, NULL, REPORT_TEXT, ""},
		{"an unknown path", {.code = AUTH_NONE, .reason = {.id = SPF_R_NO_PATH}},
			NULL, REPORT_TEXT, ""},
	};
	/* clang-format on */
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct report report;
		report_init(&report, &arena);
		spf_report(&row->result, &report);
		cr_assert_eq(report.n, 1, "%s", row->name);
		cr_expect_str_eq(report.rows[0].method, "spf");
		cr_expect_eq(report.rows[0].code, row->result.code, "%s", row->name);
		cr_expect_eq(report.rows[0].reason.id, row->result.reason.id, "%s", row->name);
		cr_assert_eq(report.rows[0].nprops, row->prop == NULL ? 0 : 1, "%s", row->name);
		if (row->prop == NULL)
			continue;
		cr_expect_str_eq(report.rows[0].props[0].name, row->prop, "%s", row->name);
		cr_expect_eq(report.rows[0].props[0].kind, row->kind, "%s", row->name);
		cr_expect(same(report.rows[0].props[0].value, row->value), "%s", row->name);
	}
	arena_clear(&arena);
}

/* RFC 7208 9.1 */
Test(spf_report, received_spf)
{
	/* clang-format off */
	static const struct row {
		const char *name, *zone, *client, *path, *helo, *text;
	} rows[] = {
		{"pass", TXT("e.example.", "ip4:192.0.2.1 -all"), "192.0.2.1", "a@e.example",
			"h.example",
			"pass (domain of e.example designates the client as permitted sender) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom; "
			"mechanism=\"ip4:192.0.2.1\""},
		{"fail", TXT("e.example.", "-all"), "2001:db8::1", "a@e.example", "h.example",
			"fail (domain of e.example does not designate the client as permitted sender) "
			"receiver=mx.receiver.example; client-ip=\"2001:db8::1\"; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom; "
			"mechanism=-all"},
		{"softfail, the null path", TXT("h.example.", "~all"), "192.0.2.1", "", "H.Example",
			"softfail (domain of h.example probably does not permit the client as sender) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; envelope-from=\"\"; "
			"helo=H.Example; identity=helo; mechanism=~all"},
		{"neutral by default", TXT("e.example.", ""), "192.0.2.1", "a@e.example", "h.example",
			"neutral (domain of e.example neither permits nor denies the client as sender) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom; "
			"mechanism=default"},
		{"none", "x. 60 IN A 192.0.2.1\n", "192.0.2.1", "a@e.example", "h.example",
			"none (domain of e.example gives no answer for the client) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom"},
		{"no domain", "x. 60 IN A 192.0.2.1\n", "192.0.2.1", "a", "h.example",
			"none (no domain to ask) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=a; helo=h.example; identity=mailfrom"},
		{"nothing known", "x. 60 IN A 192.0.2.1\n", NULL, NULL, "",
			"none (no domain to ask) receiver=mx.receiver.example"},
		{"temperror", ";!TIMEOUT e.example\n", "192.0.2.1", "a@e.example", "h.example",
			"temperror (DNS failed for now for e.example) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom; "
			"problem=\"DNS did not answer\""},
		{"permerror", TXT("e.example.", "moo"), "192.0.2.1", "a@e.example", "h.example",
			"permerror (SPF record cannot be used for e.example) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a@e.example\"; helo=h.example; identity=mailfrom; "
			"problem=\"the SPF record has a syntax error\""},
		{"hostile values are quoted, escaped and stripped",
			"e.example. 60 IN TXT \"v=spf1 -exists:\\\"x;)(\\\\.%{d} ?all\"\n"
			"\\\"x\\;\\)\\(\\\\.e.example. 60 IN A 127.0.0.2\n", "192.0.2.1",
			"a\"; x=y   (\\\r\nz\x01@e.example", "h\r\nX-Evil: (\"\\\xff\x7f;",
			"fail (domain of e.example does not designate the client as permitted sender) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=\"a\\\"; x=y (\\\\z@e.example\"; helo=\"hX-Evil: (\\\"\\\\;\"; "
			"identity=mailfrom; mechanism=\"-exists:\\\"x;)(\\\\.%{d}\""},
		{"a UTF-8 local-part is left out", TXT("e.example.", "-all"), "192.0.2.1",
			"\xc3\xa4@e.example", "\xc3\xa4.example",
			"fail (domain of e.example does not designate the client as permitted sender) "
			"receiver=mx.receiver.example; client-ip=192.0.2.1; "
			"envelope-from=e.example; helo=\".example\"; identity=mailfrom; "
			"mechanism=-all"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct spf_case c;
		struct spf_result r;
		struct slice text;
		spf_case_open(&c, row->zone, row->client, row->path, row->helo);
		cr_expect_eq(spf_check(&c.in, &r), ST_OK);
		text = spf_received(&c.in, &r);
		cr_expect(same(text, row->text), "%s:\n%.*s", row->name, (int)text.n, text.p);
		spf_case_close(&c);
	}
}

Test(spf_report, received_spf_is_short)
{
	static char sender[70000], helo[70000];
	struct spf_case c;
	struct spf_result r;
	struct slice text;

	memset(sender, '"', sizeof sender - 1);
	memcpy(sender + sizeof sender - 11, "@e.example", 11);
	memset(helo, '\\', sizeof helo - 1);
	spf_case_open(&c, TXT("e.example.", "-all"), "192.0.2.1", sender, helo);
	cr_expect_eq(spf_check(&c.in, &r), ST_OK);
	text = spf_received(&c.in, &r);
	cr_expect_lt(text.n, 1400);
	for (size_t i = 0; i < text.n; i++)
		cr_assert(text.p[i] >= ' ' && text.p[i] <= '~');
	spf_case_close(&c);
}
