/* test_diagnose.c: bounds of the diagnosis, and its pieces; tests/diagnose/ has the changes. */
#include "auth/diagnose/diagnose.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "auth/diagnose/diagnose_head.h"
#include "auth/diagnose/diagnose_mime.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define TAGS                                                                                       \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:to:subject; bh=@bh; "  \
	"b=@b"
#define MESSAGE                                                                                    \
	"From: Joe <joe@example.com>\r\nTo: a@example.net\r\nSubject: test\r\n\r\nHi.\r\n\r\n"     \
	"Joe.\r\n"

static void
set_up(void)
{
	dkim_rig_open();
	dkim_rig_zone(
		signer_record("sel._domainkey.example.com", "v=DKIM1; p=@spki:rsa-a", &rig.arena));
}

TestSuite(diagnose, .init = set_up, .fini = dkim_rig_close);

struct fake {
	int64_t now, step;
	unsigned asked;
};

static int64_t
fake_now(void *arg)
{
	struct fake *fake = arg;

	fake->asked++;
	return fake->now += fake->step;
}

static const struct diagnosis *
run(struct slice message, int64_t step, size_t *n)
{
	struct fake fake = {.step = step};
	const struct diagnose_options options = {.now_ms = fake_now, .arg = &fake};
	const struct dkim_result *result = dkim_rig_check(message, NULL);
	enum auth_code before = result->n > 0 ? result->sigs[0].code : AUTH_NONE;
	const struct diagnosis *got = diagnose(&rig.in, result, &options, n);

	cr_expect(result->n == 0 || result->sigs[0].code == before, "no result changes");
	return got;
}

static struct slice
changed(const char *from, const char *to)
{
	return signer_replace(
		signer_sign("rsa-a", TAGS, SLICE(MESSAGE), &rig.arena), from, to, &rig.arena);
}

Test(diagnose, footer_and_tag)
{
	size_t n;
	struct slice message = signer_replace(changed("Subject: test", "Subject: [x] test"),
		"Joe.\r\n", "Joe.\r\n-- \r\nlist\r\n", &rig.arena);
	const struct diagnosis *got = run(message, 0, &n);

	cr_assert_eq(n, 1);
	cr_assert(got[0].found && got[0].n == 2 && !got[0].stopped);
	cr_expect(got[0].changes[0].kind == DIAGNOSE_FOOTER && got[0].changes[0].octets == 11);
	cr_expect(got[0].changes[1].kind == DIAGNOSE_SUBJECT);
	cr_expect(slice_eq(got[0].changes[1].text, SLICE("[x]")));
}

/* A line can be longer than the buffer in which a canonical body is gathered. */
Test(diagnose, footer_after_a_long_line)
{
	static const char *const canons[] = {"c=relaxed/relaxed", "c=relaxed/simple"};
	static char line[10003];

	memset(line, 'x', sizeof line - 1);
	memcpy(line + 10000, "\r\n", 2);
	for (size_t i = 0; i < COUNT(canons); i++) {
		struct slice tags =
			signer_replace(SLICE(TAGS), "c=relaxed/relaxed", canons[i], &rig.arena);
		struct slice message = signer_replace(SLICE(MESSAGE), "Joe.\r\n", line, &rig.arena);
		const struct diagnosis *got;
		size_t n;

		message = signer_sign("rsa-a", arena_cstr(&rig.arena, tags), message, &rig.arena);
		message = signer_replace(message, "xxx\r\n", "xxx\r\n-- \r\nlist\r\n", &rig.arena);
		got = run(message, 0, &n);
		cr_assert_eq(n, 1, "%s", canons[i]);
		cr_expect(
			got[0].found && got[0].n == 1 && got[0].changes[0].kind == DIAGNOSE_FOOTER,
			"%s", canons[i]);
	}
}

Test(diagnose, what_passes_is_not_asked)
{
	size_t n;

	(void)run(changed("Hi.", "Hi."), 0, &n);
	cr_expect_eq(n, 0);
}

Test(diagnose, other_failures_are_not_asked)
{
	size_t n;

	(void)run(changed("s=sel", "s=gone"), 0, &n);
	cr_expect_eq(n, 0, "no key record was found");
	(void)run(changed("v=1", "v=2"), 0, &n);
	cr_expect_eq(n, 0, "malformed");
}

