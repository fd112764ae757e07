#define _XOPEN_SOURCE 700
#include "filter/store/store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/fault.h"
#include "filter/text/error_words.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(store);

static char folder[] = "/tmp/test_store_XXXXXX", path[64];
static const char *places[2];
static size_t place_count;
static struct error error;

static const char *
in_folder(const char *name)
{
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* Sets places: an SQLite file, and the PostgreSQL that tests/reports/run started, if any. */
static void
find_places(void)
{
	cr_assert(mkdtemp(folder) != NULL);
	places[0] = arena_cstr(&arena, slice_str(in_folder("a.sqlite")));
	places[1] = getenv("MAILSTAMP_TEST_POSTGRES");
	place_count = places[1] != NULL ? 2 : 1;
}

static const char *
last_error(void)
{
	return error_words(&error, &arena);
}

/* Returns the text of the last error, with what the database says. */
static const char *
last(const struct store *store)
{
	const struct error why = store_last_error(store);

	return error_words(&why, &arena);
}

static struct store *
opened(const char *where, enum store_use use)
{
	struct store *store;

	cr_assert(store_open(where, use, &arena, &store, &error) == ST_OK, "%s: %s", where,
		last_error());
	return store;
}

static int64_t
number(struct store *store, const char *sql)
{
	struct store_query *query = store_query(store, sql);
	int64_t value;

	cr_assert(store_step(query) == STORE_ROW, "%s: %s", sql, last(store));
	value = store_int(query, 0);
	store_reset(query);
	return value;
}

static const char insert[] = "INSERT INTO in_aside (sender, received, seen, name, why, digest, "
			     "octets) VALUES (?1, 5, 1, ?2, ?3, ?4, ?5)";

static void
add(struct store *store, struct slice name, const char *digest, struct slice octets)
{
	struct store_query *query = store_query(store, insert);

	store_bind_int(query, 1, INT64_MIN);
	store_bind_text(query, 2, name);
	store_bind_text(query, 3, SLICE(""));
	store_bind_text(query, 4, slice_str(digest));
	store_bind_blob(query, 5, octets);
	cr_assert(store_run(query) == ST_OK, "%s", last(store));
}

/* values are read back as written; text becomes UTF-8 without NUL whatever was stored */
static const struct {
	struct slice given, kept;
} texts[] = {
	{SLICE_INIT("plain"), SLICE_INIT("plain")},
	{SLICE_INIT(""), SLICE_INIT("")},
	{SLICE_INIT("it's; DROP TABLE in_aside --"), SLICE_INIT("it's; DROP TABLE in_aside --")},
	{SLICE_INIT("\xe5\x8d\x98"), SLICE_INIT("\xe5\x8d\x98")},
	{SLICE_INIT("bad\xff"), SLICE_INIT("bad\\xff")},
	{SLICE_INIT("nul\0l"), SLICE_INIT("nul\\x00l")},
	{SLICE_INIT("\xed\xa0\x80"), SLICE_INIT("\\xed\\xa0\\x80")},
};

Test(store, keeps_what_it_is_given)
{
	static const struct slice octets = SLICE_INIT("\0\xff'\\x\n");

	find_places();
	for (size_t p = 0; p < place_count; p++) {
		struct store *store = opened(places[p], STORE_WRITE);
		struct store_query *query;
		char digest[8];

		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
			(void)snprintf(digest, sizeof digest, "%zu", i);
			add(store, texts[i].given, digest, octets);
		}
		query = store_query(
			store, "SELECT name, sender, octets, 1 FROM in_aside ORDER BY digest");
		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
			cr_assert(store_step(query) == STORE_ROW);
			cr_expect(slice_eq(store_text(query, 0), texts[i].kept), "%s %zu: %.*s",
				places[p], i, (int)store_text(query, 0).n, store_text(query, 0).p);
			cr_expect(store_int(query, 1) == INT64_MIN);
			cr_expect(slice_eq(store_blob(query, 2), octets));
			cr_expect(!store_is_null(query, 0));
		}
		cr_expect(store_step(query) == STORE_DONE);
		store_reset(query);
		store_close(store);
	}
}

