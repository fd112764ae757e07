/*
 * authres_read.h: results that another host wrote into an Authentication-Results field, or after
 * the instance of an ARC-Authentication-Results field (RFC 8601 2.2, RFC 8617 4.1.1).
 */
#ifndef AUTH_BASE_AUTHRES_READ_H
#define AUTH_BASE_AUTHRES_READ_H

#include "mime/arena.h"
#include "mime/status.h"

struct authres_prop {
	struct slice ptype, property; /* as written, in any ASCII case; ptype may be empty */
	struct slice value; /* as written; for a quoted-string, the text between the quotes; for an
			       address in angle brackets, its domain */
	bool quoted;        /* the whole value was a quoted-string: it may hold quoted-pairs */
};

struct authres_result {
	struct slice method, result; /* as written; ASCII case does not matter */
	const struct authres_prop *props;
	size_t nprops;
};

struct authres {
	struct slice id; /* as written; for a quoted-string, the text between the quotes */
	const struct authres_result *results; /* n is 0 for "none" */
	size_t n;
	size_t dmarc_words; /* how often dmarc= occurs outside quotes and comments */
	const char *fault;  /* for ST_BAD: the first octet that cannot be read; NULL: the end of the
			       text */
	/* the first octet that each leniency accepted, or NULL */
	const char *bare_property, *lenient_name, *lenient_value, *last_semicolon, *angle;
};

enum { AUTHRES_RESULTS_MAX = 100, AUTHRES_PROPS_MAX = 400 };

/*
 * Results are separated by `;` outside quotes and comments. These departures from the grammar are
 * accepted:
 *   - of any method: `action=TOKEN` among the properties, which Microsoft writes; a `;` at the end
 *   - of methods other than dmarc, since they decide nothing: properties without a ptype
 *     (`x-bits=2048`) or with `_` or a last `-` in a name (`policy.is_org=yes`), in any order;
 *     values of any VCHAR but `;`, `"`, `(`, `)` (`header.b=CiN9J/AU`), or no value
 *   - of dmarc: header.from=<LOCAL@DOMAIN>, LOCAL a dot-atom
 * Any other byte outside the grammar, an unknown version or an unclosed comment makes the whole
 * text ST_BAD, and *authres holds no results. ST_LIMIT over the limits above, or if comments nest
 * deeper than scan_cfws reads. A caller that wants dmarc must check dmarc_words: a second dmarc=
 * may be hidden where no result is read.
 */
enum status authres_read(struct slice text, struct arena *arena, struct authres *authres);

/* The first property of a result with that name, or NULL. */
const struct authres_prop *authres_prop(
	const struct authres_result *result, const char *ptype, const char *property);

#endif
