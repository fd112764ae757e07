#include "auth/base/authres_read.h"

#include <criterion/criterion.h>

#include "mime/buf.h"

/* Returns "ID: method=result ptype.property=value ...; ...", "bad" or "limit". */
static const char *
parsed_text(struct slice text, struct arena *arena)
{
	struct authres authres;
	struct buf out;
	enum status st = authres_read(text, arena, &authres);

	if (st != ST_OK)
		return authres.n != 0 ? "?" : st == ST_LIMIT ? "limit" : "bad";
	buf_init(&out, arena, 1 << 20);
	buf_add(&out, authres.id);
	buf_adds(&out, ":");
	for (size_t i = 0; i < authres.n; i++) {
		const struct authres_result *result = &authres.results[i];

		buf_adds(&out, i > 0 ? "; " : " ");
		buf_add(&out, result->method);
		buf_addc(&out, '=');
		buf_add(&out, result->result);
		for (size_t k = 0; k < result->nprops; k++) {
			buf_addc(&out, ' ');
			buf_add(&out, result->props[k].ptype);
			buf_addc(&out, '.');
			buf_add(&out, result->props[k].property);
			buf_addc(&out, '=');
			buf_add(&out, result->props[k].value);
		}
	}
	return arena_cstr(arena, buf_slice(&out));
}

