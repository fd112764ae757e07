#include "filter/view/view_reported.h"

#include <stdlib.h>

#include "auth/base/domain.h"
#include "mime/buf.h"
/* gcc's analyser (tools/analyse) loses what is in a struct that becomes an element of an array */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

enum {
	PAGE = 1000,   /* rows per query */
	CACHE = 4096,  /* size of the cache of classified rows */
	RESULTS = 4096 /* size of the cache of result lists */
};

/* The primary key of a row. */
struct key {
	int64_t report, n;
};

/* A row from the store, with the data that is needed from its report. */
struct line {
	int64_t report, n, auth, begins, class;
	bool has_date;
	int64_t messages;
	struct slice reporter, reasons, domain, adkim, aspf, discovery;
	struct slice source, disposition, dkim, spf, header_from;
};

/* a cached list of results */
struct results {
	int64_t auth; /* id of the list; 0: empty */
	struct feedback_result *list;
	size_t n;
	struct arena arena;
};

/* a cached classification; the key contains everything on which it depends */
struct judged {
	struct slice key; /* from malloc */
	struct view_judged what;
};

struct reader {
	struct view_reported *to;
	const char *domain;
	int64_t least, known;
	struct arena page, one;
	struct line *lines;
	size_t n;
	/* the current row as reported */
	struct feedback_report policy;
	struct feedback_row row;
	struct feedback_result list[FEEDBACK_RESULTS]; /* the list that is being read */
	struct results *results;
	struct judged *judged;
};

/* reading */

static struct slice
copy(struct reader *reader, const struct store_query *query, int column)
{
	return arena_dup(&reader->page, store_text(query, column));
}

static struct slice
lowered(struct reader *reader, const struct store_query *query, int column)
{
	return arena_lower(&reader->page, store_text(query, column));
}

static void
take_line(struct reader *reader, const struct store_query *query)
{
	struct line *line = &reader->lines[reader->n++];

	*line = (struct line){
		.report = store_int(query, 0),
		.n = store_int(query, 1),
		.auth = store_int(query, 2),
		.has_date = !store_is_null(query, 3),
		.begins = store_int(query, 3),
		.class = store_int(query, 4),
		.reporter = copy(reader, query, 5),
		.reasons = copy(reader, query, 6),
		.domain = lowered(reader, query, 7),
		.adkim = copy(reader, query, 8),
		.aspf = copy(reader, query, 9),
		.discovery = copy(reader, query, 10),
		.source = copy(reader, query, 11),
		.messages = store_int(query, 12),
		.disposition = copy(reader, query, 13),
		.dkim = copy(reader, query, 14),
		.spf = copy(reader, query, 15),
		.header_from = view_judge_author(store_text(query, 16), &reader->page),
	};
}

/*
 * Finds the last row of the page that begins after a given row, by the primary key alone. If fewer
 * rows follow than a page has, *end is beyond the table.
 */
