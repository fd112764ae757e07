#include "filter/result/report_mail.h"

#include <criterion/criterion.h>

static const struct kind_row {
	const char *name, *header;
	enum report_mail kind;
} kind_rows[] = {
	{"RFC 9990 3.5.2", "Subject: Report Domain: a.example Submitter: b.example\r\n",
		REPORT_MAIL_DMARC},
	{"folded",
		"Subject: Report Domain: example.com\r\n    Submitter: mail.receiver.example\r\n"
		"    Report-ID: <sample-ridtxt@example.com>\r\n",
		REPORT_MAIL_DMARC},
	{"folded within", "Subject: Report\r\n Domain: a.example\r\n Submitter: b.example\r\n",
		REPORT_MAIL_DMARC},
	{"keywords are case-sensitive", "Subject: report domain: a Submitter: b\r\n",
		REPORT_MAIL_NONE},
	{"no submitter", "Subject: Report Domain: a.example\r\n", REPORT_MAIL_NONE},
	{"an answer", "Subject: Re: Report Domain: a Submitter: b\r\n", REPORT_MAIL_NONE},
	{"one word", "Subject: ReportDomain: a Submitter: b\r\n", REPORT_MAIL_NONE},
	{"nothing", "Subject: x\r\n", REPORT_MAIL_NONE},
	{"no subject", "From: a@a.example\r\n", REPORT_MAIL_NONE},
	{"RFC 5965", "Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n",
		REPORT_MAIL_FAILURE},
	{"quoted, other case",
		"content-type: Multipart/Report; "
		"boundary=x;\r\n\treport-type=\"Feedback-Report\"\r\n",
		REPORT_MAIL_FAILURE},
	{"a bounce", "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
		REPORT_MAIL_NONE},
	{"RFC 8460 5.3", "Content-Type: multipart/report; report-type=\"tlsrpt\"; boundary=x\r\n",
		REPORT_MAIL_TLS},
	{"RFC 8460's field",
		"TLS-Report-Domain: a.example\r\n"
		"Subject: Report Domain: a.example Submitter: b.example\r\n",
		REPORT_MAIL_TLS},
};

Test(report_mail, kinds)
{
	for (size_t i = 0; i < sizeof kind_rows / sizeof kind_rows[0]; i++) {
		struct arena arena;
		struct message message;

		arena_init(&arena, NULL, NULL);
		message_parse(slice_str(kind_rows[i].header), 100, 65536, &arena, &message);
		cr_expect_eq(report_mail_of(&message, &arena), kind_rows[i].kind, "%s",
			kind_rows[i].name);
		arena_clear(&arena);
	}
}

Test(report_mail, words)
{
	cr_expect_null(report_mail_word(REPORT_MAIL_NONE));
	cr_expect_str_eq(report_mail_word(REPORT_MAIL_DMARC), "dmarc");
	cr_expect_str_eq(report_mail_word(REPORT_MAIL_FAILURE), "failure");
	cr_expect_str_eq(report_mail_word(REPORT_MAIL_TLS), "tls");
}