/* clang-format off */
static const struct row {
	const char *name, *text, *want;
} rows[] = {
	/* RFC 8601 2.2 and appendix B */
	{"none", " example.org 1; none", "example.org:"},
	{"none without blanks", "example.org;none", "example.org:"},
	{"one result", " example.com; spf=pass smtp.mailfrom=example.net",
		"example.com: spf=pass smtp.mailfrom=example.net"},
	{"several", " example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
		" spf=pass smtp.mailfrom=example.net",
		"example.com: auth=pass smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net"},
	{"comments everywhere", " foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1"
		" (One yay) = (wait for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n"
		" (this surprised me) = (as I wasn't expecting it) 1362471462",
		"foo.example.net: dkim=fail policy.expired=1362471462"},
	{"a reason", " x; dkim=fail reason=\"bad signature\" header.d=mail.example",
		"x: dkim=fail header.d=mail.example"},
	{"a reason as a token", " x; dkim=fail reason=bad", "x: dkim=fail"},
	{"a domain with @ before it", " x; dkim=pass header.i=@mail.example.com",
		"x: dkim=pass header.i=@mail.example.com"},
	{"an address", " x; dkim=pass header.i=a.b+c=d@example.com", "x: dkim=pass header.i=a.b+c=d@example.com"},
	{"an address with a quoted local part", " x; spf=pass smtp.mailfrom=\"a b\"@example.com",
		"x: spf=pass smtp.mailfrom=\"a b\"@example.com"},
	{"a quoted value", " x; dkim=pass header.b=\"a/b=\"", "x: dkim=pass header.b=a/b="},
	{"an internationalized address", " x; spf=pass smtp.mailfrom=\xc3\xbc@b\xc3\xbc.example",
		"x: spf=pass smtp.mailfrom=\xc3\xbc@b\xc3\xbc.example"},
	{"a quoted id", " \"mx one\"; none", "mx one:"},
	{"no blank behind a comment", " x; dmarc=pass (p=none)header.from=a.example",
		"x: dmarc=pass header.from=a.example"},
	{"no blanks about a semicolon", "x;spf=pass smtp.helo=a;dkim=none", "x: spf=pass smtp.helo=a; dkim=none"},
	{"a method of version 1", "x; spf/1=pass", "x: spf=pass"},
	{"a hyphen in a word", "x; x-tls-a=pass x-y.z-1=a", "x: x-tls-a=pass x-y.z-1=a"},
	{"a blank at the end", "x; spf=pass \t", "x: spf=pass"},
	{"a comment at the end", "x; spf=pass (why)", "x: spf=pass"},

	/* forms that the large providers write */
	{"Google", " mx.google.com;\r\n       dkim=pass header.i=@a.example header.s=s1 header.b=\"Zx/y+\";\r\n"
		"       spf=pass (google.com: domain of b@a.example designates 192.0.2.1 as permitted sender)"
		" smtp.mailfrom=b@a.example;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=a.example",
		"mx.google.com: dkim=pass header.i=@a.example header.s=s1 header.b=Zx/y+; "
		"spf=pass smtp.mailfrom=b@a.example; dmarc=pass header.from=a.example"},
	{"Google, of an earlier chain", " mx.google.com; arc=pass (i=1 spf=pass spfdomain=a.example dkim=pass"
		" dkdomain=a.example dmarc=pass fromdomain=a.example); dara=pass header.i=@g.example",
		"mx.google.com: arc=pass; dara=pass header.i=@g.example"},
	{"Microsoft", " mx.microsoft.com 1; spf=pass smtp.mailfrom=a.example; dmarc=pass action=none"
		" header.from=a.example; dkim=pass header.d=a.example; arc=none",
		"mx.microsoft.com: spf=pass smtp.mailfrom=a.example; dmarc=pass header.from=a.example; "
		"dkim=pass header.d=a.example; arc=none"},
	{"Microsoft with comments", " mx.microsoft.com 1; spf=fail (sender ip is 192.0.2.1)"
		" smtp.rcpttodomain=b.example smtp.mailfrom=a.example; dmarc=pass (p=none sp=none pct=100)"
		" action=none header.from=a.example; dkim=none (message not signed); arc=pass (0 oda=1 ltdi=1"
		" spf=[1,1,smtp.mailfrom=a.example] dmarc=[1,1,header.from=a.example])",
		"mx.microsoft.com: spf=fail smtp.rcpttodomain=b.example smtp.mailfrom=a.example; "
		"dmarc=pass header.from=a.example; dkim=none; arc=pass"},
	{"Microsoft's verdict of its own", "x; dmarc=none action=none header.from=a; compauth=pass reason=100",
		"x: dmarc=none header.from=a; compauth=pass"},

	/* real forms outside the grammar, in results other than dmarc's */
	{"a semicolon at the end", "x; spf=pass;", "x: spf=pass"},
	{"a semicolon and a comment at the end", "x; spf=pass; (x)\r\n ", "x: spf=pass"},
	{"Fastmail", "x; dkim=pass (2048-bit rsa key sha256) header.d=a.example header.a=rsa-sha256 x-bits=2048;"
		" dmarc=pass policy.published-domain-policy=none (p=none,d.eval=none) header.from=a.example",
		"x: dkim=pass header.d=a.example header.a=rsa-sha256 .x-bits=2048; "
		"dmarc=pass policy.published-domain-policy=none header.from=a.example"},
	{"Cloudflare, Google", "x; dkim=pass header.b=CiN9J/AU header.s=s; dmarc=pass header.from=a",
		"x: dkim=pass header.b=CiN9J/AU header.s=s; dmarc=pass header.from=a"},
	{"Yahoo", "x; dkim=pass header.i=@a.example header.s=s1; dmarc=pass(p=NONE) header.from=a.example;",
		"x: dkim=pass header.i=@a.example header.s=s1; dmarc=pass header.from=a.example"},
	{"OpenDKIM", "x; dkim=pass (1024-bit key; unprotected) header.b=c/d; dkim-atps=neutral",
		"x: dkim=pass header.b=c/d; dkim-atps=neutral"},
	{"Zoho", "x; dmarc=pass header.from=<a.b@c.example> (p=reject dis=none)", "x: dmarc=pass header.from=c.example"},
	{"a value of many signs", "x; spf=pass smtp.x=[1,2]:{a}<b>\\/'?= smtp.helo=a",
		"x: spf=pass smtp.x=[1,2]:{a}<b>\\/'?= smtp.helo=a"},
	{"an empty value of another method", "x; spf=pass smtp.mailfrom=; dkim=none",
		"x: spf=pass smtp.mailfrom=; dkim=none"},
	{"no domain behind @", "x; spf=pass smtp.mailfrom=a@", "x: spf=pass smtp.mailfrom=a@"},
	{"an address literal", "x; spf=pass smtp.mailfrom=a@[192.0.2.1]", "x: spf=pass smtp.mailfrom=a@[192.0.2.1]"},
	{"a reason behind a property", "x; spf=pass smtp.helo=a reason=b", "x: spf=pass smtp.helo=a .reason=b"},
	{"a name with an underscore", "x; x-mx=pass policy.is_org=yes a_b=c d-=e",
		"x: x-mx=pass policy.is_org=yes .a_b=c .d-=e"},
	{"a name that begins with an underscore", "x; x-mx=pass policy._o=yes", "bad"},
	{"a name with an underscore in dmarc", "x; dmarc=pass policy.is_org=yes", "bad"},
	{"a name with a dot more", "x; x-mx=pass policy.a.b=c", "bad"},
	{"a slash and a comment", "x; dkim=pass header.b=a/b(c;d)header.d=e", "x: dkim=pass header.b=a/b header.d=e"},

	/* text that hides a result must not be ignored */
	{"in a comment", "x; dkim=none (; dmarc=pass header.from=a)", "x: dkim=none"},
	{"in quotes", "x; dkim=none reason=\"; dmarc=pass header.from=a\"", "x: dkim=none"},
	{"in a comment that a quoted-pair leaves open", "x; dkim=none (\\); dmarc=pass", "bad"},
	{"in quotes that a quoted-pair leaves open", "x; dkim=none reason=\"\\\"; dmarc=pass", "bad"},
	{"a comment that is never closed", "x; dmarc=pass (a", "bad"},
	{"a closed comment too many", "x; dmarc=pass )", "bad"},

	/* outside the grammar */
	{"nothing", "", "bad"},
	{"blanks", " \t", "bad"},
	{"an id alone", "x", "bad"},
	{"an id and a semicolon", "x;", "bad"},
	{"no id", "; none", "bad"},
	{"two semicolons at the end", "x; spf=pass;;", "bad"},
	{"a semicolon behind none", "x; none;", "bad"},
	{"two semicolons", "x;; spf=pass", "bad"},
	{"none and more", "x; none; spf=pass", "bad"},
	{"none with properties", "x; none header.from=a", "bad"},
	{"version 2", "x 2; spf=pass", "bad"},
	{"version 1x", "x 1x; spf=pass", "bad"},
	{"two versions", "x 1 1; spf=pass", "bad"},
	{"two ids", "x y; spf=pass", "bad"},
	{"a method of version 2", "x; spf/2=pass", "bad"},
	{"no result", "x; spf=", "bad"},
	{"no method", "x; =pass", "bad"},
	{"two equals", "x; spf==pass", "bad"},
	{"two results", "x; spf=pass fail", "bad"},
	{"a comma", "x; spf=pass, dkim=pass", "bad"},
	{"no type of a property of dmarc", "x; dmarc=pass from=a", "bad"},
	{"no name of a property", "x; spf=pass =a", "bad"},
	{"no name behind a type", "x; spf=pass header.=a", "bad"},
	{"a word alone", "x; spf=pass header", "bad"},
	{"no blank between properties", "x; spf=pass a=\"b\"c=d", "bad"},
	{"action behind a type", "x; spf=pass policy.action=a", "x: spf=pass policy.action=a"},
	{"an empty value", "x; dmarc=pass header.from=", "bad"},
	{"another property of dmarc in <>", "x; dmarc=pass smtp.from=<a@b.example>", "bad"},
	{"no domain in <>", "x; dmarc=pass header.from=<a@>", "bad"},
	{"no address in <>", "x; dmarc=pass header.from=<b.example>", "bad"},
	{"two addresses in <>", "x; dmarc=pass header.from=<a@b@c.example>", "bad"},
	{"quotes in <>", "x; dmarc=pass header.from=<\"a@b\"@c.example>", "bad"},
	{"text behind <>", "x; dmarc=pass header.from=<a@b.example>.c.example", "bad"},
	{"<> that is not closed", "x; dmarc=pass header.from=<a@b.example", "bad"},
	{"a slash in dmarc", "x; dmarc=pass header.b=a/b", "bad"},
	{"no domain behind @ in dmarc", "x; dmarc=pass smtp.mailfrom=a@", "bad"},
	{"an address literal in dmarc", "x; dmarc=pass smtp.mailfrom=a@[192.0.2.1]", "bad"},
	{"a reason behind a property of dmarc", "x; dmarc=pass smtp.helo=a reason=b", "bad"},
	{"two reasons of dmarc", "x; dmarc=pass reason=a reason=b", "bad"},
	{"a quote in a value", "x; dkim=pass header.b=a/\"b\"", "bad"},
	{"a quote that is not closed in a value", "x; dkim=pass header.b=a/\"; dmarc=pass", "bad"},
	{"a parenthesis closed in a value", "x; dkim=pass header.b=a/); dmarc=pass", "bad"},
	{"8-bit in a value", "x; dkim=pass header.b=a/\xc3\xbc", "bad"},
	{"DEL in a value", "x; dkim=pass header.b=a/\x7f", "bad"},
	{"a slash in an id", "x/y; spf=pass", "bad"},
	{"a hyphen at the end of a word", "x; spf-=pass", "bad"},
	{"an underscore in a word", "x; s_f=pass", "bad"},
	{"a line end without a blank", "x; spf=pass\r\ndmarc=pass", "bad"},
	{"a control", "x; spf=pass \001", "bad"},
	{"an internationalized domain", " x; dmarc=pass header.from=b\xc3\xbc.example (c) header.d=\xc3\xbc.example",
		"x: dmarc=pass header.from=b\xc3\xbc.example header.d=\xc3\xbc.example"},
	{"a token with a letter that no domain has", "x; dmarc=pass header.from=b+\xc3\xbc.example", "bad"},
	{"an octet that is no UTF-8", "x; spf=pass (\xff)", "bad"},
};
/* clang-format on */

