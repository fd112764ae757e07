/* view_known.c: decides which reports count: those of which reporters, about which domains. */
#include "auth/base/domain.h"
#include "filter/feedback/feedback_save.h"
#include "filter/provider/provider.h"
#include "filter/view/view_parts.h"

enum { SENDERS = 1000, NAMES = 1000 }; /* how many are read together */

static bool
is_known(const struct options *options, struct slice domain)
{
	for (size_t i = 0; i < options->trusted_reporters.n; i++)
		if (domain_within(domain, slice_str(options->trusted_reporters.v[i])))
			return true;
	for (size_t i = 0; i < provider_count; i++) {
		struct slice list = slice_str(provider_table[i].reporters), word;

		while (provider_next_word(&list, &word))
			if (domain_within(domain, word))
				return true;
	}
	return false;
}

static enum view_class
class_of(const struct options *options, int64_t auth, struct slice domain)
{
	if (auth == FEEDBACK_FILE)
		return VIEW_FILE;
	if (auth != FEEDBACK_AUTHENTICATED)
		return VIEW_UNAUTHENTICATED;
	return is_known(options, domain) ? VIEW_KNOWN : VIEW_AUTHENTICATED;
}

struct known_sender {
	int64_t id;
	enum view_class class;
};

/* Reads the next senders after id *last; sets *n to their number, and *last to the last id. */
static enum status
next_senders(struct show *show, struct known_sender *senders, size_t *n, int64_t *last)
{
	struct store_query *query = store_query(show->store,
		"SELECT id, auth, domain FROM in_sender WHERE id > ?1 ORDER BY id LIMIT ?2");
	enum store_step step;

	*n = 0;
	store_bind_int(query, 1, *last);
	store_bind_int(query, 2, SENDERS);
	while ((step = store_step(query)) == STORE_ROW && *n < SENDERS)
		senders[(*n)++] = (struct known_sender){store_int(query, 0),
			class_of(show->options, store_int(query, 1), store_text(query, 2))};
	store_reset(query);
	if (*n > 0)
		*last = senders[*n - 1].id;
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* Classifies all senders, in pieces: they may be many, because anybody's mail can add new ones. */
enum status
view_classify(struct show *show)
{
	struct known_sender *senders = arena_array(show->arena, SENDERS, sizeof *senders);
	int64_t last = INT64_MIN;
	size_t n = SENDERS;
	enum status st = store_execute(show->store,
		"CREATE TEMPORARY TABLE known (id BIGINT NOT NULL PRIMARY KEY, class BIGINT NOT "
		"NULL)");

	while (st == ST_OK && n == SENDERS) {
		st = next_senders(show, senders, &n, &last);
		for (size_t i = 0; st == ST_OK && i < n; i++) {
			struct store_query *query =
				store_query(show->store, "INSERT INTO known VALUES (?1, ?2)");

			store_bind_int(query, 1, senders[i].id);
			store_bind_int(query, 2, (int64_t)senders[i].class);
			st = store_run(query);
		}
	}
	return st;
}

/*
 * A temporary table of names: filled with all that may belong to the domain, from which those that
 * do not are removed.
 */
struct names {
	const char *fill, *next, *drop;
	bool (*belongs)(struct slice name, struct slice domain);
};

static bool
is_above(struct slice name, struct slice domain)
{
	return name.n > 0 && name.n < domain.n && domain_within(domain, name);
}

/* clang-format off */
static const struct names names[] = {
	{"INSERT INTO about SELECT DISTINCT domain FROM in_report WHERE domain <> ''",
		"SELECT name FROM about WHERE name > ?1 ORDER BY name LIMIT ?2",
		"DELETE FROM about WHERE name = ?1", domain_within},
	{"INSERT INTO above SELECT DISTINCT domain FROM in_report WHERE domain <> ''",
		"SELECT name FROM above WHERE name > ?1 ORDER BY name LIMIT ?2",
		"DELETE FROM above WHERE name = ?1", is_above},
	{"INSERT INTO author SELECT w.header_from FROM in_row w JOIN in_report r ON r.id = w.report WHERE r.domain IN "
		"(SELECT name FROM above) AND w.header_from <> '' UNION SELECT f.header_from FROM in_failure f JOIN in_report r "
		"ON r.id = f.report WHERE r.domain IN (SELECT name FROM above) AND f.header_from <> ''",
		"SELECT name FROM author WHERE name > ?1 ORDER BY name LIMIT ?2",
		"DELETE FROM author WHERE name = ?1", domain_within},
};
/* clang-format on */

/* Reads the next names after the last one in list; sets *n to their number. */
static enum status
next_names(struct show *show, const char *sql, struct arena *arena, struct slice *list, size_t *n)
{
	struct store_query *query = store_query(show->store, sql);
	enum store_step step;

	store_bind_text(query, 1, *n > 0 ? list[*n - 1] : SLICE(""));
	store_bind_int(query, 2, NAMES);
	arena_reset(arena);
	*n = 0;
	while ((step = store_step(query)) == STORE_ROW && *n < NAMES)
		list[(*n)++] = arena_dup(arena, store_text(query, 0));
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* Fills a table; names are compared in their normal form. */
static enum status
choose(struct show *show, const struct names *which)
{
	const struct slice domain = slice_str(show->domain);
	struct slice list[NAMES];
	struct arena arena;
	size_t n = 0;
	enum status st = store_execute(show->store, which->fill);

	arena_init(&arena, show->arena->oom, show->arena->oom_arg);
	do {
		st = st == ST_OK ? next_names(show, which->next, &arena, list, &n) : st;
		for (size_t i = 0; st == ST_OK && i < n; i++) {
			struct store_query *query;

			if (which->belongs(view_judge_author(list[i], &arena), domain))
				continue;
			query = store_query(show->store, which->drop);
			store_bind_text(query, 1, list[i]);
			st = store_run(query);
		}
	} while (st == ST_OK && n == NAMES);
	arena_clear(&arena);
	return st;
}

enum status
view_choose(struct show *show)
{
	enum status st = store_execute(show->store,
		"CREATE TEMPORARY TABLE about (name TEXT NOT NULL PRIMARY KEY); "
		"CREATE TEMPORARY TABLE above (name TEXT NOT NULL PRIMARY KEY); "
		"CREATE TEMPORARY TABLE author (name TEXT NOT NULL PRIMARY KEY)");

	for (size_t i = 0;
		show->domain[0] != '\0' && st == ST_OK && i < sizeof names / sizeof *names; i++)
		st = choose(show, &names[i]);
	return st;
}

int64_t
view_least(const struct options *options)
{
	return (int64_t)VIEW_KNOWN - (int64_t)options->reporters;
}

void
view_bind(const struct show *show, struct store_query *query)
{
	store_bind_text(query, 1, slice_str(show->domain));
	store_bind_int(query, 2, view_least(show->options));
}
