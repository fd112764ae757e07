/* fix.h: corrects the text of SPF records, without DNS. */
#ifndef FILTER_EXPLAIN_FIX_H
#define FILTER_EXPLAIN_FIX_H

#include "auth/spf/spf.h"

/*
 * The record with common mistakes corrected (ipv4: for ip4:, include= for include:, commas between
 * terms, an address after a: ...). False if the result is still not a valid record.
 */
bool fix_spf_syntax(struct slice record, struct arena *arena, struct slice *fixed);

/* Merges several records: every term once, with the "all" of the last record at the end. */
struct slice fix_spf_join(const struct slice *records, size_t n, struct arena *arena);

/* The record with the term inserted before "all" or redirect=; a new record if there is none. */
struct slice fix_spf_add(struct slice record, const char *term, struct arena *arena);

/* The record with the term, a slice of it, removed or replaced. */
struct slice fix_spf_replace(
	struct slice record, struct slice term, const char *instead, struct arena *arena);

/* The record without anything after its "all" term. */
struct slice fix_spf_end(struct slice record, struct slice all, struct arena *arena);

#endif
