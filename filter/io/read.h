/* read.h: bytes from a descriptor, however many reads it takes. */
#ifndef FILTER_IO_READ_H
#define FILTER_IO_READ_H

#include <sys/types.h>

/*
 * Reads n octets, or fewer if the end comes first; returns their number, or -1 with errno. For
 * files: a descriptor that would block is an error.
 */
ssize_t read_bytes(int fd, char *to, size_t n);

#endif
