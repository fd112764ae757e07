/* remedy.h: how to fix a failing signature, depending on the reason for the failure. */
#ifndef FILTER_EXPLAIN_REMEDY_H
#define FILTER_EXPLAIN_REMEDY_H

#include "auth/base/reason.h"

/*
 * Codes for the result of a diagnosis: the signature was correct, and only the body, a signed
 * field, or both were changed; or another key was used.
 */
#define REMEDY_PROVED "proved"
#define REMEDY_BODY "body_changed"
#define REMEDY_FIELD "field_changed"
#define REMEDY_BOTH "header_and_body_changed"
#define REMEDY_KEY "another_key"

/* Returns the id of the advice (finding.h); NULL if the reason alone is the best advice. */
const char *remedy_id(const struct reason *reason);

/* Returns the code for remedy_text. */
const char *remedy_code(const struct reason *reason);

/*
 * Returns what to do, in English, or the reason if there is no advice; NULL if the code is unknown.
 */
const char *remedy_text(const char *code);

#endif
