/* view_failures.c: fills the tables of failure reports and of contradictions. */
#include "filter/text/i18n.h"
#include "filter/view/view_parts.h"

static struct slice
author(const struct store_query *query, struct arena *arena)
{
	const int column = store_text(query, 3).n > 0 ? 3 : 9;

	return view_judge_author(store_text(query, column), arena);
}

static void
add_failure(
	struct show *show, const struct store_query *query, const struct feedback_failure *failure)
{
	struct cell *cells = cells_row(&show->tables[TABLE_FAILURES]);
	const bool held = view_hosts_has(show->hosts, failure->header_from, failure->message_id,
		failure->dkim_domain, failure->dkim_selector);

	if (cells == NULL)
		return;
	cells[0] = view_day(show, store_is_null(query, 0) ? FEEDBACK_NO_TIME : store_int(query, 0));
	cells[1] = cells_text(store_text(query, 1), show->arena);
	cells[2] = cells_text(failure->source, show->arena);
	cells[3] = cells_text(failure->header_from, show->arena);
	cells[4] = cells_text(store_text(query, 4), show->arena);
	cells[5] = cells_text(failure->dkim_domain, show->arena);
	cells[6] = cells_text(failure->dkim_selector, show->arena);
	cells[7] = cells_text(failure->message_id, show->arena);
	cells[8] = held ? cells_word("aligned", N_("it arrived aligned")) : cells_word("", "");
}

/*
 * Lists the failure reports that count, latest first; only those of known receivers are evidence.
 */
enum status
view_failures(struct show *show)
{
	struct store_query *query = store_query(show->store,
		"SELECT coalesce(f.arrival, r.received), s.domain, f.source, f.header_from, "
		"f.auth_failure, f.dkim_domain, f.dkim_selector, f.message_id, k.class, r.domain "
		"FROM in_failure f JOIN in_report r ON r.id = f.report JOIN in_sender s ON s.id = "
		"r.sender JOIN known k ON k.id = s.id AND k.class >= ?2 WHERE " VIEW_OF_AUTHOR(
			"f.header_from") " ORDER BY 1 DESC, r.id DESC");
	enum store_step step;
	struct arena one;

	arena_init(&one, show->arena->oom, show->arena->oom_arg);
	view_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW) {
		struct feedback_failure failure = {
			.source = store_text(query, 2),
			.header_from = author(query, &one),
			.dkim_domain = arena_lower(&one, store_text(query, 5)),
			.dkim_selector = arena_lower(&one, store_text(query, 6)),
			.message_id = slice_trim(store_text(query, 7)),
		};

		if (store_int(query, 8) >= VIEW_KNOWN)
			view_hosts_reported(show->hosts, &failure);
		add_failure(show, query, &failure);
		arena_reset(&one);
	}
	arena_clear(&one);
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

/* contradictions */

static void
add_mark(struct show *show, struct slice reporter, uint64_t rows, uint64_t messages, size_t mark)
{
	struct cell *cells = cells_row(&show->tables[TABLE_MARKS]);

	if (cells == NULL)
		return;
	cells[0] = cells_text(reporter, show->arena);
	cells[1] = view_number(show, rows);
	cells[2] = view_number(show, messages);
	cells[3] = view_mark(mark);
}

/* Adds the stored marks. Rows are grouped by sender and set of marks; few different sets occur. */
static enum status
own_marks(struct show *show)
{
	struct store_query *query = store_query(show->store,
		"SELECT s.domain, w.marks, count(*), sum(w.messages) FROM in_row w JOIN in_report "
		"r "
		"ON r.id = w.report JOIN in_sender s ON s.id = r.sender JOIN known k ON k.id = "
		"s.id AND k.class >= ?2 WHERE w.marks <> 0 AND " VIEW_OF_ROW
		" GROUP BY s.domain, w.marks ORDER BY s.domain, w.marks");
	uint64_t rows[FEEDBACK_MARKS_N] = {0}, messages[FEEDBACK_MARKS_N] = {0};
	struct slice reporter = SLICE("");
	enum store_step step;
	bool more = true;

	view_bind(show, query);
	while (more) {
		step = store_step(query);
		more = step == STORE_ROW;
		if (!more || !slice_eq(reporter, store_text(query, 0))) {
			for (size_t i = 0; i < FEEDBACK_MARKS_N; i++) {
				if (rows[i] > 0)
					add_mark(show, reporter, rows[i], messages[i], i);
				rows[i] = messages[i] = 0;
			}
			reporter = more ? arena_dup(show->arena, store_text(query, 0)) : SLICE("");
		}
		for (size_t i = 0; more && i < FEEDBACK_MARKS_N; i++)
			if ((store_int(query, 1) >> i & 1) != 0) {
				rows[i] += (uint64_t)store_int(query, 2);
				messages[i] += (uint64_t)store_int(query, 3);
			}
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

/* Adds the reports whose period ends before it begins, or begins after the report arrived. */
static enum status
spans(struct show *show)
{
	struct store_query *query = store_query(show->store,
		"SELECT s.domain, count(w.n), sum(w.messages) FROM in_report r JOIN in_sender s ON "
		"s.id = r.sender JOIN known k ON k.id = s.id AND k.class >= ?2 LEFT JOIN in_row w "
		"ON w.report = r.id WHERE r.kind = 'aggregate' AND (r.ends < r.begins OR r.begins "
		"> r.received) AND " VIEW_OF_ROW " GROUP BY s.domain ORDER BY s.domain");
	enum store_step step;

	view_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW)
		add_mark(show, store_text(query, 0), (uint64_t)store_int(query, 1),
			(uint64_t)store_int(query, 2), FEEDBACK_MARK_SPAN);
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

enum status
view_marks(struct show *show)
{
	const struct view_reported *reported = &show->reported;
	enum status st = own_marks(show);

	if (st == ST_OK)
		st = spans(show);
	for (size_t i = 0; i < reported->ncontradictions; i++) {
		const struct view_contradiction *one = &reported->contradictions[i];

		for (size_t m = 0; m < FEEDBACK_MARKS_N; m++)
			if (one->rows[m] > 0)
				add_mark(show, slice_str(one->reporter), one->rows[m],
					one->messages[m], m);
	}
	return st;
}
