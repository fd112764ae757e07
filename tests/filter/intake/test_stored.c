/* The envelope of stored mail: internal hops are skipped, forged lines are not used. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "filter/intake/envelope.h"
#include "filter/intake/hop.h"

#define GOOD "192.0.2.44"
#define LABELS "a-label-of-sixty-three-characters-is-the-longest-that-fits-dns."
#define LONG LABELS LABELS LABELS LABELS LABELS
#define EVIL "203.0.113.66"
#define PATH "Return-Path: <bounce@news.example>\n"
#define DATE "; Sat, 28 Nov 2026 05:47:06 +0000\n"
#define BORDER(ip)                                                                                 \
	"Received: from mx.news.example (mx.news.example [" ip                                     \
	"]) by mx.own.example (Postfix) with ESMTPS id 4Q" DATE
#define QMAIL_BORDER(ip)                                                                           \
	"Received: from unknown (HELO mx.news.example) (" ip ") by mx.own.example with SMTP" DATE
#define G_INSIDE "Received: by 2002:a05:6402:1234:b0:50b:f6ce:2f3d with SMTP id ab1" DATE
#define G_BORDER(ip)                                                                               \
	"Received: from mx.news.example (mx.news.example. [" ip                                    \
	"]) by mx.google.com with ESMTPS id x12" DATE
#define M_INSIDE                                                                                   \
	"Received: from A.eurprd01.prod.exchangelabs.com (2603:10a6:208:15::29) by "               \
	"B.eurprd01.prod.exchangelabs.com with HTTPS" DATE
#define M_FRONT                                                                                    \
	"Received: from F.eop-EUR03.prod.protection.outlook.com (2603:10a6:208:15:cafe::d2) by "   \
	"C.outlook.office365.com (2603:10a6:208:15::29) with Microsoft SMTP Server "               \
	"(version=TLS1_2, cipher=X) id 15.20.9876.16 via Frontend Transport" DATE
#define M_NOTED(ip, domain)                                                                        \
	"Authentication-Results: spf=pass (sender IP is " ip ") smtp.mailfrom=" domain             \
	"; dkim=none (message not signed) header.d=none;dmarc=pass action=none "                   \
	"header.from=news.example\n"
#define M_BORDER(ip)                                                                               \
	"Received: from mx.news.example (" ip                                                      \
	") by F.mail.protection.outlook.com (10.152.16.100) with Microsoft SMTP Server id "        \
	"15.20.9876.16" DATE
#define M_PATH "Return-Path: bounce@news.example\n"
#define Y_INSIDE                                                                                   \
	"Received: from 127.0.0.1 by atlas-production.v2-mail-prod1-gq1.omega.yahoo.com pod-id "   \
	"NONE with HTTP" DATE
#define Y_BORDER(ip)                                                                               \
	"Received: from " ip                                                                       \
	" (EHLO mx.news.example) by 10.217.135.71 with SMTPs (version=TLS1_3 cipher=X)" DATE
#define F_INSIDE                                                                                   \
	"Received: from compute6.internal (compute6.nyi.internal [10.202.2.46]) by sloti33d1t06 "  \
	"(Cyrus 3.0-git-fastmail-10960) with LMTPA" DATE                                           \
	"Received: from mx6 ([10.202.2.205]) by compute6.internal (LMTPProxy)" DATE                \
	"Received: from mx6.messagingengine.com (localhost [127.0.0.1]) by mx6.nyi.internal "      \
	"(Postfix) with ESMTP id 3" DATE                                                           \
	"Received: from mx6.nyi.internal (localhost [127.0.0.1]) by mx6.messagingengine.com "      \
	"(Authentication Milter) with ESMTP id 4.1" DATE
#define F_BORDER(ip)                                                                               \
	"Received: from mx.news.example (mx.news.example [" ip                                     \
	"]) by mx6.messagingengine.com (Postfix) with ESMTPS id 1" DATE
#define X_INSIDE                                                                                   \
	"Received: from postback1b.mail.yandex.net (postback1b.mail.yandex.net "                   \
	"[2a02:6b8:c02:900::1]) by store1.sas.yp-c.yandex.net (notsolitesrv) with LMTPS id 1 "     \
	"for <u@own.example>" DATE                                                                 \
	"Received: from mxfront-60.iva.yp-c.yandex.net (mxfront-60.iva.yp-c.yandex.net "           \
	"[IPv6:2a02:6b8:c0c::1]) by postback1b.mail.yandex.net (Yandex) with ESMTPS id 2" DATE
#define X_FIRST(ip)                                                                                \
	"Received: from mx.news.example (mx.news.example [" ip                                     \
	"]) by mxfront-60.iva.yp-c.yandex.net (mxfront) with ESMTPS id 3" DATE
#define X_NOTED(host, mail)                                                                        \
	"X-Yandex-Fwd: 1\nAuthentication-Results: " host ".yandex.net; spf=pass (" host            \
	".yandex.net: domain of x designates 192.0.2.44 as permitted sender, "                     \
	"rule=[ip4:192.0.2.0/24]) smtp.mail=" mail "; dkim=pass header.i=@news.example\n"
#define X_HOST "mxfront-60.iva.yp-c"
#define X_BORDER(ip) X_FIRST(ip) X_NOTED(X_HOST, "bounce@news.example")
#define R_INSIDE                                                                                   \
	"Received: from director5.mail.iad3b.rsapps.net ([172.31.157.9]) by "                      \
	"backend41.mail.iad3b.rsapps.net (Dovecot) with LMTP id 1 for <u@own.example>" DATE        \
	"Received: from smtp14.gate.iad3a ([172.27.255.53]) (using TLSv1.2 with cipher X "         \
	"(256/256 "                                                                                \
	"bits)) by director5.mail.iad3b.rsapps.net (Dovecot) with LMTP id 2 " DATE
#define R_BORDER(ip)                                                                               \
	"Received: from [" ip "] ([" ip ":53887] helo=mx.news.example) by "                        \
	"smtp14.gate.iad3a.rsapps.net (envelope-from <bounce@news.example>) (ecelerity "           \
	"4.2.1.56364 r(Core:4.2.1.14)) with ESMTPS (cipher=X) id E3/AD" DATE
#define FROM "From: News <news@news.example>\n"

#define AMAVIS                                                                                     \
	"Received: from localhost (localhost [127.0.0.1]) by mx.own.example (Postfix) with ESMTP " \
	"id 1" DATE "Received: from mx.own.example ([127.0.0.1]) by localhost (mx.own.example "    \
	"[127.0.0.1]) (amavisd-new, port 10024) with ESMTP id A" DATE
#define DOVECOT                                                                                    \
	"Received: from mx.own.example by mx.own.example with LMTP id aB (envelope-from "          \
	"<bounce@news.example>)" DATE
#define CYRUS                                                                                      \
	"Received: from mx.own.example ([unix socket]) by mx.own.example (Cyrus 3.6.1) with "      \
	"LMTPA" DATE
#define PIPE "Received: by mx.own.example (Postfix, from userid 999) id B8" DATE
#define EXIM "Received: from Debian-exim by mx.own.example with mailstamp (Exim 4.96) id 1x" DATE
#define QMAIL                                                                                      \
	"Received: (qmail 12 invoked by uid 89)" DATE                                              \
	"Received: (qmail 11 invoked from network)" DATE
#define FETCHMAIL                                                                                  \
	"Received: from pop.own.example [198.51.100.9] by laptop with POP3 (fetchmail-6.4.37) "    \
	"for <me@localhost> (single-drop)" DATE
#define GETMAIL "Received: from pop.own.example by laptop with IMAP4 getmail 6.18 by me" DATE

/* clang-format off */
/* Each layout with its real border, then with a second, forged copy of all its lines below. */
static const struct {
	const char *name;
	const char *inside, *good, *evil; /* lines above the border, and a border for each client */
	const char *path_below;
} layouts[] = {
	{"nothing inside", PATH, BORDER(GOOD), BORDER(EVIL), ""},
	{"amavis", PATH AMAVIS, BORDER(GOOD), BORDER(EVIL), ""},
	{"Dovecot", PATH DOVECOT, BORDER(GOOD), BORDER(EVIL), ""},
	{"Dovecot and amavis", PATH DOVECOT AMAVIS, BORDER(GOOD), BORDER(EVIL), ""},
	{"Cyrus", PATH CYRUS, BORDER(GOOD), BORDER(EVIL), ""},
	{"our pipe, Postfix", PATH PIPE, BORDER(GOOD), BORDER(EVIL), ""},
	{"our pipe and amavis", PATH PIPE AMAVIS, BORDER(GOOD), BORDER(EVIL), ""},
	{"our pipe, Exim", PATH EXIM, BORDER(GOOD), BORDER(EVIL), ""},
	{"qmail", PATH QMAIL, QMAIL_BORDER(GOOD), QMAIL_BORDER(EVIL), ""},
	{"fetchmail", PATH FETCHMAIL, BORDER(GOOD), BORDER(EVIL), ""},
	{"getmail, Dovecot", PATH GETMAIL DOVECOT, BORDER(GOOD), BORDER(EVIL), ""},
	{"fetchmail by way of our MTA", PATH "Received: from localhost (localhost [127.0.0.1]) by laptop (Postfix) with ESMTP id 1" DATE FETCHMAIL, BORDER(GOOD), BORDER(EVIL), ""},
	{"fetchmail of Gmail", FETCHMAIL G_INSIDE PATH, G_BORDER(GOOD), G_BORDER(EVIL), ""},
	{"Gmail", G_INSIDE PATH, G_BORDER(GOOD), G_BORDER(EVIL), ""},
	{"Microsoft 365", M_INSIDE M_FRONT M_NOTED(EVIL, "news.example"), M_BORDER(GOOD), M_BORDER(EVIL), M_PATH},
	{"Yahoo", Y_INSIDE PATH, Y_BORDER(GOOD), Y_BORDER(EVIL), ""},
	{"Fastmail", PATH F_INSIDE, F_BORDER(GOOD), F_BORDER(EVIL), ""},
	{"Yandex", X_INSIDE, X_BORDER(GOOD), X_BORDER(EVIL), M_PATH},
	{"Rackspace", PATH R_INSIDE, R_BORDER(GOOD), R_BORDER(EVIL), ""},
};

