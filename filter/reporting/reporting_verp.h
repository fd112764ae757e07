/*
 * reporting_verp.h: reverse-paths of reports. Each identifies its mail and its last day, and proves
 * by a key that we made it, so that forged bounces are rejected.
 */
#ifndef FILTER_REPORTING_REPORTING_VERP_H
#define FILTER_REPORTING_REPORTING_VERP_H

#include "mime/arena.h"
#include "mime/status.h"

struct crypto;

enum {
	REPORTING_KEY = 32,        /* octets */
	REPORTING_VERP_DAYS = 30,  /* how long a bounce may take */
	REPORTING_VERP_LOCAL = 24, /* maximum octets of the local part of the base */
};

struct reporting_verp {
	int64_t mail; /* its number in the store */
	int64_t day;  /* days since the epoch: the last day on which it is valid */
};

/* local@domain → local+MAIL-DAY-CODE@domain. ST_TEMP without OpenSSL. */
enum status reporting_verp_make(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	const struct reporting_verp *verp, const char *base, struct arena *arena,
	const char **address);

/*
 * Was it made from base with this key? ASCII case does not matter. ST_BAD: no, or its last day is
 * before today.
 */
enum status reporting_verp_read(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	struct slice address, const char *base, int64_t today, struct arena *arena,
	struct reporting_verp *verp);

#endif
