/* clock.h: time that only goes forward, for time limits. */
#ifndef FILTER_IO_CLOCK_H
#define FILTER_IO_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);

#endif
