/* aggregate_name.h: the names of an aggregate report (RFC 9990 3.5.1, 3.5.2). */
#ifndef FILTER_AGGREGATE_AGGREGATE_NAME_H
#define FILTER_AGGREGATE_AGGREGATE_NAME_H

#include "mime/arena.h"
#include "mime/status.h"

struct crypto;

enum { AGGREGATE_ID = 32 };

struct aggregate_name {
	struct slice submitter, domain; /* normalized domain names */
	int64_t day;                    /* the first second of the reported day */
	int64_t part;                   /* number among the reports about that day, from 0 */
	struct slice policy;            /* aggregate_policy_key */
};

/*
 * Makes the unique identifier of a report: AGGREGATE_ID letters and digits, always the same for the
 * same report. Used for the Report-ID and in the file name. ST_TEMP if OpenSSL fails.
 */
enum status aggregate_id(struct crypto *crypto, const struct aggregate_name *name,
	struct arena *arena, struct slice *id);

const char *aggregate_file(const struct aggregate_name *name, struct slice id, struct arena *arena);
const char *aggregate_subject(
	const struct aggregate_name *name, struct slice id, struct arena *arena);

#endif