Test(store, transactions)
{
	find_places();
	for (size_t p = 0; p < place_count; p++) {
		struct store *store = opened(places[p], STORE_WRITE);
		int64_t before = number(store, "SELECT count(*) FROM in_sender");
		struct store_query *query = store_query(
			store, "INSERT INTO in_sender (domain, auth) VALUES (?1, 1) RETURNING id");

		cr_assert(store_begin(store) == ST_OK);
		store_bind_text(query, 1, SLICE("t.example"));
		cr_expect(store_step(query) == STORE_ROW && store_int(query, 0) > 0);
		store_reset(query);
		store_rollback(store);
		cr_expect(number(store, "SELECT count(*) FROM in_sender") == before);
		cr_assert(store_begin(store) == ST_OK);
		store_bind_text(query, 1, SLICE("t.example"));
		cr_assert(store_run(query) == ST_OK);
		cr_expect(store_commit(store) == ST_OK);
		cr_expect(number(store, "SELECT count(*) FROM in_sender") == before + 1);
		/* a failure aborts its transaction, and the error gives the reason */
		cr_assert(store_begin(store) == ST_OK);
		store_bind_text(query, 1, SLICE("t.example"));
		cr_expect(store_run(query) == ST_TEMP);
		cr_expect(strstr(last(store), "in_sender") != NULL, "%s", last(store));
		store_rollback(store);
		cr_expect(store_query(store, "SELECT 1 FROM nowhere") == NULL);
		cr_expect(strstr(last(store), "nowhere") != NULL, "%s", last(store));
		cr_expect(store_run(NULL) == ST_TEMP && store_step(NULL) == STORE_FAILED);
		cr_expect(number(store, "SELECT count(*) FROM in_sender") == before + 1);
		/* an unfinished query does not prevent another one */
		query = store_query(store, "SELECT domain FROM in_sender UNION SELECT 'a'");
		cr_expect(store_step(query) == STORE_ROW);
		store_reset(query);
		cr_expect(number(store, "SELECT count(*) FROM in_sender") == before + 1);
		store_bind_text(store_query(store, "DELETE FROM in_sender WHERE domain = ?1"), 1,
			SLICE("t.example"));
		cr_expect(store_run(store_query(store, "DELETE FROM in_sender WHERE domain = "
						       "?1")) == ST_OK);
		store_close(store);
	}
}

static enum status
add_sender(struct store *store, int n, bool later)
{
	struct store_query *query =
		store_query(store, "INSERT INTO in_sender (domain, auth) VALUES (?1, ?2)");

	store_bind_text(query, 1, SLICE("later.example"));
	store_bind_int(query, 2, n);
	return later ? store_run_later(query) : store_run(query);
}

/* More statements than are sent together, among others; if one fails, the transaction fails. */
Test(store, what_is_run_later_is_stored_or_fails)
{
	static const char count[] = "SELECT count(*) FROM in_sender WHERE domain = 'later.example'";

	find_places();
	for (size_t p = 0; p < place_count; p++) {
		struct store *store = opened(places[p], STORE_WRITE);

		cr_assert(store_begin(store) == ST_OK);
		for (int i = 0; i < 600; i++)
			cr_assert(add_sender(store, i, true) == ST_OK, "%s", last(store));
		cr_expect(number(store, count) == 600);
		cr_expect(add_sender(store, 600, true) == ST_OK);
		cr_expect(add_sender(store, 601, false) == ST_OK);
		cr_expect(add_sender(store, 602, true) == ST_OK);
		cr_expect(store_commit(store) == ST_OK, "%s", last(store));
		cr_expect(number(store, count) == 603);
		cr_assert(store_begin(store) == ST_OK);
		(void)add_sender(store, 603, true);
		if (add_sender(store, 5, true) == ST_OK) {
			(void)add_sender(store, 604, true);
			cr_expect(store_commit(store) == ST_TEMP);
		}
		cr_expect(strstr(last(store), "in_sender") != NULL, "%s", last(store));
		store_rollback(store);
		cr_expect(number(store, count) == 603);
		/* outside a transaction the statement runs immediately */
		cr_expect(add_sender(store, 5, true) == ST_TEMP);
		cr_expect(add_sender(store, 603, true) == ST_OK && number(store, count) == 604);
		store_close(store);
	}
}

/* How many rows each statement changed is known when the transaction is over. */
Test(store, rows_that_statements_changed_are_counted)
{
	static const char once[] = "INSERT INTO in_sender (domain, auth) VALUES ("
				   "'counted.example', 1) ON CONFLICT (domain, auth) DO NOTHING";
	static const char *const all[] = {
		once, once, "DELETE FROM in_sender WHERE domain = 'counted.example'"};
	int64_t changed[3];

	find_places();
	for (size_t p = 0; p < place_count; p++) {
		struct store *store = opened(places[p], STORE_WRITE);

		memset(changed, 0, sizeof changed);
		cr_assert(store_begin(store) == ST_OK);
		for (int i = 0; i < 300; i++)
			for (size_t n = 0; n < 3; n++)
				cr_assert(store_run_counted(
						  store_query(store, all[n]), &changed[n]) == ST_OK,
					"%s", last(store));
		cr_assert(store_commit(store) == ST_OK, "%s", last(store));
		cr_expect(changed[0] == 300 && changed[1] == 0 && changed[2] == 300,
			"%s: %lld %lld %lld", places[p], (long long)changed[0],
			(long long)changed[1], (long long)changed[2]);
		cr_expect(store_run_counted(store_query(store, all[2]), &changed[2]) == ST_TEMP);
		store_close(store);
	}
}

