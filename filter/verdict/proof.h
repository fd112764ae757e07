/*
 * proof.h: would a proposal help? The message is evaluated again with DNS overridden by the
 * proposed records, or as it would arrive after a change of the sender's configuration.
 *
 * Results are in the evaluation's arena. The functions return false, and nothing is proved, if the
 * evaluation fails or a record cannot be written.
 */
#ifndef FILTER_VERDICT_PROOF_H
#define FILTER_VERDICT_PROOF_H

#include "filter/verdict/evaluate.h"

struct proof_record {
	struct slice name; /* normal */
	const char *type;  /* TXT, CNAME or MX */
	struct slice text; /* TXT: its text; CNAME: a name; MX: "10 name" */
};

/* Writes the records as a master file, in the arena. False if it would be too large. */
bool proof_zone(
	const struct proof_record *records, size_t n, struct arena *arena, struct slice *text);

/*
 * Opens the evaluation's DNS, overridden by the records; in its arena, to be freed by dns_free.
 * NULL if the records cannot be written.
 */
struct dns *proof_lay(
	const struct evaluation *evaluation, const struct proof_record *records, size_t n);

/*
 * Evaluates with the records, each of which replaces the current one; envelope: another envelope,
 * or NULL.
 */
bool proof_with(const struct evaluation *evaluation, const struct proof_record *records, size_t n,
	const struct envelope *envelope, struct auth_results *results);

/*
 * The same for clients that no term of an SPF record should match, so that all terms are evaluated:
 * also false if the result is temperror, permerror (more than 10 DNS lookups or 2 void lookups), or
 * a pass, which everybody would then get.
 */
bool proof_for_all(const struct evaluation *evaluation, const struct proof_record *record,
	unsigned char family);

/*
 * Is no network in the SPF record that gives a pass, nor in the records that it includes, wider
 * than /8 of IPv4 or /16 of IPv6, and do they all have together fewer addresses than two such
 * networks? Those that are not public do not count; the prefix lengths of a and mx do. A
 * correction of an unusable record must not let mail pass from a large part of the Internet, which
 * proof_for_all's two clients cannot show. True for text that is not a valid record, which lets
 * nobody pass.
 */
bool proof_is_narrow(const struct evaluation *evaluation, struct slice record);

/* Evaluates with a signature of the domain, made with a test key, as the topmost field. */
bool proof_signed(
	const struct evaluation *evaluation, struct slice domain, struct auth_results *results);

/* The envelope with the reverse-path bounce@domain. */
struct envelope proof_envelope(const struct evaluation *evaluation, struct slice domain);

/*
 * Is it certain, with current DNS, that the domain's SPF record never gives the address a pass?
 * False if there is no record, if DNS fails, or if terms depend on more than the address (macros,
 * exists).
 */
bool proof_forbids(const struct evaluation *evaluation, struct slice domain);

/* Does the domain's SPF record give the address a pass for any message? */
bool proof_allows(const struct evaluation *evaluation, struct slice domain);

/*
 * Calls test for the names that the domain's SPF record gives a pass by include, or redirects to,
 * with their macros replaced; true if test ends the search. The records of these names are searched
 * in the same way, as far as deeper says so of a name, up to the 10 lookups of RFC 7208 4.6.4. All
 * names of a record come before those of the records that it includes.
 */
bool proof_names(const struct evaluation *evaluation, struct slice domain,
	bool (*test)(void *arg, struct slice name), bool (*deeper)(struct slice name), void *arg);

#endif
