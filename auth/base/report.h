/*
 * report.h: the results of the mechanisms as rows, independent of header syntax.
 *
 * filter/result/authres.c writes the field from them, json_parts.c the results in JSON,
 * filter/log_message.c the log and filter/explain/ the table for a person. Values may hold any
 * byte: the writer quotes, cuts and strips.
 *
 * A row holds what every method has, and what RFC 8601 registers. The details of one method that
 * only JSON and explain show (the SPF record, the size of a DKIM key, the sets of a chain, the
 * DMARC record and its discovery) stay in that method's result.
 */
#ifndef AUTH_BASE_REPORT_H
#define AUTH_BASE_REPORT_H

#include "auth/base/reason.h"
#include "mime/arena.h"

enum { REPORT_PROPS = 8 };

enum report_kind {
	REPORT_TEXT,   /* any bytes; written as a token or a quoted-string */
	REPORT_DOMAIN, /* an A-label domain name */
	REPORT_MAILBOX /* local@domain or @domain; a non-ASCII local-part is left out when written
			*/
};

struct report_prop {
	const char *name; /* ptype.property, e.g. "smtp.mailfrom" (RFC 8601 2.3) */
	enum report_kind kind;
	struct slice value; /* owned by the arena of the report or by the message */
};

/* Is the row's domain aligned with the author domain? */
enum report_alignment { REPORT_NOT_COMPARED, REPORT_ALIGNED, REPORT_UNALIGNED };

struct report_row {
	const char *method; /* "spf", "dkim", ... */
	size_t nth;         /* index of the signature in the message; 0 for other methods */
	enum auth_code code;
	struct reason reason;
	const char
		*part; /* the subject of the reason, written before it: "ARC-Seal i=2"; or NULL */
	const char *note; /* how this site modified the result, written after the reason; or NULL */
	struct slice domain; /* the domain of the result, or empty */
	enum report_alignment alignment;
	struct report_prop props[REPORT_PROPS];
	size_t nprops;
};

struct report {
	struct arena *arena;
	struct report_row *rows; /* adjacent for each method; signatures in message order */
	size_t n, cap;
};

void report_init(struct report *report, struct arena *arena);

/* Appends a row without properties, which is valid until the next one is added. */
struct report_row *report_add(
	struct report *report, const char *method, enum auth_code code, struct reason reason);

/* Adds a property; an empty value, or one past REPORT_PROPS, is left out. */
void report_prop(
	struct report_row *row, const char *name, enum report_kind kind, struct slice value);

/* The value of that property; empty if the row has none. */
struct slice report_value(const struct report_row *row, const char *name);

/* The first row of that method, or NULL. */
const struct report_row *report_first(const struct report *report, const char *method);

#endif