/* Forged lines: the client must never be GOOD. */
static const struct {
	const char *name, *header;
} forged[] = {
	{"Gmail, then another host", G_INSIDE PATH BORDER(GOOD)},
	{"Gmail, then Microsoft's border", G_INSIDE PATH M_BORDER(GOOD)},
	{"Gmail's hop, then a name beside", G_INSIDE PATH "Received: from x (x [" GOOD "]) by mx.google.com.example with SMTP" DATE},
	{"Microsoft 365, then another host", M_INSIDE M_FRONT BORDER(GOOD) M_PATH},
	{"Yahoo, then another host", Y_INSIDE PATH BORDER(GOOD)},
	{"Fastmail, then another host", PATH F_INSIDE BORDER(GOOD)},
	{"Yandex, then another host", X_INSIDE BORDER(GOOD) X_NOTED(X_HOST, "bounce@news.example") M_PATH},
	{"Rackspace, then another host", PATH R_INSIDE BORDER(GOOD)},
	{"a submission by another host", PATH "Received: by evil.example (Postfix, from userid 999) id 1" DATE BORDER(GOOD)},
	{"an Exim submission by another host", PATH "Received: from root by evil.example with local (Exim 4.96) id 1" DATE BORDER(GOOD)},
	{"a submission, amavis, another host", PATH "Received: by evil.example (Postfix, from userid 9) id 1" DATE "Received: from x ([127.0.0.1]) by localhost (amavisd-new) with ESMTP" DATE BORDER(GOOD)},
	{"qmail, then a line that is not qmail's", PATH QMAIL BORDER(GOOD)},
	{"a retrieval below a provider's hops", G_INSIDE PATH FETCHMAIL BORDER(GOOD)},
	{"a second retrieval", PATH FETCHMAIL FETCHMAIL BORDER(GOOD)},
	{"LMTP from outside", PATH "Received: from x ([" EVIL "]) by mx.own.example with LMTP id 1" DATE BORDER(GOOD)},
	{"an unreadable line", PATH "Received: nonsense" DATE BORDER(GOOD)},
	{"a HELO with by", PATH "Received: from x by y (unknown [" EVIL "]) by mx.own.example (Postfix) with ESMTP id 1" DATE BORDER(GOOD)},
	{"a HELO like a submission", PATH "Received: from x by mx.own.example (Postfix, from userid 1) (unknown [" EVIL "]) by mx.own.example (Postfix) with ESMTP id 1" DATE BORDER(GOOD)},
	{"a HELO like fetchmail", PATH "Received: from x [198.51.100.9] by laptop with POP3 (fetchmail-6.4.37) (unknown [" EVIL "]) by mx.own.example (Postfix) with ESMTP id 1" DATE BORDER(GOOD)},
	{"a HELO like loopback", PATH "Received: from localhost (localhost [127.0.0.1]) (unknown [" EVIL "]) by mx.own.example (Postfix) with ESMTP id 1" DATE BORDER(GOOD)},
};

