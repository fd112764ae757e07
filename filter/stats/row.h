/*
 * row.h: the facts about one message that the lines, the summary and the statistics of a run need.
 *
 * Every text is safe to show (row_text) and never NULL: "" if there is none.
 */
#ifndef FILTER_STATS_ROW_H
#define FILTER_STATS_ROW_H

#include "filter/receiver/agree.h"
#include "filter/result/finding.h"
#include "filter/stats/damage.h"
#include "filter/verdict/sender.h"
#include "filter/verdict/whatif.h"

enum {
	ROW_SIGNATURES = 1000, /* maximum, as that of --max-signatures */
	ROW_ADVICE = 8,        /* pieces of advice kept per message */
	ROW_TEXT = 1024,       /* octets of a text */
	ROW_PATH = 16 * 1024   /* octets of a path */
};

struct row_signature {
	const char *d, *s;
	enum auth_code code;
	bool aligned;
	const char *b; /* the first octets of b= */
};

/* The result of a what-if, or of the other RFC. */
struct row_outcome {
	enum auth_code dmarc;
	enum disposition disposition;
};

struct row_advice {
	const char *id;     /* a fixed word (finding.h) */
	const char *text;   /* the sentence, in the user's language */
	const char *record; /* "NAME: RECORD" with which the message passed in a second evaluation;
			       or "" */
};

struct row {
	size_t index;  /* index of the message in the run, from 0 */
	uint64_t more; /* number of further messages that the row stands for; only for rows of
			  reports */
	const char *path;
	bool failed; /* not read: only index, path and error are set */
	const char *error;
	bool not_mail;  /* failed because it is not a message */
	bool evaluated; /* false for a message over the size limit, which has a disposition but no
			   results */
	bool has_date;
	int64_t date; /* seconds since the epoch (filter/intake/msgtime.h) */

	enum auth_code spf;
	const char *spf_domain;
	bool spf_aligned;
	enum auth_code dkim; /* one result for all signatures: pass if one passed, none without
				signatures, else the result of the first */
	const struct row_signature *signatures;
	size_t nsignatures;
	bool dkim_aligned; /* some signature passed and is aligned */
	enum auth_code arc, dmarc;
	const char *policy; /* none, quarantine, reject, or "" */

	const char *author_domain; /* A-labels, lower case; "" for none or several */
	const char *client_ip, *client_name;
	const char *message_id;    /* the value of the first Message-ID, or "" */
	const char *envelope_from; /* the header lines from which the envelope was taken, or "" */
	bool not_judged;           /* the envelope is unknown, and nothing passed without it */
	enum disposition disposition;
	const char *reason;    /* reason of the disposition */
	const char *indicator; /* indicators of an indirect flow */
	struct sender sender;  /* as the message itself shows it */
	bool known;            /* the source is known to send for the author (evidence.h) */
	const char *override;  /* who vouched: arc, trusted-forwarder, or "" */

	bool has_other;
	struct row_outcome other; /* --dmarc-compare */
	size_t nwhat_ifs;
	struct row_outcome what_ifs[WHAT_IF_MAX]; /* in the order of the options */
	struct damage damage;                     /* --diagnose */

	bool worse; /* --fail-if-worse: passed DMARC without the change, and does not pass with it
		     */
	enum auth_code worse_dmarc; /* the DMARC result with the change */
	const char *worse_source;   /* the source of the message without the change */

	size_t nadvice; /* only if DMARC did not pass */
	struct row_advice advice[ROW_ADVICE];

	/* --compare-received: the receiver's id, or "" without readable results */
	const char *receiver;
	bool agrees;
	bool differs[AGREE_METHODS]; /* by enum agree_about */
};

/*
 * Makes untrusted text safe for a row: control characters and the like become \xHH, invalid UTF-8
 * becomes U+FFFD; at most max octets. Idempotent. In the arena.
 */
const char *row_text(struct slice text, size_t max, struct arena *arena);

/* Returns the value of row.dkim for these signatures. */
enum auth_code row_dkim(const struct row_signature *signatures, size_t n);

struct outcome;

/*
 * Makes the row of an evaluated message. outcome (filter/result/json.h) must have a path. The row
 * points into the evaluation's arena or to literals.
 */
void row_from_evaluation(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

/* Makes the row of a file that could not be evaluated. */
void row_failure(
	size_t index, const char *path, const char *error, struct arena *arena, struct row *row);

/* Copies the row into one block from malloc, to be freed with free(); NULL when out of memory. */
struct row *row_copy(const struct row *row);

/*
 * Serializes the row with its arrays and texts into *n octets from malloc, for another process of
 * the same program: pointers are stored as offsets. NULL when out of memory.
 */
void *row_pack(const struct row *row, size_t *n);

/*
 * Turns such a block of n octets into the row, in place; free() frees it. The block is not trusted:
 * returns NULL unless all enum values are valid, all texts are terminated and safe to show
 * (row_text), and all arrays are within the block. The caller then still owns the block, whose
 * contents may have changed.
 */
struct row *row_unpack(void *block, size_t n);

#endif
