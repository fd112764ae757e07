#include "filter/rules/bounce.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define REPORT "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"

static const struct {
	const char *name, *message;
	bool is;
	const char *codes, *returned;
} rows[] = {
	{"Gmail's", REPORT "Diagnostic-Code: smtp; 550-5.7.26 blocked\n--b--\n", true, "5.7.26 ",
		""},
	{"a deferral", REPORT "Diagnostic-Code: smtp; 421-4.7.27 later\n", true, "4.7.27 ", ""},
	{"Outlook's", REPORT "550; 5.7.515 Access denied", true, "5.7.515 ", ""},
	{"two of them", REPORT "550 5.7.30 x\n550 5.7.26 y\n", true, "5.7.26 5.7.30 ", ""},
	{"a part of a longer number", REPORT "5.7.261 15.7.26 1.5.7.26 5.7.26.1 5.17.26\n", true,
		"", ""},
	{"a class that is none", REPORT "2.7.26\n", true, "", ""},
	{"the header that came back",
		REPORT "Content-Type: text/rfc822-headers\n\nFrom: a@b.example\n--b--\n", true, "",
		"From: a@b.example"},
	{"with CRLF", REPORT "content-type: TEXT/RFC822-headers\r\n\r\nFrom: a\r\n\r\n--b--\r\n",
		true, "", "From: a\r\n\r"},
	{"a header that never begins", REPORT "Content-Type: text/rfc822-headers", true, "", ""},
	{"an internationalized header",
		REPORT "Content-Type: message/global-headers\n\nFrom: a\n--b--\n", true, "",
		"From: a"},
	{"a text that mentions the type",
		REPORT "\nsee text/rfc822-headers\n\nbye\n--b\nContent-Type:\n "
		       "text/rfc822-headers\n\nFrom: a\n--b--\n",
		true, "", "From: a"},
	{"a number in the subject that came back",
		REPORT
		"550 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nSubject: 5.7.9\n--b--\n",
		true, "", "Subject: 5.7.9"},
	{"a number in the message that came back",
		REPORT "550 5.7.30\n--b\nContent-Type: message/rfc822\n\nA: b\n\n5.7.26\n--b--\n",
		true, "5.7.30 ", ""},
	{"a status in UTF-8",
		REPORT "Content-Type: message/global-delivery-status\n\n550 5.7.30\n--b--\n", true,
		"5.7.30 ", ""},
	{"no reverse name", REPORT "421-4.7.23 x\n550-5.7.25 y\n", true, "4.7.23 5.7.25 ", ""},
	{"RFC 7372: 5.7.23 is about SPF", REPORT "550 5.7.23 x\n", true, "", ""},
	{"no DMARC record", REPORT "421-4.7.31 x\n", true, "4.7.31 ", ""},
	{"German", REPORT "Abgelehnt (Fehler 5.7.26): nicht best\303\244tigt\n", true, "5.7.26 ",
		""},
	{"another report", "Content-Type: multipart/report; report-type=feedback-report\n\n5.7.26",
		false, "", ""},
	{"no report", "Content-Type: text/plain\n\n5.7.26", false, "", ""},
	{"no type", "From: a\n\n5.7.26", false, "", ""},
};

Test(bounce, find)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message message;
		struct bounce bounce;
		struct arena arena;
		char codes[100] = "";

		arena_init(&arena, NULL, NULL);
		message_parse(slice_str(rows[i].message), 100, 4096, &arena, &message);
		cr_expect_eq(
			bounce_find(&message, &arena, &bounce), rows[i].is, "%s", rows[i].name);
		for (size_t k = 0; k < bounce.n; k++)
			(void)snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%.*s ",
				(int)bounce.codes[k].code.n, bounce.codes[k].code.p);
		cr_expect_str_eq(codes, rows[i].codes, "%s: %s", rows[i].name, codes);
		cr_expect(slice_eq(bounce.returned, slice_str(rows[i].returned)), "%s: %.*s",
			rows[i].name, (int)bounce.returned.n, bounce.returned.p);
		arena_clear(&arena);
	}
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
