/* ownfile.h: writes files completely or not at all, and replaces only files that we wrote. */
#ifndef FILTER_IO_OWNFILE_H
#define FILTER_IO_OWNFILE_H

#include <stdio.h>

#include "filter/io/fault.h"
#include "mime/arena.h"
#include "mime/status.h"

/*
 * How to recognize files that we wrote, so that a typo on the command line does not destroy others.
 */
struct ownfile_kind {
	struct slice first; /* the beginning of such a file, at most OWNFILE_FIRST octets */
	enum fault another; /* the fault for any other file */
};

struct ownfile {
	FILE *out;          /* write here */
	const char *target; /* the path; of a link, its target */
	const char *part;   /* the temporary name, in the same folder */
};

enum { OWNFILE_FIRST = 64 };

/*
 * Begins writing. An existing file must be regular, and empty or of this kind; its mode is kept. On
 * ST_TEMP with *why there is nothing to close.
 */
enum status ownfile_open(struct ownfile *file, const char *path, const struct ownfile_kind *kind,
	struct arena *arena, enum fault *why);

/*
 * Flushes the file to disk and replaces the target. On ST_TEMP with *why the file is dropped, as by
 * ownfile_drop.
 */
enum status ownfile_keep(struct ownfile *file, enum fault *why);

/* Removes the temporary file and leaves the target unchanged. */
void ownfile_drop(struct ownfile *file);

/* Could ownfile_open write to path? Has the same faults; changes nothing. */
enum status ownfile_probe(
	const char *path, const struct ownfile_kind *kind, struct arena *arena, enum fault *why);

#endif
