#include "filter/intake/hop.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define OUT "203.0.113.66"

/* clang-format off */
static const struct {
	const char *name, *value;
	enum hop kind;
	const char *provider; /* its word in --mailbox, or NULL */
} forms[] = {
	{"amavis, in", "from localhost (localhost [127.0.0.1]) by mx.own.example (Postfix) with ESMTP id 4X1 for <a@b>; Sat, 28 Nov 2026 05:47:06 +0000 (UTC)", HOP_LOOPBACK, NULL},
	{"amavis, out", "from mx.own.example ([127.0.0.1]) by localhost (mx.own.example [127.0.0.1]) (amavisd-new, port 10024) with ESMTP id AB; Sat, 28 Nov 2026 05:47:06 +0000 (UTC)", HOP_LOOPBACK, NULL},
	{"loopback, IPv6", "from localhost (localhost [IPv6:::1]) by mx.own.example (Postfix) with ESMTP id 1; x", HOP_LOOPBACK, NULL},
	{"loopback, qmail", "from unknown (HELO localhost) (127.0.0.1) by mx.own.example with SMTP; x", HOP_LOOPBACK, NULL},
	{"Cyrus, socket", "from mx.own.example ([unix socket]) by mx.own.example (Cyrus 3.6.1) with LMTPA; Sat, 28 Nov 2026 05:47:06 +0000", HOP_LOOPBACK, NULL},
	{"Cyrus 2, socket", "from mx (mx [unix socket]) by mx (Cyrus v2.2.12) with LMTPA; x", HOP_LOOPBACK, NULL},
	{"OpenSMTPD, local", "from localhost (mx.own.example [local]) by mx.own.example (OpenSMTPD) with ESMTPA id a1; x", HOP_LOOPBACK, NULL},
	{"Dovecot LMTP", "from mx.own.example by mx.own.example with LMTP id aB (envelope-from <a@b>); x", HOP_LMTP, NULL},
	{"Dovecot LMTP, private", "from mx.own.example ([10.1.2.3]) by store.own.example with LMTP id aB; x", HOP_LMTP, NULL},
	{"LMTPS", "from mx.own.example ([192.168.0.2]) (using TLSv1.3 with cipher X) by store.own.example with LMTPS id aB; x", HOP_LMTP, NULL},
	{"Postfix, sendmail", "by mx.own.example (Postfix, from userid 999) id B8E9C46E; Sat, 28 Nov 2026 05:47:06 +0000 (UTC)", HOP_SUBMISSION, NULL},
	{"Postfix, other mail_name", "by mx.own.example (Postfix (Debian/GNU), from userid 0) id B8; x", HOP_SUBMISSION, NULL},
	{"Exim, local", "from root by mx.own.example with local (Exim 4.96) (envelope-from <a@b>) id 1x for me@own.example; x", HOP_SUBMISSION, NULL},
	{"Exim, our pipe", "from Debian-exim by mx.own.example with mailstamp (Exim 4.96) (envelope-from <a@b>) id 1x; x", HOP_SUBMISSION, NULL},
	{"Sendmail, local", "(from root@localhost) by mx.own.example (8.14.4/8.14.4/Submit) id s1; x", HOP_SUBMISSION, NULL},
	{"qmail, uid", "(qmail 1234 invoked by uid 89); 28 Nov 2026 05:47:06 -0000", HOP_SUBMISSION, NULL},
	{"qmail, alias", "(qmail 1234 invoked by alias); 28 Nov 2026 05:47:06 -0000", HOP_SUBMISSION, NULL},
	{"qmail, network", "(qmail 1234 invoked from network); 28 Nov 2026 05:47:06 -0000", HOP_SUBMISSION, NULL},
	{"fetchmail", "from pop.own.example [198.51.100.9] by laptop with POP3 (fetchmail-6.4.37) for <me@localhost> (single-drop); Sat, 28 Nov 2026 06:00:00 +0000 (UTC)", HOP_RETRIEVAL, NULL},
	{"fetchmail, IMAP", "from imap.own.example [2001:db8::9] by laptop with IMAP (fetchmail-6.4.37) for <me@localhost> (single-drop); x", HOP_RETRIEVAL, NULL},
	{"getmail 5", "from pop.own.example by laptop with POP3-SSL getmail 5.16; x", HOP_RETRIEVAL, NULL},
	{"getmail 6", "from imap.own.example by laptop with IMAP4 getmail 6.18 by me; x", HOP_RETRIEVAL, NULL},
	{"Apple", "from st43p00im-qukt05021701.me.com by p44-mailgateway-smtp-778464bd6-glqrh (mailgateway 2403B92) with SMTP id d888ea55-3ef2-4d3c-b43b-1fafd97034a9 for <a@icloud.example>; Mon, 18 Dec 2023 10:56:29 GMT", HOP_PROVIDER, "icloud"},
	{"Apple, 2026", "from p00-icloudmta-smtpin-us-west-2a-60-percent-12 by p129-mailgateway-smtpin-yoxpo (mailgateway 2513B25) with SMTP id d573ca8a-bc41-44d4-bd0a-a1855735eb1b for <a@icloud.example>; x", HOP_PROVIDER, "icloud"},
	{"Gmail", "by 2002:a05:6402:1234:b0:50b:f6ce:2f3d with SMTP id ab1csp12; Fri, 27 Nov 2026 21:47:06 -0800 (PST)", HOP_PROVIDER, "gmail"},
	{"Gmail, 2010", "by 10.216.28.9 with SMTP id f9cs1; x", HOP_PROVIDER, "gmail"},
	{"Microsoft 365, IPv6", "from AM0PR01MB1.eurprd01.prod.exchangelabs.com (2603:10a6:208:15::29) by DB9PR01MB2.eurprd01.prod.exchangelabs.com with HTTPS; x", HOP_PROVIDER, "microsoft365"},
	{"Microsoft 365, front", "from AM5EUR03FT013.eop-EUR03.prod.protection.outlook.com (2603:10a6:208:15:cafe::d2) by AM0PR10CA0076.outlook.office365.com (2603:10a6:208:15::29) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.45.16 via Frontend Transport; x", HOP_PROVIDER, "microsoft365"},
	{"Microsoft 365, ::1", "from BL0PR11MB1.namprd11.prod.outlook.com (::1) by BL0PR11MB2.namprd11.prod.outlook.com with HTTPS; x", HOP_PROVIDER, "microsoft365"},
	{"Microsoft 365, private", "from DM3NAM02FT010.eop-nam02.prod.protection.outlook.com (10.152.82.53) by DM3NAM02HT1.eop-nam02.prod.protection.outlook.com (10.152.83.1) with Microsoft SMTP Server id 15.20.2814.13; x", HOP_PROVIDER, "microsoft365"},
	{"Microsoft 365, link-local", "from BL0PR11MB1.namprd11.prod.outlook.com ([fe80::1%5]) by BL0PR11MB1.namprd11.prod.outlook.com ([fe80::1%5]) with mapi id 15.20.1.2; x", HOP_PROVIDER, "microsoft365"},
	{"Yahoo", "from 127.0.0.1 by atlas-production.v2-mail-prod1-gq1.omega.yahoo.com pod-id NONE with HTTP; x", HOP_PROVIDER, "yahoo"},
	{"Fastmail", "from mx6.messagingengine.com ([10.202.2.205]) by compute6.internal (LMTPProxy); x", HOP_PROVIDER, "fastmail"},
	{"Yandex", "from postback1b.mail.yandex.net (postback1b.mail.yandex.net [2a02:6b8:c02:900::1]) by store1.sas.yp-c.yandex.net (notsolitesrv) with LMTPS id x for <a@b>; x", HOP_PROVIDER, "yandex"},
	{"Yandex, 2020", "from mxfront3q.mail.yandex.net (localhost [127.0.0.1]) by mxfront3q.mail.yandex.net with LMTP id x for <a@b>; x", HOP_PROVIDER, "yandex"},
	{"Rackspace", "from director5.mail.iad3b.rsapps.net ([172.31.157.9]) by backend41.mail.iad3b.rsapps.net (Dovecot) with LMTP id x for <a@b>; x", HOP_PROVIDER, "rackspace"},
};

