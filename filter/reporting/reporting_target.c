#include "filter/reporting/reporting_target.h"

#include "auth/base/domain.h"
#include "auth/dmarc/dmarc_uri.h"

enum { LOCAL_MAX = 64 };

/* Decodes percent-encoding (RFC 3986 2.1); false for an octet that is invalid in an address. */
static bool
decode(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%') {
			const int high = i + 2 < text.n ? slice_hex_digit(text.p[i + 1]) : -1,
				  low = i + 2 < text.n ? slice_hex_digit(text.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(unsigned char)(high * 16 + low);
			i += 2;
		}
		if (c <= ' ' || c == 127)
			return false;
		buf_addc(out, c);
	}
	return !out->over;
}

/* Is the text a dot-atom (RFC 5322 3.2.3)? */
static bool
is_dot_atom(struct slice text)
{
	char last = '.';

	for (size_t i = 0; i < text.n; i++) {
		const char c = text.p[i];

		if (c == '.' ? last == '.'
			     : !slice_is_alpha(c) && !slice_is_digit(c) &&
					(c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
			return false;
		last = c;
	}
	return last != '.';
}

bool
reporting_address(struct slice text, struct arena *arena, struct slice *address)
{
	const size_t at = slice_rfind(text, '@');
	const struct slice local = slice_head(text, at);
	struct slice domain;
	struct buf out;

	if (at == text.n || at == 0 || local.n > LOCAL_MAX || local.p[0] == '-' ||
		!is_dot_atom(local) ||
		domain_normalize(slice_from(text, at + 1), arena, &domain) != ST_OK)
		return false;
	buf_init(&out, arena, REPORTING_ADDRESS);
	buf_add(&out, local);
	buf_addc(&out, '@');
	buf_add(&out, domain);
	*address = buf_slice(&out);
	return !out.over;
}

bool
reporting_address_uri(struct slice uri, struct arena *arena, struct slice *address)
{
	struct slice text;
	struct buf decoded;

	if (!dmarc_uri_valid(uri) || !slice_istarts(uri, SLICE("mailto:")))
		return false;
	text = slice_from(slice_head(uri, slice_find(uri, '!')), 7);
	text = slice_head(text, slice_find(text, '?'));
	text = slice_head(text, slice_find(text, '#'));
	buf_init(&decoded, arena, REPORTING_ADDRESS);
	return decode(text, &decoded) && reporting_address(buf_slice(&decoded), arena, address);
}

bool
reporting_address_next(struct slice *addresses, struct slice *address)
{
	const size_t at = slice_find(*addresses, ' ');

	if (addresses->n == 0)
		return false;
	*address = slice_head(*addresses, at);
	*addresses = slice_from(*addresses, at + 1);
	return true;
}

static bool
listed(struct slice addresses, struct slice address)
{
	struct slice one;

	while (reporting_address_next(&addresses, &one))
		if (slice_ieq(one, address))
			return true;
	return false;
}

struct slice
reporting_addresses(struct slice list, struct arena *arena)
{
	struct buf out;
	size_t n = 0;

	buf_init(&out, arena, (size_t)REPORTING_TARGETS * (REPORTING_ADDRESS + 1));
	while (list.n > 0 && n < REPORTING_TARGETS) {
		const size_t at = slice_find(list, ',');
		struct slice address;

		if (reporting_address_uri(slice_trim(slice_head(list, at)), arena, &address) &&
			!listed(buf_slice(&out), address)) {
			if (n++ > 0)
				buf_addc(&out, ' ');
			buf_add(&out, address);
		}
		list = slice_from(list, at + 1);
	}
	return buf_slice(&out);
}

enum reporting_consent
reporting_target(const struct auth_input *in, const struct aggregate_policy *policy, bool failure,
	struct slice address, struct slice *instead)
{
	struct dmarc_record record;
	struct dmarc_target *targets;
	size_t n;

	*instead = address;
	if (!dmarc_parse(policy->text, policy->mode, &record))
		return REPORTING_CONSENT_REFUSED;
	/* skips targets of the other tag, which would only cost queries */
	if (failure)
		record.rua = SLICE("");
	else
		record.ruf = SLICE("");
	targets = dmarc_targets(in, policy->mode, &record, policy->domain, &n);
	for (size_t i = 0; i < n; i++) {
		const struct dmarc_target *target = &targets[i];
		struct slice one;

		if (target->failure != failure ||
			!reporting_address_uri(target->uri, in->arena, &one) ||
			!slice_ieq(one, address))
			continue;
		if (target->state == DMARC_TARGET_UNKNOWN)
			return REPORTING_CONSENT_UNKNOWN;
		if (target->state != DMARC_TARGET_OWN && target->state != DMARC_TARGET_AUTHORISED)
			return REPORTING_CONSENT_REFUSED;
		if (target->moved_to.n > 0 &&
			!reporting_address_uri(target->moved_to, in->arena, instead))
			return REPORTING_CONSENT_REFUSED;
		return REPORTING_CONSENT_GIVEN;
	}
	return REPORTING_CONSENT_REFUSED;
}