Test(diagnose, unknown)
{
	size_t n;
	const struct diagnosis *got = run(changed("Hi.", "Ho."), 0, &n);

	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].n == 0 && got[0].half == DIAGNOSE_HEADER);
	cr_expect(got[0].key_proved);
}

Test(diagnose, another_key)
{
	const struct slice signed_by_other = signer_sign("rsa-b", TAGS, SLICE(MESSAGE), &rig.arena);
	const struct diagnosis *got;
	size_t n;

	got = run(signed_by_other, 0, &n);
	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].half == DIAGNOSE_KEY);
	cr_expect(!got[0].key_proved && got[0].body_proved && got[0].n == 0);
}

/* A key that is revoked (RFC 6376 3.6.1: empty p=) proves nothing; the one beside it does. */
Test(diagnose, a_revoked_key_beside_it)
{
	const struct diagnosis *got;
	struct buf zone;
	size_t n;

	buf_init(&zone, &rig.arena, 10000);
	buf_adds(&zone, "sel._domainkey.example.com. 60 IN TXT \"v=DKIM1; p=\"\n");
	buf_adds(&zone,
		signer_record("sel._domainkey.example.com", "v=DKIM1; p=@spki:rsa-a", &rig.arena));
	dkim_rig_zone(arena_cstr(&rig.arena, buf_slice(&zone)));
	got = run(changed("Joe.\r\n", "Jim.\r\n"), 0, &n);
	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].half == DIAGNOSE_HEADER && got[0].key_proved);
}

/* A body over the limit is not searched, which is said. */
Test(diagnose, a_body_over_the_limit)
{
	struct slice head = changed("Joe.\r\n", "Joe.\r\n-- \r\nlist\r\n");
	const size_t more = DIAGNOSE_BODY_MAX;
	char *text = arena_bytes(&rig.arena, head.n + more);
	const struct diagnosis *got;
	size_t n;

	memcpy(text, head.p, head.n);
	memset(text + head.n, 'x', more);
	got = run(slice_make(text, head.n + more), 0, &n);
	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].stopped && got[0].n == 0);
	got = run(head, 0, &n);
	cr_expect(n == 1 && got[0].found && !got[0].stopped, "the same without");
}

#define OTHER "From: Joe <joe@example.com>\r\nTo: a@example.net\r\nSubject: test\r\n\r\nNo.\r\n"

/* Three signatures that no rule explains do not affect the fourth. */
Test(diagnose, no_signature_starves_another)
{
	const struct slice good = signer_sign("rsa-a", TAGS, SLICE(MESSAGE), &rig.arena);
	const struct slice other = signer_sign("rsa-a", TAGS, SLICE(OTHER), &rig.arena);
	const struct diagnosis *got;
	struct buf all;
	size_t n;

	buf_init(&all, &rig.arena, 65536);
	for (int i = 0; i < 3; i++)
		buf_add(&all, slice_head(other, other.n - strlen(OTHER)));
	buf_add(&all, good);
	got = run(
		signer_replace(buf_slice(&all), "Joe.\r\n", "Joe.\r\nlist\r\n", &rig.arena), 0, &n);
	cr_assert_eq(n, 4);
	for (size_t i = 0; i < 3; i++)
		cr_expect(!got[i].found && got[i].half == DIAGNOSE_HEADER, "%zu", i);
	cr_expect(got[3].found && got[3].n == 1);
}

struct visited {
	unsigned sums[64];
	size_t n;
	const struct diagnose_choice *choices;
};

static bool
visit(void *arg, const size_t *picks)
{
	struct visited *visited = arg;

	cr_assert_lt(visited->n, 64);
	visited->sums[visited->n++] = visited->choices[0].options[picks[0]].cost +
				      visited->choices[1].options[picks[1]].cost;
	return visited->n == 12;
}

Test(diagnose, cheapest_sums_first)
{
	struct fake fake = {.step = 0};
	const struct diagnose_options options = {.now_ms = fake_now, .arg = &fake};
	struct diagnose_budget budget = {
		.options = &options, .until_ms = 1, .work_max = 1, .tries_max = 100};
	struct diagnose_choice choices[2];
	struct visited visited = {.choices = choices};

	for (size_t i = 0; i < 2; i++) {
		diagnose_choice_init(&choices[i], &rig.arena);
		for (unsigned cost = 3; cost > 0; cost--)
			(void)diagnose_choice_add(&choices[i], cost);
	}
	cr_expect(diagnose_combine(choices, 2, &budget, visit, &visited), "the callback ends it");
	cr_assert_eq(visited.n, 12);
	for (size_t i = 1; i < visited.n; i++)
		cr_expect_leq(visited.sums[i - 1], visited.sums[i], "%zu", i);
}

