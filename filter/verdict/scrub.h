/*
 * scrub.h: fields that falsely claim to be ours (RFC 8601 5; PROGRAM 3 c).
 */
#ifndef FILTER_VERDICT_SCRUB_H
#define FILTER_VERDICT_SCRUB_H

#include "filter/settings/settings.h"
#include "mime/fields.h"

struct scrub {
	enum scrub_what what;
	const struct slice *ids; /* our authserv-id and every --own-id */
	size_t nids;
	bool envelope_field; /* X-Mailstamp-Envelope is left out too */
};

/*
 * Is this field to be left out? Every Mailstamp-* is, and every Authentication-Results whose
 * authserv-id is one of ids: folded, spaced, quoted, in any case, with comments, with or without
 * a version, and unparsable ones that begin so. No allocation.
 */
bool scrub_drops(const struct scrub *scrub, const struct field *field);

#endif
