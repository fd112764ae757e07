#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "filter/explain/advice_parts.h"
#include "filter/explain/remedy.h"
#include "filter/explain/setting.h"
#include "mime/buf.h"

static const struct diagnosis *
diagnosis_of(const struct advice *advice, size_t signature)
{
	for (size_t i = 0; i < advice->outcome->ndiagnoses; i++)
		if (advice->outcome->diagnoses[i].signature == signature)
			return &advice->outcome->diagnoses[i];
	return NULL;
}

/* The code of what is proved, for remedy_text; NULL: nothing is. */
static const char *
proved_code(const struct diagnosis *diagnosis)
{
	if (diagnosis->found)
		return REMEDY_PROVED;
	switch (diagnosis->half) {
	case DIAGNOSE_HEADER:
		return REMEDY_BODY;
	case DIAGNOSE_BODY:
		return diagnosis->key_proved ? REMEDY_FIELD : NULL;
	case DIAGNOSE_KEY:
		return diagnosis->key_proved ? REMEDY_BOTH : REMEDY_KEY;
	case DIAGNOSE_WHOLE:
	default:
		return NULL;
	}
}

/* What can be set where the message was changed. */
static void
advise_changes(const struct advice *advice, const struct diagnosis *diagnosis)
{
	const struct setting *setting;

	for (size_t at = 0; (setting = setting_next(diagnosis, &at)) != NULL;)
		advice_say(advice->findings, advice->level, ADVICE_SETTING, setting->id,
			(const char *const[]){setting->id, setting->page, NULL});
}

/* A signature of the author's organization that does not pass. */
static void
advise_failing(const struct advice *advice, size_t which)
{
	const struct dkim_sig_result *sig = &advice->results->dkim.sigs[which];
	const struct diagnosis *diagnosis = diagnosis_of(advice, which);
	const char *code = diagnosis != NULL ? proved_code(diagnosis) : NULL;
	struct slice name;

	if (code == NULL)
		code = remedy_code(&sig->reason);
	if (sig->sig.s.n == 0 || sig->sig.d.n == 0 ||
		!dkim_key_name(sig->sig.s, sig->sig.d, advice->arena, &name))
		name = sig->sig.d;
	advice_say(advice->findings, advice->level, ADVICE_DKIM_FAILS, remedy_id(&sig->reason),
		(const char *const[]){advice_shown(advice, name), code, NULL});
	if (diagnosis != NULL && diagnosis->found)
		advise_changes(advice, diagnosis);
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
			advise_failing(advice, i);
	}
	for (size_t i = 0; i < dkim->n && !own && !advice->indirect; i++)
		if (dkim->sigs[i].code == AUTH_PASS) {
			advise_unaligned(advice, &dkim->sigs[i]);
			return; /* one is enough: the others ask for the same */
		}
}
