/*
 * store.h: the store of DMARC reports: an SQLite file or a PostgreSQL database.
 *
 * Both have the same tables (store_schema.c) and use the same SQL. A store must be used by only one
 * thread. Text is stored as UTF-8 without NUL; other octets are written as \xHH.
 */
#ifndef FILTER_STORE_STORE_H
#define FILTER_STORE_STORE_H

#include "filter/store/store_error.h"
#include "mime/slice.h"
#include "mime/status.h"

enum {
	STORE_WAIT_SECONDS = 60
}; /* the time to wait for another program's lock, and for a connection */

enum store_use {
	STORE_WRITE, /* creates missing tables, and migrates an older schema */
	STORE_READ   /* the store must exist; an older schema is refused */
};

enum store_step { STORE_ROW, STORE_DONE, STORE_FAILED };

struct store;
struct store_query;

/*
 * Opens the store. where: a path, or a postgresql:// address as parsed by libpq. ST_BAD: not one of
 * our stores (of another program, a newer schema, an unknown scheme); ST_TEMP: it cannot be opened
 * now. In both cases *error names the store, with words in the arena, and there is nothing to
 * close.
 */
enum status store_open(const char *where, enum store_use use, struct arena *arena,
	struct store **store, struct error *error);
/*
 * Like store_open, for a command: prints an error to stderr and returns the exit status, 0,
 * EXIT_CONFIG_ERROR or EXIT_TEMPFAIL.
 */
int store_open_command(
	const char *where, enum store_use use, struct arena *arena, struct store **store);

void store_close(struct store *store); /* NULL is fine; an open transaction is rolled back */

/*
 * A prepared statement, cached by the store; parameters are ?1, ?2... sql must outlive the store.
 * NULL if it cannot be prepared (store_last_error); the functions below accept NULL and fail.
 */
struct store_query *store_query(struct store *store, const char *sql);

/* Parameters are numbered from 1; values are copied. */
void store_bind_int(struct store_query *query, int at, int64_t value);
void store_bind_text(struct store_query *query, int at, struct slice text);
void store_bind_blob(struct store_query *query, int at, struct slice octets);
void store_bind_null(struct store_query *query, int at);

/*
 * The first step executes the statement. All rows of a query must be read, or the query must be
 * reset, before another query takes a step. A query must be reset after STORE_DONE or STORE_FAILED.
 */
enum store_step store_step(struct store_query *query);

/* Values of the current row; columns are numbered from 0. Slices are valid until the next step. */
int64_t store_int(const struct store_query *query, int column);
struct slice store_text(const struct store_query *query, int column);
struct slice store_blob(struct store_query *query, int column);
bool store_is_null(const struct store_query *query, int column);

/* Discards rows and parameters. */
void store_reset(struct store_query *query);

/* Steps to the end and resets. */
enum status store_run(struct store_query *query);

/*
 * Like store_run, for a statement without rows in a transaction, whose success need not be known
 * yet: a failure may be returned by a later statement, and makes store_commit fail. Many of these
 * statements are sent to PostgreSQL in one round trip.
 */
enum status store_run_later(struct store_query *query);

/*
 * Like store_run_later. Adds the number of rows that were inserted, changed or removed to *changed,
 * at the latest before store_commit succeeds. *changed must live until the transaction ends; its
 * value means nothing unless store_commit succeeds.
 */
enum status store_run_counted(struct store_query *query, int64_t *changed);

/* Like store_run, for a statement without parameters that is used once. */
enum status store_execute(struct store *store, const char *sql);

/* Begins a transaction that writes: other writers wait. */
enum status store_begin(struct store *store);
enum status store_commit(struct store *store);
void store_rollback(struct store *store);

/*
 * The last error, or REASON_NONE; its words are valid until the next error or until the store is
 * closed.
 */
struct error store_last_error(const struct store *store);

/* Prints the last error, or a lack of memory, to stderr; returns EXIT_TEMPFAIL. */
int store_failed(const struct store *store);

/*
 * Reads or sets an internal value by its name (out_key). The value read is in the arena; ST_BAD if
 * there is none.
 */
enum status store_key(
	struct store *store, const char *name, struct arena *arena, struct slice *value);
enum status store_key_set(struct store *store, const char *name, struct slice value);

#endif
