#include "tests/support/apart_reply.h"
#include "tests/support/identities_rig.h"

/* RFC 9989 4.2, 5.3.1: one From field, one domain */
Test(identities, one_author_domain)
{
	static const struct identities_row rows[] = {
		{"plain", S("From: a@example.com\n\n"), NULL, S("example.com"), S("example.com "),
			1},
		{"CRLF", S("From: a@example.com\r\n\r\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"no body, no line end", S("From: a@example.com"), NULL, S("example.com"),
			S("example.com "), 1},
		{"name in upper case", S("FROM: a@EXAMPLE.Com\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"blanks before the colon", S("From \t: a@example.com\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"not the first field", S("To: b@example.net\nFrom: A <a@example.com>\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"folded", S("From: A\r\n <a@example.com>\r\n\r\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"comma in a quoted name", S("From: \"A, B\" <a@example.com>\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"address in a quoted name", S("From: \"b@example.net\" <a@example.com>\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"encoded word", S("From: =?utf-8?q?b=40example=2Enet?= <a@example.com>\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"UTF-8 name", S("From: J\xc3\xb6rg <a@example.com>\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"comment", S("From: a@example.com (b at example.net)\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"a dot in a quoted local-part", S("From: \"a.\"@example.com\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"group of one", S("From: team: a@example.com;\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"two mailboxes of one domain", S("From: a@example.com, B <b@Example.COM>\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"subdomain is another text, not another case", S("From: a@MAIL.example.com\n\n"),
			NULL, S("mail.example.com"), S("mail.example.com "), 1},
		{"U-label",
			S("From: a@b\xc3\xbc"
			  "cher.example\n\n"),
			NULL, S("xn--bcher-kva.example"), S("xn--bcher-kva.example "), 1},
		{"U-label in upper case",
			S("From: a@B\xc3\x9c"
			  "CHER.example\n\n"),
			NULL, S("xn--bcher-kva.example"), S("xn--bcher-kva.example "), 1},
		{"A-label", S("From: a@xn--bcher-kva.example\n\n"), NULL,
			S("xn--bcher-kva.example"), S("xn--bcher-kva.example "), 1},
		{"A-label in upper case", S("From: a@XN--BCHER-KVA.example\n\n"), NULL,
			S("xn--bcher-kva.example"), S("xn--bcher-kva.example "), 1},
		{"A-label of an emoji", S("From: a@xn--ls8h.la\n\n"), NULL, S("xn--ls8h.la"),
			S("xn--ls8h.la "), 1},
		{"A-label and its U-label",
			S("From: a@xn--bcher-kva.example, b@b\xc3\xbc"
			  "cher.example\n\n"),
			NULL, S("xn--bcher-kva.example"), S("xn--bcher-kva.example "), 1},
		{"underscore in the domain", S("From: a@foo_bar.example.com\n\n"), NULL,
			S("foo_bar.example.com"), S("foo_bar.example.com "), 1},
		{"mbox line",
			S("From b@example.net Mon Jan  1 00:00:00 2024\nFrom: a@example.com\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"mbox line in the middle",
			S("X: y\nFrom b@example.net Mon Jan  1 00:00:00 2024\nFrom: "
			  "a@example.com\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"quoted mbox line",
			S(">From b@example.net Mon Jan  1 00:00:00 2024\nFrom: a@example.com\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"Sender and Resent-From do not count",
			S("Sender: b@example.net\nResent-From: c@example.org\nFrom: "
			  "a@example.com\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"junk that is no From", S("garbage\nFromage: x\nFrom: a@example.com\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"From in the body", S("From: a@example.com\n\nFrom: b@example.net\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"8-bit in another field", S("Subject: \xff\xfe\nFrom: a@example.com\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"obsolete route", S("From: <@relay.example:a@example.com>\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_close(&f);
}

/* RFC 9989 4.2, 4.4, 5.3.1, 11.5: there is no single domain to align with. */
Test(identities, no_author_domain)
{
	static const struct identities_row rows[] = {
		{"nothing at all", S(""), NO_FROM, S(""), S(""), 0},
		{"no From", S("Subject: x\n\n"), NO_FROM, S(""), S(""), 0},
		{"only in the body", S("Subject: x\n\nFrom: a@example.com\n"), NO_FROM, S(""),
			S(""), 0},
		{"only a Sender", S("Sender: a@example.com\n\n"), NO_FROM, S(""), S(""), 0},
		{"only a Resent-From", S("Resent-From: a@example.com\n\n"), NO_FROM, S(""), S(""),
			0},
		{"only an mbox line", S("From a@example.com Mon Jan  1 00:00:00 2024\n\n"), NO_FROM,
			S(""), S(""), 0},
		{"two fields", S("From: a@example.com\nFrom: b@example.net\n\n"), SEVERAL_FROM,
			S(""), S("example.com example.net "), 2},
		{"two fields of one domain", S("From: a@example.com\nFrom: b@example.com\n\n"),
			SEVERAL_FROM, S(""), S("example.com "), 2},
		{"the same field twice", S("From: a@example.com\nTo: x\nFrom: a@example.com\n\n"),
			SEVERAL_FROM, S(""), S("example.com "), 2},
		{"a second one with a blank", S("From: a@example.com\nfrom : b@example.net\n\n"),
			SEVERAL_FROM, S(""), S("example.com example.net "), 2},
		{"a second one that is empty", S("From: a@example.com\nFrom:\n\n"), SEVERAL_FROM,
			S(""), S("example.com "), 2},
		{"empty", S("From:\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"only blanks", S("From: \r\n \r\n\r\n"), NO_AUTHOR, S(""), S(""), 1},
		{"no address", S("From: nobody\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"empty brackets", S("From: A <>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"no domain", S("From: A <a@>\n\n"), UNREADABLE, S(""), S(""), 1},
		{"two brackets", S("From: <a@example.com> <b@example.net>\n\n"), UNREADABLE, S(""),
			S(""), 1},
		{"two at signs", S("From: a@example.com@example.net\n\n"), UNREADABLE, S(""), S(""),
			1},
		{"unquoted address as a name", S("From: b@example.net <a@example.com>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"NUL in the value", S("From: a@example.com\0.example.net\n\n"), UNREADABLE, S(""),
			S(""), 1},
		{"bad UTF-8 in the domain", S("From: a@\xff.example\n\n"), UNREADABLE, S(""), S(""),
			1},
		{"empty group", S("From: undisclosed:;\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"domain-literal", S("From: a@[192.0.2.1]\n\n"), NO_DOMAIN, S(""), S(""), 1},
		{"domain-literal and a domain", S("From: a@[192.0.2.1], b@example.com\n\n"),
			NO_DOMAIN, S(""), S("example.com "), 1},
		{"dotted quad", S("From: a@192.0.2.1\n\n"), BAD_DOMAIN, S(""), S(""), 1},
		{"character that no name has", S("From: a@exam!ple.com\n\n"), BAD_DOMAIN, S(""),
			S(""), 1},
		{"U-label that IDNA refuses", S("From: a@\xf0\x9f\x92\xa9.la\n\n"), BAD_DOMAIN,
			S(""), S(""), 1},
		{"one of two is no name", S("From: a@example.com, b@192.0.2.1\n\n"), BAD_DOMAIN,
			S(""), S("example.com "), 1},
		{"two domains", S("From: a@example.com, b@example.net\n\n"), SEVERAL_DOMAINS, S(""),
			S("example.com example.net "), 1},
		{"a domain and its parent", S("From: a@example.com, b@mail.example.com\n\n"),
			SEVERAL_DOMAINS, S(""), S("example.com mail.example.com "), 1},
		{"two domains in a group", S("From: g: a@example.com, b@example.net;\n\n"),
			SEVERAL_DOMAINS, S(""), S("example.com example.net "), 1},
		{"two domains, three mailboxes",
			S("From: a@example.com, b@example.net, c@EXAMPLE.com\n\n"), SEVERAL_DOMAINS,
			S(""), S("example.com example.net "), 1},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_close(&f);
}

/* mailstamp(1), Policy: we find one author domain, but another reader may find a different one. */
Test(identities, hostile_headers)
{
	static const struct identities_row rows[] = {
		{"white space first", S(" From: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"white space first, no From there", S(" x\nFrom: a@example.com\n\n"), BLANK_FIRST,
			S("example.com"), S("example.com "), 1},
		{"tab first", S("\tx\r\nFrom: a@example.com\r\n\r\n"), BLANK_FIRST,
			S("example.com"), S("example.com "), 1},
		{"NUL in another field", S("Subject: \0\nFrom: a@example.com\n\n"), HAS_NUL,
			S("example.com"), S("example.com "), 1},
		{"NUL in the body only", S("From: a@example.com\n\n\0"), NULL, S("example.com"),
			S("example.com "), 1},
		{"bare CR in another field",
			S("Subject: x\rFrom: b@example.net\nFrom: a@example.com\n\n"), HAS_BARE_CR,
			S("example.com"), S("example.com "), 1},
		{"bare CR in the body only", S("From: a@example.com\n\n\r"), NULL, S("example.com"),
			S("example.com "), 1},
		{"NUL before the colon", S("From\0: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"NUL in the middle of the name",
			S("Fr\0om: b@example.net\nFrom: a@example.com\n\n"), LOOKS_LIKE_FROM,
			S("example.com"), S("example.com "), 1},
		{"byte order mark",
			S("\xef\xbb\xbf"
			  "From: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"control character first",
			S("\x01"
			  "From: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"no-break space before the colon",
			S("from\xc2\xa0: b@example.net\nFrom: a@example.com\n\n"), LOOKS_LIKE_FROM,
			S("example.com"), S("example.com "), 1},
		{"fold before the colon",
			S("From\r\n : b@example.net\r\nFrom: a@example.com\r\n\r\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"two folds before the colon",
			S("From\n \n\t: b@example.net\nFrom: a@example.com\n\n"), LOOKS_LIKE_FROM,
			S("example.com"), S("example.com "), 1},
		{"blank in the name", S("F rom: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"after a line without a colon",
			S("garbage\n From: b@example.net\nFrom: a@example.com\n\n"),
			LOOKS_LIKE_FROM, S("example.com"), S("example.com "), 1},
		{"an mbox line that is none",
			S("From \x01: b@example.net\nFrom: a@example.com\n\n"), LOOKS_LIKE_FROM,
			S("example.com"), S("example.com "), 1},
		{"a continued field is none",
			S("Subject: x\n From: b@example.net\nFrom: a@example.com\n\n"), NULL,
			S("example.com"), S("example.com "), 1},
		{"From without a colon", S("From\nFrom: a@example.com\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"From last, without a colon", S("From: a@example.com\nFrom"), NULL,
			S("example.com"), S("example.com "), 1},
		{"a reason of From comes first",
			S(" x\n\0\rFrom: nobody\nFrom: nobody.example\n\n"), UNREADABLE, S(""),
			S(""), 1},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_close(&f);
}

/*
 * The second reader is asked if the first one finds one domain but other readers may find another.
 */
Test(identities, readers_differ)
{
	static const struct identities_row rows[] = {
		{"U-label beside an A-label that IDNA refuses", S("From: a@\xc3\x9c.xn--ls8h\n\n"),
			DIFFER, S(""), S("xn--tda.xn--ls8h "), 1},
		{"U-label beside an A-label that is no Punycode", S("From: a@xn--0_a.\xc3\x9c\n\n"),
			DIFFER, S(""), S("xn--0_a.xn--tda "), 1},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_close(&f);
}

Test(identities, author_text)
{
	struct identities_rig f;

	identities_rig_open(&f);
	identities_rig_find(&f, SLICE("From: a@B\xc3\xbc"
				      "cher.Example, b@xn--bcher-kva.example\n\n"));
	cr_expect(slice_eq(f.ids.author_text, SLICE("B\xc3\xbc"
						    "cher.Example")));
	identities_rig_find(&f, SLICE("From: a@EXAMPLE.com\n\n"));
	cr_expect(slice_eq(f.ids.author_text, SLICE("EXAMPLE.com")));
	identities_rig_find(&f, SLICE("From: a@example.com, b@example.net\n\n"));
	cr_expect_eq(f.ids.author_text.n, 0);
	identities_rig_close(&f);
}

/* Returns text n times, then more. */
static struct slice
repeat(const char *text, size_t n, const char *more, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	while (n-- > 0)
		buf_adds(&buf, text);
	buf_adds(&buf, more);
	return buf_slice(&buf);
}

Test(identities, limits)
{
	struct identities_rig f;
	struct buf buf;

	identities_rig_open(&f);
	identities_rig_find(&f, repeat("X: y\n", FIELDS - 1, "From: a@example.com\n\n", &f.arena));
	cr_expect_null(reason_text(&f.ids.ambiguous), "all fields allowed");
	identities_rig_find(&f, repeat("X: y\n", FIELDS, "From: a@example.com\n\n", &f.arena));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), MANY_FIELDS, "From is past the last field");
	identities_rig_find(&f, repeat("From: a@example.com\n", 1, "", &f.arena));
	cr_expect_null(reason_text(&f.ids.ambiguous));
	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: a@example.com\n");
	buf_add(&buf, repeat("X: y\n", FIELDS, "\n", &f.arena));
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), MANY_FIELDS, "From is before it");
	cr_expect(slice_eq(f.ids.author_domain, SLICE("example.com")));

	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: ");
	buf_add(&buf, repeat("x ", FIELD_SIZE / 2, "<a@example.com>\n\n", &f.arena));
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), OVER_LIMIT, "a field over the size");
	cr_expect_eq(f.ids.from_fields, 1);
	cr_expect_eq(f.ids.ndomains, 0, "it is not read");

	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: ");
	buf_add(&buf, repeat("(", 21, "", &f.arena));
	buf_add(&buf, repeat(")", 21, "a@example.com\n\n", &f.arena));
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), OVER_LIMIT, "comments over the depth");

	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: (");
	buf_add(&buf, repeat(":", 200, ") a@example.com\n\n", &f.arena));
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(
		reason_text(&f.ids.ambiguous), OVER_LIMIT, "colons over what GMime is given");
	cr_expect_eq(f.ids.author_domain.n, 0);
	identities_rig_close(&f);
}

Test(identities, many_domains)
{
	struct identities_rig f;
	struct buf buf;

	identities_rig_open(&f);
	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: a@d0.example");
	for (int i = 1; i < 100; i++)
		buf_addf(&buf, ", a@d%d.example", i % 50);
	buf_adds(&buf, "\n\n");
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), SEVERAL_DOMAINS);
	cr_expect_eq(f.ids.ndomains, IDENTITIES_DOMAINS_MAX);
	cr_expect(slice_eq(f.ids.all_domains[1], SLICE("d1.example")));

	buf_init(&buf, &f.arena, 1 << 20);
	for (int i = 0; i < FIELDS; i++)
		buf_addf(&buf, "From: a@d%d.example\n", i);
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), SEVERAL_FROM);
	cr_expect_eq(f.ids.from_fields, FIELDS);
	cr_expect_eq(f.ids.ndomains, IDENTITIES_FROM_MAX, "the first fields are read");
	identities_rig_close(&f);
}

/* Without the second reader: a plain field does not need it, any other field is not trusted. */
Test(identities, no_second_reader)
{
	struct identities_rig f;

	identities_rig_open(&f);
	address_gmime_close(f.gmime);
	f.gmime = NULL;
	identities_rig_find(&f, SLICE("From: \"A\" <a@example.com>\n\n"));
	cr_expect_null(reason_text(&f.ids.ambiguous));
	message_parse(
		SLICE("From: a@example.com (x)\n\n"), FIELDS, FIELD_SIZE, &f.arena, &f.message);
	cr_expect_eq(identities_find(&f.message, NULL, &f.arena, &f.ids), ST_TEMP);
	cr_expect_not_null(reason_text(&f.ids.ambiguous));
	cr_expect_eq(f.ids.author_domain.n, 0);
	identities_rig_close(&f);
}

/*
 * Whatever happens to the process that reads From a second time, no message passes without its
 * answer.
 */
Test(identities, the_second_reader_apart)
{
	static const struct apart apart = {.run = apart_reply_run};
	static const struct {
		const char *name;
		enum apart_end end;
		struct slice reply;
		const char *ambiguous;
		enum status status;
	} rows[] = {
		{"the same domain", APART_DONE, S("\1\0\13example.com"), NULL, ST_OK},
		{"another domain", APART_DONE, S("\1\0\13example.net"), DIFFER, ST_OK},
		{"no domain", APART_DONE, S("\1"), DIFFER, ST_OK},
		{"not complete", APART_DONE, S("\0\0\13example.com"), DIFFER, ST_OK},
		{"an empty reply", APART_DONE, S(""), DIFFER, ST_OK},
		{"a length without its domain", APART_DONE, S("\1\0\14example.com"), READER_DIED,
			ST_OK},
		{"half a length", APART_DONE, S("\1\0"), READER_DIED, ST_OK},
		{"it died", APART_DIED, S(""), READER_DIED, ST_OK},
		{"it has no library", APART_NO_LOAD, S(""), NOT_ASKED, ST_TEMP},
		{"there is no process", APART_NOT_STARTED, S(""), NOT_ASKED, ST_TEMP},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	address_gmime_apart(f.gmime, &apart);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		apart_reply.end = rows[i].end;
		apart_reply.reply = rows[i].reply;
		message_parse(SLICE("From: \"a, b\" <a@example.com> (c)\n\n"), FIELDS, FIELD_SIZE,
			&f.arena, &f.message);
		cr_expect_eq(identities_find(&f.message, f.gmime, &f.arena, &f.ids), rows[i].status,
			"%s", rows[i].name);
		cr_expect(same_reason(reason_text(&f.ids.ambiguous), rows[i].ambiguous), "%s: %s",
			rows[i].name,
			f.ids.ambiguous.id != FROM_R_NONE ? reason_text(&f.ids.ambiguous) : "none");
		cr_expect_eq(
			f.ids.author_domain.n > 0, rows[i].ambiguous == NULL, "%s", rows[i].name);
	}
	identities_rig_close(&f);
}

/*
 * A value over a limit never reaches the process, so the process having died earlier does not
 * matter.
 */
Test(identities, over_a_limit_after_a_death)
{
	static const struct apart apart = {.run = apart_reply_run};
	struct identities_rig f;
	struct buf buf;

	identities_rig_open(&f);
	address_gmime_apart(f.gmime, &apart);
	apart_reply.end = APART_DIED;
	apart_reply.reply = SLICE("");
	identities_rig_find(&f, SLICE("From: \"a, b\" <a@example.com> (c)\n\n"));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), READER_DIED);
	buf_init(&buf, &f.arena, 1 << 20);
	buf_adds(&buf, "From: (");
	for (int i = 0; i < 200; i++)
		buf_addc(&buf, ':');
	buf_adds(&buf, ") a@example.com\n\n");
	identities_rig_find(&f, buf_slice(&buf));
	cr_expect_str_eq(reason_text(&f.ids.ambiguous), OVER_LIMIT);
	identities_rig_close(&f);
}
