#include "filter/inspect/inspect.h"
#include "filter/inspect/slip.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/io/clock.h"
#include "mime/buf.h"

enum {
	BITS_GOOD = 2048,
	LEARNED_MAX = 50 /* maximum number of keys that are queried */,
	FOLLOWED_MAX = 200
};
enum { KEY_OLD = 730 /* days after which a key should be replaced */ };

static const char area[] = "dkim";

#define ADD(findings, level, id, ...) findings_add(findings, level, area, id, __VA_ARGS__)

/* Sets the key's size and state; reports an unsuitable key. */
static void
measure(struct inspection *inspection, const struct dkim_key *parsed, struct inspect_key *key)
{
	struct findings *findings = &inspection->findings;
	const struct limits *limits = &inspection->options->limits;
	const char *name = findings_shown(findings, key->name);
	struct crypto_key *opened = NULL;
	enum status st;

	if (parsed->k == DKIM_KEY_ED25519) {
		st = crypto_key_ed25519(inspection->in->crypto, parsed->p, &opened);
		key->bits = 8 * CRYPTO_ED25519_SIZE;
	} else {
		st = crypto_key_rsa(inspection->in->crypto, parsed->p, &opened, &key->bits);
	}
	crypto_key_free(opened);
	key->state = AUTH_PERMERROR;
	if (st == ST_BAD) {
		const struct slip slip = slip_find(SLIP_KEY_DATA, key->record, 0);

		finding_mark(findings,
			ADD(findings, FINDING_ERROR, "dkim-key-bad",
				"%s: p= contains no public key", name),
			key->record, slip.at, slip.text);
	} else if (parsed->k == DKIM_KEY_RSA && key->bits < limits->rsa_min_bits) {
		key->state = AUTH_POLICY;
		ADD(findings, FINDING_ERROR, "dkim-key-small",
			"%s: the key has %u bits and is not accepted (RFC 8301): make one of %d "
			"bits",
			name, key->bits, BITS_GOOD);
	} else if (st == ST_LIMIT || key->bits > limits->rsa_max_bits) {
		key->state = AUTH_POLICY;
		ADD(findings, FINDING_ERROR, "dkim-key-large",
			"%s: the key has %u bits, more than receivers accept: make one of %d bits",
			name, key->bits, BITS_GOOD);
	} else {
		key->state = AUTH_PASS;
		if (parsed->k == DKIM_KEY_RSA && key->bits < BITS_GOOD)
			ADD(findings, FINDING_WARNING, "dkim-key-short",
				"%s: the key has %u bits; %d are usual today (RFC 8301 3.2)", name,
				key->bits, BITS_GOOD);
	}
}

/* The octet of a reason as text, such as "0x0d". */
static const char *
octet_text(struct findings *findings, const struct reason *reason)
{
	struct buf text;

	buf_init(&text, findings->arena, 8);
	buf_addf(&text, "0x%02x", reason->octet);
	return arena_cstr(findings->arena, buf_slice(&text));
}

/*
 * Reports departures that we ignore, with the octet and its position.
 */
static void
tell_notes(struct findings *findings, const char *name, const struct notes *notes)
{
	for (const struct note *n = notes->first; n != NULL; n = n->next)
		ADD(findings, FINDING_WARNING, "dkim-passed-over",
			"%s: %s, octet %s at %zu: some receivers may not read it", name,
			phrase_words(reason_text(&n->reason), findings->arena),
			octet_text(findings, &n->reason), n->reason.at);
}

/* Reports a defect that makes the record unreadable, with its position if known. */
static void
tell_defect(struct findings *findings, const char *name, const struct reason *defect,
	struct slice record)
{
	const struct slip slip = slip_find(SLIP_KEY, record, defect->at);
	struct finding *finding;
	const char *text = phrase_words(reason_text(defect), findings->arena);
	const char *about = findings_shown(findings, reason_about(defect));

