/* spool.h: unlinked files for messages that are too large for memory. */
#ifndef FILTER_IO_SPOOL_H
#define FILTER_IO_SPOOL_H

#include <stdbool.h>
#include <sys/types.h>

#include "filter/io/fault.h"
#include "mime/slice.h"

enum { SPOOL_MEMORY = 16 * 1024 * 1024 }; /* the largest message that is kept in memory */

/*
 * Creates an empty, unlinked file with close-on-exec, which no other process can open: in memory if
 * size is at most SPOOL_MEMORY, otherwise in dir (NULL: $TMPDIR, then /var/tmp). -1 with errno.
 */
int spool_open(const char *dir, size_t size);

/* the folder that spool_open uses for dir */
const char *spool_folder(const char *dir);

/*
 * Does this errno of open(2) mean that O_TMPFILE is not supported? Then the file is created with a
 * name, which is removed at once.
 */
bool spool_needs_name(int error);

/* Where spool_fill reads from. */
struct spool_source {
	/* like read(), but handles waits and retries: 0 at the end; -1 with *fault */
	ssize_t (*read)(void *arg, char *buffer, size_t size, enum fault *fault);
	void *arg;
};

/*
 * Copies *bytes and then octets of source, up to max in total, to a new spool file in dir, and maps
 * it read-only. *bytes becomes the mapping (spool_release); on a fault it is unchanged.
 */
enum fault spool_fill(
	const char *dir, const struct spool_source *source, size_t max, struct slice *bytes);

/* The same for an empty spool file that is already open and remains open. */
enum fault spool_fill_at(
	int spool, const struct spool_source *source, size_t max, struct slice *bytes);

/* Maps size octets of fd read-only; *bytes is the mapping. */
enum fault spool_map(int fd, size_t size, struct slice *bytes);

/* Unmaps the bytes of spool_fill or spool_map; they may be empty. */
void spool_release(struct slice bytes);

#endif
