/* setting.h: settings that keep list and gateway software from breaking signatures. */
#ifndef FILTER_EXPLAIN_SETTING_H
#define FILTER_EXPLAIN_SETTING_H

#include "auth/diagnose/diagnose.h"

struct setting {
	const char *id, *text, *page; /* text: in English, N_(); page: where it is documented */
};

/*
 * Iterates over the settings that would have prevented the changes of a proved diagnosis: *at is 0
 * at first; NULL after the last one.
 */
const struct setting *setting_next(const struct diagnosis *diagnosis, size_t *at);

/* Returns the setting with this id, or NULL. */
const struct setting *setting_find(const char *id);

/* Returns the text of the setting with this id, or NULL. */
const char *setting_text(const char *id);

#endif
