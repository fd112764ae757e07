#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "filter/explain/advice_parts.h"
#include "filter/text/words.h"
#include "mime/buf.h"

static const struct {
	enum dkim_reason reason;
	const char *id, *text; /* what to do */
} remedies[] = {
	{DKIM_R_NO_KEY,      "advice-dkim-publish",
         N_("there is no key there: publish the record, or the CNAME, that the provider "
		   "names")									     },
	{DKIM_R_KEY_TEMP,    "advice-dkim-dns",
         N_("the key could not be fetched from DNS: check the name servers")                            },
	{DKIM_R_KEY_REVOKED, "advice-dkim-revoked",
         N_("the key is revoked (p= is empty): sign with the new selector, or publish the "
		   "key "
		   "again")									     },
	{DKIM_R_KEY_SMALL,   "advice-dkim-small",
         N_("the key is too small: make one of 2048 bits, under a new selector")                        },
	{DKIM_R_KEY_LARGE,   "advice-dkim-large",   N_("the key is too large: make one of 2048 bits")   },
	{DKIM_R_KEY_P,       "advice-dkim-key",
         N_("p= holds no key: publish it again, whole and without line ends or quotes "
		   "inside")									    },
	{DKIM_R_KEY_NO_P,    "advice-dkim-key",     N_("the record has no p=: publish it again, whole") },
	{DKIM_R_KEY_SYNTAX,  "advice-dkim-key",     N_("the record is broken: publish it again, whole") },
	{DKIM_R_KEY_VERSION, "advice-dkim-key",     N_("v= of the record must be DKIM1")                },
	{DKIM_R_KEY_TYPE,    "advice-dkim-type",
         N_("the key is of another type than the signature: publish the key that signs")                },
	{DKIM_R_KEY_HASH,    "advice-dkim-use",
         N_("h= does not list sha256: remove h= from the record")                                       },
	{DKIM_R_KEY_SERVICE, "advice-dkim-use",
         N_("s= does not list email: remove s= from the record")                                        },
	{DKIM_R_KEY_STRICT,  "advice-dkim-strict",
         N_("t=s requires i= to be of d= itself: remove t=s from the record")                           },
	{DKIM_R_EXPIRED,     "advice-dkim-expired",
         N_("the signature has expired: make it valid for days (x=), or find out why the "
		   "mail was late")								     },
	{DKIM_R_FUTURE,      "advice-dkim-clock",   N_("the signer's clock is ahead: correct it")       },
	{DKIM_R_SHA1,        "advice-dkim-sha1",    N_("rsa-sha1 is not accepted: sign with rsa-sha256")},
	{DKIM_R_FROM,        "advice-dkim-from",    N_("h= must name From: have the signer sign it")    },
	{DKIM_R_LENGTH,      "advice-dkim-length",
         N_("it leaves a part of the body unsigned (l=): sign without l=")                              },
	{DKIM_R_DOUBLED,     "advice-dkim-doubled",
         N_("a field appears twice and is signed once: send it once")                                   },
	{DKIM_R_BODY,        "advice-dkim-changed",
         N_("the body was changed after signing: sign last, after everything that adds or "
		   "rewrites text")								     },
	{DKIM_R_BODY_SHORT,  "advice-dkim-changed",
         N_("the body was cut after signing: sign last, after everything that adds or "
		   "rewrites text")								     },
	{DKIM_R_SIGNATURE,   "advice-dkim-changed",
         N_("a signed field was changed after signing, or another key signed: sign last, "
		   "and "
		   "compare the published key with the signer's")                                       },
};

static const struct diagnosis *
diagnosis_of(const struct advice *advice, size_t signature)
{
	for (size_t i = 0; i < advice->outcome->ndiagnoses; i++)
		if (advice->outcome->diagnoses[i].signature == signature)
			return &advice->outcome->diagnoses[i];
	return NULL;
}

/* What is proved decides, where something is. */
static const char *
by_diagnosis(const struct diagnosis *diagnosis)
{
	if (diagnosis->found)
		return N_("it was right when it was made, as its diagnosis proves: sign after the "
			  "change, or have the change stopped");
	switch (diagnosis->half) {
	case DIAGNOSE_HEADER:
		return N_("the body was changed after signing: sign last, after everything that "
			  "adds or rewrites text");
	case DIAGNOSE_BODY:
		if (!diagnosis->key_proved)
			return NULL;
		return N_("a signed field was changed after signing: sign last, and sign no field "
			  "that others have to change");
	case DIAGNOSE_KEY:
		if (diagnosis->key_proved)
			return N_("header and body were changed after signing: sign last, after "
				  "everything that adds or rewrites text");
		return N_("another key signed, or b= was changed: compare the published key with "
			  "the signer's");
	case DIAGNOSE_WHOLE:
	default:
		return NULL;
	}
}

/* A signature of the author's organization that does not pass. */
static void
advise_failing(const struct advice *advice, size_t which)
{
	const struct dkim_sig_result *sig = &advice->results->dkim.sigs[which];
	const struct diagnosis *diagnosis = diagnosis_of(advice, which);
	const char *id = "advice-dkim-mend", *what = sig->reason.id != DKIM_R_NONE
							     ? reason_text(&sig->reason)
							     : N_("it fails");
	struct slice name;

	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
		if (sig->reason.id == remedies[i].reason) {
			id = remedies[i].id;
			what = remedies[i].text;
		}
	if (diagnosis != NULL && by_diagnosis(diagnosis) != NULL)
		what = by_diagnosis(diagnosis);
	if (sig->sig.s.n == 0 || sig->sig.d.n == 0 ||
		!dkim_key_name(sig->sig.s, sig->sig.d, advice->arena, &name))
		name = sig->sig.d;
	advice_add(advice, "dkim", id, "the signature of %s does not count: %s",
		advice_shown(advice, name), phrase_words(what, advice->arena));
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
		finding = advice_add(advice, "dkim", "advice-dkim-adkim",
			"the signature of %s passes, but adkim=s requires %s itself: remove "
			"adkim=s, or sign with d=%s",
			d, advice->author, advice->author);
		advice_records(advice, finding, "_dmarc.", dmarc->record_domain, dmarc->record.text,
			advice_without_tag(advice, "adkim"));
		return;
	}
	if (hint != NULL)
		advice_add(advice, "dkim", "advice-own-dkim-domain",
			"it is signed by %s, not by %s: ask them to sign with your own domain, "
			"d=%s (%s), and publish the key, or the CNAME, that they name under "
			"_domainkey.%s",
			d, advice->author, advice->author, phrase_words(hint, advice->arena),
			advice->author);
	else
		advice_add(advice, "dkim", "advice-own-dkim-domain",
			"it is signed by %s, not by %s: ask them to sign with your own domain, "
			"d=%s, and publish the key, or the CNAME, that they name under "
			"_domainkey.%s",
			d, advice->author, advice->author, advice->author);
}

void
advise_dkim(const struct advice *advice)
{
	const struct dkim_result *dkim = &advice->results->dkim;
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice author = advice->ev->ids.author_domain;
	bool own = false;

	if (dkim->n == 0) {
		advice_add(advice, "dkim", "advice-dkim-sign",
			"there is no DKIM signature: have the mail signed with d=%s; only DKIM "
			"survives forwarding",
			advice->author);
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
