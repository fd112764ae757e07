#include "filter/intake/received.h"

#include <criterion/criterion.h>

/* ip, helo, by: "" if missing. The forms are those of the servers named; the hosts are ours. */
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
	{"a reverse name that begins with tls", "from m (tls.r.example [192.0.2.1]) by mx.test",
		"192.0.2.1", "m", "mx.test"},
	{"a reverse name like a version",
		"from [198.51.100.9] (tlsv1.r.example [192.0.2.1]) by mx.test", "192.0.2.1",
		"[198.51.100.9]", "mx.test"},
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

/*
 * How mail servers and services write Received, one row each; the client is 192.0.2.1 unless the
 * row says otherwise.
 */
/* clang-format off */
static const struct {
	const char *server, *value;
	const char *ip, *helo; /* NULL: 192.0.2.1, m.example */
} servers[] = {
	{"Postfix 3.7", "from m.example (r.example [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits) key-exchange X25519) (No client certificate requested) by mx.test (Postfix) with ESMTPS id 4X; Sun, 29 Nov 2026 00:00:00 +0000 (UTC)", NULL, NULL},
	{"Postfix, IPv6", "from m.example (unknown [IPv6:2001:db8::1]) by mx.test (Postfix) with ESMTP id 4X; x", "2001:db8::1", NULL},
	{"Postfix, submission", "from [10.0.0.5] (cpe.example [192.0.2.1]) (Authenticated sender: joe) by mx.test (Postfix) with ESMTPSA id 4X; x", NULL, "[10.0.0.5]"},
	{"Exim 4.96", "from m.example ([192.0.2.1]) by mx.test with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <a@b.example>) id 1; x", NULL, NULL},
	{"Exim, port", "from m.example ([2001:db8::1]:50522) by mx.test with esmtps (Exim 4.96) id 1; x", "2001:db8::1", NULL},
	{"Exim, other HELO", "from r.example ([192.0.2.1] helo=m.example) by mx.test with esmtp (Exim 4.80) id 1; x", NULL, NULL},
	{"Exim 3, port with a dot", "from [192.0.2.1.4711] (helo=m.example) by mx.test with esmtp (Exim 3.36 #1) id 1; x", NULL, NULL},
	{"Exim 3, name, port with a dot", "from r.example ([192.0.2.1.4711] helo=m.example ident=joe) by mx.test with smtp (Exim 3.36 #1) id 1; x", NULL, NULL},
	{"Sendmail 8.17", "from m.example (r.example [192.0.2.1]) by mx.test (8.17.1.9/8.17.1.9/Debian-2) with ESMTPS id 44L for <a@b>; x", NULL, NULL},
	{"Sendmail 8.9, ident", "from m.example (root@r.example [192.0.2.1]) by mx.test (8.9.3/8.9.3) with ESMTP id A1; x", NULL, NULL},
	{"Sendmail, may be forged", "from m.example (r.example [192.0.2.1] (may be forged)) by mx.test (8.14.4/8.14.4) with ESMTP id A1; x", NULL, NULL},
	{"qmail 1.03", "from unknown (HELO m.example) (192.0.2.1) by mx.test with SMTP; 29 Nov 2026 00:00:00 -0000", NULL, NULL},
	{"qmail, login", "from r.example (HELO m.example) (joe@192.0.2.1 with login) by mx.test with SMTP; 29 Nov 2026 00:00:00 -0000", NULL, NULL},
	{"netqmail, TLS", "from r.example (HELO m.example) (192.0.2.1) by mx.test with (DHE-RSA-AES256-SHA encrypted) SMTP; x", NULL, NULL},
	{"s/qmail", "from m.example (HELO m.example) (a@b@192.0.2.1) de/crypted with TLSv1.3 by mx.test with ESMTPS; x", NULL, NULL},
	{"IndiMail", "from unknown (HELO m.example) (192.0.2.1) by 0 (qmail 1.03 + ejcp v14) with SMTP; x", NULL, NULL},
	{"Courier", "from m.example (r.example [::ffff:192.0.2.1]) (TLS: TLSv1.3,256bits,X) by mx.test with ESMTPS; x", NULL, NULL},
	{"Microsoft 365", "from m.example (192.0.2.1) by A.mail.protection.outlook.test (10.152.16.100) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.9876.16 via Frontend Transport; x", NULL, NULL},
	{"Exchange 2010", "from m.example (192.0.2.1) by EX.b.local (192.168.100.51) with Microsoft SMTP Server id 14.3.123.3; x", NULL, NULL},
	{"Microsoft SMTPSVC", "from m.example ([192.0.2.1]) by rain.test with Microsoft SMTPSVC(6.0.3790.3959); x", NULL, NULL},
	{"Hotmail, 2012", "from m.example ([192.0.2.1]) by COL0-MC2-F5.col0.hotmail.test over TLS secured channel with Microsoft SMTPSVC(6.0.3790.4900); x", NULL, NULL},
	{"Gmail", "from m.example (r.example. [192.0.2.1]) by mx.google.test with ESMTPS id qd22.400 for <x@y> (version=TLS1_3 cipher=X bits=256/256); x", NULL, NULL},
	{"Gmail, submission", "from ?IPv6:::ffff:10.0.0.2? (r.example. [192.0.2.1]) by smtp.gmail.test with ESMTPSA id h7; x", NULL, "?IPv6:::ffff:10.0.0.2?"},
	{"Yahoo", "from 192.0.2.1 (EHLO m.example) by 10.217.135.71 with SMTPs (version=TLS1_3 cipher=X); x", NULL, NULL},
	{"Yahoo, IPv6", "from 2001:db8::1 (EHLO m.example) by 10.217.135.71 with SMTPs; x", "2001:db8::1", NULL},
	{"Yahoo, 2008", "from 192.0.2.1  (EHLO m.example) (192.0.2.1) by mta232.mail.yahoo.test with SMTP; x", NULL, NULL},
	{"Apple", "from m.example (r.example [192.0.2.1]) by ci74p00im-q.me.test (Postfix) with ESMTPS id 1; x", NULL, NULL},
	{"Fastmail", "from m.example (r.example [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits) key-exchange ECDHE (P-256)) (No client certificate requested) by mx1.test (Postfix) with ESMTPS; x", NULL, NULL},
	{"Zoho", "from m.example (r.example [192.0.2.1]) by mx.zohomail.test with SMTPS id 1700000000000; x", NULL, NULL},
	{"Proton", "from m.example (r.example [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits)) (No client certificate requested) by mailin020.test (Postfix) with ESMTPS id 4X; x", NULL, NULL},
	{"GMX", "from m.example ([192.0.2.1]) by mx-ha.gmx.test (mxgmx016 [212.227.15.9]) with ESMTPS (Nemesis) id 1; x", NULL, NULL},
	{"GMX, 2008", "from r.example (EHLO m.example) [192.0.2.1] by mx0.gmx.test (mx025) with SMTP; x", NULL, NULL},
	{"Yandex", "from m.example (r.example [192.0.2.1]) by mxfront1.yandex.test (mxfront/Yandex) with ESMTPS id x-1; x", NULL, NULL},
	{"Mail.ru", "from m.example ([192.0.2.1]:54321) by mx1.mail.test with esmtp (envelope-from <a@b>) id 1; x", NULL, NULL},
	{"QQ", "from m.example (unknown [192.0.2.1]) by newmx1.qq.test (NewMx) with SMTP id 1; x", NULL, NULL},
	{"163, Coremail", "from m.example (unknown [192.0.2.1]) by mx1 (Coremail) with SMTP id A1; x", NULL, NULL},
	{"Naver", "from m.example (192.0.2.1) by crcvmail201.naver.test with ESMTP id 1; x", NULL, NULL},
	{"Amazon SES", "from m.example (r.example [192.0.2.1]) by inbound-smtp.us-east-1.amazonaws.test with SMTP id k8 for a@b; x", NULL, NULL},
	{"Cloudflare", "from m.example (192.0.2.1) by cloudflare-email.test (unknown) id A1 for <a@b>; x", NULL, NULL},
	{"Mailgun", "from m.example (r.example [192.0.2.1]) by mxa.mailgun.test with ESMTP id 1.2; x", NULL, NULL},
	{"SendGrid", "from m.example (unknown [192.0.2.1]) by geopod-ismtpd-1 (SG) with ESMTP id A1; x", NULL, NULL},
	{"MailChannels", "from m.example ([TEMPUNAVAIL]. [192.0.2.1]) (using TLSv1.3 with cipher X) by 0.0.0.0:2500 (trex/6.9.2); x", NULL, NULL},
	{"Mimecast", "from m.example (r.example [192.0.2.1]) by relay.mimecast.test with ESMTP with both STARTTLS and AUTH (version=TLSv1.3, cipher=X) id uk-mta-1; x", NULL, NULL},
	{"Proofpoint", "from m.example (r.example [192.0.2.1]) by mx0a.pphosted.test (PPS) with ESMTPS id 3a; x", NULL, NULL},
	{"Symantec", "from [192.0.2.1] (using TLSv1.2 with cipher DHE-RSA-AES256-GCM-SHA384 (256 bits)) by server-9.bemta.test id 12/34-5678; x", NULL, "[192.0.2.1]"},
	{"Symantec, version", "from [192.0.2.1] (version=TLSv1.2 cipher=X) by server-9.bemta.test id 12/34; x", NULL, "[192.0.2.1]"},
	{"MessageLabs, 2010", "from unknown (HELO m.example) (192.0.2.1) by server-8.messagelabs.test with SMTP; x", NULL, NULL},
	{"Postini", "from source ([192.0.2.1]) by exprod5mx1.postini.test ([64.18.4.10]) with SMTP; x", NULL, "source"},
	{"IronPort", "from r.example (HELO m.example) ([192.0.2.1]) by esa1.test with ESMTP; x", NULL, NULL},
	{"IronPort, TLS", "from m.example ([192.0.2.1]) by esa1.test with ESMTP/TLS/ECDHE-RSA-AES256; x", NULL, NULL},
	{"Barracuda", "from m.example (r.example [192.0.2.1]) by bar.test with ESMTP id A1 for <a@b>; x", NULL, NULL},
	{"FortiMail", "from m.example (r.example [192.0.2.1]) by fm.test with ESMTPS id 1 (version=TLSv1.2 cipher=X bits=256 verify=NOT); x", NULL, NULL},
	{"Trend Micro", "from m.example (unknown [192.0.2.1]) by IMSVA (Postfix) with ESMTP; x", NULL, NULL},
	{"McAfee", "from m.example (unknown [192.0.2.1]) by mx.test with smtp (TLS: X) id 1_2; x", NULL, NULL},
	{"Halon", "from m.example (unknown [192.0.2.1]) by halon.test (Halon) with ESMTPS id 6c; x", NULL, NULL},
	{"PowerMTA", "from m.example (192.0.2.1) by mx.test (PowerMTA(TM) v3.5r13) id h0a for <x@y>; x (envelope-from <a@b>)", NULL, NULL},
	{"ecelerity", "from [192.0.2.1] ([192.0.2.1:53798] helo=m.example) by mx.test (ecelerity 4.2.1 r(Core:4.2)) with ESMTP id 1; x", NULL, NULL},
	{"ecelerity, no name", "from ([192.0.2.1:53798] helo=m.example) by mx.test (ecelerity 2.1 r(10620)) with ESMTP id 5A; x", NULL, NULL},
	{"XMail", "from m.example (192.0.2.1:23198) by mx.test with [XMail 1.27 ESMTP Server] id <S1> for <a@b> from <c@d>; x", NULL, NULL},
	{"vger, ZMailer", "from m.example ([192.0.2.1]:45987 \"EHLO m.example\" rhost-flags-OK-OK) by vger.test with ESMTP id S1; x", NULL, NULL},
	{"Haraka", "from m.example (r.example [192.0.2.1]) by mx.test (Haraka) with ESMTPS id A1.1 envelope-from <a@b> tls X; x", NULL, NULL},
	{"OpenSMTPD", "from m.example (r.example [192.0.2.1]) by mx.test (OpenSMTPD) with ESMTPS id a1 (TLSv1.3:X:256:NO) for <a@b>; x", NULL, NULL},
	{"maddy", "from m.example (r.example [192.0.2.1]) by mx.test (envelope-sender <a@b>) with ESMTPS id 1; x", NULL, NULL},
	{"mox", "from m.example (r.example [192.0.2.1]) by mx.test via tcp with ESMTPS id 1; x", NULL, NULL},
	{"Stalwart", "from m.example (r.example [192.0.2.1]) (using TLSv1.3 with cipher X) by mx.test (Stalwart SMTP) with ESMTPS id 1; x", NULL, NULL},
	{"Apache James", "from 192.0.2.1 (EHLO m.example) ([192.0.2.1]) by mx.test (JAMES SMTP Server ) with ESMTP ID 1; x", NULL, NULL},
	{"ZoneMTA", "from m.example (r.example [192.0.2.1]) by mx.test (ZoneMTA) with ESMTPS id 1.001; x", NULL, NULL},
	{"CommuniGate Pro", "from [192.0.2.1] (HELO m.example) by mx.test (CommuniGate Pro SMTP 5.1.3) with SMTP id 1; x", NULL, NULL},
	{"CommuniGate Pro, verified", "from r.example ([192.0.2.1] verified) by mx.test (CommuniGate Pro SMTP 6.2) with ESMTPS id 1; x", NULL, "r.example"},
	{"MDaemon 26", "from m.example ([192.0.2.1]) by mx.test (198.51.100.237) (MDaemon PRO v26.0.2) with ESMTPS id md5.msg; x", NULL, NULL},
	{"Kerio", "from m.example ([192.0.2.1]) by mx.test (Kerio Connect 9.2.7) with ESMTPS for a@b; x", NULL, NULL},
	{"IceWarp", "from m.example ([192.0.2.1]) by mx.test (IceWarp 13.0.3) with ESMTPS (TLSv1.3) id 1; x", NULL, NULL},
	{"IceWarp, Merak", "from m.example [192.0.2.1] by mx.test with ESMTP (Merak 8.3.8); x", NULL, NULL},
	{"Axigen", "from m.example (192.0.2.1) by mx.test (Axigen) with (TLS_AES_256_GCM_SHA384 encrypted) ESMTPS id 1; x", NULL, NULL},
	{"SmarterMail", "from m.example (r.example [192.0.2.1]) by mx.test with SMTP (version=TLS\\Tls12 cipher=Aes256 bits=256); x", NULL, NULL},
	{"MailEnable", "from m.example ([192.0.2.1]) by mx.test with MailEnable ESMTP; x", NULL, NULL},
	{"hMailServer", "from m.example (r.example [192.0.2.1]) by mx.test with ESMTPS (version=TLSv1.2 cipher=X bits=256); x", NULL, NULL},
	{"IMail", "from m.example [192.0.2.1] by mx.test with ESMTP (SMTPD-9.10) id A1; x", NULL, NULL},
	{"NTMail", "from m.example [192.0.2.1] by mx.test with ESMTP (NTMail 7.0) id 1; x", NULL, NULL},
	{"ArGoSoft", "from m.example (r.example [192.0.2.1]) by mx.test (ArGoSoft Mail Server Pro 1.8) with ESMTP; x", NULL, NULL},
	{"Mercury/32", "from m.example (192.0.2.1) by mx.test (Mercury/32 v4.72) with ESMTP ID MG0001; x", NULL, NULL},
	{"VPOP3", "from m.example ([192.0.2.1]) by mx.test with VPOP3 ESMTP; x", NULL, NULL},
	{"GroupWise", "from m.example ([192.0.2.1]) by gw.test with ESMTP (NOT encrypted); x", NULL, NULL},
	{"Lotus Domino", "from m.example ([192.0.2.1]) by mx.test (Lotus Domino Release 8.5.3) with ESMTP id 2011-1; x", NULL, NULL},
	{"Oracle Messaging Server", "from m.example (r.example [192.0.2.1]) by mx.test (Oracle Communications Messaging Server 8.0) with ESMTP id <0A@mx.test>; x", NULL, NULL},
	{"InterMail", "from m.example ([192.0.2.1]) by mx.test (InterMail vM.5.01) with ESMTP id <1>; x", NULL, NULL},
	{"Post.Office", "from m.example ([192.0.2.1]) by mx.test (Post.Office MTA v3.5.3) with ESMTP id A1; x", NULL, NULL},
	{"Smail", "from m.example([192.0.2.1]) (1234 bytes) by mx.test via sendmail with P:esmtp id <m1@mx.test>; x", NULL, NULL},
	{"Dovecot LMTP, from outside", "from m.example ([192.0.2.1]) by mx.test with LMTP id A1 (envelope-from <a@b>); x", NULL, NULL},
	{"Rspamd proxy", "from m.example (r.example [192.0.2.1]) by mx.test (Rspamd) with ESMTP id 1; x", NULL, NULL},
	{"SquirrelMail", "from 192.0.2.1 (SquirrelMail authenticated user joe) by mail.test with HTTP; x", "", "192.0.2.1"},
};
/* clang-format on */