Test(authres_read, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena;
		const char *got;

		arena_init(&arena, NULL, NULL);
		got = parsed_text(slice_str(rows[i].text), &arena);
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		arena_clear(&arena);
	}
}

/*
 * Each dmarc= outside quotes and comments is counted, and unreadable results are reported.
 */
Test(authres_read, dmarc_words)
{
	static const struct {
		const char *text;
		size_t words;
		int fault; /* its offset; -1: none */
	} table[] = {
		{"x; dmarc=pass header.from=a", 1, -1},
		{"x; dmarc=pass header.from=a policy.dmarc=none", 1, -1},
		{"x; dmarc=pass header.from=a; x-dmarc=pass; dmarc-x=pass", 1, -1},
		{"x; dkim=pass dmarc=pass; dmarc=pass", 2, -1},
		{"x; dkim=pass x=dmarc=pass; DMARC (c) = pass", 2, -1},
		{"x; dkim=pass (dmarc=pass) reason=\"dmarc=pass\"; dmarc/1=pass", 1, -1},
		{"x; dkim=pass a=(c)dmarc=pass", 1, -1},
		{"x; none", 0, -1},
		{"x; dkim=pass fail", 0, -1},
		{"x; dkim=pass fail; dmarc=pass", 0, 17},
		{"x; dmarc=pass header.from=a/b", 0, 27},
		{"x; dmarc=pass header.from=/", 0, 26},
		{"x; dkim=pass (", 0, 13},
		{"x; dkim=pass a=\"b", 0, 15},
		{"x y; dkim=pass", 0, 2},
		{"x;", 0, -1},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct authres authres;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		(void)authres_read(slice_str(table[i].text), &arena, &authres);
		cr_expect_eq(authres.dmarc_words, table[i].words, "%s: %zu", table[i].text,
			authres.dmarc_words);
		cr_expect_eq(authres.fault == NULL ? -1 : authres.fault - table[i].text,
			table[i].fault, "%s: %s", table[i].text, authres.fault);
		arena_clear(&arena);
	}
}

