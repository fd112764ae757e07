/*
 * whatif.h: one message evaluated as if other DMARC records were published (--what-if), and by the
 * other RFC (--dmarc-compare).
 */
#ifndef FILTER_VERDICT_WHATIF_H
#define FILTER_VERDICT_WHATIF_H

#include "filter/settings/setting_error.h"
#include "filter/verdict/evaluate.h"

enum { WHAT_IF_MAX = 8, WHAT_IF_PARTS = 16 };

/* One --what-if: records and their names. */
struct what_if {
	const char *label;                           /* as given, printable */
	struct dmarc_published parts[WHAT_IF_PARTS]; /* name empty: for all other author domains */
	size_t n;
};

struct what_if_result {
	const char *label; /* of its what-if; NULL for the other RFC */
	enum auth_code dmarc;
	enum dmarc_policy policy; /* that was applied */
	enum disposition disposition;
	struct reason reason; /* of the disposition */
};

/*
 * "p=reject; adkim=s" or "example.com: p=reject", several of them with '|' or a line end between.
 * Each is a whole record, of which "v=DMARC1;" may be left out; a missing tag has its default.
 * ST_BAD with *error, which names the tag or the domain.
 */
enum status what_if_parse(const char *text, enum dmarc_mode mode, struct arena *arena,
	struct what_if *what_if, struct error *error);

/*
 * Repeats discovery, alignment, policy and overrides with the same results of SPF, DKIM and ARC. A
 * record without a domain replaces the one that applies to the author domain; if that is a public
 * suffix's, it counts as published at the organizational domain; if there is none, at the author
 * domain; it is not used for author domains within a domain that another part names. A message that
 * was not evaluated, and one of a trusted client, keeps its disposition.
 */
void what_if_judge(const struct evaluation *evaluation, const struct what_if *what_if,
	struct what_if_result *result);

/* The outcome under the other RFC's result (results.has_dmarc_other). */
void what_if_other(const struct evaluation *evaluation, struct what_if_result *result);

#endif
