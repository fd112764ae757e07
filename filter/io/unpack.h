/*
 * unpack.h: the bytes of a file, out of whatever it is packed in: gzip, zstd, xz, bzip2, and zip,
 * tar and 7z, whose files come one after another. A packed file inside an archive is unpacked, too,
 * but not what is packed inside of that.
 *
 * Bounded for each file that is opened: UNPACK_FILES inside, UNPACK_OCTETS in all, UNPACK_RATIO
 * times its own size once that is more than UNPACK_FREE, UNPACK_SECONDS of work.
 */
#ifndef FILTER_IO_UNPACK_H
#define FILTER_IO_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/io/fault.h"

#define UNPACK_OCTETS ((unsigned long long)64 << 30)
#define UNPACK_FREE ((unsigned long long)256 << 20)
enum { UNPACK_FILES = 1000000, UNPACK_RATIO = 1000, UNPACK_SECONDS = 600 };

/* So many octets of a file's beginning say whether it is packed. */
enum { UNPACK_FIRST = 512 };

struct unpack;

/* Do the first n bytes of a file say that it is packed? */
bool unpack_is_packed(const char *bytes, size_t n);

/*
 * fd, at its beginning, is the unpack's from now on. archives: zip, tar and 7z are taken apart;
 * otherwise the file is one, at most compressed. NULL (fd closed) where memory is out.
 */
struct unpack *unpack_open(int fd, bool archives);

/*
 * Goes to the next file inside, at first to the first one; what is left of the one before is passed
 * over. 1; 0: there is none; -1 with *error: and none will follow. A file that is in no archive is
 * the only one.
 */
int unpack_next(struct unpack *in, enum fault *error);

/* The name of the file as the archive has it, any bytes; NULL where it is in no archive. */
const char *unpack_name(const struct unpack *in);

/* Up to size > 0 octets of the file, at first of the first one: their number, 0 at its end, -1 with
 * *error; the next file may be good all the same. */
long unpack_read(struct unpack *in, char *buffer, size_t size, enum fault *error);

/* Which part of the file was read, 0 to 1. */
double unpack_share(const struct unpack *in);

void unpack_close(struct unpack *in); /* NULL is fine */

#endif
