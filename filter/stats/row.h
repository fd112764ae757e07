/*
 * row.h: all that the lines, the summary and the statistics of a run need of one message.
 *
 * Every text is safe to show (row_text) and never NULL: "" stands for what is not there.
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
	ROW_ADVICE = 8,        /* that are kept of a message */
	ROW_TEXT = 1024,       /* octets of any text, */
	ROW_PATH = 16 * 1024   /* of a path */
};

struct row_signature {
	const char *d, *s;
	enum auth_code code;
	bool aligned;
};

/* What a what-if, or the other RFC, makes of the message. */
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
	size_t index; /* of the message in the run, from 0 */
	const char *path;
	bool failed; /* it could not be read: only index, path and error are set */
	const char *error;
	bool not_mail;  /* for it is no message */
	bool evaluated; /* not so over the size limit: no results, only a disposition */
	bool has_date;
	int64_t date; /* seconds since the epoch (filter/intake/msgtime.h) */

	enum auth_code spf;
	const char *spf_domain;
	bool spf_aligned;
	enum auth_code dkim; /* one word for all signatures: pass where one passed, none where
				there is none, else the result of the first one */
	const struct row_signature *signatures;
	size_t nsignatures;
	bool dkim_aligned; /* one that passed is */
	enum auth_code arc, dmarc;
	const char *policy; /* none, quarantine, reject, or "" */

	const char *author_domain; /* A-labels, lower case; "": none or several */
	const char *client_ip, *client_name;
	const char *message_id;    /* the value of the first Message-ID, or "" */
	const char *envelope_from; /* the lines that stored mail's envelope is from, or "" */
	bool not_judged;           /* its envelope is unknown, and nothing passed without it */
	enum disposition disposition;
	const char *reason;    /* of the disposition */
	const char *indicator; /* of an indirect flow */
	struct sender sender;  /* as far as the message itself shows it */
	bool known;            /* who sent it is known to send for the author (evidence.h) */
	const char *override;  /* who vouched: arc, trusted-forwarder, or "" */

	bool has_other;
	struct row_outcome other; /* --dmarc-compare */
	size_t nwhat_ifs;
	struct row_outcome what_ifs[WHAT_IF_MAX]; /* in the order of the options */
	struct damage damage;                     /* --diagnose */

	bool worse;                 /* --fail-if-worse: it passed DMARC before, and does not now */
	enum auth_code worse_dmarc; /* what it is now */
	const char *worse_source;   /* who sent it, as it was seen when it passed */

	size_t nadvice; /* only where DMARC did not pass */
	struct row_advice advice[ROW_ADVICE];

	/* --compare-received: the id of the receiver, or "" where it said nothing that can be read
	 */
	const char *receiver;
	bool agrees;
	bool differs[AGREE_METHODS]; /* by enum agree_about */
};

/* A stranger's text as a row keeps it: controls and the like are \xHH, bad UTF-8 is U+FFFD, max
 * octets. What it made is left as it is by a second call. In the arena. */
const char *row_text(struct slice text, size_t max, struct arena *arena);

/* What row.dkim is of these. */
enum auth_code row_dkim(const struct row_signature *signatures, size_t n);

struct outcome;

/* outcome (filter/result/json.h) has a path. What the row points to is in the evaluation's arena,
 * or literals. */
void row_from_evaluation(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

/* The row of a file that could not be judged. */
void row_failure(
	size_t index, const char *path, const char *error, struct arena *arena, struct row *row);

/* One block from malloc, to be freed by free(); NULL without memory. */
struct row *row_copy(const struct row *row);

#endif
