#include "filter/settings/accept.h"

#include <errno.h>

#include "auth/base/domain.h"
#include "filter/io/fault.h"
#include "filter/provider/provider.h"
#include "filter/settings/options_names.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { BITS_MIN_4 = 8, BITS_MIN_6 = 16 }; /* a wider network belongs to more than one sender */

static const struct slice via = SLICE_INIT(" via ");

/*
 * Is the domain a public suffix? Then a name below it has its own organizational domain. *why is
 * set, and the answer is true, if it is one or the list cannot be read.
 */
static bool
is_public_suffix(struct slice domain, struct arena *arena, struct error *why)
{
	struct domain_psl *psl = domain_psl_open(NULL);
	struct buf below;
	bool is;

	if (psl == NULL) {
		const enum fault lack = fault_of_lack(errno, FAULT_NONE);

		*why = lack != FAULT_NONE ? fault_error(lack, NULL, NULL)
					  : setting_error(SETTING_E_ACCEPT_NO_LIST, NULL, NULL);
		return true;
	}
	*why = setting_error(SETTING_E_ACCEPT_SUFFIX, NULL, NULL);
	buf_init(&below, arena, DOMAIN_MAX);
	buf_adds(&below, "x.");
	buf_add(&below, domain);
	is = !below.over && slice_eq(domain_psl_org(psl, buf_slice(&below)), buf_slice(&below));
	domain_psl_free(psl);
	return is;
}

static enum status
read_what(const char *value, struct arena *arena, const char **what, struct error *why)
{
	struct slice domain;
	struct ip_net net;

	if (options_relay(value, false, arena, what, why) != ST_OK) {
		*why = setting_error(SETTING_E_ACCEPT, NULL, NULL);
		return ST_BAD;
	}
	if (ip_net_parse(slice_str(*what), &net)) {
		*why = setting_error(SETTING_E_ACCEPT_NET, NULL, NULL);
		return net.bits < (net.ip.family == 4 ? BITS_MIN_4 : BITS_MIN_6) ? ST_BAD : ST_OK;
	}
	domain = slice_str(*what);
	*why = setting_error(SETTING_E_ACCEPT_SHARED, NULL, NULL);
	if (provider_is_shared(domain))
		return ST_BAD;
	return is_public_suffix(domain, arena, why) ? ST_BAD : ST_OK;
}

enum status
accept_read(const char *value, struct arena *arena, const char **normal, struct error *why)
{
	const char *at = strstr(value, via.p), *author, *what;
	struct buf text;

	if (at == NULL) {
		*why = setting_error(SETTING_E_ACCEPT, NULL, NULL);
		return ST_BAD;
	}
	author = arena_cstr(arena, slice_trim(slice_make(value, (size_t)(at - value))));
	if (options_domain(author, arena, &author, why) != ST_OK)
		return ST_BAD;
	what = arena_cstr(arena, slice_trim(slice_str(at + via.n)));
	if (read_what(what, arena, &what, why) != ST_OK)
		return ST_BAD;
	buf_init(&text, arena, strlen(author) + via.n + strlen(what) + 1);
	buf_addf(&text, "%s%s%s", author, via.p, what);
	*normal = arena_cstr(arena, buf_slice(&text));
	return ST_OK;
}

struct accept
accept_of(const char *normal)
{
	const char *at = strstr(normal, via.p);
	struct accept accept = {.author = slice_make(normal, (size_t)(at - normal))};
	struct slice what = slice_str(at + via.n);

	if (!ip_net_parse(what, &accept.net))
		accept.domain = what;
	return accept;
}
