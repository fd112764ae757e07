/*
 * diagnose.h: finds which changes broke a DKIM signature, by undoing them.
 *
 * Changes that lists, gateways and servers make are undone, alone and in combination, and are
 * reported only if the signature verifies on the rebuilt message. Results are never changed.
 *
 * The body is searched with bh= and the header with b=, independently, so that the numbers of
 * combinations do not multiply. If only one half can be proved, that half is reported.
 */
#ifndef AUTH_DIAGNOSE_DIAGNOSE_H
#define AUTH_DIAGNOSE_DIAGNOSE_H

#include "auth/dkim/dkim.h"

/*
 * The kinds of change. octets, field, text and more are members of struct diagnose_change; "field"
 * without an explanation is the name of the field.
 */
enum diagnose_kind {
	DIAGNOSE_FOOTER, /* octets were added at the end of the body; text: their beginning */
	DIAGNOSE_TOP,    /* octets were added at the beginning of the body; text: their beginning */
	DIAGNOSE_PART,   /* a MIME part was added; octets: its size; field: its type; text: its file
			    name; more: its displayed text */
	DIAGNOSE_WRAPPED,     /* the body became a part of a multipart; octets: the number of other
				 parts */
	DIAGNOSE_BLANKS,      /* white space at line ends was added or removed */
	DIAGNOSE_LINE_ENDS,   /* CR was added, line ends became CR, or lines were doubled */
	DIAGNOSE_BLANK_LINE,  /* the empty line at the top was removed */
	DIAGNOSE_REWRAPPED,   /* the line length of base64 changed; octets: the former length, or
				 SIZE_MAX for a single line */
	DIAGNOSE_TO_QP,       /* 8-bit or plain text became quoted-printable */
	DIAGNOSE_TO_BASE64,   /* 8-bit, plain or quoted-printable text became base64 */
	DIAGNOSE_FROM_QP,     /* quoted-printable became 8-bit or plain text */
	DIAGNOSE_FROM_BASE64, /* base64 was decoded; octets: the former line length */
	DIAGNOSE_BOUNDARY,    /* the boundary was changed; text: the former one */
	DIAGNOSE_PREAMBLE,    /* the text before the first part was removed; text: that text */
	DIAGNOSE_SUBJECT,     /* a tag was added to Subject; text: the tag */
	DIAGNOSE_FIELD_ADDED, /* field; text: its value */
	DIAGNOSE_FIELD_REWRITTEN, /* the value of a field was replaced; field; text: the name of the
				     field that has the old value; more: the old value */
	DIAGNOSE_FIELD_REMOVED,   /* field; text: its value */
	DIAGNOSE_FIELD_SPACE,     /* white space and folds of signed fields changed (simple) */
	DIAGNOSE_FIELD_CASE,      /* the case of field names changed (simple) */
	/* values added later, so that the numbers above do not change */
	DIAGNOSE_BLOCK, /* octets added inside a part; field: its type; text: their beginning */
	DIAGNOSE_PART_FOOTER, /* octets were added at the end of a part; field: its type; text:
				 their beginning */
	DIAGNOSE_META,        /* an element was inserted into an HTML head; text: its beginning */
	DIAGNOSE_LINKS,       /* links were rewritten; text: the first host that they lead to */
	DIAGNOSE_PART_FIELDS, /* header fields of MIME parts were rewritten */
	DIAGNOSE_LONG_LINES,  /* long lines of the body were broken */
	DIAGNOSE_FROM_LINES,  /* a '>' was put before a line that begins with "From " */
	DIAGNOSE_DOTS,        /* a dot at the start of a line was doubled or lost */
	DIAGNOSE_REQUOTED,    /* quoted-printable was rewritten by another encoder */
	DIAGNOSE_PREAMBLE_ADDED,  /* octets added before the first part; text: their beginning */
	DIAGNOSE_DELIMITER_LINES, /* empty lines before the delimiters were added or removed */
	DIAGNOSE_FIELD_FORM,  /* a field has the same value in another form; field; text: the former
				 value; more: an address or name that was added */
	DIAGNOSE_LIST_FIELDS, /* several signed list fields were added at once; text: names */
	DIAGNOSE_FIELD_FOLDED,  /* long fields were broken into lines; field */
	DIAGNOSE_FIELD_CHANGED, /* the value of a field changed; field; text: its value in z= */
	DIAGNOSE_KINDS
};

struct diagnose_change {
	enum diagnose_kind kind;
	size_t octets;
	struct slice field, text, more; /* slices of the message, or owned by the arena */
};

enum diagnose_half {
	DIAGNOSE_WHOLE,  /* both halves were proved, or neither */
	DIAGNOSE_HEADER, /* b= verifies over the header and bh=; the body could not be explained */
	DIAGNOSE_BODY,   /* bh= matches the body; the header could not be explained */
	DIAGNOSE_KEY,    /* b= was not made with the published key, or was changed */
	DIAGNOSE_GENUINE /* b= was made with the published key; neither half could be explained */
};

enum {
	DIAGNOSE_SIGNATURES = 4,
	DIAGNOSE_TRIES = 16384, /* per half and signature */
	DIAGNOSE_CHANGES = 8,
	DIAGNOSE_MS = 2000, /* all signatures together */
	DIAGNOSE_BODY_MAX = 16 * 1024 * 1024
};

struct diagnosis {
	size_t signature; /* its index in the DKIM result */
	bool found;
	bool like_list; /* found is set, and all additions identify themselves as those of a mailing
			   list */
	bool key_proved;  /* b= (RSA) was made with the published key */
	bool stopped;     /* the limits were reached before everything was tried */
	bool body_proved; /* only with DIAGNOSE_KEY: bh= matches the body after the changes are
			     undone */
	enum diagnose_half half; /* if not found: the half that was proved */
	struct diagnose_change changes[DIAGNOSE_CHANGES]; /* the proved changes */
	size_t n;
	struct slice rebuilt; /* the message as it was signed, with CRLF, if it was found and
				 options->rebuild is set */
};

struct diagnose_options {
	int64_t (*now_ms)(void *arg); /* a monotonic clock in milliseconds, chosen by the caller */
	void *arg;
	bool rebuild; /* keep the rebuilt messages in the arena */
};

/*
 * Diagnoses the first DIAGNOSE_SIGNATURES signatures of result that failed because of a change.
 * Returns the diagnoses in the arena; *n is their number. Each has its own share of DIAGNOSE_MS, of
 * attempts and of octets to hash. A body over DIAGNOSE_BODY_MAX is not searched.
 */
const struct diagnosis *diagnose(const struct auth_input *in, const struct dkim_result *result,
	const struct diagnose_options *options, size_t *n);

#endif
