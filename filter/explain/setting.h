/* setting.h: settings of the software that changed a message, so that signatures survive. */
#ifndef FILTER_EXPLAIN_SETTING_H
#define FILTER_EXPLAIN_SETTING_H

#include "auth/diagnose/diagnose.h"

struct setting {
	const char *id, *text, *page; /* text: in English, N_(); page: where it is documented */
};

/*
 * The settings that would have prevented the changes of a proved diagnosis, one for each call, from
 * *at on, which is 0 at first; NULL after the last one.
 */
const struct setting *setting_next(const struct diagnosis *diagnosis, size_t *at);

/* The setting of an id, or NULL. */
const struct setting *setting_find(const char *id);

/* The text of an id, or NULL. */
const char *setting_text(const char *id);

#endif
