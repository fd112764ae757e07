/* read_back.h: reads a file that the tested code wrote. */
#ifndef TESTS_SUPPORT_READ_BACK_H
#define TESTS_SUPPORT_READ_BACK_H

#include <fcntl.h>
#include <unistd.h>

/*
 * Reads up to size - 1 octets of the file, and adds a NUL; returns how many, 0 if it cannot be
 * read.
 */
static inline size_t
read_back(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, size - 1);

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? 0 : (size_t)n;
}

#endif
