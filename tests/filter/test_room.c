#include "filter/room.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mime/arena.h"

Test(room, any_order_of_sizes)
{
	static const size_t sizes[] = {1, 100, 32 * 1024, 32 * 1024 + 1, 7, ROOM_KEPT_MAX,
		ROOM_KEPT_MAX + 1, 5 * 1024 * 1024, 1, ROOM_KEPT_MAX, 3 * 1024 * 1024};
	struct room room = {.kept = NULL};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *p = room_take(&room, sizes[i]);

		cr_assert_not_null(p, "%zu", sizes[i]);
		memset(p, (int)i, sizes[i]);
		cr_expect(room.kept_size <= ROOM_KEPT_MAX, "%zu", sizes[i]);
		if (i % 2 == 0)
			room_rest(&room);
	}
	room_free(&room);
	cr_expect(room.kept == NULL && room.large == NULL);
}

Test(room, a_large_one_leaves_what_is_kept)
{
	struct room room = {.kept = NULL};
	char *p = room_take(&room, 1000);

	if (ARENA_EXACT)
		cr_skip_test("nothing is kept under the sanitizer");
	cr_expect(room_take(&room, ROOM_KEPT_MAX + 1) != p);
	cr_expect_eq(room_take(&room, 1000), p);
	cr_expect_null(room.large);
	room_free(&room);
}
