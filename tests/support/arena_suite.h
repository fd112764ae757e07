/* arena_suite.h: a suite of tests with an arena that is empty at the start of each. */
#ifndef TESTS_SUPPORT_ARENA_SUITE_H
#define TESTS_SUPPORT_ARENA_SUITE_H

#include <criterion/criterion.h>

#include "mime/arena.h"

static struct arena arena;

static void
make_arena(void)
{
	arena_init(&arena, NULL, NULL);
}

static void
drop_arena(void)
{
	arena_clear(&arena);
}

#define ARENA_SUITE(suite) TestSuite(suite, .init = make_arena, .fini = drop_arena)

#endif
