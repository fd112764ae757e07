#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>
#include <stdlib.h>

#include "filter/intake/envelope.h"
#include "filter/io/spool.h"

#include "tests/support/arena_suite.h"

ARENA_SUITE(envelope_bsmtp);

static enum status
take(struct slice bytes, struct intake *intake, enum fault *fault)
{
	struct options options = options_default();

	options.envelope = ENVELOPE_BSMTP;
	*fault = FAULT_NONE;
	return envelope_take(&options, bytes, &arena, intake, fault);
}

static bool
is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

#define HEAD "HELO h.example\nMAIL FROM:<a@b.example>\nRCPT TO:<r@c.example>\nDATA\n"
#define HEAD_CRLF "HELO h.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<r@c.example>\r\nDATA\r\n"

static const struct row {
	const char *name, *text;
	const char *message; /* NULL: refused */
} rows[] = {
	{"plain", HEAD "A: 1\n\nb\n.\n", "A: 1\n\nb\n"},
	{"CRLF", HEAD_CRLF "A: 1\r\n\r\nb\r\n.\r\n", "A: 1\r\n\r\nb\r\n"},
	{"empty message", HEAD ".\n", ""},
	{"stuffed", HEAD "A: 1\n\n..\n..b\n...\nc.\n.\n", "A: 1\n\n.\n.b\n..\nc.\n"},
	{"stuffed first line", HEAD "..b\n.\n", ".b\n"},
	{"stuffed, CRLF", HEAD_CRLF "A: 1\r\n\r\n..\r\n.\r\n", "A: 1\r\n\r\n.\r\n"},
	{"dot that nobody stuffed (RFC 5321 4.5.2)", HEAD ".b\n.\n", "b\n"},
	{"QUIT after it", HEAD "A: 1\n\n.\nQUIT\n", "A: 1\n\n"},
	{"RSET after it", HEAD "A: 1\n\n.\r\nRSET\r\nQUIT\r\n", "A: 1\n\n"},
	{"a bare LF ends no line where CRLF does", HEAD_CRLF "a\n.\nb\n..\r\n.\r\n",
		"a\n.\nb\n..\r\n"},
	{"bare CR is data", HEAD "a\r.\r\n.\n", "a\r.\r\n"},
	{"lower case, parameters",
		"ehlo h\nmail from:<a@b.example> SIZE=3 BODY=8BITMIME SMTPUTF8\n"
		"rcpt to:<r@c.example> NOTIFY=NEVER\ndata\nm\n.\n",
		"m\n"},
	{"blank before the path", "MAIL FROM: <a@b.example>\nRCPT TO: <r@c>\nDATA\nm\n.\n", "m\n"},
	{"NOOP", "NOOP\nMAIL FROM:<a@b.example>\nDATA\nm\n.\n", "m\n"},

	{"nothing", "", NULL},
	{"a message", "From: a\n\nb\n.\n", NULL},
	{"no final dot", HEAD "A: 1\n\nb\n", NULL},
	{"dot without a line end", HEAD "A: 1\n\nb\n.", NULL},
	{"dot inside a line", HEAD "A: 1\n\nb .\n", NULL},
	{"bare LF at the end, CRLF before", HEAD_CRLF "A: 1\r\n.\n", NULL},
	{"no DATA", "MAIL FROM:<a@b.example>\nRCPT TO:<r@c>\n", NULL},
	{"no MAIL", "RCPT TO:<r@c>\nDATA\nm\n.\n", NULL},
	{"DATA first", "DATA\nm\n.\n", NULL},
	{"two MAIL", "MAIL FROM:<a@b>\nMAIL FROM:<c@d>\nDATA\nm\n.\n", NULL},
	{"unknown command", "MAIL FROM:<a@b>\nXEXEC\nDATA\nm\n.\n", NULL},
	{"no <>", "MAIL FROM:a@b\nDATA\nm\n.\n", NULL},
	{"open <", "MAIL FROM:<a@b\nDATA\nm\n.\n", NULL},
	{"junk behind >", "MAIL FROM:<a@b>x\nDATA\nm\n.\n", NULL},
	{"a second transaction", HEAD "m\n.\nMAIL FROM:<c@d.example>\nDATA\nm\n.\n", NULL},
	{"a third command set", HEAD "m\n.\nRSET\nmail from:<>\n", NULL},
};

Test(envelope_bsmtp, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct intake intake;
		enum fault fault;
		enum status st = take(slice_str(row->text), &intake, &fault);

		cr_expect((st == ST_OK) == (row->message != NULL), "%s: %s", row->name,
			fault_text(fault));
		if (st == ST_OK && row->message != NULL) {
			cr_expect(is(intake.message, row->message), "%s: %.*s", row->name,
				(int)intake.message.n, intake.message.p);
			cr_expect(is(intake.envelope.mail_from, "a@b.example"), "%s", row->name);
		} else {
			cr_expect(fault != FAULT_NONE, "%s: error", row->name);
		}
		envelope_release(&intake);
	}
}