/* clang-format off */
static const struct link_row {
	const char *name, *text, *unlinked; /* NULL: nothing changes */
	int way;
	bool html;
} link_rows[] = {
	{"Safe Links", "x https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example%2F%3Fc%3D1%26d&data=2 y",
		"x https://b.example/?c=1&d y", 2, false},
	{"in HTML", "<a href=\"https://f.example/?q=1&amp;url=https%3A%2F%2Fb.example%2F%3Fc%26d&amp;e=2\">",
		"<a href=\"https://b.example/?c&amp;d\">", 2, true},
	{"in HTML as it is", "https://f.example/?url=https%3A%2F%2Fb.example%2F%3Fc%26d", "https://b.example/?c&d", 1, true},
	{"URL Defense", "https://urldefense.com/v3/__https://b.example/c__;!!A!B$", "https://b.example/c", 1, false},
	{"a character kept apart", "https://urldefense.com/v3/__https://b.example/c*d__;Iw!!A!B$", "https://b.example/c#d", 1, false},
	{"version 2", "https://urldefense.proofpoint.com/v2/url?u=https-3A__b.example_c-2Dd&d=x", "https://b.example/c-d", 1, false},
	{"at the end of the path", "https://f.example/1/https%3A%2F%2Fb.example%2Fc", "https://b.example/c", 1, false},
	{"no other link inside", "https://b.example/?url=c", NULL, 1, false},
	{"another scheme inside", "https://b.example/?url=javascript%3Aalert", NULL, 1, false},
	{"half an escape", "https://b.example/?url=https%3A%2", NULL, 1, false},
	{"no text", "", NULL, 1, false},
};

static const struct list_row {
	const char *name, *value;
	size_t n;
	const char *last;
} list_rows[] = {
	{"one", "Joe <joe@example.com>", 1, "Joe <joe@example.com>"},
	{"a comma in quotes", "\"Doe, Joe\" <joe@example.com>, b@example.com", 2, "b@example.com"},
	{"a comma in a comment", "joe@example.com (Doe, Joe)", 1, "joe@example.com (Doe, Joe)"},
	{"an escaped quote", "\"a\\\", b\" <a@example.com>", 1, "\"a\\\", b\" <a@example.com>"},
	{"empty elements", ", a@example.com,, ", 1, "a@example.com"},
	{"nothing", "", 0, ""},
};
/* clang-format on */

Test(diagnose, links)
{
	for (size_t i = 0; i < COUNT(link_rows); i++) {
		const struct link_row *row = &link_rows[i];
		struct slice host;
		struct buf out;
		bool changed;

		buf_init(&out, &rig.arena, 4096);
		changed = diagnose_unlink(slice_str(row->text), row->way, row->html, &out, &host);
		cr_expect(changed == (row->unlinked != NULL), "%s", row->name);
		if (changed && row->unlinked != NULL)
			cr_expect(slice_eq(buf_slice(&out), slice_str(row->unlinked)), "%s: %.*s",
				row->name, (int)out.n, out.p);
	}
}

Test(diagnose, addresses)
{
	for (size_t i = 0; i < COUNT(list_rows); i++) {
		const struct list_row *row = &list_rows[i];
		struct slice found[DIAGNOSE_ADDRESSES_MAX];
		size_t n = diagnose_addresses(slice_str(row->value), found);

		cr_expect_eq(n, row->n, "%s: %zu", row->name, n);
		if (n > 0 && n == row->n)
			cr_expect(slice_eq(found[n - 1], slice_str(row->last)), "%s", row->name);
	}
}

/* Every style is quoted-printable of the same text, in lines that fit (RFC 2045 6.7). */
Test(diagnose, quoted_printable_styles)
{
	const struct slice text =
		SLICE("From \xC3\xBC = a long line that goes on. And on, and on, and on, "
		      "\xE3\x81\x82\xE3\x81\x84\xE3\x81\x86 and on!\r\n.dot \r\n");

	for (int i = 0; i < DIAGNOSE_QP_STYLES; i++) {
		struct slice rest, line;
		struct buf coded, plain;

		buf_init(&coded, &rig.arena, 4096);
		buf_init(&plain, &rig.arena, 4096);
		diagnose_qp_encode(&diagnose_qp_styles[i], text, &coded);
		rest = buf_slice(&coded);
		while (line_next(&rest, &line))
			cr_expect_leq(slice_trim(line).n, 76, "style %d", i);
		cr_expect(diagnose_qp_decode(buf_slice(&coded), &plain), "style %d", i);
		cr_expect(slice_eq(buf_slice(&plain), text), "style %d", i);
	}
}

