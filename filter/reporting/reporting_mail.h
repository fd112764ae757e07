/*
 * reporting_mail.h: composes a report as a message with GMime (RFC 9990 3.5.2, RFC 9991 4). The
 * same values give the same octets.
 */
#ifndef FILTER_REPORTING_REPORTING_MAIL_H
#define FILTER_REPORTING_REPORTING_MAIL_H

#include "mime/arena.h"
#include "mime/status.h"

struct reporting_mail_part {
	const char *type, *subtype;
	const char *name;     /* file name; NULL: displayed inline */
	struct slice content; /* any octets if there is a name, otherwise text without NUL */
};

struct reporting_mail {
	const char *from_name, *from; /* from_name: display name, or NULL; from: address */
	const char *to;
	const char *subject;
	const char *id;          /* for Message-ID and the boundary: letters, digits and '-' */
	int64_t date;            /* seconds since the epoch */
	const char *report_type; /* multipart/report of that type; NULL: multipart/mixed */
	const struct reporting_mail_part *parts;
	size_t nparts;
};

enum { REPORTING_DATE = 64 };

/* A date in the form of RFC 5322 3.3, in UTC; returns text. */
const char *reporting_mail_date(int64_t when, char text[REPORTING_DATE]);

/* The message, with LF line ends, in the arena. ST_TEMP if GMime or memory is not available. */
enum status reporting_mail_write(
	const struct reporting_mail *mail, struct arena *arena, struct slice *message);

#endif
