/*
 * proof.h: would a proposal help? The message is evaluated again with the proposal laid over DNS,
 * or as it would arrive after a change of the sender's set-up.
 *
 * Results are in the evaluation's arena. False if the evaluation failed or a record cannot be
 * written: then nothing is proved.
 */
#ifndef FILTER_VERDICT_PROOF_H
#define FILTER_VERDICT_PROOF_H

#include "filter/verdict/evaluate.h"

struct proof_record {
	struct slice name; /* normal */
	const char *type;  /* TXT, CNAME or MX */
	struct slice text; /* TXT: its text; CNAME: a name; MX: "10 name" */
};

/* The records as a master file, in the arena. False if it would be too large. */
bool proof_zone(
	const struct proof_record *records, size_t n, struct arena *arena, struct slice *text);

/*
 * The records over the evaluation's DNS, in its arena; to be freed by dns_free. NULL if they cannot
 * be written.
 */
struct dns *proof_lay(
	const struct evaluation *evaluation, const struct proof_record *records, size_t n);

/* With the records, each replacing the current one; envelope: another one, or NULL. */
bool proof_with(const struct evaluation *evaluation, const struct proof_record *records, size_t n,
	const struct envelope *envelope, struct auth_results *results);

/*
 * The same for a host that no term of an SPF record should match, so that all terms are evaluated:
 * false also if this is a permanent error (more than 10 terms that query DNS, 2 empty answers).
 */
bool proof_for_all(const struct evaluation *evaluation, const struct proof_record *record,
	unsigned char family);

/* With a test signature of the domain, made with a temporary key, as the topmost field. */
bool proof_signed(
	const struct evaluation *evaluation, struct slice domain, struct auth_results *results);

/* The envelope with another reverse-path: bounce@domain. */
struct envelope proof_envelope(const struct evaluation *evaluation, struct slice domain);

/*
 * Is it certain from today's DNS that the domain's SPF record never gives the address a pass? False
 * without a record, if DNS fails, or if terms depend on more than the address (macros, exists).
 */
bool proof_forbids(const struct evaluation *evaluation, struct slice domain);

/* Does the domain's SPF record give the address a pass, whatever the message contains? */
bool proof_allows(const struct evaluation *evaluation, struct slice domain);

#endif
