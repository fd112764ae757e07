#include "filter/reporting/reporting_freeze.h"

#include "auth/base/crypto.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/aggregate/aggregate_xml.h"
#include "filter/io/clock.h"
#include "filter/reporting/reporting_error.h"
#include "filter/reporting/reporting_store.h"
#include "filter/reporting/reporting_target.h"

/* Maximum octets of an uncompressed report, below the limits of known readers, including ours. */
enum { OCTETS_MAX = 48 * 1024 * 1024, ROW_ROOM = 128 * 1024 };

struct due {
	struct due *next;
	int64_t day, policy;
};

/* One finished report to be stored. */
struct part {
	struct part *next;
	struct slice id, file, last; /* last: digest of the last row in it */
	const char *name, *subject;
	int64_t messages;
};

/* The state while the rows of one day and policy are frozen. */
struct freeze {
	struct reporting_freezer *freezer;
	struct arena *arena;
	const struct due *due;
	struct aggregate_policy policy;
	struct slice addresses;
	struct aggregate_name name;
	struct part *parts, **end;
	/* the part that is being written */
	struct part *part;
	struct aggregate_xml *xml;
};

static enum status
list_due(struct reporting_freezer *freezer, struct due **list)
{
	struct store_query *query = store_query(freezer->store,
		"SELECT DISTINCT day, policy FROM out_row WHERE report = 0 AND day <= ?1"
		" ORDER BY day, policy");
	struct due **end = list;
	enum store_step step;

	*list = NULL;
	store_bind_int(query, 1, freezer->now - freezer->options->settle - DAY_SECONDS);
	while ((step = store_step(query)) == STORE_ROW) {
		struct due *due = arena_alloc(freezer->arena, sizeof *due);

		due->day = store_int(query, 0);
		due->policy = store_int(query, 1);
		*end = due;
		end = &due->next;
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

/*
 * Does all mail of the day consist of reports, or has another process frozen it? Asked in the
 * transaction: before it, more may have been imported.
 */
static enum status
is_silent(struct freeze *freeze, bool *silent, bool *frozen)
{
	struct store_query *query = store_query(freeze->freezer->store,
		"SELECT CAST(COALESCE(SUM(messages - reports), 0) AS BIGINT), COUNT(*) FROM out_row"
		" WHERE day = ?1 AND policy = ?2 AND report = 0");
	enum store_step step;

	store_bind_int(query, 1, freeze->due->day);
	store_bind_int(query, 2, freeze->due->policy);
	step = store_step(query);
	*frozen = step == STORE_ROW && store_int(query, 1) == 0;
	*silent = step == STORE_ROW && !*frozen && store_int(query, 0) == 0;
	store_reset(query);
	return step == STORE_ROW ? ST_OK : ST_TEMP;
}

/* Counts the existing reports about that day and policy. */
static enum status
count_parts(struct freeze *freeze)
{
	struct store_query *query = store_query(freeze->freezer->store,
		"SELECT COUNT(*) FROM out_report WHERE day = ?1 AND policy = ?2");
	enum store_step step;

	store_bind_int(query, 1, freeze->due->day);
	store_bind_int(query, 2, freeze->due->policy);
	step = store_step(query);
	if (step == STORE_ROW)
		freeze->name.part = store_int(query, 0);
	store_reset(query);
	return step == STORE_ROW ? ST_OK : ST_TEMP;
}

static enum status
begin_part(struct freeze *freeze)
{
	const struct options *options = freeze->freezer->options;
	struct part *part = arena_alloc(freeze->arena, sizeof *part);
	struct aggregate_head head = {
		.org = aggregate_clean(
			slice_str(options->report_org != NULL ? options->report_org
							      : options->report_domain),
			freeze->arena),
		.email = slice_str(options->report_from),
		.contact = aggregate_clean(slice_str(options->report_contact), freeze->arena),
		.begin = freeze->due->day,
		.end = freeze->due->day + DAY_SECONDS - 1,
		.policy = &freeze->policy,
	};

	if (aggregate_id(freeze->freezer->crypto, &freeze->name, freeze->arena, &part->id) != ST_OK)
		return ST_TEMP;
	head.id = part->id;
	part->name = aggregate_file(&freeze->name, part->id, freeze->arena);
	part->subject = aggregate_subject(&freeze->name, part->id, freeze->arena);
	freeze->name.part++;
	freeze->part = part;
	freeze->xml = aggregate_xml_new(&head);
	return freeze->xml != NULL ? ST_OK : ST_TEMP;
}

static enum status
end_part(struct freeze *freeze)
{
	struct slice file;
	enum status st = aggregate_xml_end(freeze->xml, &file);

	if (st == ST_OK)
		freeze->part->file = arena_dup(freeze->arena, file);
	aggregate_xml_free(freeze->xml);
	freeze->xml = NULL;
	*freeze->end = freeze->part;
	freeze->end = &freeze->part->next;
	return st;
}

static bool
is_full(const struct freeze *freeze)
{
	return aggregate_xml_packed(freeze->xml) >= freeze->freezer->options->report_size ||
	       aggregate_xml_octets(freeze->xml) + ROW_ROOM > OCTETS_MAX;
}

/* Makes all parts in memory, because a query must be read to its end before another one begins. */
static enum status
write_parts(struct freeze *freeze)
{
	struct store_query *rows =
		reporting_store_rows(freeze->freezer->store, freeze->due->day, freeze->due->policy);
	enum store_step step;
	enum status st = ST_OK;

	while (st == ST_OK && (step = store_step(rows)) != STORE_DONE) {
		struct aggregate_row row;
		struct slice digest;
		int64_t messages;

		if (step == STORE_FAILED) {
			st = ST_TEMP;
			break;
		}
		if (freeze->xml != NULL && is_full(freeze))
			st = end_part(freeze);
		if (st == ST_OK && freeze->xml == NULL)
			st = begin_part(freeze);
		if (st != ST_OK)
			break;
		reporting_store_row(rows, &row, &digest, &messages);
		st = aggregate_xml_row(freeze->xml, &row, messages);
		freeze->part->messages += messages;
		freeze->part->last = arena_dup(freeze->arena, digest);
	}
	store_reset(rows);
	return st == ST_OK && freeze->xml != NULL ? end_part(freeze) : st;
}

static enum status
queue_mail(struct freeze *freeze, int64_t report)
{
	struct slice rest = freeze->addresses, address;
	enum status st = ST_OK;

	while (st == ST_OK && reporting_address_next(&rest, &address)) {
		struct store_query *query = store_query(freeze->freezer->store,
			"INSERT INTO out_mail (report, address, state, tries, next)"
			" VALUES (?1, ?2, 0, 0, ?3)");

		store_bind_int(query, 1, report);
		store_bind_text(query, 2, address);
		store_bind_int(query, 3, freeze->freezer->now);
		st = store_run(query);
	}
	return st;
}

/*
 * Assigns the rows up to the part's last one to its report; earlier rows already belong to other
 * parts.
 */
static enum status
take_rows(struct freeze *freeze, int64_t report, struct slice last)
{
	struct store_query *query = store_query(freeze->freezer->store,
		"UPDATE out_row SET report = ?1"
		" WHERE day = ?2 AND policy = ?3 AND report = 0 AND digest <= ?4");

	store_bind_int(query, 1, report);
	store_bind_int(query, 2, freeze->due->day);
	store_bind_int(query, 3, freeze->due->policy);
	store_bind_text(query, 4, last);
	return store_run(query);
}

static enum status
keep_part(struct freeze *freeze, const struct part *part, int64_t number)
{
	struct store_query *query = store_query(freeze->freezer->store,
		"INSERT INTO out_report (day, policy, part, report_id, file, subject, messages,"
		" frozen, attachment) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id");
	enum store_step step;
	int64_t id = 0;

	store_bind_int(query, 1, freeze->due->day);
	store_bind_int(query, 2, freeze->due->policy);
	store_bind_int(query, 3, number);
	store_bind_text(query, 4, part->id);
	store_bind_text(query, 5, slice_str(part->name));
	store_bind_text(query, 6, slice_str(part->subject));
	store_bind_int(query, 7, part->messages);
	store_bind_int(query, 8, freeze->freezer->now);
	store_bind_blob(query, 9, part->file);
	step = store_step(query);
	if (step == STORE_ROW)
		id = store_int(query, 0);
	store_reset(query);
	if (step != STORE_ROW || queue_mail(freeze, id) != ST_OK)
		return ST_TEMP;
	freeze->freezer->reports++;
	return take_rows(freeze, id, part->last);
}

/* Marks rows that get no report, because none is requested or it would be only about reports. */
static enum status
drop_rows(struct freeze *freeze)
{
	struct store_query *query = store_query(freeze->freezer->store,
		"UPDATE out_row SET report = -1 WHERE day = ?1 AND policy = ?2 AND report = 0");

	/* a row that was dropped before and imported again would exist twice */
	struct store_query *old = store_query(freeze->freezer->store,
		"DELETE FROM out_row WHERE day = ?1 AND policy = ?2 AND report = -1");

	store_bind_int(old, 1, freeze->due->day);
	store_bind_int(old, 2, freeze->due->policy);
	store_bind_int(query, 1, freeze->due->day);
	store_bind_int(query, 2, freeze->due->policy);
	return store_run(old) == ST_OK ? store_run(query) : ST_TEMP;
}

static enum status
freeze_parts(struct freeze *freeze)
{
	struct reporting_freezer *freezer = freeze->freezer;
	enum status st = reporting_store_policy_get(freezer->store, freeze->due->policy,
		freeze->arena, &freeze->policy, &freeze->addresses);
	bool silent = false, frozen = false;
	int64_t number;

	if (st == ST_OK)
		st = is_silent(freeze, &silent, &frozen);
	if (st == ST_OK && frozen)
		return ST_OK;
	freezer->silent += silent;
	if (st == ST_OK && (silent || freeze->addresses.n == 0))
		return drop_rows(freeze);
	if (st != ST_OK || count_parts(freeze) != ST_OK)
		return ST_TEMP;
	number = freeze->name.part;
	freeze->name.submitter = slice_str(freezer->options->report_domain);
	freeze->name.domain = freeze->policy.domain;
	freeze->name.day = freeze->due->day;
	freeze->name.policy = aggregate_policy_key(&freeze->policy, freeze->arena);
	st = write_parts(freeze);
	for (const struct part *part = freeze->parts; st == ST_OK && part != NULL;
		part = part->next)
		st = keep_part(freeze, part, number++);
	return st;
}

static enum status
freeze_one(struct reporting_freezer *freezer, const struct due *due)
{
	struct arena arena;
	struct freeze freeze = {.freezer = freezer, .arena = &arena, .due = due};
	enum status st = store_begin(freezer->store);

	arena_init(&arena, freezer->arena->oom, freezer->arena->oom_arg);
	freeze.end = &freeze.parts;
	if (st == ST_OK) {
		st = freeze_parts(&freeze);
		if (st == ST_OK)
			st = store_commit(freezer->store);
		else
			store_rollback(freezer->store);
	}
	aggregate_xml_free(freeze.xml);
	arena_clear(&arena);
	return st;
}

enum status
reporting_freeze(struct reporting_freezer *freezer, struct error *error)
{
	struct due *list;
	enum status st = list_due(freezer, &list);

	for (const struct due *due = list; st == ST_OK && due != NULL; due = due->next)
		st = freeze_one(freezer, due);
	if (st != ST_OK)
		*error = reporting_why(freezer->store, REPORTING_E_NOT_WRITTEN);
	return st;
}
