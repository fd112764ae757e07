#include "filter/explain/advice_text.h"

#include "filter/explain/remedy.h"
#include "filter/explain/setting.h"
#include "filter/provider/provider.h"
#include "filter/result/code.h"
#include "filter/text/i18n.h"

enum { NAME_MAX_OCTETS = 32 };

/*
 * values: the names of the values for the conversions in text. In JSON some values are codes:
 * remedy (how to fix a signature), setting, evidence, reason, and mail_from and dkim, which stand
 * for the provider's names of these settings (the provider of the value "domain").
 */
static const struct advice_row {
	const char *code, *about, *id, *values, *text;
} rows[ADVICE_IDS] = {
	[ADVICE_FROM] = {"from", "mail", "advice-from", "",
		N_("the mail must have one From field with one address in it: fix the program "
		   "that writes it")},
	[ADVICE_ENVELOPE] = {"envelope", "mail", "advice-envelope", "",
		N_("the stored message does not show which host delivered it: name your relays "
		   "with --trusted-relay, or give the envelope with --client-ip and --mail-from")},
	[ADVICE_AUTHOR] = {"own_author", "mail", "advice-own-author", "domain,domain,author",
		N_("if %s sends in its own name (a web form, a ticket system), have it write "
		   "an address of %s into From, and that of %s into Reply-To")},
	[ADVICE_INDIRECT] = {"indirect", "mail", "advice-indirect", "",
		N_("if the message came through a list or forwarder, ask its operator to "
		   "change nothing that is signed, to write its own address into From, or to "
		   "seal the message with ARC for receivers that trust it")},
	[ADVICE_SPF_DNS] = {"spf_dns", "spf", "advice-spf-dns", "domain",
		N_("the SPF record of %s could not be fetched: check its name servers")},
	[ADVICE_SPF_INSIDE] = {"spf_inside", "spf", "advice-spf-inside", "client",
		N_("%s is not a public address, and no SPF record should allow it: name your "
		   "relays with --trusted-relay, and your own hosts with --trusted-client")},
	[ADVICE_SPF_FOREIGN] = {"spf_foreign", "spf", "advice-spf-foreign", "domain,author,author",
		N_("%s in the envelope is not %s, and its SPF does not pass: use %s, or a "
		   "domain below it, in MAIL FROM")},
	[ADVICE_SPF_FOREIGN_UNKNOWN] = {"spf_foreign_unknown", "spf", "advice-spf-unknown",
		"domain,author,client,author",
		N_("%s in the envelope is not %s, its SPF does not pass, and nothing shows that %s "
		   "sends for %s: this is what your policy is for. If you know it as yours, name "
		   "it with --own-senders")},
	[ADVICE_SPF_SHARED] = {"spf_shared", "spf", "advice-spf-unknown",
		"author,client,service,domain,domain",
		N_("the SPF record of %s allows %s, but all customers of %s use this host, and the "
		   "message passes for %s, which may be another customer: if %s is yours, name it "
		   "with --own-senders")},
	[ADVICE_SPF_SHARED_HOST] = {"spf_shared_host", "spf", "advice-spf-unknown",
		"author,client,domain,domain",
		N_("the SPF record of %s allows %s, but others may use this host, too, and the "
		   "message passes for %s, which may be somebody else: if %s is yours, name it "
		   "with --own-senders")},
	[ADVICE_SPF_PUBLISH_UNKNOWN] = {"spf_publish_unknown", "spf", "advice-spf-publish",
		"domain,client",
		N_("%s has no SPF record: publish one that allows its mail servers. Nothing shows "
		   "that %s is one of them: if you know it as yours, name it with --own-senders")},
	[ADVICE_SPF_STRICT_SEND] = {"spf_strict_send", "spf", "advice-spf-strict",
		"domain,author,author",
		N_("SPF passed for %s, but aspf=s requires %s itself: send with %s in the "
		   "envelope")},
	[ADVICE_SPF_OTHER] = {"spf_other", "spf", "advice-spf-unknown", "domain,author,author",
		N_("SPF passed for %s, which is not %s, and nothing shows that it sends for %s: a "
		   "forger can also get such a pass. If you know it as yours, name it with "
		   "--own-senders")},
	[ADVICE_SPF_PUBLISH] = {"spf_publish", "spf", "advice-spf-publish", "domain",
		N_("%s has no SPF record: publish one that allows its mail servers")},
	[ADVICE_SPF_STRICT] = {"spf_strict", "spf", "advice-spf-strict", "domain,author,author",
		N_("SPF passed for %s, but aspf=s requires %s itself: remove aspf=s from the "
		   "DMARC record, or send with %s in the envelope")},
	[ADVICE_SPF_LIST] = {"spf_list", "spf", "advice-forwarded", "domain,author",
		N_("SPF passed for %s, which seems to be a list or forwarder and not %s: no "
		   "SPF record needs to be changed, and only a DKIM signature can survive it")},
	[ADVICE_SPF_MAIL_FROM] = {"spf_mail_from", "spf", "advice-custom-mail-from",
		"domain,author,author",
		N_("SPF passed for %s, which is not %s: ask the sending service for a custom "
		   "MAIL FROM below %s, and publish the records that it names")},
	[ADVICE_SPF_MAIL_FROM_AT] = {"spf_mail_from_at", "spf", "advice-custom-mail-from",
		"domain,author,author,mail_from",
		N_("SPF passed for %s, which is not %s: ask the sending service for a custom "
		   "MAIL FROM below %s (%s), and publish the records that it names")},
	[ADVICE_SPF_FORWARDER] = {"spf_forwarder", "spf", "advice-forwarded", "client,domain",
		N_("%s is not allowed by the SPF record of %s. If it is a forwarder, nothing "
		   "needs to be done: the DKIM signature survived. If you know it as yours, name "
		   "it with --own-senders")},
	[ADVICE_SPF_UNKNOWN] = {"spf_unknown", "spf", "advice-spf-unknown", "client,domain",
		N_("%s is not allowed to use %s, and nothing shows that it should be: this is "
		   "what your policy is for. If you know it as yours, name it with "
		   "--own-senders")},
	[ADVICE_SPF_SENT_ON] = {"spf_sent_on", "spf", "advice-spf-sent-on", "client,domain",
		N_("%s is not allowed by the SPF record of %s, and should not be: it seems to "
		   "be a list or forwarder, which only a DKIM signature can survive")},
	[ADVICE_SPF_ADD] = {"spf_add", "spf", "advice-spf-add", "client,domain,evidence",
		N_("%s is not allowed by the SPF record of %s, but it sends for that domain "
		   "(%s): add it to the record")},
	[ADVICE_SPF_NO_ROOM] = {"spf_no_room", "spf", "advice-spf-add",
		"client,domain,evidence,domain",
		N_("%s is not allowed by the SPF record of %s, but it sends for that domain "
		   "(%s). Adding it would not help with the record as it is: run mailstamp "
		   "inspect %s for details")},
	[ADVICE_SPF_JOIN] = {"spf_join", "spf", "advice-spf-join", "domain,records",
		N_("%s has %zu SPF records, so that none is valid: merge them into one")},
	[ADVICE_SPF_BROKEN] = {"spf_broken", "spf", "advice-spf-broken", "domain,reason,domain",
		N_("the SPF record of %s cannot be used (%s): run mailstamp inspect %s for "
		   "details")},
	[ADVICE_SPF_BROKEN_TERM] = {"spf_broken_term", "spf", "advice-spf-broken",
		"domain,reason,term,term_domain,domain",
		N_("the SPF record of %s cannot be used (%s), because of %s in the record of "
		   "%s: run mailstamp inspect %s for details")},
	[ADVICE_DKIM_SIGN] = {"dkim_sign", "dkim", "advice-dkim-sign", "author",
		N_("there is no DKIM signature: have the mail signed with d=%s; only DKIM "
		   "survives forwarding")},
	[ADVICE_DKIM_FAILS] = {"dkim_fails", "dkim", "advice-dkim-mend", "key,remedy",
		N_("the signature of %s does not count: %s")},
	[ADVICE_DKIM_UNKNOWN] = {"dkim_unknown", "dkim", "advice-dkim-unknown", "key",
		N_("the signature names a key at %s, which does not exist, and nothing shows that "
		   "the signature is yours: anybody can write one")},
	[ADVICE_DKIM_CNAME] = {"dkim_cname", "dkim", "advice-dkim-publish", "key,domain",
		N_("there is no key at %s: publish the CNAME that %s documents")},
	[ADVICE_DKIM_ROTATED] = {"dkim_rotated", "dkim", "advice-dkim-publish", "key,domain",
		N_("the signature was not made with the key at %s: publish in its place the "
		   "CNAME that %s documents, with which the service can change its keys")},
	[ADVICE_DKIM_STRICT_SIGN] = {"dkim_strict_sign", "dkim", "advice-dkim-adkim",
		"domain,author,author",
		N_("the signature of %s passes, but adkim=s requires %s itself: sign with d=%s")},
	[ADVICE_DKIM_OTHER] = {"dkim_other", "dkim", "advice-dkim-unknown", "domain,author,author",
		N_("the message is signed by %s, not by %s, and nothing shows that this "
		   "signer sends for %s: a forger can also get such a signature. If you know "
		   "the signer as yours, name it with --own-senders")},
	[ADVICE_DKIM_STRICT] = {"dkim_strict", "dkim", "advice-dkim-adkim", "domain,author,author",
		N_("the signature of %s passes, but adkim=s requires %s itself: remove "
		   "adkim=s from the DMARC record, or sign with d=%s")},
	[ADVICE_DKIM_DOMAIN] = {"dkim_domain", "dkim", "advice-own-dkim-domain",
		"domain,author,author,author",
		N_("the message is signed by %s, not by %s: ask the signer to sign with your "
		   "own domain, d=%s, and publish the key, or the CNAME, that it names, under "
		   "_domainkey.%s")},
	[ADVICE_DKIM_DOMAIN_AT] = {"dkim_domain_at", "dkim", "advice-own-dkim-domain",
		"domain,author,author,dkim,author",
		N_("the message is signed by %s, not by %s: ask the signer to sign with your "
		   "own domain, d=%s (%s), and publish the key, or the CNAME, that it names, "
		   "under _domainkey.%s")},
	[ADVICE_SETTING] = {"setting", "dkim", "advice-setting", "setting,page", N_("%s: %s")},
	[ADVICE_DMARC_PUBLISH] = {"dmarc_publish", "dmarc", "advice-dmarc-publish", "author",
		N_("%s has no valid DMARC record: publish one, with p=none at first")},
	[ADVICE_DMARC_POLICY] = {"dmarc_policy", "dmarc", "advice-dmarc-policy", "domain",
		N_("the DMARC record of %s has no valid p=: it must be none, quarantine or "
		   "reject")},
};

