/* clock.h: a monotonic clock for time limits, and the length of a day. */
#ifndef FILTER_IO_CLOCK_H
#define FILTER_IO_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { DAY_SECONDS = 86400 };

/* Milliseconds of CLOCK_MONOTONIC. */
static inline int64_t
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
