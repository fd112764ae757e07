#include "filter/result/failure.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mime/buf.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(failure);

/* RFC 9989 4.7, fo: results and alignment, and whether they request a report */
static const struct asked_row {
	const char *name, *fo;
	bool spf_pass, dkim_pass; /* and aligned */
	enum auth_code spf, signature;
	bool asked;
} asked_rows[] = {
	{"default, nothing passed", "", false, false, AUTH_FAIL, AUTH_FAIL, true},
	{"default, SPF passed", "", true, false, AUTH_PASS, AUTH_FAIL, false},
	{"0, DKIM passed", "0", false, true, AUTH_FAIL, AUTH_PASS, false},
	{"1, DKIM passed", "1", false, true, AUTH_FAIL, AUTH_PASS, true},
	{"1, both passed", "1", true, true, AUTH_PASS, AUTH_PASS, false},
	{"d, a signature failed, aligned or not", "d", true, true, AUTH_PASS, AUTH_FAIL, true},
	{"d, a key did not answer", "d", false, false, AUTH_FAIL, AUTH_TEMPERROR, false},
	{"s, SPF failed, aligned or not", "s", true, true, AUTH_FAIL, AUTH_PASS, true},
	{"s, softfail", "s", true, true, AUTH_SOFTFAIL, AUTH_PASS, true},
	{"s, neutral", "s", false, false, AUTH_NEUTRAL, AUTH_FAIL, false},
	{"d:s, SPF failed", "d:s", true, true, AUTH_FAIL, AUTH_PASS, true},
	{"1:d:s, nothing", "1:d:s", true, true, AUTH_PASS, AUTH_PASS, false},
	{"an unknown letter", "x", false, false, AUTH_FAIL, AUTH_FAIL, false},
	{"white space around", " d : s ", true, true, AUTH_FAIL, AUTH_PASS, true},
};

Test(failure, asked)
{
	for (size_t i = 0; i < sizeof asked_rows / sizeof *asked_rows; i++) {
		const struct asked_row *row = &asked_rows[i];
		struct dkim_sig_result signature = {.code = row->signature};
		struct auth_results results = {
			.spf.code = row->spf,
			.dkim = {.sigs = &signature, .n = 1},
			.dmarc = {.spf_pass = row->spf_pass, .dkim_pass = row->dkim_pass},
		};

		cr_expect_eq(
			failure_asked(&results, slice_str(row->fo)), row->asked, "%s", row->name);
	}
}

enum { FIELD_MAX = 200 };

/* The header that is reported of the message if a report is due. */
static const char *
reported(enum failure_what how, struct slice raw)
{
	const struct options options = {.failure_log = how};
	struct evaluation ev = {.options = &options, .arena = &arena, .evaluated = true};
	struct dkim_sig_result signature = {.code = AUTH_FAIL};

	message_parse(raw, 1000, FIELD_MAX, &arena, &ev.message);
	signature.sig.field = message_field(&ev.message, "DKIM-Signature", 0);
	ev.ids.author_domain = SLICE("own.example");
	ev.intake.envelope.path = PATH_GIVEN;
	ev.results.dkim.sigs = &signature;
	ev.results.dkim.n = 1;
	ev.results.dmarc.code = AUTH_FAIL;
	ev.results.dmarc.has_record = true;
	ev.results.dmarc.record.ruf = SLICE("mailto:ruf@own.example");
	return arena_cstr(&arena, failure_header(&ev));
}

#define HEADER "From: joe@own.example\n"

/* RFC 9991 7: of a redacted signature only tags; one that was not read has none that can be
 * trusted. */
Test(failure, signature)
{
	const char *got = reported(FAILURE_REDACTED,
		SLICE(HEADER
			"DKIM-Signature: v=1; d=own.example;\n\ti=joe@own.example; b=AA AA\n\n"));
	char longer[FIELD_MAX + 1];
	struct buf text;

	cr_expect(strstr(got, "DKIM-Signature: v=1;\n\td=own.example;\n\tb=AAAA\n") != NULL, "%s",
		got);
	cr_expect_null(strstr(got, "joe"), "%s", got);
	memset(longer, 'A', FIELD_MAX);
	longer[FIELD_MAX] = '\0';
	buf_init(&text, &arena, 1000);
	buf_addf(&text, HEADER "DKIM-Signature: v=1; d=own.example; b=%s\n\n", longer);
	got = reported(FAILURE_REDACTED, buf_slice(&text));
	cr_expect(strstr(got, "From: redacted@own.example\n") != NULL, "%s", got);
	cr_expect_null(strstr(got, "DKIM-Signature"), "a field over the limit: %s", got);
}

/* Full: whole fields, each line ended, and never more than FAILURE_OCTETS. */
Test(failure, full)
{
	struct buf text;
	const char *got;

	cr_expect_str_eq(reported(FAILURE_FULL, SLICE("From: a@own.example\r\nSubject: x")),
		"From: a@own.example\nSubject: x\n", "the message ends inside a line");
	buf_init(&text, &arena, 4 * FAILURE_OCTETS);
	for (size_t i = 0; i < FAILURE_OCTETS / 100; i++)
		buf_addf(&text, "X-Field: %0100zu\n", i);
	buf_adds(&text, "X-Last: x\n\n");
	got = reported(FAILURE_FULL, buf_slice(&text));
	cr_expect(strlen(got) <= FAILURE_OCTETS && strlen(got) > FAILURE_OCTETS - 200, "%zu",
		strlen(got));
	cr_expect_eq(memcmp(got, text.p, strlen(got)), 0, "the first fields");
	cr_expect_eq(text.p[strlen(got)], 'X', "which are whole");
	cr_expect_null(strstr(got, "X-Last"), "a later one does not fill the rest");
}
