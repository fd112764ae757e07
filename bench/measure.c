/*
 * measure.c: `measure STDIN STDOUT COMMAND...` prints what a process costs, from its start until it
 * is reaped: seconds, seconds of CPU, page faults, KiB of memory, and its exit status. This is a
 * separate small program because the kernel also counts the memory of the process that forks.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	posix_spawn_file_actions_t files;
	struct rusage used;
	double begun;
	int status;
	pid_t pid;

	if (argc < 4 || posix_spawn_file_actions_init(&files) != 0 ||
		posix_spawn_file_actions_addopen(&files, 0, argv[1], O_RDONLY, 0) != 0 ||
		posix_spawn_file_actions_addopen(
			&files, 1, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644) != 0)
		return 2;
	begun = seconds();
	if (posix_spawnp(&pid, argv[3], &files, NULL, argv + 3, environ) != 0 ||
		wait4(pid, &status, 0, &used) != pid)
		return 2;
	printf("%.6f %.6f %ld %ld %d\n", seconds() - begun,
		seconds_of(used.ru_utime) + seconds_of(used.ru_stime), used.ru_minflt,
		used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}
