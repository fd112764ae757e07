/*
 * dmarc.h: DMARC policy discovery, alignment and result (RFC 9989; RFC 7489 on request).
 */
#ifndef AUTH_DMARC_DMARC_H
#define AUTH_DMARC_DMARC_H

#include "auth/base/input.h"
#include "auth/base/report.h"
#include "auth/dkim/dkim.h"
#include "auth/dmarc/dmarc_reason.h"
#include "auth/spf/spf.h"

enum dmarc_policy { DMARC_ABSENT, DMARC_INVALID, DMARC_P_NONE, DMARC_QUARANTINE, DMARC_REJECT };

/*
 * A parsed record (RFC 9989 4.7, 4.8; RFC 7489 6.3). Parsing uses neither DNS nor the clock. Tags
 * that only the other RFC defines keep their default: np, psd and t in RFC 7489's mode, pct in
 * RFC 9989's.
 */
struct dmarc_record {
	struct slice text; /* the record; the slices below point into it */
	enum dmarc_policy p, sp, np;
	bool adkim_strict, aspf_strict;
	char psd; /* 'y', 'n' or 'u' */
	bool testing;
	unsigned pct;              /* 100 if missing; only used in RFC 7489's mode */
	struct slice rua, ruf, fo; /* as written, or empty; fo is also empty without ruf */
	bool rua_valid;            /* at least one syntactically valid URI */
	bool deprecated;           /* has pct, rf or ri */
	bool syntax_error;         /* some part of it was ignored because of its syntax */
	bool duplicate;            /* a tag is repeated: the first one counts */
};

/* Is this TXT text a DMARC record (v=DMARC1 first)? If so, *record is set. */
bool dmarc_parse(struct slice text, enum dmarc_mode mode, struct dmarc_record *record);

/* A record to assume at _dmarc.name instead of what DNS has. */
struct dmarc_published {
	struct slice name; /* normal */
	struct slice text;
};

struct dmarc_overlay {
	const struct dmarc_published *v;
	size_t n;
};

struct dmarc_step {
	struct slice name; /* without _dmarc. */
	const char *found; /* "record", "several records", "no record", "too long to ask",
			      "temperror", "bad answer" */
};

enum dmarc_source { DMARC_FROM_AUTHOR, DMARC_FROM_ORG, DMARC_FROM_PSD };

struct dmarc_result {
	enum auth_code code;
	struct reason reason; /* one of DMARC's or From's reasons */
	enum dmarc_mode mode;
	struct slice from_domain; /* the author domain; empty if there is none */
	bool has_record;
	struct dmarc_record record;
	struct slice record_domain; /* the domain where the record was found, without _dmarc. */
	enum dmarc_source source;
	struct slice org_domain;     /* that of the author domain; empty if it was not needed */
	const char *selected;        /* "p", "sp" or "np": which tag gave the policy; or NULL */
	enum dmarc_policy published; /* the policy in that tag, before t or pct is applied */
	enum dmarc_policy
		policy; /* the policy after t (RFC 9989) or pct (RFC 7489): policy.dmarc */
	bool unusable;  /* p is missing, or p, sp or np is invalid: p=none applies if rua is valid,
			   otherwise the result is permerror (RFC 9989 4.10.1, RFC 7489 6.6.3) */
	bool sampled_out;               /* pct exempted this message (RFC 7489 6.6.4) */
	bool author_nonexistent;        /* NXDOMAIN; queried only if np could apply */
	bool spf_aligned, dkim_aligned; /* the identifier is in alignment, whatever its result */
	bool spf_pass, dkim_pass;       /* an aligned identifier passed */
	bool only_message_names; /* temperror with a known policy: only queries for names from the
				    message (d=, s=, reverse-path) failed (mailstamp(1), Policy) */
	const struct dmarc_step *steps; /* the names that were queried for the author domain */
	size_t nsteps;
};

/* Queries the records of the author domain and of the domains above it. */
void dmarc_ask(const struct auth_input *in);

/*
 * Evaluates DMARC from the results of SPF and DKIM; sets aligned in each signature of dkim. mode
 * DMARC_RFC7489 needs in->psl. ST_TEMP if it is missing or the message could not be hashed for pct:
 * the code is then temperror.
 */
enum status dmarc_check(const struct auth_input *in, enum dmarc_mode mode,
	const struct spf_result *spf, struct dkim_result *dkim, struct dmarc_result *result);
struct report_row *dmarc_report(const struct dmarc_result *result, struct report *report);

/*
 * The next milder policy, which applies with t=y (RFC 9989 4.7) or to messages outside pct
 * (RFC 7489 6.6.4).
 */
enum dmarc_policy dmarc_one_less(enum dmarc_policy policy);

const char *dmarc_policy_word(enum dmarc_policy policy);

#endif
