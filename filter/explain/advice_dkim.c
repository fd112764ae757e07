#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "filter/explain/advice_parts.h"
#include "filter/explain/remedy.h"
#include "mime/buf.h"

/* A signature of the author's organization that does not pass. */
static void
advise_failing(const struct advice *advice, const struct dkim_sig_result *sig)
{
	struct slice name;

	if (sig->sig.s.n == 0 || sig->sig.d.n == 0 ||
		!dkim_key_name(sig->sig.s, sig->sig.d, advice->arena, &name))
		name = sig->sig.d;
	advice_say(advice->findings, advice->level, ADVICE_DKIM_FAILS, remedy_id(&sig->reason),
		(const char *const[]){advice_shown(advice, name), remedy_code(&sig->reason), NULL});
}

/* A signature that passes for somebody else. */
static void
advise_unaligned(const struct advice *advice, const struct dkim_sig_result *sig)
{
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	const char *hint = advice_provider(sig->sig.d, true), *d = advice_shown(advice, sig->sig.d);
	struct finding *finding;

	if (dmarc->record.adkim_strict &&
		advice_related(sig->sig.d, advice->ev->ids.author_domain)) {
		finding = advice_add(advice, ADVICE_DKIM_STRICT, d, advice->author);
		advice_records(advice, finding, "_dmarc.", dmarc->record_domain, dmarc->record.text,
			advice_without_tag(advice, "adkim"));
		return;
	}
	if (hint != NULL)
		advice_add(advice, ADVICE_DKIM_DOMAIN_AT, d, advice->author);
	else
		advice_add(advice, ADVICE_DKIM_DOMAIN, d, advice->author);
}

void
advise_dkim(const struct advice *advice)
{
	const struct dkim_result *dkim = &advice->results->dkim;
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice author = advice->ev->ids.author_domain;
	bool own = false;

	if (dkim->n == 0) {
		advice_add(advice, ADVICE_DKIM_SIGN, advice->author);
		return;
	}
	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_sig_result *sig = &dkim->sigs[i];
		bool aligned = sig->aligned || slice_eq(sig->sig.d, author) ||
			       (!dmarc->has_record && advice_related(sig->sig.d, author));

		own |= aligned && sig->code == AUTH_PASS;
		if (aligned && sig->code != AUTH_PASS)
			advise_failing(advice, sig);
	}
	for (size_t i = 0; i < dkim->n && !own && !advice->indirect; i++)
		if (dkim->sigs[i].code == AUTH_PASS) {
			advise_unaligned(advice, &dkim->sigs[i]);
			return; /* one is enough: the others ask for the same */
		}
}
