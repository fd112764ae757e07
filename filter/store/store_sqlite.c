#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/fault.h"
#include "filter/store/store_backend.h"
#include "mime/buf.h"
#include "mime/late.h"

/* the functions of SQLite that we use */
struct library {
	__typeof__(&sqlite3_open_v2) open;
	__typeof__(&sqlite3_close_v2) close;
	__typeof__(&sqlite3_exec) exec;
	__typeof__(&sqlite3_busy_timeout) busy_timeout;
	__typeof__(&sqlite3_prepare_v3) prepare;
	__typeof__(&sqlite3_finalize) finalize;
	__typeof__(&sqlite3_bind_int64) bind_int64;
	__typeof__(&sqlite3_bind_text) bind_text;
	__typeof__(&sqlite3_bind_blob) bind_blob;
	__typeof__(&sqlite3_bind_null) bind_null;
	__typeof__(&sqlite3_clear_bindings) clear_bindings;
	__typeof__(&sqlite3_step) step;
	__typeof__(&sqlite3_reset) reset;
	__typeof__(&sqlite3_column_int64) column_int64;
	__typeof__(&sqlite3_column_text) column_text;
	__typeof__(&sqlite3_column_blob) column_blob;
	__typeof__(&sqlite3_column_bytes) column_bytes;
	__typeof__(&sqlite3_column_type) column_type;
	__typeof__(&sqlite3_errcode) errcode;
	__typeof__(&sqlite3_errmsg) errmsg;
	__typeof__(&sqlite3_get_autocommit) autocommit;
	__typeof__(&sqlite3_changes) changes;
};

struct connection {
	struct library lib;
	sqlite3 *db;
	const char *unlocked; /* the file, if it is read without locks; else NULL */
	struct stat opened;   /* that file before it was opened */
};

static bool
load_sqlite(struct library *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, open, sqlite3_open_v2),
		LATE_ALWAYS(library, close, sqlite3_close_v2),
		LATE_ALWAYS(library, exec, sqlite3_exec),
		LATE_ALWAYS(library, busy_timeout, sqlite3_busy_timeout),
		LATE_ALWAYS(library, prepare, sqlite3_prepare_v3),
		LATE_ALWAYS(library, finalize, sqlite3_finalize),
		LATE_ALWAYS(library, bind_int64, sqlite3_bind_int64),
		LATE_ALWAYS(library, bind_text, sqlite3_bind_text),
		LATE_ALWAYS(library, bind_blob, sqlite3_bind_blob),
		LATE_ALWAYS(library, bind_null, sqlite3_bind_null),
		LATE_ALWAYS(library, clear_bindings, sqlite3_clear_bindings),
		LATE_ALWAYS(library, step, sqlite3_step),
		LATE_ALWAYS(library, reset, sqlite3_reset),
		LATE_ALWAYS(library, column_int64, sqlite3_column_int64),
		LATE_ALWAYS(library, column_text, sqlite3_column_text),
		LATE_ALWAYS(library, column_blob, sqlite3_column_blob),
		LATE_ALWAYS(library, column_bytes, sqlite3_column_bytes),
		LATE_ALWAYS(library, column_type, sqlite3_column_type),
		LATE_ALWAYS(library, errcode, sqlite3_errcode),
		LATE_ALWAYS(library, errmsg, sqlite3_errmsg),
		LATE_ALWAYS(library, autocommit, sqlite3_get_autocommit),
		LATE_ALWAYS(library, changes, sqlite3_changes),
	};

	return late_load("libsqlite3.so.0", names, sizeof names / sizeof *names, lib);
}

static const struct library *
lib_of(const struct store *store)
{
	return &((struct connection *)store->connection)->lib;
}

static sqlite3 *
db_of(const struct store *store)
{
	return ((struct connection *)store->connection)->db;
}

static void
failed(struct store *store)
{
	store_database_failed(store, lib_of(store)->errmsg(db_of(store)));
}

static enum status
execute(struct store *store, const char *sql)
{
	if (lib_of(store)->exec(db_of(store), sql, NULL, NULL, NULL) == SQLITE_OK)
		return ST_OK;
	failed(store);
	return ST_TEMP;
}

static void *
prepare(struct store *store, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (lib_of(store)->prepare(db_of(store), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
		    NULL) != SQLITE_OK)
		failed(store);
	return statement;
}

static void
finish(struct store_query *query)
{
	(void)lib_of(query->store)->finalize(query->statement);
}

static void
bind_int(struct store_query *query, int at, int64_t value)
{
	(void)lib_of(query->store)->bind_int64(query->statement, at, value);
}

