/* file_content.h: the content of a file that the tested code wrote through a descriptor. */
#ifndef TESTS_SUPPORT_FILE_CONTENT_H
#define TESTS_SUPPORT_FILE_CONTENT_H

#include <criterion/criterion.h>
#include <unistd.h>

#include "mime/arena.h"

/* Returns everything in the file, from its start, in the arena. */
static inline struct slice
file_content(int fd, struct arena *arena)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char *p;

	cr_assert(end >= 0);
	p = arena_alloc(arena, (size_t)end);
	cr_assert(pread(fd, p, (size_t)end, 0) == end);
	return slice_make(p, (size_t)end);
}

#endif
