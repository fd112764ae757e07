#include "filter/stats/elsewhere.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/stats/stats.h"
#include "filter/stats/stats_list.h"
#include "tests/support/plain_row.h"

static struct row
made(enum auth_code dmarc, const char *author, const char *id, const char *ip)
{
	struct row row = plain_row();

	row.dmarc = dmarc;
	row.author_domain = author;
	row.message_id = id;
	row.client_ip = ip;
	row.sender.class = dmarc == AUTH_PASS ? SENDER_PASSES : SENDER_FORGED;
	return row;
}

static const struct {
	const char *name;
	struct {
		const char *author, *id, *ip;
		bool spf; /* aligned by SPF; otherwise by DKIM */
	} passed;
	const char *author, *id, *ip;
	enum sender_class want;
	enum sender_evidence by;
	const char *b[2]; /* b= of the author's signature: passed, failed; NULL: none */
} rows[] = {
	{"the same Message-ID", {"example.com", "<1@x>", "192.0.2.1", false}, "example.com",
		"<1@x>", "203.0.113.9", SENDER_FORWARDER, SENDER_BY_COPY, {NULL, NULL}},
	{"the same signature, broken", {"example.com", "<1@x>", "192.0.2.1", false}, "example.com",
		"<1@x>", "203.0.113.9", SENDER_FORWARDER, SENDER_BY_COPY,
		{"AbCdEfGhIjKlMnOp", "AbCdEfGhIjKlMnOp"}},
	{"a Message-ID that a forger knows", {"example.com", "<1@x>", "192.0.2.1", false},
		"example.com", "<1@x>", "203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING,
		{"AbCdEfGhIjKlMnOp", NULL}},
	{"and with a signature that he made up", {"example.com", "<1@x>", "192.0.2.1", false},
		"example.com", "<1@x>", "203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING,
		{"AbCdEfGhIjKlMnOp", "ZbCdEfGhIjKlMnOp"}},
	{"a signature where there was none", {"example.com", "<1@x>", "192.0.2.1", false},
		"example.com", "<1@x>", "203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING,
		{NULL, "AbCdEfGhIjKlMnOp"}},
	{"another Message-ID", {"example.com", "<1@x>", "192.0.2.1", false}, "example.com", "<2@x>",
		"203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
	{"of another author", {"example.net", "<1@x>", "192.0.2.1", false}, "example.com", "<1@x>",
		"203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
	{"of an author below", {"a.example.com", "<1@x>", "192.0.2.1", false}, "example.com",
		"<1@x>", "203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
	{"no Message-ID at all", {"example.com", "", "192.0.2.1", false}, "example.com", "",
		"203.0.113.9", SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
	{"the same host, by SPF", {"example.com", "<1@x>", "192.0.2.1", true}, "example.com",
		"<2@x>", "192.0.2.1", SENDER_OWN, SENDER_BY_ELSEWHERE, {NULL, NULL}},
	{"the same host, by a signature that it may have replayed",
		{"example.com", "<1@x>", "192.0.2.1", false}, "example.com", "<2@x>", "192.0.2.1",
		SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
	{"the same host of a shared service's other customer",
		{"other.example", "<1@x>", "192.0.2.1", true}, "example.com", "<2@x>", "192.0.2.1",
		SENDER_FORGED, SENDER_BY_NOTHING, {NULL, NULL}},
};

/* Adds the failing message before the passing one (first) or after it, and checks its class. */
static void
judge(size_t i, bool first)
{
	struct stats *stats = stats_new(NULL, 0, false);
	struct row passed =
		made(AUTH_PASS, rows[i].passed.author, rows[i].passed.id, rows[i].passed.ip);
	struct row failed = made(AUTH_FAIL, rows[i].author, rows[i].id, rows[i].ip);
	const struct row_signature signatures[] = {
		{rows[i].author, "s1", AUTH_PASS, true, rows[i].b[0]},
		{rows[i].author, "s1", AUTH_FAIL, true, rows[i].b[1]}};
	const struct stats_source *source;
	size_t at = first ? 0 : 1;

	passed.spf = rows[i].passed.spf ? AUTH_PASS : AUTH_FAIL;
	passed.spf_aligned = true;
	passed.spf_domain = passed.author_domain;
	passed.dkim_aligned = !rows[i].passed.spf;
	passed.signatures = &signatures[0];
	passed.nsignatures = rows[i].b[0] != NULL ? 1 : 0;
	failed.signatures = &signatures[1];
	failed.nsignatures = rows[i].b[1] != NULL ? 1 : 0;
	failed.has_date = true;
	failed.date = 86400;
	cr_assert(stats_add(stats, first ? &failed : &passed));
	cr_assert(stats_add(stats, first ? &passed : &failed));
	source = &stats->sources[stats->nsources > 1 ? at : 0];
	cr_expect_eq(
		source->counts.classes[rows[i].want], (uint64_t)1, "%s %d", rows[i].name, first);
	cr_expect_eq(stats_source_sender(source).by, rows[i].by, "%s %d", rows[i].name, first);
	cr_expect_eq(stats->periods[0].counts.known_fails,
		(uint64_t)(sender_is_hurt(rows[i].want) ? 1 : 0), "%s", rows[i].name);
	cr_expect_eq(stats->periods[0].counts.unauthenticated_fails,
		(uint64_t)(rows[i].want == SENDER_FORGED ? 1 : 0), "%s", rows[i].name);
	cr_expect_eq(stats->messages[0].row->sender.class, rows[i].want, "%s", rows[i].name);
	stats_free(stats);
}

Test(elsewhere, what_another_message_shows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		judge(i, true);
		judge(i, false);
	}
}

/* A host that others also use: one who passes for a name of his own is not the author. */
Test(elsewhere, another_one_at_the_same_host)
{
	static const struct {
		const char *domain;
		enum sender_class class;
	} names[] = {
		{"forger.onmicrosoft.com", SENDER_DECIDE},
		{"forger.example", SENDER_DECIDE},
		{"example.com.forger.example", SENDER_DECIDE},
		{"outlook.com", SENDER_DECIDE},
		{"em123.sendgrid.net", SENDER_SERVICE},
		{"news.example.com", SENDER_OWN},
	};

	for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
		struct stats *stats = stats_new(NULL, 0, false);
		struct row passed = made(AUTH_PASS, "example.com", "<1@x>", "192.0.2.1");
		struct row failed = made(AUTH_FAIL, "example.com", "<2@x>", "192.0.2.1");
		const bool first = i % 2 == 0;
		const struct row_signature signature = {
			names[i / 2].domain, "s1", AUTH_PASS, false, NULL};

		passed.spf = AUTH_PASS;
		passed.spf_aligned = true;
		passed.spf_domain = passed.author_domain;
		failed.signatures = &signature;
		failed.nsignatures = 1;
		failed.sender = (struct sender){SENDER_DECIDE, SENDER_BY_PASS};
		cr_assert(stats_add(stats, first ? &failed : &passed));
		cr_assert(stats_add(stats, first ? &passed : &failed));
		cr_expect_eq(stats->messages[0].row->sender.class, names[i / 2].class, "%s: %d",
			names[i / 2].domain, (int)stats->messages[0].row->sender.class);
		stats_free(stats);
	}
}

static void
count_moved(void *arg, const struct elsewhere_message *message, struct sender now)
{
	(void)message;
	cr_expect_eq(now.class, SENDER_FORWARDER);
	++*(size_t *)arg;
}

Test(elsewhere, memory_is_bounded_and_each_message_moves_once)
{
	enum { MANY = ELSEWHERE_WAITING + 1000 };
	size_t moved = 0;
	struct elsewhere *elsewhere = elsewhere_new(count_moved, &moved);
	struct elsewhere_message message = {.sender = {SENDER_FORGED, SENDER_BY_NOTHING}};
	char id[32];

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < MANY; i++) {
			struct row row =
				made(pass == 0 ? AUTH_FAIL : AUTH_PASS, "example.com", id, "");

			(void)snprintf(id, sizeof id, "<%zu@x>", i);
			row.dkim_aligned = pass == 1;
			message.sender.class = pass == 0 ? SENDER_FORGED : SENDER_PASSES;
			cr_assert(elsewhere_add(elsewhere, &row, &message));
		}
	cr_expect(moved <= ELSEWHERE_WAITING && moved > ELSEWHERE_WAITING / 100 * 99, "%zu", moved);
	elsewhere_free(elsewhere);
}

/* Adds copies of one message from many hosts, before the message itself (first) or after it. */
static void
replay(bool first)
{
	enum { HOSTS = 50 };
	size_t moved = 0, found = 0;
	struct elsewhere *elsewhere = elsewhere_new(count_moved, &moved);
	struct elsewhere_message message = {.sender = {SENDER_FORGED, SENDER_BY_NOTHING}};
	struct row aligned = made(AUTH_PASS, "example.com", "<1@x>", "192.0.2.1");
	char ip[32];

	aligned.dkim_aligned = true;
	if (!first)
		cr_assert(elsewhere_add(elsewhere, &aligned,
			&(struct elsewhere_message){.sender = {SENDER_PASSES, SENDER_BY_NOTHING}}));
	for (size_t i = 0; i < 2 * HOSTS; i++) { /* twice from each */
		struct row row = made(AUTH_FAIL, "example.com", "<1@x>", ip);

		(void)snprintf(ip, sizeof ip, "203.0.113.%zu", i % HOSTS);
		message.sender = elsewhere_look(
			elsewhere, &row, (struct sender){SENDER_FORGED, SENDER_BY_NOTHING}, false);
		found += message.sender.class == SENDER_FORWARDER;
		cr_assert(elsewhere_add(elsewhere, &row, &message));
	}
	if (first)
		cr_assert(elsewhere_add(elsewhere, &aligned,
			&(struct elsewhere_message){.sender = {SENDER_PASSES, SENDER_BY_NOTHING}}));
	cr_expect_eq(first ? moved : found, (size_t)2 * ELSEWHERE_HOSTS, "%d: %zu", first,
		first ? moved : found);
	elsewhere_free(elsewhere);
}

Test(elsewhere, copies_from_many_hosts_are_a_replay)
{
	replay(true);
	replay(false);
}
