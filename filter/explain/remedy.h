/* remedy.h: what mends a signature that fails, by the reason why it does. */
#ifndef FILTER_EXPLAIN_REMEDY_H
#define FILTER_EXPLAIN_REMEDY_H

#include "auth/base/reason.h"

/* Codes of what a diagnosis proved: the signature was right; only the body, a signed field, or both
 * were changed; another key signed. */
#define REMEDY_PROVED "proved"
#define REMEDY_BODY "body_changed"
#define REMEDY_FIELD "field_changed"
#define REMEDY_BOTH "header_and_body_changed"
#define REMEDY_KEY "another_key"

/* The id of the advice (finding.h); NULL where nothing better is known than the reason itself. */
const char *remedy_id(const struct reason *reason);

/* A code from which remedy_text finds the sentence again. */
const char *remedy_code(const struct reason *reason);

/* What to do, in English, or else the reason; NULL where the code is not known. */
const char *remedy_text(const char *code);

#endif
