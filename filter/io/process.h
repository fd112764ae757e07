/* process.h: waits for a child process, and raises the limit of open files. */
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

/*
 * Raises the limit of open files as far as the system allows. It also limits the descriptors in
 * transit over sockets.
 */
void process_raise_files(void);

#endif
