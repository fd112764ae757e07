/* fix.h: corrects the text of SPF records, without DNS. */
#ifndef FILTER_EXPLAIN_FIX_H
#define FILTER_EXPLAIN_FIX_H

#include "auth/spf/spf.h"

/*
 * Corrects common mistakes (ipv4: for ip4:, include= for include:, commas between terms, an address
 * after a: ...). False if the result is still not a valid record.
 */
bool fix_spf_syntax(struct slice record, struct arena *arena, struct slice *fixed);

/*
 * Merges several records: every term once, but no redirect=, and the last "all" at the end (~all if
 * there is none).
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
