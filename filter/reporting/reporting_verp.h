/*
 * reporting_verp.h: the reverse-paths of reports. Each contains the number of its mail, the last
 * day of its validity, and a code that proves that we made it, so that forged bounces are detected.
 */
#ifndef FILTER_REPORTING_REPORTING_VERP_H
#define FILTER_REPORTING_REPORTING_VERP_H

#include "mime/arena.h"
#include "mime/status.h"

struct crypto;

enum {
	REPORTING_KEY = 32,        /* octets */
	REPORTING_VERP_DAYS = 30,  /* days within which a bounce is accepted */
	REPORTING_VERP_LOCAL = 24, /* maximum octets of the local part of the base */
};

struct reporting_verp {
	int64_t mail; /* number of the mail in the store */
	int64_t day;  /* days since the epoch: the last day on which it is valid */
};

/* local@domain → local+MAIL-DAY-CODE@domain. ST_TEMP if OpenSSL fails. */
enum status reporting_verp_make(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	const struct reporting_verp *verp, const char *base, struct arena *arena,
	const char **address);

/*
 * Checks that the address was made from base with this key, and reads it. ASCII case does not
 * matter. ST_BAD: it was not, or it has expired before today.
 */
enum status reporting_verp_read(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	struct slice address, const char *base, int64_t today, struct arena *arena,
	struct reporting_verp *verp);

#endif
