/*
 * feedback_show.c: what others report about our domains.
 *
 * Only known receivers, whose mail passed DMARC, count in the tables of sources and services;
 * what all others say is counted apart (table senders).
 */
#include <stdio.h>
#include <time.h>

#include "auth/base/domain.h"
#include "filter/feedback/feedback.h"
#include "filter/feedback/feedback_check.h"
#include "filter/feedback/feedback_save.h"
#include "filter/feedback/feedback_show.h"
#include "filter/provider/provider.h"
#include "filter/settings/profile.h"
#include "filter/store/store.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { ROWS_TEXT = 25, ROWS_ALL = 10000, SENDERS = 100000, DOMAIN_OCTETS = 600 };
enum { CLASS_FILE, CLASS_UNAUTHENTICATED, CLASS_AUTHENTICATED, CLASS_KNOWN, CLASSES };

static const char *const class_keys[] = {"file", "unauthenticated", "authenticated", "known"};
static const char *const class_texts[] = {N_("loose files"), N_("mail that does not pass DMARC"),
	N_("other senders"), N_("known receivers")};

/* clang-format off */
#define COUNTS {"messages", N_("messages"), true}, {"pass", N_("pass"), true}, \
	{"fail", N_("fail"), true}, {"blocked", N_("blocked"), true}
static const struct feedback_table templates[TABLES] = {
	[TABLE_SENDERS] = {"senders", N_("Who reported"), {{"class", N_("sender"), false},
		{"reports", N_("reports"), true}, COUNTS}, 6, NULL, 0, 0, 0},
	[TABLE_DAYS] = {"days", N_("By day"), {{"day", N_("day"), false}, COUNTS}, 5, NULL, 0, 0, 0},
	[TABLE_SERVICES] = {"services", N_("By service"), {{"service", N_("service"), false}, COUNTS},
		5, NULL, 0, 0, 0},
	[TABLE_SOURCES] = {"sources", N_("By source"), {{"source", N_("source"), false}, COUNTS,
		{"first", N_("first"), false}, {"last", N_("last"), false}}, 7, NULL, 0, 0, 0},
	[TABLE_REPORTERS] = {"reporters", N_("By reporter"), {{"domain", N_("reporter"), false},
		{"class", N_("sender"), false}, {"reports", N_("reports"), true}, COUNTS}, 7, NULL, 0, 0, 0},
	[TABLE_POLICIES] = {"policies", N_("Policies that were found"), {{"domain", N_("domain"), false},
		{"p", "p", false}, {"sp", "sp", false}, {"reports", N_("reports"), true},
		{"first", N_("first"), false}, {"last", N_("last"), false}}, 6, NULL, 0, 0, 0},
	[TABLE_MARKS] = {"contradictions", N_("What cannot be true by the reporter's own data"),
		{{"domain", N_("reporter"), false}, {"rows", N_("rows"), true},
		{"messages", N_("messages"), true}, {"code", N_("what"), false}}, 4, NULL, 0, 0, 0},
	[TABLE_WARNINGS] = {"warnings", N_("What is odd about the reports"),
		{{"domain", N_("reporter"), false}, {"times", N_("times"), true},
		{"code", N_("what"), false}}, 3, NULL, 0, 0, 0},
	[TABLE_TLS] = {"tls", N_("Connections (TLS reports)"), {{"domain", N_("domain"), false},
		{"type", N_("policy"), false}, {"successes", N_("encrypted"), true},
		{"failures", N_("failed"), true}}, 4, NULL, 0, 0, 0},
	[TABLE_FAILURES] = {"tls_failures", N_("Why connections failed"), {{"domain", N_("domain"), false},
		{"result", N_("what"), false}, {"receiving_mx", N_("host"), false},
		{"sessions", N_("failed"), true}}, 4, NULL, 0, 0, 0},
};

/* clang-format on */

/* who is known */

