#include "filter/reporting/reporting_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/unpack.h"
#include "mime/buf.h"

enum { PIECE = 256 * 1024 };

struct reporting_log {
	struct unpack *in;
	char *buffer;
	size_t start, n, cap; /* octets start to n have been read but not returned */
	bool at_end;
	int64_t line, octets;
	struct crypto_hash *hash; /* digest of the returned octets */
};

enum status
reporting_digest(struct crypto *crypto, struct slice octets, struct reporting_digest *digest)
{
	unsigned char raw[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(crypto, octets, raw) != ST_OK)
		return ST_TEMP;
	hex_text(raw, sizeof raw, digest->text);
	return ST_OK;
}

enum status
reporting_log_digest(const struct reporting_log *log, struct reporting_digest *digest)
{
	unsigned char raw[CRYPTO_SHA256_SIZE];
	struct crypto_hash *copy = crypto_hash_copy(log->hash);

	if (copy == NULL || crypto_hash_end(copy, raw) != ST_OK)
		return ST_TEMP;
	hex_text(raw, sizeof raw, digest->text);
	return ST_OK;
}

static int
open_regular(const char *path, enum fault *fault)
{
	struct stat info;
	/* non-blocking, because a FIFO would block */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		*fault = fault_of_path(errno);
		return -1;
	}
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		return fd;
	*fault = FAULT_NOT_REGULAR;
	close(fd);
	return -1;
}

struct reporting_log *
reporting_log_open(const char *path, struct crypto *crypto, enum fault *fault)
{
	const int fd = open_regular(path, fault);
	struct reporting_log *log;

	if (fd < 0)
		return NULL;
	*fault = FAULT_NO_MEMORY;
	log = calloc(1, sizeof *log);
	if (log == NULL) {
		close(fd);
		return NULL;
	}
	log->in = unpack_open(fd, UNPACK_ONE);
	log->hash = crypto_hash_new(crypto);
	if (log->in != NULL && log->hash != NULL)
		return log;
	reporting_log_close(log);
	return NULL;
}

void
reporting_log_close(struct reporting_log *log)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	if (log == NULL)
		return;
	unpack_close(log->in);
	if (log->hash != NULL)
		(void)crypto_hash_end(log->hash, digest);
	free(log->buffer);
	free(log);
}

static bool
make_room(struct reporting_log *log)
{
	const size_t left = log->n - log->start;
	char *grown;

	if (log->start > 0)
		memmove(log->buffer, log->buffer + log->start, left);
	log->start = 0;
	log->n = left;
	if (log->cap - left >= PIECE)
		return true;
	grown = realloc(log->buffer, 2 * (left + PIECE));
	if (grown == NULL)
		return false;
	log->buffer = grown;
	log->cap = 2 * (left + PIECE);
	return true;
}

/* Reads more of the file into the buffer. */
static bool
read_more(struct reporting_log *log, enum fault *fault)
{
	long got;

	*fault = FAULT_NO_MEMORY;
	if (!make_room(log))
		return false;
	got = unpack_read(log->in, log->buffer + log->n, PIECE, fault);
	if (got < 0)
		return false;
	log->at_end = got == 0;
	log->n += (size_t)got;
	return true;
}

/* Removes octets from the buffer, and adds them to the digest. */
static void
pass(struct reporting_log *log, struct slice octets)
{
	crypto_hash_add(log->hash, octets);
	log->octets += (int64_t)octets.n;
	log->start += octets.n;
}

enum reporting_got
reporting_log_next(struct reporting_log *log, struct slice *line, enum fault *fault)
{
	size_t seen = 0;
	bool over = false;

	for (;;) {
		const struct slice left = slice_make(log->buffer + log->start, log->n - log->start);
		const size_t end =
			left.n > seen ? seen + slice_find(slice_from(left, seen), '\n') : left.n;

		if (end < left.n) {
			*line = over ? SLICE("") : slice_head(left, end);
			pass(log, slice_head(left, end + 1));
			log->line++;
			return REPORTING_LINE;
		}
		if (log->at_end)
			return REPORTING_END;
		seen = left.n;
		if (left.n > REPORTING_LINE_MAX) {
			over = true;
			pass(log, left);
			seen = 0;
		}
		if (!read_more(log, fault))
			return REPORTING_FAULT;
	}
}

int64_t
reporting_log_line(const struct reporting_log *log)
{
	return log->line;
}

int64_t
reporting_log_octets(const struct reporting_log *log)
{
	return log->octets;
}