static enum status
find_end(struct reader *reader, struct key after, struct key *end)
{
	struct store_query *query = store_query(reader->to->store,
		"SELECT report, n FROM in_row WHERE (report, n) > (?1, ?2) ORDER BY report, n"
		" LIMIT 1 OFFSET ?3");
	enum store_step step;

	*end = (struct key){INT64_MAX, INT64_MAX};
	store_bind_int(query, 1, after.report);
	store_bind_int(query, 2, after.n);
	store_bind_int(query, 3, PAGE - 1);
	step = store_step(query);
	if (step == STORE_ROW)
		*end = (struct key){store_int(query, 0), store_int(query, 1)};
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/*
 * Reads the rows after `after` up to `end`. These limits of the primary key leave so few rows that
 * it does not matter in which order the database joins and sorts. The limits of r.id help
 * PostgreSQL if it begins with the reports.
 */
static enum status
read_page(struct reader *reader, struct key after, struct key end)
{
	struct store_query *query = store_query(reader->to->store,
		"SELECT w.report, w.n, w.auth, r.begins, k.class, s.domain, w.reasons, r.domain, "
		"r.adkim, r.aspf, r.discovery, w.source, w.messages, w.disposition, w.dkim, w.spf, "
		"w.header_from FROM in_row w CROSS JOIN in_report r CROSS JOIN known k CROSS JOIN "
		"in_sender s WHERE r.id = w.report AND k.id = r.sender AND s.id = r.sender AND "
		"k.class >= ?2 AND (w.report, w.n) > (?3, ?4) AND (w.report, w.n) <= (?5, ?6) AND "
		"r.id >= ?3 AND r.id <= ?5 AND " VIEW_OF_ROW " ORDER BY w.report, w.n");
	enum store_step step;

	arena_reset(&reader->page);
	reader->n = 0;
	store_bind_text(query, 1, slice_str(reader->domain));
	store_bind_int(query, 2, reader->least);
	store_bind_int(query, 3, after.report);
	store_bind_int(query, 4, after.n);
	store_bind_int(query, 5, end.report);
	store_bind_int(query, 6, end.n);
	while ((step = store_step(query)) == STORE_ROW && reader->n < PAGE)
		take_line(reader, query);
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

static enum status
read_results(struct reader *reader, int64_t auth, struct results **found)
{
	struct results *at = &reader->results[(uint64_t)auth % RESULTS];
	struct store_query *query;
	enum store_step step;

	*found = at;
	if (at->auth == auth)
		return ST_OK;
	if (at->auth == 0)
		arena_init(&at->arena, reader->page.oom, reader->page.oom_arg);
	arena_clear(&at->arena);
	at->auth = auth;
	at->n = 0;
	query = store_query(reader->to->store, "SELECT method, domain, selector, scope, result "
					       "FROM in_result WHERE auth = ?1 ORDER BY n");
	store_bind_int(query, 1, auth);
	while ((step = store_step(query)) == STORE_ROW && at->n < FEEDBACK_RESULTS)
		reader->list[at->n++] = (struct feedback_result){
			.spf = slice_eq(store_text(query, 0), SLICE("spf")),
			.domain = arena_lower(&at->arena, store_text(query, 1)),
			.selector = arena_lower(&at->arena, store_text(query, 2)),
			.scope = arena_dup(&at->arena, store_text(query, 3)),
			.result = arena_dup(&at->arena, store_text(query, 4)),
		};
	store_reset(query);
	at->list = arena_array(&at->arena, at->n, sizeof *at->list);
	memcpy(at->list, reader->list, at->n * sizeof *at->list);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* Fills the row as it was reported; a reason is stored as "TYPE TAB COMMENT LF". */
static void
set_row(struct reader *reader, const struct line *line, const struct results *results)
{
	struct feedback_row *row = &reader->row;
	struct slice left = line->reasons;

	reader->policy.domain = line->domain;
	reader->policy.adkim = line->adkim;
	reader->policy.aspf = line->aspf;
	reader->policy.discovery = line->discovery;
	row->source = line->source;
	row->messages = line->messages;
	row->disposition = line->disposition;
	row->dkim = line->dkim;
	row->spf = line->spf;
	row->header_from = line->header_from;
	for (row->nresults = 0; row->nresults < results->n; row->nresults++)
		row->results[row->nresults] = results->list[row->nresults];
	row->nreasons = 0;
	while (left.n > 0 && row->nreasons < FEEDBACK_REASONS) {
		const struct slice one = slice_head(left, slice_find(left, '\n'));

		row->reasons[row->nreasons++].type = slice_head(one, slice_find(one, '\t'));
		left = slice_from(left, one.n + 1);
	}
}

/* judging */

/* The cache key: everything on which the classification of a row depends. */
static struct slice
key_of(const struct line *line, struct arena *arena)
{
	const struct slice parts[] = {line->header_from, line->source, line->dkim, line->spf,
		line->domain, line->adkim, line->aspf, line->discovery, line->reasons};
	size_t room = 64;
	struct buf key;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		room += parts[i].n + 1;
	buf_init(&key, arena, room);
	buf_addf(&key, "%lld", (long long)line->auth);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		buf_addc(&key, '\0');
		buf_add(&key, parts[i]);
	}
	return buf_slice(&key);
}

static enum status
judge_line(struct reader *reader, const struct line *line, struct view_judged *judged)
{
	const struct slice key = key_of(line, &reader->one);
	struct judged *at = &reader->judged[slice_hash(key) % CACHE];
	enum status st;
	char *kept;

	if (at->key.p != NULL && slice_eq(at->key, key)) {
		*judged = at->what;
		return ST_OK;
	}
	st = view_judge_row(reader->to->judge, &reader->policy, &reader->row, &reader->one, judged);
	if (st != ST_OK || reader->to->judge->options->names)
		return st; /* not cached, because the name is freed with the row */
	kept = malloc(key.n);
	if (kept == NULL)
		return ST_TEMP;
	memcpy(kept, key.p, key.n);
	free((char *)(uintptr_t)at->key.p);
	*at = (struct judged){slice_make(kept, key.n), *judged};
	return ST_OK;
}

/* counting */

static enum disposition
disposition_of(struct slice word)
{
	return slice_eq(word, SLICE("reject"))       ? DISP_REJECT
	       : slice_eq(word, SLICE("quarantine")) ? DISP_QUARANTINE
						     : DISP_ACCEPT;
}

static bool
told_pass(struct slice word)
{
	return slice_eq(word, SLICE("pass"));
}

static void
count_marks(struct reader *reader, const struct line *line, int64_t marks)
{
	struct view_reported *to = reader->to;
	struct view_contradiction *one;
	size_t i = 0;

	if (marks == 0)
		return;
	while (i < to->ncontradictions &&
		!slice_eq(slice_str(to->contradictions[i].reporter), line->reporter))
		i++;
	if (i == VIEW_REPORTERS)
		return;
	one = &to->contradictions[i];
	if (i == to->ncontradictions) {
		to->ncontradictions++;
		one->reporter = arena_cstr(to->arena, line->reporter);
	}
	for (size_t m = 0; m < FEEDBACK_MARKS_N; m++)
		if ((marks >> m & 1) != 0) {
			one->rows[m]++;
			one->messages[m] += (uint64_t)line->messages;
		}
}

static void
count_dates(struct view_host *host, const struct line *line)
{
	if (!line->has_date)
		return;
	if (!host->has_dates || line->begins < host->first)
		host->first = line->begins;
	if (!host->has_dates || line->begins > host->last)
		host->last = line->begins;
	host->has_dates = true;
}

/*
 * The class of a row, with the evidence of the archive and the reporter about forwarding. A row
 * that names no signature gets the class of its host, which is only likely.
 */
static struct sender
seen(struct sender sender, enum view_reason reason, bool known)
{
	const bool open = sender.class == SENDER_DECIDE || sender.class == SENDER_FORGED;

	if (sender.class != SENDER_PASSES && view_reason_proves(reason))
		return (struct sender){SENDER_FORWARDER, SENDER_BY_ARCHIVE};
	if (open && known && reason == VIEW_BY_ARCHIVE)
		return (struct sender){SENDER_FORWARDER, SENDER_BY_ARCHIVE};
	if (open && known && reason == VIEW_BY_REPORTER)
		return (struct sender){SENDER_FORWARDER, SENDER_BY_REPORTER};
	return sender;
}

/* Adds the row to its host, and completes its class by what is known about that host. */
static void
count_host(struct reader *reader, const struct line *line, struct view_judged *judged)
{
	struct view_hosts *hosts = reader->to->hosts;
	struct view_host *host = view_hosts_take(hosts, line->header_from, line->source);
	const bool pass = judged->sender.class == SENDER_PASSES;
	const uint64_t n = (uint64_t)line->messages;
	enum view_reason reason = judged->told;

	if (judged->sender.class != SENDER_OWN && judged->sender.class != SENDER_SERVICE &&
		(!pass || !told_pass(line->spf)))
		reason = view_hosts_reason(
			hosts, host, &reader->row, line->class >= reader->known, judged->told);
	judged->sender = seen(judged->sender, reason, line->class >= reader->known);
	if (host == NULL)
		return;
	host->messages += n;
	host->pass += told_pass(line->dkim) || told_pass(line->spf) ? n : 0;
	host->spf_pass += told_pass(line->spf) ? n : 0;
	host->blocked += disposition_of(line->disposition) != DISP_ACCEPT ? n : 0;
	host->classes[judged->sender.class] += n;
	host->by[judged->sender.class] = judged->sender.by;
	host->forwarded += reason != VIEW_BY_NONE ? n : 0;
	host->proved += view_reason_proves(reason) ? n : 0;
	host->reason = reason > host->reason ? reason : host->reason;
	count_dates(host, line);
}

/* Passes the row on to `take`, in the form of a message's row. */
static enum status
count_row(struct reader *reader, const struct line *line, const struct view_judged *judged)
{
	const struct feedback_row *from = &reader->row;
	struct arena *arena = &reader->one;
	struct row_signature *signatures = arena_array(arena, from->nresults, sizeof *signatures);
	const bool dkim = told_pass(from->dkim);
	struct ip ip;
	struct row row = {
		.more = (uint64_t)from->messages - 1,
		.path = "",
		.error = "",
		.evaluated = true,
		.not_judged = judged->sender.class == SENDER_UNJUDGED,
		.has_date = line->has_date,
		.date = line->begins,
		.spf_domain = "",
		.spf_aligned = told_pass(from->spf),
		.signatures = signatures,
		.dkim_aligned = dkim,
		.dmarc = dkim || told_pass(from->spf) ? AUTH_PASS : AUTH_FAIL,
		.policy = "",
		.author_domain = row_text(from->header_from, ROW_TEXT, arena),
		.client_ip = "",
		.client_name = judged->name,
		.message_id = "",
		.envelope_from = "",
		.disposition = disposition_of(from->disposition),
		.reason = "",
		.indicator = "",
		.override = "",
		.receiver = "",
		.worse_source = "",
		.sender = judged->sender,
	};

	if (ip_parse(from->source, &ip))
		row.client_ip = row_text(from->source, ROW_TEXT, arena);
	for (size_t i = 0; i < from->nresults; i++) {
		const struct feedback_result *result = &from->results[i];
		const char *domain = row_text(result->domain, ROW_TEXT, arena);

		if (!told_pass(result->result) || domain[0] == '\0')
			continue;
		if (result->spf && row.spf != AUTH_PASS) {
			row.spf = AUTH_PASS;
			row.spf_domain = domain;
		} else if (!result->spf) {
			signatures[row.nsignatures++] = (struct row_signature){domain,
				row_text(result->selector, ROW_TEXT, arena), AUTH_PASS,
				dkim && (domain_within(from->header_from, result->domain) ||
						domain_within(result->domain, from->header_from)),
				""};
		}
	}
	row.spf = row.spf_aligned ? AUTH_PASS : row.spf;
	row.dkim = row_dkim(row.signatures, row.nsignatures);
	return reader->to->take(reader->to->arg, &row) ? ST_OK : ST_TEMP;
}

static enum status
take(struct reader *reader, const struct line *line)
{
	const struct slice within = reader->to->within;
	struct view_judged judged;
	struct results *results;
	enum status st;

	if (within.n > 0 && !domain_within(line->header_from, within))
		return ST_OK;
	st = read_results(reader, line->auth, &results);
	arena_reset(&reader->one);
	if (st != ST_OK || line->messages <= 0)
		return st;
	set_row(reader, line, results);
	st = judge_line(reader, line, &judged);
	if (st != ST_OK)
		return st;
	count_marks(reader, line, judged.marks);
	count_host(reader, line, &judged);
	return count_row(reader, line, &judged);
}

/* Reads all rows, page by page; rows that are stored meanwhile come last. */
static enum status
read_all(struct reader *reader)
{
	struct key at = {INT64_MIN, INT64_MIN}, end = at;
	enum status st = ST_OK;

	while (st == ST_OK && end.report != INT64_MAX) {
		st = find_end(reader, at, &end);
		if (st == ST_OK)
			st = read_page(reader, at, end);
		for (size_t i = 0; st == ST_OK && i < reader->n; i++)
			st = take(reader, &reader->lines[i]);
		if (st == ST_OK && reader->n == PAGE) /* more may follow up to `end` */
			end = (struct key){
				reader->lines[PAGE - 1].report, reader->lines[PAGE - 1].n};
		at = end;
	}
	return st;
}

enum status
view_reported_read(struct view_reported *reported, const char *domain, int64_t class, int64_t known)
{
	struct arena *arena = reported->arena;
	struct reader *reader = arena_array(arena, 1, sizeof *reader);
	enum status st;

	*reader = (struct reader){
		.to = reported,
		.domain = domain,
		.least = class,
		.known = known,
		.lines = arena_array(arena, PAGE, sizeof *reader->lines),
		.results = arena_array(arena, RESULTS, sizeof *reader->results),
		.judged = arena_array(arena, CACHE, sizeof *reader->judged),
	};
	reported->contradictions =
		arena_array(arena, VIEW_REPORTERS, sizeof *reported->contradictions);
	arena_init(&reader->page, arena->oom, arena->oom_arg);
	arena_init(&reader->one, arena->oom, arena->oom_arg);
	st = read_all(reader);
	arena_clear(&reader->page);
	arena_clear(&reader->one);
	for (size_t i = 0; i < RESULTS; i++)
		if (reader->results[i].auth != 0)
			arena_clear(&reader->results[i].arena);
	for (size_t i = 0; i < CACHE; i++)
		free((char *)(uintptr_t)reader->judged[i].key.p);
	return st;
}
