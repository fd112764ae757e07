/*
 * scrub.h: fields that falsely claim to be ours (RFC 8601 5; mailstamp(1), "What is written").
 */
#ifndef FILTER_VERDICT_SCRUB_H
#define FILTER_VERDICT_SCRUB_H

#include "filter/settings/settings.h"
#include "mime/fields.h"

struct scrub {
	enum scrub_what what;
	const struct slice *ids; /* our authserv-id and every --own-id */
	size_t nids;
	struct arena *arena; /* for names that are not ASCII */
	bool envelope_field; /* also remove X-Mailstamp-Envelope */
};

/*
 * Must this field be removed? Every Mailstamp-* must, and every Authentication-Results whose
 * authserv-id is one of ids: folded, spaced, quoted, in any case, with comments, with or without a
 * version, written so that IDNA maps it to the id (UTS 46), and unparsable ones that begin like
 * that. In a field with a bare CR, which some readers take for a line end, every line is checked in
 * the same way.
 */
bool scrub_drops(const struct scrub *scrub, const struct field *field);

#endif
