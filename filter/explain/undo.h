/*
 * undo.h: writes the message as it was signed, so that other programs can verify it (explain
 * --undo).
 */
#ifndef FILTER_EXPLAIN_UNDO_H
#define FILTER_EXPLAIN_UNDO_H

#include "auth/diagnose/diagnose.h"
#include "filter/io/fault.h"

/* Returns the first diagnosis whose message was rebuilt and proved, or NULL. */
const struct diagnosis *undo_find(const struct diagnosis *diagnoses, size_t n);

/*
 * Writes message to a new file that only its owner can read; an existing file is never touched.
 * FAULT_NONE, or the fault.
 */
enum fault undo_write(const char *path, struct slice message);

#endif
