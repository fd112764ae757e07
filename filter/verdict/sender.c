#include "filter/verdict/sender.h"

#include <stddef.h>
#include <string.h>

#include "filter/text/i18n.h"

static const struct {
	const char *word, *text;
} classes[SENDER_CLASSES] = {
	[SENDER_UNJUDGED] = {"unjudged", N_("not evaluated")},
	[SENDER_PASSES] = {"passes", N_("passes")},
	[SENDER_OWN] = {"own", N_("yours, not aligned")},
	[SENDER_SERVICE] = {"service", N_("known service, not aligned")},
	[SENDER_FORWARDER] = {"forwarder", N_("forwarder or list")},
	[SENDER_DECIDE] = {"decide", N_("decide")},
	[SENDER_FORGED] = {"forged", N_("probably forged, no evidence")},
};

static const struct {
	const char *word, *text;
} evidences[SENDER_EVIDENCES] = {
	[SENDER_BY_NOTHING] = {"", ""},
	[SENDER_BY_OWN_LIST] = {"own-list", N_("your list of own senders names it")},
	[SENDER_BY_MX] = {"mx", N_("it is a host that takes the domain's mail (MX)")},
	[SENDER_BY_ADDRESS] = {"address", N_("it is the domain's own address")},
	[SENDER_BY_RANGE] = {"range",
		N_("it is a host of a provider that the domain's records name")},
	[SENDER_BY_RECORDS] = {"records", N_("the domain's records name it")},
	[SENDER_BY_ELSEWHERE] = {"elsewhere",
		N_("the same host passed SPF for the domain in other messages")},
	[SENDER_BY_TRUST] = {"trust", N_("your options trust it")},
	[SENDER_BY_SEAL] = {"seal", N_("a known sealer recorded a pass for the author (ARC)")},
	[SENDER_BY_FORWARDING] = {"forwarding",
		N_("SPF or DKIM passed for a known list or forwarding domain")},
	[SENDER_BY_COPY] = {"copy", N_("another message with the same Message-ID, and the same "
				       "signature or none, was aligned")},
	[SENDER_BY_ARCHIVE] = {"archive", N_("your archive has mail that it forwarded")},
	[SENDER_BY_REPORTER] = {"reporter",
		N_("a known receiver reports forwarding or a mailing list")},
	[SENDER_BY_PASS] = {"pass", N_("SPF, DKIM or ARC passed, but for another domain")},
	[SENDER_BY_KNOWN] = {"known-service",
		N_("a known service, but the domain's records do not name it")},
	[SENDER_BY_FIELDS] = {"fields",
		N_("fields of a list or forwarder, which anybody can write")},
	[SENDER_BY_SIGNATURE] = {"signature",
		N_("a broken signature of the domain, which anybody can write")},
};

struct sender
sender_of(const struct sender_facts *facts)
{
	const bool listed = facts->own == SENDER_BY_OWN_LIST;

	if (facts->aligned)
		return (struct sender){SENDER_PASSES, SENDER_BY_NOTHING};
	if (facts->passed != SENDER_BY_NOTHING && !listed)
		return (struct sender){SENDER_FORWARDER, facts->passed};
	if (facts->own != SENDER_BY_NOTHING)
		return (struct sender){facts->service ? SENDER_SERVICE : SENDER_OWN, facts->own};
	if (facts->pass)
		return (struct sender){SENDER_DECIDE, SENDER_BY_PASS};
	if (facts->known)
		return (struct sender){SENDER_DECIDE, SENDER_BY_KNOWN};
	if (facts->fields)
		return (struct sender){SENDER_DECIDE, SENDER_BY_FIELDS};
	if (facts->signature)
		return (struct sender){SENDER_DECIDE, SENDER_BY_SIGNATURE};
	return (struct sender){SENDER_FORGED, SENDER_BY_NOTHING};
}

bool
sender_shows(enum sender_evidence by, enum sender_class class)
{
	if (by == SENDER_BY_NOTHING)
		return class == SENDER_FORGED || class == SENDER_PASSES || class == SENDER_UNJUDGED;
	if (by <= SENDER_BY_ELSEWHERE)
		return class == SENDER_OWN || class == SENDER_SERVICE;
	return class == (by <= SENDER_BY_REPORTER ? SENDER_FORWARDER : SENDER_DECIDE);
}

bool sender_is_hurt(enum sender_class class)
{
	return class == SENDER_OWN || class == SENDER_SERVICE || class == SENDER_FORWARDER;
}

const char *sender_class_word(enum sender_class class)
{
	return classes[class].word;
}

const char *
sender_evidence_word(enum sender_evidence by)
{
	return evidences[by].word;
}

bool
sender_class_read(const char *word, enum sender_class *class)
{
	for (size_t i = 0; i < SENDER_CLASSES; i++)
		if (strcmp(classes[i].word, word) == 0) {
			*class = (enum sender_class)i;
			return true;
		}
	return false;
}

bool
sender_evidence_read(const char *word, enum sender_evidence *by)
{
	for (size_t i = 0; i < SENDER_EVIDENCES; i++)
		if (strcmp(evidences[i].word, word) == 0) {
			*by = (enum sender_evidence)i;
			return true;
		}
	return false;
}

const char *sender_class_text(enum sender_class class)
{
	return _(classes[class].text);
}

const char *
sender_evidence_text(enum sender_evidence by)
{
	return by == SENDER_BY_NOTHING ? "" : _(evidences[by].text);
}
