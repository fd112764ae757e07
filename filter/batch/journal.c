#define _DEFAULT_SOURCE /* flock */
#include "filter/batch/journal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "auth/dns/dns_name.h"

enum { HEAD_MAX = 64, LINE_SIZE = 256, TEXT_MAX = 64 * 1024 * 1024 };

struct journal {
	FILE *file;
	long whole;    /* where the last whole entry ends */
	char *text;    /* of the entry that was read last */
	uint64_t *had; /* by index: hash of the name, or 0 */
	size_t nhad, count;
};

static uint64_t
hash_of(const char *name)
{
	uint64_t hash = dns_hash(name, strlen(name));

	return hash != 0 ? hash : 1;
}

uint64_t
journal_mark(const struct options *options)
{
	uint64_t mark = (uint64_t)options->output * 4 + (options->unordered ? 2 : 0) +
			(options->mboxo ? 1 : 0);

	for (size_t i = 0; i < options->paths.n; i++)
		mark = mark * 31 + hash_of(options->paths.v[i]);
	if (options->envelopes != NULL)
		mark = mark * 37 + hash_of(options->envelopes);
	if (options->files_from != NULL)
		mark = mark * 41 + hash_of(options->files_from);
	if (options->shard_of > 1)
		mark = (mark * 43 + options->shard_at) * 47 + options->shard_of;
	return mark;
}

static enum status
read_head(struct journal *journal, uint64_t mark, const char **error)
{
	char line[HEAD_MAX], wanted[HEAD_MAX];

	(void)snprintf(wanted, sizeof wanted, "mailstamp-journal 1 %016" PRIx64 "\n", mark);
	if (fgets(line, sizeof line, journal->file) == NULL) {
		*error = "the journal cannot be written";
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
journal_open(const char *path, uint64_t mark, struct journal **journal, const char **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	struct journal *made = calloc(1, sizeof *made);
	enum status st = ST_BAD;

	*journal = NULL;
	*error = "the journal cannot be opened";
	if (made != NULL && fd >= 0 && (made->file = fdopen(fd, "r+")) != NULL) {
		*error = "another process uses the journal";
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			st = read_head(made, mark, error);
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

static bool
remember(struct journal *journal, size_t index, uint64_t hash)
{
	if (index >= journal->nhad) {
		size_t n = journal->nhad == 0 ? 1024 : journal->nhad;
		uint64_t *grown;

		if (index >= (size_t)1 << 40)
			return false;
		while (n <= index)
			n *= 2;
		grown = realloc(journal->had, n * sizeof *grown);
		if (grown == NULL)
			return false;
		memset(grown + journal->nhad, 0, (n - journal->nhad) * sizeof *grown);
		journal->had = grown;
		journal->nhad = n;
	}
	journal->had[index] = hash;
	return true;
}

/* The numbers of an entry's first line, in their order, each with its greatest value. */
enum { N_INDEX, N_HASH, N_FAILED, N_SPF, N_DKIM, N_DMARC, N_DISPOSITION, N_SIZE, NUMBERS };

/* A killed run may have left any piece of a line. */
static bool
read_numbers(FILE *file, uint64_t numbers[NUMBERS])
{
	static const uint64_t most[NUMBERS] = {SIZE_MAX, UINT64_MAX, 1, AUTH_PERMERROR,
		AUTH_PERMERROR, AUTH_PERMERROR, DISP_TEMPFAIL, TEXT_MAX};
	char line[LINE_SIZE], *at = line, *end;

	if (fgets(line, sizeof line, file) == NULL)
		return false;
	for (size_t i = 0; i < NUMBERS; i++) {
		if (isxdigit((unsigned char)*at) == 0)
			return false;
		errno = 0;
		numbers[i] = strtoull(at, &end, i == N_HASH ? 16 : 10);
		if (errno != 0 || numbers[i] > most[i] || *end != (i + 1 < NUMBERS ? ' ' : '\n'))
			return false;
		at = end + 1;
	}
	return *at == '\0';
}

static bool
read_entry(struct journal *journal, struct journal_entry *entry)
{
	uint64_t numbers[NUMBERS];
	size_t n;

	if (!read_numbers(journal->file, numbers))
		return false;
	n = (size_t)numbers[N_SIZE];
	free(journal->text);
	journal->text = malloc(n + 1);
	if (journal->text == NULL || fread(journal->text, 1, n, journal->file) != n ||
		fgetc(journal->file) != '\n' ||
		!remember(journal, (size_t)numbers[N_INDEX], numbers[N_HASH]))
		return false;
	entry->index = (size_t)numbers[N_INDEX];
	entry->name = NULL;
	entry->text = slice_make(journal->text, n);
	entry->tally = (struct tally){
		.failed = numbers[N_FAILED] != 0,
		.spf = (enum auth_code)numbers[N_SPF],
		.dkim = (enum auth_code)numbers[N_DKIM],
		.dmarc = (enum auth_code)numbers[N_DMARC],
		.disposition = (enum disposition)numbers[N_DISPOSITION],
	};
	return true;
}

bool
journal_replay(struct journal *journal, struct journal_entry *entry)
{
	if (read_entry(journal, entry)) {
		journal->whole = ftell(journal->file);
		journal->count++;
		return true;
	}
	(void)fseek(journal->file, journal->whole, SEEK_SET);
	(void)!ftruncate(fileno(journal->file), (off_t)journal->whole);
	return false;
}

size_t
journal_count(const struct journal *journal)
{
	return journal->count;
}

bool
journal_has(const struct journal *journal, size_t index, const char *name, bool *changed)
{
	if (index >= journal->nhad || journal->had[index] == 0)
		return false;
	*changed = journal->had[index] != hash_of(name);
	return true;
}

bool
journal_add(struct journal *journal, const struct journal_entry *entry)
{
	const struct tally *tally = &entry->tally;

	return fprintf(journal->file, "%zu %016" PRIx64 " %d %d %d %d %d %zu\n", entry->index,
		       hash_of(entry->name), tally->failed ? 1 : 0, (int)tally->spf,
		       (int)tally->dkim, (int)tally->dmarc, (int)tally->disposition,
		       entry->text.n) > 0 &&
	       fwrite(entry->text.p, 1, entry->text.n, journal->file) == entry->text.n &&
	       fputc('\n', journal->file) == '\n' && fflush(journal->file) == 0;
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
