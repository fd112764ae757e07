#define _GNU_SOURCE
#include "filter/sandbox/descriptors.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FDS_MAX = 1024 }; /* the minimum that is tried if nothing lists the open ones */

/* Makes the system call itself, because libc may lack close_range() (glibc before 2.34). */
static bool
close_between(int first, unsigned last)
{
#ifdef SYS_close_range
	return first < 0 || (unsigned)first > last ||
	       syscall(SYS_close_range, (unsigned)first, last, 0u) == 0;
#else
	(void)first;
	(void)last;
	return false;
#endif
}

/* Closes those that /proc lists; false if it cannot be read. */
static bool
close_listed(int first, int but)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL) {
		const int fd = (int)strtol(entry->d_name, NULL, 10);

		if (entry->d_name[0] != '.' && fd >= first && fd != but && fd != dirfd(folder))
			close(fd);
	}
	closedir(folder);
	return true;
}

void
descriptors_close(int first, int but)
{
	struct rlimit limit = {0, 0};
	rlim_t end = FDS_MAX;

	if (but < first ? close_between(first, ~0u)
			: (but == first || close_between(first, (unsigned)but - 1)) &&
				  close_between(but + 1, ~0u))
		return;
	if (close_listed(first, but))
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > end)
		end = limit.rlim_cur;
	for (int fd = first; (rlim_t)fd < end; fd++)
		if (fd != but)
			close(fd);
}
