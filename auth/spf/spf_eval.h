/* spf_eval.h: shared by the files of auth/spf/: the identity and the state of an evaluation. */
#ifndef AUTH_SPF_SPF_EVAL_H
#define AUTH_SPF_SPF_EVAL_H

#include "auth/dns/dns.h"
#include "auth/spf/spf.h"

/* RFC 7208 4.6.4 */
enum { SPF_MAX_LOOKUPS = 10, SPF_MAX_VOIDS = 2, SPF_MAX_NAMES = 10 };

/*
 * Finds the identity to check (RFC 7208 2.4, 4.3), and sets identity, sender and domain. *ready is
 * false if there is nothing to check; code and reason then say why. ST_TEMP if the name could not
 * be read because memory ran out.
 */
enum status spf_identify(const struct auth_input *in, struct spf_result *result, bool *ready);

/* The time (dns_clock_ms) by which the evaluation must end (RFC 7208 4.6.4); 0: no limit. */
int64_t spf_until(const struct auth_input *in);

/* Whether a mechanism matched. The last two end the evaluation. */
enum spf_match { SPF_NO, SPF_YES, SPF_TEMP, SPF_PERM };

/* The state of one check_host(), including all includes and redirects. */
struct spf_eval {
	const struct auth_input *in;
	struct spf_result *result; /* reason, term and counts are updated during the evaluation */
	struct spf_macro_context macros;
	enum dns_type address; /* A or AAAA, like the client's address */
	int64_t until;
	bool explaining;               /* evaluating exp=: lookups are no longer counted */
	bool term_void;                /* the current term has had a void lookup */
	const struct dns_answer *ptrs; /* the client's names, once they have been queried */
};

/* A domain and its record. */
struct spf_host {
	struct slice domain;
	struct spf_record record;
};

/* Returns match, after storing the reason in the result. */
enum spf_match spf_blame(struct spf_eval *eval, enum spf_match match, enum spf_reason reason);

/* Counts one lookup (RFC 7208 4.6.4): SPF_YES, or SPF_PERM for the eleventh. */
enum spf_match spf_count_lookup(struct spf_eval *eval);

/*
 * Queries DNS and waits. SPF_YES: *answer has records; SPF_NO: there are none, or the name is not a
 * valid DNS name; SPF_TEMP: the query failed; SPF_PERM: too many void lookups, or too many queries
 * for this message.
 */
enum spf_match spf_lookup(struct spf_eval *eval, struct slice name, enum dns_type type,
	const struct dns_answer **answer);

/* Sets *name to the target-name of a domain-spec (RFC 7208 4.8); SPF_YES or SPF_PERM. */
enum spf_match spf_target(
	struct spf_eval *eval, struct slice domain, struct slice domain_spec, struct slice *name);

/* Evaluates any directive but include: all, a, mx, ptr, exists, ip4, ip6 (RFC 7208 5.3 to 5.7). */
enum spf_match spf_match_directive(
	struct spf_eval *eval, struct slice domain, const struct spf_directive *directive);

/* Starts the queries that a record will probably need; does not change the result. */
void spf_ask_ahead(struct spf_eval *eval, const struct spf_host *host);

#endif
