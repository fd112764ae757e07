#include "filter/feedback/feedback_save.h"

#include <stdlib.h>

#include "filter/feedback/feedback_save_parts.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

static const struct {
	const char *code, *text;
} asides[] = {
#define ASIDE_ROW(id, code, text) {code, text},
	FEEDBACK_ASIDES(ASIDE_ROW)};

const char *
feedback_aside_text(enum feedback_aside why)
{
	return asides[why].text;
}

struct feedback_saver *
feedback_saver_open(struct store *store, struct crypto *crypto)
{
	struct feedback_saver *saver = calloc(1, sizeof *saver);

	if (saver != NULL) {
		saver->store = store;
		saver->crypto = crypto;
	}
	return saver;
}

void
feedback_saver_close(struct feedback_saver *saver)
{
	free(saver);
}

void
feedback_saver_begin(struct feedback_saver *saver)
{
	memset(saver->known, 0, sizeof saver->known);
}

bool
feedback_digest(const struct feedback_saver *saver, struct slice octets, char text[DIGEST_TEXT])
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(saver->crypto, octets, digest) != ST_OK)
		return false;
	hex_text(digest, sizeof digest, text);
	return true;
}

void
feedback_bind_some(struct store_query *query, int at, struct slice text)
{
	if (text.n > 0)
		store_bind_text(query, at, text);
	else
		store_bind_null(query, at);
}

static void
bind_time(struct store_query *query, int at, int64_t when)
{
	if (when != FEEDBACK_NO_TIME)
		store_bind_int(query, at, when);
	else
		store_bind_null(query, at);
}

int64_t
feedback_returned(struct store_query *query)
{
	int64_t id = -1;

	if (store_step(query) == STORE_ROW)
		id = store_int(query, 0);
	store_reset(query);
	return id;
}

static int64_t
sender_of(struct feedback_saver *saver, const struct feedback_origin *origin)
{
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_sender (domain, auth) VALUES (?1, ?2) ON CONFLICT (domain, auth) "
		"DO UPDATE SET auth = excluded.auth RETURNING id");

	store_bind_text(query, 1, origin->domain);
	store_bind_int(query, 2, origin->auth);
	return feedback_returned(query);
}

/*
 * Looks for a stored report with the same kind, sender, organization, id and domain, and counts
 * the repetition. FEEDBACK_SAVED: there is none, so the new report must be saved.
 */
static enum feedback_saved
find(struct feedback_saver *saver, const char *kind, int64_t sender,
	const struct feedback_report *report, const char *digest)
{
	struct store_query *query = store_query(saver->store,
		"SELECT id, digest FROM in_report WHERE kind = ?1 AND sender = ?2 AND org = ?3 AND "
		"report_id = ?4 AND domain = ?5");
	enum store_step step;
	int64_t id = 0;
	bool same = false;

	store_bind_text(query, 1, slice_str(kind));
	store_bind_int(query, 2, sender);
	store_bind_text(query, 3, report->org);
	store_bind_text(query, 4, report->id);
	store_bind_text(query, 5, report->domain);
	step = store_step(query);
	if (step == STORE_ROW) {
		id = store_int(query, 0);
		same = slice_eq(store_text(query, 1), slice_str(digest));
	}
	store_reset(query);
	if (step == STORE_DONE)
		return FEEDBACK_SAVED;
	if (step == STORE_FAILED)
		return FEEDBACK_NOT_SAVED;
	query = store_query(saver->store,
		"UPDATE in_report SET seen = seen + 1, differs = differs + ?2 WHERE id = ?1");
	store_bind_int(query, 1, id);
	store_bind_int(query, 2, same ? 0 : 1);
	if (store_run(query) != ST_OK)
		return FEEDBACK_NOT_SAVED;
	return same ? FEEDBACK_DUPLICATE : FEEDBACK_DIFFERS;
}

