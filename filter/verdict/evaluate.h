/*
 * evaluate.h: one message from its bytes to its verdict; nothing is written yet.
 */
#ifndef FILTER_VERDICT_EVALUATE_H
#define FILTER_VERDICT_EVALUATE_H

#include "auth/auth.h"
#include "filter/intake/envelope.h"
#include "filter/intake/input.h"
#include "filter/verdict/policy.h"
#include "filter/verdict/scrub.h"

struct dns;
struct dkim_diagnosis;
struct what_if_result;

/* Everything that is known of one message. */
struct evaluation {
	const struct options *options;
	struct arena *arena;
	const char *authserv_id;
	struct scrub scrub; /* set by evaluate_begin, so that any later failure can still scrub */
	struct input input;
	bool oversize; /* over --max-size: passed on and not evaluated */
	struct taken taken;
	bool has_message; /* message is the whole one, without any envelope around it */
	struct message message;
	struct identities ids;
	struct auth_options auth_options;
	struct auth_input in;
	struct auth_results results;
	bool evaluated; /* results are set; not so for a message over the size limit */
	struct verdict verdict;
	struct arc_sealed sealed; /* by seal_make: the set that goes on top, or why there is none */
	const struct dkim_diagnosis *diagnoses; /* of batch --diagnose; NULL: not asked for */
	size_t ndiagnoses;
	const struct what_if_result *what_ifs; /* of batch --what-if, in its order */
	size_t nwhat_ifs;
	const struct what_if_result *other; /* by the other RFC; NULL: not compared */

	struct address_gmime *gmime;
	const struct domain_psl *psl;
	struct domain_psl *own_psl;   /* what evaluate_end frees */
	struct crypto_signer *signer; /* and this */
	bool borrowed;                /* gmime and crypto are another's */
};

/* What many evaluations of one thread share. */
struct evaluate_tools {
	struct address_gmime *gmime;
	const struct domain_psl *psl; /* NULL where RFC 7489 is not evaluated */
	struct crypto *crypto;
};

enum evaluate_status {
	EVALUATE_OK,
	EVALUATE_TEMP,  /* exit status 75 */
	EVALUATE_CONFIG /* a file or address of the configuration is of no use: 78 or 75 */
};

/* What does not depend on the message. options and arena must outlive the evaluation. */
void evaluate_begin(
	const struct options *options, struct arena *arena, struct evaluation *evaluation);

/*
 * Reads the message and judges it. Where it is not EVALUATE_OK, *error is one line in the arena or
 * from a fixed table, and has_message tells whether there is something to pass on.
 */
enum evaluate_status evaluate(struct evaluation *evaluation, const char **error);

/* DNS, crypto and what else the mechanisms need, without a message: for questions about domains. */
enum evaluate_status evaluate_open(struct evaluation *evaluation, const char **error);

/* A struct dns of its own, as the options have it. */
enum evaluate_status evaluate_dns(
	struct evaluation *evaluation, struct dns **dns, const char **error);

/*
 * The same for bytes that are at hand (they must live until evaluate_end), with tools that stay the
 * caller's. dns is the evaluation's from now on, whatever the status. partial: the message is over
 * the size limit and bytes are its beginning. given: its envelope, or NULL for what the options
 * and, in the modes field and headers, the message say.
 */
enum evaluate_status evaluate_bytes(struct evaluation *evaluation,
	const struct evaluate_tools *tools, struct dns *dns, struct slice bytes, bool partial,
	const struct envelope *given, const char **error);

/* Did stored mail not show its envelope, and nothing pass that does without one? Such a message
 * did not fail. */
bool evaluate_not_judged(const struct evaluation *evaluation);

/* Is the public suffix list needed? */
bool evaluate_needs_psl(const struct options *options);

void evaluate_end(struct evaluation *evaluation);

#endif