	if (defect->has_octet)
		finding = ADD(findings, FINDING_ERROR, "dkim-record", "%s: %s: %s, octet %s at %zu",
			name, text, about, octet_text(findings, defect), defect->at);
	else if (defect->at > 0)
		finding = ADD(findings, FINDING_ERROR, "dkim-record",
			"%s: %s: %s, from octet %zu on", name, text, about, defect->at);
	else
		finding = ADD(findings, FINDING_ERROR, "dkim-record", "%s: %s", name, text);
	finding_mark(findings, finding, record, slip.at, slip.text);
}

static void
judge_record(struct inspection *inspection, struct inspect_key *key)
{
	struct findings *findings = &inspection->findings;
	const char *name = findings_shown(findings, key->name);
	struct dkim_key parsed;

	dkim_key_parse(key->record, inspection->in->arena, &parsed);
	key->algorithm = parsed.k == DKIM_KEY_RSA       ? "rsa"
			 : parsed.k == DKIM_KEY_ED25519 ? "ed25519"
							: NULL;
	key->revoked = parsed.defect.id == DKIM_R_NONE && parsed.revoked;
	key->testing = parsed.testing;
	key->strict_i = parsed.strict_i;
	key->state = AUTH_PERMERROR;
	tell_notes(findings, name, &parsed.notes);
	if (parsed.defect.id != DKIM_R_NONE)
		tell_defect(findings, name, &parsed.defect, key->record);
	else if (parsed.revoked)
		ADD(findings, FINDING_WARNING, "dkim-revoked",
			"%s: the key is revoked (p= is empty): signatures with it do not count",
			name);
	else if (parsed.k == DKIM_KEY_OTHER)
		ADD(findings, FINDING_ERROR, "dkim-key-type", "%s: k= is neither rsa nor ed25519",
			name);
	else
		measure(inspection, &parsed, key);
	if (parsed.no_sha256 || parsed.not_email) {
		const struct slip slip = slip_find(SLIP_KEY, key->record, 0);
		struct finding *finding = ADD(findings, FINDING_ERROR, "dkim-key-use",
			"%s: %s does not list what mail needs: remove the tag", name,
			parsed.no_sha256 ? "h=" : "s=");

		if (slip.text != NULL)
			finding_mark(findings, finding, key->record, slip.at, slip.text);
		key->state = AUTH_PERMERROR;
	}
	if (parsed.testing)
		ADD(findings, FINDING_WARNING, "dkim-testing",
			"%s: t=y means that DKIM is only being tested: remove it once the mail is "
			"signed correctly",
			name);
}

/*
 * Reports a missing key. One that is only known from messages may have been removed, or was never
 * the domain's.
 */
static void
tell_missing(struct inspection *inspection, const struct inspect_key *key)
{
	struct findings *findings = &inspection->findings;
	const char *name = findings_shown(findings, key->name);

	if (key->named)
		ADD(findings, FINDING_ERROR, "dkim-missing",
			"%s has no key: publish the record (or the CNAME) that the provider names",
			name);
	else
		ADD(findings, FINDING_WARNING, "dkim-missing",
			"%s has no key, but %zu of the messages are signed with it: the key was "
			"removed, the record is missing, or the mail is forged",
			name, key->messages);
}

static void
inspect_key(struct inspection *inspection, struct inspect_key *key)
{
	struct findings *findings = &inspection->findings;
	const struct dns_answer *answer = dns_get(inspection->in->dns, key->name, DNS_TXT, 0);

	if (answer->status == DNS_TEMP || answer->status == DNS_BAD) {
		key->state = AUTH_TEMPERROR;
		ADD(findings, FINDING_ERROR, "dkim-no-answer", "%s could not be looked up: %s",
			findings_shown(findings, key->name),
			phrase_words(dns_why(answer), findings->arena));
		return;
	}
	if (answer->n == 0) {
		if (!key->followed)
			tell_missing(inspection, key);
		return;
	}
	if (answer->n > 1)
		ADD(findings, FINDING_WARNING, "dkim-several",
			"%s has %zu TXT records: receivers may use any of them (RFC 6376 3.6.2.2)",
			findings_shown(findings, key->name), answer->n);
	key->record = answer->rr[0].text;
	judge_record(inspection, key);
}

