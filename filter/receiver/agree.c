#include "filter/receiver/agree.h"

#include "filter/text/i18n.h"

static const struct {
	const char *word, *text;
} reasons[] = {
	[AGREE_DNS_FAILED] = {"dns-failed", N_("DNS did not answer one of the two sides")},
	[AGREE_NOT_SHOWN] = {"not-shown",
		N_("the stored message does not show the envelope that they saw")},
	[AGREE_ENVELOPE] = {"envelope", N_("they saw another envelope")},
	[AGREE_KEY_GONE] = {"key-gone", N_("the key no longer exists")},
	[AGREE_CHANGED] = {"changed", N_("the message was changed after they had checked it")},
	[AGREE_OUR_LIMITS] = {"our-limits", N_("the signature verifies, but is not accepted here")},
	[AGREE_THEIR_LIMITS] = {"their-limits", N_("they do not accept every signature that "
						   "verifies (its key, algorithm or l=), or "
						   "did not get the key")},
	[AGREE_ARC] = {"arc", N_("they trusted a chain of seals (ARC)")},
	[AGREE_LOCAL] = {"local", N_("a local rule of theirs")},
	[AGREE_FOLLOWS] = {"follows", N_("it follows from the difference above")},
	[AGREE_RECORDS] = {"records", N_("the records changed since then")},
};

static void
add_difference(struct agreement *agreement, enum agree_about about, struct slice domain,
	enum auth_code ours, const struct recorded_word *theirs, enum agree_why why)
{
	if (agreement->n < AGREE_DIFFERENCES)
		agreement->differences[agreement->n++] =
			(struct agree_difference){about, domain, ours, theirs->word, why};
}

static bool
differs(const struct recorded_word *theirs, enum auth_code ours)
{
	return theirs->there && !(theirs->known && theirs->code == ours);
}

static bool
is_dns(const struct recorded_word *theirs, enum auth_code ours)
{
	return ours == AUTH_TEMPERROR || (theirs->known && theirs->code == AUTH_TEMPERROR);
}

static void
compare_spf(const struct recorded *recorded, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	const enum auth_code ours = results->spf.code;
	enum agree_why why = AGREE_RECORDS;

	if (!differs(&recorded->spf, ours))
		return;
	if (is_dns(&recorded->spf, ours))
		why = AGREE_DNS_FAILED;
	else if (!known)
		why = AGREE_NOT_SHOWN;
	else if (recorded->spf_domain.n > 0 &&
		 !slice_ieq(recorded->spf_domain, results->spf.domain))
		why = AGREE_ENVELOPE;
	else if (!recorded->spf.known || recorded->spf.code == AUTH_POLICY)
		why = AGREE_LOCAL;
	add_difference(agreement, AGREE_SPF, SLICE(""), ours, &recorded->spf, why);
}

/*
 * The result for all signatures of a domain: pass if one passes, else that of the first; false if
 * there are none.
 */
static bool
ours_of(const struct dkim_result *dkim, struct slice domain, const struct dkim_sig_result **found)
{
	*found = NULL;
	for (size_t i = 0; i < dkim->n; i++)
		if (slice_ieq(dkim->sigs[i].sig.d, domain) &&
			(*found == NULL ||
				((*found)->code != AUTH_PASS && dkim->sigs[i].code == AUTH_PASS)))
			*found = &dkim->sigs[i];
	return *found != NULL;
}

static const struct recorded_word *
theirs_of(const struct recorded *recorded, struct slice domain)
{
	const struct recorded_word *found = NULL;

	for (size_t i = 0; i < recorded->nsignatures; i++) {
		const struct recorded_word *word = &recorded->signatures[i].word;

		if (slice_ieq(recorded->signatures[i].domain, domain) &&
			(found == NULL || (word->known && word->code == AUTH_PASS)))
			found = word;
	}
	return found;
}

