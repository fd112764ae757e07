/* process.h: waits for a child process, starts a thread, and raises the limit of open files. */
#ifndef FILTER_IO_PROCESS_H
#define FILTER_IO_PROCESS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Waits for the end of the child, however many signals come meanwhile; *status as waitpid() sets
 * it. False with errno if nobody can wait for it, for instance because the caller ignores SIGCHLD;
 * then *status is unchanged.
 */
bool process_wait(pid_t child, int *status);

/*
 * Starts a thread with SIGINT, SIGTERM and SIGHUP blocked, so that the calling thread gets them.
 * False without resources.
 */
bool process_thread(pthread_t *thread, void *(*work)(void *), void *arg);

/*
 * Raises the limit of open files as far as the system allows. It also limits the descriptors in
 * transit over sockets.
 */
void process_raise_files(void);

#endif
