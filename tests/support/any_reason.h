/*
 * any_reason.h: a reason with a text of the test's own, for tests of functions that only write it.
 */
#ifndef TESTS_SUPPORT_ANY_REASON_H
#define TESTS_SUPPORT_ANY_REASON_H

#include "auth/base/reason.h"

/* Returns a reason with that text; none if text is NULL. */
static inline struct reason
any_reason(const char *text, struct arena *arena)
{
	struct reason_row *row;

	if (text == NULL)
		return (struct reason){.id = REASON_NONE};
	row = arena_alloc(arena, sizeof *row);
	*row = (struct reason_row){"any_reason", text};
	return (struct reason){.id = 1, .row = row};
}

#endif
