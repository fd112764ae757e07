/*
 * deliver.h: passing the stamped message to COMMAND (mailstamp(1), DESCRIPTION) or to the next hop.
 */
#ifndef FILTER_OUT_DELIVER_H
#define FILTER_OUT_DELIVER_H

#include <sys/types.h>

#include "filter/out/delivery_error.h"
#include "filter/out/output.h"
#include "filter/out/smtp_client.h"

/*
 * Writes the whole stamped message to an unlinked file (in memory up to 16 MiB, in the spool folder
 * above) and only then starts COMMAND with it as stdin: whatever happens to us, COMMAND can never
 * take a part for the whole. No shell; a process group of its own; killed after timeout seconds. By
 * the runner (filter/out/runner.h), which is started here if it was not before.
 * ST_OK: COMMAND ended with 0 and had read everything. Else ST_TEMP with *error and *status,
 * COMMAND's wait status or -1.
 */
enum status deliver(struct output *output, size_t size, char *const argv[], int64_t timeout,
	const char *spool_dir, struct error *error, int *status);

/*
 * The same by SMTP: the message is complete in such a file before the dialogue begins. Sets job's
 * fd and size.
 */
enum status deliver_smtp(struct output *output, size_t size, struct smtp_job *job,
	const char *spool_dir, struct arena *arena, struct error *error);

/* The whole stamped message in a file at offset 0, with its size in *end; or -1 with *error. */
int deliver_spool(
	struct output *output, size_t size, const char *spool_dir, off_t *end, struct error *error);

/*
 * Runs argv with fd, an unlinked file of size octets at offset 0, as stdin; as deliver does.
 * *status is its wait status if it has ended.
 */
enum status deliver_run(
	int fd, off_t size, char *const argv[], int64_t timeout, struct error *error, int *status);

#endif
