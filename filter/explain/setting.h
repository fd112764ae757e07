/* setting.h: what can be set where a message is changed, so that signatures survive. */
#ifndef FILTER_EXPLAIN_SETTING_H
#define FILTER_EXPLAIN_SETTING_H

#include "auth/diagnose/diagnose.h"

struct setting {
	const char *id, *text, *page; /* text: in English, N_(); page: where it is documented */
};

/* The settings that would have kept the changes of a diagnosis that is proved, one after the other
 * from *at on, which is 0 at first; NULL after the last one. */
const struct setting *setting_next(const struct diagnosis *diagnosis, size_t *at);

/* The setting of an id, or NULL. */
const struct setting *setting_find(const char *id);

/* The text of an id, or NULL. */
const char *setting_text(const char *id);

#endif