static const struct {
	const char *name, *value;
} outside[] = {
	{"Postfix", "from m.example (m.example [" OUT "]) by mx.own.example (Postfix) with ESMTP id 1; x"},
	{"LMTP from outside", "from m.example ([" OUT "]) by mx.own.example with LMTP id 1; x"},
	{"a socket, and an address", "from x [unix socket] (x [" OUT "]) by mx.own.example (Postfix) with ESMTP; x"},
	{"loopback behind by", "from m.example ([" OUT "]) by mx.own.example ([127.0.0.1]) with ESMTP; x"},
	{"loopback as a reverse name", "from x (localhost [127.0.0.1] [" OUT "]) by mx.own.example with ESMTP; x"},
	{"a private network is somebody's", "from pc ([10.0.0.5]) by mx.own.example (Postfix) with ESMTP id 1; x"},
	{"userid in the from clause", "from x (Postfix, from userid 1) by mx.own.example with ESMTP; x"},
	{"userid that is no number", "by mx.own.example (Postfix, from userid x) id 1; x"},
	{"userid with a tail", "by mx.own.example (Postfix, from userid 1 2) id 1; x"},
	{"userid, and an address", "by mx.own.example (Postfix, from userid 1) id 1 (x [" OUT "]); x"},
	{"userid, cut by a date", "by mx.own.example (Postfix, from userid 1); x (unknown [" OUT "]) by mx.own.example; x"},
	{"userid, not closed", "by mx.own.example (Postfix, from userid 1"},
	{"Exim, a host as its user", "from m.example by mx.own.example with local (Exim 4.96); x"},
	{"Exim, with a comment", "from x (helo=y) by mx.own.example with local (Exim 4.96); x"},
	{"Exim, an address as its user", "from [" OUT "] by mx.own.example with local (Exim 4.96); x"},
	{"Exim, an IPv6 address", "from 2001:db8::1 by mx.own.example with local (Exim 4.96); x"},
	{"not Exim's", "from root by mx.own.example with local; x"},
	{"qmail, other words", "(qmail 1234 invoked by evil); x"},
	{"qmail, a number that is none", "(qmail x invoked by uid 1); x"},
	{"qmail, behind from", "from x (qmail 1 invoked by uid 2) by mx.own.example with SMTP; x"},
	{"qmail, with a by clause", "(qmail 1 invoked by uid 2) by mx.own.example; x"},
	{"fetchmail, comments before by", "from x (y [" OUT "]) by laptop with POP3 (fetchmail-6.4.37); x"},
	{"fetchmail, another protocol", "from x [" OUT "] by laptop with ESMTP (fetchmail-6.4.37); x"},
	{"fetchmail, a comment before with", "from x [198.51.100.9] by laptop (Postfix) with POP3 (fetchmail-6); x"},
	{"fetchmail, an address behind", "from x [198.51.100.9] by laptop with POP3 (fetchmail-6) (y [" OUT "]); x"},
	{"fetchmail, a second by", "from x [198.51.100.9] by laptop with POP3 (fetchmail-6) by mx.own.example; x"},
	{"getmail, an address behind", "from x by laptop with IMAP4 getmail 6 by me (y [" OUT "]); x"},
	{"Apple's border", "from m.example (m.example [" OUT "]) by st43p00im-qukt05021701.me.com (Postfix) with ESMTPS id 1; x"},
	{"Apple, from another's host", "from m.example by p44-mailgateway-smtp-x (mailgateway 2403B92) with SMTP id 1; x"},
	{"Apple, a name beside", "from st1.me.com.example by p44-mailgateway-smtp-x (mailgateway 2403B92) with SMTP id 1; x"},
	{"Apple, at a host with a domain", "from st1.me.com by mx.own.example (mailgateway 1) with SMTP id 1; x"},
	{"Apple, an address behind", "from st1.me.com by p44-mailgateway-smtp-x (mailgateway 2403B92) with SMTP id 1 (x [" OUT "]); x"},
	{"Apple, another word", "from st1.me.com by p44-mailgateway-smtp-x (mailgateways 1) with SMTP id 1; x"},
	{"Gmail, with a from clause", "from x by 2002:a05:6402::1 with SMTP id 1; x"},
	{"Gmail, another network", "by 2002:c000:204::1 with SMTP id 1; x"},
	{"Gmail, an address behind", "by 2002:a05:6402::1 with SMTP id 1 (x [" OUT "]); x"},
	{"Gmail, a name", "by mx.google.com with SMTP id 1; x"},
	{"Gmail's border", "from m.example (m.example. [" OUT "]) by mx.google.com with ESMTPS id 1; x"},
	{"Microsoft 365's border", "from m.example (" OUT ") by A.mail.protection.outlook.com (10.152.16.100) with Microsoft SMTP Server id 15.20.1.2; x"},
	{"Microsoft 365's border, its own network", "from m.example (2603:1030::1) by A.mail.protection.outlook.com (10.152.16.100) with Microsoft SMTP Server id 15.20.1.2; x"},
	{"Microsoft 365, submission", "from m.example (" OUT ") by A.eurprd01.prod.outlook.com (2603:10a6:1::1) with Microsoft SMTP Server id 15.20.1.2; x"},
	{"Microsoft 365, a name beside", "from x (2603:10a6:1::1) by prod.outlook.com.example with HTTPS; x"},
	{"Microsoft 365, no from clause", "by A.prod.outlook.com with HTTPS; x"},
	{"Yahoo's border", "from " OUT " (EHLO m.example) by 10.217.135.71 with SMTPs; x"},
	{"Yahoo, a name beside", "from 127.0.0.1 by notyahoo.com with HTTP; x"},
	{"nothing", ""},
	{"a second by", "from localhost ([127.0.0.1]) by mx.own.example by mx.own.example; x"},
};
/* clang-format on */

