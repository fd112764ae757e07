/*
 * aggregate_row.h: the data of a message in an aggregate report (RFC 9990 3.1), as plain values.
 *
 * All text is UTF-8 without control characters; DNS domains are normalized.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_ROW_H
#define FILTER_AGGREGATE_AGGREGATE_ROW_H

#include "auth/dmarc/dmarc.h"
#include "mime/buf.h"

enum {
	AGGREGATE_TEXT = 4096,     /* maximum octets of a text in a report */
	AGGREGATE_SIGNATURES = 100 /* maximum in a row (RFC 9990 3.1.3) */
};

/* A DMARC record as applied: each report is about one (RFC 9990 3.1). */
struct aggregate_policy {
	struct slice domain; /* where the record was found */
	struct slice text;   /* the record */
	struct slice rua, ruf, fo;
	enum dmarc_policy p, sp, np; /* np: DMARC_ABSENT in RFC 7489's mode */
	bool adkim_strict, aspf_strict, testing, psd;
	enum dmarc_mode mode;
	struct slice error; /* error in the record, or empty */
};

/*
 * A message, or several with the same values. results has one line for each result, with parts
 * separated by tabs: "dkim DOMAIN SELECTOR RESULT WHY" and "spf DOMAIN RESULT WHY"; reasons has
 * lines "TYPE COMMENT".
 */
struct aggregate_row {
	struct slice source_ip;
	const char *disposition; /* word of RFC 9990 */
	bool dkim, spf;          /* aligned and passed */
	struct slice reasons;
	struct slice header_from;
	bool has_path;
	struct slice envelope_from; /* empty: the null path */
	struct slice envelope_to;   /* empty: not reported */
	struct slice results;
};

/*
 * Replaces characters that XML 1.0 or the lines above do not allow by '?', and truncates to
 * AGGREGATE_TEXT; in the arena.
 */
struct slice aggregate_clean(struct slice text, struct arena *arena);

/* Returns a text that identifies the policy: the same for the same values. */
struct slice aggregate_policy_key(const struct aggregate_policy *policy, struct arena *arena);

/* Returns a text that identifies the row: the same for the same values. */
struct slice aggregate_row_key(const struct aggregate_row *row, struct arena *arena);

/* Removes the next part, up to a tab or the end, from *line. */
struct slice aggregate_part(struct slice *line);

/* Removes the next line from *text; false at its end. */
bool aggregate_line(struct slice *text, struct slice *line);

#endif
