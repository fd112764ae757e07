#include "filter/view/view_archive.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/archive/batch.h"
#include "filter/runs/run_file.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"

static int
fail(struct error why, struct arena *arena)
{
	why.what = N_("archive");
	error_print(&why, arena);
	return EXIT_TEMPFAIL;
}

/* batch over the archive, as the only part of a run, whose lines another process reads. */
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

static enum run_got
take_all(int in, struct arena *arena, struct view_hosts *hosts, struct view_archive *archive,
	struct error *error)
{
	struct run_file *file;
	struct run_head head;
	struct arena line;
	struct slice text;
	struct row row;
	enum run_got got = run_file_open(in, arena, &file, &head, error);

	arena_init(&line, arena->oom, arena->oom_arg);
	while (got == RUN_ROW &&
		(got = run_file_next(file, &line, &row, &text, error)) == RUN_ROW) {
		archive->messages += row.failed ? 0 : 1;
		archive->failed += row.failed ? 1 : 0;
		view_hosts_hold(hosts, &row);
		if (!stats_add(archive->stats, &row)) {
			*error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
			got = RUN_NOT_READ;
		}
		arena_reset(&line);
	}
	arena_clear(&line);
	run_file_close(file);
	return got;
}

/* Its own lines say why it failed. */
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
view_archive_read(const struct options *options, struct arena *arena, struct view_hosts *hosts,
	struct view_archive *archive)
{
	struct error error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
	enum run_got got;
	int ends[2], status;
	pid_t child;

	*archive = (struct view_archive){.stats = NULL};
	if (options->archive.n == 0) {
		view_hosts_settle(hosts);
		return 0;
	}
	archive->stats = stats_new(NULL, 0, false);
	if (archive->stats == NULL)
		return fail(error, arena);
	if (pipe(ends) != 0)
		return fail(fault_error(FAULT_NO_PIPE, NULL, NULL), arena);
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)close(ends[0]);
		judge(options, arena, ends[1]);
	}
	(void)close(ends[1]);
	if (child < 0) {
		(void)close(ends[0]);
		return fail(fault_error(FAULT_NO_PROCESS, NULL, NULL), arena);
	}
	got = take_all(ends[0], arena, hosts, archive, &error);
	if (got != RUN_DONE)
		(void)kill(child, SIGTERM);
	status = wait_for(child);
	view_hosts_settle(hosts);
	if (status != 0)
		return status;
	return got == RUN_DONE ? 0 : fail(error, arena);
}

void
view_archive_clear(struct view_archive *archive)
{
	stats_free(archive->stats);
	archive->stats = NULL;
}
