/* diagnosis.h: describes the cause of a broken signature. */
#ifndef FILTER_RESULT_DIAGNOSIS_H
#define FILTER_RESULT_DIAGNOSIS_H

#include "auth/diagnose/diagnose.h"

/* Runs the diagnosis within a limit of processor time. rebuild: keep the rebuilt messages. */
const struct diagnosis *diagnosis_run(
	const struct auth_input *in, const struct dkim_result *result, bool rebuild, size_t *n);

/* One sentence in English, printable, without its full stop; in the arena. */
const char *diagnosis_text(const struct diagnosis *diagnosis, struct arena *arena);

/* The same in the language of i18n_choose. */
const char *diagnosis_words(const struct diagnosis *diagnosis, struct arena *arena);

/* A fixed word for a kind of change, for JSON. */
const char *diagnosis_kind(enum diagnose_kind kind);

/* The half that was proved: header, body, key or signature; NULL: none, or all. */
const char *diagnosis_half(enum diagnose_half half);

#endif