/* Copies the next name of a list into name; false at the end of the list. */
static bool
next_name(const char **list, char name[NAME_MAX_OCTETS])
{
	const size_t n = strcspn(*list, ",");

	if (n == 0 || n >= NAME_MAX_OCTETS)
		return false;
	memcpy(name, *list, n);
	name[n] = '\0';
	*list += n + ((*list)[n] == ',' ? 1 : 0);
	return true;
}

static const struct {
	enum evidence_id id;
	const char *code, *text;
} kinds[] = {
	{EVIDENCE_OWN_LIST, "own_list", N_("your list of own senders names it")},
	{EVIDENCE_MX, "mx", N_("it is a host that takes the domain's mail (MX)")},
	{EVIDENCE_ADDRESS, "address", N_("it is the domain's own address")},
	{EVIDENCE_RANGE, "range", N_("it is a host of a provider that the domain's records name")},
	{EVIDENCE_RECORDS, "records", N_("the domain's records name it")},
};

const char *
advice_evidence(enum evidence_id id)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].id == id)
			return kinds[i].code;
	return "none";
}

static const char *
evidence_text(const char *code)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].code, code) == 0)
			return kinds[i].text;
	return NULL;
}

/* Returns the text for a value that is a code, or NULL. */
static const char *
words_by(const char *name, const struct advice_values *values)
{
	const bool mail_from = strcmp(name, "mail_from") == 0, dkim = strcmp(name, "dkim") == 0;
	const char *key = values->get(values->arg, mail_from || dkim ? "domain" : name);

	if (key == NULL)
		return NULL;
	if (mail_from || dkim) {
		const struct provider *provider = provider_of(slice_str(key));

		if (provider == NULL)
			return NULL;
		return dkim ? provider->dkim : provider->mail_from;
	}
	if (strcmp(name, "remedy") == 0)
		return remedy_text(key);
	if (strcmp(name, "evidence") == 0)
		return evidence_text(key);
	if (strcmp(name, "setting") == 0)
		return setting_text(key);
	return strcmp(key, "permerror") == 0 ? "permerror" : code_text(key);
}

