#include <stdio.h>
#include <stdlib.h>

#include "filter/settings/profile.h"
#include "filter/store/store_backend.h"
#include "filter/text/error_words.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

void
store_database_failed(struct store *store, const char *text)
{
	struct slice line = slice_trim(slice_str(text)), one;
	struct arena arena;
	struct buf out;

	arena_init(&arena, NULL, NULL);
	line = slice_head(line, slice_find(line, '\n'));
	buf_init(&out, &arena, STORE_ERROR_MAX - 1);
	while (line.n > 0 && !out.over)
		if (printable_next(&line, &one) == PRINTABLE_SHOWS)
			buf_add(&out, one);
		else
			printable_octets(one, &out);
	memcpy(store->words, out.n > 0 ? out.p : "", out.n);
	store->words[out.n] = '\0';
	store->error = store_error(STORE_E_DATABASE);
	store->error.words[0] = store->words;
	arena_clear(&arena);
}

struct error
store_error_kept(const struct store *store, struct arena *arena)
{
	struct error error = store->error;

	if (error.words[0] != NULL)
		error.words[0] = arena_cstr(arena, slice_str(error.words[0]));
	return error;
}

/*
 * Returns the address without its password, which must not be printed, and without its parameters.
 */
static const char *
without_password(const char *where, struct arena *arena)
{
	struct slice s = slice_str(where), host;
	const char *query = strchr(where, '?');
	size_t authority = 0, at, colon;
	struct buf out;

	if (strstr(where, "://") != NULL)
		authority = (size_t)(strstr(where, "://") - where) + 3;
	if (query != NULL)
		s = slice_head(s, (size_t)(query - where));
	host = slice_head(slice_from(s, authority), slice_find(slice_from(s, authority), '/'));
	at = slice_rfind(host, '@');
	colon = slice_find(slice_head(host, at < host.n ? at : 0), ':');
	buf_init(&out, arena, s.n + 8);
	if (at < host.n && colon < at) {
		buf_add(&out, slice_head(s, authority + colon));
		s = slice_from(s, authority + at);
	}
	buf_add(&out, s);
	return arena_cstr(arena, buf_slice(&out));
}

/*
 * Opens the back end that where names, and checks the tables; frees store on failure. *shown: where
 * without its password.
 */
static enum status
open_kind(struct store *store, const char *where, enum store_use use, struct arena *arena,
	const char **shown, struct error *error)
{
	enum status st;

	if (strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0) {
		*shown = without_password(where, arena);
		st = store_postgres_open(where, arena, store, error);
	} else if (strstr(where, "://") != NULL) {
		*shown = without_password(where, arena);
		*error = store_error(STORE_E_KIND);
		st = ST_BAD;
	} else {
		*shown = where;
		st = store_sqlite_open(where, use, arena, store, error);
	}
	if (st != ST_OK) {
		free(store);
		return st;
	}
	st = store_schema_check(store, use, arena, error);
	if (st != ST_OK)
		store_close(store);
	return st;
}

enum status
store_open(const char *where, enum store_use use, struct arena *arena, struct store **store,
	struct error *error)
{
	struct store *made = calloc(1, sizeof *made);
	const char *shown = where;
	enum status st = ST_TEMP;

	*store = NULL;
	*error = store_error(STORE_E_NO_MEMORY);
	if (made != NULL)
		st = open_kind(made, where, use, arena, &shown, error);
	error->path = shown;
	if (st == ST_OK)
		*store = made;
	return st;
}

