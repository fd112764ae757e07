#include <criterion/criterion.h>

#include "filter/reporting/reporting.h"

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
	{"a plain message", "Subject: x\n\nAction: failed\nStatus: 5.1.1\n", false},
	{"nothing", "", false},
};

Test(reporting_bounce, failed)
{
	for (size_t i = 0; i < sizeof bounce_rows / sizeof *bounce_rows; i++) {
		const struct bounce_row *row = &bounce_rows[i];
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(reporting_bounce_failed(slice_str(row->raw), &arena), row->failed,
			"%s", row->name);
		arena_clear(&arena);
	}
}
