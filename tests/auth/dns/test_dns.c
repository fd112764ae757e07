/* test_dns.c: names that can be queried, the cache, interruption, time-outs */
#include <criterion/criterion.h>

#include "auth/dns/dns_backend.h"
#include "mime/buf.h"
#include "tests/support/dns_text.h"

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LIT(s)                                                                                     \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}

static const struct name_row {
	const char *name;
	struct slice question;
	const char *answer;
} name_rows[] = {
	{"normal", LIT("a.example"), "nxdomain"},
	{"single label", LIT("a"), "nxdomain"},
	{"one dot at the end", LIT("a.example."), "nxdomain"},
	{"empty", LIT(""), "bad name cannot be asked"},
	{"dot", LIT("."), "bad name cannot be asked"},
	{"two dots at the end", LIT("a.example.."), "bad name cannot be asked"},
	{"dot first", LIT(".a.example"), "bad name cannot be asked"},
	{"empty label", LIT("a..example"), "bad name cannot be asked"},
	{"label of 63", LIT(X63 ".example"), "nxdomain"},
	{"label of 64", LIT("x" X63 ".example"), "bad name cannot be asked"},
	{"253 octets",
		LIT("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx." X63 "." X63
		    "." X63),
		"nxdomain"},
	{"254 octets",
		LIT("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx." X63 "." X63
		    "." X63),
		"bad name cannot be asked"},
	{"blank, backslash, 8-bit", LIT("a \\.b\377.example"), "nxdomain"},
	{"NUL", LIT("a\0b.example"), "nxdomain"},
};

Test(dns, names)
{
	for (size_t i = 0; i < sizeof name_rows / sizeof name_rows[0]; i++) {
		const struct name_row *row = &name_rows[i];
		struct arena arena;
		struct dns *dns;
		struct error error;
		const char *text;

		arena_init(&arena, NULL, NULL);
		cr_assert_eq(dns_open_zone(SLICE(""), &arena, &dns, &error), ST_OK);
		dns_ask(dns, row->question, DNS_TXT);
		text = dns_text(dns_get(dns, row->question, DNS_TXT, 0), DNS_TXT, &arena);
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		cr_expect_eq(dns_asked(dns), strncmp(text, "bad", 3) == 0 ? 0 : 1, "%s", row->name);
		dns_free(dns);
		arena_clear(&arena);
	}
}

/* A back end with a clock that the test sets. */
struct script {
	int64_t now;
	int64_t answer_at; /* when answers come; 0 never */
	size_t started, waits;
	struct dns_question *last;
	bool freed;
};

static void
script_start(void *self, struct dns_question *question)
{
	struct script *script = self;

	script->started++;
	script->last = question;
}

static void
script_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct script *script = self;
	struct dns_answer answer = dns_outcome_answer(DNS_OUT_NXDOMAIN);
	bool come = script->answer_at != 0 && script->answer_at <= script->now;
	bool comes = come || (script->answer_at != 0 && script->answer_at <= until_ms);
	int64_t then = comes ? script->answer_at : until_ms;

	script->waits++;
	if (then > script->now)
		script->now = then;
	if (comes && question == script->last)
		dns_question_answer(script->last, &answer);
}

static int64_t
script_clock(const void *self)
{
	const struct script *script = self;

	return script->now;
}

static void
script_free(void *self)
{
	struct script *script = self;

	script->freed = true;
}

static struct dns *
open_script(struct script *script, int64_t timeout_ms, int64_t deadline_ms)
{
	static const struct dns_backend backend = {
		script_start, script_wait, script_clock, script_free};
	struct dns *dns = dns_new(NULL, NULL);

	dns_attach(dns, &backend, script, timeout_ms, deadline_ms);
	return dns;
}

