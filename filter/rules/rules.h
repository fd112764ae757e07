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

enum { RULES_PROVIDERS = RULES_OUTLOOK + 1 };

/* Return the word for a provider, e.g. "gmail", and the URL of its published rules. */
const char *rules_word(enum rules_of provider);
const char *rules_page(enum rules_of provider);

/*
 * Reads a comma-separated list of provider words; false for an unknown word, which is then in
 * *word.
 */
bool rules_read(const char *list, bool wanted[RULES_PROVIDERS], struct slice *word);

/* Adds the unmet rules of all providers in the list, as findings about "rules". */
void rules_findings(
	const struct evaluation *evaluation, const char *list, struct findings *findings);

/* Prints the results for all selected providers as tables on stdout. */
void rules_print(const struct evaluation *evaluation, const char *list);

#endif
