#include "filter/io/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { IN_SIZE = 128 * 1024, GZIP_WINDOW = 15 + 16 };

struct unpack {
	int fd;
	enum { PLAIN, GZIP, ZSTD } kind;
	bool started; /* the first bytes were looked at */
	bool end;     /* of the file */
	bool whole;   /* the compressed stream stands at an end of it */
	z_stream gzip;
	ZSTD_DStream *zstd;
	double size, done; /* octets of the file, as far as it is one, and of them read */
	size_t at, n;      /* of in */
	unsigned char in[IN_SIZE];
};

static bool
is_gzip(const unsigned char *p, size_t n)
{
	return n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8; /* RFC 1952 2.3.1 */
}

static bool
is_zstd(const unsigned char *p, size_t n)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 3.1.1 */

	return n >= sizeof magic && memcmp(p, magic, sizeof magic) == 0;
}

bool
unpack_is_packed(const char *bytes, size_t n)
{
	const unsigned char *p = (const unsigned char *)bytes;

	return is_gzip(p, n) || is_zstd(p, n);
}

struct unpack *
unpack_open(int fd)
{
	struct unpack *in = calloc(1, sizeof *in);
	struct stat info;

	if (in == NULL) {
		close(fd);
		return NULL;
	}
	in->fd = fd;
	if (fstat(fd, &info) == 0)
		in->size = (double)info.st_size;
	return in;
}

static bool
fill(struct unpack *in, enum fault *error)
{
	ssize_t got;

	if (in->end || in->at < in->n)
		return true;
	do
		got = read(in->fd, in->in, sizeof in->in);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		*error = FAULT_UNREADABLE;
		return false;
	}
	in->end = got == 0;
	in->at = 0;
	in->n = (size_t)got;
	in->done += (double)got;
	return true;
}

static bool
start(struct unpack *in, enum fault *error)
{
	in->started = true;
	if (!fill(in, error))
		return false;
	*error = FAULT_NO_MEMORY;
	if (is_gzip(in->in, in->n)) {
		in->kind = GZIP;
		return inflateInit2(&in->gzip, GZIP_WINDOW) == Z_OK;
	}
	if (is_zstd(in->in, in->n)) {
		in->kind = ZSTD;
		in->zstd = ZSTD_createDStream();
		return in->zstd != NULL;
	}
	return true;
}

static long
read_plain(struct unpack *in, char *buffer, size_t size)
{
	size_t n = in->n - in->at < size ? in->n - in->at : size;

	memcpy(buffer, in->in + in->at, n);
	in->at += n;
	return (long)n;
}

/* Bytes of one step; 0 where it only read; -1 with *error. */
static long
step_gzip(struct unpack *in, char *buffer, size_t size, enum fault *error)
{
	int rc;

	if (in->whole) { /* RFC 1952 2.2: members follow each other */
		if (in->in[in->at] != 0x1f)
			in->at = in->n; /* padding, as gzip itself allows */
		else if (inflateReset(&in->gzip) == Z_OK)
			in->whole = false;
		if (in->at == in->n)
			return 0;
	}
	in->gzip.next_in = in->in + in->at;
	in->gzip.avail_in = (unsigned)(in->n - in->at);
	in->gzip.next_out = (unsigned char *)buffer;
	in->gzip.avail_out = (unsigned)size;
	rc = inflate(&in->gzip, Z_NO_FLUSH);
	in->at = in->n - in->gzip.avail_in;
	in->whole = rc == Z_STREAM_END;
	if (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR)
		return (long)(size - in->gzip.avail_out);
	*error = FAULT_DAMAGED;
	return -1;
}

static long
step_zstd(struct unpack *in, char *buffer, size_t size, enum fault *error)
{
	ZSTD_inBuffer from = {in->in, in->n, in->at};
	ZSTD_outBuffer to = {buffer, size, 0};
	size_t rc = ZSTD_decompressStream(in->zstd, &to, &from);

	if (ZSTD_isError(rc) != 0) {
		*error = FAULT_DAMAGED;
		return -1;
	}
	in->at = from.pos;
	in->whole = rc == 0;
	return (long)to.pos;
}

long
unpack_read(struct unpack *in, char *buffer, size_t size, enum fault *error)
{
	if (size > 1u << 20)
		size = 1u << 20; /* zlib counts in unsigned int */
	if (!in->started && !start(in, error))
		return -1;
	for (;;) {
		long got;

		if (!fill(in, error))
			return -1;
		if (in->kind == PLAIN)
			return in->end ? 0 : read_plain(in, buffer, size);
		if (in->end && in->whole)
			return 0;
		/* at the end zstd may still hold what it has read */
		got = in->kind == GZIP ? (in->end ? 0 : step_gzip(in, buffer, size, error))
				       : step_zstd(in, buffer, size, error);
		if (got != 0)
			return got;
		if (in->end && !in->whole) {
			*error = FAULT_CUT;
			return -1;
		}
	}
}

double
unpack_share(const struct unpack *in)
{
	return in->done < in->size ? in->done / in->size : 1;
}

void
unpack_close(struct unpack *in)
{
	if (in == NULL)
		return;
	if (in->kind == GZIP)
		(void)inflateEnd(&in->gzip);
	(void)ZSTD_freeDStream(in->zstd);
	close(in->fd);
	free(in);
}
