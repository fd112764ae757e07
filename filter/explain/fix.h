/* fix.h: corrects the text of SPF records, without DNS. */
#ifndef FILTER_EXPLAIN_FIX_H
#define FILTER_EXPLAIN_FIX_H

#include "auth/spf/spf.h"

/*
 * Corrects common mistakes (ipv4: for ip4:, include= for include:, commas between terms, an address
 * after a: ...). False if the result is still not a valid record.
 */
bool fix_spf_syntax(struct slice record, struct arena *arena, struct slice *fixed);

enum { FIX_RECORDS = 20 }; /* more records are not merged */

/*
 * Merges several records, so that whoever passes by one of them passes, and nobody else: every term
 * once, up to its record's "all", and at the end the mildest "all" (?all if there is none, RFC 7208
 * 4.7). redirect= is kept if there is only one and no "all"; before an "all" it becomes an include.
 * Empty if a record is not valid, if there are two different redirect= without an "all", or if one
 * of the records has terms that deny (their order matters), or if there are too many.
 */
struct slice fix_spf_join(const struct slice *records, size_t n, struct arena *arena);

/* Inserts the term before "all" or redirect=; makes a new record if there is none. */
struct slice fix_spf_add(struct slice record, const char *term, struct arena *arena);

/* Removes the term, a slice of the record, or replaces it with instead, unless that is NULL. */
struct slice fix_spf_replace(
	struct slice record, struct slice term, const char *instead, struct arena *arena);

/* Removes everything after the "all" term. */
struct slice fix_spf_end(struct slice record, struct slice all, struct arena *arena);

#endif
