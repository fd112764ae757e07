/* diagnosis.h: what broke a signature, in words. */
#ifndef FILTER_RESULT_DIAGNOSIS_H
#define FILTER_RESULT_DIAGNOSIS_H

#include "auth/dkim/dkim_diagnose.h"

/* dkim_diagnose with the clock of the machine. */
const struct dkim_diagnosis *diagnosis_run(
	const struct auth_input *in, const struct dkim_result *result, size_t *n);

/* One sentence in English, printable, without its full stop; in the arena. */
const char *diagnosis_text(const struct dkim_diagnosis *diagnosis, struct arena *arena);

/* The same in the language of words_choose. */
const char *diagnosis_words(const struct dkim_diagnosis *diagnosis, struct arena *arena);

/* A fixed word for a kind of change, for JSON. */
const char *diagnosis_kind(enum dkim_change_kind kind);

#endif
