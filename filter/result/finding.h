/*
 * finding.h: what is wrong with a domain or a message and what would mend it, one finding a line.
 */
#ifndef FILTER_RESULT_FINDING_H
#define FILTER_RESULT_FINDING_H

#include <stdio.h>

#include "filter/text/phrase.h"

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding {
	struct finding *next;
	enum finding_level level;
	const char *about;  /* "spf", "dkim", "dmarc", "mx", "mail" */
	const char *id;     /* a fixed word for machines: it never changes with the language */
	const char *text;   /* a plain English sentence, printable ASCII, without a line end */
	struct phrase said; /* the same as its format and arguments, for finding_text */
	const char *name;   /* the name of the record below, or NULL */
	const char *now;    /* the record as it stands; NULL where there is none */
	const char *should; /* as it should be, or NULL */
};

struct findings {
	struct arena *arena;
	struct finding *first, *last;
	size_t count[3]; /* by enum finding_level */
};

void findings_init(struct findings *findings, struct arena *arena);

/*
 * A new last finding. Text of strangers among the arguments must be safe (findings_shown). The
 * finding is owned by the arena; its record may be set until it is printed.
 */
struct finding *findings_add(struct findings *findings, enum finding_level level, const char *about,
	const char *id, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Text of a stranger for a finding: printable, cut at 1,024 octets. */
const char *findings_shown(const struct findings *findings, struct slice text);

/* The sentence in the language of words_choose: said, translated; text is its English for JSON. Of
 * a finding that was stored, said.format and said.args are all that this needs. */
const char *finding_text(const struct finding *finding, struct arena *arena);

const char *finding_level_word(enum finding_level level);

/* "indent LEVEL: text", and the record as it stands and as it should be below it, in the language
 * of words_choose */
void finding_print(
	const struct finding *finding, const char *indent, struct arena *arena, FILE *out);

#endif
