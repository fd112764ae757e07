#include "filter/store/store_schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/store/store_backend.h"
#include "mime/buf.h"

enum { STATEMENT_MAX = 8192, NUMBER_MAX = 24 };

/* The statements that migrate each version to the next; an empty store has version 0. */
static const char *const *const steps[][3] = {
	{store_schema_in, store_schema_out, NULL},
};

enum { VERSION = sizeof steps / sizeof steps[0] };

/* Executes a statement, with @id, @blob and @clustered replaced by the words of the back end. */
static enum status
execute(struct store *store, const char *sql, struct arena *arena)
{
	const struct store_backend *backend = store->backend;
	const struct {
		const char *word, *instead;
	} words[] = {
		{"@id", backend->id},
		{"@blob", backend->blob},
		{"@clustered", backend->clustered},
	};
	struct buf text;

	buf_init(&text, arena, STATEMENT_MAX);
	while (*sql != '\0') {
		size_t i = 0, n = sizeof words / sizeof *words;

		while (i < n && strncmp(sql, words[i].word, strlen(words[i].word)) != 0)
			i++;
		if (i < n) {
			buf_adds(&text, words[i].instead);
			sql += strlen(words[i].word);
		} else {
			buf_addc(&text, *sql++);
		}
	}
	buf_addc(&text, '\0');
	if (!text.over)
		return store_execute(store, text.p);
	store->error = store_error(STORE_E_STATEMENT);
	return ST_TEMP;
}

static enum status
migrate(struct store *store, int64_t from, struct arena *arena)
{
	char version[80];
	enum status st = ST_OK;

	if (from == 0)
		st = store_execute(store, "CREATE TABLE mailstamp_store (version BIGINT NOT NULL); "
					  "INSERT INTO mailstamp_store VALUES (0)");
	for (int64_t v = from; st == ST_OK && v < VERSION; v++)
		for (size_t half = 0; st == ST_OK && steps[v][half] != NULL; half++)
			for (const char *const *sql = steps[v][half]; st == ST_OK && *sql != NULL;
				sql++)
				st = execute(store, *sql, arena);
	(void)snprintf(
		version, sizeof version, "UPDATE mailstamp_store SET version = %d", (int)VERSION);
	return st == ST_OK ? store_execute(store, version) : st;
}

/* The owner of the tables: none, this program, or another one. */
enum owner { OWNER_NONE, OWNER_WE, OWNER_ANOTHER, OWNER_UNKNOWN };

static enum owner
owner_of(struct store *store)
{
	struct store_query *query = store_query(store, store->backend->tables);
	enum owner owner = OWNER_NONE;
	enum store_step step;

	while ((step = store_step(query)) == STORE_ROW) {
		if (slice_eq(store_text(query, 0), SLICE("mailstamp_store")))
			owner = OWNER_WE;
		else if (owner == OWNER_NONE)
			owner = OWNER_ANOTHER;
	}
	store_reset(query);
	return step == STORE_DONE ? owner : OWNER_UNKNOWN;
}

static enum status
read_version(struct store *store, int64_t *version)
{
	struct store_query *query = store_query(store, "SELECT version FROM mailstamp_store");
	enum store_step step = store_step(query);

	if (step == STORE_ROW)
		*version = store_int(query, 0);
	store_reset(query);
	return step == STORE_ROW ? ST_OK : ST_TEMP;
}

static enum status
refuse(struct error *error, enum store_error why)
{
	*error = store_error(why);
	return ST_BAD;
}

static enum status
schema_failed(const struct store *store, struct arena *arena, struct error *error)
{
	*error = store_error_kept(store, arena);
	return ST_TEMP;
}

static const char *
format_number(int64_t value, struct arena *arena)
{
	char text[NUMBER_MAX];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	return arena_cstr(arena, slice_str(text));
}

/*
 * Checks the schema. For STORE_WRITE also migrates it, in the caller's transaction, which excludes
 * other programs.
 */
static enum status
check(struct store *store, enum store_use use, struct arena *arena, struct error *error)
{
	const enum owner owner = owner_of(store);
	int64_t version = 0;

	if (owner == OWNER_ANOTHER)
		return refuse(error, STORE_E_FOREIGN);
	if (owner == OWNER_UNKNOWN || (owner == OWNER_WE && read_version(store, &version) != ST_OK))
		return schema_failed(store, arena, error);
	if (version > VERSION || version < 0) {
		*error = store_error(STORE_E_NEWER);
		error->words[0] = format_number(version, arena);
		error->words[1] = format_number(VERSION, arena);
		return ST_BAD;
	}
	if (version == VERSION)
		return ST_OK;
	if (use == STORE_READ)
		return refuse(error, version == 0 ? STORE_E_MISSING : STORE_E_OLDER);
	return migrate(store, version, arena) == ST_OK ? ST_OK : schema_failed(store, arena, error);
}

enum status
store_schema_check(
	struct store *store, enum store_use use, struct arena *arena, struct error *error)
{
	enum status st;

	if (use == STORE_READ)
		return check(store, use, arena, error);
	if (store_execute(store, store->backend->begin_schema) != ST_OK)
		return schema_failed(store, arena, error);
	store->in_transaction = true;
	st = check(store, use, arena, error);
	if (st != ST_OK) {
		store_rollback(store);
		return st;
	}
	return store_commit(store) == ST_OK ? ST_OK : schema_failed(store, arena, error);
}
