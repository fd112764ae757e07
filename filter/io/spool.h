/*
 * spool.h: unlinked files for messages that do not fit into memory.
 */
#ifndef FILTER_IO_SPOOL_H
#define FILTER_IO_SPOOL_H

#include <stdbool.h>
#include <sys/types.h>

#include "filter/io/fault.h"
#include "mime/slice.h"

enum { SPOOL_MEMORY = 16 * 1024 * 1024 }; /* octets that may be kept in memory */

/*
 * A new, empty, unlinked file, close-on-exec, that nobody else can open: in memory if size is at
 * most SPOOL_MEMORY, otherwise in dir (NULL: $TMPDIR, then /var/tmp). -1 with errno.
 */
int spool_open(const char *dir, size_t size);

/* the folder that it uses for dir */
const char *spool_folder(const char *dir);

/*
 * Does this errno of open(2) mean that files without a name are not supported? Then the file has a
 * name at first.
 */
bool spool_needs_name(int error);

/* Where spool_fill reads from. */
struct spool_source {
	/* like read(), after every wait and retry: 0 at the end; -1 with *fault */
	ssize_t (*read)(void *arg, char *buffer, size_t size, enum fault *fault);
	void *arg;
};

/*
 * Copies *bytes, followed by octets of source up to max in total, to a new spool file in dir, and
 * maps it read-only. *bytes is then the mapping (spool_release); on a fault it is unchanged.
 */
enum fault spool_fill(
	const char *dir, const struct spool_source *source, size_t max, struct slice *bytes);

/* The same, to a new spool file that is already open, and remains so. */
enum fault spool_fill_at(
	int spool, const struct spool_source *source, size_t max, struct slice *bytes);

/* Maps size octets of fd, read-only, into *bytes. */
enum fault spool_map(int fd, size_t size, struct slice *bytes);

/* Unmaps the bytes of spool_fill or spool_map; they may be empty. */
void spool_release(struct slice bytes);

#endif