static const struct time_row {
	const char *name;
	int64_t timeout, deadline, until; /* the clock starts at 1000 */
	int64_t idle;                     /* how long the test waits before dns_get */
	int64_t answer_at;
	const char *answer;
	int64_t end; /* the clock after dns_get */
} time_rows[] = {
	{"in time", 5000, 60000, 0, 0, 1200, "nxdomain", 1200},
	{"never", 5000, 60000, 0, 0, 0, "temp timeout", 6000},
	{"too late", 5000, 60000, 0, 0, 6001, "temp timeout", 6000},
	{"the caller's bound", 5000, 60000, 3000, 0, 0, "temp timeout", 3000},
	{"the caller's bound is later", 5000, 60000, 9000, 0, 0, "temp timeout", 6000},
	{"the caller's bound has passed", 5000, 60000, 500, 0, 0, "temp timeout", 1000},
	{"passed, but the answer has come", 5000, 60000, 1500, 1000, 1400, "nxdomain", 2000},
	{"the deadline", 5000, 4000, 0, 0, 0, "temp deadline", 4000},
	{"the deadline after a long reading", 5000, 4000, 0, 9000, 0, "temp deadline", 10000},
	{"long reading costs no time", 5000, 60000, 0, 9000, 0, "temp timeout", 15000},
	{"no bounds at all", INT64_MAX, INT64_MAX, 0, 0, 99999, "nxdomain", 99999},
};

Test(dns, time)
{
	for (size_t i = 0; i < sizeof time_rows / sizeof time_rows[0]; i++) {
		const struct time_row *row = &time_rows[i];
		struct script script = {.now = 1000, .answer_at = row->answer_at};
		struct dns *dns = open_script(&script, row->timeout, row->deadline);
		struct arena arena;
		const char *text;

		arena_init(&arena, NULL, NULL);
		dns_ask(dns, SLICE("a.example"), DNS_TXT);
		script.now += row->idle;
		text = dns_text(
			dns_get(dns, SLICE("a.example"), DNS_TXT, row->until), DNS_TXT, &arena);
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		cr_expect_eq(script.now, row->end, "%s: %lld", row->name, (long long)script.now);
		dns_free(dns);
		cr_expect(script.freed, "%s", row->name);
		arena_clear(&arena);
	}
}

Test(dns, what_was_told_stays)
{
	struct script script = {.now = 1000};
	struct dns *dns = open_script(&script, 100, 60000);
	struct dns_answer late = dns_outcome_answer(DNS_OUT_NXDOMAIN);
	const struct dns_answer *answer = dns_get(dns, SLICE("a.example"), DNS_A, 0);

	cr_expect_eq(answer->status, DNS_TEMP);
	dns_question_answer(script.last, &late);
	cr_expect_eq(dns_get(dns, SLICE("a.example"), DNS_A, 0), answer);
	cr_expect_eq(answer->status, DNS_TEMP);
	dns_free(dns);
}

Test(dns, one_question_is_asked_once)
{
	struct script script = {.now = 1000, .answer_at = 1001};
	struct dns *dns = open_script(&script, 5000, 60000);
	const struct dns_answer *answer;

	dns_ask(dns, SLICE("a.example"), DNS_A);
	dns_ask(dns, SLICE("A.Example"), DNS_A);
	dns_ask(dns, SLICE("a.example."), DNS_A);
	answer = dns_get(dns, SLICE("a.EXAMPLE"), DNS_A, 0);
	cr_expect_eq(dns_get(dns, SLICE("a.example"), DNS_A, 0), answer);
	cr_expect_eq(script.started, 1);
	cr_expect_eq(script.waits, 1);
	dns_ask(dns, SLICE("a.example"), DNS_AAAA);
	cr_expect_eq(script.started, 2, "another type is another question");
	cr_expect_eq(dns_asked(dns), 2);
	dns_free(dns);
}

Test(dns, questions_asked_together_share_one_time_out)
{
	struct script script = {.now = 1000};
	struct dns *dns = open_script(&script, 5000, 60000);
	static const char *const names[] = {"a", "b", "c", "d"};

	for (size_t i = 0; i < 4; i++)
		dns_ask(dns, slice_str(names[i]), DNS_A);
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(dns_get(dns, slice_str(names[i]), DNS_A, 0)->status, DNS_TEMP);
	cr_expect_eq(script.now, 6000);
	cr_expect_eq(dns_get(dns, SLICE("e"), DNS_A, 0)->status, DNS_TEMP);
	cr_expect_eq(script.now, 11000, "a later question has its own");
	dns_free(dns);
}