Test(diagnose, time_ends_it)
{
	size_t n;
	const struct diagnosis *got = run(changed("Joe.\r\n", "Joe.\r\nlist\r\n"), DIAGNOSE_MS, &n);

	cr_assert_eq(n, 1);
	cr_expect(!got[0].found && got[0].stopped, "not even one try");
}

Test(diagnose, four_signatures)
{
	struct slice message = SLICE(MESSAGE);
	const struct diagnosis *got;
	size_t n;

	for (int i = 0; i < 6; i++)
		message = signer_sign("rsa-a", TAGS, message, &rig.arena);
	got = run(signer_replace(message, "Joe.\r\n", "Joe.\r\nlist\r\n", &rig.arena), 0, &n);
	cr_assert_eq(n, DIAGNOSE_SIGNATURES);
	for (size_t i = 0; i < n; i++)
		cr_expect(got[i].found && got[i].signature == i, "%zu", i);
}

/* clang-format off */
static const struct parameter_row {
	const char *name, *value, *found; /* NULL: none */
} parameter_rows[] = {
	{"token", " multipart/mixed; boundary=abc", "abc"},
	{"quoted", " multipart/mixed; boundary=\"a b\"; x=y", "a b"},
	{"folded", " multipart/mixed;\r\n\tboundary=abc", "abc"},
	{"second", " multipart/mixed; charset=x; BOUNDARY = abc ; y=z", "abc"},
	{"no value", " multipart/mixed; boundary=", NULL},
	{"no semicolon", " boundary=abc", NULL},
	{"another", " multipart/mixed; xboundary=abc", NULL},
	{"empty", "", NULL},
	{"open quote", " m/m; boundary=\"abc", "abc"},
};

static const struct coding_row {
	const char *name, *plain, *coded;
} coding_rows[] = {
	{"plain", "abc\r\n", "abc\r\n"},
	{"equals", "a=b\r\n", "a=3Db\r\n"},
	{"blank at the end", "a \r\nb\t\r\n", "a=20\r\nb=09\r\n"},
	{"8-bit", "\xC3\xBC\r\n", "=C3=BC\r\n"},
	{"without a line end", "abc", "abc"},
	{"76 octets fit", "1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n",
		"1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n"},
	{"77 do not", "12345678901234567890123456789012345678901234567890123456789012345678901234567\r\n",
		"123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n67\r\n"},
};
/* clang-format on */

Test(diagnose, parameter)
{
	for (size_t i = 0; i < COUNT(parameter_rows); i++) {
		const struct parameter_row *row = &parameter_rows[i];
		struct slice found;
		bool got = diagnose_parameter(slice_str(row->value), "boundary", &found);

		cr_expect(got == (row->found != NULL), "%s", row->name);
		if (got && row->found != NULL)
			cr_expect(slice_eq(found, slice_str(row->found)), "%s", row->name);
	}
}

Test(diagnose, quoted_printable)
{
	for (size_t i = 0; i < COUNT(coding_rows); i++) {
		const struct coding_row *row = &coding_rows[i];
		struct buf coded, plain;

		buf_init(&coded, &rig.arena, 1000);
		buf_init(&plain, &rig.arena, 1000);
		diagnose_qp_encode(&diagnose_qp_styles[0], slice_str(row->plain), &coded);
		cr_expect(slice_eq(buf_slice(&coded), slice_str(row->coded)), "%s: %.*s", row->name,
			(int)coded.n, coded.p);
		cr_expect(diagnose_qp_decode(slice_str(row->coded), &plain), "%s", row->name);
		cr_expect(slice_eq(buf_slice(&plain), slice_str(row->plain)), "%s", row->name);
	}
}

