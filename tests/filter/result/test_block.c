#include "filter/result/block.h"

#include <criterion/criterion.h>

#include "tests/support/any_reason.h"

/* an evaluation as evaluate() leaves it, although no message was read */
struct rig {
	struct arena arena;
	struct options options;
	struct evaluation ev;
};

static void
open_rig(struct rig *rig)
{
	arena_init(&rig->arena, NULL, NULL);
	rig->options = options_default();
	rig->ev = (struct evaluation){.options = &rig->options,
		.arena = &rig->arena,
		.authserv_id = "mx.example",
		.evaluated = true,
		.auth_options = {.receiver = SLICE("mx.example")}};
	rig->ev.in = (struct auth_input){.message = &rig->ev.message,
		.envelope = &rig->ev.intake.envelope,
		.ids = &rig->ev.ids,
		.options = &rig->ev.auth_options,
		.arena = &rig->arena};
	message_parse(SLICE("A: 1\n\n"), 1000, 65536, &rig->arena, &rig->ev.message);
}

static void
close_rig(struct rig *rig)
{
	arena_clear(&rig->arena);
}

static void
expect_text(struct slice got, const char *want, const char *name)
{
	cr_expect(slice_eq(got, slice_str(want)), "%s:\n%.*s", name, (int)got.n, got.p);
}

