#include "filter/settings/own_senders.h"

#include "auth/base/domain.h"
#include "filter/io/fault.h"
#include "filter/io/wholefile.h"
#include "filter/provider/provider.h"
#include "filter/text/i18n.h"

enum {
	FILE_MAX = 4 * 1024 * 1024,
	/* no service documents a wider network (filter/verdict/proof.h) */
	WIDEST_BITS4 = 8,
	WIDEST_BITS6 = 16
};

static enum fault
add_network(const struct ip_net *net, struct own_senders *own)
{
	if (net->bits < (net->ip.family == 6 ? WIDEST_BITS6 : WIDEST_BITS4))
		return FAULT_OWN_WIDE;
	own->nets[own->nnets++] = *net;
	return FAULT_NONE;
}

static enum fault
add_provider(struct slice name, struct own_senders *own)
{
	if (provider_named(name) == NULL)
		return FAULT_OWN_PROVIDER;
	own->providers[own->nproviders++] = name;
	return FAULT_NONE;
}

/*
 * A domain of public mailboxes, unless the service also names its hosts with it, says nothing about
 * the mail of the service's other customers.
 */
static enum fault
add_domain(struct slice name, struct own_senders *own)
{
	const struct provider *provider = provider_by_name(name);

	if (domain_is_registry(name))
		return FAULT_OWN_SUFFIX;
	own->domains[own->ndomains++] = name;
	if (provider == NULL ||
		(provider_has_mailboxes(name) && !provider_lists(provider->hosts, name)))
		return FAULT_NONE;
	return add_provider(slice_str(provider->name), own);
}

/* Parses one line without its comment. */
static enum fault
parse_sender(struct slice text, struct arena *arena, struct own_senders *own)
{
	static const struct slice word = SLICE_INIT("provider");
	struct ip_net net;
	struct slice name;

	if (ip_net_parse(text, &net))
		return add_network(&net, own);
	if (slice_istarts(text, word) && text.n > word.n && slice_is_blank(text.p[word.n]))
		return add_provider(slice_trim(slice_from(text, word.n)), own);
	/* at least two labels are required: a single word is a mistake, or a whole TLD */
	if (domain_normalize(text, arena, &name) != ST_OK || domain_labels(name) < 2)
		return FAULT_OWN_SENDER;
	return add_domain(name, own);
}

enum status
own_senders_parse(
	struct slice text, struct arena *arena, struct own_senders *own, struct error *error)
{
	struct slice rest = text;
	size_t lines = 1, line = 0;
	enum fault fault;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n' ? 1 : 0;
	*own = (struct own_senders){
		.nets = arena_array(arena, lines, sizeof *own->nets),
		.domains = arena_array(arena, lines, sizeof *own->domains),
		.providers = arena_array(arena, lines, sizeof *own->providers),
	};
	while (rest.n > 0) {
		size_t end = slice_find(rest, '\n');
		struct slice one = slice_head(rest, end);

		line++;
		rest = slice_from(rest, end + 1);
		one = slice_trim(slice_head(one, slice_find(one, '#')));
		fault = one.n > 0 ? parse_sender(one, arena, own) : FAULT_NONE;
		if (fault != FAULT_NONE) {
			*error = fault_error(fault, NULL, NULL);
			error->line = line;
			return ST_BAD;
		}
	}
	return ST_OK;
}

enum status
own_senders_open(const struct options *options, struct arena *arena, const struct own_senders **own,
	struct error *error)
{
	static const char *const what = N_("own senders");
	const char *path = options->own_senders;
	struct own_senders *made;
	struct slice text;
	enum fault fault;

	*own = NULL;
	if (path == NULL)
		return ST_OK;
	made = arena_alloc(arena, sizeof *made);
	if (wholefile_read(path, FILE_MAX, arena, &text, &fault) != ST_OK) {
		*error = fault_error(fault, what, path);
		return ST_BAD;
	}
	if (own_senders_parse(text, arena, made, error) != ST_OK) {
		error->what = what;
		error->path = path;
		return ST_BAD;
	}
	*own = made;
	return ST_OK;
}

bool
own_senders_have_address(const struct own_senders *own, const struct ip *ip)
{
	for (size_t i = 0; own != NULL && ip->family != 0 && i < own->nnets; i++)
		if (ip_net_has(&own->nets[i], ip))
			return true;
	return false;
}

bool
own_senders_have_domain(const struct own_senders *own, struct slice domain)
{
	for (size_t i = 0; own != NULL && i < own->ndomains; i++)
		if (domain_within(domain, own->domains[i]) &&
			(provider_of_customer(domain) == NULL ||
				provider_by_name(own->domains[i]) == NULL))
			return true;
	return false;
}

bool
own_senders_have_host(const struct own_senders *own, struct slice name)
{
	for (size_t i = 0; own != NULL && i < own->ndomains; i++)
		if (domain_within(name, own->domains[i]) &&
			provider_by_name(own->domains[i]) == NULL)
			return true;
	return false;
}

bool
own_senders_have_provider(const struct own_senders *own, const char *name)
{
	for (size_t i = 0; own != NULL && i < own->nproviders; i++)
		if (slice_ieq(own->providers[i], slice_str(name)))
			return true;
	return false;
}
