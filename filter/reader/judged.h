/* judged.h: the result of one message of an archive. */
#ifndef FILTER_READER_JUDGED_H
#define FILTER_READER_JUDGED_H

#include "filter/settings/settings.h"
#include "filter/stats/row.h"

/* Everything in it is from malloc. */
struct judged {
	struct row *row; /* NULL when out of memory: json is then NULL as well */
	char *json;      /* the message's line, if judged_wants_json; or NULL */
	size_t njson;
	bool ours; /* not evaluated because of a transient local failure */
};

/* Is the message's JSON needed? */
bool judged_wants_json(const struct options *options);

/*
 * Makes the result of a message that could not be evaluated because of error. arena is only used
 * during the call.
 */
void judged_failure(const struct options *options, size_t index, const char *name,
	const struct error *error, struct arena *arena, struct judged *judged);

/* Frees everything that it owns. */
void judged_clear(struct judged *judged);

#endif
