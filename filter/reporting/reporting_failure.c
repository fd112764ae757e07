#include "filter/reporting/reporting_failure.h"

#include <inttypes.h>
#include <stdio.h>

#include "auth/dns/dns.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/io/clock.h"
#include "filter/reporting/reporting_mail.h"
#include "filter/reporting/reporting_store.h"
#include "filter/verdict/evaluate.h"

enum {
	FIELDS_MAX = 16 * 1024,
	TEXT_MAX = 1024,
	WAIT = 3600,               /* seconds until the next attempt */
	EXPIRES = 2 * DAY_SECONDS, /* seconds after the first message */
	RUN_MAX = 10000
};

struct failure {
	struct failure *next;
	int64_t id, policy, day, first;
	struct slice fields, header;
};

static void
add_line(struct buf *out, const char *name, struct slice value)
{
	if (value.n == 0)
		return;
	buf_addf(out, "%s: ", name);
	buf_add(out, value);
	buf_addc(out, '\n');
}

/* Adds Authentication-Results (RFC 8601 2.2) without personal data. */
static void
add_results(struct buf *out, const struct aggregate_event *event)
{
	struct slice rest = event->row.results, line;

	buf_adds(out, "Authentication-Results: ");
	buf_add(out, event->authserv_id);
	while (aggregate_line(&rest, &line)) {
		const bool dkim = slice_eq(aggregate_part(&line), SLICE("dkim"));
		const struct slice domain = aggregate_part(&line),
				   selector = dkim ? aggregate_part(&line) : SLICE("");
		const struct slice result = aggregate_part(&line);

		buf_adds(out, dkim ? ";\n dkim=" : ";\n spf=");
		buf_add(out, result);
		buf_adds(out, dkim ? " header.d=" : " smtp.mailfrom=");
		buf_add(out, domain);
		if (dkim)
			buf_adds(out, " header.s=");
		buf_add(out, selector);
	}
	buf_addf(out, ";\n dmarc=%s header.from=", event->failed ? "fail" : "pass");
	buf_add(out, event->row.header_from);
	buf_addc(out, '\n');
}

/* RFC 9991 3: the methods that did not authenticate an aligned identity */
static const char *
identity_alignment(const struct aggregate_row *row)
{
	if (row->dkim)
		return row->spf ? "none" : "spf";
	return row->spf ? "dkim" : "dkim, spf";
}

static const char *
delivery_result(const char *disposition)
{
	if (strcmp(disposition, "reject") == 0)
		return "reject";
	return strcmp(disposition, "quarantine") == 0 ? "spam" : "delivered";
}

struct slice
reporting_failure_fields(const struct aggregate_event *event, struct arena *arena)
{
	char date[REPORTING_DATE];
	struct buf out;

	buf_init(&out, arena, FIELDS_MAX);
	buf_adds(&out, "Feedback-Type: auth-failure\nUser-Agent: mailstamp/" MAILSTAMP_VERSION
		       "\nVersion: 1\nAuth-Failure: dmarc\n");
	add_results(&out, event);
	buf_addf(&out, "Identity-Alignment: %s\n", identity_alignment(&event->row));
	add_line(&out, "Reported-Domain", event->row.header_from);
	add_line(&out, "Source-IP", event->row.source_ip);
	buf_addf(&out, "Arrival-Date: %s\n", reporting_mail_date(event->time, date));
	if (event->row.envelope_from.n > 0) {
		buf_adds(&out, "Original-Mail-From: redacted@");
		buf_add(&out, event->row.envelope_from);
		buf_addc(&out, '\n');
	}
	buf_addf(&out, "Delivery-Result: %s\n", delivery_result(event->row.disposition));
	add_line(&out, "DKIM-Domain", event->dkim_domain);
	add_line(&out, "DKIM-Identity", event->dkim_identity);
	add_line(&out, "DKIM-Selector", event->dkim_selector);
	add_line(&out, "SPF-DNS", event->spf_dns);
	return buf_slice(&out);
}

