#include "auth/arc/arc_trust.h"

#include "auth/base/authres_read.h"
#include "auth/base/domain.h"

static bool
is_trusted(struct slice domain, const char *const *trusted, size_t n)
{
	for (size_t i = 0; domain.n > 0 && i < n; i++)
		if (slice_ieq(domain, slice_str(trusted[i])))
			return true;
	return false;
}

/* Does it say that this author's domain passed? Two of them say two things. */
static bool
says_pass(const struct authres_result *dmarc, struct slice author, struct arena *arena)
{
	const struct authres_prop *from = NULL;
	struct slice domain;

	if (!slice_ieq(dmarc->result, SLICE("pass")))
		return false;
	for (size_t i = 0; i < dmarc->nprops; i++) {
		if (!slice_ieq(dmarc->props[i].ptype, SLICE("header")) ||
			!slice_ieq(dmarc->props[i].property, SLICE("from")))
			continue;
		if (from != NULL)
			return false;
		from = &dmarc->props[i];
	}
	return from != NULL && domain_normalize(from->value, arena, &domain) == ST_OK &&
	       slice_ieq(domain, author);
}

static bool
set_vouches(const struct arc_set *set, struct slice author, struct arena *arena)
{
	const struct authres_result *dmarc = NULL;
	struct authres authres;

	if (authres_read(set->payload, arena, &authres) != ST_OK)
		return false;
	for (size_t i = 0; i < authres.n; i++) {
		if (!slice_ieq(authres.results[i].method, SLICE("dmarc")))
			continue;
		if (dmarc != NULL)
			return false;
		dmarc = &authres.results[i];
	}
	return dmarc != NULL && says_pass(dmarc, author, arena);
}

bool
arc_vouches(const struct arc_result *result, const struct identities *ids,
	const char *const *trusted, size_t n, struct arena *arena, struct arc_vouch *vouch)
{
	*vouch = (struct arc_vouch){0};
	if (result->code != AUTH_PASS || ids->ambiguous.id != FROM_R_NONE ||
		ids->from_fields != 1 || ids->author_domain.n == 0)
		return false;
	if (result->doubled || result->sets[result->n - 1].ams.sig.has_l)
		return false;
	for (size_t i = result->n; i > 0; i--) {
		const struct arc_set *set = &result->sets[i - 1];

		if (!is_trusted(set->seal.sig.d, trusted, n))
			return false;
		if (set_vouches(set, ids->author_domain, arena)) {
			*vouch = (struct arc_vouch){(unsigned)i, set->seal.sig.d};
			return true;
		}
	}
	return false;
}
