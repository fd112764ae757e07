/* finding.h: findings about a domain or a message: one line each, with a fix. */
#ifndef FILTER_RESULT_FINDING_H
#define FILTER_RESULT_FINDING_H

#include <stdio.h>

#include "filter/text/phrase.h"

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding_value {
	const char *name, *text;
};

/* The result when the message was evaluated again with the proposal. */
enum finding_proof {
	FINDING_UNPROVED,
	FINDING_PASSES, /* the message passes with DNS overridden by the record */
	FINDING_USABLE, /* the corrected record is usable, the current one is not */
	FINDING_MENDS, /* with DNS overridden by the record, the finding is gone and there is no new
			  error */
	FINDING_AFTER  /* the message passes if the sender's configuration is changed as well */
};

/* A further record that belongs to the proposal. */
struct finding_record {
	const char *type, *name, *text; /* printable */
};

struct finding {
	struct finding *next;
	enum finding_level level;
	const char *about; /* "spf", "dkim", "dmarc", "mx", "mail" */
	const char *id;    /* a fixed word for programs, the same in every language */
	const char *code;  /* stable code of the sentence; NULL: it has none */
	const struct finding_value *values; /* the values in that sentence, printable */
	size_t nvalues;
	const char *text;       /* a plain English sentence, printable ASCII, without a line end */
	struct phrase sentence; /* text as format and arguments, for finding_text */
	const char *marked; /* a record that cannot be read, or a part of it, printable; or NULL */
	size_t mark;        /* the column of marked, from 0, below which a mark is shown */
	const char *cause;  /* why it cannot be read, a sentence in English (N_), or NULL */
	const char *name;   /* the name of the record below, or NULL */
	const char *now;    /* the current record, or NULL */
	const char *should; /* the proposed record, or NULL */
	const char *type;   /* type of the record; NULL: TXT */
	const struct finding_record *more;
	size_t nmore;
	enum finding_proof proof;
	/*
	 * saved messages in the domain's name that were evaluated with the record (0: none), and
	 * how many of them pass with it; with these set, no message has a worse result
	 */
	size_t judged, dmarc_passes, spf_passes;
};

struct findings {
	struct arena *arena;
	struct finding *first, *last;
	size_t count[3]; /* by enum finding_level */
};

void findings_init(struct findings *findings, struct arena *arena);

/*
 * Appends a finding. Untrusted text among the arguments must be escaped first (findings_shown). The
 * finding is owned by the arena; the caller may set its record until it is printed.
 */
struct finding *findings_add(struct findings *findings, enum finding_level level, const char *about,
	const char *id, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same without a sentence. */
struct finding *findings_new(
	struct findings *findings, enum finding_level level, const char *about, const char *id);

/*
 * Makes the finding show the record with a mark below the octet at (from 1; 0: none), and the cause
 * (N_) or NULL.
 */
void finding_mark(const struct findings *findings, struct finding *finding, struct slice record,
	size_t at, const char *cause);

/* Untrusted text for a finding: printable, cut at 1,024 octets. */
const char *findings_shown(const struct findings *findings, struct slice text);

/* The sentence in the language of i18n_choose. finding->text has it in English, for JSON. */
const char *finding_text(const struct finding *finding, struct arena *arena);

const char *finding_level_word(enum finding_level level);

/* "passes", "usable", "mends", "after-switch"; NULL for an unproved one. */
const char *finding_proof_word(enum finding_proof proof);

/*
 * "indent LEVEL: text", and below it the current record and the proposed one, in the language of
 * i18n_choose
 */
void finding_print(
	const struct finding *finding, const char *indent, struct arena *arena, FILE *out);

#endif
