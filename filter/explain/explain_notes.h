/*
 * explain_notes.h: shows a person which departures from the standards were ignored in signatures,
 * keys and sealers' results.
 */
#ifndef FILTER_EXPLAIN_EXPLAIN_NOTES_H
#define FILTER_EXPLAIN_EXPLAIN_NOTES_H

#include "filter/verdict/evaluate.h"

/*
 * Writes one line for each departure to stdout, in the language of i18n_choose, with the octet and
 * its position.
 */
void explain_notes(const struct evaluation *ev);

/*
 * Prints hints that the owner or the caller can act on: an SPF macro that needs HELO, t= in
 * milliseconds, a host that is allowed by IPv4 only. May query DNS.
 */
void explain_hints(const struct evaluation *ev);

/* Prints why a trusted sealer does not vouch for a message that fails. */
void explain_sealer(const struct evaluation *ev);

#endif
