#define _DEFAULT_SOURCE /* flock */
#include "filter/runs/journal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/runs/row_json.h"
#include "filter/text/words.h"

/* an entry: the hash of its name, a blank, its row */
enum { HEAD_MAX = 512, HASH_DIGITS = 16, ENTRY_MAX = ROW_JSON_MAX + HASH_DIGITS + 2 };

struct journal {
	FILE *file;
	long whole;    /* where the last whole entry ends */
	bool broken;   /* nothing can be added: no memory to read what is there */
	char *text;    /* of the entry that was read last */
	size_t n, cap; /* of text */
	uint64_t *had; /* by index: hash of the name, or 0 */
	size_t nhad, done;
	size_t at, of; /* the shard: which indices are ours */
	bool unordered;
};

static uint64_t
hash_of(const char *name)
{
	uint64_t hash = slice_hash(slice_str(name));

	return hash != 0 ? hash : 1;
}

static enum status
read_head(struct journal *journal, const struct options *options, const char *mark,
	const char **error)
{
	char line[HEAD_MAX] = "", wanted[HEAD_MAX];
	size_t n;

	(void)snprintf(wanted, sizeof wanted,
		"{\"mailstamp_journal\":{\"version\":2,\"run\":\"%s\",\"shard\":%zu,\"of\":%zu,"
		"\"output\":%d,\"html\":%s,\"unordered\":%s}}\n",
		mark, options->shard_at + 1, options->shard_of, (int)options->output,
		options->html != NULL ? "true" : "false", options->unordered ? "true" : "false");
	n = fgets(line, sizeof line, journal->file) != NULL ? strlen(line) : 0;
	/* nothing, or as much of it as there was room for */
	if (n < strlen(wanted) && strncmp(line, wanted, n) == 0 && feof(journal->file)) {
		*error = "the journal cannot be written";
		rewind(journal->file);
		journal->whole = (long)strlen(wanted);
		return fputs(wanted, journal->file) >= 0 && fflush(journal->file) == 0 ? ST_OK
										       : ST_BAD;
	}
	journal->whole = ftell(journal->file);
	if (strcmp(line, wanted) == 0)
		return ST_OK;
	*error = "the journal is that of another run, or no journal";
	return ST_BAD;
}

enum status
journal_open(const char *path, const struct options *options, const char *mark,
	struct journal **journal, const char **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
	struct journal *made = calloc(1, sizeof *made);
	enum status st = ST_BAD;
	struct stat info;

	*journal = NULL;
	*error = "the journal cannot be opened";
	if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
		*error = N_("is no regular file");
	} else if (made != NULL && fd >= 0 && (made->file = fdopen(fd, "r+")) != NULL) {
		made->at = options->shard_at;
		made->of = options->shard_of > 0 ? options->shard_of : 1;
		made->unordered = options->unordered;
		*error = "another process uses the journal";
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			st = read_head(made, options, mark, error);
	}
	if (st == ST_OK) {
		*journal = made;
		return ST_OK;
	}
	if (made != NULL && made->file != NULL)
		(void)fclose(made->file);
	else if (fd >= 0)
		close(fd);
	free(made);
	return ST_BAD;
}

/* Could a message of that index be told after those that are there? What a run cannot have written
 * asks for no memory. */
static bool
is_due(const struct journal *journal, size_t index)
{
	size_t turn = index / journal->of;

	if (index % journal->of != journal->at)
		return false;
	return journal->unordered ? turn < journal->done + JOURNAL_WINDOW : turn == journal->done;
}

/* False where it was there already: no message is told twice. */
static bool
remember(struct journal *journal, size_t index, uint64_t hash)
{
	if (hash == 0 || !is_due(journal, index))
		return false;
	if (index >= journal->nhad) {
		size_t n = journal->nhad == 0 ? 1024 : journal->nhad;
		uint64_t *grown;

		while (n <= index)
			n *= 2;
		grown = realloc(journal->had, n * sizeof *grown);
		journal->broken |= grown == NULL;
		if (grown == NULL)
			return false;
		memset(grown + journal->nhad, 0, (n - journal->nhad) * sizeof *grown);
		journal->had = grown;
		journal->nhad = n;
	}
	if (journal->had[index] != 0)
		return false;
	journal->had[index] = hash;
	journal->done++;
	return true;
}

/* The next line into text, without its line end, for which there is room; false where none is
 * whole. A killed run may have left any piece of one. */
static bool
read_line(struct journal *journal)
{
	int c;

	journal->n = 0;
	while ((c = getc(journal->file)) != EOF && c != '\n' && journal->n < ENTRY_MAX) {
		if (journal->n + 1 >= journal->cap) {
			size_t cap = journal->cap == 0 ? 4096 : 2 * journal->cap;
			char *grown = realloc(journal->text, cap);

			journal->broken |= grown == NULL;
			if (grown == NULL)
				return false;
			journal->text = grown;
			journal->cap = cap;
		}
		journal->text[journal->n++] = (char)c;
	}
	journal->broken |= ferror(journal->file) != 0;
	return c == '\n';
}

static bool
read_hash(struct slice text, uint64_t *hash)
{
	*hash = 0;
	if (text.n <= HASH_DIGITS || text.p[HASH_DIGITS] != ' ')
		return false;
	for (size_t i = 0; i < HASH_DIGITS; i++) {
		int digit = slice_hex_digit(text.p[i]);

		if (digit < 0)
			return false;
		*hash = *hash << 4 | (uint64_t)digit;
	}
	return true;
}

static bool
read_entry(struct journal *journal, struct arena *arena, struct row *row, struct slice *json)
{
	const char *error;
	uint64_t hash;
	enum status st;

	if (!read_line(journal) || !read_hash(slice_make(journal->text, journal->n), &hash))
		return false;
	journal->text[journal->n] = '\n';
	*json = slice_from(slice_make(journal->text, journal->n + 1), HASH_DIGITS + 1);
	st = row_from_json(*json, arena, row, &error);
	journal->broken |= st == ST_TEMP;
	return st == ST_OK && remember(journal, row->index, hash);
}

bool
journal_replay(struct journal *journal, struct arena *arena, struct row *row, struct slice *json)
{
	if (read_entry(journal, arena, row, json)) {
		journal->whole = ftell(journal->file);
		return true;
	}
	(void)fseek(journal->file, journal->whole, SEEK_SET);
	if (!journal->broken)
		(void)!ftruncate(fileno(journal->file), (off_t)journal->whole);
	return false;
}

bool
journal_has(const struct journal *journal, size_t index, const char *name, bool *changed)
{
	if (index >= journal->nhad || journal->had[index] == 0)
		return false;
	*changed = journal->had[index] != hash_of(name);
	return true;
}

size_t
journal_done(const struct journal *journal)
{
	return journal->done;
}

bool
journal_add(struct journal *journal, const char *name, struct slice json)
{
	return !journal->broken && fprintf(journal->file, "%016" PRIx64 " ", hash_of(name)) > 0 &&
	       fwrite(json.p, 1, json.n, journal->file) == json.n && fflush(journal->file) == 0;
}

bool
journal_close(struct journal *journal)
{
	bool whole;

	if (journal == NULL)
		return true;
	whole = fclose(journal->file) == 0;
	free(journal->text);
	free(journal->had);
	free(journal);
	return whole;
}