static int64_t
insert_report(struct feedback_saver *saver, const char *kind, int64_t sender,
	const struct feedback_origin *origin, const struct feedback_report *report,
	const char *digest)
{
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_report (kind, sender, received, digest, seen, differs, rows_read, "
		"messages, warnings, message_id, org, report_id, domain, begins, ends, email, "
		"contact, version, namespace, generator, errors, p, sp, np, adkim, aspf, pct, fo, "
		"testing, discovery) VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
		"?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, "
		"?28) RETURNING id");
	const struct slice values[] = {report->email, report->contact, report->version,
		report->space, report->generator, report->errors, report->p, report->sp, report->np,
		report->adkim, report->aspf, report->pct, report->fo, report->testing,
		report->discovery};
	int64_t warnings = 0;

	for (size_t i = 0; i < FEEDBACK_WARNINGS_N; i++)
		warnings += report->warnings.times[i];
	store_bind_text(query, 1, slice_str(kind));
	store_bind_int(query, 2, sender);
	store_bind_int(query, 3, origin->now);
	store_bind_text(query, 4, slice_str(digest));
	store_bind_int(query, 5, (int64_t)report->rows);
	store_bind_int(query, 6, report->messages);
	store_bind_int(query, 7, warnings);
	feedback_bind_some(query, 8, origin->message_id);
	store_bind_text(query, 9, report->org);
	store_bind_text(query, 10, report->id);
	store_bind_text(query, 11, report->domain);
	bind_time(query, 12, report->begins);
	bind_time(query, 13, report->ends);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		feedback_bind_some(query, 14 + (int)i, values[i]);
	return feedback_returned(query);
}

static enum status
save_warnings(
	struct feedback_saver *saver, int64_t report, const struct feedback_warnings *warnings)
{
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_warning (report, code, times, sample) VALUES (?1, ?2, ?3, ?4)");
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < FEEDBACK_WARNINGS_N; i++) {
		if (warnings->times[i] == 0)
			continue;
		store_bind_int(query, 1, report);
		store_bind_text(
			query, 2, slice_str(feedback_warning_code((enum feedback_warning)i)));
		store_bind_int(query, 3, warnings->times[i]);
		feedback_bind_some(query, 4, warnings->sample[i]);
		st = store_run_later(query);
	}
	return st;
}

/* Saves the report itself, without rows or policies; *id is set if it is saved. */
static enum feedback_saved
save_report(struct feedback_saver *saver, const char *kind, const struct feedback_origin *origin,
	const struct feedback_report *report, struct slice octets, int64_t *id)
{
	char digest[DIGEST_TEXT];
	enum feedback_saved saved;
	int64_t sender;

	if (!feedback_digest(saver, octets, digest))
		return FEEDBACK_NOT_SAVED;
	sender = sender_of(saver, origin);
	if (sender < 0)
		return FEEDBACK_NOT_SAVED;
	saved = find(saver, kind, sender, report, digest);
	if (saved != FEEDBACK_SAVED)
		return saved;
	*id = insert_report(saver, kind, sender, origin, report, digest);
	if (*id < 0 || save_warnings(saver, *id, &report->warnings) != ST_OK)
		return FEEDBACK_NOT_SAVED;
	return FEEDBACK_SAVED;
}

enum feedback_saved
feedback_save_aggregate(struct feedback_saver *saver, const struct feedback_origin *origin,
	const struct feedback_report *report, struct slice octets, struct arena *arena)
{
	int64_t id = -1;
	enum feedback_saved saved = save_report(saver, "aggregate", origin, report, octets, &id);

	if (saved != FEEDBACK_SAVED)
		return saved;
	return feedback_save_rows(saver, id, report, octets, arena) == ST_OK ? FEEDBACK_SAVED
									     : FEEDBACK_NOT_SAVED;
}

static enum status
save_tls_failures(struct feedback_saver *saver, int64_t report, int64_t n,
	const struct feedback_tls_policy *policy)
{
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_tls_failure (report, policy, n, result, sending_ip, receiving_ip, "
		"receiving_mx, receiving_helo, sessions, reason, information) VALUES (?1, ?2, ?3, "
		"?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < policy->ndetails; i++) {
		const struct feedback_tls_failure *one = &policy->details[i];

		store_bind_int(query, 1, report);
		store_bind_int(query, 2, n);
		store_bind_int(query, 3, (int64_t)i);
		store_bind_text(query, 4, one->result);
		feedback_bind_some(query, 5, one->sending_ip);
		feedback_bind_some(query, 6, one->receiving_ip);
		feedback_bind_some(query, 7, one->receiving_mx);
		feedback_bind_some(query, 8, one->receiving_helo);
		store_bind_int(query, 9, one->sessions);
		feedback_bind_some(query, 10, one->reason);
		feedback_bind_some(query, 11, one->information);
		st = store_run_later(query);
	}
	return st;
}

