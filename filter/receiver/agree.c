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
	enum auth_code ours, const struct said_word *theirs, enum agree_why why)
{
	if (agreement->n < AGREE_DIFFERENCES)
		agreement->differences[agreement->n++] =
			(struct agree_difference){about, domain, ours, theirs->word, why};
}

static bool
differs(const struct said_word *theirs, enum auth_code ours)
{
	return theirs->there && !(theirs->known && theirs->code == ours);
}

static bool
is_dns(const struct said_word *theirs, enum auth_code ours)
{
	return ours == AUTH_TEMPERROR || (theirs->known && theirs->code == AUTH_TEMPERROR);
}

static void
compare_spf(const struct said *said, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	const enum auth_code ours = results->spf.code;
	enum agree_why why = AGREE_RECORDS;

	if (!differs(&said->spf, ours))
		return;
	if (is_dns(&said->spf, ours))
		why = AGREE_DNS_FAILED;
	else if (!known)
		why = AGREE_NOT_SHOWN;
	else if (said->spf_domain.n > 0 && !slice_ieq(said->spf_domain, results->spf.domain))
		why = AGREE_ENVELOPE;
	else if (!said->spf.known || said->spf.code == AUTH_POLICY)
		why = AGREE_LOCAL;
	add_difference(agreement, AGREE_SPF, SLICE(""), ours, &said->spf, why);
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

static const struct said_word *
theirs_of(const struct said *said, struct slice domain)
{
	const struct said_word *found = NULL;

	for (size_t i = 0; i < said->nsignatures; i++) {
		const struct said_word *word = &said->signatures[i].word;

		if (slice_ieq(said->signatures[i].domain, domain) &&
			(found == NULL || (word->known && word->code == AUTH_PASS)))
			found = word;
	}
	return found;
}

static enum agree_why
why_dkim(const struct said_word *theirs, const struct dkim_sig_result *ours)
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
compare_dkim(const struct said *said, const struct dkim_result *dkim, struct agreement *agreement)
{
	const struct dkim_sig_result *ours;

	if (said->nsignatures == 0 && said->dkim.there && said->dkim.known &&
		said->dkim.code == AUTH_NONE && dkim->n > 0)
		add_difference(agreement, AGREE_DKIM, dkim->sigs[0].sig.d, dkim->sigs[0].code,
			&said->dkim, why_dkim(&said->dkim, &dkim->sigs[0]));
	/* domains that our results lack are not a difference: header.i may be a subdomain of d= */
	if (said->dkim.there && said->dkim.known && said->dkim.code == AUTH_PASS && dkim->n == 0)
		add_difference(agreement, AGREE_DKIM,
			said->nsignatures > 0 ? said->signatures[0].domain : SLICE(""), AUTH_NONE,
			&said->dkim, AGREE_CHANGED);
	for (size_t i = 0; i < said->nsignatures; i++) {
		const struct slice domain = said->signatures[i].domain;
		const struct said_word *theirs = theirs_of(said, domain);
		size_t k = 0;

		while (k < i && !slice_ieq(said->signatures[k].domain, domain))
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
compare_dmarc(const struct said *said, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	const enum auth_code ours = results->dmarc.code;
	const bool passed = said->dmarc.known && said->dmarc.code == AUTH_PASS;
	enum agree_why why = AGREE_LOCAL;

	if (!differs(&said->dmarc, ours))
		return;
	if (agreement->n > 0)
		why = AGREE_FOLLOWS;
	else if (is_dns(&said->dmarc, ours))
		why = AGREE_DNS_FAILED;
	else if (!said->dmarc.known)
		why = AGREE_LOCAL; /* Microsoft's bestguesspass: there is no record */
	else if (!known)
		why = AGREE_NOT_SHOWN;
	else if (passed && said->arc.known && said->arc.code == AUTH_PASS)
		why = AGREE_ARC;
	else if (ours == AUTH_NONE || said->dmarc.code == AUTH_NONE)
		why = AGREE_RECORDS;
	add_difference(agreement, AGREE_DMARC, SLICE(""), ours, &said->dmarc, why);
}

void
agree_compare(const struct said *said, const struct auth_results *results, bool known,
	struct agreement *agreement)
{
	agreement->said = *said;
	agreement->n = 0;
	if (said->spf_helo.n > 0 && !slice_ieq(said->spf_helo, results->spf.domain))
		agreement->said.spf.there = false; /* our result is not for that HELO name */
	compare_spf(&agreement->said, results, known, agreement);
	compare_dkim(said, &results->dkim, agreement);
	compare_dmarc(said, results, known, agreement);
	agreement->agrees = said->form != SAID_NOTHING && agreement->n == 0;
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
