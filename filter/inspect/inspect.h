/* inspect.h: fetches and checks a domain's SPF, DMARC, DKIM and MX records. */
#ifndef FILTER_INSPECT_INSPECT_H
#define FILTER_INSPECT_INSPECT_H

#include "auth/auth.h"
#include "auth/dmarc/dmarc_external.h"
#include "filter/inspect/inspect_earlier.h"
#include "filter/inspect/inspect_trial.h"
#include "filter/result/finding.h"
#include "filter/verdict/evaluate.h"

/* Limits, above those of RFC 7208, so that a faulty record is shown whole. */
enum { INSPECT_SPF_ROWS = 200, INSPECT_SPF_LOOKUPS = 60, INSPECT_SPF_DEPTH = 12 };

/* A term of the SPF record or of one that it leads to, in the order of evaluation. */
struct inspect_term {
	unsigned depth;       /* 0: the domain's own record */
	struct slice domain;  /* the domain whose record contains the term */
	struct slice text;    /* as written */
	struct slice target;  /* the name that the term queries, or empty */
	struct slice record;  /* for include and redirect: the record of target, or empty */
	bool lookup, nothing; /* the term queries DNS (RFC 7208 4.6.4); the query found nothing */
	bool by_message;      /* the name depends on the message */
	bool fatal;           /* evaluating it gives permerror */
	const char *problem;  /* from a fixed table, or NULL */
};

/* A range of addresses that passes. */
struct inspect_net {
	struct ip ip;
	unsigned bits;
	struct slice text, domain; /* the term, and the domain whose record contains it */
};

struct inspect_spf {
	struct slice record; /* empty: none, or several */
	struct inspect_term *terms;
	size_t n;
	struct inspect_net *nets;
	size_t nnets;
	double addresses4;       /* the number of IPv4 addresses, counting each range separately */
	unsigned voids4, voids6; /* "a" terms whose name has no address of that family */
	unsigned lookups, voids; /* the maximum, if no term matches */
	bool by_message;         /* some term depends on the message (macros) or on PTR */
	bool everyone;           /* some term allows every address */
	bool incomplete;         /* a limit was reached or DNS did not answer */
	const char *others;      /* the result for all other addresses, or NULL */
};

struct inspect_dmarc {
	struct dmarc_result result; /* for unauthenticated mail */
	struct verdict verdict;     /* our disposition for it */
	struct dmarc_target *targets;
	size_t ntargets;
};

struct inspect_key {
	const char *selector;
	struct slice name; /* the name that is queried */
	struct slice record;
	enum auth_code state;  /* AUTH_PASS: usable; AUTH_TEMPERROR: no answer */
	const char *algorithm; /* or NULL */
	unsigned bits;         /* 0: not known */
	bool revoked, testing, strict_i;
	bool named;      /* the user named it by --selector */
	bool followed;   /* queried only because the earlier inspection had it */
	size_t messages; /* number of messages in --messages signed with it */
	bool has_dates;
	int64_t first, last; /* their dates, seconds since the epoch */
};

/* A key that messages are signed with; d and s are normal. */
struct inspect_seen {
	struct slice d, s;
	size_t messages; /* the number of messages */
	size_t last;     /* index of the last message that was counted */
	bool has_dates;
	int64_t oldest, newest; /* dates of the oldest and the newest message */
};

/* What --messages shows, for all domains. */
struct inspect_messages {
	bool asked;
	struct inspect_seen *seen;
	size_t nseen;
	size_t messages;                      /* messages that were read */
	bool cut;                             /* there were more messages or keys than the limits */
	size_t unread;                        /* unreadable files and folders */
	const char *unread_path, *unread_why; /* the first of them and the cause, printable */
	bool ours; /* some of them because of a transient local failure */
};

struct inspect_mx {
	struct slice name; /* "" for the null MX */
	unsigned preference;
	bool resolves;
};

/* A changed record; an empty text means that there is no usable record. */
struct inspect_change {
	const char *type;
	struct slice name, was, is;
};

struct inspection {
	const struct options *options;
	const struct auth_input *in;
	const struct inspect_messages *messages;
	struct slice domain; /* normal */
	const char *given;   /* as given by the user */
	struct findings findings;
	struct inspect_spf spf;
	struct inspect_dmarc dmarc[2]; /* RFC 9989, RFC 7489 */
	struct inspect_key *keys;
	size_t nkeys;
	struct inspect_mx *mx;
	size_t nmx;
	const struct inspect_earlier *earlier; /* --baseline, or NULL */
	struct inspect_change *changes;        /* the changes since the earlier inspection */
	size_t nchanges;
};

/* Each fills one part and adds its findings. */
void inspect_spf(struct inspection *inspection);
void inspect_spf_findings(struct inspection *inspection);
void inspect_dmarc(struct inspection *inspection);

/* Does the policy apply only to a share of failing mail (pct, RFC 7489 6.6.4)? */
bool inspect_dmarc_sampled(const struct dmarc_result *result);

void inspect_dkim(struct inspection *inspection);
void inspect_mx(struct inspection *inspection);

/*
 * Inspects again with DNS overridden by each proposed record: if the finding remains, or there is a
 * new error, the proposal is dropped. With --messages the saved mail is also evaluated with the
 * record: if a message has a worse result, or the mail cannot be evaluated, the proposal is
 * replaced by a finding with the reason.
 */
void inspect_prove(
	const struct evaluation *ev, struct trials *trials, struct inspection *inspection);

/*
 * Compares a complete inspection with the earlier one: records the changes, and adds findings about
 * their effect on mail. A change with an effect on mail is a warning, in either direction; one
 * without is a note. Queries that DNS did not answer, now or then, are not compared.
 */
void inspect_changes(struct inspection *inspection);
void inspect_changes_spf(struct inspection *inspection);

/* Adds a change, unless both texts are the same; an empty text means that there is no record. */
void inspect_change_add(struct inspection *inspection, const char *type, struct slice name,
	struct slice was, struct slice is);

/*
 * Reads the headers below options->messages, at most 100,000 of them: unreadable ones are counted.
 * Never blocks on a file that is not regular.
 */
void inspect_messages_read(
	const struct options *options, struct arena *arena, struct inspect_messages *found);

void inspect_print(const struct inspection *inspection, FILE *out);

/* Makes a line for a domain (docs/schema-inspect.json). ST_TEMP if jansson runs out of memory. */
enum status inspect_json(const struct inspection *inspection, int status, struct slice *line);

/*
 * Returns the exit status: 0 without problems, 10 with warnings, 11 with errors in any of
 * options->domains; 75 and 78 as for all commands.
 */
int inspect_main(const struct options *options, struct arena *arena);

#endif
