/*
 * sandbox.h: a process gives up the rights that it no longer needs (docs/decisions/sandbox.md)
 */
#ifndef FILTER_SANDBOX_SANDBOX_H
#define FILTER_SANDBOX_SANDBOX_H

#include <stdio.h>

#include "auth/base/reason.h"
#include "filter/sandbox/calls.h"
#include "filter/sandbox/landlock.h"

/* The rights that a process keeps. A limit of 0 is not changed. */
struct sandbox {
	unsigned calls; /* filter/sandbox/calls.h */
	struct landlock_rules rules;
	uint64_t memory;      /* octets of address space */
	uint64_t file;        /* octets by which a written file may grow */
	uint64_t descriptors; /* open at once */
	uint64_t seconds;     /* of CPU */
	bool closed;          /* only the descriptors 0, 1, 2 and keep stay open */
	int keep;             /* or -1 */
};

/* Each part, with the error that it is missing. NOT_HERE: they need every call. */
/* clang-format off */
#define SANDBOX_ERRORS(R) \
	R(NOT_HERE,      "sandbox_not_here",   "there is no sandbox under a sanitizer or valgrind") \
	R(NO_PRIVILEGES, "sandbox_privileges", "no_new_privs cannot be set") \
	R(LIMITS,        "sandbox_limits",     "resource limits cannot be set") \
	R(LANDLOCK,      "sandbox_landlock",   "the kernel has no landlock") \
	R(SECCOMP,       "sandbox_seccomp",    "the kernel has no seccomp filters")

#define SANDBOX_PART_ID(id, code, text) SANDBOX_##id,
enum sandbox_part {
	SANDBOX_ALL, /* nothing is missing */
	SANDBOX_ERRORS(SANDBOX_PART_ID)
};
/* clang-format on */

/*
 * Enters the sandbox: from now on the calling thread, and each thread and process that it starts,
 * has only those rights. Unavailable parts are left out; returns the first of them. Reads the time
 * zone for syslog, which cannot be read later.
 */
enum sandbox_part sandbox_enter(const struct sandbox *sandbox);

/*
 * The same for a child of a process in a sandbox: rules (landlock_make; -1: there are none) and
 * calls (filter/sandbox/calls.h) are the remaining rights of its parent. It keeps only the
 * descriptors 0, 1 and 2.
 */
enum sandbox_part sandbox_enter_inner(int rules, unsigned calls);

/* The error that a part is missing. */
struct error sandbox_missing(enum sandbox_part part);

/* Prints what this build and this kernel support, in one line. */
void sandbox_print(FILE *out);

#endif