/* The first octet of each departure from the grammar that is tolerated. */
Test(authres_read, passed_over)
{
	static const struct {
		const char *text, *property, *value, *semicolon, *angle, *name; /* from there on */
	} table[] = {
		{"x; dkim=pass header.b=\"a/b\"; dmarc=pass action=none header.from=a", NULL, NULL,
			NULL, NULL, NULL},
		{"x; dkim=pass x-bits=1", "x-bits=1", NULL, NULL, NULL, NULL},
		{"x; dkim=pass a.b=c/d a.b=e/f", NULL, "/d a.b=e/f", NULL, NULL, NULL},
		{"x; dkim=pass a.b=<c>", NULL, "<c>", NULL, NULL, NULL},
		{"x; dkim=pass; ", NULL, NULL, "; ", NULL, NULL},
		{"x; dkim=pass a.b_c=1", NULL, NULL, NULL, NULL, "_c=1"},
		{"x; dmarc=pass header.from=<a@b>", NULL, NULL, NULL, "<a@b>", NULL},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct authres got;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(authres_read(slice_str(table[i].text), &arena, &got), ST_OK);
		cr_expect(slice_eq(slice_str(got.bare_property), slice_str(table[i].property)),
			"%s", table[i].text);
		cr_expect(slice_eq(slice_str(got.lenient_value), slice_str(table[i].value)), "%s",
			table[i].text);
		cr_expect(slice_eq(slice_str(got.last_semicolon), slice_str(table[i].semicolon)),
			"%s", table[i].text);
		cr_expect(slice_eq(slice_str(got.lenient_name), slice_str(table[i].name)), "%s",
			table[i].text);
		cr_expect(slice_eq(slice_str(got.angle), slice_str(table[i].angle)), "%s",
			table[i].text);
		arena_clear(&arena);
	}
}