/* A parameter that could not be copied becomes NULL, which the schema refuses where it matters. */
static void
bind(struct store_query *query, int at, struct slice octets, bool text)
{
	const struct library *lib = lib_of(query->store);
	const char *p = octets.p != NULL ? octets.p : "";
	int n = octets.n <= INT32_MAX ? (int)octets.n : INT32_MAX;

	if (text)
		(void)lib->bind_text(query->statement, at, p, n, SQLITE_TRANSIENT); /* NOLINT */
	else
		(void)lib->bind_blob(query->statement, at, p, n, SQLITE_TRANSIENT); /* NOLINT */
}

static void
bind_null(struct store_query *query, int at)
{
	(void)lib_of(query->store)->bind_null(query->statement, at);
}

/*
 * Without memory or disk space SQLite may roll back the transaction by itself, not always with an
 * error (its lang_transaction, "Response To Errors Within A Transaction"): later statements would
 * then be stored without the earlier ones.
 */
static bool
is_rolled_back(struct store *store)
{
	if (!store->in_transaction || lib_of(store)->autocommit(db_of(store)) == 0)
		return false;
	store->error = store_error(STORE_E_ROLLED_BACK);
	return true;
}

/* Was the file written since it was opened without locks? What was read may then be wrong. */
static bool
is_changed(struct store *store)
{
	const struct connection *connection = store->connection;
	const struct stat *then = &connection->opened;
	struct stat now;

	if (connection->unlocked == NULL)
		return false;
	if (stat(connection->unlocked, &now) == 0 && now.st_dev == then->st_dev &&
		now.st_ino == then->st_ino && now.st_size == then->st_size &&
		now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
		now.st_mtim.tv_nsec == then->st_mtim.tv_nsec)
		return false;
	store->error = store_error(STORE_E_CHANGED);
	return true;
}

static enum store_step
step(struct store_query *query)
{
	int rc;

	if (is_rolled_back(query->store))
		return STORE_FAILED;
	rc = lib_of(query->store)->step(query->statement);
	if (rc != SQLITE_ROW && is_changed(query->store))
		return STORE_FAILED;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		failed(query->store);
		return STORE_FAILED;
	}
	if (is_rolled_back(query->store))
		return STORE_FAILED;
	return rc == SQLITE_ROW ? STORE_ROW : STORE_DONE;
}

static int64_t
get_int(const struct store_query *query, int column)
{
	return lib_of(query->store)->column_int64(query->statement, column);
}

static struct slice
get_text(const struct store_query *query, int column)
{
	const struct library *lib = lib_of(query->store);
	const char *p = (const char *)lib->column_text(query->statement, column);

	return p == NULL ? SLICE("")
			 : slice_make(p, (size_t)lib->column_bytes(query->statement, column));
}

static struct slice
get_blob(struct store_query *query, int column)
{
	const struct library *lib = lib_of(query->store);
	const char *p = lib->column_blob(query->statement, column);

	return p == NULL ? SLICE("")
			 : slice_make(p, (size_t)lib->column_bytes(query->statement, column));
}

static bool
is_null(const struct store_query *query, int column)
{
	return lib_of(query->store)->column_type(query->statement, column) == SQLITE_NULL;
}

static void
reset(struct store_query *query)
{
	const struct library *lib = lib_of(query->store);

	(void)lib->reset(query->statement);
	(void)lib->clear_bindings(query->statement);
}

static enum status
run_later(struct store_query *query, int64_t *changed)
{
	enum status st = store_run(query);

	if (st == ST_OK && changed != NULL)
		*changed += lib_of(query->store)->changes(db_of(query->store));
	return st;
}

static void
close_store(struct store *store)
{
	struct connection *connection = store->connection;

	(void)connection->lib.close(connection->db);
	free(connection);
}

static const struct store_backend backend = {
	.id = "INTEGER PRIMARY KEY AUTOINCREMENT",
	.blob = "BLOB",
	.clustered = "WITHOUT ROWID",
	.begin = "BEGIN IMMEDIATE",
	.begin_schema = "BEGIN IMMEDIATE",
	.tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
		  "'sqlite%'",
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

/*
 * Creates the file, unless it exists. It contains mail data, so only its owner may read it; the
 * owner may give a group access later. SQLite gives its other files the same mode.
 */
static enum status
create(const char *path, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST) {
		*error = fault_error(fault_of_path(errno), NULL, NULL);
		return ST_TEMP;
	}
	if (fd >= 0)
		(void)close(fd);
	return ST_OK;
}

/* Checks that the file is empty or an SQLite file. STORE_WRITE: creates a missing file. */
static enum status
check_file(const char *path, enum store_use use, struct error *error)
{
	static const char magic[] = "SQLite format 3";
	char first[sizeof magic];
	struct stat info;
	ssize_t n;
	int fd;

	if (stat(path, &info) != 0) {
		if (errno == ENOENT && use == STORE_WRITE)
			return create(path, error);
		*error = store_error(STORE_E_MISSING);
		if (errno == ENOENT)
			return ST_BAD;
		*error = fault_error(fault_of_path(errno), NULL, NULL);
		return ST_TEMP;
	}
	*error = store_error(STORE_E_FOREIGN);
	if (!S_ISREG(info.st_mode))
		return ST_BAD;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		*error = fault_error(fault_of_path(errno), NULL, NULL);
		return ST_TEMP;
	}
	n = read(fd, first, sizeof first);
	(void)close(fd);
	if (n < 0) {
		*error = fault_error(FAULT_UNREADABLE, NULL, NULL);
		return ST_TEMP;
	}
	if (n == 0)
		return ST_OK;
	return n == (ssize_t)sizeof first && memcmp(first, magic, sizeof magic) == 0 ? ST_OK
										     : ST_BAD;
}