Test(block, nothing_evaluated)
{
	static const struct {
		const char *name;
		bool evaluated, partial;
		const char *want;
	} rows[] = {
		{"an error of ours", false, false, "Authentication-Results: mx.example; none\n"},
		{"over the size limit", false, true,
			"Authentication-Results: mx.example;\n"
			"\tspf=none reason=\"the message is over the size limit\";\n"
			"\tdkim=none reason=\"the message is over the size limit\";\n"
			"\tarc=none reason=\"the message is over the size limit\";\n"
			"\tdmarc=none reason=\"the message is over the size limit\"\n"},
		{"evaluated, nothing found", true, false,
			"Authentication-Results: "
			"mx.example;\n\tspf=none;\n\tdkim=none;\n\tarc=none;\n"
			"\tdmarc=none\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct rig rig;

		open_rig(&rig);
		rig.ev.evaluated = rows[i].evaluated;
		rig.ev.oversize = rows[i].partial;
		expect_text(block_field(&rig.ev).field, rows[i].want, rows[i].name);
		close_rig(&rig);
	}
}

/* a message of an authenticated user over the size limit still reports the user */
Test(block, authenticated_user_over_the_size_limit)
{
	struct rig rig;
	struct slice got;

	open_rig(&rig);
	rig.options.show_user = true;
	rig.ev.evaluated = false;
	rig.ev.oversize = true;
	rig.ev.intake.envelope.authenticated = SLICE("joe");
	got = block_field(&rig.ev).field;
	cr_expect(slice_starts(got, SLICE("Authentication-Results: mx.example;\n"
					  "\tauth=pass smtp.auth=joe;\n\tspf=none")));
	close_rig(&rig);
}

/* RFC 8601 2.7.4; the user's name is untrusted text like any other */
Test(block, authenticated_user)
{
	static const struct {
		const char *name, *user, *want;
	} rows[] = {
		{"an address", "joe@example.com", "\tauth=pass smtp.auth=joe@example.com;\n"},
		{"a name", "joe", "\tauth=pass smtp.auth=joe;\n"},
		{"more than a name", "joe; spf=pass", "\tauth=pass smtp.auth=\"joe; spf=pass\";\n"},
		{"a line end", "joe\r\nX: y", "\tauth=pass smtp.auth=\"joeX: y\";\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *head = "Authentication-Results: mx.example;\n";
		struct slice got;
		struct rig rig;

		open_rig(&rig);
		rig.ev.intake.envelope.authenticated = slice_str(rows[i].user);
		/* the field leaves the site: the user's name only if it was requested */
		got = block_field(&rig.ev).field;
		cr_expect(slice_starts(slice_from(got, strlen(head)), SLICE("\tauth=pass;\n")),
			"%s: %.*s", rows[i].name, (int)got.n, got.p);
		rig.options.show_user = true;
		got = block_field(&rig.ev).field;
		cr_expect(slice_starts(got, slice_str(head)), "%s", rows[i].name);
		got = slice_from(got, strlen(head));
		cr_expect(slice_starts(got, slice_str(rows[i].want)), "%s: %.*s", rows[i].name,
			(int)got.n, got.p);
		close_rig(&rig);
	}
}

/* our own downgrade is in the reason, never in policy.dmarc */
Test(block, downgrade_is_told)
{
	static const struct {
		const char *name, *reason, *sign, *want;
	} rows[] = {
		{"rejected", "nothing aligned passed", NULL,
			"\tdmarc=fail reason=\"nothing aligned passed\" header.from=example.com\n"
			"\t  policy.dmarc=reject\n"},
		{"a sign", "nothing aligned passed", "a List-Id field",
			"\tdmarc=fail\n\t  reason=\"nothing aligned passed, not rejected because "
			"of a List-Id\n field\" header.from=example.com policy.dmarc=reject\n"},
		{"a sign and no reason", NULL, "a List-Id field",
			"\tdmarc=fail reason=\"not rejected because of a List-Id field\"\n"
			"\t  header.from=example.com policy.dmarc=reject\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice got;
		struct rig rig;

		open_rig(&rig);
		rig.ev.results.dmarc = (struct dmarc_result){.code = AUTH_FAIL,
			.reason = any_reason(rows[i].reason, &rig.arena),
			.from_domain = SLICE("example.com"),
			.policy = DMARC_REJECT};
		rig.ev.verdict.indicator = rows[i].sign;
		got = block_field(&rig.ev).field;
		expect_text(slice_from(got, slice_rfind(slice_head(got, got.n - 1), ';') + 2),
			rows[i].want, rows[i].name);
		close_rig(&rig);
	}
}

static const struct row {
	const char *name;
	struct slice raw;
	bool received_spf, disposition_field, evaluated, local;
	const char *want;
} rows[] = {
	/* clang-format off */
	{"the field alone", SLICE_INIT("A: 1\n"), false, false, true, false, "F\n"},
	{"disposition", SLICE_INIT("A: 1\n"), false, true, true, false,
		"F\nMailstamp-Disposition: quarantine\n"},
	{"disposition, CRLF", SLICE_INIT("A: 1\r\n"), false, true, true, false,
		"F\nMailstamp-Disposition: quarantine\r\n"},
	{"Received-SPF", SLICE_INIT("A: 1\n"), true, false, true, false,
		"F\nReceived-SPF: none (no domain to ask) receiver=mx.example\n"},
	{"both, CRLF", SLICE_INIT("A: 1\r\n"), true, true, true, false,
		"F\nMailstamp-Disposition: quarantine\r\n"
		"Received-SPF: none (no domain to ask) receiver=mx.example\r\n"},
	{"no Received-SPF for what was not evaluated", SLICE_INIT("A: 1\n"), true, false, false, false,
		"F\n"},
	{"no Received-SPF for our own users", SLICE_INIT("A: 1\n"), true, false, true, true, "F\n"},
	{"white space first", SLICE_INIT(" A: 1\n"), false, false, true, false,
		"F\nMailstamp-Note: the message began with white space\n"},
	{"tab first, CRLF, everything", SLICE_INIT("\tA: 1\r\n"), true, true, true, false,
		"F\nMailstamp-Disposition: quarantine\r\n"
		"Received-SPF: none (no domain to ask) receiver=mx.example\r\n"
		"Mailstamp-Note: the message began with white space\r\n"},
	{"an empty line first is no white space", SLICE_INIT("\n"), false, false, true, false, "F\n"},
	{"empty", SLICE_INIT(""), false, true, true, false, "F\nMailstamp-Disposition: quarantine\n"},
	/* clang-format on */
};

Test(block, fields)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct rig rig;

		open_rig(&rig);
		message_parse(row->raw, 1000, 65536, &rig.arena, &rig.ev.message);
		rig.options.received_spf = row->received_spf;
		rig.ev.evaluated = row->evaluated;
		rig.ev.results.local = row->local;
		rig.ev.verdict.disposition = DISP_QUARANTINE;
		expect_text(block_make(&rig.ev, SLICE("F\n"), row->disposition_field), row->want,
			row->name);
		close_rig(&rig);
	}
}

/* Returns n octets: unit, repeated. */
static struct slice
fill(struct arena *arena, const char *unit, size_t n)
{
	char *p = arena_alloc(arena, n);

	for (size_t i = 0; i < n; i++)
		p[i] = unit[i % strlen(unit)];
	return slice_make(p, n);
}

/*
 * Whatever a client sends, Received-SPF stays one ASCII field: each line after the first begins
 * with a tab and has text after it, and none is longer than 998 octets (RFC 5322 2.1.1).
 */
Test(block, hostile_received_spf)
{
	static const struct {
		const char *name, *unit;
		size_t n;
	} table[] = {
		{"one long word", "a", 100000},
		{"many labels", "a.", 100000},
		{"blanks", " ", 100000},
		{"words", "a b  ", 100000},
		{"quotes", "\"\\", 100000},
		{"line ends", "\r\nX: y", 100000},
		{"NUL and 8-bit", "\x01\xff\x80", 5000},
		{"a blank at the edge of the line", "aaaaaaaaaaaaaaaaa ", 300},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct slice text, line, got;
		struct rig rig;

		open_rig(&rig);
		text = fill(&rig.arena, table[i].unit, table[i].n);
		rig.options.received_spf = true;
		rig.ev.intake.envelope.helo = text;
		rig.ev.intake.envelope.path = PATH_GIVEN;
		rig.ev.results.spf.identity = SPF_ID_MAILFROM;
		rig.ev.results.spf.sender = text;
		got = block_make(&rig.ev, SLICE(""), false);
		cr_expect(got.n > 0 && got.n < 3000, "%s: %zu octets", table[i].name, got.n);
		for (bool first = true; line_next(&got, &line); first = false) {
			if (!first)
				cr_expect(line.n > 2 && line.p[0] == '\t' && line.p[1] > ' ',
					"%s: %.*s", table[i].name, (int)line.n, line.p);
			cr_expect(line.n <= 999 && line.p[line.n - 1] == '\n', "%s: line",
				table[i].name);
			for (size_t c = 1; c + 1 < line.n; c++)
				cr_expect(line.p[c] >= ' ' && line.p[c] <= '~', "%s: octet",
					table[i].name);
		}
		close_rig(&rig);
	}
}
