/*
 * options_names.h: checks names in the values of options, and converts them to the form in which
 * they are compared.
 *
 * ST_BAD with *why, as option_set. The result is value itself or owned by the arena.
 */
#ifndef FILTER_SETTINGS_OPTIONS_NAMES_H
#define FILTER_SETTINGS_OPTIONS_NAMES_H

#include "filter/settings/setting_error.h"
#include "mime/arena.h"
#include "mime/status.h"

/* An authserv-id (RFC 8601 2.5), without its quotes. */
enum status options_id(const char *value, struct arena *arena, const char **id, struct error *why);

/*
 * A CIDR network or a normal host name; if suffix is true also `.example.com`, which means all
 * names below.
 */
enum status options_relay(
	const char *value, bool suffix, struct arena *arena, const char **relay, struct error *why);

/* A normal domain name. */
enum status options_domain(
	const char *value, struct arena *arena, const char **domain, struct error *why);

/* A normal selector: labels as in a domain name, the last may be a number (RFC 6376 3.1). */
enum status options_selector(
	const char *value, struct arena *arena, const char **selector, struct error *why);

#endif
