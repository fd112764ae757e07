/* aggregate_gzip.h: octets compressed as gzip has it (RFC 1952), by zlib, which is loaded when it
 * is needed. The same octets give the same file: no name and no time is in it. */
#ifndef FILTER_AGGREGATE_AGGREGATE_GZIP_H
#define FILTER_AGGREGATE_AGGREGATE_GZIP_H

#include "mime/arena.h"
#include "mime/status.h"

struct aggregate_gzip;

/* NULL where zlib or memory is missing. */
struct aggregate_gzip *aggregate_gzip_new(void);

/* Adds octets; ST_TEMP where memory is out. */
enum status aggregate_gzip_add(struct aggregate_gzip *gzip, struct slice octets);

/* How large the file is so far, at most: what is inside counts as if it could not be packed. */
size_t aggregate_gzip_size(const struct aggregate_gzip *gzip);

/* Ends the file, which is the gzip's until aggregate_gzip_free. */
enum status aggregate_gzip_end(struct aggregate_gzip *gzip, struct slice *file);

void aggregate_gzip_free(struct aggregate_gzip *gzip); /* NULL is fine */

#endif
