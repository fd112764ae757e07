/*
 * seccomp.h: the kernel's filter of system calls.
 */
#ifndef FILTER_SANDBOX_SECCOMP_H
#define FILTER_SANDBOX_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

struct sock_filter;

enum { SECCOMP_MAX = 512 }; /* instructions of a program */

/* Has the program a list for this machine, and does the kernel have filters? */
bool seccomp_can(void);

/*
 * The program that allows the calls of sets (filter/sandbox/calls.h), into SECCOMP_MAX
 * instructions; returns how many, 0 where it has no list for this machine. A forbidden call raises
 * SIGSYS; one that is newer than the list fails with ENOSYS, for libc has another way then.
 */
size_t seccomp_program(unsigned sets, struct sock_filter *program);

/* From now on, for this thread and what it starts; no_new_privs must be set. False: errno. */
bool seccomp_enter(unsigned sets);

#endif
