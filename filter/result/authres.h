/*
 * authres.h: writes report rows as an Authentication-Results field (RFC 8601 2.2; mailstamp(1),
 * What is written).
 */
#ifndef FILTER_RESULT_AUTHRES_H
#define FILTER_RESULT_AUTHRES_H

#include "auth/base/report.h"

struct authres {
	struct slice field; /* the whole field, with name and line ends */
	struct slice value; /* its value, without the final line end, which an ARC set repeats */
};

/*
 * The whole field with its line ends (eol: "\r\n" or "\n"), one result per line, folded at 78
 * columns, always ASCII. Values are written as tokens or mailboxes if RFC 8601 allows it and as
 * quoted-strings otherwise; control and non-ASCII octets are left out; each has at most 255 octets.
 * id: our authserv-id. Without rows the field says "none". Owned by the arena.
 */
struct authres authres_field(
	const char *id, const struct report *report, const char *eol, struct arena *arena);

#endif