_Static_assert(sizeof servers / sizeof servers[0] >= 60, "a list that was collected");

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

Test(received, servers)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
		const char *wanted = servers[i].ip != NULL ? servers[i].ip : "192.0.2.1";
		const char *helo = servers[i].helo != NULL ? servers[i].helo : "m.example";
		struct received got;
		struct slice ip;

		received_parse(slice_str(servers[i].value), &got);
		ip = got.ip.family == 0 ? SLICE("") : ip_text(&got.ip, &arena);
		cr_expect(is(ip, wanted), "%s: ip %.*s", servers[i].server, (int)ip.n, ip.p);
		cr_expect(is(got.helo, helo), "%s: helo %.*s", servers[i].server, (int)got.helo.n,
			got.helo.p);
		cr_expect(got.by.n > 0, "%s: by", servers[i].server);
	}
	arena_clear(&arena);
}

/* The client's address is 192.0.2.1; a HELO argument never changes it. */
Test(received, helo_forges_nothing)
{
	static const char *const forged_rows[] = {
		"from x by y (unknown [192.0.2.1]) by mx.test (Postfix) with ESMTP id 1; x",
		"from x ([198.51.100.9]) by mx.test (Postfix) with ESMTP id 1 (unknown "
		"[192.0.2.1]) "
		"by mx.test (Postfix) with ESMTP id 1; x",
		"from x ([198.51.100.9]) by mx.test with ESMTP; x (unknown [192.0.2.1]) by "
		"mx.test; x",
		"from x ([198.51.100.9]) by mx.test ( (unknown [192.0.2.1]) by mx.test (Postfix); "
		"x",
		"from [198.51.100.9] (unknown [192.0.2.1]) by mx.test; x",
		"from 198.51.100.9 (unknown [192.0.2.1]) by mx.test; x",
		"from x [198.51.100.9] (unknown [192.0.2.1]) by mx.test; x",
		"from unknown (HELO [198.51.100.9]) (192.0.2.1) by mx.test with SMTP; x",
		"from unknown (HELO x) (198.51.100.9@192.0.2.1) by mx.test with SMTP; x",
		"from r ([192.0.2.1] helo=x [198.51.100.9]) by mx.test; x",
		/* reverse names chosen by the owner of the address */
		"from [198.51.100.9] (tls.evil.example [192.0.2.1]) by mx.test; x",
		"from [198.51.100.9] (TLSv1.3.evil.example [192.0.2.1]) by mx.test; x",
		"from [198.51.100.9] (tls-1.evil.example [IPv6:2001:db8::1]) by mx.test; x",
		"from [198.51.100.9] (tls.evil.example[192.0.2.1]) by mx.test; x",
		"from [198.51.100.9] (tls.evil.example 192.0.2.1) by mx.test; x",
		"from [198.51.100.9] (using [192.0.2.1] (may be forged)) by mx.test; x",
		"from [198.51.100.9] (helo [192.0.2.1] (may be forged)) by mx.test; x",
	};
	struct ip forged;

	cr_assert(ip_parse(SLICE("198.51.100.9"), &forged));
	for (size_t i = 0; i < sizeof forged_rows / sizeof forged_rows[0]; i++) {
		struct received got;

		received_parse(slice_str(forged_rows[i]), &got);
		cr_expect(!ip_in_prefix(&got.ip, &forged, 32), "%s", forged_rows[i]);
	}
}

/* Neither deeply nested nor long fields cost more than their length justifies. */
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
