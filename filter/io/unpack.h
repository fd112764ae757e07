/*
 * unpack.h: uncompresses files: gzip, zstd, xz and bzip2; and zip, tar and 7z, whose files are read
 * one after another. A compressed file inside an archive is also uncompressed (not with
 * UNPACK_ZIP_TAR), but nothing compressed inside that.
 *
 *
 * Limits for each opened file: UNPACK_FILES files inside; in total UNPACK_OCTETS, and UNPACK_RATIO
 * times its own size or UNPACK_FREE, whichever is larger; UNPACK_SECONDS of processor time.
 */
#ifndef FILTER_IO_UNPACK_H
#define FILTER_IO_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/io/fault.h"

#define UNPACK_OCTETS ((unsigned long long)64 << 30)
#define UNPACK_FREE ((unsigned long long)256 << 20)
enum { UNPACK_FILES = 1000000, UNPACK_RATIO = 1000, UNPACK_SECONDS = 600 };

/* The number of octets at the beginning of a file that unpack_is_packed needs. */
enum { UNPACK_FIRST = 512 };

struct unpack;

/* Is a file that begins with these n bytes compressed? */
bool unpack_is_packed(const char *bytes, size_t n);

/*
 * Which archives are opened. 7z is a separate choice because its list of files is at the end, and
 * 24 KB can list millions. UNPACK_ZIP_TAR: the files inside are read as they are, compressed or
 * not.
 */
enum unpack_archives { UNPACK_ONE, UNPACK_ZIP_TAR, UNPACK_ZIP_TAR_7Z };

/*
 * Takes ownership of fd, which must be at its beginning. UNPACK_ONE: a single file, possibly
 * compressed. NULL, with fd closed, when out of memory.
 */
struct unpack *unpack_open(int fd, enum unpack_archives archives);

/*
 * Goes to the next file (the first call: to the first one), skipping the rest of the previous one.
 * Returns 1; 0 after the last one; -1 with *error, after which no file follows. A file that is not
 * an archive counts as one file.
 */
int unpack_next(struct unpack *in, enum fault *error);

/* The name of the file in the archive, any bytes; NULL outside an archive. */
const char *unpack_name(const struct unpack *in);

/*
 * Reads up to size > 0 octets of the current file: their number, 0 at its end, -1 with *error,
 * after which the next file may still be readable.
 */
long unpack_read(struct unpack *in, char *buffer, size_t size, enum fault *error);

/* The fraction of the file that has been read, 0 to 1. */
double unpack_share(const struct unpack *in);

void unpack_close(struct unpack *in); /* NULL is fine */

#endif
