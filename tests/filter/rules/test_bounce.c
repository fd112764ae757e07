#include "filter/rules/bounce.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/rules/rules.h"
#include "filter/sandbox/apart.h"
#include "mime/address.h"
#include "mime/buf.h"
#include "tests/support/apart_reply.h"

#define REPORT "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
#define STATUS "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; out.example\n\n"
#define RCPT STATUS "Final-Recipient: rfc822; r@x.example\nAction: failed\n"
#define GMAIL "Remote-MTA: dns; gmail-smtp-in.l.google.com\n"
#define OUTLOOK "Remote-MTA: dns; x-example.mail.protection.outlook.com\n"
#define YAHOO "Remote-MTA: dns; mta7.am0.yahoodns.net\n"
#define APPLE "Remote-MTA: dns; mx01.mail.icloud.com\n"
#define OTHER "Remote-MTA: dns; mx.example.net\n"
#define SAID "Diagnostic-Code: smtp; "
#define BACK "\n--b\nContent-Type: message/rfc822\n\n"
#define END "\n--b--\n"
#define TEN(n)                                                                                     \
	"4.7.5" n "0 4.7.5" n "1 4.7.5" n "2 4.7.5" n "3 4.7.5" n "4 4.7.5" n "5 4.7.5" n          \
	"6 4.7.5" n "7 4.7.5" n "8 4.7.5" n "9 "
#define IN_GMAIL "@gmail-smtp-in.l.google.com=gmail "
#define IN_OUTLOOK "@x-example.mail.protection.outlook.com=outlook "
#define IN_YAHOO "@mta7.am0.yahoodns.net=yahoo "
#define IN_APPLE "@mx01.mail.icloud.com=apple "
#define MIXED(inner)                                                                               \
	"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nsee below\n--o\n" inner "\n--o--\n"