static void
take_seen(struct inspect_key *key, const struct inspect_seen *seen)
{
	key->messages = seen->messages;
	key->has_dates = seen->has_dates;
	key->first = seen->oldest;
	key->last = seen->newest;
}

/* Adds what messages show about a key that was named on the command line. */
static void
find_seen(const struct inspection *inspection, struct inspect_key *key)
{
	const struct inspect_messages *messages = inspection->messages;
	struct slice name;

	for (size_t i = 0; i < messages->nseen; i++)
		if (dkim_key_name(messages->seen[i].s, messages->seen[i].d, inspection->in->arena,
			    &name) &&
			slice_eq(name, key->name))
			take_seen(key, &messages->seen[i]);
}

/* Reports a key that is unused, or has been in use for too long, as far as messages show. */
static void
tell_use(struct inspection *inspection, const struct inspect_key *key)
{
	const int64_t days = key->has_dates ? (key->last - key->first) / DAY_SECONDS : 0;
	struct findings *findings = &inspection->findings;
	const char *name = findings_shown(findings, key->name);

	if (!inspection->messages->asked || key->state != AUTH_PASS)
		return;
	if (key->messages == 0 && inspection->messages->messages > 0)
		ADD(findings, FINDING_NOTE, "dkim-unused",
			"%s: none of the %zu messages is signed with it: if no other mail is, "
			"remove the key",
			name, inspection->messages->messages);
	else if (days > KEY_OLD)
		ADD(findings, FINDING_WARNING, "dkim-key-old",
			"%s: messages have been signed with it for %lld days: replace the key, "
			"with a new selector",
			name, (long long)days);
}

static void
inspect_selector(struct inspection *inspection, const char *selector, struct inspect_key *key)
{
	struct findings *findings = &inspection->findings;
	const char *shown = findings_shown(findings, slice_str(selector));
	struct slice s;

	*key = (struct inspect_key){.selector = shown, .state = AUTH_PERMERROR, .named = true};
	if (domain_normalize(slice_str(selector), inspection->in->arena, &s) != ST_OK ||
		!dkim_key_name(s, inspection->domain, inspection->in->arena, &key->name)) {
		ADD(findings, FINDING_ERROR, "dkim-selector", "\"%s\" is not a selector", shown);
		return;
	}
	find_seen(inspection, key);
	inspect_key(inspection, key);
	tell_use(inspection, key);
}

static bool
is_known(const struct inspection *inspection, struct slice name)
{
	for (size_t i = 0; i < inspection->nkeys; i++)
		if (slice_eq(inspection->keys[i].name, name))
			return true;
	return false;
}

/*
 * Adds and checks the keys of the domain, and of names below it, that messages use. Returns the
 * number of keys that are left out because of the limit.
 */
static size_t
inspect_seen(struct inspection *inspection)
{
	size_t looked_at = 0, left = 0;

	for (size_t i = 0; i < inspection->messages->nseen; i++) {
		const struct inspect_seen *seen = &inspection->messages->seen[i];
		struct inspect_key *key = &inspection->keys[inspection->nkeys];
		struct slice name;

		if (!domain_within(seen->d, inspection->domain) ||
			!dkim_key_name(seen->s, seen->d, inspection->in->arena, &name) ||
			is_known(inspection, name))
			continue;
		if (looked_at++ >= LEARNED_MAX) {
			left++;
			continue;
		}
		*key = (struct inspect_key){
			.selector = findings_shown(&inspection->findings, seen->s),
			.name = name,
			.state = AUTH_PERMERROR};
		take_seen(key, seen);
		inspection->nkeys++;
		inspect_key(inspection, key);
		tell_use(inspection, key);
	}
	return left;
}

