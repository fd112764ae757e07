/* apart.h: runs work in a separate process that can use only memory and one pipe. */
#ifndef FILTER_SANDBOX_APART_H
#define FILTER_SANDBOX_APART_H

#include "mime/apart.h"

/*
 * Implements mime/apart.h. The process enters seccomp between load and work; its time, memory and
 * CPU are bounded. Not for a process with threads, because load could wait for a lock that another
 * thread held at the fork.
 */
extern const struct apart sandbox_apart;

#endif
