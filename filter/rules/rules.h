/*
 * rules.h: requirements of mailbox providers for senders, checked on one message (explain --for).
 *
 * They are the published rules for senders of 5,000 messages a day and more. What a single message
 * cannot show (complaints, volume) is not checked.
 */
#ifndef FILTER_RULES_RULES_H
#define FILTER_RULES_RULES_H

#include "filter/result/finding.h"
#include "filter/verdict/evaluate.h"

enum rules_of { RULES_GMAIL, RULES_YAHOO, RULES_OUTLOOK };

enum { RULES_PROVIDERS = RULES_OUTLOOK + 1, RULES_MOST = 9 };

enum rules_state {
	RULES_MET,
	RULES_UNMET,
	RULES_UNKNOWN /* the message does not show it, or DNS did not answer */
};

struct rules_result {
	const char *id;   /* "spf", "dkim" ...: for programs */
	const char *text; /* the requirement, English (N_) */
	const char *code; /* the enhanced status codes of a refusal, or "" */
	enum rules_state state;
};

/*
 * Fills results with the rules of that provider; returns their number. May query DNS for the
 * client's names.
 */
size_t rules_check(const struct evaluation *evaluation, enum rules_of provider,
	struct rules_result results[RULES_MOST]);

/* "gmail" and the like; the public page of the rules */
const char *rules_word(enum rules_of provider);
const char *rules_page(enum rules_of provider);

/* Parses a comma-separated list of providers; false for an unknown word, which is then in *word. */
bool rules_read(const char *list, bool wanted[RULES_PROVIDERS], struct slice *word);

/* The unmet rules of all wanted providers, as findings about "rules". */
void rules_findings(
	const struct evaluation *evaluation, const char *list, struct findings *findings);

/* Prints the rules of all wanted providers to stdout, as tables for a person. */
void rules_print(const struct evaluation *evaluation, const char *list);

#endif
