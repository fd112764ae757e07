/* remedy.h: what mends a signature that fails, by the reason why it does. */
#ifndef FILTER_EXPLAIN_REMEDY_H
#define FILTER_EXPLAIN_REMEDY_H

#include "auth/base/reason.h"

/* The id of the advice (finding.h); NULL where nothing better is known than the reason itself. */
const char *remedy_id(const struct reason *reason);

/* A code from which remedy_text finds the sentence again. */
const char *remedy_code(const struct reason *reason);

/* What to do, in English, or else the reason; NULL where the code is not known. */
const char *remedy_text(const char *code);

#endif