Test(dns, past_the_deadline_nothing_is_sent)
{
	struct script script = {.now = 60000};
	struct dns *dns = open_script(&script, 5000, 60000);

	cr_expect_eq(dns_get(dns, SLICE("a"), DNS_A, 0)->outcome, DNS_OUT_DEADLINE);
	cr_expect_eq(script.started, 0);
	dns_free(dns);
}

struct seen {
	struct arena *arena;
	struct buf text;
};

static void
see(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	struct seen *seen = arg;

	buf_add(&seen->text, name);
	buf_addf(&seen->text, " %s %s\n", dns_type_word(type), dns_text(answer, type, seen->arena));
}

static struct slice
all(const struct dns *dns, struct arena *arena)
{
	struct seen seen = {.arena = arena};

	buf_init(&seen.text, arena, 1 << 20);
	dns_each(dns, see, &seen);
	return buf_slice(&seen.text);
}

Test(dns, each_in_the_order_of_first_asking)
{
	struct arena arena;
	struct dns *dns;
	struct error error = {.path = NULL};

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_open_zone(SLICE("z. 5 A 192.0.2.1\n"), &arena, &dns, &error), ST_OK);
	dns_ask(dns, SLICE("Z"), DNS_A);
	(void)dns_get(dns, SLICE("b.example"), DNS_MX, 0);
	(void)dns_get(dns, SLICE("z"), DNS_A, 0);
	(void)dns_get(dns, SLICE("z"), DNS_CNAME, 0);
	cr_expect(slice_eq(all(dns, &arena),
		slice_str("z A ok 5 192.0.2.1\nb.example MX nxdomain\nz CNAME nodata\n")));
	dns_free(dns);
	arena_clear(&arena);
}

Test(dns, each_tells_what_nobody_waited_for)
{
	struct script script = {.now = 1};
	struct dns *dns = open_script(&script, 5000, 60000);
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	dns_ask(dns, SLICE("a"), DNS_A);
	cr_expect(slice_eq(all(dns, &arena), slice_str("a A temp answer not waited for\n")));
	dns_free(dns);
	arena_clear(&arena);
}

Test(dns, broken)
{
	struct arena arena;
	struct dns *dns;
	struct error error = {.path = NULL};

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(dns_open_zone(SLICE("a. 5 A 192.0.2.1\na. TXT x\nb. A 192.0.2.2\n"), &arena,
			     &dns, &error),
		ST_OK);
	cr_expect_eq(dns_get(dns, SLICE("a"), DNS_A, 0)->status, DNS_OK);
	dns_break(dns, SLICE("A"), DNS_A);
	dns_break(dns, SLICE("b"), DNS_A);
	dns_break(dns, SLICE("not..a.name"), DNS_A);
	cr_expect_eq(dns_asked(dns), 1, "breaking is not asking");
	cr_expect_eq(
		dns_get(dns, SLICE("a"), DNS_A, 0)->outcome, DNS_OUT_TIMEOUT, "from the cache");
	cr_expect_eq(
		dns_get(dns, SLICE("b"), DNS_A, 0)->outcome, DNS_OUT_TIMEOUT, "before it is asked");
	cr_expect_eq(dns_get(dns, SLICE("a"), DNS_TXT, 0)->status, DNS_OK, "another type");
	cr_expect_eq(dns_asked(dns), 3);
	dns_free(dns);
	arena_clear(&arena);
}

