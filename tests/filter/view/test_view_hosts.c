#include "filter/view/view_hosts.h"

#include <criterion/criterion.h>

#include "tests/support/plain_row.h"

#define AUTHOR "example.com"
#define HOST "203.0.113.7"

/* A message of the archive; s: NULL for no signature. */
struct held {
	const char *ip, *id, *s;
	enum auth_code code; /* of the signature */
};

static const struct proof_row {
	const char *name;
	struct held held[3];
	const char *selector; /* in the row of the report */
	bool known;
	enum view_reason told, reason;
} proofs[] = {
	{"a copy of a message that came aligned",
		{{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_COPY},
	{"the copy came first",
		{{HOST, "<1>", "s", AUTH_FAIL}, {"192.0.2.1", "<1>", "s", AUTH_PASS}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_COPY},
	{"from a host inside", {{"10.0.0.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}},
		"s", true, VIEW_BY_NONE, VIEW_BY_COPY},
	{"the reporter is nobody's known receiver",
		{{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}}, "s", false,
		VIEW_BY_NONE, VIEW_BY_ARCHIVE},
	{"the row has another signature",
		{{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}}, "t", true,
		VIEW_BY_NONE, VIEW_BY_ARCHIVE},
	{"the row has none", {{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}},
		"", true, VIEW_BY_REPORTER, VIEW_BY_ARCHIVE},
	{"another Message-ID",
		{{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<2>", "s", AUTH_FAIL}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_NONE},
	{"no Message-ID", {{"192.0.2.1", "", "s", AUTH_PASS}, {HOST, "", "s", AUTH_FAIL}}, "s",
		true, VIEW_BY_NONE, VIEW_BY_NONE},
	{"another selector", {{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "t", AUTH_FAIL}},
		"s", true, VIEW_BY_REPORTER, VIEW_BY_REPORTER},
	{"no signature in the copy",
		{{"192.0.2.1", "<1>", "s", AUTH_PASS}, {HOST, "<1>", NULL, AUTH_NONE}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_NONE},
	{"the first one was not aligned",
		{{"192.0.2.1", "<1>", "s", AUTH_FAIL}, {HOST, "<1>", "s", AUTH_FAIL}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_NONE},
	{"both from that host", {{HOST, "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}}, "s",
		true, VIEW_BY_NONE, VIEW_BY_NONE},
	{"nobody knows where the first one came from",
		{{"", "<1>", "s", AUTH_PASS}, {HOST, "<1>", "s", AUTH_FAIL}}, "s", true,
		VIEW_BY_NONE, VIEW_BY_NONE},
};

static void
hold(struct view_hosts *hosts, const struct held *held)
{
	const struct row_signature signature = {AUTHOR, held->s, held->code, true, ""};
	struct row row = plain_row();

	row.client_ip = held->ip;
	row.message_id = held->id;
	row.signatures = &signature;
	row.nsignatures = held->s != NULL ? 1 : 0;
	row.dmarc = held->code == AUTH_PASS ? AUTH_PASS : AUTH_FAIL;
	view_hosts_hold(hosts, &row);
}

Test(view_hosts, what_proves_a_forwarder)
{
	for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
		const struct proof_row *row = &proofs[i];
		struct feedback_row told = {.nresults = 1};
		struct view_hosts *hosts;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		hosts = view_hosts_new(&arena);
		for (size_t k = 0; k < 3 && row->held[k].ip != NULL; k++)
			hold(hosts, &row->held[k]);
		view_hosts_settle(hosts);
		told.results[0] = (struct feedback_result){.domain = SLICE(AUTHOR),
			.selector = slice_str(row->selector),
			.result = SLICE("fail")};
		cr_expect_eq(
			view_hosts_reason(hosts, view_hosts_take(hosts, SLICE(AUTHOR), SLICE(HOST)),
				&told, row->known, row->told),
			row->reason, "%s", row->name);
		view_hosts_free(hosts);
		arena_clear(&arena);
	}
}

Test(view_hosts, a_failure_report)
{
	const struct held original = {"192.0.2.1", "<1>", "s", AUTH_PASS};
	struct feedback_failure failure = {.source = SLICE(HOST),
		.header_from = SLICE(AUTHOR),
		.dkim_domain = SLICE(AUTHOR),
		.dkim_selector = SLICE("t"),
		.message_id = SLICE(" <1> ")};
	struct view_hosts *hosts;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	hosts = view_hosts_new(&arena);
	hold(hosts, &original);
	view_hosts_settle(hosts);
	view_hosts_reported(hosts, &failure);
	cr_expect_eq(view_hosts_take(hosts, SLICE(AUTHOR), SLICE(HOST))->held_by, VIEW_BY_NONE);
	failure.dkim_selector = SLICE("s");
	view_hosts_reported(hosts, &failure);
	cr_expect_eq(view_hosts_take(hosts, SLICE(AUTHOR), SLICE(HOST))->held_by, VIEW_BY_REPORTED);
	cr_expect(view_hosts_has(hosts, SLICE(AUTHOR), SLICE("<1>"), SLICE(AUTHOR), SLICE("s")));
	cr_expect_not(
		view_hosts_has(hosts, SLICE(AUTHOR), SLICE("<1>"), SLICE(AUTHOR), SLICE("t")));
	cr_expect_null(view_hosts_find(hosts, SLICE("example.net"), SLICE(HOST)));
	view_hosts_free(hosts);
	arena_clear(&arena);
}
