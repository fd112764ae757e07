/*
 * fix.h: an SPF record as it should be. Pure text: no DNS.
 */
#ifndef FILTER_EXPLAIN_FIX_H
#define FILTER_EXPLAIN_FIX_H

#include "auth/spf/spf.h"

/*
 * The record with its usual mistakes corrected (ipv4: for ip4:, include= for include:,
 * commas between terms, an address after a: ...). False if what comes out is not a record either.
 */
bool fix_spf_syntax(struct slice record, struct arena *arena, struct slice *fixed);

/* Merges several records: the terms of all, each once, with the "all" of the last one at the end.
 */
struct slice fix_spf_join(const struct slice *records, size_t n, struct arena *arena);

/* The record with a further term before "all" or redirect=; a new record where there is none. */
struct slice fix_spf_add(struct slice record, const char *term, struct arena *arena);

/* The record without the term, which is a slice of it; with another one instead where given. */
struct slice fix_spf_replace(
	struct slice record, struct slice term, const char *instead, struct arena *arena);

/* The record cut after its "all" term. */
struct slice fix_spf_end(struct slice record, struct slice all, struct arena *arena);

#endif
