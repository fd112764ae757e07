#include "filter/settings/options_names.h"

#include "auth/base/domain.h"
#include "auth/base/ip.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { ID_MAX = 255 };

/* RFC 8601 2.5: a value of RFC 2045, a token or a quoted string; usually a domain name */
enum status
options_id(const char *value, struct arena *arena, const char **id, struct error *why)
{
	struct slice at = slice_str(value), out = at, rest = at;
	bool fine;

	if (scan_quoted_string(&at, false, &out))
		fine = at.n == 0 && out.n > 0;
	else
		fine = (scan_token(&at, &out) && at.n == 0) ||
		       (scan_dot_atom(&rest, false, &out) && rest.n == 0);
	for (size_t i = 0; fine && i < out.n; i++)
		fine = out.p[i] >= ' ' && out.p[i] <= '~' && out.p[i] != '\\';
	if (!fine || out.n > ID_MAX) {
		*why = setting_error(SETTING_E_ID, NULL, NULL);
		return ST_BAD;
	}
	*id = arena_cstr(arena, out);
	return ST_OK;
}

/* A mistyped address must not be accepted as a name, nor vice versa. */
enum status
options_relay(
	const char *value, bool suffix, struct arena *arena, const char **relay, struct error *why)
{
	const size_t dot = suffix && value[0] == '.' ? 1 : 0;
	struct slice name, last;
	struct ip_net net;
	struct buf text;

	*relay = value;
	if (dot == 0 && ip_net_parse(slice_str(value), &net))
		return ST_OK;
	*why = setting_error(SETTING_E_RELAY, NULL, NULL);
	if (domain_normalize(slice_str(value + dot), arena, &name) != ST_OK)
		return ST_BAD;
	last = domain_tail(name, 1);
	for (size_t i = 0; i < last.n; i++)
		if (last.p[i] < '0' || last.p[i] > '9') {
			buf_init(&text, arena, DOMAIN_MAX + 2);
			buf_adds(&text, dot > 0 ? "." : "");
			buf_add(&text, name);
			*relay = arena_cstr(arena, buf_slice(&text));
			return ST_OK;
		}
	return ST_BAD;
}

enum status
options_domain(const char *value, struct arena *arena, const char **domain, struct error *why)
{
	struct slice name;

	if (domain_normalize(slice_str(value), arena, &name) != ST_OK) {
		*why = setting_error(SETTING_E_DOMAIN, NULL, NULL);
		return ST_BAD;
	}
	*domain = arena_cstr(arena, name);
	return ST_OK;
}

/* Labels as in a domain name, except that the last one may be a number (RFC 6376 3.1). */
enum status
options_selector(const char *value, struct arena *arena, const char **selector, struct error *why)
{
	static const char below[] = ".example";
	struct slice name;
	struct buf whole;

	buf_init(&whole, arena, DOMAIN_MAX);
	buf_addf(&whole, "%s%s", value, below);
	if (whole.over || domain_normalize(buf_slice(&whole), arena, &name) != ST_OK) {
		*why = setting_error(SETTING_E_SELECTOR, NULL, NULL);
		return ST_BAD;
	}
	*selector = arena_cstr(arena, slice_head(name, name.n - (sizeof below - 1)));
	return ST_OK;
}