/* The reverse-path: "" if it is unknown. */
static const struct {
	const char *name, *header;
	const char *path;
	enum path_place place;
} paths[] = {
	{"Gmail's, between", G_INSIDE PATH G_BORDER(GOOD), "bounce@news.example", PLACE_RETURN_PATH},
	{"Gmail's, below its border", G_INSIDE G_BORDER(GOOD) PATH, "", PLACE_NONE},
	{"Microsoft's, at the end", M_INSIDE M_NOTED(GOOD, "news.example") M_BORDER(GOOD) FROM M_PATH, "bounce@news.example", PLACE_BELOW},
	{"Microsoft's, no inside hop", M_NOTED(GOOD, "news.example") M_BORDER(GOOD) FROM M_PATH, "bounce@news.example", PLACE_BELOW},
	{"Microsoft's, case does not matter", M_INSIDE M_NOTED(GOOD, "NEWS.example") M_BORDER(GOOD) FROM M_PATH, "bounce@news.example", PLACE_BELOW},
	{"Microsoft's, of another domain", M_INSIDE M_NOTED(EVIL, "evil.example") M_BORDER(EVIL) FROM M_PATH, "@evil.example", PLACE_NOTED},
	{"Microsoft's, below it of another domain", M_INSIDE M_NOTED(EVIL, "evil.example.news.example") M_BORDER(EVIL) FROM M_PATH, "@evil.example.news.example", PLACE_NOTED},
	{"Microsoft's, none", M_INSIDE M_NOTED(GOOD, "news.example") M_BORDER(GOOD) FROM, "@news.example", PLACE_NOTED},
	{"Microsoft's, an address noted", M_INSIDE M_NOTED(GOOD, "joe@news.example") M_BORDER(GOOD) FROM, "@news.example", PLACE_NOTED},
	{"Microsoft's, nothing noted", M_INSIDE M_BORDER(GOOD) FROM M_PATH, "", PLACE_NONE},
	{"Microsoft's, noted below the border", M_INSIDE M_BORDER(EVIL) M_NOTED(GOOD, "news.example") FROM M_PATH, "", PLACE_NONE},
	{"Microsoft's, noted in a comment", M_INSIDE "Authentication-Results: spf=fail (smtp.mailfrom=news.example) smtp.mailfrom=evil.example\n" M_BORDER(EVIL) FROM M_PATH, "@evil.example", PLACE_NOTED},
	{"Microsoft's, noted by another result", M_INSIDE "Authentication-Results: dkim=none; spf=pass smtp.mailfrom=news.example\n" M_BORDER(EVIL) FROM M_PATH, "", PLACE_NONE},
	{"Microsoft's, behind another word", M_INSIDE "Authentication-Results: spf=fail (x) reason=none smtp.mailfrom=evil.example\n" M_BORDER(EVIL) FROM M_PATH, "@evil.example", PLACE_NOTED},
	{"Microsoft's, in the next result", M_INSIDE "Authentication-Results: spf=fail (x) reason=none; dkim=none smtp.mailfrom=news.example\n" M_BORDER(EVIL) FROM M_PATH, "", PLACE_NONE},
	{"Microsoft's, behind an open comment", M_INSIDE "Authentication-Results: spf=fail (x smtp.mailfrom=news.example\n" M_BORDER(EVIL) FROM M_PATH, "", PLACE_NONE},
	{"Microsoft's, longer than a name can be", M_INSIDE M_NOTED(GOOD, LONG LONG LONG LONG "news.example") M_BORDER(GOOD) FROM M_PATH, "", PLACE_NONE},
	{"Yandex's, no result of SPF", X_INSIDE X_FIRST(EVIL) "Authentication-Results: " X_HOST ".yandex.net; dkim=pass smtp.mail=bounce@news.example\n" FROM M_PATH, "", PLACE_NONE},
	{"Yandex's, at the end", X_INSIDE X_BORDER(GOOD) FROM M_PATH, "bounce@news.example", PLACE_BELOW},
	{"Yandex's, below its border", X_INSIDE X_FIRST(GOOD) M_PATH X_NOTED(X_HOST, "bounce@news.example") FROM, "bounce@news.example", PLACE_BELOW},
	{"Yandex's, no inside hop", X_BORDER(GOOD) FROM M_PATH, "bounce@news.example", PLACE_BELOW},
	{"Yandex's, none", X_INSIDE X_BORDER(GOOD) FROM, "@news.example", PLACE_NOTED},
	{"Yandex's, of another domain", X_INSIDE X_FIRST(EVIL) X_NOTED(X_HOST, "x@evil.example") FROM M_PATH, "@evil.example", PLACE_NOTED},
	{"Yandex's, a second one of the sender's", X_INSIDE X_FIRST(EVIL) X_NOTED(X_HOST, "x@evil.example") X_NOTED(X_HOST, "bounce@news.example") FROM M_PATH, "@evil.example", PLACE_NOTED},
	{"Yandex's, of another host", X_INSIDE X_FIRST(EVIL) X_NOTED("mxfront-61.iva.yp-c", "bounce@news.example") FROM M_PATH, "", PLACE_NONE},
	{"Yandex's, below another Received", X_INSIDE X_FIRST(EVIL) BORDER(GOOD) X_NOTED(X_HOST, "bounce@news.example") FROM M_PATH, "", PLACE_NONE},
	{"Yandex's, above its border", X_NOTED(X_HOST, "bounce@news.example") X_INSIDE X_FIRST(EVIL) FROM M_PATH, "", PLACE_NONE},
	{"Yandex's form at another host", BORDER(EVIL) X_NOTED(X_HOST, "bounce@news.example") FROM M_PATH, "", PLACE_NONE},
	{"noted by nobody's border", M_NOTED(GOOD, "news.example") BORDER(EVIL) FROM M_PATH, "", PLACE_NONE},
	{"the sender's, below", PATH BORDER(EVIL) "Return-Path: <x@news.example>\n", "bounce@news.example", PLACE_RETURN_PATH},
	{"only the sender's", BORDER(EVIL) PATH FROM, "", PLACE_NONE},
	{"above inside hops", PATH AMAVIS BORDER(GOOD), "bounce@news.example", PLACE_RETURN_PATH},
	{"between inside hops and the border", DOVECOT PATH BORDER(GOOD), "bounce@news.example", PLACE_RETURN_PATH},
	{"Takeout's mbox line", "From 1782@xxx Sat Nov 28 05:47:06 +0000 2026\n" G_BORDER(GOOD) FROM, "", PLACE_NONE},
	{"an mbox line", "From bounce@news.example Sat Nov 28 05:47:06 2026\n" BORDER(GOOD) FROM, "bounce@news.example", PLACE_MBOX},
};
/* clang-format on */

