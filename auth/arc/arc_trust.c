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

/*
 * Why the result is not a pass for this author domain, or no reason. With two header.from, it is
 * unclear which one the result is for.
 */
static struct reason
judge_dmarc(const struct authres_result *dmarc, struct slice author, struct arena *arena)
{
	struct reason other = arc_reason(ARC_R_SEALER_AUTHOR), no_pass;
	const struct authres_prop *from = NULL;
	struct slice domain;

	no_pass = arc_reason(ARC_R_SEALER_NO_PASS);
	no_pass.octets = dmarc->result;
	if (!slice_ieq(dmarc->result, SLICE("pass")))
		return no_pass;
	for (size_t i = 0; i < dmarc->nprops; i++) {
		if (!slice_ieq(dmarc->props[i].ptype, SLICE("header")) ||
			!slice_ieq(dmarc->props[i].property, SLICE("from")))
			continue;
		if (from != NULL)
			return arc_reason(ARC_R_SEALER_FROM);
		from = &dmarc->props[i];
	}
	if (from == NULL)
		return arc_reason(ARC_R_SEALER_FROM);
	other.octets = from->value;
	if (domain_normalize(from->value, arena, &domain) != ST_OK || !slice_ieq(domain, author))
		return other;
	return arc_reason(ARC_R_NONE);
}

static void
note_lenient(
	const struct authres *authres, struct slice whole, struct arena *arena, struct notes *notes)
{
	const struct {
		enum arc_note id;
		const char *octet;
	} found[] = {
		{ARC_NOTE_PROPERTY, authres->bare_property},
		{ARC_NOTE_NAME, authres->lenient_name},
		{ARC_NOTE_VALUE, authres->lenient_value},
		{ARC_NOTE_SEMICOLON, authres->last_semicolon},
		{ARC_NOTE_ANGLE, authres->angle},
	};

	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
		if (found[i].octet != NULL)
			notes_add(notes, arc_note(found[i].id), whole, found[i].octet, arena);
}

/* Why the results of a set do not vouch for the author, or no reason. */
static struct reason
judge_set(const struct arc_set *set, struct slice author, struct arena *arena, struct notes *notes)
{
	const struct slice whole = set->aar != NULL ? set->aar->value : set->payload;
	const struct authres_result *dmarc = NULL;
	struct authres authres;
	struct reason reason;

	if (authres_read(set->payload, arena, &authres) != ST_OK) {
		reason = arc_reason(ARC_R_SEALER_RESULTS);
		reason_set_octet(&reason, whole, authres.fault);
		return reason;
	}
	if (authres.dmarc_words > 1)
		return arc_reason(ARC_R_SEALER_DMARCS);
	for (size_t i = 0; i < authres.n; i++)
		if (slice_ieq(authres.results[i].method, SLICE("dmarc")))
			dmarc = &authres.results[i];
	if (dmarc == NULL)
		return arc_reason(ARC_R_SEALER_NO_DMARC);
	reason = judge_dmarc(dmarc, author, arena);
	if (reason.id == ARC_R_NONE)
		note_lenient(&authres, whole, arena, notes);
	return reason;
}

/* Why no set can vouch, or no reason. */
static struct reason
judge_chain(const struct arc_result *result)
{
	if (result->code != AUTH_PASS)
		return arc_reason(ARC_R_SEALER_CHAIN);
	if (result->doubled)
		return arc_reason(ARC_R_SEALER_DOUBLED);
	if (result->sets[result->n - 1].ams.unsigned_bytes > 0)
		return arc_reason(ARC_R_SEALER_LENGTH);
	return arc_reason(ARC_R_NONE);
}

bool
arc_vouches(const struct arc_result *result, const struct identities *ids,
	const char *const *trusted, size_t n, struct arena *arena, struct arc_vouch *vouch)
{
	struct reason doubt = judge_chain(result);

	*vouch = (struct arc_vouch){0};
	if (ids->ambiguous.id != FROM_R_NONE || ids->from_fields != 1 || ids->author_domain.n == 0)
		return false;
	for (size_t i = result->n; i > 0; i--) {
		const struct arc_set *set = &result->sets[i - 1];

		if (!is_trusted(set->seal.sig.d, trusted, n)) {
			if (doubt.id == ARC_R_NONE) {
				doubt = arc_reason(ARC_R_SEALER_LATER);
				doubt.octets = set->seal.sig.d;
			}
			continue;
		}
		if (doubt.id == ARC_R_NONE) {
			const struct reason reason =
				judge_set(set, ids->author_domain, arena, &vouch->notes);

			if (reason.id == ARC_R_NONE) {
				*vouch = (struct arc_vouch){.instance = (unsigned)i,
					.sealer = set->seal.sig.d,
					.notes = vouch->notes};
				return true;
			}
			if (vouch->doubted == 0)
				vouch->doubt = reason;
		} else if (vouch->doubted == 0) {
			vouch->doubt = doubt;
		}
		if (vouch->doubted == 0) {
			vouch->doubted = (unsigned)i;
			vouch->doubted_sealer = set->seal.sig.d;
		}
	}
	return false;
}
