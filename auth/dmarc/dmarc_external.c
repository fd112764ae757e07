#include "auth/dmarc/dmarc_external.h"

#include "auth/base/domain.h"
#include "auth/dmarc/dmarc_discover.h"
#include "auth/dmarc/dmarc_uri.h"
#include "mime/buf.h"

/* The host of a valid URI, normal; false if it has none. */
static bool
host_of(struct slice uri, struct arena *arena, struct slice *host)
{
	struct slice rest;

	uri = slice_head(uri, slice_find(uri, '!'));
	rest = slice_from(uri, slice_find(uri, ':') + 1);
	rest = slice_head(rest, slice_find(rest, '?'));
	rest = slice_head(rest, slice_find(rest, '#'));
	if (slice_istarts(uri, SLICE("mailto:"))) {
		size_t at = slice_rfind(rest, '@');
		if (at == rest.n)
			return false;
		rest = slice_from(rest, at + 1);
	} else {
		if (!slice_starts(rest, SLICE("//")))
			return false;
		rest = slice_from(rest, 2);
		rest = slice_head(rest, slice_find(rest, '/'));
		if (slice_find(rest, '@') < rest.n)
			rest = slice_from(rest, slice_find(rest, '@') + 1);
		rest = slice_head(rest, slice_find(rest, ':'));
	}
	return domain_normalize(rest, arena, host) == ST_OK;
}

/* RFC 9990 4 step 5: an override must stay at the same host. */
static void
apply_override(struct dmarc_target *target, const struct dmarc_record *consent, struct arena *arena)
{
	struct slice list = target->failure ? consent->ruf : consent->rua, host;

	if (list.n == 0)
		return;
	target->moved_to = dmarc_cut(&list, ',');
	if (!dmarc_uri_valid(target->moved_to) || !host_of(target->moved_to, arena, &host) ||
		!slice_ieq(host, target->host))
		target->state = DMARC_TARGET_MOVED;
}

/* RFC 9990 4 steps 2 to 5 */
static void
ask_consent(const struct auth_input *in, struct slice domain, struct dmarc_target *target)
{
	const struct dns_answer *answer;
	struct dmarc_record consent;
	struct buf name;

	buf_init(&name, in->arena, DOMAIN_MAX);
	buf_add(&name, domain);
	buf_adds(&name, "._report._dmarc.");
	buf_add(&name, target->host);
	target->state = DMARC_TARGET_REFUSED;
	if (name.over)
		return;
	target->name = buf_slice(&name);
	answer = dns_get(in->dns, target->name, DNS_TXT, in->until_ms);
	if (answer->status == DNS_TEMP || answer->status == DNS_BAD)
		target->state = DMARC_TARGET_UNKNOWN;
	for (size_t i = 0; i < answer->n; i++) {
		if (!dmarc_parse(answer->rr[i].text, DMARC_RFC9989, &consent))
			continue;
		if (target->state == DMARC_TARGET_REFUSED)
			target->state = DMARC_TARGET_AUTHORISED;
		apply_override(target, &consent, in->arena);
	}
}

static bool
is_own(struct dmarc_finder *finder, struct slice domain, struct slice host)
{
	struct slice org;

	if (slice_ieq(domain, host))
		return true;
	if (finder->mode == DMARC_RFC7489 && finder->in->psl == NULL)
		return false;
	return dmarc_align_relaxed(finder, domain, host, &org) == DMARC_ALIGNED;
}

static void
add_targets(struct dmarc_finder *finder, struct slice list, bool failure, struct slice domain,
	struct dmarc_target *targets, size_t *n)
{
	const struct auth_input *in = finder->in;

	for (size_t i = 0; i < DMARC_TARGETS_MAX && list.n > 0; i++) {
		struct dmarc_target *target = &targets[(*n)++];

		target->uri = dmarc_cut(&list, ',');
		target->failure = failure;
		target->state = DMARC_TARGET_INVALID;
		if (!dmarc_uri_valid(target->uri) ||
			!host_of(target->uri, in->arena, &target->host))
			continue;
		target->state = DMARC_TARGET_OWN;
		if (!is_own(finder, domain, target->host))
			ask_consent(in, domain, target);
	}
}

struct dmarc_target *
dmarc_targets(const struct auth_input *in, enum dmarc_mode mode, const struct dmarc_record *record,
	struct slice domain, size_t *n)
{
	struct dmarc_target *targets =
		arena_array(in->arena, (size_t)2 * DMARC_TARGETS_MAX, sizeof *targets);
	struct dmarc_finder finder = {.in = in, .mode = mode};

	*n = 0;
	add_targets(&finder, record->rua, false, domain, targets, n);
	add_targets(&finder, record->ruf, true, domain, targets, n);
	return targets;
}
