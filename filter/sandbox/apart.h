/*
 * apart.h: work that is done in a process of its own, which has memory and one pipe, and nothing
 * else.
 */
#ifndef FILTER_SANDBOX_APART_H
#define FILTER_SANDBOX_APART_H

#include "mime/apart.h"

/*
 * As struct apart of mime/apart.h says. Seccomp is entered between load and work; the time, the
 * memory and the CPU of the process are bounded. Not for a process with threads: load may need a
 * lock that one of them holds.
 */
extern const struct apart sandbox_apart;

#endif