Test(dns, words)
{
	static const enum dns_type types[] = {DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};
	static const char *const type_words[] = {"A", "CNAME", "PTR", "MX", "TXT", "AAAA"};
	static const char *const status_words[] = {"ok", "nodata", "nxdomain", "temp", "bad"};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		cr_expect_str_eq(dns_type_word(types[i]), type_words[i]);
	for (int i = DNS_OK; i <= DNS_BAD; i++)
		cr_expect_str_eq(dns_status_word((enum dns_status)i), status_words[i]);
	for (int i = 0; i < DNS_OUTCOMES; i++) {
		const struct dns_outcome *outcome = dns_outcome((enum dns_outcome_id)i);
		struct dns_answer answer = dns_outcome_answer((enum dns_outcome_id)i);

		cr_expect_eq(dns_outcome_by_word(slice_str(outcome->word)), outcome, "%s",
			outcome->word);
		cr_expect_eq(dns_outcome_of(&answer), outcome, "%s", outcome->word);
		cr_expect_eq(dns_why(&answer), outcome->why, "%s", outcome->word);
		cr_expect_eq(dns_why(&answer) != NULL, dns_why_word(&answer) != NULL, "%s",
			outcome->word);
	}
	cr_expect_null(dns_outcome_by_word(SLICE("SERVFAI")));
	dns_free(NULL);
}

/* Over the limit new queries are neither sent nor recorded; those for the policy are sent. */
Test(dns, limit)
{
	for (size_t max = 0; max <= 3; max++) {
		static const char *const names[] = {"a.example", "b.example", "a.example"};
		struct script script = {.now = 1000, .answer_at = 1000};
		struct dns *dns = open_script(&script, 5000, 60000);
		size_t held = 0;

		dns_limit(dns, max);
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			const struct dns_answer *answer;

			dns_ask(dns, slice_str(names[i]), DNS_TXT);
			answer = dns_get(dns, slice_str(names[i]), DNS_TXT, 0);
			held += answer->outcome == DNS_OUT_MANY && answer->status == DNS_BAD;
		}
		cr_expect_eq(held, max == 0 ? 3 : max == 1 ? 1 : 0, "%zu: %zu", max, held);
		cr_expect_eq(dns_asked(dns), max < 2 ? max : 2, "%zu", max);
		cr_expect_eq(script.started, max < 2 ? max : 2, "%zu", max);
		dns_ask_policy(dns, SLICE("b.example"), DNS_TXT);
		cr_expect_eq(dns_get_policy(dns, SLICE("b.example"), DNS_TXT, 0)->status,
			DNS_NXDOMAIN, "%zu", max);
		cr_expect_eq(dns_get(dns, SLICE("b.example"), DNS_TXT, 0)->status, DNS_NXDOMAIN,
			"%zu: what was asked is known", max);
		cr_expect_str_eq(dns_outcome(DNS_OUT_MANY)->word, "MANY");
		dns_free(dns);
	}
}

/* What the policy asks is not taken from what the others may ask. */
Test(dns, limit_of_others)
{
	struct script script = {.now = 1000, .answer_at = 1000};
	struct dns *dns = open_script(&script, 5000, 60000);

	dns_limit(dns, 1);
	dns_ask_policy(dns, SLICE("a.example"), DNS_TXT);
	dns_ask_policy(dns, SLICE("b.example"), DNS_TXT);
	dns_ask(dns, SLICE("a.example"), DNS_TXT);
	cr_expect_eq(dns_get(dns, SLICE("c.example"), DNS_TXT, 0)->status, DNS_NXDOMAIN);
	cr_expect_eq(dns_get(dns, SLICE("d.example"), DNS_TXT, 0)->outcome, DNS_OUT_MANY);
	cr_expect_eq(dns_asked(dns), 3);
	dns_free(dns);
}

/* The time for all queries begins when the message is available. */
Test(dns, begin)
{
	struct script script = {.now = 1000};
	struct dns *dns = open_script(&script, 5000, 4000);

	script.now = 9000;
	dns_begin(dns, 3000);
	cr_expect_eq(dns_get(dns, SLICE("a.example"), DNS_TXT, 0)->outcome, DNS_OUT_DEADLINE);
	cr_expect_eq(script.now, 12000);
	dns_free(dns);
	dns = open_script(&script, 5000, INT64_MAX);
	dns_begin(dns, 1000);
	(void)dns_get(dns, SLICE("a.example"), DNS_TXT, 0);
	cr_expect_eq(script.now, 17000, "none stays none");
	dns_free(dns);
}
