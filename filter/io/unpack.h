/*
 * unpack.h: the bytes of a file, out of gzip or zstd where it is so compressed.
 */
#ifndef FILTER_IO_UNPACK_H
#define FILTER_IO_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/io/fault.h"

struct unpack;

/* Do the first n bytes of a file say that it is compressed? */
bool unpack_is_packed(const char *bytes, size_t n);

/* fd, at its beginning, is the unpack's from now on. NULL (fd closed) where memory is out. */
struct unpack *unpack_open(int fd);

/* Up to size > 0 octets: their number, 0 at the end, -1 with *error. */
long unpack_read(struct unpack *in, char *buffer, size_t size, enum fault *error);

/* Which part of the file was read, 0 to 1. */
double unpack_share(const struct unpack *in);

void unpack_close(struct unpack *in); /* NULL is fine */

#endif
