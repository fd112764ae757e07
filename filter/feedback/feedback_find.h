/*
 * feedback_find.h: finds the reports in a mail or a file, however they are compressed or encoded.
 *
 * The declared type of a part is ignored; its first octets decide.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_FIND_H
#define FILTER_FEEDBACK_FEEDBACK_FIND_H

#include "filter/feedback/feedback_save.h"

struct address_gmime;

/*
 * Called for each report; octets is the uncompressed report, valid during the call. Any status but
 * ST_OK ends the search.
 */
struct feedback_found {
	enum feedback_kind kind;
	struct slice octets;
	struct slice header; /* of a failure report: the reported message's, or empty */
	bool plain;          /* it is plain text */
	bool damaged;        /* its checksum or length is wrong, but it could be unpacked */
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
	bool damaged;            /* feedback_found.damaged of the current report */
	bool inside;             /* a file of an archive is read, */
	size_t files, octets;    /* of the archive so far, also in such a file */
	enum feedback_aside why; /* of the first that failed */
};

/*
 * mail: a message. ST_TEMP without memory, GMime or spool space, or the status that found returned.
 */
enum status feedback_find_in_mail(struct feedback_search *search, struct slice mail);

/* octets: a report, compressed or not. */
enum status feedback_find_in_file(struct feedback_search *search, struct slice octets);

/* Is it a mail, by its beginning? Otherwise it is a report, or compressed. */
bool feedback_is_mail(struct slice octets);

#endif