static bool
is_below(struct slice name, struct slice domain)
{
	return name.n >= domain.n && slice_ieq(slice_from(name, name.n - domain.n), domain) &&
	       (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

static bool
is_known(const struct options *options, struct slice domain)
{
	for (size_t i = 0; i < options->trusted_reporters.n; i++)
		if (is_below(domain, slice_str(options->trusted_reporters.v[i])))
			return true;
	for (size_t i = 0; i < provider_count; i++) {
		struct slice list = slice_str(provider_table[i].reporters), word;

		while (provider_next_word(&list, &word))
			if (is_below(domain, word))
				return true;
	}
	return false;
}

static int
class_of(const struct options *options, int64_t auth, struct slice domain)
{
	if (auth == FEEDBACK_FILE)
		return CLASS_FILE;
	if (auth != FEEDBACK_AUTHENTICATED)
		return CLASS_UNAUTHENTICATED;
	return is_known(options, domain) ? CLASS_KNOWN : CLASS_AUTHENTICATED;
}

struct sender {
	int64_t id;
	int class;
};

/* Every sender with its class, for this connection alone. */
static enum status
classify(struct show *show)
{
	struct sender *senders = arena_array(show->arena, SENDERS, sizeof *senders);
	struct store_query *query;
	enum store_step step = STORE_DONE;
	enum status st;
	size_t n = 0;

	query = store_query(show->store, "SELECT id, auth, domain FROM in_sender ORDER BY id");
	while (n < SENDERS && (step = store_step(query)) == STORE_ROW)
		senders[n++] = (struct sender){store_int(query, 0),
			class_of(show->options, store_int(query, 1), store_text(query, 2))};
	store_reset(query);
	if (step == STORE_FAILED)
		return ST_TEMP;
	st = store_execute(show->store, "CREATE TEMPORARY TABLE known (id BIGINT NOT NULL PRIMARY "
					"KEY, class BIGINT NOT NULL)");
	query = st == ST_OK ? store_query(show->store, "INSERT INTO known VALUES (?1, ?2)") : NULL;
	for (size_t i = 0; st == ST_OK && i < n; i++) {
		store_bind_int(query, 1, senders[i].id);
		store_bind_int(query, 2, senders[i].class);
		st = store_run(query);
	}
	return st;
}

/* cells */

static char *
day_cell(struct show *show, const struct store_query *query, int column)
{
	char text[16];
	struct tm when;
	time_t at;

	if (store_is_null(query, column))
		return feedback_cell(SLICE(""), show->arena);
	at = (time_t)store_int(query, column);
	if (gmtime_r(&at, &when) == NULL || strftime(text, sizeof text, "%Y-%m-%d", &when) == 0)
		return feedback_cell(SLICE(""), show->arena);
	return feedback_cell(slice_str(text), show->arena);
}

static char *
number_cell(struct show *show, const struct store_query *query, int column)
{
	return feedback_cell_number(store_int(query, column), show->arena);
}

static char *
text_cell(struct show *show, const struct store_query *query, int column)
{
	return feedback_cell(store_text(query, column), show->arena);
}

/* messages, pass, fail and blocked, of the three sums from column on */
static void
count_cells(struct show *show, const struct store_query *query, int column, char **cells)
{
	const int64_t all = store_int(query, column), pass = store_int(query, column + 1);

	cells[0] = feedback_cell_number(all, show->arena);
	cells[1] = feedback_cell_number(pass, show->arena);
	cells[2] = feedback_cell_number(all - pass, show->arena);
	cells[3] = number_cell(show, query, column + 2);
}

static char *
class_cell(struct show *show, int64_t class)
{
	const bool text = show->options->output == OUTPUT_TEXT;

	if (class < 0 || class >= CLASSES)
		class = CLASS_FILE;
	return feedback_cell(
		slice_str(text ? translated(class_texts[class]) : class_keys[class]), show->arena);
}

static char *
mark_cell(struct show *show, size_t mark)
{
	const bool text = show->options->output == OUTPUT_TEXT;

	return feedback_cell(
		slice_str(text ? translated(feedback_mark_text((enum feedback_mark)mark))
			       : feedback_mark_code((enum feedback_mark)mark)),
		show->arena);
}

static char *
warning_cell(struct show *show, struct slice code)
{
	for (int i = 0; show->options->output == OUTPUT_TEXT && i < FEEDBACK_WARNINGS_N; i++)
		if (slice_eq(slice_str(feedback_warning_code((enum feedback_warning)i)), code))
			return feedback_cell(slice_str(translated(feedback_warning_text(
						     (enum feedback_warning)i))),
				show->arena);
	return feedback_cell(code, show->arena);
}

/* tables */

void
feedback_show_bind(const struct show *show, struct store_query *query)
{
	store_bind_text(query, 1, slice_str(show->domain));
	store_bind_text(query, 2, slice_str(show->below));
	store_bind_int(query, 3, CLASS_KNOWN - show->options->reporters);
}

typedef void fill_fn(struct show *show, const struct store_query *query, char **cells);

static enum status
fill(struct show *show, size_t table, const char *sql, fill_fn *fill_row)
{
	struct store_query *query = store_query(show->store, sql);
	enum store_step step;

	feedback_show_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW) {
		char **cells = feedback_table_row(&show->tables[table]);

		if (cells != NULL)
			fill_row(show, query, cells);
	}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

static void
fill_sender(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = class_cell(show, store_int(query, 0));
	cells[1] = number_cell(show, query, 1);
	count_cells(show, query, 2, cells + 2);
}

static void
fill_day(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = day_cell(show, query, 0);
	count_cells(show, query, 1, cells + 1);
}

static void
fill_source(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = text_cell(show, query, 0);
	count_cells(show, query, 1, cells + 1);
	cells[5] = day_cell(show, query, 4);
	cells[6] = day_cell(show, query, 5);
}

static void
fill_reporter(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = text_cell(show, query, 0);
	cells[1] = class_cell(show, store_int(query, 1));
	cells[2] = number_cell(show, query, 2);
	count_cells(show, query, 3, cells + 3);
}

static void
fill_policy(struct show *show, const struct store_query *query, char **cells)
{
	for (int i = 0; i < 3; i++)
		cells[i] = text_cell(show, query, i);
	cells[3] = number_cell(show, query, 3);
	cells[4] = day_cell(show, query, 4);
	cells[5] = day_cell(show, query, 5);
}

static void
fill_warning(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = text_cell(show, query, 0);
	cells[1] = number_cell(show, query, 1);
	cells[2] = warning_cell(show, store_text(query, 2));
}

static void
fill_tls(struct show *show, const struct store_query *query, char **cells)
{
	cells[0] = text_cell(show, query, 0);
	cells[1] = text_cell(show, query, 1);
	cells[2] = number_cell(show, query, 2);
	cells[3] = number_cell(show, query, 3);
}

static void
fill_tls_failure(struct show *show, const struct store_query *query, char **cells)
{
	for (int i = 0; i < 3; i++)
		cells[i] = text_cell(show, query, i);
	cells[3] = number_cell(show, query, 3);
}

/* One query for all marks: by sender and set of marks, of which there are few. */
static enum status
fill_marks(struct show *show)
{
	struct store_query *query = store_query(show->store,
		"SELECT s.domain, w.marks, count(*), sum(w.messages) FROM in_row w JOIN in_report "
		"r "
		"ON r.id = w.report JOIN in_sender s ON s.id = r.sender JOIN known k ON k.id = "
		"s.id AND k.class >= ?3 WHERE w.marks <> 0 AND " OF_DOMAIN
		" GROUP BY s.domain, w.marks ORDER BY s.domain, w.marks");
	enum store_step step;

	feedback_show_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW)
		for (size_t i = 0; i < FEEDBACK_MARKS_N; i++) {
			char **cells;

			if ((store_int(query, 1) >> i & 1) == 0)
				continue;
			cells = feedback_table_row(&show->tables[TABLE_MARKS]);
			if (cells == NULL)
				continue;
			cells[0] = text_cell(show, query, 0);
			cells[1] = number_cell(show, query, 2);
			cells[2] = number_cell(show, query, 3);
			cells[3] = mark_cell(show, i);
		}
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

/* clang-format off */
static const struct {
	size_t table;
	const char *sql;
	fill_fn *fill;
} queries[] = {
	{TABLE_SENDERS, "SELECT k.class, count(DISTINCT r.id), " SUMS " FROM in_row w JOIN in_report r ON r.id = w.report "
		"JOIN known k ON k.id = r.sender WHERE r.kind = 'aggregate' AND " OF_DOMAIN
		" GROUP BY k.class ORDER BY k.class DESC", fill_sender},
	{TABLE_DAYS, "SELECT r.begins - r.begins % 86400, " SUMS " FROM " OF_KNOWN
		" GROUP BY r.begins - r.begins % 86400 ORDER BY 1 DESC", fill_day},
	{TABLE_SOURCES, "SELECT w.source, " SUMS ", min(r.begins), max(r.begins) FROM " OF_KNOWN
		" GROUP BY w.source ORDER BY 2 DESC, 1", fill_source},
	{TABLE_REPORTERS, "SELECT s.domain, k.class, count(DISTINCT r.id), " SUMS " FROM in_row w JOIN in_report r ON "
		"r.id = w.report JOIN in_sender s ON s.id = r.sender JOIN known k ON k.id = s.id WHERE r.kind = "
		"'aggregate' AND " OF_DOMAIN " GROUP BY s.domain, k.class ORDER BY 2 DESC, 4 DESC, 1", fill_reporter},
	{TABLE_POLICIES, "SELECT r.domain, r.p, r.sp, count(*), min(r.begins), max(r.begins) FROM in_report r JOIN known "
		"k ON k.id = r.sender AND k.class >= ?3 WHERE r.kind = 'aggregate' AND " OF_DOMAIN
		" GROUP BY r.domain, r.p, r.sp ORDER BY 6 DESC, 1", fill_policy},
	{TABLE_WARNINGS, "SELECT s.domain, sum(n.times), n.code FROM in_warning n JOIN in_report r ON r.id = n.report "
		"JOIN in_sender s ON s.id = r.sender WHERE " OF_DOMAIN " GROUP BY s.domain, n.code ORDER BY 2 DESC, 1, 3",
		fill_warning},
	{TABLE_TLS, "SELECT t.domain, t.type, sum(t.successes), sum(t.failures) FROM in_tls t JOIN in_report r ON r.id = "
		"t.report JOIN known k ON k.id = r.sender AND k.class >= ?3 WHERE " OF_DOMAIN
		" GROUP BY t.domain, t.type ORDER BY 4 DESC, 1, 2", fill_tls},
	{TABLE_FAILURES, "SELECT t.domain, f.result, f.receiving_mx, sum(f.sessions) FROM in_tls_failure f JOIN in_tls t "
		"ON t.report = f.report AND t.n = f.policy JOIN in_report r ON r.id = t.report JOIN known k ON k.id = "
		"r.sender AND k.class >= ?3 WHERE " OF_DOMAIN " GROUP BY t.domain, f.result, f.receiving_mx ORDER BY 4 DESC, "
		"1, 2, 3", fill_tls_failure},
};
/* clang-format on */

/* The domain as it is in the store, and a pattern for what is below it. */
static bool
set_domain(struct show *show)
{
	struct slice domain = SLICE("");
	struct buf below;

	show->domain = show->below = "";
	if (show->options->domains.n == 0)
		return true;
	if (domain_normalize(slice_str(show->options->domains.v[0]), show->arena, &domain) != ST_OK)
		return false;
	buf_init(&below, show->arena, DOMAIN_OCTETS);
	buf_adds(&below, "%.");
	for (size_t i = 0; i < domain.n; i++) {
		if (strchr("%_!", domain.p[i]) != NULL)
			buf_addc(&below, '!');
		buf_addc(&below, domain.p[i]);
	}
	show->domain = arena_cstr(show->arena, domain);
	show->below = arena_cstr(show->arena, buf_slice(&below));
	return true;
}

static enum status
fill_all(struct show *show)
{
	const size_t max = show->options->output == OUTPUT_TEXT ? ROWS_TEXT : ROWS_ALL;
	enum status st = classify(show);

	for (size_t i = 0; i < TABLES; i++) {
		show->tables[i] = templates[i];
		feedback_table_begin(&show->tables[i], max, show->arena);
	}
	for (size_t i = 0; st == ST_OK && i < sizeof queries / sizeof *queries; i++)
		st = fill(show, queries[i].table, queries[i].sql, queries[i].fill);
	if (st == ST_OK)
		st = feedback_services_fill(show);
	return st == ST_OK ? fill_marks(show) : st;
}

int
feedback_show_main(const struct options *options, struct arena *arena)
{
	struct show show = {.options = options, .arena = arena};
	int status;

	if (!set_domain(&show)) {
		fprintf(stderr, "mailstamp: %s\n", _("DOMAIN is not a domain name"));
		return EXIT_USAGE_ERROR;
	}
	status = store_open_command(options->store, STORE_READ, arena, &show.store);
	if (status != 0)
		return status;
	if (fill_all(&show) != ST_OK)
		status = store_failed(show.store);
	store_close(show.store);
	if (status == 0 &&
		!feedback_tables_print(show.tables, TABLES, options->output, arena, stdout))
		status = EXIT_TEMPFAIL;
	return status;
}