static const struct path_row {
	const char *name, *path;
	enum path_kind kind;
	const char *mail_from;
} path_rows[] = {
	{"null", "<>", PATH_NULL, ""},
	{"mailer-daemon", "<MAILER-DAEMON>", PATH_NULL, ""},
	{"route", "<@x.example:a@b.example>", PATH_GIVEN, "a@b.example"},
	{"quoted >", "<\"a>b\"@b.example> SIZE=1", PATH_GIVEN, "\"a>b\"@b.example"},
	{"quoted blank", "<\"a b\"@b.example>", PATH_GIVEN, "\"a b\"@b.example"},
	{"UTF-8", "<\xc3\xa9@b.example> SMTPUTF8", PATH_GIVEN, "\xc3\xa9@b.example"},
	{"open quote", "<a\"b@b.example>", PATH_GIVEN, "a\"b@b.example"},
};

Test(envelope_bsmtp, paths)
{
	for (size_t i = 0; i < sizeof path_rows / sizeof path_rows[0]; i++) {
		const struct path_row *row = &path_rows[i];
		struct intake intake;
		enum fault fault;
		char text[200];

		snprintf(text, sizeof text, "MAIL FROM:%s\nDATA\nm\n.\n", row->path);
		cr_assert(take(arena_dup(&arena, slice_str(text)), &intake, &fault) == ST_OK,
			"%s: %s", row->name, fault_text(fault));
		cr_expect(intake.envelope.path == row->kind, "%s", row->name);
		cr_expect(is(intake.envelope.mail_from, row->mail_from), "%s", row->name);
	}
}

Test(envelope_bsmtp, all_parts)
{
	struct options options = options_default();
	struct intake intake;
	const char *rcpts[] = {"o@c.example"};
	enum fault fault = FAULT_NONE;

	options.envelope = ENVELOPE_BSMTP;
	options.client_ip = "192.0.2.1";
	options.helo = "o.example";
	options.rcpts = (struct strings){rcpts, 1};
	cr_assert(envelope_take(&options,
			  SLICE("EHLO h.example\nMAIL FROM:<>\nRCPT TO:<r@c.example>\n"
				"RCPT TO:<s@c.example>\nDATA\nm\n.\n"),
			  &arena, &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.client_ip.family == 4, "batch SMTP has no place for it");
	cr_expect(is(intake.envelope.helo, "h.example") && intake.envelope.path == PATH_NULL);
	cr_expect(intake.envelope.nrcpts == 2 && is(intake.envelope.rcpts[0], "r@c.example"));
}

/*
 * The reference implementation: removes the dot at the start of each line; returns the new length.
 */
static size_t
unstuff(const char *text, size_t n, char *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '.' || (i > 0 && text[i - 1] != '\n'))
			out[kept++] = text[i];
	return kept;
}

/* A message too large for a copy in memory goes through the spool folder. */
Test(envelope_bsmtp, large)
{
	static const size_t sizes[] = {SPOOL_MEMORY - 1000, SPOOL_MEMORY + 5000};
	static const char head[] = "MAIL FROM:<>\nDATA\n";

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t n = sizes[i], kept;
		char *text = malloc(sizeof head - 1 + n + 2), *out = malloc(n);
		char *message = text + sizeof head - 1;
		struct intake intake;
		enum fault fault;

		cr_assert(text != NULL && out != NULL);
		memcpy(text, head, sizeof head - 1);
		for (size_t at = 0; at < n; at++)
			message[at] = at % 37 == 36 ? '\n' : at % 37 < at / 37 % 4 ? '.' : 'x';
		message[n - 1] = '\n';
		memcpy(message + n, ".\n", 2);
		for (size_t at = 1; at < n; at++) /* no line consists of a dot only */
			if (message[at] == '\n' && message[at - 1] == '.')
				message[at - 1] = 'x';
		kept = unstuff(message, n, out);
		cr_assert(kept < n);
		cr_assert(take(slice_make(text, sizeof head - 1 + n + 2), &intake, &fault) == ST_OK,
			"%s", fault_text(fault));
		cr_expect(slice_eq(intake.message, slice_make(out, kept)), "%zu octets", n);
		envelope_release(&intake);
		free(text);
		free(out);
	}
}

Test(envelope_bsmtp, large_without_room)
{
	struct options options = options_default();
	static const char head[] = "MAIL FROM:<>\nDATA\n..";
	size_t n = sizeof head - 1 + SPOOL_MEMORY;
	char *text = malloc(n + 3);
	struct intake intake;
	enum fault fault = FAULT_NONE;

	cr_assert(text != NULL);
	memset(text, 'x', n);
	memcpy(text, head, sizeof head - 1);
	memcpy(text + n, "\n.\n", 3);
	options.envelope = ENVELOPE_BSMTP;
	options.spool_dir = "/nonexistent";
	cr_expect(envelope_take(&options, slice_make(text, n + 3), &arena, &intake, &fault) ==
		  ST_TEMP);
	cr_expect(fault == FAULT_NO_SPOOL, "%s", fault_text(fault));
	envelope_release(&intake);
	free(text);
}

Test(envelope_bsmtp, many_recipients)
{
	char *text = malloc(ENVELOPE_MAX);
	size_t n = (size_t)sprintf(text, "MAIL FROM:<>\n");
	struct intake intake;
	enum fault fault = FAULT_NONE;

	for (int i = 0; i < ENVELOPE_RCPTS + 5; i++)
		n += (size_t)sprintf(text + n, "RCPT TO:<r%d@c.example>\n", i);
	n += (size_t)sprintf(text + n, "DATA\nm\n.\n");
	cr_assert(take(slice_make(text, n), &intake, &fault) == ST_OK, "%s", fault_text(fault));
	cr_expect(intake.envelope.nrcpts == ENVELOPE_RCPTS);
	free(text);
}