/* clang-format off */
static const struct {
	const char *name, *message;
	enum bounce_found found;
	const char *codes, *returned; /* NULL: none */
} rows[] = {
	/* who said it */
	{"Gmail's", REPORT RCPT GMAIL SAID "550-5.7.26 blocked\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL, NULL},
	{"of another host it is not Gmail's", REPORT RCPT OTHER SAID "550-5.7.26 blocked\n" END, BOUNCE_READ, "5.7.26@mx.example.net=RFC(gmail) ", NULL},
	{"Outlook's, of another host", REPORT RCPT OTHER SAID "550 5.7.515 no\n" END, BOUNCE_READ, "5.7.515@mx.example.net=?(outlook) ", NULL},
	{"Outlook's, of Gmail", REPORT RCPT GMAIL SAID "550 5.7.515 no\n" END, BOUNCE_READ, "5.7.515@gmail-smtp-in.l.google.com=?(outlook) ", NULL},
	{"a name that only ends like Gmail's", REPORT RCPT "Remote-MTA: dns; mx.notgoogle.com\n" SAID "550 5.7.27 no\n" END, BOUNCE_READ, "5.7.27@mx.notgoogle.com=RFC(gmail) ", NULL},
	{"a name that only begins like it", REPORT RCPT "Remote-MTA: dns; google.com.example.net\n" SAID "550 5.7.32 no\n" END, BOUNCE_READ, "5.7.32@google.com.example.net=?(gmail) ", NULL},
	{"a dot at the end, as Gmail writes", REPORT RCPT "Remote-MTA: dns; aspmx.l.google.com. (142.250.1.26, the server for the domain x.example.)\n" SAID "550 5.7.27 no\n" END, BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail ", NULL},
	{"an address", REPORT RCPT "Remote-MTA: dns; [192.0.2.1]\n" SAID "550 5.7.27 no\n" END, BOUNCE_READ, "5.7.27@[192.0.2.1]=RFC(gmail) ", NULL},
	{"an escape sequence in a name", REPORT RCPT "Remote-MTA: dns; \033[2J.google.com\n" SAID "550 5.7.30 no\n" END, BOUNCE_READ, "5.7.30@\033[2J.google.com=?(gmail) ", NULL},
	{"the diagnosis names the host", REPORT RCPT "Diagnostic-Code: X-Postfix; host aspmx.l.google.com[142.250.1.26] said: 550-5.7.26 no\n" END, BOUNCE_READ, "5.7.26@aspmx.l.google.com=gmail ", NULL},
	{"Remote-MTA counts before such a text", REPORT RCPT OTHER SAID "550 host aspmx.l.google.com said: 550-5.7.26 no\n" END, BOUNCE_READ, "5.7.26@mx.example.net=RFC(gmail) ", NULL},
	{"the reporter, if no other host is named", REPORT "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;DM6PR17MB1.namprd17.prod.outlook.com\n\nFinal-Recipient: rfc822;r@x.example\nDiagnostic-Code: smtp;550 5.7.509 Access denied\n" END, BOUNCE_READ, "5.7.509@DM6PR17MB1.namprd17.prod.outlook.com=outlook ", NULL},
	{"nobody", REPORT "\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.7.26\n" END, BOUNCE_READ, "5.7.26@=RFC(gmail) ", NULL},
	{"each recipient has its own", REPORT RCPT GMAIL "Status: 5.7.26\n\nFinal-Recipient: rfc822; s@x.example\n" OUTLOOK "Status: 5.7.509\n\nFinal-Recipient: rfc822; t@x.example\n" OTHER "Status: 5.7.26\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL "5.7.509" IN_OUTLOOK "5.7.26@mx.example.net=RFC(gmail) ", NULL},
	{"two recipients, one answer", REPORT RCPT GMAIL "Status: 5.7.26\n\nFinal-Recipient: rfc822; s@x.example\n" GMAIL "Status: 5.7.26\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL "+1 ", NULL},
	{"twice in each group of fields", REPORT RCPT GMAIL SAID "550-5.7.26 x\nStatus: 5.7.26\n\nFinal-Recipient: rfc822; s@x.example\n" GMAIL SAID "550-5.7.26 x 550 5.7.26 y\nStatus: 5.7.26\n\nFinal-Recipient: rfc822; t@x.example\n" GMAIL SAID "550-5.7.26 x\nStatus: 5.7.26\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL "+2 ", NULL},
	/* which codes */
	{"two of them", REPORT RCPT GMAIL "Status: 5.7.30\n" SAID "550 5.7.27 y\n" END, BOUNCE_READ, "5.7.27" IN_GMAIL "5.7.30" IN_GMAIL, NULL},
	{"a part of a longer number", REPORT RCPT GMAIL SAID "5.7.2612 15.7.26 1.5.7.26 5.7.26.1 5.17.26\n" END, BOUNCE_READ, "", NULL},
	{"a class that is none", REPORT RCPT GMAIL SAID "2.7.26\n" END, BOUNCE_READ, "", NULL},
	{"Gmail: no TLS", REPORT RCPT GMAIL SAID "421-4.7.29 x\nStatus: 5.7.29\n" END, BOUNCE_READ, "4.7.29" IN_GMAIL "5.7.29" IN_GMAIL, NULL},
	{"5.7.29 of another host is about ARC", REPORT RCPT OTHER "Status: 5.7.29\n" END, BOUNCE_READ, "5.7.29@mx.example.net=RFC(gmail) ", NULL},
	{"Gmail: no reverse name", REPORT RCPT GMAIL SAID "451-4.7.23 x 4.7.25 5.7.25\n" END, BOUNCE_READ, "4.7.23" IN_GMAIL "4.7.25" IN_GMAIL "5.7.25" IN_GMAIL, NULL},
	{"RFC 7372: 5.7.23 is about SPF", REPORT RCPT GMAIL SAID "550 5.7.23 x\n" END, BOUNCE_READ, "5.7.23@gmail-smtp-in.l.google.com=RFC(outlook) ", NULL},
	{"Gmail: the rest", REPORT RCPT GMAIL SAID "4.7.24 4.7.28 4.7.30 4.7.31 4.7.32 5.7.32 4.7.40 5.7.40\n" END, BOUNCE_READ, "4.7.24" IN_GMAIL "4.7.28" IN_GMAIL "4.7.30" IN_GMAIL "4.7.31" IN_GMAIL "4.7.32" IN_GMAIL "5.7.32" IN_GMAIL "4.7.40" IN_GMAIL "5.7.40" IN_GMAIL, NULL},
	{"Microsoft: authentication", REPORT RCPT OUTLOOK SAID "550 5.7.23 5.7.25 4.7.26 5.7.509 5.7.512 5.7.515\n" END, BOUNCE_READ, "5.7.23" IN_OUTLOOK "5.7.25" IN_OUTLOOK "4.7.26" IN_OUTLOOK "5.7.509" IN_OUTLOOK "5.7.512" IN_OUTLOOK "5.7.515" IN_OUTLOOK, NULL},
	{"Microsoft: addresses and accounts", REPORT RCPT OUTLOOK SAID "5.7.501 5.7.506 5.7.508 5.7.510 5.7.511 5.7.513 5.7.606 5.7.649 4.7.650 4.7.850\n" END, BOUNCE_READ, "5.7.501" IN_OUTLOOK "5.7.506" IN_OUTLOOK "5.7.508" IN_OUTLOOK "5.7.510" IN_OUTLOOK "5.7.511" IN_OUTLOOK "5.7.513" IN_OUTLOOK "5.7.606" IN_OUTLOOK "5.7.649" IN_OUTLOOK "4.7.650" IN_OUTLOOK "4.7.850" IN_OUTLOOK, NULL},
	{"Microsoft: none of these", REPORT RCPT OUTLOOK SAID "5.7.605 5.7.650 5.7.516 4.7.499 4.7.900\n" END, BOUNCE_READ, "", NULL},
	{"Yahoo: refused", REPORT RCPT YAHOO SAID "554 5.7.9 Message not accepted for policy reasons.\n" END, BOUNCE_READ, "5.7.9" IN_YAHOO, NULL},
	{"Yahoo: slowed down", REPORT RCPT YAHOO SAID "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred\n" END, BOUNCE_READ, "4.7.0" IN_YAHOO, NULL},
	{"Yahoo: blocked", REPORT RCPT YAHOO SAID "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1\n" END, BOUNCE_READ, "5.7.1" IN_YAHOO, NULL},
	{"Yahoo: a code that needs its word", REPORT RCPT YAHOO SAID "553 5.7.1 no\n" END, BOUNCE_READ, "", NULL},
	{"Apple: DMARC", REPORT RCPT APPLE SAID "554 5.7.1 Your message was rejected due to d0.example's DMARC policy.\n" END, BOUNCE_READ, "5.7.1" IN_APPLE, NULL},
	{"Apple: a rule of its own", REPORT RCPT APPLE SAID "550 5.7.1 [CS01] Message rejected due to local policy.\n" END, BOUNCE_READ, "5.7.1" IN_APPLE, NULL},
	{"Apple: volume", REPORT RCPT APPLE SAID "421 4.7.1 Messages to r@icloud.com deferred due to excessive volume.\n" END, BOUNCE_READ, "4.7.1" IN_APPLE, NULL},
	{"the same words of another host", REPORT RCPT OTHER SAID "550 5.7.1 [CS01] Message rejected due to local policy.\n" END, BOUNCE_READ, "", NULL},
	/* where codes are read */
	{"the text, with the host in it", REPORT "--b\n\n<a@x.example>: host aspmx.l.google.com[142.250.1.26]\n    said: 550-5.7.27 x\n<b@x.example>: host mx.example.net said:\n 550 5.7.30" RCPT END, BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail 5.7.30@mx.example.net=?(gmail) ", NULL},
	{"the text repeats the status", REPORT "--b\n\n550 5.7.26 no" RCPT GMAIL "Status: 5.7.26\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL, NULL},
	{"Exchange's words", REPORT "--b\n\nx.mail.protection.outlook.com gave this error:\nAccess denied 5.7.509" RCPT END, BOUNCE_READ, "5.7.509@x.mail.protection.outlook.com=outlook ", NULL},
	{"the plain text counts, not the same as HTML", REPORT "--b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\n5.7.30\n--i\nContent-Type: text/html\n\n5.7.27\n--i--\n" RCPT END, BOUNCE_READ, "5.7.30@=?(gmail) ", NULL},
	{"HTML alone", REPORT "--b\nContent-Type: text/html\n\n<p>host aspmx.l.google.com said 5.7.27</p>" RCPT END, BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail ", NULL},
	{"text and status in base64", REPORT "--b\nContent-Transfer-Encoding: base64\n\nNS43LjMw\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nUmVtb3RlLU1UQTogZG5zOyBhc3BteC5sLmdvb2dsZS5jb20KU3RhdHVzOiA1LjcuMjcK\n" END, BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail 5.7.30@=?(gmail) ", NULL},
	{"a status in quoted-printable", REPORT "\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\nRemote-MTA: dns; aspmx.l.goo=\ngle.com\nStatus: 5=2E7.27\n" END, BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail ", NULL},
	{"a status in UTF-8", REPORT "\n--b\nContent-Type: message/global-delivery-status\n\nReporting-MTA: dns; aspmx.l.google.com\n\nFinal-Recipient: utf-8; \303\244@x.example\nStatus: 5.7.30\n" END, BOUNCE_READ, "5.7.30@aspmx.l.google.com=gmail ", NULL},
	{"German", REPORT "--b\n\nAbgelehnt von host aspmx.l.google.com (Fehler 5.7.26): nicht best\303\244tigt" RCPT END, BOUNCE_READ, "5.7.26@aspmx.l.google.com=gmail ", NULL},
	/* what came back */
	{"the header that came back", REPORT RCPT "\n--b\nContent-Type: text/rfc822-headers\n\nFrom: a@b.example\n" END, BOUNCE_READ, "", "From: a@b.example\n"},
	{"an internationalized header", REPORT RCPT "\n--b\nContent-Type: message/global-headers\n\nFrom: a\n" END, BOUNCE_READ, "", "From: a\n"},
	{"an internationalized message", REPORT RCPT "\n--b\nContent-Type: message/global\n\nFrom: a\n\nx\n" END, BOUNCE_READ, "", "From: a\n\nx\n"},
	{"the message that came back, in base64", REPORT RCPT "\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYQoKNS43LjI2Cg==\n" END, BOUNCE_READ, "", "From: a\n\n5.7.26\n"},
	{"with CRLF", "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.7.29\r\nRemote-MTA: dns; aspmx.l.google.com\r\n\r\n--b\r\ncontent-type: TEXT/RFC822-headers\r\n\r\nFrom: a\r\n\r\n--b--\r\n", BOUNCE_READ, "5.7.29@aspmx.l.google.com=gmail ", "From: a\r\n"},
	{"a name of a file that GMime would convert", REPORT RCPT GMAIL "Status: 5.7.26\n\n--b\nContent-Type: message/rfc822; name=\"=?ISO-2022-JP?B?GyRCJDM=?=\";\n name*=ISO-2022-KR''%1b\nContent-Description: \351\244\n\nFrom: a\nSubject: =?EUC-JP?B?pLM=?= \351\n\nx\n" END, BOUNCE_READ, "5.7.26" IN_GMAIL, "From: a\nSubject: =?EUC-JP?B?pLM=?= \351\n\nx\n"},
	/* inside another message */
	{"in a multipart/mixed", MIXED(REPORT RCPT GMAIL "Status: 5.7.26\n" BACK "From: a\n" END), BOUNCE_READ, "5.7.26" IN_GMAIL, "From: a\n"},
	{"forwarded", MIXED("Content-Type: message/rfc822\n\nFrom: m@x.example\n" REPORT RCPT GMAIL "Status: 5.7.26\n" BACK "From: a\n" END), BOUNCE_READ, "5.7.26" IN_GMAIL, "From: a\n"},
	{"forwarded in base64", MIXED("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29udGVudC1UeXBlOiBtdWx0aXBhcnQvcmVwb3J0OyBib3VuZGFyeT1iCgotLWIKQ29udGVudC1U\neXBlOiBtZXNzYWdlL2RlbGl2ZXJ5LXN0YXR1cwoKU3RhdHVzOiA1LjcuMjcKUmVtb3RlLU1UQTog\nZG5zOyBhc3BteC5sLmdvb2dsZS5jb20KCi0tYi0tCg==\n"), BOUNCE_READ, "5.7.27@aspmx.l.google.com=gmail ", NULL},
	{"two bounces", MIXED(REPORT RCPT GMAIL "Status: 5.7.26\n" BACK "From: a\n" END "\n--o\n" REPORT RCPT OUTLOOK "Status: 5.7.509\n" BACK "From: b\n" END), BOUNCE_READ, "5.7.26" IN_GMAIL "5.7.509" IN_OUTLOOK, "From: a\nFrom: b\n"},
	/* what a forger writes */
	{"a number in the subject that came back", REPORT RCPT OTHER "Status: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nSubject: 5.7.9\nStatus: 5.7.26\n" END, BOUNCE_READ, "", "Subject: 5.7.9\nStatus: 5.7.26\n"},
	{"a number in the message that came back", REPORT RCPT GMAIL "Status: 5.7.30\n" BACK "A: b\n\nhost aspmx.l.google.com said: 5.7.26\n" END, BOUNCE_READ, "5.7.30" IN_GMAIL, "A: b\n\nhost aspmx.l.google.com said: 5.7.26\n"},
	{"a bounce that came back", REPORT RCPT OTHER "Status: 5.1.1\n" BACK "Content-Type: multipart/report; boundary=i\n\n--i\n\n5.7.30\n--i\nContent-Type: message/delivery-status\n\nStatus: 5.7.26\n" GMAIL "\n--i--\n" END, BOUNCE_READ, "", "Content-Type: multipart/report; boundary=i\n\n--i\n\n5.7.30\n--i\nContent-Type: message/delivery-status\n\nStatus: 5.7.26\n" GMAIL "\n--i--\n"},
	{"a text after the status", REPORT RCPT OTHER "Status: 5.1.1\n\n--b\n\n550 5.7.26\n" END, BOUNCE_READ, "", NULL},
	{"a second status", REPORT RCPT OTHER "Status: 5.1.1\n" STATUS GMAIL "Status: 5.7.26\n" END, BOUNCE_READ, "", NULL},
	{"a message before the status", REPORT "--b\nContent-Type: message/rfc822\n\nA: b\n\n5.7.26" "\n--b\n\n5.7.27" RCPT OTHER "Status: 5.1.1\n" END, BOUNCE_READ, "", NULL},
	{"a boundary of the bounce in what came back is its end", REPORT RCPT OTHER "Status: 5.1.1\n" BACK "A: b\n\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.7.26\n" GMAIL END, BOUNCE_READ, "", "A: b\n"},
	/* no bounces */
	{"another report", "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\n5.7.26\n--b\nContent-Type: message/feedback-report\n\nStatus: 5.7.26\n" END, BOUNCE_NONE, "", NULL},
	{"a status in no report", "Content-Type: multipart/mixed; boundary=b\n" RCPT GMAIL "Status: 5.7.26\n" END, BOUNCE_NONE, "", NULL},
	{"a text that mentions the type", "Content-Type: text/plain\n\nmessage/delivery-status 5.7.26", BOUNCE_NONE, "", NULL},
	{"no type", "From: a\n\n5.7.26", BOUNCE_NONE, "", NULL},
	{"nothing", "", BOUNCE_NONE, "", NULL},
};
/* clang-format on */

static void
add_codes(const struct bounce *bounce, struct buf *codes)
{
	static const char *const words[] = {"?", "gmail", "yahoo", "outlook", "apple", "RFC"};

	for (size_t k = 0; k < bounce->n; k++) {
		const struct bounce_code *code = &bounce->codes[k];

		cr_expect_eq(code->text != NULL, code->by != BOUNCE_NOBODY);
		cr_expect_eq(code->page != NULL, code->text != NULL);
		cr_expect_eq(code->id != NULL, code->text != NULL);
		buf_add(codes, code->code);
		buf_addc(codes, '@');
		buf_add(codes, code->host);
		buf_addc(codes, '=');
		buf_adds(codes, words[code->by]);
		if (code->also != BOUNCE_NOBODY)
			buf_addf(codes, "(%s)", words[code->also]);
		buf_addc(codes, ' ');
		if (code->others > 0)
			buf_addf(codes, "+%zu ", code->others);
	}
	buf_addc(codes, '\0');
}

Test(bounce, find)
{
	struct address_gmime *gmime = address_gmime_open();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bounce bounce;
		struct arena arena;
		struct buf codes, returned;

		arena_init(&arena, NULL, NULL);
		buf_init(&codes, &arena, 10000);
		buf_init(&returned, &arena, 10000);
		cr_expect_eq(bounce_find(&sandbox_apart, gmime, slice_str(rows[i].message), &arena,
				     &bounce),
			rows[i].found, "%s", rows[i].name);
		add_codes(&bounce, &codes);
		cr_expect_str_eq(codes.p, rows[i].codes, "%s: %s", rows[i].name, codes.p);
		for (size_t k = 0; k < bounce.nreturned; k++)
			buf_add(&returned, bounce.returned[k].bytes);
		cr_expect_eq(bounce.nreturned > 0, rows[i].returned != NULL, "%s", rows[i].name);
		cr_expect(slice_eq(buf_slice(&returned),
				  slice_str(rows[i].returned != NULL ? rows[i].returned : "")),
			"%s: %.*s", rows[i].name, (int)returned.n, returned.p);
		cr_expect(rows[i].found != BOUNCE_READ || (bounce.whole && bounce.all_codes), "%s",
			rows[i].name);
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
}

#define S(text)                                                                                    \
	{                                                                                          \
		(text), sizeof(text) - 1                                                           \
	}
#define ZEROS "\0\0\0\0\0\0\0"
#define PART(kind, flags, report, length, offset) kind flags report length ZEROS offset ZEROS

/* Whatever the process replies, nothing outside the message is read. */
Test(bounce, replies)
{
	static const struct apart apart = {.run = apart_reply_run};
	static const struct {
		const char *name;
		enum apart_end end;
		struct slice reply;
		enum bounce_found found;
	} ends[] = {
		{"it died", APART_DIED, S(""), BOUNCE_UNREAD},
		{"no library", APART_NO_LOAD, S(""), BOUNCE_FAILED},
		{"no process", APART_NOT_STARTED, S(""), BOUNCE_FAILED},
		{"an empty reply", APART_DONE, S(""), BOUNCE_UNREAD},
		{"no bounce", APART_DONE, S("\1"), BOUNCE_NONE},
		{"nothing, but not all was seen", APART_DONE, S("\0"), BOUNCE_LIMIT},
		{"a part", APART_DONE, S("\1" PART("\1", "\0", "\1", "\5", "\0")), BOUNCE_READ},
		{"a part of the last octet", APART_DONE,
			S("\1" PART("\1", "\0", "\1", "\1", "\16")), BOUNCE_READ},
		{"a part that is too long", APART_DONE, S("\1" PART("\1", "\0", "\1", "\1", "\17")),
			BOUNCE_UNREAD},
		{"a part behind the end", APART_DONE, S("\1" PART("\1", "\0", "\1", "\0", "\21")),
			BOUNCE_UNREAD},
		{"numbers that overflow", APART_DONE,
			S("\1\1\0\1\2" ZEROS "\377\377\377\377\377\377\377\377"), BOUNCE_UNREAD},
		{"an unknown kind", APART_DONE, S("\1" PART("\7", "\0", "\1", "\1", "\0")),
			BOUNCE_UNREAD},
		{"no number", APART_DONE, S("\1" PART("\1", "\0", "\0", "\1", "\0")),
			BOUNCE_UNREAD},
		{"a number that is too high", APART_DONE,
			S("\1" PART("\1", "\0", "\13", "\1", "\0")), BOUNCE_UNREAD},
		{"a copy", APART_DONE, S("\1" PART("\1", "\1", "\1", "\2", "\0") "ab"),
			BOUNCE_READ},
		{"half a copy", APART_DONE, S("\1" PART("\1", "\1", "\1", "\3", "\0") "ab"),
			BOUNCE_UNREAD},
		{"half a record", APART_DONE, S("\1\1\0\1\2"), BOUNCE_UNREAD},
		{"a number that goes back", APART_DONE,
			S("\1" PART("\1", "\0", "\2", "\1", "\0")
					PART("\1", "\0", "\1", "\1", "\0")),
			BOUNCE_UNREAD},
	};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct bounce bounce;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		apart_reply.end = ends[i].end;
		apart_reply.reply = ends[i].reply;
		cr_expect_eq(bounce_find(&apart, NULL, SLICE("delivery-status"), &arena, &bounce),
			ends[i].found, "%s", ends[i].name);
		cr_expect_eq(bounce_find(&apart, NULL, SLICE("message/rfc822"), &arena, &bounce),
			ends[i].found == BOUNCE_READ && i != 7 ? BOUNCE_READ : BOUNCE_NONE,
			"%s, in a message that is hardly a bounce", ends[i].name);
		arena_clear(&arena);
	}
}

/* A forger's bounces of great size: they end in a moment, and what was left out is reported. */
Test(bounce, limits)
{
	static const struct {
		const char *name, *head, *again, *tail;
		size_t times;
		enum bounce_found found;
		const char *codes;
		bool more_codes; /* a limit of codes, and no other one */
		bool whole;      /* no limit */
	} many[] = {
		{"10,000 parts after the status", REPORT RCPT GMAIL "Status: 5.7.26\n",
			"\n--b\n\n5.7.27\n", END, 10000, BOUNCE_READ, "5.7.26" IN_GMAIL, false,
			false},
		{"10,000 parts before it", REPORT, "\n--b\n\n5.7.27\n",
			RCPT GMAIL "Status: 5.7.26\n" END, 10000, BOUNCE_LIMIT, "", false, false},
		{"deep nesting around it", "From: a\n",
			"Content-Type: multipart/mixed; boundary=b\n\n--b\n", REPORT RCPT END, 500,
			BOUNCE_LIMIT, "", false, false},
		{"forwarded ten times", "From: a\n", "Content-Type: message/rfc822\n\n",
			REPORT RCPT GMAIL "Status: 5.7.26\n" END, 10, BOUNCE_LIMIT, "", false,
			false},
		{"forwarded four times", "From: a\n", "Content-Type: message/rfc822\n\n",
			REPORT RCPT GMAIL "Status: 5.7.26\n" END, 4, BOUNCE_READ, "5.7.26" IN_GMAIL,
			false, true},
		{"a large message came back, which was forwarded",
			"From: a\nContent-Type: message/rfc822\n\n" REPORT RCPT GMAIL
			"Status: 5.7.26\n" BACK,
			"0123456789abcdef0123456789abcde\n", END, 32 * 1024, BOUNCE_READ,
			"5.7.26" IN_GMAIL, false, true},
		{"that was forwarded twice more",
			"From: a\nContent-Type: message/rfc822\n\nContent-Type: "
			"message/rfc822\n\nContent-Type: message/rfc822\n\n" REPORT RCPT GMAIL
			"Status: 5.7.26\n" BACK,
			"0123456789abcdef0123456789abcde\n", END, 32 * 1024, BOUNCE_LIMIT, "",
			false, false},
		{"2,000 recipients", REPORT RCPT GMAIL "Status: 5.7.26\n",
			"\nFinal-Recipient: rfc822; a\nStatus: 5.7.27\nRemote-MTA: dns; "
			"aspmx.l.google.com\n",
			END, 2000, BOUNCE_READ, NULL, true, false},
		{"sixty codes", REPORT RCPT OUTLOOK SAID TEN("0") TEN("1") TEN("2"),
			TEN("3") TEN("4") TEN("5"), END, 1, BOUNCE_READ, NULL, true, false},
		{"300,000 codes in the text", REPORT "--b\n\n", "5.7.27 ",
			RCPT GMAIL "Status: 5.7.26\n" END, 300000, BOUNCE_READ,
			"5.7.26" IN_GMAIL "5.7.27@=RFC(gmail) ", false, false},
		{"a message over the limit", REPORT RCPT GMAIL "Status: 5.7.26\n" BACK,
			"0123456789abcdef0123456789abcde\n", END, 1024 * 1024 + 1, BOUNCE_LIMIT, "",
			false, false},
	};
	struct address_gmime *gmime = address_gmime_open();

	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
		struct bounce bounce;
		struct arena arena;
		struct buf raw, codes;

		arena_init(&arena, NULL, NULL);
		buf_init(&raw, &arena, (size_t)64 * 1024 * 1024);
		buf_init(&codes, &arena, 10000);
		buf_adds(&raw, many[i].head);
		for (size_t k = 0; k < many[i].times; k++)
			buf_adds(&raw, many[i].again);
		buf_adds(&raw, many[i].tail);
		cr_expect_eq(bounce_find(&sandbox_apart, gmime, buf_slice(&raw), &arena, &bounce),
			many[i].found, "%s", many[i].name);
		cr_expect_eq(bounce.whole, many[i].whole || many[i].more_codes, "%s", many[i].name);
		cr_expect(many[i].found != BOUNCE_READ || bounce.all_codes != many[i].more_codes,
			"%s", many[i].name);
		add_codes(&bounce, &codes);
		cr_expect(many[i].codes == NULL || strcmp(codes.p, many[i].codes) == 0, "%s: %s",
			many[i].name, codes.p);
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
}

Test(rules, lists)
{
	bool wanted[RULES_PROVIDERS];
	struct slice word;

	cr_expect(rules_read("gmail,outlook", wanted, &word));
	cr_expect(wanted[RULES_GMAIL] && !wanted[RULES_YAHOO] && wanted[RULES_OUTLOOK]);
	cr_expect_not(rules_read("gmail,", wanted, &word) && rules_read("", wanted, &word));
	cr_expect_not(rules_read("gmail,hotmail", wanted, &word));
	cr_expect(slice_eq(word, SLICE("hotmail")));
	cr_expect_not(rules_read("", wanted, &word));
}
