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

/*
 * For --fail-if-worse: sets row->worse if the message passes DMARC with DNS as it is, but not with
 * the overlay or with one of the what-ifs on top of the overlay. row was made from the evaluation
 * and outcome. ST_TEMP if the second evaluation fails.
 */
enum status judged_compare(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

/* Frees everything that it owns. */
void judged_clear(struct judged *judged);

#endif
