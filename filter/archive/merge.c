#include "filter/archive/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "filter/archive/baseline.h"
#include "filter/archive/line.h"
#include "filter/archive/results.h"
#include "filter/io/fault.h"
#include "filter/io/paths.h"
#include "filter/runs/run_file.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"

struct part {
	struct run_file *file; /* NULL: missing, or completely read */
	const char *path;
	bool cut;
};

struct merge {
	const struct options *options;
	struct arena *arena;
	struct arena line;    /* for one message */
	struct run_head head; /* head of the first shard */
	const char *first;    /* path of the first shard */
	struct part *parts;   /* the head.of shards, in order */
	size_t items;         /* in the archive, as the first shard that counted them did */
	bool counted;         /* items is known */
	struct results results;
	struct since *since; /* owned here until results takes it */
	int status;
};

/*
 * Reports an error and sets the exit status. An error that cannot be fixed has priority over one
 * that a new run of a shard would fix.
 */
static void
blame(struct merge *merge, enum run_got got, const char *path, struct error why)
{
	why.path = path;
	error_print(&why, merge->arena);
	if (merge->status != EXIT_CONFIG_ERROR)
		merge->status = got == RUN_BAD ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

static bool
same_run(const struct run_head *a, const struct run_head *b)
{
	if (strcmp(a->mark, b->mark) != 0 || a->compared != b->compared ||
		a->nwhat_ifs != b->nwhat_ifs)
		return false;
	for (size_t i = 0; i < a->nwhat_ifs; i++)
		if (strcmp(a->what_ifs[i], b->what_ifs[i]) != 0)
			return false;
	return true;
}

/* Stores a shard at its position; reports one that does not fit. Takes ownership of file. */
static void
place(struct merge *merge, const char *path, struct run_file *file, const struct run_head *head)
{
	if (merge->parts == NULL) {
		merge->head = *head;
		merge->first = path;
		merge->parts = arena_array(merge->arena, head->of, sizeof *merge->parts);
	}
	if (head->of != merge->head.of)
		blame(merge, RUN_BAD, path, run_error(RUN_E_SHARDS));
	else if (!same_run(head, &merge->head))
		blame(merge, RUN_BAD, path, run_error(RUN_E_OPTIONS));
	else if (merge->parts[head->at].path != NULL)
		blame(merge, RUN_BAD, path, run_error(RUN_E_TWICE));
	else if (head->unordered)
		blame(merge, RUN_BAD, path, run_error(RUN_E_UNORDERED));
	else {
		merge->parts[head->at] = (struct part){.file = file, .path = path};
		return;
	}
	run_file_close(file);
}

static enum run_got
open_part(const char *path, struct arena *arena, struct run_file **file, struct run_head *head,
	struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*file = NULL;
	*error = fault_error(fault_of_path(errno), NULL, NULL);
	return fd >= 0 ? run_file_open(fd, arena, file, head, error) : RUN_NOT_READ;
}

static void
open_all(struct merge *merge)
{
	const struct strings *paths = &merge->options->paths;

	for (size_t i = 0; i < paths->n; i++) {
		struct run_file *file;
		struct run_head head;
		struct error error;
		enum run_got got = open_part(paths->v[i], merge->arena, &file, &head, &error);

		if (got == RUN_ROW)
			place(merge, paths->v[i], file, &head);
		else
			blame(merge, got, paths->v[i], error);
	}
	for (size_t i = 0; merge->status == 0 && merge->parts != NULL && i < merge->head.of; i++)
		if (merge->parts[i].path == NULL)
			merge->status = EXIT_TEMPFAIL;
}

/* Reports which shards must be made again. */
static void
tell_missing(const struct merge *merge)
{
	for (size_t i = 0; merge->parts != NULL && i < merge->head.of; i++)
		if (merge->parts[i].path == NULL || merge->parts[i].cut)
			fprintf(stderr, _("mailstamp: shard %zu/%zu is missing or truncated\n"),
				i + 1, merge->head.of);
}

/*
 * Did this shard count as many messages as the others? One that could not open a mailbox counted it
 * as one, and so left out others that are its own.
 */
static bool
same_archive(struct merge *merge, const struct run_end *end)
{
	if (!merge->counted && end->counted) {
		merge->items = end->items;
		merge->counted = true;
	}
	return !end->counted || end->items == merge->items;
}

/* Reads the next line of a shard; closes a finished or faulty one. */
static enum run_got
next_of(struct merge *merge, struct part *part, struct row *row, struct slice *line)
{
	struct error error;
	enum run_got got;

	arena_clear(&merge->line);
	got = run_file_next(part->file, &merge->line, row, line, &error);
	if (got == RUN_ROW)
		return got;
	if (got == RUN_DONE && merge->status == 0 &&
		!same_archive(merge, run_file_end(part->file))) {
		got = RUN_BAD;
		error = run_error(RUN_E_COUNTED);
	}
	if (got != RUN_DONE)
		blame(merge, got, part->path, error);
	part->cut = got == RUN_CUT || got == RUN_NOT_READ;
	run_file_close(part->file);
	part->file = NULL;
	return got;
}

/* After an error: reads the rest of all shards, without output, to find all errors. */
static void
look_at_rest(struct merge *merge)
{
	struct slice line;
	struct row row;

	for (size_t i = 0; merge->parts != NULL && i < merge->head.of; i++)
		while (merge->parts[i].file != NULL)
			(void)next_of(merge, &merge->parts[i], &row, &line);
}

static bool
add_line(struct merge *merge, const struct row *row, struct slice line)
{
	if (merge->options->output != OUTPUT_JSON &&
		line_make(row, merge->options->output, &merge->line, &line) != ST_OK)
		row = NULL;
	return results_add(&merge->results, row, line);
}

/*
 * Outputs all messages, one from each shard in turn, until a shard has no more; then all shards
 * must be at their end.
 */
static void
join(struct merge *merge)
{
	struct part *part = merge->parts;
	struct slice line;
	struct row row;
	enum run_got got;
	size_t n = 0;

	while ((got = next_of(merge, part, &row, &line)) == RUN_ROW) {
		if (!add_line(merge, &row, line))
			return;
		n++;
		part = &merge->parts[n % merge->head.of];
	}
	for (size_t i = 1; got == RUN_DONE && i < merge->head.of; i++) {
		part = &merge->parts[(n + i) % merge->head.of];
		got = next_of(merge, part, &row, &line);
		if (got == RUN_ROW)
			blame(merge, RUN_BAD, part->path, run_error(RUN_E_MORE));
	}
	if (got != RUN_DONE)
		look_at_rest(merge);
}

static void
tell_all(struct merge *merge)
{
	struct since *since = merge->since;

	merge->since = NULL;
	if (results_begin(&merge->results, merge->options, merge->arena, merge->head.what_ifs,
		    merge->head.nwhat_ifs, merge->head.compared, since))
		join(merge);
	else
		merge->status = EXIT_TEMPFAIL;
}

int
merge_main(const struct options *options, struct arena *arena)
{
	struct merge *merge = arena_alloc(arena, sizeof *merge);
	int status = 0;

	merge->options = options;
	merge->arena = arena;
	arena_init(&merge->line, arena->oom, arena->oom_arg);
	merge->status = baseline_read(options, arena, &merge->since);
	if (merge->status != 0)
		return merge->status;
	open_all(merge);
	if (merge->status != 0)
		look_at_rest(merge);
	else
		tell_all(merge);
	if (merge->status == 0)
		status = results_end(&merge->results, false);
	else
		(void)fflush(stdout);
	if (merge->status == EXIT_TEMPFAIL)
		tell_missing(merge);
	for (size_t i = 0; merge->parts != NULL && i < merge->head.of; i++)
		run_file_close(merge->parts[i].file);
	results_clear(&merge->results);
	since_free(merge->since);
	arena_clear(&merge->line);
	return merge->status != 0 ? merge->status : status;
}
