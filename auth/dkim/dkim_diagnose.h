/*
 * dkim_diagnose.h: what broke a signature.
 *
 * Changes that lists and gateways make are undone, one after the other, and a finding counts only
 * where the signature really verifies on the rebuilt bytes. It never changes a result.
 *
 * The body is searched by bh= alone and the header by b= alone, so that changes of both are not
 * multiplied; what was found of both is then put together and verified as a message.
 */
#ifndef AUTH_DKIM_DKIM_DIAGNOSE_H
#define AUTH_DKIM_DKIM_DIAGNOSE_H

#include "auth/dkim/dkim.h"

enum dkim_change_kind {
	DKIM_CHANGE_FOOTER,          /* octets at the end of the body */
	DKIM_CHANGE_TOP,             /* octets at its beginning */
	DKIM_CHANGE_PART,            /* a MIME part was added; octets */
	DKIM_CHANGE_WRAPPED,         /* the body was made a part of a multipart one */
	DKIM_CHANGE_BLANKS,          /* blanks at line ends */
	DKIM_CHANGE_LINE_ENDS,       /* CR added, LF turned into CR, lines doubled */
	DKIM_CHANGE_BLANK_LINE,      /* the empty line on top was taken away */
	DKIM_CHANGE_REWRAPPED,       /* base64 with other line lengths; octets: the length before */
	DKIM_CHANGE_TO_QP,           /* was 8-bit or plain, is quoted-printable */
	DKIM_CHANGE_TO_BASE64,       /* was 8-bit or plain, is base64 */
	DKIM_CHANGE_FROM_QP,         /* was quoted-printable, is 8-bit or plain */
	DKIM_CHANGE_FROM_BASE64,     /* was base64, is 8-bit or plain */
	DKIM_CHANGE_BOUNDARY,        /* text: the boundary before */
	DKIM_CHANGE_PREAMBLE,        /* the text before the first part was taken away */
	DKIM_CHANGE_SUBJECT,         /* text: the tag that was added */
	DKIM_CHANGE_FIELD_ADDED,     /* field */
	DKIM_CHANGE_FIELD_REWRITTEN, /* field; text: the field that holds what it was */
	DKIM_CHANGE_FIELD_REMOVED,   /* field; text: its value */
	DKIM_CHANGE_FIELD_SPACE,     /* blanks and folds of signed fields (simple) */
	DKIM_CHANGE_FIELD_CASE       /* letters of a field's name or value; field */
};

struct dkim_change {
	enum dkim_change_kind kind;
	size_t octets;
	struct slice field, text; /* of the message or owned by the arena */
};

enum {
	DKIM_DIAGNOSE_SIGNATURES = 4,
	DKIM_DIAGNOSE_TRIES = 64,
	DKIM_DIAGNOSE_CHANGES = 4,
	DKIM_DIAGNOSE_MS = 2000,
	DKIM_DIAGNOSE_BODY = 16 * 1024 * 1024
};

struct dkim_diagnosis {
	size_t signature; /* index of the result */
	bool found;
	bool stopped; /* time or tries were used up before all was tried */
	struct dkim_change changes[DKIM_DIAGNOSE_CHANGES];
	size_t n;
};

/* Milliseconds that never go back; the caller says of what. */
struct dkim_clock {
	int64_t (*now_ms)(void *arg);
	void *arg;
};

/*
 * The first DKIM_DIAGNOSE_SIGNATURES signatures of result that failed because something was
 * changed, in the arena; *n is their number. At most DKIM_DIAGNOSE_TRIES tries and DKIM_DIAGNOSE_MS
 * for all of them; a body over DKIM_DIAGNOSE_BODY is not looked at. A try is one pass over a body
 * or one check of a signature.
 */
const struct dkim_diagnosis *dkim_diagnose(const struct auth_input *in,
	const struct dkim_result *result, const struct dkim_clock *clock, size_t *n);

#endif