static enum hop
kind_of(const char *value, const struct provider **found)
{
	struct received received;

	received_parse(slice_str(value), &received);
	return hop_kind(slice_str(value), &received, NULL, found);
}

Test(hop, forms)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const struct provider *found;
		enum hop kind = kind_of(forms[i].value, &found);

		cr_expect_eq(kind, forms[i].kind, "%s: %s", forms[i].name, hop_word(kind));
		cr_expect_eq(found == NULL, forms[i].provider == NULL, "%s", forms[i].name);
		if (found != NULL && forms[i].provider != NULL)
			cr_expect_str_eq(
				found->mailbox.word, forms[i].provider, "%s", forms[i].name);
	}
}

Test(hop, outside)
{
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		const struct provider *found;

		cr_expect_eq(kind_of(outside[i].value, &found), HOP_OUTSIDE, "%s", outside[i].name);
	}
}

/*
 * A client may greet with the text of any of these forms, and any server may record that: the hop
 * still counts as coming from outside.
 */
Test(hop, greeted_as_any_form)
{
	static const char *const servers[][2] = {
		{"from ", " (unknown [" OUT "]) by mx.own.example (Postfix) with ESMTP id 1; x"},
		{"from evil.example ([" OUT "] helo=",
			") by mx.own.example with esmtp (Exim 4.96) id 1; x"},
		{"from [" OUT "] (helo=", ") by mx.own.example with esmtp (Exim 4.96) id 1; x"},
		{"from unknown (HELO ", ") (" OUT ") by mx.own.example with SMTP; x"},
		{"from ", " (" OUT ") by A.mail.protection.outlook.com (10.0.0.1) with Microsoft "
			  "SMTP Server id 15.20.1.2; x"},
		{"from ", " (evil.example. [" OUT "]) by mx.google.com with ESMTPS id 1; x"},
		{"from " OUT " (EHLO ", ") by 10.217.135.71 with SMTPs; x"},
		{"from ", " ([" OUT "]) by mx.own.example with LMTP id 1; x"},
		{"from ([" OUT "]:1234 \"EHLO ", "\") by mx.own.example with ESMTP id 1; x"},
	};
	static const char *const greetings[][2] = {
		{"", ""}, {"x ", ""}, {"x; ", ""}, {"x) ", " ("}, {"x ", "; x ("}, {"x\\ ", ""}};
	char line[4096];

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		const char *form = forms[i].value;

		form += strncmp(form, "from ", 5) == 0 ? 5 : 0;
		for (size_t k = 0; k < sizeof greetings / sizeof *greetings; k++)
			for (size_t n = 0; n < sizeof servers / sizeof *servers; n++) {
				const struct provider *found;

				(void)snprintf(line, sizeof line, "%s%s%s%s%s", servers[n][0],
					greetings[k][0], form, greetings[k][1], servers[n][1]);
				cr_expect_eq(kind_of(line, &found), HOP_OUTSIDE, "%s", line);
			}
	}
}

