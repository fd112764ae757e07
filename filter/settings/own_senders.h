/*
 * own_senders.h: --own-senders FILE: the senders that the owner of a domain lists.
 *
 * A line is a network or an address, `provider NAME` with a service's name as in the data file, or
 * a domain including all names below it: its hosts, envelopes and signatures. Empty lines and text
 * after a '#' are ignored.
 */
#ifndef FILTER_SETTINGS_OWN_SENDERS_H
#define FILTER_SETTINGS_OWN_SENDERS_H

#include "auth/base/ip.h"
#include "filter/settings/settings.h"

/*
 * A network must not be wider than /8 of IPv4 or /16 of IPv6. A name of a service itself, such as
 * amazonses.com, is read as `provider NAME` as well.
 */
struct own_senders {
	struct ip_net *nets;
	size_t nnets;
	struct slice *domains; /* normal */
	size_t ndomains;
	struct slice *providers; /* names of known services, in any case */
	size_t nproviders;
};

/* Parses the text of such a file, to which the slices refer. ST_BAD with *error and its line. */
enum status own_senders_parse(
	struct slice text, struct arena *arena, struct own_senders *own, struct error *error);

/* Reads the file of --own-senders; *own is NULL without the option. ST_BAD with *error. */
enum status own_senders_open(const struct options *options, struct arena *arena,
	const struct own_senders **own, struct error *error);

/* NULL is an empty list. */
bool own_senders_have_address(const struct own_senders *own, const struct ip *ip);
/* Not with a line that names a service: one of its customers, who may be anybody. */
bool own_senders_have_domain(const struct own_senders *own, struct slice domain);
/* The name of a host; not with a line that names a service: a host may be any customer's. */
bool own_senders_have_host(const struct own_senders *own, struct slice name);
bool own_senders_have_provider(const struct own_senders *own, const char *name);

#endif
