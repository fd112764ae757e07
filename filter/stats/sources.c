#include "filter/stats/sources.h"

#include <stdio.h>

#include "auth/base/domain.h"
#include "filter/provider/provider.h"

static const char *
name_of(const char *domain)
{
	const struct provider *provider = provider_of(slice_str(domain));

	return provider != NULL ? provider->name : NULL;
}

static void
set_name(struct source_key *key, enum source_by by, const char *name)
{
	key->by = by;
	(void)snprintf(key->name, sizeof key->name, "%s", name);
}

static bool
by_signature(const struct row *row, struct source_key *key)
{
	const char *first = NULL;

	for (size_t i = 0; i < row->nsignatures; i++) {
		const struct row_signature *sig = &row->signatures[i];

		if (sig->code != AUTH_PASS || sig->d[0] == '\0')
			continue;
		if (first == NULL || sig->aligned)
			first = sig->d;
		if (sig->aligned)
			break;
	}
	if (first != NULL)
		set_name(key, SOURCE_BY_SIGNATURE, first);
	return first != NULL;
}

static void
by_address(const struct row *row, struct source_key *key)
{
	const unsigned char *b;
	struct ip ip;

	/* an internal hop is not a sender */
	if (!ip_parse(slice_str(row->client_ip), &ip) || ip_is_private(&ip)) {
		set_name(key, SOURCE_BY_NOTHING, "");
		return;
	}
	key->by = SOURCE_BY_ADDRESS;
	b = ip.bytes;
	if (ip.family == 4)
		(void)snprintf(key->name, sizeof key->name, "%u.%u.%u.0/24", b[0], b[1], b[2]);
	else
		(void)snprintf(key->name, sizeof key->name, "%x:%x:%x::/48", b[0] << 8 | b[1],
			b[2] << 8 | b[3], b[4] << 8 | b[5]);
}

void
sources_key(const struct row *row, struct source_key *key)
{
	key->name[0] = '\0';
	key->provider = NULL;
	if (!by_signature(row, key)) {
		if (row->spf == AUTH_PASS && row->spf_domain[0] != '\0')
			set_name(key, SOURCE_BY_ENVELOPE, row->spf_domain);
		else if (row->client_name[0] != '\0')
			set_name(key, SOURCE_BY_NAME,
				domain_organization(slice_str(row->client_name)).p);
		else
			by_address(row, key);
	}
	if (key->by <= SOURCE_BY_NAME)
		key->provider = name_of(key->name);
	/* if the signature is in the customer's name, the envelope or the host shows the service */
	if (key->provider == NULL && row->spf == AUTH_PASS)
		key->provider = name_of(row->spf_domain);
	if (key->provider == NULL)
		key->provider = name_of(row->client_name);
}

struct sender
sources_sender(const struct row *row)
{
	struct sender_facts facts = {.aligned = false};

	if (row->sender.class != SENDER_UNJUDGED || !row->evaluated || row->not_judged)
		return row->sender;
	facts.aligned = row->dmarc == AUTH_PASS || row->dkim_aligned ||
			(row->spf == AUTH_PASS && row->spf_aligned);
	if (!facts.aligned && row->dmarc == AUTH_TEMPERROR)
		return row->sender;
	facts.own = row->known ? SENDER_BY_RECORDS : SENDER_BY_NOTHING;
	facts.passed = row->override[0] != '\0' ? SENDER_BY_TRUST : SENDER_BY_NOTHING;
	facts.pass = row->spf == AUTH_PASS || row->dkim == AUTH_PASS || row->arc == AUTH_PASS;
	facts.fields = row->indicator[0] != '\0';
	for (size_t i = 0; i < row->nsignatures; i++)
		facts.signature |=
			row->signatures[i].aligned && row->signatures[i].code == AUTH_FAIL;
	return sender_of(&facts);
}
