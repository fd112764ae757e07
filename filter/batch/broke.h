/* broke.h: what broke signatures, counted (batch --diagnose). */
#ifndef FILTER_BATCH_BROKE_H
#define FILTER_BATCH_BROKE_H

#include <stdio.h>

#include "auth/diagnose/diagnose.h"

enum { BROKE_KINDS = DIAGNOSE_KINDS };

struct broke {
	size_t signatures;         /* that were looked at */
	size_t unexplained;        /* of these */
	size_t kinds[BROKE_KINDS]; /* signatures with a change of that kind, by enum
				      dkim_change_kind */
};

/* Of one message. */
struct broke broke_of(const struct diagnosis *diagnoses, size_t n);

void broke_add(struct broke *sum, const struct broke *one);

/* A table for a person; nothing where no signature was looked at. */
void broke_print(const struct broke *broke, FILE *out);

#endif