enum status
reporting_failure_note(struct store *store, const struct reporting_line *line,
	const struct aggregate_event *event, struct slice digest)
{
	struct store_query *query = store_query(store,
		"INSERT INTO out_failure (policy, day, digest, incidents, told, first, fields,"
		" header, state, next) SELECT p.id, ?2, ?3, 1, 0, ?4, ?5, ?6, 0, 0"
		" FROM out_policy p WHERE p.digest = ?1"
		" AND NOT EXISTS (SELECT 1 FROM out_seen WHERE digest = ?7)"
		" ON CONFLICT (policy, day, digest) DO UPDATE SET"
		" incidents = out_failure.incidents + 1");
	struct arena arena;
	enum status st;

	arena_init(&arena, NULL, NULL);
	store_bind_text(query, 1, line->policy);
	store_bind_int(query, 2, line->day);
	store_bind_text(query, 3, digest);
	store_bind_int(query, 4, event->time);
	store_bind_text(query, 5, reporting_failure_fields(event, &arena));
	store_bind_text(query, 6, event->header);
	store_bind_text(query, 7, line->digest);
	st = store_run_later(query);
	arena_clear(&arena);
	return st;
}

/* sending */

static enum status
set_state(struct reporting_post *post, int64_t id, enum reporting_state state, int64_t next)
{
	struct store_query *query = store_query(
		post->store, "UPDATE out_failure SET state = ?1, next = ?2 WHERE id = ?3");

	store_bind_int(query, 1, (int64_t)state);
	store_bind_int(query, 2, next);
	store_bind_int(query, 3, id);
	return store_run(query);
}

/* Sets *over if the limit of reports for the domain and day is reached. */
static enum status
is_over(struct reporting_post *post, const struct failure *failure, struct slice domain, bool *over)
{
	struct store_query *query = store_query(post->store,
		"SELECT COUNT(*) FROM out_failure f JOIN out_policy p ON p.id = f.policy"
		" WHERE p.domain = ?1 AND f.day = ?2 AND f.state = ?3");
	enum store_step step;

	store_bind_text(query, 1, domain);
	store_bind_int(query, 2, failure->day);
	store_bind_int(query, 3, REPORTING_SENT);
	step = store_step(query);
	*over = step == STORE_ROW && store_int(query, 0) >= (int64_t)post->options->failure_reports;
	store_reset(query);
	return step == STORE_ROW ? ST_OK : ST_TEMP;
}

/*
 * Claims the report for an hour, so that no other process sends it. *told: the number of incidents
 * to report, the same in each attempt; 0 if the report could not be claimed.
 */