/* Opens the database; on failure closes it, and describes the error in the store. */
static enum status
open_database(struct store *store, const char *name, int flags, const char *settings, int *why)
{
	struct connection *connection = store->connection;
	const struct library *lib = &connection->lib;
	enum status st = ST_TEMP;

	if (lib->open(name, &connection->db, flags, NULL) != SQLITE_OK ||
		lib->busy_timeout(connection->db, STORE_WAIT_SECONDS * 1000) != SQLITE_OK)
		failed(store);
	else
		st = execute(store, settings);
	if (st == ST_OK)
		return ST_OK;
	*why = lib->errcode(connection->db);
	(void)lib->close(connection->db);
	connection->db = NULL;
	return ST_TEMP;
}

/* The name of the file for SQLite, which then neither locks it nor writes beside it. */
static const char *
immutable_name(const char *path, struct arena *arena)
{
	struct buf name;

	buf_init(&name, arena, strlen(path) * 3 + 32);
	buf_adds(&name, "file:");
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			buf_addf(&name, "%%%02X", (unsigned)*path);
		else
			buf_addc(&name, *path);
	buf_adds(&name, "?immutable=1");
	return arena_cstr(arena, buf_slice(&name));
}

/* Is there a file beside the database whose name ends so, and which is not empty, or not known? */
static bool
holds_changes(const char *name, const char *end, struct arena *arena)
{
	struct buf beside;
	struct stat info;

	buf_init(&beside, arena, strlen(name) + strlen(end));
	buf_adds(&beside, name);
	buf_adds(&beside, end);
	if (stat(arena_cstr(arena, buf_slice(&beside)), &info) == 0)
		return info.st_size > 0;
	return errno != ENOENT;
}

/*
 * Opens a file to read it where nothing can be written: on a read-only file system, or in a folder
 * of another user. With WAL, even a reader writes files beside it for locks, so this one has none:
 * is_changed finds out whether another program wrote meanwhile. Changes that are still in the -wal
 * file could not be read, and changes that the -journal file would roll back would be read.
 */
static enum status
open_unlocked(const char *path, struct arena *arena, struct store *store, const char *settings)
{
	struct connection *connection = store->connection;
	char *real = realpath(path, NULL); /* SQLite's other files are beside the real one */
	const char *name;
	int why;

	if (real == NULL)
		return ST_TEMP; /* with the error of the first attempt */
	name = arena_cstr(arena, slice_str(real));
	free(real);
	if (holds_changes(name, "-wal", arena) || holds_changes(name, "-journal", arena)) {
		store->error = store_error(STORE_E_WAL);
		return ST_TEMP;
	}
	if (stat(name, &connection->opened) != 0)
		return ST_TEMP;
	connection->unlocked = name;
	return open_database(store, immutable_name(name, arena),
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, settings, &why);
}

#define SETTINGS                                                                                   \
	"PRAGMA trusted_schema = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -65536; "

enum status
store_sqlite_open(const char *path, enum store_use use, struct arena *arena, struct store *store,
	struct error *error)
{
	struct connection *connection;
	enum status st = check_file(path, use, error);
	int why = SQLITE_OK;

	if (st != ST_OK)
		return st;
	*error = store_error(STORE_E_NO_MEMORY);
	connection = calloc(1, sizeof *connection);
	if (connection == NULL)
		return ST_TEMP;
	if (!load_sqlite(&connection->lib)) {
		free(connection);
		*error = store_error(STORE_E_NO_SQLITE);
		return ST_TEMP;
	}
	store->backend = &backend;
	store->connection = connection;
	/*
	 * a path is never parsed as a URI; with WAL, a reader also writes files beside it; sorting
	 * uses temporary files, so that memory is bounded by the cache
	 */
	st = open_database(store, path, SQLITE_OPEN_READWRITE,
		use == STORE_WRITE ? SETTINGS "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
				   : SETTINGS "SELECT 1 FROM sqlite_master LIMIT 1",
		&why);
	if (st != ST_OK && use == STORE_READ && (why == SQLITE_READONLY || why == SQLITE_CANTOPEN))
		st = open_unlocked(path, arena, store, SETTINGS);
	if (st == ST_OK)
		return ST_OK;
	*error = store_error_kept(store, arena);
	close_store(store);
	return ST_TEMP;
}
