/* libspf2.h: a test of libspf2 is skipped, and counted as such, in a program without it. */
#ifndef TESTS_SUPPORT_LIBSPF2_H
#define TESTS_SUPPORT_LIBSPF2_H

#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/spf/spf.h"

static inline void
need_libspf2(void)
{
	if (spf_libspf2_built())
		return;
	puts("skipped: this program was built without libspf2"); /* tests/run counts the lines */
	(void)fflush(stdout);
	cr_skip_test("built without libspf2");
}

#endif