static void
tell_messages(struct inspection *inspection, size_t left)
{
	const struct inspect_messages *messages = inspection->messages;
	struct findings *findings = &inspection->findings;
	bool any = false;

	for (size_t i = 0; i < inspection->nkeys; i++)
		any = any || inspection->keys[i].messages > 0;
	if (!any)
		ADD(findings, FINDING_NOTE, "dkim-messages-unsigned",
			"none of the %zu messages has a signature of %s or of a name below it",
			messages->messages, findings_shown(findings, inspection->domain));
	if (messages->unread > 0)
		ADD(findings, FINDING_WARNING, "dkim-messages-unread",
			"%zu files or folders of --messages could not be read, first %s: %s",
			messages->unread, messages->unread_path,
			phrase_words(messages->unread_why, findings->arena));
	if (messages->cut || left > 0)
		ADD(findings, FINDING_WARNING, "dkim-messages-many",
			"too many messages or keys: %zu messages were read, %zu keys of this "
			"domain were left out",
			messages->messages, left);
}

/*
 * Does the baseline have the valid name of a key of the domain, or of a name below it? Sets *name
 * to its normal form.
 */
static bool
take_name(
	const struct inspection *inspection, const struct earlier_key *claimed, struct slice *name)
{
	static const struct slice between = SLICE_INIT("._domainkey.");
	struct arena *arena = inspection->in->arena;
	const struct slice rest = slice_from(claimed->name, claimed->selector.n);
	struct slice s, d;

	if (claimed->name.p == NULL || claimed->selector.p == NULL)
		return false;
	return slice_istarts(claimed->name, claimed->selector) && slice_istarts(rest, between) &&
	       domain_normalize(claimed->selector, arena, &s) == ST_OK &&
	       domain_normalize(slice_from(rest, between.n), arena, &d) == ST_OK &&
	       domain_within(d, inspection->domain) && dkim_key_name(s, d, arena, name);
}

/* Adds and checks the keys of the earlier inspection that are not in the list yet. */
static void
inspect_followed(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	size_t followed = 0, left = 0;

	for (size_t i = 0; earlier != NULL && i < earlier->nkeys; i++) {
		struct inspect_key *key = &inspection->keys[inspection->nkeys];
		struct slice name;

		if (!take_name(inspection, &earlier->keys[i], &name) || is_known(inspection, name))
			continue;
		if (followed++ >= FOLLOWED_MAX) {
			left++;
			continue;
		}
		*key = (struct inspect_key){.selector = findings_shown(&inspection->findings,
						    earlier->keys[i].selector),
			.name = name,
			.state = AUTH_PERMERROR,
			.followed = true};
		inspection->nkeys++;
		inspect_key(inspection, key);
	}
	if (left > 0)
		ADD(&inspection->findings, FINDING_WARNING, "dkim-baseline-many",
			"%zu keys of the baseline were left out", left);
}

void
inspect_dkim(struct inspection *inspection)
{
	const struct strings *selectors = &inspection->options->selectors;

	inspection->keys = arena_array(inspection->in->arena,
		selectors->n + LEARNED_MAX + FOLLOWED_MAX + 1, sizeof *inspection->keys);
	for (size_t i = 0; i < selectors->n; i++)
		inspect_selector(
			inspection, selectors->v[i], &inspection->keys[inspection->nkeys++]);
	if (inspection->messages->asked)
		tell_messages(inspection, inspect_seen(inspection));
	inspect_followed(inspection);
	if (!inspection->messages->asked && inspection->nkeys == 0)
		ADD(&inspection->findings, FINDING_NOTE, "dkim-no-selector",
			"no key was checked: DNS does not list keys. Name one with --selector (s= "
			"of a signature), or saved mail with --messages");
}
