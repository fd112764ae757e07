/*
 * reason.h: the results of the methods and the reason for each, as values that code compares and
 * people read.
 *
 * Each mechanism lists its reasons once, in NAME_reason.h, as rows R(ID, "code", "sentence"): the
 * enum, the stable code for programs and the sentence for people come from the same row. Code
 * compares the id, never a text. The sentence and the name come from our own sources and need no
 * escaping; octets are untrusted.
 */
#ifndef AUTH_BASE_REASON_H
#define AUTH_BASE_REASON_H

#include "mime/arena.h"

/* The result words of RFC 8601 2.7, one vocabulary for all methods. */
enum auth_code {
	AUTH_NONE,
	AUTH_PASS,
	AUTH_FAIL,
	AUTH_SOFTFAIL,
	AUTH_NEUTRAL,
	AUTH_POLICY,
	AUTH_TEMPERROR,
	AUTH_PERMERROR
};

/* the registered word, lower case */
const char *auth_code_word(enum auth_code code);

/* A row of a table of reasons. */
struct reason_row {
	const char *code; /* for programs, never changed: "dkim_key_no_p" */
	const char *text; /* for people, in English */
};

/* Where each enum of reasons or errors begins: an id belongs to one table only. */
enum reason_table {
	REASON_NONE = 0,
	REASON_FROM = 0x100,
	REASON_SPF = 0x200,
	REASON_DKIM = 0x300,
	REASON_ARC = 0x400,
	REASON_DMARC = 0x500,
	REASON_POLICY = 0x600,
	REASON_DKIM_NOTE = 0x700,
	REASON_ARC_NOTE = 0x800,
	/* errors */
	REASON_FAULT = 0x900,
	REASON_SETTING = 0xa00,
	REASON_DNS_SETUP = 0xb00,
	REASON_DELIVERY = 0xc00,
	REASON_RUN = 0xd00,
	REASON_SANDBOX = 0xe00,
	REASON_IDENTITY = 0xf00,
	REASON_STORE = 0x1000,
	REASON_REPORTING = 0x1100
};

/* All zero means no reason. */
struct reason {
	unsigned id;                  /* of one mechanism's enum, or REASON_NONE */
	const struct reason_row *row; /* NULL: none */
	/* What it is about, as far as is known: */
	const char *name; /* a tag, or a field by its registered name, a string literal; or NULL */
	struct slice octets; /* the octets found there, unescaped and complete; or empty */
	size_t at;      /* its position in the field's value or the record, from 1; 0: unknown */
	bool has_octet; /* a single octet is at fault: the one at that position */
	unsigned char octet; /* the octet at fault */
};

/* A departure from a grammar that was ignored, because it changes nothing. */
struct note {
	const struct note *next;
	struct reason reason;
	struct slice whole; /* the field's value or the record to which at refers */
};

/* In the order in which they were found; all zero is empty. */
struct notes {
	const struct note *first;
	struct note *last;
};

/*
 * How a list of rows becomes an enum and a table: `enum x_reason REASON_ENUM(X_R, REASON_X,
 * X_REASONS, X_REASON_ID);` has X_R_NONE, X_R_FIRST, one id for each row, and X_R_END.
 */
#define REASON_ENUM(prefix, table, rows, id)                                                       \
	{                                                                                          \
		prefix##_NONE = REASON_NONE, prefix##_FIRST = (table), rows(id) prefix##_END       \
	}
#define REASON_ROW(id, code, text) {code, text},

/* rows: the table whose enum begins at first, with its first row at first + 1. */
struct reason reason_make(const struct reason_row *rows, enum reason_table first, unsigned id);

/* The sentence, or NULL if there is no reason. */
const char *reason_text(const struct reason *reason);
/* The stable code, or NULL. */
const char *reason_code(const struct reason *reason);

/* The subject of the reason: its name, otherwise the octets, otherwise empty. */
struct slice reason_about(const struct reason *reason);

/* Sets the octet at fault, which is within whole; does nothing if it is NULL or outside. */
void reason_set_octet(struct reason *reason, struct slice whole, const char *octet);

/*
 * Appends a note about an octet of whole (reason_set_octet); does nothing if there is already one
 * with the same id and name.
 */
void notes_add(struct notes *notes, struct reason reason, struct slice whole, const char *octet,
	struct arena *arena);

/* The position of part in whole, counted from 1; 0 if part is outside. */
size_t reason_place(struct slice whole, struct slice part);

/*
 * An internal error: why the program could not do its work. Each kind is listed once, in
 * NAME_error.h or filter/io/fault.h, like reasons. The line for people, with the file, the line and
 * the option, is made in one place (filter/text/error_words.h). All zero means no error.
 */
enum { ERROR_WORDS = 3 };

struct error {
	struct reason reason;
	/* for the %s of its sentence: printable, and valid as long as the error is needed */
	const char *words[ERROR_WORDS];
	/* What it is about, as far as is known: */
	const char *what; /* the kind of the file, fixed English words ("zone"); or NULL */
	const char *path; /* the file as given, unescaped; or NULL */
	const char
		*option; /* name of an option, printable; from the command line if path is NULL */
	const char *values; /* the file of that option's values, unescaped; or NULL */
	size_t line;        /* line in values, else in path; 0: unknown */
};

/* As reason_make; what it is about is not set. */
struct error error_make(const struct reason_row *rows, enum reason_table first, unsigned id);

#endif
