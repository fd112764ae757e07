#include "filter/verdict/override.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/settings/accept.h"

enum { NAMES_MAX = 10 }; /* client names that are examined, as in RFC 7208 4.6.4 */

/*
 * Is the name in the list? Addresses in the list are ignored; suffixes: an entry `.example.com`
 * matches all names below.
 */
static bool
name_listed(const struct strings *list, struct slice name, bool suffixes)
{
	struct ip_net net;

	for (size_t i = 0; i < list->n; i++) {
		struct slice item = slice_str(list->v[i]);

		if (slice_starts(item, SLICE("."))) {
			if (suffixes && name.n > item.n &&
				slice_ieq(slice_from(name, name.n - item.n), item))
				return true;
		} else if (!ip_net_parse(item, &net) && slice_ieq(item, name)) {
			return true;
		}
	}
	return false;
}

static bool
has_names(const struct strings *list)
{
	struct ip_net net;

	for (size_t i = 0; i < list->n; i++)
		if (!ip_net_parse(slice_str(list->v[i]), &net))
			return true;
	return false;
}

static bool
address_listed(const struct strings *list, const struct ip *ip)
{
	struct ip_net net;

	for (size_t i = 0; i < list->n; i++)
		if (ip_net_parse(slice_str(list->v[i]), &net) && ip_net_has(&net, ip))
			return true;
	return false;
}

/* Is one of the client's names, which resolves back to its address, in the list? */
static bool
confirmed(const struct strings *list, const struct auth_input *in, struct slice *name)
{
	const struct ip *ip = &in->envelope->client_ip;
	const struct dns_answer *names =
		dns_get(in->dns, ip_reverse_name(ip, in->arena), DNS_PTR, in->until_ms);

	for (size_t i = 0; names->status == DNS_OK && i < names->n && i < NAMES_MAX; i++) {
		*name = names->rr[i].name;
		if (name_listed(list, *name, true) &&
			dns_has_address(in->dns, *name, ip, in->until_ms))
			return true;
	}
	return false;
}

/* Is the client a trusted forwarder? *by is set to its address or name. */
static bool
forwarder_trusted(const struct strings *list, const struct auth_input *in, struct slice *by)
{
	const struct envelope *envelope = in->envelope;
	struct slice name;

	if (envelope->client_ip.family != 0 && address_listed(list, &envelope->client_ip)) {
		*by = ip_text(&envelope->client_ip, in->arena);
		return true;
	}
	if (!has_names(list))
		return false;
	if (envelope->client_name.n > 0 &&
		domain_normalize(envelope->client_name, in->arena, &name) == ST_OK &&
		name_listed(list, name, false)) {
		*by = name;
		return true;
	}
	if (envelope->client_ip.family == 0 || in->dns == NULL || !confirmed(list, in, &name))
		return false;
	*by = name;
	return true;
}

/*
 * Does a signature or MAIL FROM pass for exactly that domain, without l= and without a testing key?
 * (RFC 6376 5.4 requires every signature to cover From.)
 */
static bool
domain_passes(const struct auth_results *results, struct slice domain)
{
	for (size_t i = 0; i < results->dkim.n; i++) {
		const struct dkim_sig_result *sig = &results->dkim.sigs[i];

		if (sig->code == AUTH_PASS && !sig->sig.has_l && !sig->key_testing &&
			slice_eq(sig->sig.d, domain))
			return true;
	}
	return results->spf.code == AUTH_PASS && results->spf.identity == SPF_ID_MAILFROM &&
	       slice_eq(results->spf.domain, domain);
}

/* Does --accept-from accept the message? *what is set to the accepted client or domain. */
static bool
author_accepted(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct slice *what)
{
	const struct strings *list = &options->accept_from;

	for (size_t i = 0; i < list->n; i++) {
		const struct accept accept = accept_of(list->v[i]);

		if (!slice_eq(accept.author, in->ids->author_domain))
			continue;
		*what = accept.domain;
		if (accept.domain.n == 0)
			*what = ip_text(&in->envelope->client_ip, in->arena);
		if (accept.domain.n > 0 ? domain_passes(results, accept.domain)
					: ip_net_has(&accept.net, &in->envelope->client_ip))
			return true;
	}
	return false;
}

void
override_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict)
{
	struct override *override = &verdict->override;
	struct arc_vouch *vouch = &verdict->sealers;

	if (results->local || in->ids->ambiguous.id != FROM_R_NONE ||
		results->dmarc.code != AUTH_FAIL || verdict->disposition == DISP_ACCEPT)
		return;
	if (options->trusted_sealers.n > 0 &&
		arc_vouches(&results->arc, in->ids, options->trusted_sealers.v,
			options->trusted_sealers.n, in->arena, vouch)) {
		*override = (struct override){.type = "local_policy",
			.reason = "arc",
			.by = vouch->sealer,
			.instance = vouch->instance};
		verdict->reason = policy_reason(POLICY_R_VOUCHED);
	} else if (options->trusted_forwarders.n > 0 &&
		   forwarder_trusted(&options->trusted_forwarders, in, &override->by)) {
		override->type = "trusted_forwarder";
		override->reason = "trusted-forwarder";
		verdict->reason = policy_reason(POLICY_R_FORWARDER);
	} else if (author_accepted(options, in, results, &override->by)) {
		override->type = "local_policy";
		override->reason = "accept-from";
		verdict->reason = policy_reason(POLICY_R_ACCEPT_FROM);
	} else {
		return;
	}
	verdict->disposition = DISP_ACCEPT;
	verdict->indicator = NULL;
	verdict->of_list = false;
}
