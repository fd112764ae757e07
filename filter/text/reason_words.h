/* reason_words.h: turns a reason into text for a person. */
#ifndef FILTER_TEXT_REASON_WORDS_H
#define FILTER_TEXT_REASON_WORDS_H

#include "auth/base/reason.h"

/*
 * The sentence in the language of i18n_choose, and the thing that it is about: "a required tag is
 * missing: bh", "the tag list is malformed: a_, octet 0xff at 17". Untrusted octets are escaped and
 * truncated. In the arena; "" if there is no reason.
 */
const char *reason_words(const struct reason *reason, struct arena *arena);

#endif
