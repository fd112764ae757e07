/* dkim_variant.h: what the files of the diagnosis share. Only for dkim_*.c. */
#ifndef AUTH_DKIM_DKIM_VARIANT_H
#define AUTH_DKIM_DKIM_VARIANT_H

#include "auth/dkim/dkim_diagnose.h"
#include "mime/buf.h"

/* A body as it may have been, and what that says of the header. */
struct dkim_variant {
	struct slice body;
	struct dkim_change change;
	bool changed;         /* change is set */
	bool unwrapped;       /* content holds the fields that were the message's own */
	struct slice content; /* header lines of the part that was the body */
	const char *encoding; /* what Content-Transfer-Encoding was, or NULL: as it is */
};

enum { DKIM_VARIANTS_MAX = 40 };

/* Everything that one body may have been, the likeliest first; the first one is the body itself. */
size_t dkim_body_variants(const struct message *message, struct arena *arena,
	struct dkim_variant variants[DKIM_VARIANTS_MAX]);

/* A header as it may have been: a whole field list and what differs. */
struct dkim_header {
	const struct field *fields;
	size_t n;
	struct dkim_change changes[3];
	size_t nchanges;
};

enum { DKIM_HEADERS_MAX = 64 };

size_t dkim_header_variants(const struct message *message, const struct dkim_sig *sig,
	const struct dkim_variant *variant, struct arena *arena,
	struct dkim_header headers[DKIM_HEADERS_MAX]);

/* MIME, as far as a rebuilt body needs it (dkim_parts.c) */

struct dkim_part {
	size_t delimiter;    /* where its delimiter line begins */
	size_t header, body; /* where its header and its body begin */
	size_t end;          /* where its body ends, before the line end of the next delimiter */
	size_t next;         /* where the next delimiter line begins */
	bool top;            /* of the message's own boundary */
};

enum { DKIM_PARTS_MAX = 64 };

/* The value of a parameter such as boundary; false where there is none. */
bool dkim_parameter(struct slice value, const char *name, struct slice *found);

/* The parts of a body, nested ones too, in order. */
size_t dkim_parts(struct slice body, struct slice boundary, struct dkim_part parts[DKIM_PARTS_MAX]);

/* The value of a field in header lines; empty where there is none. */
struct slice dkim_lines_field(struct slice lines, const char *name);

/* Content codings (RFC 2045 6.7, 6.8). False where text is not of the coding. */
bool dkim_qp_decode(struct slice text, struct buf *out);
void dkim_qp_encode(struct slice text, struct buf *out);
bool dkim_b64_decode(struct slice text, struct arena *arena, struct slice *out);
void dkim_b64_wrap(struct slice bytes, size_t width, struct buf *out, struct arena *arena);

#endif
