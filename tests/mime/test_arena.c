#include "mime/arena.h"

#include <criterion/criterion.h>
#include <setjmp.h>
#include <signal.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

Test(arena, sizes)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 100, 4096, 4097, 16 * 1024 - 16, 16 * 1024,
		16 * 1024 + 1, 1 << 20};
	enum { N = sizeof sizes / sizeof *sizes };
	unsigned char *p[N * 3];
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < N * 3; i++) {
		size_t n = sizes[i % N];

		p[i] = arena_alloc(&arena, n);
		cr_expect((uintptr_t)p[i] % alignof(max_align_t) == 0, "%zu: aligned", n);
		for (size_t k = 0; k < n; k++)
			if (p[i][k] != 0)
				cr_assert_fail("%zu: not zeroed", n);
		memset(p[i], (int)i + 1, n);
	}
	for (size_t i = 0; i < N * 3; i++)
		for (size_t k = 0; k < sizes[i % N]; k++)
			if (p[i][k] != i + 1)
				cr_assert_fail("%zu: lies over another", sizes[i % N]);
	arena_clear(&arena);
	cr_expect(arena_alloc(&arena, 1) != NULL, "used again");
	arena_clear(&arena);
}

Test(arena, small_ones_share_a_block_behind_a_large_one)
{
	struct arena arena;
	char *first, *next;

	arena_init(&arena, NULL, NULL);
	first = arena_alloc(&arena, 16);
	(void)arena_alloc(&arena, 1 << 20);
	next = arena_alloc(&arena, 16);
	cr_expect(ARENA_EXACT || next == first + 16);
	arena_clear(&arena);
}

/*
 * Allocates 2 * count times n octets; if they overlapped, an octet of a later one would not be
 * zero.
 */
static void
fill(struct arena *arena, size_t count, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char *zeroed = arena_alloc(arena, n);
		char *bytes = arena_bytes(arena, n);

		for (size_t k = 0; k < n; k++)
			if (zeroed[k] != 0)
				cr_assert_fail("%zu times %zu: not zeroed", count, n);
		memset(zeroed, 0xff, n);
		memset(bytes, 0xff, n);
	}
}

Test(arena, reset_and_used_again)
{
	static const size_t counts[] = {0, 1, 3, 100, 2000, 1, 100, 0, 40};
	static const size_t sizes[] = {1, 16, 1000, 5000, 70000};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
			fill(&arena, counts[k], sizes[i]);
			arena_reset(&arena);
		}
	arena_clear(&arena);
}

Test(arena, reset_keeps_what_the_last_round_needed)
{
	struct arena arena;
	char *first;

	if (ARENA_EXACT)
		cr_skip_test("no block is kept under the sanitizer");
	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < 30; i++)
		(void)arena_alloc(&arena, 4000);
	arena_reset(&arena);
	first = arena_alloc(&arena, 4000);
	for (size_t i = 1; i < 30; i++)
		cr_expect(arena_alloc(&arena, 4000) == first + i * 4000, "all in one block");
	arena_reset(&arena);
	cr_expect(arena_alloc(&arena, 4000) == first, "the same block again");
	arena_clear(&arena);
}

Test(arena, copies)
{
	struct slice s = {"A\0\xc3\x89z", 5}, copy;
	struct arena arena;
	char *string;

	arena_init(&arena, NULL, NULL);
	copy = arena_dup(&arena, s);
	cr_expect(slice_eq(copy, s) && copy.p != s.p);
	cr_expect(slice_eq(arena_lower(&arena, s), slice_make("a\0\xc3\x89z", 5)));
	string = arena_cstr(&arena, s);
	cr_expect(memcmp(string, s.p, 5) == 0 && string[5] == '\0');
	cr_expect_str_eq(arena_cstr(&arena, (struct slice){NULL, 0}), "");
	cr_expect(arena_dup(&arena, (struct slice){NULL, 0}).n == 0);
	arena_clear(&arena);
}

/* Without this option the sanitizer's allocator ends the program when memory runs out. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
leave(void *arg, enum arena_lack lack)
{
	(void)lack;
	longjmp(*(jmp_buf *)arg, 1);
}

static bool
runs_out(size_t count, size_t size)
{
	volatile bool out = false;
	struct arena arena;
	jmp_buf back;

	arena_init(&arena, leave, &back);
	if (setjmp(back) == 0)
		(void)arena_array(&arena, count, size);
	else
		out = true;
	arena_clear(&arena);
	return out;
}

Test(arena, out_of_memory)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		size_t count, size;
		bool want;
	} rows[] = {
		{"fits", 10, 10, false},
		{"no elements", 0, SIZE_MAX, false},
		{"elements of nothing", SIZE_MAX, 0, false},
		{"the product overflows", SIZE_MAX / 2, 3, true},
		{"the rounding overflows", SIZE_MAX, 1, true},
		{"the block overflows", SIZE_MAX - 20, 1, true},
		{"more than there is", SIZE_MAX / 2, 1, true},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect(
			runs_out(rows[i].count, rows[i].size) == rows[i].want, "%s", rows[i].name);
}

Test(arena, a_slice_too_long_for_a_copy)
{
	volatile bool out = false;
	struct arena arena;
	jmp_buf back;

	arena_init(&arena, leave, &back);
	if (setjmp(back) == 0)
		(void)arena_cstr(&arena, slice_make("", SIZE_MAX));
	else
		out = true;
	cr_expect(out);
	arena_clear(&arena);
}

Test(arena, aborts_without_a_handler, .signal = SIGABRT)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	(void)arena_alloc(&arena, SIZE_MAX);
}
