/*
 * feedback_find.h: finds the reports in a mail or a file, however they are compressed or encoded.
 *
 * The first octets of a part decide, not its declared type.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_FIND_H
#define FILTER_FEEDBACK_FEEDBACK_FIND_H

#include "filter/feedback/feedback_save.h"

struct address_gmime;

/*
 * A report that was found. The function below is called for each; octets is the uncompressed
 * report, valid during the call. Any status but ST_OK ends the search.
 */
struct feedback_found {
	enum feedback_kind kind;
	struct slice octets;
	struct slice
		header; /* for a failure report: the header of the reported message, or empty */
	bool plain;     /* a failure report as plain text */
	bool damaged;   /* it is incomplete, or its checksum or length is wrong */
};
typedef enum status feedback_found_fn(void *arg, const struct feedback_found *found);

struct feedback_search {
	struct address_gmime *gmime;
	const char *spool_dir;
	struct arena *arena;
	feedback_found_fn *found;
	void *arg;
	size_t n;             /* number of reports found */
	bool failed;          /* something looked like a report but could not be read */
	bool meant;           /* the mail is meant to contain a report */
	bool damaged;         /* the current report is damaged */
	bool inside;          /* a compressed file inside an archive is being read */
	size_t files, octets; /* read from the archive so far, including files inside its files */
	enum feedback_aside why; /* the reason for the first failure; LARGE takes precedence */
};

/*
 * Finds the reports in a message. ST_TEMP if memory, GMime or spool space is not available;
 * otherwise the status that found returned.
 */
enum status feedback_find_in_mail(struct feedback_search *search, struct slice mail);

/* Finds the reports in octets, compressed or not; returns as feedback_find_in_mail. */
enum status feedback_find_in_file(struct feedback_search *search, struct slice octets);

/* Do the octets begin like a mail? Otherwise they are a report or compressed. */
bool feedback_is_mail(struct slice octets);

#endif
