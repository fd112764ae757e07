/*
 * spool.h: files without a name, for messages on their way.
 */
#ifndef FILTER_IO_SPOOL_H
#define FILTER_IO_SPOOL_H

#include <stdbool.h>
#include <stddef.h>

enum { SPOOL_MEMORY = 16 * 1024 * 1024 }; /* octets that may stay in memory */

/*
 * A new, empty, unlinked file, close-on-exec, that nobody else can open: in memory where size is
 * SPOOL_MEMORY at most, else in dir (NULL: $TMPDIR, then /var/tmp). -1 with errno.
 */
int spool_open(const char *dir, size_t size);

/* the folder that it uses for dir */
const char *spool_folder(const char *dir);

/* Can a file without a name not be had where open(2) failed with this errno? Then it has one at
 * first. */
bool spool_needs_name(int error);

#endif
