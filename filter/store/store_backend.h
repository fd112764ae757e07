/* store_backend.h: the operations of a database that store_query.c uses. */
#ifndef FILTER_STORE_STORE_BACKEND_H
#define FILTER_STORE_STORE_BACKEND_H

#include "filter/store/store.h"

enum { STORE_ERROR_MAX = 400, STORE_PARAMETERS = 32 };

struct store_query {
	struct store *store;
	struct store_query *next; /* next cached statement */
	const char *sql;
	void *statement; /* data of the back end; NULL: it could not be prepared */
};

struct store_backend {
	/* replacements for @id, @blob and @clustered in the schema */
	const char *id, *blob, *clustered;
	const char *begin;        /* statement that begins a transaction that writes */
	const char *begin_schema; /* the same for a store that may be empty */
	/* query for the names of all tables in our schema */
	const char *tables;

	void (*close)(struct store *store);
	void *(*prepare)(struct store *store, const char *sql);
	void (*finish)(struct store_query *query);
	void (*bind_int)(struct store_query *query, int at, int64_t value);
	void (*bind)(struct store_query *query, int at, struct slice octets, bool text);
	void (*bind_null)(struct store_query *query, int at);
	enum store_step (*step)(struct store_query *query);
	/*
	 * Runs a statement without RETURNING in a transaction. *changed (NULL: not wanted): as in
	 * store_run_counted.
	 */
	enum status (*run_later)(struct store_query *query, int64_t *changed);
	int64_t (*get_int)(const struct store_query *query, int column);
	struct slice (*get_text)(const struct store_query *query, int column);
	struct slice (*get_blob)(struct store_query *query, int column);
	bool (*is_null)(const struct store_query *query, int column);
	void (*reset)(struct store_query *query);
	/* runs several statements, separated by semicolons, without parameters */
	enum status (*execute)(struct store *store, const char *sql);
};

struct store {
	const struct store_backend *backend;
	void *connection;
	struct store_query *queries;
	bool in_transaction;
	struct error error;
	char words[STORE_ERROR_MAX]; /* text of the database, printable */
};

/* Opens the connection; errors as for store_open. */
enum status store_sqlite_open(const char *path, enum store_use use, struct arena *arena,
	struct store *store, struct error *error);
enum status store_postgres_open(
	const char *where, struct arena *arena, struct store *store, struct error *error);

/* Sets the error of store_last_error to the database's message, made printable. */
void store_database_failed(struct store *store, const char *text);

/* The last error, with its words copied to the arena. */
struct error store_error_kept(const struct store *store, struct arena *arena);

/* Creates the tables, migrates them, or refuses the store; errors as for store_open. */
enum status store_schema_check(
	struct store *store, enum store_use use, struct arena *arena, struct error *error);

#endif
