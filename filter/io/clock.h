/* clock.h: a monotonic clock for time limits, and the length of a day. */
#ifndef FILTER_IO_CLOCK_H
#define FILTER_IO_CLOCK_H

#include <stdint.h>

enum { DAY_SECONDS = 86400 };

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);

#endif