static bool
has_words(const char *name)
{
	return strcmp(name, "mail_from") == 0 || strcmp(name, "dkim") == 0 ||
	       strcmp(name, "remedy") == 0 || strcmp(name, "setting") == 0 ||
	       strcmp(name, "evidence") == 0 || strcmp(name, "reason") == 0;
}

/* Fills in the sentence of the row; false if a value is missing. */
static bool
make_phrase(const struct advice_row *row, const struct advice_values *values, struct arena *arena,
	struct phrase *phrase)
{
	struct phrase_arg *args = arena_array(arena, PHRASE_ARGS, sizeof *args);
	const char *list = row->values;
	char name[NAME_MAX_OCTETS];

	*phrase = (struct phrase){.format = row->text, .args = args};
	while (phrase->n < PHRASE_ARGS && next_name(&list, name)) {
		struct phrase_arg *one = &args[phrase->n++];

		one->words = has_words(name);
		one->text = one->words ? words_by(name, values) : values->get(values->arg, name);
		if (one->text == NULL)
			return false;
	}
	return true;
}

static const char *
value_of(const void *arg, const char *name)
{
	const struct finding *finding = arg;

	for (size_t i = 0; i < finding->nvalues; i++)
		if (strcmp(finding->values[i].name, name) == 0)
			return finding->values[i].text;
	return NULL;
}

