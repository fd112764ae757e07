/* diagnose_mime.h: the MIME structure that rebuilding a body needs. Only for diagnose_*.c. */
#ifndef AUTH_DIAGNOSE_DIAGNOSE_MIME_H
#define AUTH_DIAGNOSE_DIAGNOSE_MIME_H

#include "auth/diagnose/diagnose_search.h"

struct diagnose_part {
	size_t delimiter;    /* where its delimiter line begins */
	size_t header, body; /* where its header and its body begin */
	size_t end;          /* where its body ends, without the line end before a delimiter */
	size_t next;         /* where the next delimiter line begins */
	bool top;            /* at the outermost level */
};

enum { DIAGNOSE_PARTS_MAX = 64 };

/* Finds the value of a parameter such as boundary; false if it is missing or empty. */
bool diagnose_parameter(struct slice value, const char *name, struct slice *found);

/* Finds the parts of a body, including nested ones, in order. Returns their number. */
size_t diagnose_parts(
	struct slice body, struct slice boundary, struct diagnose_part parts[DIAGNOSE_PARTS_MAX]);

/* The value of a field in header lines; empty if it is missing. */
struct slice diagnose_lines_field(struct slice lines, const char *name);

/* Content transfer encodings (RFC 2045 6.7, 6.8) */

enum diagnose_coding diagnose_coding_of(struct slice encoding);

/* An encoder's choices where RFC 2045 leaves quoted-printable open. */
struct diagnose_qp_style {
	size_t width;     /* of lines, including the '=' of a soft break */
	bool last_short;  /* the last piece of a line also leaves room for a '=' */
	bool whole_chars; /* a UTF-8 character is never split */
	bool words;       /* breaks after spaces if possible */
	bool dots;        /* a dot at the start of a line is encoded */
	bool from;        /* "From " at the start of a line is encoded */
	bool lower;       /* hexadecimal digits are in lower case */
	const char *also; /* printable characters that are encoded, or NULL */
};

enum { DIAGNOSE_QP_STYLES = 12 };

extern const struct diagnose_qp_style diagnose_qp_styles[DIAGNOSE_QP_STYLES];

/* The decoders return false if text is not valid in the coding. */
bool diagnose_qp_decode(struct slice text, struct buf *out);
void diagnose_qp_encode(const struct diagnose_qp_style *style, struct slice text, struct buf *out);
bool diagnose_base64_decode(struct slice text, struct arena *arena, struct slice *out);
/* Encodes in lines of width octets, with no line end after the last one. */
void diagnose_base64_wrap(struct slice bytes, size_t width, struct buf *out, struct arena *arena);

/*
 * Is charset= missing, or a common one in which ASCII octets mean ASCII (in ISO-2022-JP, before any
 * escape sequence)?
 */
bool diagnose_usual_charset(struct slice type);
/* Text as readers show it, under this Content-Type and Content-Transfer-Encoding; empty if it
 * is not plain text, or two readers could show different things. */
struct slice diagnose_shown(
	struct slice type, struct slice encoding, struct slice text, struct arena *arena);

/* A part whose text can be changed, or the whole body. */
struct diagnose_leaf {
	size_t header, from, to; /* offsets; header == from: the message's own header */
	enum diagnose_coding coding;
	bool text, html; /* its type */
	struct slice type;
	struct slice raw, decoded; /* decoded.p is NULL if the leaf must not be changed */
	int qp_style;              /* the style that reproduces raw, or -1 */
	size_t width;              /* of base64 lines */
};

enum {
	DIAGNOSE_LEAVES_MAX = 24,
	DIAGNOSE_CUT_LEAVES = 5,
	DIAGNOSE_LEAF_MAX = 2 * 1024 * 1024,
	DIAGNOSE_DECODED_MAX = 6 * 1024 * 1024
};

/*
 * One way in which parts may have been encoded before. from: the present coding; to: the former
 * one.
 */
struct diagnose_recode {
	enum diagnose_kind kind;
	unsigned cost;
	enum diagnose_coding from, to;
	size_t width;      /* of base64 lines */
	int qp_style;      /* if to is DIAGNOSE_QP */
	const char *named; /* the former Content-Transfer-Encoding; "" if it was missing; NULL:
			      unchanged */
};

enum { DIAGNOSE_RECODES = 42 };

extern const struct diagnose_recode diagnose_recodes[DIAGNOSE_RECODES];

/* The body of a message with everything that the rules need. */
struct diagnose_plan {
	const struct auth_input *in;
	struct arena *arena;
	struct slice body, boundary; /* boundary: that of the message, or empty */
	struct diagnose_part parts[DIAGNOSE_PARTS_MAX];
	size_t nparts;
	size_t nlines; /* of body */
	struct diagnose_leaf leaves[DIAGNOSE_LEAVES_MAX];
	size_t nleaves;
	struct diagnose_leaf *cut[DIAGNOSE_CUT_LEAVES]; /* leaves that have choices of their own */
	size_t ncut;
	size_t decoded; /* octets of all leaves that were decoded */
	bool limited;   /* something was too large and was not examined */
};

/* A buffer with n octets allocated at once, so that it is not copied while it grows. */
struct buf diagnose_buf(size_t n, struct arena *arena);

void diagnose_leaves(struct diagnose_plan *plan);

/*
 * Makes the former content of a leaf: applies the cuts to its decoded text, restores its links, and
 * encodes it again, according to recode if that applies to its coding, otherwise (or if recode is
 * NULL) as it is now. False if nothing would change, or it cannot be done.
 */
bool diagnose_leaf_content(const struct diagnose_leaf *leaf, const struct diagnose_edit *cuts,
	size_t ncuts, int links, const struct diagnose_recode *recode, struct arena *arena,
	struct slice *out);

/*
 * Applies edits, which must be sorted and within bytes. An edit inside another's range is left out;
 * false if two overlap partially.
 */
bool diagnose_edits_apply(struct slice bytes, const struct diagnose_edit *edits, size_t n,
	struct arena *arena, struct slice *out);

/* The rules for bodies: each adds its options to choice. */
void diagnose_structure_options(struct diagnose_plan *plan, struct diagnose_choice *choice);
void diagnose_part_field_options(struct diagnose_plan *plan, struct diagnose_choice *choice);
void diagnose_recode_options(struct diagnose_plan *plan, struct diagnose_choice *choice);
void diagnose_link_options(struct diagnose_plan *plan, struct diagnose_choice *choice);
void diagnose_line_options(struct diagnose_plan *plan, struct diagnose_choice *choice);
/* For text inserted at the beginning of a leaf, and for text at its end or in its HTML head. */
void diagnose_top_options(struct diagnose_plan *plan, const struct diagnose_leaf *leaf,
	struct diagnose_choice *choice);
void diagnose_tail_options(struct diagnose_plan *plan, const struct diagnose_leaf *leaf,
	struct diagnose_choice *choice);

/* Make the changes of these rules; way is that of the option. False if nothing changes. */
bool diagnose_part_fields(struct slice lines, int way, struct buf *out);
bool diagnose_lines(struct slice body, int way, struct arena *arena, struct slice *out);
bool diagnose_unlink(struct slice text, int way, bool html, struct buf *out, struct slice *host);

#endif
