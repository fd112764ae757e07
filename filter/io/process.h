/* process.h: the end of a child process, and how many files this process may have open. */
#ifndef FILTER_IO_PROCESS_H
#define FILTER_IO_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Waits for the end of the child, however many signals come meanwhile; *status as waitpid() sets
 * it. False with errno if nobody can wait for it, for instance because the caller ignores SIGCHLD;
 * then *status is unchanged.
 */
bool process_wait(pid_t child, int *status);

/* Raises the limit of open files, which also limits those in transit, as far as the system allows.
 */
void process_raise_files(void);

#endif
