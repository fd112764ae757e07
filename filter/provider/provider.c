#include "filter/provider/provider.h"

#include "auth/base/domain.h"

bool
provider_next_word(struct slice *list, struct slice *word)
{
	*list = slice_trim(*list);
	*word = slice_head(*list, slice_find(*list, ' '));
	*list = slice_from(*list, word->n);
	return word->n > 0;
}

const struct provider *
provider_of(struct slice domain)
{
	struct slice list, word;

	for (size_t i = 0; i < provider_count; i++)
		for (list = slice_str(provider_table[i].domains); provider_next_word(&list, &word);)
			if (domain_within(domain, word))
				return &provider_table[i];
	return NULL;
}

static bool
lists_address(const char *list, const struct ip *ip)
{
	struct slice rest = slice_str(list), word;
	struct ip_net net;

	while (provider_next_word(&rest, &word))
		if (ip_net_parse(word, &net) && ip_net_has(&net, ip))
			return true;
	return false;
}

bool
provider_lists(const char *list, struct slice host)
{
	struct slice rest = slice_str(list), word;
	struct ip ip;

	if (ip_client(host, &ip) == ST_OK && ip.family != 0)
		return lists_address(list, &ip);
	while (provider_next_word(&rest, &word))
		if (domain_within(host, word))
			return true;
	return false;
}

bool
provider_has_address(const struct provider *provider, const struct ip *ip)
{
	return lists_address(provider->mailbox.networks, ip);
}

bool
provider_is_shared(struct slice domain)
{
	struct slice list, word;

	for (size_t i = 0; i < provider_count; i++) {
		if (provider_lists(provider_table[i].shared, domain))
			return true;
		for (list = slice_str(provider_table[i].shared_alone);
			provider_next_word(&list, &word);)
			if (slice_eq(domain, word))
				return true;
	}
	return false;
}