int
store_open_command(const char *where, enum store_use use, struct arena *arena, struct store **store)
{
	struct error error;
	enum status st = store_open(where, use, arena, store, &error);

	if (st == ST_OK)
		return 0;
	error_print(&error, arena);
	return st == ST_BAD ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

void
store_close(struct store *store)
{
	struct store_query *next;

	if (store == NULL)
		return;
	store_rollback(store);
	for (struct store_query *query = store->queries; query != NULL; query = next) {
		next = query->next;
		if (query->statement != NULL)
			store->backend->finish(query);
		free(query);
	}
	store->backend->close(store);
	free(store);
}

struct store_query *
store_query(struct store *store, const char *sql)
{
	struct store_query *query;

	for (query = store->queries; query != NULL; query = query->next)
		if (query->sql == sql || strcmp(query->sql, sql) == 0)
			return query->statement != NULL ? query : NULL;
	query = calloc(1, sizeof *query);
	if (query == NULL) {
		store->error = store_error(STORE_E_NO_MEMORY);
		return NULL;
	}
	query->store = store;
	query->sql = sql;
	query->statement = store->backend->prepare(store, sql);
	if (query->statement == NULL) {
		free(query);
		return NULL;
	}
	query->next = store->queries;
	store->queries = query;
	return query;
}

void
store_bind_int(struct store_query *query, int at, int64_t value)
{
	if (query != NULL)
		query->store->backend->bind_int(query, at, value);
}

/* Binds text; plain ASCII, the usual case, needs no copy. */
void
store_bind_text(struct store_query *query, int at, struct slice text)
{
	struct slice left = text, one;
	struct arena arena;
	struct buf out;
	bool plain = true;

	if (query == NULL)
		return;
	for (size_t i = 0; plain && i < text.n; i++)
		plain = (unsigned char)(text.p[i] - 1) < 0x7f;
	if (plain) {
		query->store->backend->bind(query, at, text, true);
		return;
	}
	arena_init(&arena, NULL, NULL);
	buf_init(&out, &arena, text.n * 4 + 1);
	while (left.n > 0)
		if (printable_next(&left, &one) != PRINTABLE_BAD && one.p[0] != '\0')
			buf_add(&out, one);
		else
			printable_octets(one, &out);
	query->store->backend->bind(query, at, buf_slice(&out), true);
	arena_clear(&arena);
}

void
store_bind_blob(struct store_query *query, int at, struct slice octets)
{
	if (query != NULL)
		query->store->backend->bind(query, at, octets, false);
}

void
store_bind_null(struct store_query *query, int at)
{
	if (query != NULL)
		query->store->backend->bind_null(query, at);
}

enum store_step
store_step(struct store_query *query)
{
	return query != NULL ? query->store->backend->step(query) : STORE_FAILED;
}

int64_t
store_int(const struct store_query *query, int column)
{
	return query->store->backend->get_int(query, column);
}

struct slice
store_text(const struct store_query *query, int column)
{
	return query->store->backend->get_text(query, column);
}

struct slice
store_blob(struct store_query *query, int column)
{
	return query->store->backend->get_blob(query, column);
}

bool
store_is_null(const struct store_query *query, int column)
{
	return query->store->backend->is_null(query, column);
}

void
store_reset(struct store_query *query)
{
	if (query != NULL)
		query->store->backend->reset(query);
}

enum status
store_run(struct store_query *query)
{
	enum store_step step;

	if (query == NULL)
		return ST_TEMP;
	do
		step = store_step(query);
	while (step == STORE_ROW);
	store_reset(query);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}

enum status
store_run_later(struct store_query *query)
{
	if (query == NULL || !query->store->in_transaction)
		return store_run(query);
	return query->store->backend->run_later(query, NULL);
}

enum status
store_run_counted(struct store_query *query, int64_t *changed)
{
	if (query == NULL || !query->store->in_transaction)
		return ST_TEMP;
	return query->store->backend->run_later(query, changed);
}

enum status
store_execute(struct store *store, const char *sql)
{
	return store->backend->execute(store, sql);
}

enum status
store_begin(struct store *store)
{
	enum status st = store_execute(store, store->backend->begin);

	store->in_transaction = st == ST_OK;
	return st;
}

enum status
store_commit(struct store *store)
{
	enum status st = store_execute(store, "COMMIT");

	if (st == ST_OK)
		store->in_transaction = false;
	else
		store_rollback(store);
	return st;
}

void
store_rollback(struct store *store)
{
	struct error kept = store->error; /* the first error matters, not a failure to roll back */
	char words[STORE_ERROR_MAX];

	if (!store->in_transaction)
		return;
	store->in_transaction = false;
	memcpy(words, store->words, sizeof words);
	(void)store_execute(store, "ROLLBACK");
	memcpy(store->words, words, sizeof words);
	store->error = kept;
}

struct error
store_last_error(const struct store *store)
{
	return store->error;
}

int
store_failed(const struct store *store)
{
	struct error error = store->error;
	struct arena arena;

	if (error.reason.id == REASON_NONE)
		error = store_error(STORE_E_NO_MEMORY);
	arena_init(&arena, NULL, NULL);
	error_print(&error, &arena);
	arena_clear(&arena);
	return EXIT_TEMPFAIL;
}

enum status
store_key(struct store *store, const char *name, struct arena *arena, struct slice *value)
{
	struct store_query *query = store_query(store, "SELECT value FROM out_key WHERE name = ?1");
	enum store_step step;

	store_bind_text(query, 1, slice_str(name));
	step = store_step(query);
	if (step == STORE_ROW)
		*value = arena_dup(arena, store_blob(query, 0));
	store_reset(query);
	if (step == STORE_FAILED)
		return ST_TEMP;
	return step == STORE_ROW ? ST_OK : ST_BAD;
}

enum status
store_key_set(struct store *store, const char *name, struct slice value)
{
	struct store_query *query =
		store_query(store, "INSERT INTO out_key (name, value) VALUES (?1, ?2)"
				   " ON CONFLICT (name) DO UPDATE SET value = excluded.value");

	store_bind_text(query, 1, slice_str(name));
	store_bind_blob(query, 2, value);
	return store_run(query);
}
