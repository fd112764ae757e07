/* read.h: reads a number of bytes from a descriptor, with as many calls as needed. */
#ifndef FILTER_IO_READ_H
#define FILTER_IO_READ_H

#include <sys/types.h>

/*
 * Reads n octets, or fewer at the end; returns their number, or -1 with errno. For files: a
 * descriptor that would block is an error.
 */
ssize_t read_bytes(int fd, char *to, size_t n);

#endif
