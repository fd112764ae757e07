#define _GNU_SOURCE
#include "filter/sandbox/descriptors.h"

#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FDS_MAX = 1024 }; /* used if the kernel cannot close them all at once */

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

void
descriptors_close(int first, int but)
{
	if (but < first ? close_between(first, ~0u)
			: (but == first || close_between(first, (unsigned)but - 1)) &&
				  close_between(but + 1, ~0u))
		return;
	for (int fd = first; fd < FDS_MAX; fd++)
		if (fd != but)
			close(fd);
}
