/*
 * shared_counters.c: keeps the counters of `make coverage` in files that processes share, so that
 * those count as well that end by _exit or a signal. There is a file for each program and
 * processor, and its processes run on that processor alone: no increment, which is one instruction,
 * is ever lost. The number of times a line was reached is often a difference of two counters, so
 * that a lost one can hide the line. (LLVM's own shared file, %c%m, also is rewritten by each
 * process.)
 */
#define _GNU_SOURCE /* memmem, CPU_COUNT */
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* of the runtime (compiler-rt) */
uint64_t __llvm_profile_get_size_for_buffer(void);
int __llvm_profile_write_buffer(char *buffer);
uint64_t *__llvm_profile_begin_counters(void);
uint64_t *__llvm_profile_end_counters(void);
extern intptr_t __llvm_profile_counter_bias; /* from a counter in the program to the one in use */

/* in place of the runtime's own, which would open a file as well */
extern int __llvm_profile_runtime;
int __llvm_profile_runtime;

/*
 * Makes the file's octets, all counters 0. Returns where the counters are in them, which is found
 * by a value that nothing else has.
 */
static size_t
fill(char *octets, size_t size)
{
	static const uint64_t mark = UINT64_C(0x9d7a5cf36e2b1840);
	uint64_t *counters = __llvm_profile_begin_counters();
	const size_t n = (size_t)(__llvm_profile_end_counters() - counters);
	const uint64_t first = counters[0];
	char *found;

	counters[0] = mark;
	(void)__llvm_profile_write_buffer(octets);
	counters[0] = first;
	found = memmem(octets, size, &mark, sizeof mark);
	if (found == NULL)
		abort();
	memset(found, 0, n * sizeof *counters);
	return (size_t)(found - octets);
}

/* Returns the shared counters, or NULL. */
static uint64_t *
share(int fd)
{
	const size_t size = (size_t)__llvm_profile_get_size_for_buffer();
	char *octets = malloc(size), *map = MAP_FAILED;
	struct stat info;
	size_t at;

	if (octets == NULL)
		return NULL;
	at = fill(octets, size);
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &info) == 0 &&
		((size_t)info.st_size == size || pwrite(fd, octets, size, 0) == (ssize_t)size))
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)flock(fd, LOCK_UN); /* not by close: the mapping keeps the file open */
	free(octets);
	return map == MAP_FAILED ? NULL : (uint64_t *)(void *)(map + at);
}

/* Stays on one of the processors: returns its number, or -1. */
static int
stay(void)
{
	cpu_set_t allowed, one;
	int at = -1;

	if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
		return -1;
	for (int left = (int)getpid() % CPU_COUNT(&allowed); left >= 0;
		left -= CPU_ISSET(at, &allowed))
		at++;
	CPU_ZERO(&one);
	CPU_SET(at, &one);
	return sched_setaffinity(0, sizeof one, &one) == 0 ? at : -1;
}

/* Opens the file: the program's path, with '+' for '/', and the number of the processor. */
static int
open_file(const char *folder, int processor)
{
	char program[4096], path[8192];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);

	if (n < 0)
		return -1;
	program[n] = '\0';
	for (char *at = program; *at != '\0'; at++)
		*at = *at == '/' ? '+' : *at;
	(void)snprintf(path, sizeof path, "%s/%s-%d.profraw", folder, program, processor);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

__attribute__((constructor)) static void
begin(void)
{
	uint64_t *counters = __llvm_profile_begin_counters(), *shared;
	const size_t n = (size_t)(__llvm_profile_end_counters() - counters);
	const char *folder = getenv("MAILSTAMP_PROFILES");
	int processor, fd;

	if (folder == NULL || n == 0 || (processor = stay()) < 0)
		return;
	fd = open_file(folder, processor);
	if (fd < 0)
		return;
	shared = share(fd);
	close(fd);
	if (shared == NULL)
		return;
	for (size_t i = 0; i < n; i++) /* what ran before this constructor */
		if (counters[i] != 0)
			__atomic_add_fetch(&shared[i], counters[i], __ATOMIC_RELAXED);
	__llvm_profile_counter_bias = (char *)shared - (char *)counters;
}
