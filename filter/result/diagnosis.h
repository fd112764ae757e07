/* diagnosis.h: the cause of a broken signature, in words. */
#ifndef FILTER_RESULT_DIAGNOSIS_H
#define FILTER_RESULT_DIAGNOSIS_H

#include "auth/diagnose/diagnose.h"

/* Runs the diagnosis, limited by processor time. rebuild: keep the messages as signed. */
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
