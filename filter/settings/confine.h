/*
 * confine.h: enters the sandbox according to the options, with the rights that the command still
 * needs
 */
#ifndef FILTER_SETTINGS_CONFINE_H
#define FILTER_SETTINGS_CONFINE_H

#include "auth/base/reason.h"
#include "filter/settings/settings.h"
#include "mime/arena.h"
#include "mime/status.h"

struct confinement {
	bool entered;      /* some part of the sandbox is in force */
	struct error note; /* a warning for the log: why the process remains root */
	int inner;         /* the rules of confine_inner (landlock_make), or -1 */
};

/*
 * Enters the sandbox; to be called once options, logs, keys, DNS and the input are open and before
 * the first octet of a message is read. ST_TEMP with *error if --sandbox require is given and a
 * part of it is unavailable; with try, the run continues without that part. Also ST_TEMP if memory
 * or descriptors do not suffice to become --user.
 */
enum status confine(const struct options *options, struct arena *arena,
	struct confinement *confinement, struct error *error);

/*
 * Enters the sandbox of the process of batch that opens files, before its parent enters its own:
 * the process may read every file and write spool files, and keeps the descriptors 0, 1, 2 and keep
 * (-1: none). Errors as for confine.
 */
enum status confine_opener(
	const struct options *options, int keep, struct arena *arena, struct error *error);

/*
 * Enters the sandbox of the child of batch that reads messages: the child may load libraries,
 * query DNS and start threads, and keeps only the descriptors 0, 1 and 2. Errors as
 * for confine.
 */
enum status confine_inner(
	const struct options *options, const struct confinement *confinement, struct error *error);

#endif
