/*
 * reporting_log.h: reads a JSON log line by line, compressed or not, and computes digests that
 * identify a log whatever its file name is.
 */
#ifndef FILTER_REPORTING_REPORTING_LOG_H
#define FILTER_REPORTING_REPORTING_LOG_H

#include "auth/base/crypto.h"
#include "filter/io/fault.h"

struct reporting_log;

/* SHA-256 in hexadecimal digits */
struct reporting_digest {
	char text[2 * CRYPTO_SHA256_SIZE + 1];
};

enum reporting_got { REPORTING_LINE, REPORTING_END, REPORTING_FAULT };

enum { REPORTING_LINE_MAX = 16 * 1024 * 1024 }; /* octets */

/* NULL with *fault. */
struct reporting_log *reporting_log_open(
	const char *path, struct crypto *crypto, enum fault *fault);

/*
 * The next line without its line end, valid until the next call. A last line without a line end is
 * not returned, because it is still being written or was truncated. A line over REPORTING_LINE_MAX
 * octets is returned as an empty one.
 */
enum reporting_got reporting_log_next(
	struct reporting_log *log, struct slice *line, enum fault *fault);

int64_t reporting_log_line(const struct reporting_log *log); /* number of the last line, from 1 */
int64_t reporting_log_octets(
	const struct reporting_log *log); /* octets up to the end of the last line */

/* The digest of all octets up to the end of the last line. */
enum status reporting_log_digest(const struct reporting_log *log, struct reporting_digest *digest);

void reporting_log_close(struct reporting_log *log); /* NULL is fine */

enum status reporting_digest(
	struct crypto *crypto, struct slice octets, struct reporting_digest *digest);

#endif
