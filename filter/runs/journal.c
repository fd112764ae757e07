#define _DEFAULT_SOURCE /* flock */
#include "filter/runs/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/fault.h"
#include "filter/io/paths.h"
#include "filter/runs/run_file.h"

struct journal {
	FILE *file;
	struct run_file *earlier; /* the earlier run, until all its messages were reported again */
	long whole;               /* offset after the last complete message */
	bool broken;              /* the earlier run could not be read, so nothing can be added */
	uint64_t *had;            /* the hash of the name for each index, or 0 */
	size_t nhad, done;
	size_t at, of; /* the shard, which determines the indices that belong to it */
	bool unordered;
	struct arena arena; /* for a name */
};

/* Returns the hash of a name in the form that rows contain; never 0. */
static uint64_t
hash_of(const char *shown)
{
	uint64_t hash = slice_hash(slice_str(shown));

	return hash != 0 ? hash : 1;
}

static struct error
not_opened(int error)
{
	const enum fault lack = fault_of_lack(error, FAULT_NONE);

	return lack != FAULT_NONE ? fault_error(lack, NULL, NULL) : run_error(RUN_E_NOT_OPENED);
}

/* Writes the head to a file that is empty or contains only a part of the head. */
static enum status
begin(struct journal *journal, struct slice head, struct error *error)
{
	rewind(journal->file);
	if (fwrite(head.p, 1, head.n, journal->file) == head.n && fflush(journal->file) == 0)
		return ST_OK;
	*error = errno == ENOSPC || errno == EDQUOT ? fault_error(FAULT_NO_ROOM, NULL, NULL)
						    : run_error(RUN_E_NOT_WRITTEN);
	return ST_BAD;
}

/* Opens the earlier run if it has the expected head. */
static enum status
read_earlier(struct journal *journal, struct slice wanted, struct arena *arena, struct error *error)
{
	char *line = arena_alloc(arena, wanted.n);
	const ssize_t n = pread(fileno(journal->file), line, wanted.n, 0);
	struct run_head head;
	enum run_got got;
	int fd;

	journal->whole = (long)wanted.n;
	*error = run_error(RUN_E_NOT_OPENED);
	if (n < 0)
		return ST_BAD;
	if ((size_t)n < wanted.n && memcmp(line, wanted.p, (size_t)n) == 0)
		return begin(journal, wanted, error);
	fd = fcntl(fileno(journal->file), F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {
		*error = not_opened(errno);
		return ST_BAD;
	}
	got = run_file_open(fd, arena, &journal->earlier, &head, error);
	if (got == RUN_NOT_READ)
		*error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
	if (got != RUN_ROW)
		return ST_BAD;
	*error = run_error(RUN_E_OTHER_RUN);
	return memcmp(line, wanted.p, wanted.n) == 0 ? ST_OK : ST_BAD;
}

static void
free_journal(struct journal *journal)
{
	run_file_close(journal->earlier);
	arena_clear(&journal->arena);
	free(journal->had);
	free(journal);
}

enum status
journal_open(const char *path, const struct run_head *head, struct arena *arena,
	struct journal **journal, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
	const int cause = errno;
	struct journal *made = calloc(1, sizeof *made);
	enum status st = ST_BAD;
	struct slice wanted;
	struct stat info;

	*journal = NULL;
	*error = fd < 0 ? not_opened(cause) : fault_error(FAULT_NO_MEMORY, NULL, NULL);
	if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))) {
		*error = run_error(RUN_E_NOT_REGULAR);
	} else if (made != NULL && fd >= 0 && run_head_write(head, arena, &wanted) == ST_OK &&
		   (made->file = fdopen(fd, "r+")) != NULL) {
		arena_init(&made->arena, arena->oom, arena->oom_arg);
		made->at = head->at;
		made->of = head->of;
		made->unordered = head->unordered;
		*error = run_error(RUN_E_IN_USE);
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			st = read_earlier(made, wanted, arena, error);
	}
	if (st == ST_OK) {
		*journal = made;
		return ST_OK;
	}
	if (made != NULL && made->file != NULL)
		(void)fclose(made->file);
	else if (fd >= 0)
		close(fd);
	if (made != NULL)
		free_journal(made);
	return ST_BAD;
}

/*
 * Can a message with this index come next? A huge index, in a damaged file, must not allocate
 * memory.
 */
static bool
is_due(const struct journal *journal, size_t index)
{
	size_t turn = index / journal->of;

	if (index % journal->of != journal->at)
		return false;
	return journal->unordered ? turn < journal->done + JOURNAL_WINDOW : turn == journal->done;
}

/*
 * Records the message; false if its index is already recorded, so that no message is reported
 * twice.
 */
static bool
remember(struct journal *journal, size_t index, uint64_t hash)
{
	if (!is_due(journal, index))
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

bool
journal_replay(struct journal *journal, struct arena *arena, struct row *row, struct slice *json)
{
	enum run_got got = RUN_DONE;
	struct error error;

	if (journal->earlier != NULL)
		got = run_file_next(journal->earlier, arena, row, json, &error);
	if (got == RUN_ROW && remember(journal, row->index, hash_of(row->path))) {
		journal->whole += (long)json->n;
		return true;
	}
	journal->broken |= got == RUN_NOT_READ;
	run_file_close(journal->earlier);
	journal->earlier = NULL;
	(void)fseek(journal->file, journal->whole, SEEK_SET);
	if (!journal->broken)
		(void)!ftruncate(fileno(journal->file), (off_t)journal->whole);
	return false;
}

bool
journal_has(struct journal *journal, size_t index, const char *name, bool *changed)
{
	const char *shown;

	if (index >= journal->nhad || journal->had[index] == 0)
		return false;
	shown = row_text(slice_str(path_shown(name, &journal->arena)), ROW_PATH, &journal->arena);
	*changed = journal->had[index] != hash_of(shown);
	arena_clear(&journal->arena);
	return true;
}

size_t
journal_done(const struct journal *journal)
{
	return journal->done;
}

bool
journal_add(struct journal *journal, struct slice json)
{
	return !journal->broken && fwrite(json.p, 1, json.n, journal->file) == json.n &&
	       fflush(journal->file) == 0;
}

bool
journal_close(struct journal *journal, const struct run_end *end)
{
	struct slice line;
	bool whole = true;

	if (journal == NULL)
		return true;
	if (end != NULL)
		whole = run_end_write(end, &journal->arena, &line) == ST_OK &&
			journal_add(journal, line);
	whole = fclose(journal->file) == 0 && whole;
	free_journal(journal);
	return whole;
}
