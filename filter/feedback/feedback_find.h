/*
 * feedback_find.h: finds the reports in a mail or a file, however they are packed.
 *
 * The declared type of a part is ignored; its first octets decide.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_FIND_H
#define FILTER_FEEDBACK_FEEDBACK_FIND_H

#include "filter/feedback/feedback_save.h"

struct address_gmime;

/*
 * Called for each report; octets is the unpacked report, valid during the call. Any status but
 * ST_OK ends the search.
 */
struct feedback_found {
	enum feedback_kind kind;
	struct slice octets;
	struct slice header; /* of a failure report: that of the message, or empty */
	bool plain;          /* it is a text */
	bool damaged;        /* the packed file was not whole, though it could be unpacked */
};
typedef enum status feedback_found_fn(void *arg, const struct feedback_found *found);

struct feedback_search {
	struct address_gmime *gmime;
	const char *spool_dir;
	struct arena *arena;
	feedback_found_fn *found;
	void *arg;
	size_t n;                /* reports that were found */
	bool failed;             /* something looked like a report and could not be read */
	bool meant;              /* the mail says that it holds a report */
	bool damaged;            /* as in what is found now */
	enum feedback_aside why; /* of the first that failed */
};

/*
 * mail: a message. ST_TEMP without memory, GMime or spool space, or the status that found returned.
 */
enum status feedback_find_in_mail(struct feedback_search *search, struct slice mail);

/* octets: a report, packed or not. */
enum status feedback_find_in_file(struct feedback_search *search, struct slice octets);

/* Is it a mail, by how it begins? Otherwise it is a report, or packed. */
bool feedback_is_mail(struct slice octets);

#endif
