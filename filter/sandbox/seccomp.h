/* seccomp.h: filters system calls with seccomp. */
#ifndef FILTER_SANDBOX_SECCOMP_H
#define FILTER_SANDBOX_SECCOMP_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/arena.h" /* __has_feature */

/*
 * Sanitizers make their own system calls, at any time; a build with them has no filter.
 */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
	__has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
enum { SECCOMP_SANITIZED = 1 };
#else
enum { SECCOMP_SANITIZED = 0 };
#endif

struct sock_filter;

enum { SECCOMP_MAX = 512 }; /* instructions of a program */

/* Is there a list of calls for this architecture, and does the kernel support filters? */
bool seccomp_can(void);

/*
 * Writes the filter that allows the calls of sets (filter/sandbox/calls.h) into SECCOMP_MAX
 * instructions; returns their number, 0 if there is no list for this architecture. A forbidden call
 * raises SIGSYS; a call newer than the list fails with ENOSYS, so that libc uses an older one.
 */
size_t seccomp_program(unsigned sets, struct sock_filter *program);

/*
 * Applies the filter to this thread and everything that it starts; no_new_privs must be set. False
 * with errno.
 */
bool seccomp_enter(unsigned sets);

#endif
