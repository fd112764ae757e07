#include "filter/out/deliver.h"

#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/out/runner.h"

enum status
deliver_run(
	int fd, off_t size, char *const argv[], int64_t timeout, struct error *error, int *status)
{
	static const enum delivery_error errors[] = {
		[RUNNER_ENDED] = DELIVERY_E_SIGNAL,
		[RUNNER_NOT_STARTED] = DELIVERY_E_NOT_STARTED,
		[RUNNER_LATE] = DELIVERY_E_LATE,
		[RUNNER_LOST] = DELIVERY_E_LOST,
	};
	enum runner_end end = RUNNER_NOT_STARTED;

	if (runner_start(argv) == ST_OK)
		end = runner_run(fd, timeout, status);
	runner_end();
	if (end != RUNNER_ENDED || !WIFEXITED(*status)) {
		*error = delivery_error(errors[end]);
		return ST_TEMP;
	}
	if (WEXITSTATUS(*status) != 0) {
		*error = delivery_error(WEXITSTATUS(*status) == 126 || WEXITSTATUS(*status) == 127
						? DELIVERY_E_NOT_RUN
						: DELIVERY_E_FAILED);
		return ST_TEMP;
	}
	/* the read offset is shared with COMMAND: it shows how much was read */
	if (lseek(fd, 0, SEEK_CUR) < size) {
		*error = delivery_error(DELIVERY_E_UNREAD);
		return ST_TEMP;
	}
	return ST_OK;
}

int
deliver_spool(
	struct output *output, size_t size, const char *spool_dir, off_t *end, struct error *error)
{
	int fd = spool_open(spool_dir, output->rest != NULL ? SIZE_MAX : size);

	if (fd < 0) {
		*error = delivery_error(DELIVERY_E_NO_SPOOL);
		return -1;
	}
	if (output_message(output, fd) == ST_OK) {
		*end = lseek(fd, 0, SEEK_CUR);
		if (*end >= 0 && lseek(fd, 0, SEEK_SET) == 0)
			return fd;
	}
	*error = delivery_error(DELIVERY_E_NOT_SPOOLED);
	close(fd);
	return -1;
}

enum status
deliver(struct output *output, size_t size, char *const argv[], int64_t timeout,
	const char *spool_dir, struct error *error, int *status)
{
	off_t end;
	int fd = deliver_spool(output, size, spool_dir, &end, error);
	enum status st;

	*status = -1;
	if (fd < 0)
		return ST_TEMP;
	st = deliver_run(fd, end, argv, timeout, error, status);
	close(fd);
	return st;
}

enum status
deliver_smtp(struct output *output, size_t size, struct smtp_job *job, const char *spool_dir,
	struct arena *arena, struct error *error)
{
	off_t end;
	enum status st;

	job->fd = deliver_spool(output, size, spool_dir, &end, error);
	if (job->fd < 0)
		return ST_TEMP;
	job->size = end;
	st = smtp_send(job, arena, error);
	close(job->fd);
	return st;
}
