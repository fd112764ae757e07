/* read.h: reads a number of bytes, or all, with as many calls as needed. */
#ifndef FILTER_IO_READ_H
#define FILTER_IO_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "filter/io/fault.h"

/*
 * Reads n octets, or fewer at the end; returns their number, or -1 with errno. For files: a
 * descriptor that would block is an error.
 */
ssize_t read_bytes(int fd, char *to, size_t n);

/* Reads once, as read(2), but again if a signal interrupted it. */
ssize_t read_once(int fd, char *to, size_t n);

/* As read_bytes, from offset at of the file, whose own offset is not changed. */
ssize_t read_at(int fd, char *to, size_t n, uint64_t at);

/* Reads at most size octets: returns their number, 0 at the end, or -1 with *error. */
typedef long read_piece_fn(void *from, char *to, size_t size, enum fault *error);

/*
 * Reads all octets that piece returns, but no more after max is exceeded: *n is then above max. The
 * caller frees *bytes, which is from malloc, also after an error: then it has the octets before it.
 * False with *error.
 */
bool read_whole(
	read_piece_fn *piece, void *from, size_t max, char **bytes, size_t *n, enum fault *error);

#endif
