/*
 * aggregate_row.h: the data of a message in an aggregate report (RFC 9990 3.1), as plain values.
 *
 * All text is UTF-8 without control characters; domains of DNS are normal names.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_ROW_H
#define FILTER_AGGREGATE_AGGREGATE_ROW_H

#include "auth/dmarc/dmarc.h"
#include "mime/buf.h"

enum {
	AGGREGATE_TEXT = 4096,     /* maximum octets of a text in a report */
	AGGREGATE_SIGNATURES = 100 /* of a row (RFC 9990 3.1.3) */
};

/* One configuration of a record: a report holds data about one (RFC 9990 3.1). */
struct aggregate_policy {
	struct slice domain; /* where the record is */
	struct slice text;   /* the record */
	struct slice rua, ruf, fo;
	enum dmarc_policy p, sp, np; /* np: DMARC_ABSENT in RFC 7489's mode */
	bool adkim_strict, aspf_strict, testing, psd;
	enum dmarc_mode mode;
	struct slice error; /* the error in the record, or empty */
};

/*
 * A message, or messages with the same values. results has a line for each result, its parts
 * separated by tabs: "dkim DOMAIN SELECTOR RESULT WHY" and "spf DOMAIN RESULT WHY"; reasons has
 * lines "TYPE COMMENT".
 */
struct aggregate_row {
	struct slice source_ip;
	const char *disposition; /* RFC 9990's word */
	bool dkim, spf;          /* aligned and passed */
	struct slice reasons;
	struct slice header_from;
	bool has_path;
	struct slice envelope_from; /* may be empty: the null path */
	struct slice envelope_to;   /* empty: not told */
	struct slice results;
};

/*
 * text without characters that XML 1.0 or our lines do not allow, cut at AGGREGATE_TEXT; in the
 * arena
 */
struct slice aggregate_clean(struct slice text, struct arena *arena);

/* The policy as one text, the same for the same configuration, by which it is identified. */
struct slice aggregate_policy_key(const struct aggregate_policy *policy, struct arena *arena);

/* The row as one text, the same for the same row. */
struct slice aggregate_row_key(const struct aggregate_row *row, struct arena *arena);

/* Removes the next part, up to a tab or the end, from *line. */
struct slice aggregate_part(struct slice *line);

/* Removes the next line from *text; false at its end. */
bool aggregate_line(struct slice *text, struct slice *line);

#endif
