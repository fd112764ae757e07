#include "filter/io/read.h"

#include <errno.h>
#include <unistd.h>

ssize_t
read_bytes(int fd, char *to, size_t n)
{
	size_t had = 0;

	while (had < n) {
		ssize_t got = read(fd, to + had, n - had);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		had += (size_t)got;
	}
	return (ssize_t)had;
}
