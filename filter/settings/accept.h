/*
 * accept.h: one exception of --accept-from: `AUTHOR-DOMAIN via WHAT`.
 */
#ifndef FILTER_SETTINGS_ACCEPT_H
#define FILTER_SETTINGS_ACCEPT_H

#include "auth/base/ip.h"
#include "filter/settings/setting_error.h"

struct accept {
	struct slice author; /* normal name */
	struct slice domain; /* a signing or MAIL FROM domain, normal; empty if it is a network */
	struct ip_net net;   /* of the client */
};

/*
 * Checks the value and converts its names to normal form, in the arena. WHAT must be a client
 * network or a domain that belongs to one sender: public suffixes and domains shared by a
 * provider's customers are refused, because anyone can get a pass for them. ST_BAD with *why, like
 * option_set.
 */
enum status accept_read(
	const char *value, struct arena *arena, const char **normal, struct error *why);

/* A value from accept_read; slices point into it. */
struct accept accept_of(const char *normal);

#endif