Test(hop, only_the_named_provider)
{
	const char *gmail = "by 2002:a05:6402::1 with SMTP id 1; x";
	const struct provider *found;
	struct received received;

	received_parse(slice_str(gmail), &received);
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];
		bool is = one->mailbox.word != NULL && strcmp(one->mailbox.word, "gmail") == 0;

		cr_expect_eq(hop_kind(slice_str(gmail), &received, one, &found),
			is ? HOP_PROVIDER : HOP_OUTSIDE, "%s", one->name);
	}
}

Test(hop, same_host)
{
	static const struct {
		const char *submission, *below;
		bool same;
	} rows[] = {
		{"by mx.a (Postfix, from userid 1)", "from x ([192.0.2.1]) by MX.A (Postfix)",
			true},
		{"by mx.a (Postfix, from userid 1)", "from x ([192.0.2.1]) by mx.b (Postfix)",
			false},
		{"by mx.a (Postfix, from userid 1)", "(qmail 1 invoked by uid 2)", false},
		{"(qmail 1 invoked by uid 2)", "(qmail 1 invoked from network)", true},
		{"(qmail 1 invoked from network)", "from x (HELO y) (192.0.2.1) by mx.a with SMTP",
			true},
		{"(qmail 1 invoked from network)", "from x (y [192.0.2.1]) by mx.a (Postfix)",
			false},
		{"(qmail 1 invoked from network)", "by mx.a with HTTP", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct received submission, below;

		received_parse(slice_str(rows[i].submission), &submission);
		received_parse(slice_str(rows[i].below), &below);
		cr_expect_eq(hop_same_host(&submission, &below), rows[i].same, "%s / %s",
			rows[i].submission, rows[i].below);
	}
}
