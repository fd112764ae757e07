#include "filter/io/write.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "mime/arena.h"

/* everything in the file, from its start */
static struct slice
content(int fd, struct arena *arena)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char *p;

	cr_assert(end >= 0);
	p = arena_alloc(arena, (size_t)end);
	cr_assert(pread(fd, p, (size_t)end, 0) == end);
	return slice_make(p, (size_t)end);
}

Test(write, bytes)
{
	struct arena arena;
	int fd = spool_open(NULL, 0);

	arena_init(&arena, NULL, NULL);
	cr_expect(write_bytes(fd, slice_make(NULL, 0)));
	cr_expect(write_bytes(fd, SLICE("a\0b")));
	cr_expect(write_bytes(fd, SLICE("")));
	cr_expect(write_bytes(fd, SLICE("c")));
	cr_expect(slice_eq(content(fd, &arena), SLICE("a\0bc")));
	close(fd);
	cr_expect_not(write_bytes(fd, SLICE("x")));
	cr_expect(write_bytes(fd, SLICE("")), "nothing to do cannot fail");
	arena_clear(&arena);
}