static enum agree_why
why_dkim(const struct recorded_word *theirs, const struct dkim_sig_result *ours)
{
	if (is_dns(theirs, ours->code))
		return AGREE_DNS_FAILED;
	if (!theirs->known || theirs->code != AUTH_PASS)
		return AGREE_THEIR_LIMITS;
	if (ours->code == AUTH_FAIL)
		return AGREE_CHANGED;
	if (ours->verified)
		return AGREE_OUR_LIMITS;
	return ours->code == AUTH_PERMERROR ? AGREE_KEY_GONE : AGREE_OUR_LIMITS;
}

static void
compare_dkim(const struct recorded *recorded, const struct dkim_result *dkim,
	struct agreement *agreement)
{
	const struct dkim_sig_result *ours;

	if (recorded->nsignatures == 0 && recorded->dkim.there && recorded->dkim.known &&
		recorded->dkim.code == AUTH_NONE && dkim->n > 0)
		add_difference(agreement, AGREE_DKIM, dkim->sigs[0].sig.d, dkim->sigs[0].code,
			&recorded->dkim, why_dkim(&recorded->dkim, &dkim->sigs[0]));
	/* domains that our results lack are not a difference: header.i may be a subdomain of d= */
	if (recorded->dkim.there && recorded->dkim.known && recorded->dkim.code == AUTH_PASS &&
		dkim->n == 0)
		add_difference(agreement, AGREE_DKIM,
			recorded->nsignatures > 0 ? recorded->signatures[0].domain : SLICE(""),
			AUTH_NONE, &recorded->dkim, AGREE_CHANGED);
	for (size_t i = 0; i < recorded->nsignatures; i++) {
		const struct slice domain = recorded->signatures[i].domain;
		const struct recorded_word *theirs = theirs_of(recorded, domain);
		size_t k = 0;

		while (k < i && !slice_ieq(recorded->signatures[k].domain, domain))
			k++;
		/*
		 * each domain is compared once; a receiver may have checked any of its signatures
		 */
		if (k == i && ours_of(dkim, domain, &ours) && differs(theirs, ours->code))
			add_difference(agreement, AGREE_DKIM, domain, ours->code, theirs,
				why_dkim(theirs, ours));
	}
}

static void
compare_dmarc(const struct recorded *recorded, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	const enum auth_code ours = results->dmarc.code;
	const bool passed = recorded->dmarc.known && recorded->dmarc.code == AUTH_PASS;
	enum agree_why why = AGREE_LOCAL;

	if (!differs(&recorded->dmarc, ours))
		return;
	if (agreement->n > 0)
		why = AGREE_FOLLOWS;
	else if (is_dns(&recorded->dmarc, ours))
		why = AGREE_DNS_FAILED;
	else if (!recorded->dmarc.known)
		why = AGREE_LOCAL; /* Microsoft's bestguesspass: there is no record */
	else if (!known)
		why = AGREE_NOT_SHOWN;
	else if (passed && recorded->arc.known && recorded->arc.code == AUTH_PASS)
		why = AGREE_ARC;
	else if (ours == AUTH_NONE || recorded->dmarc.code == AUTH_NONE)
		why = AGREE_RECORDS;
	add_difference(agreement, AGREE_DMARC, SLICE(""), ours, &recorded->dmarc, why);
}

void
agree_compare(const struct recorded *recorded, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	agreement->recorded = *recorded;
	agreement->n = 0;
	if (recorded->spf_helo.n > 0 && !slice_ieq(recorded->spf_helo, results->spf.domain))
		agreement->recorded.spf.there = false; /* our result is not for that HELO name */
	compare_spf(&agreement->recorded, results, known, agreement);
	compare_dkim(recorded, &results->dkim, agreement);
	compare_dmarc(recorded, results, known, agreement);
	agreement->agrees = recorded->form != RECORDED_NOTHING && agreement->n == 0;
}

const char *
agree_about_word(enum agree_about about)
{
	static const char *const words[] = {
		[AGREE_SPF] = "spf", [AGREE_DKIM] = "dkim", [AGREE_DMARC] = "dmarc"};

	return words[about];
}

const char *
agree_why_word(enum agree_why why)
{
	return reasons[why].word;
}

const char *
agree_why_text(enum agree_why why)
{
	return reasons[why].text;
}
