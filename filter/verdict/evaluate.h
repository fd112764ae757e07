/* evaluate.h: evaluates one message, from its bytes to the verdict; writes nothing. */
#ifndef FILTER_VERDICT_EVALUATE_H
#define FILTER_VERDICT_EVALUATE_H

#include "auth/auth.h"
#include "filter/intake/envelope.h"
#include "filter/intake/input.h"
#include "filter/settings/confine.h"
#include "filter/verdict/policy.h"
#include "filter/verdict/scrub.h"

struct dns;
struct dns_overlay;

/* Everything that is known of one message. */
struct evaluation {
	const struct options *options;
	struct arena *arena;
	const char *authserv_id;
	struct scrub scrub; /* set by evaluate_begin, so that any later failure can still scrub */
	struct input input;
	bool input_open;
	input_pull *pull; /* set by the caller if the message is read neither from stdin nor from
			     --input */
	void *pull_arg;
	/* NULL, or set by the caller: called as soon as the message and its envelope are known */
	void (*known)(const struct evaluation *evaluation);
	bool oversize; /* over --max-size: passed on and not evaluated */
	struct intake intake;
	bool has_message; /* message is set, without any envelope around it */
	struct message message;
	struct identities ids;
	struct auth_options auth_options;
	struct auth_input in;
	struct auth_results results;
	bool evaluated; /* results are set; false for a message over the size limit */
	struct verdict verdict;
	struct arc_sealed
		sealed; /* set by seal_make: the ARC set that goes on top, or why there is none */

	struct address_gmime *gmime;
	struct dns *below; /* with --overlay: the DNS that in.dns overrides; or NULL */
	const struct dns_overlay *overlay; /* the overlay, or NULL */
	struct domain_psl *own_psl;        /* freed by evaluate_end */
	struct crypto_signer *signer;      /* set by seal_open and freed by evaluate_end, or NULL */
	bool signer_rsa;
	struct slice secret; /* --envelope-secret-file */
	bool borrowed;       /* gmime, crypto and psl belong to the caller */
};

/* Resources that many evaluations in one thread share; owned by the caller. */
struct evaluate_tools {
	struct address_gmime *gmime;
	const struct domain_psl *psl; /* NULL if RFC 7489 is not evaluated */
	struct crypto *crypto;
};

enum evaluate_status {
	EVALUATE_OK,
	EVALUATE_TEMP,  /* exit status 75 */
	EVALUATE_CONFIG /* a file or address of the configuration is unusable: 78 or 75 */
};

/*
 * EVALUATE_TEMP for an error after which a retry may succeed (profile_failure), else
 * EVALUATE_CONFIG.
 */
enum evaluate_status evaluate_refusal(const struct error *error);

/*
 * Sets up everything that does not depend on the message. options and arena must outlive the
 * evaluation.
 */
void evaluate_begin(
	const struct options *options, struct arena *arena, struct evaluation *evaluation);

/* A message that is already in memory, or whose beginning is. */
struct evaluate_source {
	const struct evaluate_tools *tools;
	struct dns *dns; /* owned by the evaluation from evaluate() on, whatever its status */
	const struct dns_overlay *overlay; /* overrides dns; or NULL */
	struct slice bytes;                /* must live until evaluate_end */
	bool partial;                      /* over the size limit: bytes are its beginning */
	/*
	 * what follows bytes, or NULL: only DKIM and ARC read it, so the caller asks for nothing
	 * else that needs the whole body, and bytes have the whole header
	 */
	const struct message_rest *rest;
	const struct envelope *envelope; /* NULL: from the options and the message */
};

/*
 * Opens DNS, crypto, files and everything else that the mechanisms need, before the first octet of
 * a message is read, so that no message can cause a failure here. Here and below, *error is set if
 * the status is not EVALUATE_OK.
 */
enum evaluate_status evaluate_open(struct evaluation *evaluation, struct error *error);

/*
 * Opens the input before the sandbox is entered; without this call evaluate_read opens it. Status
 * as for evaluate_read.
 */
enum evaluate_status evaluate_input(struct evaluation *evaluation, struct error *error);

/*
 * Call it after evaluate_open and evaluate_input: enters the sandbox (settings/confine.h); from
 * then on GMime runs in a separate process. EVALUATE_TEMP if the sandbox is required but not
 * available.
 */
enum evaluate_status evaluate_confine(
	struct evaluation *evaluation, struct confinement *confinement, struct error *error);

/*
 * Call it after evaluate_open, even if that failed: reads the message (sets has_message) and the
 * envelope that came with it.
 */
enum evaluate_status evaluate_read(struct evaluation *evaluation, struct error *error);

/*
 * Takes the message and tools from source or, if that is NULL, calls evaluate_read (after
 * evaluate_open); then evaluates the message.
 */
enum evaluate_status evaluate(
	struct evaluation *evaluation, const struct evaluate_source *source, struct error *error);

/*
 * The deadline for a message's queries, except those for its DMARC policy, if its evaluation starts
 * now.
 */
int64_t evaluate_until_ms(const struct options *options, const struct dns *dns);

/*
 * For a message known only from a report: sets everything from source except the message. The
 * caller sets envelope, identities and results, and calls evaluate_end.
 */
void evaluate_absent(struct evaluation *evaluation, const struct evaluate_source *source);

/* DNS without the overlay; NULL if none was opened. */
struct dns *evaluate_dns(const struct evaluation *evaluation);

/* Opens a new struct dns according to the options, without the overlay. */
enum evaluate_status evaluate_open_dns(
	struct evaluation *evaluation, struct dns **dns, struct error *error);

/*
 * Is it stored mail whose envelope is unknown, and for which no mechanism passed? Such a message
 * does not count as failed.
 */
bool evaluate_not_judged(const struct evaluation *evaluation);

/*
 * Is a domain, which passed, aligned with the author domain in relaxed mode? By the names alone:
 * for an author domain without a DMARC record, for which DMARC finds no organization.
 */
enum evaluate_related {
	EVALUATE_UNRELATED,
	/* the list of public suffixes is not loaded, and the name that both share may be one: */
	EVALUATE_BESIDE, /* neither is below the other */
	EVALUATE_BELOW,  /* one is below the other */
	EVALUATE_RELATED
};

enum evaluate_related evaluate_related(const struct evaluation *evaluation, struct slice domain);

/* Is the public suffix list needed? --for takes it only where there is one. */
bool evaluate_needs_psl(const struct options *options);

/* The error if the public suffix list cannot be read. */
struct error evaluate_no_psl(const struct options *options);

void evaluate_end(struct evaluation *evaluation);

#endif
