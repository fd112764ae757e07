/*
 * seccomp.h: the kernel's filter of system calls.
 */
#ifndef FILTER_SANDBOX_SECCOMP_H
#define FILTER_SANDBOX_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

struct sock_filter;

enum { SECCOMP_MAX = 512 }; /* instructions of a program */

/* Is there a list for this machine, and does the kernel support filters? */
bool seccomp_can(void);

/*
 * Writes the filter that allows the calls of sets (filter/sandbox/calls.h) into SECCOMP_MAX
 * instructions; returns their number, 0 if there is no list for this machine. A forbidden call
 * raises SIGSYS; a call newer than the list fails with ENOSYS, so that libc falls back.
 */
size_t seccomp_program(unsigned sets, struct sock_filter *program);

/*
 * Takes effect for this thread and whatever it starts; no_new_privs must be set. False: errno.
 */
bool seccomp_enter(unsigned sets);

#endif
