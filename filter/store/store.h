/*
 * store.h: the store of DMARC reports: an SQLite file, or a PostgreSQL database.
 *
 * Both have the same tables (store_schema.c) and take the same SQL. For one thread. Text is stored
 * as UTF-8 without NUL; other octets are written as \xHH.
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
	STORE_READ   /* must exist; an older schema is refused */
};

enum store_step { STORE_ROW, STORE_DONE, STORE_FAILED };

struct store;
struct store_query;

/*
 * where: a path, or postgresql://... as libpq reads it. ST_BAD: it cannot be a store of ours
 * (another program's, a newer schema, an unknown scheme); ST_TEMP: it cannot be opened now. *error
 * names the store, its words are in the arena; there is nothing to close.
 */
enum status store_open(const char *where, enum store_use use, struct arena *arena,
	struct store **store, struct error *error);
/*
 * The same for a command: an error is printed to stderr. The exit status: 0, EXIT_CONFIG_ERROR or
 * EXIT_TEMPFAIL.
 */
int store_open_command(
	const char *where, enum store_use use, struct arena *arena, struct store **store);

void store_close(struct store *store); /* NULL is fine; an open transaction is rolled back */

/*
 * A prepared statement, kept with the store; parameters are ?1, ?2 ... sql must outlive the store.
 * NULL if it cannot be prepared (store_last_error); the functions below accept NULL and fail.
 */
struct store_query *store_query(struct store *store, const char *sql);

/* Parameters are counted from 1; values are copied. */
void store_bind_int(struct store_query *query, int at, int64_t value);
void store_bind_text(struct store_query *query, int at, struct slice text);
void store_bind_blob(struct store_query *query, int at, struct slice octets);
void store_bind_null(struct store_query *query, int at);

/*
 * The first step executes the statement. All rows of a query must be read, or the query reset,
 * before another one takes a step. It must be reset after STORE_DONE or STORE_FAILED.
 */
enum store_step store_step(struct store_query *query);

/*
 * Values of the current row; columns are counted from 0. Slices are valid until the next step.
 */
int64_t store_int(const struct store_query *query, int column);
struct slice store_text(const struct store_query *query, int column);
struct slice store_blob(struct store_query *query, int column);
bool store_is_null(const struct store_query *query, int column);

/* Forgets rows and parameters. */
void store_reset(struct store_query *query);

/* Steps to the end and resets. */
enum status store_run(struct store_query *query);

/*
 * The same for a statement in a transaction whose rows and success are of no interest yet: a
 * failure may be returned by a later statement, and store_commit fails. PostgreSQL gets many of
 * them in one round trip.
 */
enum status store_run_later(struct store_query *query);

/*
 * The same, in a transaction only. The number of rows that were inserted, changed or removed is
 * added to *changed, which must live until the transaction ends, by the time that store_commit
 * succeeds; without that success its value means nothing.
 */
enum status store_run_counted(struct store_query *query, int64_t *changed);

/* As store_run, for a statement without parameters that is used once. */
enum status store_execute(struct store *store, const char *sql);

/* A transaction that writes: other writers wait. */
enum status store_begin(struct store *store);
enum status store_commit(struct store *store);
void store_rollback(struct store *store);

/*
 * The last error, or REASON_NONE; its words are valid until the next one, and until the store is
 * closed.
 */
struct error store_last_error(const struct store *store);

/* Prints that to stderr, or that there is no memory. EXIT_TEMPFAIL. */
int store_failed(const struct store *store);

/* A named value that the program keeps (out_key), in the arena; ST_BAD if there is none. */
enum status store_key(
	struct store *store, const char *name, struct arena *arena, struct slice *value);
enum status store_key_set(struct store *store, const char *name, struct slice value);

#endif
