/*
 * names.h: the name of a client as confirmed by DNS (FCrDNS, --names): a PTR record of the client's
 * address gives the name, and the name resolves to the address.
 */
#ifndef FILTER_VERDICT_NAMES_H
#define FILTER_VERDICT_NAMES_H

#include "auth/base/ip.h"
#include "auth/dns/dns.h"

enum { NAMES_LOOKED_AT = 4 /* names of an address that are examined */ };

/*
 * The first such name; empty if there is none, for a private address, or if DNS does not answer by
 * until_ms (dns_get). The name belongs to the DNS answer.
 */
struct slice names_of_client(
	struct dns *dns, const struct ip *ip, int64_t until_ms, struct arena *arena);

#endif
