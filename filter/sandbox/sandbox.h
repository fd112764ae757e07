/*
 * sandbox.h: a process gives up what it does not need any more (docs/decisions/sandbox.md).
 */
#ifndef FILTER_SANDBOX_SANDBOX_H
#define FILTER_SANDBOX_SANDBOX_H

#include <stdio.h>

#include "auth/base/reason.h"
#include "filter/sandbox/calls.h"
#include "filter/sandbox/landlock.h"

/* What a process still needs. Limits of 0 stay as they are. */
struct sandbox {
	unsigned calls; /* filter/sandbox/calls.h */
	struct landlock_rules rules;
	uint64_t memory;      /* octets of address space */
	uint64_t file;        /* octets of a file that is written, beyond what is there */
	uint64_t descriptors; /* open at once */
	uint64_t seconds;     /* of CPU */
};

/* Each with the error that it is missing. NOT_HERE: they need every call. */
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
 * Enters it: from here on the calling thread, and each thread and process that it starts, has no
 * more than that. Parts that cannot be had are left out; returns the first of them. Takes the
 * settings of syslog's clock from the file system, for the last time.
 */
enum sandbox_part sandbox_enter(const struct sandbox *sandbox);

/*
 * The same for a child of a process in a sandbox: rules (landlock_make; -1: there are none) and
 * calls (filter/sandbox/calls.h) are what is left of its parent's. It keeps the descriptors 0, 1
 * and 2 alone.
 */
enum sandbox_part sandbox_enter_inner(int rules, unsigned calls);

/* That a part is missing. */
struct error sandbox_missing(enum sandbox_part part);

/* What this build and this kernel can, in one line. */
void sandbox_print(FILE *out);

#endif