static enum status
claim(struct reporting_post *post, int64_t id, int64_t *told)
{
	struct store_query *query = store_query(post->store,
		"UPDATE out_failure SET next = ?1, told = CASE WHEN told = 0 THEN incidents"
		" ELSE told END WHERE id = ?2 AND state = 0 AND (next <= ?3 OR next > ?4)"
		" RETURNING told");
	enum store_step step;

	*told = 0;
	store_bind_int(query, 1, post->now + WAIT);
	store_bind_int(query, 2, id);
	store_bind_int(query, 3, post->now);
	store_bind_int(query, 4, reporting_latest(post->now, WAIT));
	step = store_step(query);
	if (step == STORE_ROW)
		*told = store_int(query, 0);
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

static enum status
write_mail(struct reporting_post *post, const struct failure *failure,
	const struct aggregate_policy *policy, int64_t told, const char *to, struct slice *text)
{
	struct buf note, fields;
	struct reporting_mail_part parts[3];
	char id[64];
	struct reporting_mail mail = {
		.from_name = post->options->report_org,
		.from = post->options->report_from,
		.to = to,
		.id = id,
		.date = failure->first,
		.report_type = "feedback-report",
		.parts = parts,
		.nparts = 3,
	};

	buf_init(&note, &post->arena, TEXT_MAX);
	buf_adds(&note, "DMARC failure report about ");
	buf_add(&note, policy->domain);
	mail.subject = arena_cstr(&post->arena, buf_slice(&note));
	buf_adds(
		&note, " (RFC 9991).\nThe header is of the first such message of its day (UTC).\n");
	buf_init(&fields, &post->arena, FIELDS_MAX + TEXT_MAX);
	buf_add(&fields, failure->fields);
	buf_addf(&fields, "Incidents: %" PRId64 "\n", told);
	(void)snprintf(id, sizeof id, "failure-%" PRId64 "-%" PRId64, failure->id, failure->first);
	parts[0] = (struct reporting_mail_part){"text", "plain", NULL, buf_slice(&note)};
	parts[1] = (struct reporting_mail_part){
		"message", "feedback-report", NULL, buf_slice(&fields)};
	parts[2] = (struct reporting_mail_part){"text", "rfc822-headers", NULL, failure->header};
	return reporting_mail_write(&mail, &post->arena, text);
}

/*
 * Sets *mail to the number of the mail with that report to that address, the same in each attempt.
 * *done: the mail must not be sent, because it has been accepted or never can be.
 */
static enum status
number_mail(struct reporting_post *post, int64_t failure, struct slice address, int64_t *mail,
	bool *done)
{
	struct store_query *query = store_query(post->store,
		"INSERT INTO out_mail (report, address, state, tries, next)"
		" VALUES (?1, ?2, ?3, 1, 0) ON CONFLICT (report, address) DO UPDATE SET"
		" tries = out_mail.tries + 1 RETURNING id, state");
	enum store_step step;

	store_bind_int(query, 1, -failure);
	store_bind_text(query, 2, address);
	store_bind_int(query, 3, REPORTING_TRIED);
	step = store_step(query);
	if (step == STORE_ROW) {
		*mail = store_int(query, 0);
		*done = store_int(query, 1) != REPORTING_TRIED;
	}
	store_reset(query);
	return step == STORE_ROW ? ST_OK : ST_TEMP;
}

static enum status
note_mail(struct reporting_post *post, int64_t mail, enum reporting_state state)
{
	struct store_query *query =
		store_query(post->store, "UPDATE out_mail SET state = ?1, sent = ?2 WHERE id = ?3");

	store_bind_int(query, 1, (int64_t)state);
	if (state == REPORTING_SENT)
		store_bind_int(query, 2, post->now);
	else
		store_bind_null(query, 2);
	store_bind_int(query, 3, mail);
	return store_run(query);
}

/* Passes the mail to sendmail, unless it is done already; *wait: it must be tried again. */
static enum status
hand_over(struct reporting_post *post, const struct failure *failure,
	const struct aggregate_policy *policy, int64_t told, const struct reporting_letter *letter,
	struct reporting_failures *counts, bool *wait)
{
	const char *path;
	struct slice text;
	int64_t mail = 0;
	bool done = false;
	int status;

	if (number_mail(post, failure->id, letter->address, &mail, &done) != ST_OK)
		return ST_TEMP;
	if (done)
		return ST_OK;
	if (!reporting_post_may(post)) {
		*wait = true;
		return ST_OK;
	}
	if (reporting_post_path(post, mail, failure->first, &path) != ST_OK ||
		write_mail(post, failure, policy, told, letter->to, &text) != ST_OK)
		return ST_TEMP;
	status = reporting_post_hand(post, path, letter->to, text);
	if (status == 0) {
		counts->sent++;
		return note_mail(post, mail, REPORTING_SENT);
	}
	if (reporting_post_never(status))
		return note_mail(post, mail, REPORTING_FAILED);
	reporting_post_told(post, status);
	*wait = true;
	return ST_OK;
}

/* Sends the report to one address; *wait: it must be tried again. */
static enum status
send_to(struct reporting_post *post, const struct failure *failure,
	const struct aggregate_policy *policy, int64_t told, struct slice address,
	struct reporting_failures *counts, bool *wait)
{
	struct reporting_letter letter = {.address = address, .policy = *policy};
	struct auth_input in = post->in;
	enum reporting_consent consent;
	struct slice instead;
	bool suppressed;

	if (reporting_letter_suppressed(post, &letter, &suppressed) != ST_OK)
		return ST_TEMP;
	counts->suppressed += suppressed;
	if (suppressed)
		return ST_OK;
	in.arena = &post->arena;
	dns_begin(in.dns, post->options->deadline_ms);
	in.until_ms = evaluate_until_ms(post->options, in.dns);
	consent = reporting_target(&in, policy, true, address, &instead);
	*wait |= consent == REPORTING_CONSENT_UNKNOWN;
	counts->refused += consent == REPORTING_CONSENT_REFUSED;
	if (consent != REPORTING_CONSENT_GIVEN)
		return ST_OK;
	letter.to = arena_cstr(&post->arena, instead);
	return hand_over(post, failure, policy, told, &letter, counts, wait);
}

static enum status
send_one(struct reporting_post *post, const struct failure *failure,
	struct reporting_failures *counts)
{
	struct aggregate_policy policy;
	struct slice rest, address;
	int64_t told;
	bool over, wait = false;

	if (reporting_store_policy_get(
		    post->store, failure->policy, &post->arena, &policy, &rest) != ST_OK)
		return ST_TEMP;
	rest = reporting_addresses(policy.ruf, &post->arena);
	if (is_over(post, failure, policy.domain, &over) != ST_OK)
		return ST_TEMP;
	if (over || policy.psd || rest.n == 0)
		return set_state(post, failure->id, REPORTING_SUPPRESSED, 0);
	if (failure->first + EXPIRES < post->now)
		return set_state(post, failure->id, REPORTING_EXPIRED, 0);
	if (claim(post, failure->id, &told) != ST_OK)
		return ST_TEMP;
	if (told == 0)
		return ST_OK;
	while (reporting_address_next(&rest, &address))
		if (send_to(post, failure, &policy, told, address, counts, &wait) != ST_OK)
			return ST_TEMP;
	counts->waiting += wait;
	return wait ? ST_OK : set_state(post, failure->id, REPORTING_SENT, 0);
}

static enum status
list_due(struct reporting_post *post, struct arena *arena, struct failure **list)
{
	struct store_query *query = store_query(post->store,
		"SELECT id, policy, day, first, fields, header FROM out_failure"
		" WHERE state = 0 AND (next <= ?1 OR next > ?3) ORDER BY id LIMIT ?2");
	struct failure **end = list;
	enum store_step step;

	*list = NULL;
	store_bind_int(query, 1, post->now);
	store_bind_int(query, 2, RUN_MAX);
	store_bind_int(query, 3, reporting_latest(post->now, WAIT));
	while ((step = store_step(query)) == STORE_ROW) {
		struct failure *failure = arena_alloc(arena, sizeof *failure);

		failure->id = store_int(query, 0);
		failure->policy = store_int(query, 1);
		failure->day = store_int(query, 2);
		failure->first = store_int(query, 3);
		failure->fields = arena_dup(arena, store_text(query, 4));
		failure->header = arena_dup(arena, store_text(query, 5));
		*end = failure;
		end = &failure->next;
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

enum status
reporting_failure_send(struct reporting_post *post, struct reporting_failures *counts)
{
	struct failure *list;
	struct arena arena;
	enum status st;

	if (post->options->failure_reports == 0 || post->options->into != NULL)
		return ST_OK;
	arena_init(&arena, post->arena.oom, post->arena.oom_arg);
	st = list_due(post, &arena, &list);
	for (const struct failure *failure = list;
		st == ST_OK && failure != NULL && reporting_post_may(post);
		failure = failure->next) {
		arena_reset(&post->arena);
		st = send_one(post, failure, counts);
	}
	arena_clear(&arena);
	return st;
}
