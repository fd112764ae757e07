/*
 * ownfile.h: a file that is written completely or not at all, and replaces only a file that we
 * wrote.
 */
#ifndef FILTER_IO_OWNFILE_H
#define FILTER_IO_OWNFILE_H

#include <stdio.h>

#include "filter/io/fault.h"
#include "mime/arena.h"
#include "mime/status.h"

/*
 * How to recognize a file that we wrote; a typo on the command line must not destroy another one.
 */
struct ownfile_kind {
	struct slice first; /* how it begins, at most OWNFILE_FIRST octets */
	enum fault another; /* the fault if it is a file of another kind */
};

struct ownfile {
	FILE *out;          /* write here */
	const char *target; /* the path; of a link, its target */
	const char *part;   /* its temporary name, in the same folder */
};

enum { OWNFILE_FIRST = 64 };

/*
 * Begins a file. An existing file must be regular and either empty or of
 * this kind; its mode is kept. ST_TEMP with *why; then there is nothing to close.
 */
enum status ownfile_open(struct ownfile *file, const char *path, const struct ownfile_kind *kind,
	struct arena *arena, enum fault *why);

/* Flushes it to the disk and replaces the target; ST_TEMP with *why, then as ownfile_drop. */
enum status ownfile_keep(struct ownfile *file, enum fault *why);

/* Leaves the target as it was and removes the temporary file. */
void ownfile_drop(struct ownfile *file);

/* Can path be written? The faults are those of ownfile_open; changes nothing. */
enum status ownfile_probe(
	const char *path, const struct ownfile_kind *kind, struct arena *arena, enum fault *why);

#endif
