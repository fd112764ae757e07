/* apart.h: work in a separate process, which has memory and one pipe, and nothing else. */
#ifndef FILTER_SANDBOX_APART_H
#define FILTER_SANDBOX_APART_H

#include "mime/apart.h"

/*
 * As struct apart of mime/apart.h. The process enters seccomp between load and work; its time,
 * memory and CPU are bounded. Not for a process with threads: load may need a lock that one of them
 * holds.
 */
extern const struct apart sandbox_apart;

#endif
