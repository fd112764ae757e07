#include "filter/archive/piped.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/archive/batch.h"
#include "filter/io/fault.h"
#include "filter/io/process.h"
#include "filter/io/read.h"
#include "filter/io/write.h"
#include "filter/runs/run_file.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"

enum { OVERLAY_MAX = 64 * 1024 };

int
piped_fail(struct error why, struct arena *arena)
{
	why.what = N_("archive");
	error_print(&why, arena);
	return EXIT_TEMPFAIL;
}

/* Runs batch over the archive, as the only shard of a run; the parent reads its lines from out. */
static _Noreturn void
run_batch(const struct options *options, struct arena *arena, int out)
{
	struct options batch = *options;
	int status = EXIT_TEMPFAIL;

	batch.command = COMMAND_BATCH;
	batch.envelope = ENVELOPE_HEADERS;
	batch.output = OUTPUT_JSON;
	batch.paths = options->archive;
	batch.html = NULL;
	batch.messages = (struct strings){.n = 0};
	batch.shard = "1/1";
	batch.shard_of = 1;
	if (dup2(out, STDOUT_FILENO) >= 0) {
		(void)close(out);
		status = batch_main(&batch, arena);
		if (fflush(stdout) != 0)
			status = EXIT_TEMPFAIL;
	}
	_exit(status);
}

/*
 * Waits for the process; returns its exit status, but 0 if only some files could not be read. The
 * process itself has reported on stderr why it failed.
 */
static int
wait_for(pid_t child)
{
	int status;

	if (!process_wait(child, &status) || !WIFEXITED(status))
		return EXIT_TEMPFAIL;
	return WEXITSTATUS(status) == EXIT_QUARANTINED ? 0 : WEXITSTATUS(status);
}

/*
 * Waits for the overlay, which follows one octet, and evaluates the archive with it; without that
 * octet, exits.
 */
static void
wait_and_judge(const struct options *options, struct arena *arena, int begin, int out)
{
	struct options tried = *options;
	char *text = arena_bytes(arena, OVERLAY_MAX);
	const ssize_t n = read_bytes(begin, text, OVERLAY_MAX);

	if (n <= 0 || n == OVERLAY_MAX)
		_exit(n > 0 ? EXIT_TEMPFAIL : 0);
	(void)close(begin);
	tried.laid = slice_make(text + 1, (size_t)n - 1);
	run_batch(&tried, arena, out);
}

static void
close_ends(struct piped *piped, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (piped[i].in >= 0)
			(void)close(piped[i].in);
		if (piped[i].begin >= 0)
			(void)close(piped[i].begin);
	}
}

/* Starts the process of piped[at], which closes the pipes of the processes before it. */
static int
start_process(const struct options *options, struct arena *arena, struct piped *piped, size_t at,
	const int out[2], const int begin[2])
{
	struct piped *one = &piped[at];

	(void)fflush(NULL);
	one->child = fork();
	if (one->child == 0) {
		(void)close(out[0]);
		close_ends(piped, at);
		if (begin != NULL) {
			(void)close(begin[1]);
			wait_and_judge(options, arena, begin[0], out[1]);
		}
		run_batch(options, arena, out[1]);
	}
	(void)close(out[1]);
	one->in = out[0];
	if (begin != NULL) {
		(void)close(begin[0]);
		one->begin = begin[1];
	}
	if (one->child > 0)
		return 0;
	close_ends(one, 1);
	*one = (struct piped){.in = -1, .begin = -1};
	return piped_fail(fault_error(FAULT_NO_PROCESS, NULL, NULL), arena);
}

int
piped_start(const struct options *options, struct arena *arena, struct piped *piped)
{
	int out[2];

	*piped = (struct piped){.in = -1, .begin = -1};
	if (pipe(out) != 0)
		return piped_fail(fault_error(FAULT_NO_PIPE, NULL, NULL), arena);
	return start_process(options, arena, piped, 0, out, NULL);
}

int
piped_prepare(const struct options *options, struct arena *arena, struct piped *piped, size_t n)
{
	int out[2], begin[2], status = 0;

	for (size_t i = 0; i < n; i++)
		piped[i] = (struct piped){.in = -1, .begin = -1};
	for (size_t i = 0; i < n && status == 0; i++) {
		if (pipe(out) != 0)
			return piped_fail(fault_error(FAULT_NO_PIPE, NULL, NULL), arena);
		if (pipe(begin) != 0) {
			(void)close(out[0]);
			(void)close(out[1]);
			return piped_fail(fault_error(FAULT_NO_PIPE, NULL, NULL), arena);
		}
		status = start_process(options, arena, piped, i, out, begin);
	}
	return status;
}

bool
piped_begin(struct piped *piped, struct slice overlay)
{
	bool sent;

	if (piped->child <= 0 || piped->begin < 0)
		return false;
	sent = write_bytes(piped->begin, SLICE("+")) && write_bytes(piped->begin, overlay);
	(void)close(piped->begin);
	piped->begin = -1;
	return sent;
}

void
piped_drop(struct piped *piped, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		close_ends(&piped[i], 1);
		if (piped[i].child > 0)
			(void)wait_for(piped[i].child);
		piped[i] = (struct piped){.in = -1, .begin = -1};
	}
}

int
piped_read(struct piped *piped, struct arena *arena, bool (*take)(void *arg, const struct row *row),
	void *arg)
{
	struct error error;
	struct run_file *file;
	struct run_head head;
	struct arena line;
	struct slice text;
	struct row row;
	enum run_got got = run_file_open(piped->in, arena, &file, &head, &error);
	int status;

	arena_init(&line, arena->oom, arena->oom_arg);
	while (got == RUN_ROW &&
		(got = run_file_next(file, &line, &row, &text, &error)) == RUN_ROW) {
		if (!take(arg, &row)) {
			error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
			got = RUN_NOT_READ;
		}
		arena_reset(&line);
	}
	arena_clear(&line);
	/* a process that has not finished then fails at its next write */
	run_file_close(file);
	status = wait_for(piped->child);
	*piped = (struct piped){.in = -1, .begin = -1};
	if (status != 0)
		return status;
	return got == RUN_DONE ? 0 : piped_fail(error, arena);
}
