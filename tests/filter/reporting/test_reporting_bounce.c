#include <criterion/criterion.h>

#include "filter/reporting/reporting.h"
#include "filter/sandbox/apart.h"
#include "mime/address.h"
#include "tests/support/apart_reply.h"

#define HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
#define STATUS(fields)                                                                             \
	HEAD "--b\nContent-Type: text/plain\n\nfailed\n--b\nContent-Type: "                        \
	     "message/delivery-status\n\nReporting-MTA: dns; x\n\n" fields "\n--b--\n"

/* RFC 3464 2.3 */
static const struct bounce_row {
	const char *name, *raw;
	bool failed;
} bounce_rows[] = {
	{"failed", STATUS("Action: failed\nStatus: 5.1.1\n"), true},
	{"in other case", STATUS("action: FAILED\nstatus: 5.0.0 (x)\n"), true},
	{"without Status", STATUS("Action: failed\n"), true},
	{"CRLF",
		"Content-Type: multipart/report;\r\n boundary=b\r\n\r\n--b\r\nContent-Type: "
		"message/delivery-status\r\n\r\nX: y\r\n\r\nAction: failed\r\nStatus: "
		"5.1.1\r\n\r\n--b--\r\n",
		true},
	{"the second recipient",
		STATUS("Action: delivered\nStatus: 2.0.0\n\nAction: failed\nStatus: 5.1.1\n"),
		true},
	{"failed for now", STATUS("Action: failed\nStatus: 4.4.7\n"), false},
	{"delayed", STATUS("Action: delayed\nStatus: 4.4.1\n"), false},
	{"delivered", STATUS("Action: delivered\nStatus: 2.0.0\n"), false},
	{"two recipients, each half",
		STATUS("Action: failed\nStatus: 4.0.0\n\nAction: delivered\nStatus: 5.0.0\n"),
		false},
	{"nothing in it", STATUS(""), false},
	{"not a report",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
		"message/delivery-status\n\nAction: failed\n--b--\n",
		false},
	{"no boundary", "Content-Type: multipart/report\n\nAction: failed\n", false},
	{"a part that is not closed",
		HEAD "--b\nContent-Type: message/delivery-status\n\n\n"
		     "Action: failed\n",
		false},
	{"in the text", HEAD "--b\nContent-Type: text/plain\n\nAction: failed\n--b--\n", false},
	{"a status in base64",
		HEAD
		"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n"
		"Content-Transfer-Encoding: base64\n\nQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n"
		"--b--\n",
		true},
	{"a status in UTF-8 (RFC 6533 3)",
		HEAD "--b\n\nfailed\n--b\nContent-Type: message/global-delivery-status\n\n"
		     "Action: failed\nStatus: 5.1.1\n--b--\n",
		true},
	{"a comment before the boundary",
		"Content-Type: multipart/report (x; boundary=c); boundary=b\n\n--b\nContent-Type: "
		"message/delivery-status\n\nAction: failed\n--b--\n",
		true},
	{"with an mbox line",
		"From MAILER-DAEMON Mon Nov 30 12:00:00 2026\n" STATUS("Action: failed\n"), true},
	{"attached",
		"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nsee\n--o\n" STATUS(
			"Action: failed\nStatus: 5.1.1\n") "--o--\n",
		false},
	{"forwarded", "Content-Type: message/rfc822\n\n" STATUS("Action: failed\nStatus: 5.1.1\n"),
		false},
	{"forwarded in a report about another mail",
		STATUS("Action: delayed\nStatus: 4.1.1\n\n--b\nContent-Type: message/rfc822\n\n"
		       "Content-Type: multipart/report; boundary=i\n\n--i\nContent-Type: "
		       "message/delivery-status\n\nAction: failed\n--i--\n"),
		false},
	{"in what came back",
		STATUS("Action: delayed\nStatus: 4.1.1\n\n--b\nContent-Type: "
		       "message/delivery-status\n\nAction: failed\n"),
		false},
	{"a plain message", "Subject: x\n\nAction: failed\nStatus: 5.1.1\n", false},
	{"nothing", "", false},
};

Test(reporting_bounce, failed)
{
	struct address_gmime *gmime = address_gmime_open();

	for (size_t i = 0; i < sizeof bounce_rows / sizeof *bounce_rows; i++) {
		const struct bounce_row *row = &bounce_rows[i];
		struct arena arena;
		bool failed;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(reporting_bounce_failed(
				     &sandbox_apart, gmime, slice_str(row->raw), &arena, &failed),
			APART_DONE, "%s", row->name);
		cr_expect_eq(failed, row->failed, "%s", row->name);
		arena_clear(&arena);
	}
	address_gmime_close(gmime);
}

/* What the separate process did not do is no failure of the mail. */
Test(reporting_bounce, process)
{
	static const struct apart apart = {.run = apart_reply_run};
	const enum apart_end ends[] = {APART_DIED, APART_NO_LOAD, APART_NOT_STARTED};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct arena arena;
		bool failed = true;

		arena_init(&arena, NULL, NULL);
		apart_reply.end = ends[i];
		cr_expect_eq(reporting_bounce_failed(&apart, NULL,
				     slice_str(STATUS("Action: failed\n")), &arena, &failed),
			ends[i]);
		cr_expect(!failed);
		arena_clear(&arena);
	}
}
