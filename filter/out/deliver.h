/*
 * deliver.h: passes the stamped message to COMMAND (mailstamp(1), DESCRIPTION) or to the next hop.
 */
#ifndef FILTER_OUT_DELIVER_H
#define FILTER_OUT_DELIVER_H

#include <sys/types.h>

#include "filter/out/delivery_error.h"
#include "filter/out/output.h"
#include "filter/out/smtp_client.h"

/*
 * Writes the whole stamped message to an unlinked file (in memory up to 16 MiB, above that in the
 * spool folder), and only then starts COMMAND with it as stdin, so that COMMAND never takes a
 * partial message for the whole. No shell is used; COMMAND gets its own process group and is killed
 * after timeout seconds. The runner (filter/out/runner.h) does this; it is started here if it is
 * not running. ST_OK: COMMAND exited with 0 and had read everything. Otherwise ST_TEMP with *error,
 * and *status is COMMAND's wait status or -1.
 */
enum status deliver(struct output *output, size_t size, char *const argv[], int64_t timeout,
	const char *spool_dir, struct error *error, int *status);

/*
 * Like deliver, but by SMTP: the message is written to an unlinked file before the dialogue begins.
 * Sets job->fd and job->size.
 */
enum status deliver_smtp(struct output *output, size_t size, struct smtp_job *job,
	const char *spool_dir, struct arena *arena, struct error *error);

/*
 * Writes the whole stamped message to an unlinked file and returns its descriptor, with offset 0;
 * *end is the size of the file. -1 with *error on failure.
 */
int deliver_spool(
	struct output *output, size_t size, const char *spool_dir, off_t *end, struct error *error);

/*
 * Runs argv like deliver, with fd, an unlinked file of size octets at offset 0, as stdin. *status
 * is the wait status of COMMAND, if COMMAND has ended.
 */
enum status deliver_run(
	int fd, off_t size, char *const argv[], int64_t timeout, struct error *error, int *status);

#endif
