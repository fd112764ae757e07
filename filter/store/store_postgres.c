#include <stdio.h>
#include <stdlib.h>

#include "filter/store/store_backend.h"
#include "filter/store/store_libpq.h"
#include "mime/buf.h"

/* Maximum number of statements whose results are read together. */
enum { PENDING_MAX = 256 };

struct connection {
	struct store_libpq lib;
	PGconn *db;
	unsigned prepared; /* number of prepared statements, for their names */
	struct statement *running;
	size_t pending; /* statements sent in pipeline mode, whose results are unread */
	int64_t *changed[PENDING_MAX]; /* for each of them: the counter of changed rows, or NULL */
};

struct parameter {
	char *value; /* from malloc; NULL: none */
	size_t size; /* size of value */
	int n;
	bool set, binary;
};

struct statement {
	char name[16];
	bool sent, failed;
	PGresult *row;
	int n;
	struct parameter parameters[STORE_PARAMETERS];
	char *octets; /* the column read last, from malloc */
};

static struct connection *
connection_of(const struct store *store)
{
	return store->connection;
}

static const struct store_libpq *
lib_of(const struct store *store)
{
	return &connection_of(store)->lib;
}

static void
failed(struct store *store)
{
	store_database_failed(store, lib_of(store)->error_message(connection_of(store)->db));
}

/* Reads the remaining results of the running statement; records an error in them. */
static bool
drain(struct store *store)
{
	const struct store_libpq *lib = lib_of(store);
	bool good = true;
	PGresult *result;

	while ((result = lib->get_result(connection_of(store)->db)) != NULL) {
		if (lib->result_status(result) == PGRES_FATAL_ERROR) {
			failed(store);
			good = false;
		}
		lib->clear(result);
	}
	connection_of(store)->running = NULL;
	return good;
}

/*
 * Reads the results of the statements sent in pipeline mode, or until the connection fails; records
 * the first error.
 */
static bool
settle(struct store *store)
{
	struct connection *connection = connection_of(store);
	const struct store_libpq *lib = &connection->lib;
	bool good = true, end = connection->pending == 0;
	size_t done = 0; /* statements whose results have been read */
	PGresult *result;

	if (!end && lib->pipeline_sync(connection->db) != 1) {
		failed(store);
		good = false;
		end = true; /* without a sync no results arrive; closing the connection rolls back
			     */
	}
	while (!end) {
		ExecStatusType status;

		result = lib->get_result(connection->db);
		if (result == NULL) { /* the end of one statement's results */
			end = lib->status(connection->db) != CONNECTION_OK;
			continue;
		}
		status = lib->result_status(result);
		if (status == PGRES_FATAL_ERROR && good)
			store_database_failed(store, lib->result_error(result));
		good &= status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED;
		if (done < connection->pending && connection->changed[done] != NULL && good)
			*connection->changed[done] += strtoll(lib->command_rows(result), NULL, 10);
		done++;
		end = status == PGRES_PIPELINE_SYNC;
		lib->clear(result);
	}
	if (connection->pending > 0)
		(void)lib->exit_pipeline(connection->db);
	connection->pending = 0;
	return good && lib->status(connection->db) == CONNECTION_OK;
}

/* Reads unread rows and pending results, before another statement can be executed. */
static bool
end_statement(struct store *store)
{
	if (connection_of(store)->running != NULL)
		(void)drain(store);
	return settle(store);
}

static enum status
execute(struct store *store, const char *sql)
{
	const struct store_libpq *lib = lib_of(store);
	PGresult *result;
	ExecStatusType status;
	bool undone;

	/* after a failure only ROLLBACK is possible */
	if (!end_statement(store) && strcmp(sql, "ROLLBACK") != 0)
		return ST_TEMP;
	result = lib->exec(connection_of(store)->db, sql);
	status = lib->result_status(result);
	/* a COMMIT after a failed statement is reported as ROLLBACK */
	undone = result != NULL && strcmp(sql, "COMMIT") == 0 &&
		 strcmp(lib->command_status(result), "COMMIT") != 0;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		failed(store);
	else if (undone)
		store->error = store_error(STORE_E_ROLLED_BACK);
	lib->clear(result);
	return !undone && (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
				  status == PGRES_EMPTY_QUERY)
		       ? ST_OK
		       : ST_TEMP;
}

/* Replaces ?1 by $1; our SQL has no other question marks. */
static char *
with_dollars(const char *sql)
{
	char *text = strdup(sql);

	for (char *p = text; p != NULL && *p != '\0'; p++)
		if (*p == '?')
			*p = '$';
	return text;
}

