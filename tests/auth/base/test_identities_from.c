#include "tests/support/identities_rig.h"

/* mime/address_tolerant.h: values outside the grammar that still have one domain */
Test(identities, tolerant_reading)
{
	static const struct identities_row rows[] = {
		{"Latin-1", S("From: Andr\xe9 <a@example.com>\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"a comma", S("From: Roe, Jane <a@example.com>\n\n"), NULL, S("example.com"),
			S("example.com "), 1},
		{"the same domain in quotes", S("From: \"a@example.com\", x y <a@example.com>\n\n"),
			NULL, S("example.com"), S("example.com "), 1},
		{"GMime finds another domain", S("From: x: y@example.net, z <a@example.com>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"a domain that is none", S("From: Roe, Jane <a@exa!mple.com>\n\n"), BAD_DOMAIN,
			S(""), S(""), 1},
		{"a colon too many for GMime",
			S("From: "
			  "::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::"
			  "::::"
			  ":::::::::::::::::::::::::::::: <a@example.com>\n\n"),
			OVER_LIMIT, S(""), S("example.com "), 1},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_find(&f, SLICE("From: Andr\xe9 <a@example.com>\n\n"));
	cr_expect(f.ids.tolerant && f.ids.fault.cause == ADDRESS_NOT_UTF8 && f.ids.fault.at == 5);
	cr_expect(slice_eq(f.ids.from, SLICE(" Andr\xe9 <a@example.com>")));
	identities_rig_find(&f, SLICE("From: : a@example.com;\n\n")); /* a group has a name */
	cr_expect(f.ids.tolerant && f.ids.fault.cause == ADDRESS_SYNTAX && f.ids.fault.at == 1);
	identities_rig_find(&f, SLICE("From: a@example.com\n\n"));
	cr_expect(!f.ids.tolerant && f.ids.fault.cause == ADDRESS_NO_FAULT);
	identities_rig_find(&f, SLICE("From: a@example.com b@example.com\n\n"));
	cr_expect(
		!f.ids.tolerant && f.ids.fault.cause == ADDRESS_SECOND_AT && f.ids.fault.at == 16);
	identities_rig_close(&f);
}

/*
 * NO_AUTHOR is the reason only if nothing in From can be taken for an author, and nothing else is
 * wrong.
 */
Test(identities, no_author)
{
	static const struct identities_row rows[] = {
		{"a bounce", S("From: MAILER-DAEMON <>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"a null path", S("From: <>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"cron", S("From: root (Cron Daemon)\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"a user", S("From: Charlie Root <root>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"encoded words", S("From: =?utf-8?Q?J=C3=B6rg?= <>\n\n"), NO_AUTHOR, S(""), S(""),
			1},
		{"a dot that is in no name", S("From: Dr. No <>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"Latin-1", S("From: J\xf6rg <>\n\n"), NO_AUTHOR, S(""), S(""), 1},
		{"a fullwidth at sign", S("From: ceo\xef\xbc\xa0victim <>\n\n"), UNREADABLE, S(""),
			S(""), 1},
		{"a small at sign", S("From: ceo\xef\xb9\xabvictim <>\n\n"), UNREADABLE, S(""),
			S(""), 1},
		{"an encoded at sign", S("From: =?utf-8?Q?ceo=40victim?= <>\n\n"), UNREADABLE,
			S(""), S(""), 1},
		{"an encoded fullwidth at sign", S("From: =?utf-8?B?Y2Vv77ygdmljdGlt?= <>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"one split between words",
			S("From: =?utf-8?Q?ceo=EF=BC?= =?utf-8?Q?=A0victim?= <>\n\n"), UNREADABLE,
			S(""), S(""), 1},
		{"one of ISO-2022-JP", S("From: =?iso-2022-jp?B?Y2VvGyRCIXcbKEJ2?= <>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"one of GBK, raw", S("From: ceo\xa3\xc0victim <>\n\n"), UNREADABLE, S(""), S(""),
			1},
		{"a charset that is not known", S("From: =?x-none?Q?x?= <>\n\n"), UNREADABLE, S(""),
			S(""), 1},
		{"a dotted name", S("From: victim.example <>\n\n"), UNREADABLE, S(""), S(""), 1},
		{"a name with a fullwidth dot",
			S("From: victim\xef\xbc\x8e"
			  "example <>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"an encoded dotted name", S("From: =?us-ascii?B?dmljdGltLmV4YW1wbGU=?= <>\n\n"),
			UNREADABLE, S(""), S(""), 1},
		{"a dotted name in a group", S("From: victim.example:;\n\n"), NO_DOMAIN, S(""),
			S(""), 1},
		{"an address in a comment", S("From: root (ceo@victim.example)\n\n"), UNREADABLE,
			S(""), S(""), 1},
		{"a control", S("From: \x1b <>\n\n"), UNREADABLE, S(""), S(""), 1},
		{"another reason counts first", S("From: <>\nX: \0\n\n"), HAS_NUL, S(""), S(""), 1},
		{"a NUL in it", S("From: <\0>\n\n"), UNREADABLE, S(""), S(""), 1},
		{"two of them", S("From: <>\nFrom: <>\n\n"), SEVERAL_FROM, S(""), S(""), 2},
		{"none", S("To: a\n\n"), NO_FROM, S(""), S(""), 0},
	};
	struct identities_rig f;

	identities_rig_open(&f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		identities_rig_check(&f, &rows[i]);
	identities_rig_close(&f);
}
