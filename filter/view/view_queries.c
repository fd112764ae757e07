/* view_queries.c: fills the tables that need one query each. */
#include "filter/io/clock.h"
#include "filter/text/i18n.h"
#include "filter/view/view_parts.h"

typedef void fill_fn(struct show *show, const struct store_query *query, struct cell *cells);

static struct cell
day_of(const struct show *show, const struct store_query *query, int column)
{
	return view_day(
		show, store_is_null(query, column) ? FEEDBACK_NO_TIME : store_int(query, column));
}

static struct cell
number_of(const struct show *show, const struct store_query *query, int column)
{
	return cells_number(store_int(query, column), show->arena);
}

static struct cell
text_of(const struct show *show, const struct store_query *query, int column)
{
	return cells_text(store_text(query, column), show->arena);
}

/* Sets the cells messages, pass, fail and blocked from the three sums that begin at column. */
static void
set_counts(const struct show *show, const struct store_query *query, int column, struct cell *cells)
{
	const int64_t all = store_int(query, column), pass = store_int(query, column + 1);

	cells[0] = cells_number(all, show->arena);
	cells[1] = cells_number(pass, show->arena);
	cells[2] = cells_number(all - pass, show->arena);
	cells[3] = number_of(show, query, column + 2);
}

static struct cell
class_of(int64_t class)
{
	static const struct {
		const char *word, *text;
	} classes[VIEW_CLASSES] = {
		[VIEW_FILE] = {"file", N_("loose files")},
		[VIEW_UNAUTHENTICATED] = {"unauthenticated", N_("mail that does not pass DMARC")},
		[VIEW_AUTHENTICATED] = {"authenticated", N_("other senders")},
		[VIEW_KNOWN] = {"known", N_("known receivers")},
	};
	const size_t at = class >= 0 && class < VIEW_CLASSES ? (size_t) class : VIEW_FILE;

	return cells_word(classes[at].word, classes[at].text);
}

static struct cell
warning_of(const struct show *show, struct slice code)
{
	for (int i = 0; i < FEEDBACK_WARNINGS_N; i++) {
		const enum feedback_warning warning = (enum feedback_warning)i;

		if (slice_eq(slice_str(feedback_warning_code(warning)), code))
			return cells_word(
				feedback_warning_code(warning), feedback_warning_text(warning));
	}
	return cells_text(code, show->arena);
}

static void
fill_sender(struct show *show, const struct store_query *query, struct cell *cells)
{
	cells[0] = class_of(store_int(query, 0));
	cells[1] = number_of(show, query, 1);
	set_counts(show, query, 2, cells + 2);
}

static void
fill_day(struct show *show, const struct store_query *query, struct cell *cells)
{
	cells[0] = day_of(show, query, 0);
	set_counts(show, query, 1, cells + 1);
}

static void
fill_reporter(struct show *show, const struct store_query *query, struct cell *cells)
{
	cells[0] = text_of(show, query, 0);
	cells[1] = class_of(store_int(query, 1));
	cells[2] = number_of(show, query, 2);
	set_counts(show, query, 3, cells + 3);
}

static void
fill_warning(struct show *show, const struct store_query *query, struct cell *cells)
{
	cells[0] = text_of(show, query, 0);
	cells[1] = number_of(show, query, 1);
	cells[2] = warning_of(show, store_text(query, 2));
}

static void
fill_tls(struct show *show, const struct store_query *query, struct cell *cells)
{
	cells[0] = text_of(show, query, 0);
	cells[1] = text_of(show, query, 1);
	cells[2] = number_of(show, query, 2);
	cells[3] = number_of(show, query, 3);
}

static void
fill_tls_failure(struct show *show, const struct store_query *query, struct cell *cells)
{
	for (int i = 0; i < 3; i++)
		cells[i] = text_of(show, query, i);
	cells[3] = number_of(show, query, 3);
}

/* clang-format off */
static const struct {
	size_t table;
	const char *sql;
	fill_fn *fill;
} queries[] = {
	{TABLE_SENDERS, "SELECT k.class, count(DISTINCT r.id), " VIEW_SUMS " FROM in_row w JOIN in_report r ON r.id = w.report "
		"JOIN known k ON k.id = r.sender WHERE r.kind = 'aggregate' AND " VIEW_OF_ROW
		" GROUP BY k.class ORDER BY k.class DESC", fill_sender},
	{TABLE_DAYS, "SELECT r.begins - r.begins % ?3, " VIEW_SUMS " FROM " VIEW_OF_KNOWN
		" GROUP BY r.begins - r.begins % ?3 ORDER BY coalesce(r.begins - r.begins % ?3, -1) DESC", fill_day},
	{TABLE_REPORTERS, "SELECT s.domain, k.class, count(DISTINCT r.id), " VIEW_SUMS " FROM in_row w JOIN in_report r ON "
		"r.id = w.report JOIN in_sender s ON s.id = r.sender JOIN known k ON k.id = s.id WHERE r.kind = "
		"'aggregate' AND " VIEW_OF_ROW " GROUP BY s.domain, k.class ORDER BY 2 DESC, 4 DESC, 1", fill_reporter},
	{TABLE_WARNINGS, "SELECT s.domain, sum(n.times), n.code FROM in_warning n JOIN in_report r ON r.id = n.report "
		"JOIN in_sender s ON s.id = r.sender WHERE " VIEW_OF_SOME_ROW " GROUP BY s.domain, n.code ORDER BY 2 DESC, 1, 3",
		fill_warning},
	{TABLE_TLS, "SELECT t.domain, t.type, sum(t.successes), sum(t.failures) FROM in_tls t JOIN in_report r ON r.id = "
		"t.report JOIN known k ON k.id = r.sender AND k.class >= ?2 WHERE " VIEW_OF_DOMAIN
		" GROUP BY t.domain, t.type ORDER BY 4 DESC, 1, 2", fill_tls},
	{TABLE_TLS_FAILURES, "SELECT t.domain, f.result, f.receiving_mx, sum(f.sessions) FROM in_tls_failure f JOIN in_tls t "
		"ON t.report = f.report AND t.n = f.policy JOIN in_report r ON r.id = t.report JOIN known k ON k.id = "
		"r.sender AND k.class >= ?2 WHERE " VIEW_OF_DOMAIN " GROUP BY t.domain, f.result, f.receiving_mx ORDER BY 4 DESC, "
		"1, 2, 3", fill_tls_failure},
};
/* clang-format on */

static enum status
fill(struct show *show, size_t table, const char *sql, fill_fn *fill_row)
{
	struct store_query *query = store_query(show->store, sql);
	enum store_step step;

	view_bind(show, query);
	if (fill_row == fill_day)
		store_bind_int(query, 3, DAY_SECONDS);
	while ((step = store_step(query)) == STORE_ROW) {
		struct cell *cells = cells_row(&show->tables[table]);

		if (cells != NULL)
			fill_row(show, query, cells);
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

enum status
view_queries(struct show *show)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < sizeof queries / sizeof *queries; i++)
		st = fill(show, queries[i].table, queries[i].sql, queries[i].fill);
	return st;
}
