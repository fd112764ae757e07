/* damage.h: counts of the causes of broken signatures (batch --diagnose). */
#ifndef FILTER_STATS_DAMAGE_H
#define FILTER_STATS_DAMAGE_H

#include <stdio.h>

#include "auth/diagnose/diagnose.h"

enum { DAMAGE_KINDS = DIAGNOSE_KINDS, DAMAGE_HALVES = DIAGNOSE_GENUINE + 1 };

struct damage {
	size_t signatures;            /* examined signatures */
	size_t unexplained;           /* those that are unexplained */
	size_t halves[DAMAGE_HALVES]; /* unexplained ones by enum diagnose_half */
	size_t kinds[DAMAGE_KINDS]; /* signatures with a change of each kind, by enum diagnose_kind
				     */
};

/* Counts the causes in one message. */
struct damage damage_of(const struct diagnosis *diagnoses, size_t n);

void damage_add(struct damage *sum, const struct damage *one);

/* Prints a table for a person; nothing if no signature was examined. */
void damage_print(const struct damage *damage, FILE *out);

/* Returns the name of a kind of change, in the language of i18n_choose. */
const char *damage_word(size_t kind);

#endif
