/* relay.h: finds the client of our own hosts in front of this one (--trusted-relay). */
#ifndef FILTER_INTAKE_RELAY_H
#define FILTER_INTAKE_RELAY_H

#include "auth/base/input.h"
#include "filter/settings/settings.h"

struct dns;

enum { RELAY_HOPS = 50 }; /* number of Received fields that are examined */

enum relay_trust { RELAY_NO, RELAY_YES, RELAY_UNKNOWN /* DNS did not answer */ };

/*
 * Is ip the address of a trusted relay? A name matches by its addresses; dns NULL: names never
 * match.
 */
enum relay_trust relay_trusted(const struct options *options, struct dns *dns, const struct ip *ip);

/*
 * If the client of the SMTP session is a trusted relay, replaces it by the host that handed the
 * message to the relays: the first host in the Received fields, from the top, that is not a trusted
 * relay. Its address and HELO replace those in envelope, and the client name is removed. If no such
 * host is found (a field without an address, DNS without an answer), nothing changes, and the relay
 * is evaluated.
 */
void relay_look_behind(const struct options *options, const struct message *message,
	struct dns *dns, struct envelope *envelope);

#endif
