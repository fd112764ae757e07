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

/* Compares octets, ignoring ASCII case. */
static int
compare_octets(struct slice a, const char *b)
{
	for (size_t i = 0; i < a.n; i++) {
		const unsigned char x = (unsigned char)slice_lower(a.p[i]), y = (unsigned char)b[i];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return b[a.n] == '\0' ? 0 : -1;
}

const struct provider *
provider_by_name(struct slice name)
{
	size_t low = 0, high = provider_names_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare_octets(name, provider_names[middle].domain);

		if (order == 0)
			return &provider_table[provider_names[middle].provider];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct provider *
provider_of(struct slice domain)
{
	const struct provider *found = NULL;

	while (found == NULL && domain.n > 0) {
		found = provider_by_name(domain);
		domain = slice_from(domain, slice_find(domain, '.') + 1);
	}
	return found;
}

/* Is the domain itself in the list, and not only below an entry? */
static bool
lists_alone(const char *list, struct slice domain)
{
	struct slice rest = slice_str(list), word;

	while (provider_next_word(&rest, &word))
		if (slice_ieq(domain, word))
			return true;
	return false;
}

/* Is the domain below an entry of the list? */
static bool
lists_above(const char *list, struct slice domain)
{
	const size_t dot = slice_find(domain, '.');

	return dot < domain.n && provider_lists(list, slice_from(domain, dot + 1));
}

const struct provider *
provider_of_customer(struct slice domain)
{
	const struct provider *provider = provider_of(domain);

	return provider != NULL && (lists_above(provider->shared_alone, domain) ||
					   lists_above(provider->customers, domain))
		       ? provider
		       : NULL;
}

bool
provider_names_customer(struct slice name, struct slice customer)
{
	const struct provider *provider = provider_of_customer(customer);
	const size_t dot = slice_find(customer, '.');
	const struct slice keys = slice_str(provider != NULL ? provider->keys : NULL);
	struct slice key;

	if (domain_within(name, customer))
		return true;
	if (keys.n == 0 || !domain_within(name, keys) ||
		domain_labels(name) < domain_labels(keys) + 2)
		return false;
	key = domain_tail(name, domain_labels(keys) + 2);
	return lists_alone(provider->shared_alone, slice_from(customer, dot + 1)) &&
	       slice_ieq(slice_head(key, slice_find(key, '.')), slice_head(customer, dot));
}

bool
provider_has_mailboxes(struct slice domain)
{
	const struct provider *provider = provider_of(domain);

	return provider != NULL && lists_alone(provider->shared, domain) &&
	       !lists_alone(provider->signs, domain) && !lists_alone(provider->paths, domain);
}

const struct provider *
provider_sends_as(struct slice domain)
{
	const struct provider *provider = provider_of(domain);

	return provider != NULL && provider_of_customer(domain) == NULL &&
			       !provider_has_mailboxes(domain) &&
			       (provider_lists(provider->signs, domain) ||
				       provider_lists(provider->paths, domain) ||
				       provider_lists(provider->forwards, domain) ||
				       provider_lists(provider->include, domain))
		       ? provider
		       : NULL;
}

const struct provider *
provider_named(struct slice name)
{
	for (size_t i = 0; i < provider_count; i++)
		if (slice_ieq(name, slice_str(provider_table[i].name)))
			return &provider_table[i];
	return NULL;
}

const struct provider *
provider_forwards(struct slice domain)
{
	const struct provider *provider = provider_of(domain);

	return provider != NULL && provider_lists(provider->forwards, domain) ? provider : NULL;
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
provider_has_border(const struct provider *provider, struct slice host)
{
	struct slice list = slice_str(provider->mailbox.gateway), word;

	if (provider_lists(provider->mailbox.border, host))
		return true;
	return provider_next_word(&list, &word) && provider_next_word(&list, &word) &&
	       slice_find(host, '.') == host.n &&
	       slice_istarts(slice_from(host, slice_find(host, '-') + 1), word);
}

bool
provider_has_address(const struct provider *provider, const struct ip *ip)
{
	return lists_address(provider->mailbox.networks, ip);
}

bool
provider_is_shared(struct slice domain)
{
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];

		if (provider_lists(one->shared, domain) || lists_alone(one->shared_alone, domain))
			return true;
		if (!provider_lists(one->shared_alone, domain) &&
			(provider_lists(one->signs, domain) || provider_lists(one->paths, domain)))
			return true;
	}
	return false;
}
