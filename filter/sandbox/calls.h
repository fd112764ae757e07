/* calls.h: which system calls a sandbox allows, and their names. */
#ifndef FILTER_SANDBOX_CALLS_H
#define FILTER_SANDBOX_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets of system calls. A run combines those that it needs. */
enum {
	CALLS_BASE = 1 << 0,    /* descriptors, memory, time, signals: every sandbox */
	CALLS_FILES = 1 << 1,   /* open files for reading, load libraries */
	CALLS_SPOOL = 1 << 2,   /* files without a name (O_TMPFILE, memfd) */
	CALLS_WRITE = 1 << 3,   /* create, rename and remove files */
	CALLS_SOCKETS = 1 << 4, /* DNS, the next hop, syslog */
	CALLS_FORK = 1 << 5,    /* a child process, which inherits the sandbox */
	CALLS_THREADS = 1 << 6,
	CALLS_APART = 1 << 7,  /* instead of CALLS_BASE: memory, and writing to open descriptors */
	CALLS_SEND = 1 << 9,   /* send data and descriptors over an open socket */
	CALLS_STORE = 1 << 10, /* with CALLS_WRITE: an SQLite database */
	CALLS_CONNECTED = 1 << 11, /* data over a socket that is connected */
	CALLS_PARENT = 1 << 8 /* with CALLS_FORK: exchange data with a child with fewer rights, and
				 kill it */
};

enum { CALL_CHECKS = 2 };

/* A system call is allowed if a chosen set has a row for it whose checks all hold. */
struct call_row {
	unsigned sets;
	int number;
	unsigned n; /* of checks; 0: always allowed */
	struct call_check {
		unsigned
			argument; /* number of the argument, 0 to 5; its low 32 bits are compared */
		uint32_t mask, value;
	} checks[CALL_CHECKS];
};

extern const struct call_row call_rows[];
extern const size_t call_count;

/*
 * A system call and its name, from the kernel's headers (tools/syscalls), except for names that are
 * too long.
 */
struct call_label {
	short number;
	char name[30];
};

extern const struct call_label call_labels[];
extern const size_t call_label_count;

/* The name of a system call; NULL if it is not known. A signal handler may call this function. */
const char *call_name(int number);

/*
 * Is this call, which the sandbox forbids, the one with which abort() ends its own process?
 * context: the third argument of the handler of SIGSYS.
 */
bool call_is_abort(int number, const void *context);

#endif
