/*
 * reporting_letter.h: one report to one address: its content, its destination, and whether it may
 * be sent.
 */
#ifndef FILTER_REPORTING_REPORTING_LETTER_H
#define FILTER_REPORTING_REPORTING_LETTER_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/reporting/reporting_target.h"
#include "filter/settings/settings.h"
#include "filter/store/store.h"

/* Shared by all letters of a run. */
struct reporting_post {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct auth_input in; /* DNS, to look up consent */
	struct arena arena;   /* of one letter */
	struct slice secret;
	int64_t now;
};

struct reporting_letter {
	int64_t mail; /* its number */
	struct slice address;
	struct aggregate_policy policy;
	struct slice file, subject, id, attachment;
	int64_t day, frozen;
	const char *to, *verp; /* its destination; its reverse-path */
	struct slice text;     /* the message */
};

/* Sets everything but to, verp and text, in the post's arena. ST_TEMP: the store failed. */
enum status reporting_letter_load(struct reporting_post *post, int64_t mail, int64_t report,
	struct slice address, struct reporting_letter *letter);

/* Did mail about that domain to the address bounce recently? */
enum status reporting_letter_suppressed(
	struct reporting_post *post, const struct reporting_letter *letter, bool *suppressed);

/* May it be sent there, or to which other address (sets to)? From the store, or DNS. */
enum status reporting_letter_consent(struct reporting_post *post, struct reporting_letter *letter,
	enum reporting_consent *consent);

/* Sets verp and text, the same octets each time. */
enum status reporting_letter_write(struct reporting_post *post, struct reporting_letter *letter);

/* The reverse-path of a mail that was made at a time, with our secret. ST_TEMP without OpenSSL. */
enum status reporting_post_path(
	struct reporting_post *post, int64_t mail, int64_t made, const char **path);

/*
 * Hands a message to sendmail(1): its status, or -1 if it did not run to its end. path is the
 * reverse-path.
 */
int reporting_post_hand(
	struct reporting_post *post, const char *path, const char *to, struct slice text);

/* Reports on stderr that it was not accepted, with that status, and waits. */
void reporting_post_told(const struct reporting_post *post, int status);

/* Is it a permanent failure, so that trying again is useless? */
bool reporting_post_never(int status);

#endif
