#include "filter/io/write.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "mime/arena.h"
#include "tests/support/file_content.h"

Test(write, bytes)
{
	struct arena arena;
	int fd = spool_open(NULL, 0);

	arena_init(&arena, NULL, NULL);
	cr_expect(write_bytes(fd, slice_make(NULL, 0)));
	cr_expect(write_bytes(fd, SLICE("a\0b")));
	cr_expect(write_bytes(fd, SLICE("")));
	cr_expect(write_bytes(fd, SLICE("c")));
	cr_expect(slice_eq(file_content(fd, &arena), SLICE("a\0bc")));
	close(fd);
	cr_expect_not(write_bytes(fd, SLICE("x")));
	cr_expect(write_bytes(fd, SLICE("")), "nothing to do cannot fail");
	arena_clear(&arena);
}
