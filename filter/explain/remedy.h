/* remedy.h: how to fix a failing signature, by the reason of its failure. */
#ifndef FILTER_EXPLAIN_REMEDY_H
#define FILTER_EXPLAIN_REMEDY_H

#include "auth/base/reason.h"

/*
 * Codes for what a diagnosis proved: the signature was right; only the body, a signed field, or
 * both were changed; another key signed.
 */
#define REMEDY_PROVED "proved"
#define REMEDY_BODY "body_changed"
#define REMEDY_FIELD "field_changed"
#define REMEDY_BOTH "header_and_body_changed"
#define REMEDY_KEY "another_key"

/* The id of the advice (finding.h); NULL if the reason itself is the best advice. */
const char *remedy_id(const struct reason *reason);

/* A code by which remedy_text finds the sentence again. */
const char *remedy_code(const struct reason *reason);

/* What to do, in English, or if nothing is known, the reason; NULL if the code is unknown. */
const char *remedy_text(const char *code);

#endif
