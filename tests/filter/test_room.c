#include "filter/room.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mime/arena.h"

Test(room, any_order_of_sizes)
{
	static const size_t sizes[] = {1, 100, 64 * 1024, 64 * 1024 + 1, 7, ROOM_KEPT_MAX,
		ROOM_KEPT_MAX + 1, 50 * 1024 * 1024, 1, ROOM_KEPT_MAX, 3 * 1024 * 1024};
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

Test(room, given_back_when_it_was_exceptional)
{
	struct room room = {.kept = NULL};

	if (ARENA_EXACT)
		cr_skip_test("nothing is kept under the sanitizer");
	cr_assert_not_null(room_take(&room, ROOM_KEPT_MAX));
	for (size_t i = 0; i < 10 * ROOM_PATIENCE; i++)
		cr_assert_not_null(room_take(&room, i % ROOM_PATIENCE == 1 ? ROOM_KEPT_MAX : 1000));
	cr_expect_eq(room.kept_size, ROOM_KEPT_MAX, "now and then it is needed");
	for (size_t i = 0; i < ROOM_PATIENCE; i++)
		cr_assert_not_null(room_take(&room, 1000));
	cr_expect_lt(room.kept_size, ROOM_KEPT_MAX / 4);
	room_free(&room);
}

Test(room, store)
{
	enum { MAX = 2, TAKEN = 5 };
	struct rooms *rooms = rooms_new(MAX);
	struct room *taken[TAKEN];

	for (size_t i = 0; i < TAKEN; i++) {
		taken[i] = rooms_take(rooms);
		cr_assert_not_null(taken[i]);
		cr_assert_not_null(room_take(taken[i], 1000));
	}
	for (size_t i = 0; i < TAKEN; i++)
		rooms_give(rooms, taken[i]);
	cr_expect_eq(rooms_take(rooms), taken[1], "the last one that was kept");
	cr_expect_eq(rooms_take(rooms), taken[0]);
	taken[2] = rooms_take(rooms);
	cr_expect_eq(taken[2]->kept, NULL, "a new one");
	for (size_t i = 0; i < 3; i++)
		rooms_give(rooms, taken[i]);
	rooms_free(rooms);
	rooms_free(NULL);
}
