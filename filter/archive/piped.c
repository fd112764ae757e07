#include "filter/archive/piped.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/archive/batch.h"
#include "filter/io/fault.h"
#include "filter/runs/run_file.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"

int
piped_fail(struct error why, struct arena *arena)
{
	why.what = N_("archive");
	error_print(&why, arena);
	return EXIT_TEMPFAIL;
}

/* Runs batch over the archive, as the only part of a run; another process reads its lines. */
static _Noreturn void
judge(const struct options *options, struct arena *arena, int out)
{
	struct options batch = *options;
	int status = EXIT_TEMPFAIL;

	batch.command = COMMAND_BATCH;
	batch.envelope = ENVELOPE_HEADERS;
	batch.output = OUTPUT_JSON;
	batch.paths = options->archive;
	batch.html = NULL;
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

int
piped_start(const struct options *options, struct arena *arena, struct piped *piped)
{
	int ends[2];

	*piped = (struct piped){.in = -1};
	if (pipe(ends) != 0)
		return piped_fail(fault_error(FAULT_NO_PIPE, NULL, NULL), arena);
	(void)fflush(NULL);
	piped->child = fork();
	if (piped->child == 0) {
		(void)close(ends[0]);
		judge(options, arena, ends[1]);
	}
	(void)close(ends[1]);
	piped->in = ends[0];
	if (piped->child > 0)
		return 0;
	(void)close(ends[0]);
	piped->child = 0;
	return piped_fail(fault_error(FAULT_NO_PROCESS, NULL, NULL), arena);
}

/* Its own lines have said why it failed. */
static int
wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_TEMPFAIL;
	if (!WIFEXITED(status))
		return EXIT_TEMPFAIL;
	return WEXITSTATUS(status) == EXIT_QUARANTINED ? 0 : WEXITSTATUS(status);
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
	/* if it is not at its end, the process fails at its next write */
	run_file_close(file);
	status = wait_for(piped->child);
	piped->child = 0;
	if (status != 0)
		return status;
	return got == RUN_DONE ? 0 : piped_fail(error, arena);
}
