/*
 * scrub.h: finds fields that falsely claim to come from this host (RFC 8601 5; mailstamp(1), "What
 * is written").
 */
#ifndef FILTER_VERDICT_SCRUB_H
#define FILTER_VERDICT_SCRUB_H

#include "filter/settings/settings.h"
#include "mime/fields.h"

struct scrub {
	enum scrub_what what;
	const struct slice *ids; /* our authserv-id and every --own-id */
	size_t nids;
	/*
	 * The first id is the host's name as the system knows it, without a dot: the full name may
	 * be unknown only because DNS does not answer, so that every name of which it is the first
	 * label counts as ours.
	 */
	bool first_is_short;
	struct arena *arena; /* to normalize names that are not ASCII */
	bool envelope_field; /* also remove X-Mailstamp-Envelope */
};

/*
 * Must this field be removed? Yes for every Mailstamp-* field, and for every Authentication-Results
 * field whose authserv-id is one of ids in any form: folded, spaced, quoted, in any case, with
 * comments, with or without a version, mapped to the id by IDNA (UTS 46 or IDNA 2003), or at the
 * beginning of an unparsable value. In a field with a bare CR, which some readers take for a line
 * end, every line is checked, and more than 50 lines that seem to be such fields are enough.
 */
bool scrub_drops(const struct scrub *scrub, const struct field *field);

#endif