Test(authres_read, nul)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_expect_str_eq(parsed_text(SLICE("x; spf=pass\0; dmarc=pass"), &arena), "bad");
	arena_clear(&arena);
}

Test(authres_read, limits)
{
	struct authres authres;
	struct arena arena;
	struct buf text;

	arena_init(&arena, NULL, NULL);
	buf_init(&text, &arena, 1 << 20);
	buf_adds(&text, "x");
	for (int i = 0; i < AUTHRES_RESULTS_MAX; i++)
		buf_adds(&text, "; a=b");
	cr_expect_eq(authres_read(buf_slice(&text), &arena, &authres), ST_OK);
	cr_expect_eq(authres.n, AUTHRES_RESULTS_MAX);
	buf_adds(&text, "; a=b");
	cr_expect_str_eq(parsed_text(buf_slice(&text), &arena), "limit");

	buf_init(&text, &arena, 1 << 20);
	buf_adds(&text, "x; a=b");
	for (int i = 0; i < AUTHRES_PROPS_MAX; i++)
		buf_adds(&text, " c.d=e");
	cr_expect_eq(authres_read(buf_slice(&text), &arena, &authres), ST_OK);
	buf_adds(&text, " c.d=e");
	cr_expect_str_eq(parsed_text(buf_slice(&text), &arena), "limit");

	buf_init(&text, &arena, 1 << 20);
	buf_adds(&text, "x; a=b ");
	for (int i = 0; i < 100; i++)
		buf_addc(&text, '(');
	for (int i = 0; i < 100; i++)
		buf_addc(&text, ')');
	cr_expect_str_eq(parsed_text(buf_slice(&text), &arena), "limit");
	arena_clear(&arena);
}

Test(authres_read, prop)
{
	struct authres authres;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(authres_read(SLICE("x; a=b Header.From=c; d=e"), &arena, &authres), ST_OK);
	cr_assert_not_null(authres_prop(&authres.results[0], "header", "from"));
	cr_expect_null(authres_prop(&authres.results[0], "header", "d"));
	cr_expect_null(authres_prop(&authres.results[0], "smtp", "from"));
	cr_expect_null(authres_prop(&authres.results[1], "header", "from"));
	arena_clear(&arena);
}