enum feedback_saved
feedback_save_tls(struct feedback_saver *saver, const struct feedback_origin *origin,
	const struct feedback_report *report, struct slice octets, struct arena *arena)
{
	int64_t id = -1;
	enum feedback_saved saved = save_report(saver, "tls", origin, report, octets, &id);
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_tls (report, n, type, domain, mx, policy, successes, failures) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

	(void)arena;
	for (size_t i = 0; saved == FEEDBACK_SAVED && i < report->npolicies; i++) {
		const struct feedback_tls_policy *policy = &report->policies[i];

		store_bind_int(query, 1, id);
		store_bind_int(query, 2, (int64_t)i);
		store_bind_text(query, 3, policy->type);
		store_bind_text(query, 4, policy->domain);
		feedback_bind_some(query, 5, policy->mx);
		feedback_bind_some(query, 6, policy->text);
		store_bind_int(query, 7, policy->successes);
		store_bind_int(query, 8, policy->failures);
		if (store_run(query) != ST_OK ||
			save_tls_failures(saver, id, (int64_t)i, policy) != ST_OK)
			saved = FEEDBACK_NOT_SAVED;
	}
	return saved;
}

enum feedback_saved
feedback_save_failure(struct feedback_saver *saver, const struct feedback_origin *origin,
	const struct feedback_failure *failure, struct slice octets, struct slice header,
	struct arena *arena)
{
	struct feedback_report report = {
		.domain = failure->domain,
		.begins = failure->arrival,
		.ends = failure->arrival,
		.generator = failure->user_agent,
		.messages = failure->incidents,
		.rows = 1,
		.warnings.arena = arena,
	};
	const struct slice values[] = {failure->type, failure->user_agent, failure->source,
		failure->source_port, failure->auth_failure, failure->delivery, failure->alignment,
		failure->original_from, failure->original_to, failure->results,
		failure->dkim_domain, failure->dkim_selector, failure->dkim_identity,
		failure->spf_dns, failure->header_from, failure->message_id};
	char digest[DIGEST_TEXT];
	struct store_query *query;
	enum feedback_saved saved;
	struct buf all;
	int64_t id = -1;

	buf_init(&all, arena, octets.n + header.n);
	buf_add(&all, octets);
	buf_add(&all, header);
	octets = buf_slice(&all);
	if (!feedback_digest(saver, octets, digest))
		return FEEDBACK_NOT_SAVED;
	report.id = slice_str(digest); /* a failure report has no id */
	saved = save_report(saver, "failure", origin, &report, octets, &id);
	if (saved != FEEDBACK_SAVED)
		return saved;
	query = store_query(saver->store,
		"INSERT INTO in_failure (report, arrival, incidents, feedback_type, user_agent, "
		"source, source_port, auth_failure, delivery, alignment, original_from, "
		"original_to, results, dkim_domain, dkim_selector, dkim_identity, spf_dns, "
		"header_from, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
		"?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)");
	store_bind_int(query, 1, id);
	bind_time(query, 2, failure->arrival);
	store_bind_int(query, 3, failure->incidents);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		feedback_bind_some(query, 4 + (int)i, values[i]);
	return store_run(query) == ST_OK ? FEEDBACK_SAVED : FEEDBACK_NOT_SAVED;
}

enum status
feedback_save_aside(struct feedback_saver *saver, const struct feedback_origin *origin,
	enum feedback_aside why, struct slice octets, struct arena *arena)
{
	struct store_query *query;
	char digest[DIGEST_TEXT];
	int64_t sender;

	(void)arena;
	if (!feedback_digest(saver, octets, digest))
		return ST_TEMP;
	sender = sender_of(saver, origin);
	if (sender < 0)
		return ST_TEMP;
	query = store_query(saver->store,
		"INSERT INTO in_aside (sender, received, seen, name, why, digest, octets) VALUES "
		"(?1, ?2, 1, ?3, ?4, ?5, ?6) ON CONFLICT (digest) DO UPDATE SET seen = "
		"in_aside.seen + 1");
	store_bind_int(query, 1, sender);
	store_bind_int(query, 2, origin->now);
	feedback_bind_some(query, 3, slice_str(origin->name));
	store_bind_text(query, 4, slice_str(asides[why].code));
	store_bind_text(query, 5, slice_str(digest));
	store_bind_blob(query, 6, octets);
	return store_run(query);
}