/* Stores each value once. Not stored: mail_from and dkim, which follow from the domain. */
static void
take_values(
	struct finding *finding, const char *list, const char *const *values, struct arena *arena)
{
	struct finding_value *taken = arena_array(arena, PHRASE_ARGS, sizeof *taken);
	char name[NAME_MAX_OCTETS];

	finding->values = taken;
	while (*values != NULL && next_name(&list, name)) {
		if (value_of(finding, name) != NULL || strcmp(name, "mail_from") == 0 ||
			strcmp(name, "dkim") == 0)
			continue;
		taken[finding->nvalues++] =
			(struct finding_value){arena_cstr(arena, slice_str(name)), *values++};
	}
}

struct finding *
advice_say(struct findings *findings, enum finding_level level, enum advice_id which,
	const char *id, const char *const *values)
{
	const struct advice_row *row = &rows[which];
	struct finding *finding =
		findings_new(findings, level, row->about, id != NULL ? id : row->id);

	finding->code = row->code;
	take_values(finding, row->values, values, findings->arena);
	(void)make_phrase(row, &(struct advice_values){value_of, finding}, findings->arena,
		&finding->sentence);
	finding->text = phrase_english(&finding->sentence, findings->arena);
	return finding;
}

const char *
advice_text(const char *code, const struct advice_values *values, struct arena *arena)
{
	struct phrase phrase;

	for (size_t i = 0; i < ADVICE_IDS; i++)
		if (strcmp(rows[i].code, code) == 0)
			return make_phrase(&rows[i], values, arena, &phrase)
				       ? phrase_text(&phrase, arena)
				       : NULL;
	return NULL;
}