/* Without memory or disk space SQLite may roll back by itself; "ROLLBACK" simulates that here. */
Test(store, nothing_is_stored_after_a_rollback_by_the_database)
{
	struct store *store;
	int64_t before;

	find_places();
	store = opened(places[0], STORE_WRITE);
	before = number(store, "SELECT count(*) FROM in_aside");
	cr_assert(store_begin(store) == ST_OK);
	add(store, SLICE("first"), "1", SLICE("x"));
	cr_assert(store_execute(store, "ROLLBACK") == ST_OK);
	cr_expect(store_run(store_query(store, "INSERT INTO in_sender (domain, auth) VALUES "
					       "('late.example', 1)")) == ST_TEMP);
	cr_expect(store_last_error(store).reason.id == STORE_E_ROLLED_BACK, "%s", last(store));
	cr_expect(store_commit(store) == ST_TEMP);
	cr_expect(number(store, "SELECT count(*) FROM in_aside") == before);
	cr_expect(
		number(store, "SELECT count(*) FROM in_sender WHERE domain = 'late.example'") == 0);
	store_close(store);
}

Test(store, newer_schema_is_refused)
{
	find_places();
	for (size_t p = 0; p < place_count; p++) {
		struct store *store = opened(places[p], STORE_WRITE), *again;
		enum status st;

		cr_assert(store_execute(store,
				  "UPDATE mailstamp_store SET version = version + 1") == ST_OK);
		store_close(store);
		st = store_open(places[p], STORE_WRITE, &arena, &again, &error);
		cr_expect(st == ST_BAD && error.reason.id == STORE_E_NEWER &&
				  strstr(last_error(), "2") != NULL,
			"%s", last_error());
		st = store_open(places[p], STORE_READ, &arena, &again, &error);
		cr_expect(st == ST_BAD && again == NULL);
		if (p == 1) { /* for the other tests */
			char sql[] = "DROP SCHEMA mailstamp CASCADE";
			char command[300];

			(void)snprintf(command, sizeof command, "psql -q '%s' -c '%s' 2>/dev/null",
				places[p], sql);
			cr_expect(system(command) == 0);
		}
	}
}

Test(store, what_is_no_store_is_refused)
{
	static const struct {
		const char *name, *text;
		unsigned why;
		mode_t mode;
		enum status st;
	} files[] = {
		{"text", "hello, this is a letter\n", STORE_E_FOREIGN, 0600, ST_BAD},
		{"short", "hi", STORE_E_FOREIGN, 0600, ST_BAD},
		{"no-such-folder/x", NULL, (unsigned)REASON_FAULT + FAULT_NO_FILE, 0, ST_TEMP},
	};
	struct store *store;

	find_places();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		enum status st;
		FILE *file;

		in_folder(files[i].name);
		if (files[i].text != NULL) {
			file = fopen(path, "w");
			cr_assert(file != NULL && fputs(files[i].text, file) >= 0 &&
				  fclose(file) == 0);
		}
		st = store_open(path, STORE_WRITE, &arena, &store, &error);
		cr_expect(st == files[i].st && error.reason.id == files[i].why, "%s: %s",
			files[i].name, last_error());
	}
	cr_expect(store_open(folder, STORE_WRITE, &arena, &store, &error) == ST_BAD);
	cr_expect(store_open(in_folder("none"), STORE_READ, &arena, &store, &error) == ST_BAD &&
			  error.reason.id == STORE_E_MISSING,
		"%s", last_error());
	cr_expect(access(path, F_OK) != 0, "it was made");
	cr_expect(
		store_open("mysql://u:secret@h/d", STORE_WRITE, &arena, &store, &error) == ST_BAD &&
			error.reason.id == STORE_E_KIND && strstr(last_error(), "secret") == NULL,
		"%s", last_error());
	cr_expect(store_open("postgresql://u:secret@localhost:1/d", STORE_WRITE, &arena, &store,
			  &error) == ST_TEMP &&
			  strstr(last_error(), "secret") == NULL &&
			  strstr(last_error(), "localhost") != NULL,
		"%s", last_error());
}

/* An SQLite file without our table mailstamp_store is another program's, and is refused. */
Test(store, foreign_store_is_refused)
{
	struct store *store;

	find_places();
	store = opened(places[0], STORE_WRITE);
	cr_assert(store_execute(store, "ALTER TABLE mailstamp_store RENAME TO theirs") == ST_OK);
	store_close(store);
	cr_expect(store_open(places[0], STORE_WRITE, &arena, &store, &error) == ST_BAD &&
			  error.reason.id == STORE_E_FOREIGN,
		"%s", last_error());
	cr_expect(store_open(places[0], STORE_READ, &arena, &store, &error) == ST_BAD);
}

Test(store, file_is_its_owner_s)
{
	struct stat info;

	find_places();
	store_close(opened(places[0], STORE_WRITE));
	cr_assert(stat(places[0], &info) == 0);
	cr_expect((info.st_mode & 0777) == 0600, "%o", info.st_mode & 0777);
	store_close(opened(places[0], STORE_READ));
}