static void *
prepare(struct store *store, const char *sql)
{
	struct connection *connection = connection_of(store);
	struct statement *statement = calloc(1, sizeof *statement);
	char *text = with_dollars(sql);
	PGresult *result = NULL;
	bool good = false;

	if (!end_statement(store)) {
		free(statement);
		free(text);
		return NULL;
	}
	if (statement != NULL && text != NULL) {
		(void)snprintf(
			statement->name, sizeof statement->name, "s%u", connection->prepared++);
		result = connection->lib.prepare(connection->db, statement->name, text, 0, NULL);
		good = connection->lib.result_status(result) == PGRES_COMMAND_OK;
		if (!good)
			failed(store);
		connection->lib.clear(result);
	} else {
		store->error = store_error(STORE_E_NO_MEMORY);
	}
	free(text);
	if (!good)
		free(statement);
	return good ? statement : NULL;
}

static void
finish(struct store_query *query)
{
	struct statement *statement = query->statement;

	for (int i = 0; i < STORE_PARAMETERS; i++)
		free(statement->parameters[i].value);
	lib_of(query->store)->clear(statement->row);
	free(statement->octets);
	free(statement);
}

static void
bind(struct store_query *query, int at, struct slice octets, bool text)
{
	struct statement *statement = query->statement;
	struct parameter *parameter;

	if (at < 1 || at > STORE_PARAMETERS || octets.n >= INT32_MAX) {
		statement->failed = true;
		return;
	}
	parameter = &statement->parameters[at - 1];
	if (parameter->size < octets.n + 1) {
		char *value = realloc(parameter->value, octets.n + 64);

		if (value == NULL) {
			statement->failed = true;
			return;
		}
		parameter->value = value;
		parameter->size = octets.n + 64;
	}
	if (octets.n > 0)
		memcpy(parameter->value, octets.p, octets.n);
	parameter->value[octets.n] = '\0';
	parameter->n = (int)octets.n;
	parameter->set = true;
	parameter->binary = !text;
	if (at > statement->n)
		statement->n = at;
}

static void
bind_int(struct store_query *query, int at, int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%lld", (long long)value);
	bind(query, at, slice_str(text), true);
}

static void
bind_null(struct store_query *query, int at)
{
	struct statement *statement = query->statement;

	if (at < 1 || at > STORE_PARAMETERS) {
		statement->failed = true;
		return;
	}
	statement->parameters[at - 1].set = false;
	if (at > statement->n)
		statement->n = at;
}

static bool
send(struct store_query *query)
{
	struct connection *connection = connection_of(query->store);
	struct statement *statement = query->statement;
	const char *values[STORE_PARAMETERS];
	int lengths[STORE_PARAMETERS], formats[STORE_PARAMETERS];

	if (statement->failed) {
		query->store->error = store_error(STORE_E_NO_MEMORY);
		return false;
	}
	for (int i = 0; i < statement->n; i++) {
		const struct parameter *parameter = &statement->parameters[i];

		values[i] = parameter->set ? parameter->value : NULL;
		lengths[i] = parameter->n;
		formats[i] = parameter->binary ? 1 : 0;
	}
	if (connection->lib.send_prepared(connection->db, statement->name, statement->n, values,
		    lengths, formats, 0) == 1)
		return true;
	failed(query->store);
	return false;
}

/* Sends a query whose rows are read one by one. */
static bool
send_for_rows(struct store_query *query)
{
	struct connection *connection = connection_of(query->store);
	struct statement *statement = query->statement;

	if (!end_statement(query->store) || !send(query))
		return false;
	if (connection->lib.single_row_mode(connection->db) != 1) {
		failed(query->store);
		return false;
	}
	connection->running = statement;
	return statement->sent = true;
}

static enum store_step
step(struct store_query *query)
{
	const struct store_libpq *lib = lib_of(query->store);
	struct statement *statement = query->statement;
	ExecStatusType status;

	if (!statement->sent && !send_for_rows(query))
		return STORE_FAILED;
	lib->clear(statement->row);
	statement->row = lib->get_result(connection_of(query->store)->db);
	status = lib->result_status(statement->row);
	if (status == PGRES_SINGLE_TUPLE)
		return STORE_ROW;
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return drain(query->store) ? STORE_DONE : STORE_FAILED;
	failed(query->store);
	(void)drain(query->store);
	return STORE_FAILED;
}

static struct slice
get_text(const struct store_query *query, int column)
{
	const struct store_libpq *lib = lib_of(query->store);
	const struct statement *statement = query->statement;

	return slice_make(lib->get_value(statement->row, 0, column),
		(size_t)lib->get_length(statement->row, 0, column));
}

