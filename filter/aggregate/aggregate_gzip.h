/*
 * aggregate_gzip.h: gzip compression (RFC 1952) by zlib, which is loaded on demand. The same input
 * gives the same file: it contains no name or time.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_GZIP_H
#define FILTER_AGGREGATE_AGGREGATE_GZIP_H

#include "mime/arena.h"
#include "mime/status.h"

struct aggregate_gzip;

/* NULL without zlib or memory. */
struct aggregate_gzip *aggregate_gzip_new(void);

/* Adds octets; ST_TEMP when out of memory. */
enum status aggregate_gzip_add(struct aggregate_gzip *gzip, struct slice octets);

/*
 * Returns an upper bound of the current size of the file: octets that zlib holds back count as
 * uncompressed.
 */
size_t aggregate_gzip_size(const struct aggregate_gzip *gzip);

/* Ends the file, which belongs to the gzip until aggregate_gzip_free. */
enum status aggregate_gzip_end(struct aggregate_gzip *gzip, struct slice *file);

void aggregate_gzip_free(struct aggregate_gzip *gzip); /* NULL is fine */

/*
 * Is a gzip file whole: do the checksum and the length of each member match (RFC 1952 2.3.1)?
 * Octets after the last member are ignored. If the file inside is gzip again, that is also checked.
 * ST_BAD: no; ST_LIMIT: it holds more octets than limit; ST_TEMP if zlib or memory is not
 * available.
 */
enum status aggregate_gzip_check(struct slice file, size_t limit);

#endif
