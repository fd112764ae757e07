/*
 * row.h: the facts about one message that the lines, the summary and the statistics of a run need.
 *
 * Every text is safe to show (row_text) and never NULL: "" where there is none.
 */
#ifndef FILTER_STATS_ROW_H
#define FILTER_STATS_ROW_H

#include "filter/receiver/agree.h"
#include "filter/result/finding.h"
#include "filter/stats/damage.h"
#include "filter/verdict/sender.h"
#include "filter/verdict/whatif.h"

enum {
	ROW_SIGNATURES = 1000, /* at most, as many as --max-signatures allows */
	ROW_ADVICE = 8,        /* that are kept for each message */
	ROW_TEXT = 1024,       /* octets of any text, */
	ROW_PATH = 16 * 1024   /* of a path */
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
	const char *text;   /* the sentence, in the reader's language */
	const char *record; /* "NAME: RECORD", with which the message passed when it was judged
			       again; or "" */
};

struct row {
	size_t index;  /* of the message in the run, from 0 */
	uint64_t more; /* messages beyond the first that the row stands for: only of reports */
	const char *path;
	bool failed; /* it could not be read: only index, path and error are set */
	const char *error;
	bool not_mail;  /* because it is not a message */
	bool evaluated; /* false over the size limit: no results, only a disposition */
	bool has_date;
	int64_t date; /* seconds since the epoch (filter/intake/msgtime.h) */

	enum auth_code spf;
	const char *spf_domain;
	bool spf_aligned;
	enum auth_code dkim; /* one word for all signatures: pass if one passed, none without a
				signature, else the result of the first one */
	const struct row_signature *signatures;
	size_t nsignatures;
	bool dkim_aligned; /* one that passed is */
	enum auth_code arc, dmarc;
	const char *policy; /* none, quarantine, reject, or "" */

	const char *author_domain; /* A-labels, lower case; "": none or several */
	const char *client_ip, *client_name;
	const char *message_id;    /* the value of the first Message-ID, or "" */
	const char *envelope_from; /* the lines that stored mail's envelope was taken from, or "" */
	bool not_judged;           /* its envelope is unknown, and nothing passed without it */
	enum disposition disposition;
	const char *reason;    /* of the disposition */
	const char *indicator; /* of an indirect flow */
	struct sender sender;  /* as far as the message itself shows it */
	bool known;            /* its source is known to send for the author (evidence.h) */
	const char *override;  /* who vouched: arc, trusted-forwarder, or "" */

	bool has_other;
	struct row_outcome other; /* --dmarc-compare */
	size_t nwhat_ifs;
	struct row_outcome what_ifs[WHAT_IF_MAX]; /* in the order of the options */
	struct damage damage;                     /* --diagnose */

	bool worse;                 /* --fail-if-worse: it passed DMARC before, and does not now */
	enum auth_code worse_dmarc; /* what it is now */
	const char *worse_source;   /* its source, when it passed */

	size_t nadvice; /* only where DMARC did not pass */
	struct row_advice advice[ROW_ADVICE];

	/* --compare-received: the id of the receiver, or "" where it said nothing that can be read
	 */
	const char *receiver;
	bool agrees;
	bool differs[AGREE_METHODS]; /* by enum agree_about */
};

/*
 * Untrusted text as a row keeps it: controls and the like are \xHH, bad UTF-8 is U+FFFD, at most
 * max octets. A second call changes nothing. In the arena.
 */
const char *row_text(struct slice text, size_t max, struct arena *arena);

/* The value of row.dkim for these. */
enum auth_code row_dkim(const struct row_signature *signatures, size_t n);

struct outcome;

/*
 * outcome (filter/result/json.h) has a path. The row points into the evaluation's arena or to
 * literals.
 */
void row_from_evaluation(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

/* The row of a file that could not be evaluated. */
void row_failure(
	size_t index, const char *path, const char *error, struct arena *arena, struct row *row);

/* One block from malloc, to be freed by free(); NULL without memory. */
struct row *row_copy(const struct row *row);

/*
 * The row with its arrays and texts, from malloc; *n octets. Its pointers are offsets, so that it
 * is the same at any address, for a process that runs the same program. NULL without memory.
 */
void *row_pack(const struct row *row, size_t *n);

/*
 * Turns a block of n octets from malloc into the row, in place: free() frees it. Nothing in the
 * block is trusted: NULL unless row_pack could have made it, with valid enum values, texts that end
 * and are safe to show (row_text), and arrays within the block. The block may be changed then, and
 * still belongs to the caller.
 */
struct row *row_unpack(void *block, size_t n);

#endif