Test(diagnose, parts)
{
	const struct slice body =
		SLICE("pre\r\n--a\r\nContent-Type: m/m; boundary=b\r\n\r\n--b\r\n\r\n"
		      "x\r\n--b--\r\n--a\r\n\r\ny\r\n--a--\r\npost\r\n--a\r\n\r\nz");
	struct diagnose_part parts[DIAGNOSE_PARTS_MAX];
	size_t n = diagnose_parts(body, SLICE("a"), parts);

	cr_assert_eq(n, 3, "%zu", n);
	cr_expect(parts[0].top && !parts[1].top && parts[2].top);
	cr_expect(slice_eq(slice_from(slice_head(body, parts[1].end), parts[1].body), SLICE("x")));
	cr_expect(slice_eq(slice_from(slice_head(body, parts[2].end), parts[2].body), SLICE("y")));
}

#define DATED(date) "From: Joe <joe@example.com>\r\nDate: " date "\r\n\r\nHi.\r\n"
#define DATE_TAGS                                                                                  \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:date; bh=@bh; b=@b"

/*
 * A date (RFC 5322 3.3) that names another form of the same moment is found; one of which a part is
 * no number of its range, or has no zone that is read, is never taken for another moment.
 */
Test(diagnose, dates)
{
	static const struct {
		const char *name, *sent, *received;
		bool found;
	} rows[] = {
		{"a zero before the day", DATED("Thu, 1 Jan 2026 00:59:30 GMT"),
			DATED("Thu, 01 Jan 2026 00:59:30 +0000"), true},
		{"GMT", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 1 Jan 2026 00:59:30 GMT"), true},
		{"UT (RFC 5322 4.3)", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 01 Jan 2026 00:59:30 UT"), true},
		{"a zone west of it", DATED("Wed, 31 Dec 2025 19:59:30 -0500"),
			DATED("Thu, 01 Jan 2026 00:59:30 +0000"), true},
		{"where a zone leads before 1970", DATED("Thu, 01 Jan 1970 00:30:00 +0000"),
			DATED("Thu, 1 Jan 1970 00:30:00 GMT"), true},
		{"another moment", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 01 Jan 2026 00:59:31 +0000"), false},
		{"a day that is none", DATED("Sun, 01 Feb 2026 00:59:30 +0000"),
			DATED("Sun, 32 Jan 2026 00:59:30 +0000"), false},
		{"a month that is none", DATED("Fri, 01 Jan 2027 00:59:30 +0000"),
			DATED("Fri, 01 Jam 2026 00:59:30 +0000"), false},
		{"a year before 1970", DATED("Thu, 01 Jan 1970 00:59:30 +0000"),
			DATED("Thu, 01 Jan 1969 00:59:30 +0000"), false},
		{"no colon", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 01 Jan 2026 00.59.30 +0000"), false},
		{"a second that is none", DATED("Thu, 01 Jan 2026 00:59:61 +0000"),
			DATED("Thu, 1 Jan 2026 00:59:61 GMT"), false},
		{"a zone of three octets", DATED("Thu, 01 Jan 2026 00:58:30 +0000"),
			DATED("Thu, 01 Jan 2026 00:59:30 +01"), false},
		{"a zone in letters", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 01 Jan 2026 00:59:30 WEST"), false},
		{"a zone that is no number", DATED("Thu, 01 Jan 2026 00:59:30 +0000"),
			DATED("Thu, 01 Jan 2026 00:59:30 +xx00"), false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct slice sent =
			signer_sign("rsa-a", DATE_TAGS, slice_str(rows[i].sent), &rig.arena);
		const char *from = strstr(rows[i].sent, "Date:");
		const char *to = strstr(rows[i].received, "Date:");
		char before[80], after[80];
		const struct diagnosis *got;
		size_t n;

		(void)snprintf(before, sizeof before, "%.*s", (int)strcspn(from, "\r"), from);
		(void)snprintf(after, sizeof after, "%.*s", (int)strcspn(to, "\r"), to);
		got = run(signer_replace(sent, before, after, &rig.arena), 0, &n);
		cr_assert_eq(n, 1, "%s", rows[i].name);
		cr_expect_eq(got[0].found, rows[i].found, "%s", rows[i].name);
		if (rows[i].found)
			cr_expect(got[0].n == 1 && got[0].changes[0].kind == DIAGNOSE_FIELD_FORM,
				"%s", rows[i].name);
		else
			cr_expect_eq(got[0].half, DIAGNOSE_BODY, "%s: only the body agrees",
				rows[i].name);
	}
}
