/*
 * authres_read.h: what another host wrote into an Authentication-Results field, or behind the
 * instance of an ARC-Authentication-Results field (RFC 8601 2.2, RFC 8617 4.1.1).
 */
#ifndef AUTH_BASE_AUTHRES_READ_H
#define AUTH_BASE_AUTHRES_READ_H

#include "mime/arena.h"
#include "mime/status.h"

struct authres_prop {
	struct slice ptype, property; /* as they stand; ASCII case does not matter */
	struct slice value; /* as it stands; of a quoted-string what is between the quotes */
	bool quoted;        /* the whole value was a quoted-string: it may hold quoted-pairs */
};

struct authres_result {
	struct slice method, result; /* as they stand; ASCII case does not matter */
	const struct authres_prop *props;
	size_t nprops;
};

struct authres {
	struct slice id; /* as it stands; of a quoted-string what is between the quotes */
	const struct authres_result *results; /* none: "none" was said */
	size_t n;
};

enum { AUTHRES_RESULTS_MAX = 100, AUTHRES_PROPS_MAX = 400 };

/*
 * Strict: one byte outside the grammar, an unknown version or an unclosed comment makes all of it
 * ST_BAD, and *authres is empty. Beyond the grammar only `action=TOKEN` among the properties is
 * read over, which Microsoft writes. ST_LIMIT over the limits above, or where comments nest deeper
 * than scan_cfws reads.
 */
enum status authres_read(struct slice text, struct arena *arena, struct authres *authres);

/* The first property of that name of a result, or NULL. */
const struct authres_prop *authres_prop(
	const struct authres_result *result, const char *ptype, const char *property);

#endif
