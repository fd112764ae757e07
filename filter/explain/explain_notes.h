/*
 * explain_notes.h: departures ignored in signatures, keys and sealers' results, for a person.
 */
#ifndef FILTER_EXPLAIN_EXPLAIN_NOTES_H
#define FILTER_EXPLAIN_EXPLAIN_NOTES_H

#include "filter/verdict/evaluate.h"

/*
 * Writes to stdout, in the language of i18n_choose, one line for each, with the octet and its
 * position.
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
