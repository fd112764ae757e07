#include "filter/settings/own_senders.h"

#include "auth/base/domain.h"
#include "filter/io/fault.h"
#include "filter/io/wholefile.h"
#include "filter/text/i18n.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

/* Parses one line without its comment; false if it has no known form. */
static bool
parse_sender(struct slice text, struct arena *arena, struct own_senders *own)
{
	static const struct slice word = SLICE_INIT("provider");
	struct ip_net net;
	struct slice name;

	if (ip_net_parse(text, &net)) {
		own->nets[own->nnets++] = net;
		return true;
	}
	if (slice_istarts(text, word) && text.n > word.n && slice_is_blank(text.p[word.n])) {
		own->providers[own->nproviders++] = slice_trim(slice_from(text, word.n));
		return true;
	}
	/* at least two labels are required: a single word is a mistake, or a whole TLD */
	if (domain_normalize(text, arena, &name) != ST_OK || domain_labels(name) < 2)
		return false;
	own->domains[own->ndomains++] = name;
	return true;
}

enum status
own_senders_parse(
	struct slice text, struct arena *arena, struct own_senders *own, struct error *error)
{
	struct slice rest = text;
	size_t lines = 1, line = 0;

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
		if (one.n > 0 && !parse_sender(one, arena, own)) {
			*error = fault_error(FAULT_OWN_SENDER, NULL, NULL);
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
		if (domain_within(domain, own->domains[i]))
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