static int64_t
get_int(const struct store_query *query, int column)
{
	const struct statement *statement = query->statement;

	return strtoll(lib_of(query->store)->get_value(statement->row, 0, column), NULL, 10);
}

/* Decodes the octets, which PostgreSQL sends as \x and hexadecimal digits. */
static struct slice
get_blob(struct store_query *query, int column)
{
	struct statement *statement = query->statement;
	struct slice hex = slice_from(get_text(query, column), 2);
	char *octets = realloc(statement->octets, hex.n / 2 + 1);

	if (octets == NULL)
		return SLICE("");
	statement->octets = octets;
	for (size_t i = 0; i + 1 < hex.n; i += 2)
		octets[i / 2] =
			(char)(slice_hex_digit(hex.p[i]) * 16 + slice_hex_digit(hex.p[i + 1]));
	return slice_make(octets, hex.n / 2);
}

static bool
is_null(const struct store_query *query, int column)
{
	const struct statement *statement = query->statement;

	return lib_of(query->store)->get_is_null(statement->row, 0, column) != 0;
}

static void
reset(struct store_query *query)
{
	struct statement *statement = query->statement;

	if (statement->sent && connection_of(query->store)->running == statement)
		(void)drain(query->store);
	lib_of(query->store)->clear(statement->row);
	statement->row = NULL;
	statement->sent = statement->failed = false;
	statement->n = 0;
	for (int i = 0; i < STORE_PARAMETERS; i++)
		statement->parameters[i].set = false;
}

/*
 * Sends the statement in pipeline mode; settle reads its result. libpq also reads while it sends,
 * so that the two sides cannot block each other.
 */
static enum status
run_later(struct store_query *query, int64_t *changed)
{
	struct connection *connection = connection_of(query->store);
	bool good = true;

	if (connection->running != NULL)
		(void)drain(query->store);
	if (connection->pending == 0 && connection->lib.enter_pipeline(connection->db) != 1) {
		failed(query->store);
		good = false;
	}
	good = good && send(query);
	if (good)
		connection->changed[connection->pending++] = changed;
	else if (connection->pending == 0)
		(void)connection->lib.exit_pipeline(connection->db);
	reset(query);
	if (good && connection->pending >= PENDING_MAX)
		good = settle(query->store);
	return good ? ST_OK : ST_TEMP;
}

static void
close_store(struct store *store)
{
	struct connection *connection = connection_of(store);

	connection->lib.finish(connection->db);
	free(connection);
}

static const struct store_backend backend = {
	.id = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	.blob = "BYTEA",
	.clustered = "",
	.begin = "BEGIN; LOCK TABLE mailstamp_store IN EXCLUSIVE MODE",
	.begin_schema = "BEGIN; SELECT pg_advisory_xact_lock(7236839102); DO $$BEGIN IF NOT EXISTS "
			"(SELECT FROM pg_namespace WHERE nspname = 'mailstamp') THEN CREATE SCHEMA "
			"mailstamp; END IF; END$$",
	.tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = "
		  "'mailstamp'",
	.close = close_store,
	.prepare = prepare,
	.finish = finish,
	.bind_int = bind_int,
	.bind = bind,
	.bind_null = bind_null,
	.step = step,
	.run_later = run_later,
	.get_int = get_int,
	.get_text = get_text,
	.get_blob = get_blob,
	.is_null = is_null,
	.reset = reset,
	.execute = execute,
};

static void
be_quiet(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

enum status
store_postgres_open(
	const char *where, struct arena *arena, struct store *store, struct error *error)
{
	/* the address may override these parameters, but not the encoding */
	static const char *const words[] = {"connect_timeout", "tcp_user_timeout",
		"application_name", "dbname", "client_encoding", NULL};
	const char *const values[] = {"60", "60000", "mailstamp", where, "UTF8", NULL};
	struct connection *connection = calloc(1, sizeof *connection);

	*error = store_error(STORE_E_NO_MEMORY);
	if (connection == NULL)
		return ST_TEMP;
	if (!store_libpq_load(&connection->lib)) {
		free(connection);
		*error = store_error(STORE_E_NO_LIBPQ);
		return ST_TEMP;
	}
	store->backend = &backend;
	store->connection = connection;
	connection->db = connection->lib.connect(words, values, 1);
	if (connection->lib.status(connection->db) == CONNECTION_OK) {
		(void)connection->lib.set_notice_processor(connection->db, be_quiet, NULL);
		if (execute(store,
			    "SET search_path = mailstamp, pg_temp; SET lock_timeout = '60s'; "
			    "SET standard_conforming_strings = on") == ST_OK)
			return ST_OK;
	} else {
		failed(store);
	}
	*error = store_error_kept(store, arena);
	close_store(store);
	return ST_TEMP;
}