static struct arena arena;

static void
take(const char *text, enum mailbox mailbox, struct intake *intake)
{
	struct options options = options_default();
	struct message message;
	enum fault fault;

	options.envelope = ENVELOPE_HEADERS;
	options.mailbox = mailbox;
	message_parse(slice_str(text), 1000, 65536, &arena, &message);
	*intake = (struct intake){.envelope = {.path = PATH_UNKNOWN}};
	cr_assert(envelope_from_message(
			  &options, &message, SLICE(""), NULL, &arena, intake, &fault) == ST_OK);
}

static const char *
joined(const char *a, const char *b, const char *c, const char *d, const char *e)
{
	static char text[8192];

	(void)snprintf(text, sizeof text, "%s%s%s%s%s\n", a, b, c, d, e);
	return text;
}

static bool
client_is(const struct intake *intake, const char *ip)
{
	return slice_eq(ip_text(&intake->envelope.client_ip, &arena), slice_str(ip));
}

static void
init(void)
{
	arena_init(&arena, NULL, NULL);
}

static void
fini(void)
{
	arena_clear(&arena);
}

TestSuite(stored, .init = init, .fini = fini);

Test(stored, layouts)
{
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		const char *text =
			joined(layouts[i].inside, layouts[i].good, FROM, layouts[i].path_below, "");
		struct intake intake;

		take(text, MAILBOX_AUTO, &intake);
		cr_expect(client_is(&intake, GOOD), "%s: client", layouts[i].name);
		cr_expect(slice_eq(intake.envelope.helo, SLICE("mx.news.example")), "%s: HELO %.*s",
			layouts[i].name, (int)intake.envelope.helo.n, intake.envelope.helo.p);
		cr_expect(slice_eq(intake.envelope.mail_from, SLICE("bounce@news.example")),
			"%s: path %.*s", layouts[i].name, (int)intake.envelope.mail_from.n,
			intake.envelope.mail_from.p);
		cr_expect(envelope_is_known(&intake), "%s", layouts[i].name);
	}
}

