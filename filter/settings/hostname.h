/* hostname.h: the name of this host. */
#ifndef FILTER_SETTINGS_HOSTNAME_H
#define FILTER_SETTINGS_HOSTNAME_H

#include "mime/arena.h"

/*
 * The fully qualified host name if the system knows it, else the host name, else "localhost". The
 * system's resolver is used only if the host name has no dot. Owned by the arena, whose oom
 * function is also called if that resolver lacks memory or descriptors: under another name, fields
 * that claim to be of this host would not be removed. A name without a dot may be the beginning of
 * the right one, for example while DNS does not answer: see first_is_short in verdict/scrub.h.
 */
const char *hostname_get(struct arena *arena);

#endif
