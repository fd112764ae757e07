#include "filter/intake/received.h"

#include <criterion/criterion.h>

/* ip, helo, by: "" for none. The forms are those of the servers named; hosts are our own. */
static const struct row {
	const char *name;
	const char *value;
	const char *ip, *helo, *by;
} rows[] = {
	{"Postfix",
		" from mail.example (rdns.example [192.0.2.1])\r\n\t(using TLSv1.3 with cipher "
		"TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\t(No client certificate requested)\r\n"
		"\tby mx.test (Postfix) with ESMTPS id 4T\r\n\tfor <r@test>; Mon, 1 Jan 2024 "
		"00:00:00 +0000 (UTC)",
		"192.0.2.1", "mail.example", "mx.test"},
	{"Postfix, no reverse name", "from mail.example (unknown [192.0.2.1]) by mx.test (Postfix)",
		"192.0.2.1", "mail.example", "mx.test"},
	{"Postfix, IPv6", "from m.example (r.example [IPv6:2001:db8::1]) by mx.test", "2001:db8::1",
		"m.example", "mx.test"},
	{"Postfix, HELO literal", "from [198.51.100.9] (r.example [192.0.2.1]) by mx.test",
		"192.0.2.1", "[198.51.100.9]", "mx.test"},
	{"Postfix, local", "by mx.test (Postfix, from userid 1000) id 12", "", "", "mx.test"},
	{"Exim", "from r.example ([192.0.2.1]) by mx.test with esmtps (TLS1.3) (Exim 4.96)",
		"192.0.2.1", "r.example", "mx.test"},
	{"Exim, another HELO",
		"from r.example ([192.0.2.1] helo=mail.example) by mx.test with esmtp", "192.0.2.1",
		"mail.example", "mx.test"},
	{"Exim, port", "from r.example ([192.0.2.1]:4711 helo=mail.example) by mx.test",
		"192.0.2.1", "mail.example", "mx.test"},
	{"Exim, no reverse name", "from [192.0.2.1] (helo=mail.example) by mx.test", "192.0.2.1",
		"mail.example", "mx.test"},
	{"Exim, port and HELO literal", "from [192.0.2.1] (port=99 helo=[198.51.100.9]) by mx.test",
		"192.0.2.1", "[198.51.100.9]", "mx.test"},
	{"Exim, ident", "from [192.0.2.1] (helo=mail.example ident=joe) by mx.test", "192.0.2.1",
		"mail.example", "mx.test"},
	{"Exim, no HELO", "from [192.0.2.1] by mx.test with smtp", "192.0.2.1", "[192.0.2.1]",
		"mx.test"},
	{"Exim, IPv6", "from r.example ([2001:db8::1]) by mx.test", "2001:db8::1", "r.example",
		"mx.test"},
	{"Exim, local", "from joe by mx.test with local (Exim 4.96)", "", "joe", "mx.test"},
	{"Sendmail", "from mail.example (r.example [192.0.2.1]) by mx.test (8.17.1/8.17.1) with",
		"192.0.2.1", "mail.example", "mx.test"},
	{"Sendmail, may be forged",
		"from mail.example (r.example [192.0.2.1] (may be forged)) by mx.test", "192.0.2.1",
		"mail.example", "mx.test"},
	{"Sendmail, ident", "from m.example (IDENT:joe@r.example [192.0.2.1]) by mx.test",
		"192.0.2.1", "m.example", "mx.test"},
	{"Sendmail, lying ident",
		"from m.example ([198.51.100.9]@r.example [192.0.2.1]) by mx.test", "192.0.2.1",
		"m.example", "mx.test"},
	{"Sendmail, only the address", "from m.example ([192.0.2.1]) by mx.test", "192.0.2.1",
		"m.example", "mx.test"},
	{"qmail", "from unknown (HELO mail.example) (192.0.2.1)\n  by mx.test with SMTP; 1 Jan",
		"192.0.2.1", "mail.example", "mx.test"},
	{"qmail, HELO is the name", "from r.example (192.0.2.1) by mx.test with SMTP", "192.0.2.1",
		"r.example", "mx.test"},
	{"qmail, ident", "from r.example (HELO m.example) (joe@192.0.2.1) by mx.test", "192.0.2.1",
		"m.example", "mx.test"},
	{"qmail, HELO literal", "from r.example (HELO [198.51.100.9]) (192.0.2.1) by mx.test",
		"192.0.2.1", "[198.51.100.9]", "mx.test"},
	{"qmail, local", "(qmail 1234 invoked by uid 89); 1 Jan 2024 00:00:00 -0000", "", "", ""},
	{"Microsoft",
		"from o.example (2001:db8::1) by mx.test (2001:db8::2) with Microsoft SMTP "
		"Server (version=TLS1_2) id 15.20; Mon, 1 Jan 2024 00:00:00 +0000",
		"2001:db8::1", "o.example", "mx.test"},
	{"Microsoft, IPv4", "from o.example (192.0.2.1) by mx.test (10.1.2.3) with", "192.0.2.1",
		"o.example", "mx.test"},
	{"Google", "from m.example (r.example. [192.0.2.1]) by mx.test with ESMTPS id x",
		"192.0.2.1", "m.example", "mx.test"},
	{"Google, inside", "by 2002:a05:6402:34d6:b0:55f:1 with SMTP id w22csp", "", "",
		"2002:a05:6402:34d6:b0:55f:1"},
	{"Yahoo", "from 127.0.0.1  (EHLO m.example) (192.0.2.1) by mx.test with SMTPS", "192.0.2.1",
		"m.example", "mx.test"},
	{"CommuniGate", "from [192.0.2.1] (HELO m.example) by mx.test", "192.0.2.1", "m.example",
		"mx.test"},
	{"CommuniGate, account", "from [192.0.2.1] (account a@b HELO m.example) by mx.test", "",
		"m.example", "mx.test"},
	{"Courier", "from m.example (r.example [::ffff:192.0.2.1]) by mx.test with esmtp",
		"192.0.2.1", "m.example", "mx.test"},
	{"old: address on the name", "from m.example (r.example[192.0.2.1]) by mx.test",
		"192.0.2.1", "m.example", "mx.test"},
	{"case", "FROM m.example (r.example [192.0.2.1]) BY mx.test", "192.0.2.1", "m.example",
		"mx.test"},
	{"by a literal", "from m.example ([192.0.2.1]) by [10.0.0.1]", "192.0.2.1", "m.example",
		"[10.0.0.1]"},

	{"no address", "from m.example by mx.test", "", "m.example", "mx.test"},
	{"only the sender's literal", "from [198.51.100.9] (localhost) by mx.test", "",
		"[198.51.100.9]", "mx.test"},
	{"HELO with a tail", "from x (HELO m.example 198.51.100.9) by mx.test", "", "m.example",
		"mx.test"},
	{"helo= with a tail", "from x (helo=m.example [198.51.100.9]) by mx.test", "", "m.example",
		"mx.test"},
	{"a second comment with an address", "from m (r [192.0.2.1]) (x [198.51.100.9]) by mx.test",
		"192.0.2.1", "m", "mx.test"},
	{"an address behind by", "from m by mx.test ([198.51.100.9])", "", "m", "mx.test"},
	{"an address in the date", "from m by mx.test; ([198.51.100.9])", "", "m", "mx.test"},
	{"greeted as by", "from by (r.example [192.0.2.1]) by mx.test", "192.0.2.1", "by",
		"mx.test"},
	{"greeted as with", "from with ([192.0.2.1]) by mx.test", "192.0.2.1", "with", "mx.test"},
	{"bad address", "from m (r [192.0.2.999]) by mx.test", "", "m", "mx.test"},
	{"a network is no address", "from m (r [192.0.2.0/24]) by mx.test", "", "m", "mx.test"},
	{"empty brackets", "from m (r []) by mx.test", "", "m", "mx.test"},
	{"unknown in brackets", "from m (r [unknown]) by mx.test", "", "m", "mx.test"},
	{"open bracket", "from m (r [192.0.2.1) by mx.test", "", "m", "mx.test"},
	{"open comment", "from m (r [192.0.2.1]", "192.0.2.1", "m", ""},
	{"closed twice", "from m (r [192.0.2.1])) by mx.test", "192.0.2.1", "m", "mx.test"},
	{"quoted parenthesis", "from m (r\\) [192.0.2.1]) by mx.test", "192.0.2.1", "m", "mx.test"},
	{"backslash at the end", "from m (r\\", "", "m", ""},
	{"nothing", "", "", "", ""},
	{"only from", "from", "", "", ""},
	{"only a date", "; Mon, 1 Jan 2024 00:00:00 +0000", "", "", ""},
	{"not a Received", "hello world", "", "", ""},
	{"from is a comment", "(from m) by mx.test", "", "", "mx.test"},
};

static bool
is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

Test(received, forms)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct received got;
		struct slice ip;

		received_parse(slice_str(row->value), &got);
		ip = got.ip.family == 0 ? SLICE("") : ip_text(&got.ip, &arena);
		cr_expect(is(ip, row->ip), "%s: ip %.*s", row->name, (int)ip.n, ip.p);
		cr_expect(is(got.helo, row->helo), "%s: helo %.*s", row->name, (int)got.helo.n,
			got.helo.p);
		cr_expect(is(got.by, row->by), "%s: by %.*s", row->name, (int)got.by.n, got.by.p);
	}
	arena_clear(&arena);
}

/* Neither deep nor long fields cost more than their length. */
Test(received, hostile, .timeout = 10)
{
	static const char starts[][8] = {"(", ")", "from (", "from [", "by ", "[", "\\", "from a "};
	static char value[1024 * 1024];

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		size_t n = strlen(starts[i]);
		struct received got;

		for (size_t at = 0; at + n <= sizeof value; at += n)
			memcpy(value + at, starts[i], n);
		received_parse(slice_make(value, sizeof value), &got);
		cr_expect(got.ip.family == 0);
	}
}