/* Everything below the border is the sender's text, even a copy of every known layout. */
Test(stored, nothing_below_the_border)
{
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
		for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
			const char *text = joined(layouts[i].inside, layouts[i].evil,
				layouts[k].inside, layouts[k].good, layouts[k].path_below);
			struct intake intake;

			take(text, MAILBOX_AUTO, &intake);
			cr_expect(client_is(&intake, EVIL), "%s above %s", layouts[i].name,
				layouts[k].name);
		}
}

Test(stored, forged)
{
	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
		struct intake intake;

		take(forged[i].header, MAILBOX_AUTO, &intake);
		cr_expect(!client_is(&intake, GOOD), "%s", forged[i].name);
	}
}

/* The live filter skips no hop: a message that came over loopback may have a forged line below. */
Test(stored, live_passes_no_hop)
{
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		struct intake intake;

		take(joined(layouts[i].inside, layouts[i].good, FROM, "", ""), MAILBOX_NONE,
			&intake);
		cr_expect_eq(client_is(&intake, GOOD), i == 0, "%s", layouts[i].name);
		cr_expect_eq(intake.source.hops, 0, "%s", layouts[i].name);
	}
}

Test(stored, paths)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct intake intake;

		take(paths[i].header, MAILBOX_AUTO, &intake);
		cr_expect(slice_eq(intake.envelope.mail_from, slice_str(paths[i].path)), "%s: %.*s",
			paths[i].name, (int)intake.envelope.mail_from.n,
			intake.envelope.mail_from.p);
		cr_expect_eq(intake.source.path, paths[i].place, "%s: %d", paths[i].name,
			(int)intake.source.path);
	}
}

