/* sandbox.h: gives up the rights that a process no longer needs (docs/decisions/sandbox.md) */
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
	uint64_t descriptors; /* maximum number of open descriptors */
	uint64_t seconds;     /* of CPU time */
	bool closed;          /* close all descriptors except 0, 1, 2 and keep */
	int keep;             /* or -1 */
};

/*
 * The parts of a sandbox, each with the error if it is missing. NOT_HERE: sanitizers and valgrind
 * need all system calls.
 */
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
 * Enters the sandbox: from now on the calling thread, and every thread and process that it starts,
 * has only those rights. Unavailable parts are left out; returns the first one that is missing.
 * Also loads the time zone, which syslog needs and could not read later.
 */
enum sandbox_part sandbox_enter(const struct sandbox *sandbox);

/*
 * The same for a child of a process in a sandbox: rules (landlock_make; -1: none) and calls
 * (filter/sandbox/calls.h) further restrict the rights inherited from its parent. It keeps only the
 * descriptors 0, 1 and 2.
 */
enum sandbox_part sandbox_enter_inner(int rules, unsigned calls);

/* The error for a missing part. */
struct error sandbox_missing(enum sandbox_part part);

/* Prints what this build and this kernel support, in one line. */
void sandbox_print(FILE *out);

#endif
