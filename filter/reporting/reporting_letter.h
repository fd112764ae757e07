/*
 * reporting_letter.h: one report to one address: content, destination, and whether it may be sent.
 */
#ifndef FILTER_REPORTING_REPORTING_LETTER_H
#define FILTER_REPORTING_REPORTING_LETTER_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/io/clock.h"
#include "filter/reporting/reporting_target.h"
#include "filter/settings/settings.h"
#include "filter/store/store.h"

/* after it was frozen, in seconds: the last attempt is no earlier */
enum { REPORTING_LATE = 7 * DAY_SECONDS };

/* Shared by all letters of a run. */
struct reporting_post {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct auth_input in; /* for DNS, to query consent */
	struct arena arena;   /* for one letter */
	struct slice secret;
	int64_t now;
	size_t handed;     /* mails that were passed to sendmail in this run */
	unsigned failures; /* how often in a row it failed */
};

struct reporting_letter {
	int64_t mail; /* its number in out_mail */
	struct slice address;
	struct aggregate_policy policy;
	struct slice file, subject, id, attachment;
	int64_t day, frozen;
	const char *to, *verp; /* destination; reverse-path */
	struct slice text;     /* the whole message */
};

/* Loads everything but to, verp and text, in the post's arena. ST_TEMP: the store failed. */
enum status reporting_letter_load(struct reporting_post *post, int64_t mail, int64_t report,
	struct slice address, struct reporting_letter *letter);

/* Sets *suppressed if mail about that domain to that address bounced recently. */
enum status reporting_letter_suppressed(
	struct reporting_post *post, const struct reporting_letter *letter, bool *suppressed);

/*
 * Finds out, from the store or DNS, whether the report may be sent to the address, or to another
 * one that the address's domain names. Sets letter->to to the destination.
 */
enum status reporting_letter_consent(struct reporting_post *post, struct reporting_letter *letter,
	enum reporting_consent *consent);

/*
 * Sets verp and text. Each attempt makes the same text, and until REPORTING_LATE the same verp.
 */
enum status reporting_letter_write(struct reporting_post *post, struct reporting_letter *letter);

/*
 * The reverse-path for passing on, now, a mail made at that time, with our secret. It changes with
 * the day only after REPORTING_LATE. ST_TEMP if OpenSSL fails.
 */
enum status reporting_post_path(
	struct reporting_post *post, int64_t mail, int64_t made, const char **path);

/*
 * Passes a message to sendmail(1); returns its exit status, or -1 if it did not exit. path is the
 * reverse-path.
 */
int reporting_post_hand(
	struct reporting_post *post, const char *path, const char *to, struct slice text);

/* May another mail be passed to sendmail in this run? Not after --max-mails, or many failures. */
bool reporting_post_may(const struct reporting_post *post);

/* Reports on stderr that sendmail failed with that status, and that the letter stays queued. */
void reporting_post_told(const struct reporting_post *post, int status);

/* Did sendmail run and end with that status? Not if it is missing, was killed or took too long. */
bool reporting_post_ran(int status);

/* Is the status a permanent failure? */
bool reporting_post_never(int status);

#endif