Test(stored, null_path_noted)
{
	struct intake intake;

	take(M_INSIDE "Authentication-Results: spf=pass (sender IP is " GOOD
		      ") smtp.helo=mx.news.example; dkim=none\n" M_BORDER(GOOD) FROM
		"Return-Path: <>\n",
		MAILBOX_AUTO, &intake);
	cr_expect_eq(intake.envelope.path, PATH_NULL);
	cr_expect(envelope_is_known(&intake));
}

Test(stored, told)
{
	static const struct {
		const char *header, *text;
	} rows[] = {
		{G_INSIDE PATH G_BORDER(GOOD),
			"client: Received 2, below mailbox (gmail); path: Return-Path"},
		{PATH DOVECOT AMAVIS BORDER(GOOD),
			"client: Received 4, below lmtp loopback loopback; path: Return-Path"},
		{BORDER(GOOD), "client: Received 1; path: unknown"},
		{PATH DOVECOT, "client: unknown (no_received), below lmtp; path: Return-Path"},
		{PATH G_INSIDE BORDER(GOOD),
			"client: unknown (other_host), below mailbox (gmail); path: Return-Path"},
		{PATH "Received: ?\n", "client: unknown (no_address); path: Return-Path"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct intake intake;
		struct slice text;

		take(rows[i].header, MAILBOX_AUTO, &intake);
		text = envelope_source_text(&intake, &arena);
		cr_expect(slice_eq(text, slice_str(rows[i].text)), "%s: %.*s", rows[i].text,
			(int)text.n, text.p);
	}
}
