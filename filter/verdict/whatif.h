/*
 * whatif.h: evaluates one message as if other DMARC records were published (--what-if), and by the
 * other RFC (--dmarc-compare).
 */
#ifndef FILTER_VERDICT_WHATIF_H
#define FILTER_VERDICT_WHATIF_H

#include "filter/settings/setting_error.h"
#include "filter/verdict/evaluate.h"

enum { WHAT_IF_MAX = 8, WHAT_IF_PARTS = 16 };

/* One --what-if: records and their names. */
struct what_if {
	const char *label; /* as given, printable */
	struct dmarc_published
		parts[WHAT_IF_PARTS]; /* with an empty name: for all other author domains */
	size_t n;
};

struct what_if_result {
	const char *label; /* the label of the what-if; NULL for the other RFC */
	enum auth_code dmarc;
	enum dmarc_policy policy; /* the policy that was applied */
	enum disposition disposition;
	struct reason reason; /* of the disposition */
};

/*
 * Parses "p=reject; adkim=s" or "example.com: p=reject", or several of these separated by '|' or
 * line ends. Each is a complete record; "v=DMARC1;" may be left out, and missing tags have their
 * defaults. ST_BAD with *error, which names the tag or the domain.
 */
enum status what_if_parse(const char *text, enum dmarc_mode mode, struct arena *arena,
	struct what_if *what_if, struct error *error);

/*
 * Repeats discovery, alignment, policy and overrides with the same results of SPF, DKIM and ARC. A
 * record without a domain replaces the record that applies to the author domain; if that is the
 * record of a public suffix, it counts as published at the organizational domain, and if there is
 * none, at the author domain. It is not used for author domains within a domain that another part
 * names. A message that was not evaluated or is from a trusted client keeps its disposition.
 */
void what_if_judge(const struct evaluation *evaluation, const struct what_if *what_if,
	struct what_if_result *result);

/* The outcome with the result of the other RFC (results.has_dmarc_other). */
void what_if_other(const struct evaluation *evaluation, struct what_if_result *result);

#endif
