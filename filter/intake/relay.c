#include "filter/intake/relay.h"

#include "auth/dns/dns.h"
#include "filter/intake/received.h"

/* Is ip one of that name's addresses? */
static enum relay_trust
name_has(struct dns *dns, struct slice name, const struct ip *ip)
{
	const struct dns_answer *answer = dns_get(dns, name, ip->family == 4 ? DNS_A : DNS_AAAA, 0);

	if (dns_answer_has(answer, ip))
		return RELAY_YES;
	return answer->status == DNS_TEMP ? RELAY_UNKNOWN : RELAY_NO;
}

enum relay_trust
relay_trusted(const struct options *options, struct dns *dns, const struct ip *ip)
{
	const struct strings *relays = &options->trusted_relays;
	enum relay_trust trust = RELAY_NO;
	struct ip_net net;

	for (size_t i = 0; i < relays->n; i++)
		if (ip_net_parse(slice_str(relays->v[i]), &net) && ip_net_has(&net, ip))
			return RELAY_YES;
	for (size_t i = 0; dns != NULL && i < relays->n; i++) {
		enum relay_trust one;

		if (ip_net_parse(slice_str(relays->v[i]), &net))
			continue;
		one = name_has(dns, slice_str(relays->v[i]), ip);
		if (one == RELAY_YES)
			return RELAY_YES;
		if (one == RELAY_UNKNOWN)
			trust = RELAY_UNKNOWN;
	}
	return trust;
}

void
relay_look_behind(const struct options *options, const struct message *message, struct dns *dns,
	struct envelope *envelope)
{
	const struct field *field;

	if (options->trusted_relays.n == 0 || envelope->client_ip.family == 0 ||
		relay_trusted(options, dns, &envelope->client_ip) != RELAY_YES)
		return;
	for (size_t i = 0;
		i < RELAY_HOPS && (field = message_field(message, "Received", i)) != NULL; i++) {
		struct received received;

		if ((field->flags & FIELD_OVERSIZE) != 0)
			return;
		received_parse(field->value, &received);
		if (received.ip.family == 0)
			return;
		switch (relay_trusted(options, dns, &received.ip)) {
		case RELAY_YES:
			continue;
		case RELAY_UNKNOWN:
			return;
		case RELAY_NO:
			envelope->client_ip = received.ip;
			envelope->helo = received.helo;
			envelope->client_name = slice_str(NULL);
			return;
		}
	}
}
