#include "filter/inspect/inspect.h"

#include "auth/base/domain.h"
#include "mime/buf.h"

enum { CHANGES_MAX = 400 };

#define ADD(inspection, level, id, ...)                                                            \
	findings_add(&(inspection)->findings, level, "change", id, __VA_ARGS__)

static const char *
shown(const struct inspection *inspection, struct slice text)
{
	return findings_shown(&inspection->findings, text);
}

void
inspect_change_add(struct inspection *inspection, const char *type, struct slice name,
	struct slice was, struct slice is)
{
	if (slice_eq(was, is))
		return;
	if (inspection->changes == NULL)
		inspection->changes = arena_array(
			inspection->in->arena, CHANGES_MAX, sizeof *inspection->changes);
	for (size_t i = 0; i < inspection->nchanges; i++)
		if (inspection->changes[i].type == type &&
			slice_ieq(inspection->changes[i].name, name))
			return; /* the same record was found by another path */
	if (inspection->nchanges < CHANGES_MAX)
		inspection->changes[inspection->nchanges++] =
			(struct inspect_change){type, name, was, is};
}

static bool
answered(const struct inspection *inspection, const char *id)
{
	for (const struct finding *f = inspection->findings.first; f != NULL; f = f->next)
		if (strcmp(f->id, id) == 0)
			return false;
	return true;
}

/* DMARC */

static const char *const modes[] = {[DMARC_RFC9989] = "RFC 9989", [DMARC_RFC7489] = "RFC 7489"};

static struct slice
policy_of(const struct dmarc_result *result)
{
	return slice_str(result->has_record && result->policy != DMARC_ABSENT
				 ? dmarc_policy_word(result->policy)
				 : "none");
}

static unsigned
pct_of(const struct dmarc_result *result)
{
	return result->has_record && result->mode == DMARC_RFC7489 &&
			       result->published > DMARC_P_NONE
		       ? result->record.pct
		       : 100;
}

/* Compares what happens to failing mail under one of the two RFCs. */
static void
compare_policy(struct inspection *inspection, enum dmarc_mode mode)
{
	const struct earlier_dmarc *was = &inspection->earlier->dmarc[mode];
	const struct inspect_dmarc *is = &inspection->dmarc[mode];
	const char *verdict = policy_word(is->verdict.disposition);
	const unsigned pct = pct_of(&is->result);
	const struct slice policy = was->policy.n > 0 ? was->policy : SLICE("none");

	if (!slice_eq(policy, policy_of(&is->result)) ||
		!slice_eq(was->verdict, slice_str(verdict)))
		ADD(inspection, FINDING_WARNING, "change-dmarc-policy",
			"by %s the policy is %s, and was %s: unauthenticated mail gets %s here, "
			"and got %s",
			modes[mode], shown(inspection, policy_of(&is->result)),
			shown(inspection, policy), verdict, shown(inspection, was->verdict));
	if (was->pct != pct)
		ADD(inspection, FINDING_WARNING, "change-dmarc-share",
			"by %s the policy is for %u%% of the mail that fails, and was for %u%%",
			modes[mode], pct, was->pct);
}

static void
compare_alignment(struct inspection *inspection, const char *method, bool was, bool is)
{
	if (was == is)
		return;
	if (is)
		ADD(inspection, FINDING_WARNING, "change-dmarc-alignment",
			"%s now counts only for exactly the domain of From, and no longer for its "
			"subdomains: mail that passes for one of them no longer passes DMARC by it",
			method);
	else
		ADD(inspection, FINDING_WARNING, "change-dmarc-alignment",
			"%s now also counts for subdomains of the domain of From", method);
}

static struct slice
dmarc_name(const struct inspection *inspection, struct slice domain)
{
	struct buf name;

	buf_init(&name, inspection->in->arena, DOMAIN_MAX + 16);
	buf_adds(&name, "_dmarc.");
	buf_add(&name, domain);
	return buf_slice(&name);
}

/* Adds the change of the record; only a note if the record in force is now at another name. */
static void
compare_dmarc_record(struct inspection *inspection, const struct earlier_dmarc *was,
	const struct dmarc_result *is)
{
	const struct slice text = is->has_record ? is->record.text : SLICE("");

	if (was->record.n > 0 && text.n > 0 && !slice_ieq(was->domain, is->record_domain)) {
		ADD(inspection, FINDING_NOTE, "change-dmarc-place",
			"the DMARC record in force is that of %s, and was that of %s",
			shown(inspection, is->record_domain), shown(inspection, was->domain));
		return;
	}
	inspect_change_add(inspection, "TXT",
		dmarc_name(inspection, text.n > 0 ? is->record_domain : was->domain), was->record,
		text);
}

static void
compare_dmarc(struct inspection *inspection)
{
	const struct earlier_dmarc *was = inspection->earlier->dmarc;
	const struct dmarc_result *is = &inspection->dmarc[0].result;

	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		if (was[mode].known && inspection->dmarc[mode].result.code != AUTH_TEMPERROR)
			continue;
		ADD(inspection, FINDING_NOTE, "change-unknown",
			"DMARC is not compared: DNS did not answer, now or then");
		return;
	}
	compare_dmarc_record(inspection, was, is);
	if (was->record.n > 0 && !is->has_record)
		ADD(inspection, FINDING_WARNING, "change-dmarc-gone",
			"the DMARC record was removed: there is no policy, and no reports are "
			"sent");
	else if (was->record.n == 0 && is->has_record)
		ADD(inspection, FINDING_WARNING, "change-dmarc-new",
			"a DMARC record was added: its policy applies now");
	compare_policy(inspection, DMARC_RFC9989);
	compare_policy(inspection, DMARC_RFC7489);
	if (was->record.n == 0 || !is->has_record)
		return;
	compare_alignment(inspection, "SPF", was->spf_strict, is->record.aspf_strict);
	compare_alignment(inspection, "DKIM", was->dkim_strict, is->record.adkim_strict);
	if (was->reports && is->record.rua.n == 0)
		ADD(inspection, FINDING_WARNING, "change-dmarc-reports",
			"rua was removed: no reports are sent any more");
	else if (!was->reports && is->record.rua.n > 0)
		ADD(inspection, FINDING_NOTE, "change-dmarc-reports",
			"rua was added: reports are sent now");
}

/* DKIM */

static const struct inspect_key *
key_named(const struct inspection *inspection, struct slice name)
{
	for (size_t i = 0; i < inspection->nkeys; i++)
		if (slice_ieq(inspection->keys[i].name, name))
			return &inspection->keys[i];
	return NULL;
}

/* The value of p= in a key record, or empty. */
static struct slice
key_data(const struct inspection *inspection, struct slice record)
{
	struct dkim_key key;

	dkim_key_parse(record, inspection->in->arena, &key);
	return key.defect.id == DKIM_R_NONE ? key.p : SLICE("");
}

static void
compare_key(struct inspection *inspection, const struct earlier_key *was)
{
	const struct inspect_key *is = key_named(inspection, was->name);
	const char *name = shown(inspection, was->name);

	if (is == NULL)
		return; /* it is not a name of this domain, so it was not queried */
	if (is->state == AUTH_TEMPERROR || !was->known) {
		ADD(inspection, FINDING_NOTE, "change-unknown",
			"%s is not compared: DNS did not answer, now or then", name);
		return;
	}
	inspect_change_add(inspection, "TXT", is->name, was->record, is->record);
	if (slice_eq(was->record, is->record))
		return;
	if (was->usable && is->state != AUTH_PASS)
		ADD(inspection, FINDING_WARNING, "change-dkim-gone",
			"%s no longer has a usable key: mail that is signed with it no longer "
			"passes DKIM",
			name);
	else if (!was->usable && is->state == AUTH_PASS)
		ADD(inspection, FINDING_WARNING, "change-dkim-new",
			"%s now has a usable key: mail that is signed with it now passes DKIM",
			name);
	else if (was->usable &&
		 !slice_eq(key_data(inspection, was->record), key_data(inspection, is->record)))
		ADD(inspection, FINDING_WARNING, "change-dkim-other",
			"%s has another key: mail that is signed with the earlier one no longer "
			"passes DKIM",
			name);
	else
		ADD(inspection, FINDING_NOTE, "change-dkim-tags",
			"%s has the same key with other tags", name);
}

/* MX */

static bool
had_mx(const struct inspect_earlier *earlier, const struct inspect_mx *mx, bool preference)
{
	for (size_t i = 0; i < earlier->nmx; i++)
		if (slice_ieq(earlier->mx[i].name, mx->name) &&
			(!preference || earlier->mx[i].preference == mx->preference))
			return true;
	return false;
}

static bool
has_mx(const struct inspection *inspection, const struct earlier_mx *mx)
{
	for (size_t i = 0; i < inspection->nmx; i++)
		if (slice_ieq(inspection->mx[i].name, mx->name))
			return true;
	return false;
}

/* Adds a host to a list such as "10 mx.example.com, 20 b.example.com". */
static void
add_mx(struct buf *out, unsigned preference, struct slice name)
{
	buf_addf(out, "%s%u ", out->n > 0 ? ", " : "", preference);
	buf_add(out, name.n > 0 ? name : SLICE("."));
}

static void
compare_mx(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	struct arena *arena = inspection->in->arena;
	bool moved = earlier->nmx != inspection->nmx;
	struct buf was, is;

	if (!earlier->mx_known || !answered(inspection, "mx-no-answer")) {
		ADD(inspection, FINDING_NOTE, "change-unknown",
			"MX is not compared: DNS did not answer, now or then");
		return;
	}
	buf_init(&was, arena, (size_t)EARLIER_LIST * (DOMAIN_MAX + 16));
	buf_init(&is, arena, (size_t)EARLIER_LIST * (DOMAIN_MAX + 16));
	for (size_t i = 0; i < earlier->nmx; i++) {
		add_mx(&was, earlier->mx[i].preference, earlier->mx[i].name);
		if (!has_mx(inspection, &earlier->mx[i]) && earlier->mx[i].name.n > 0)
			ADD(inspection, FINDING_WARNING, "change-mx-gone",
				"%s no longer receives the domain's mail: replies, bounces and "
				"reports no longer go there",
				shown(inspection, earlier->mx[i].name));
	}
	for (size_t i = 0; i < inspection->nmx; i++) {
		const struct inspect_mx *mx = &inspection->mx[i];

		add_mx(&is, mx->preference, mx->name);
		moved |= !had_mx(earlier, mx, true);
		if (had_mx(earlier, mx, false))
			continue;
		if (mx->name.n > 0)
			ADD(inspection, FINDING_WARNING, "change-mx-new",
				"%s now receives the domain's mail", shown(inspection, mx->name));
		else
			ADD(inspection, FINDING_WARNING, "change-mx-new",
				"a null MX was added: the domain no longer receives mail");
	}
	if (moved)
		inspect_change_add(
			inspection, "MX", inspection->domain, buf_slice(&was), buf_slice(&is));
}

void
inspect_changes(struct inspection *inspection)
{
	if (inspection->earlier == NULL)
		return;
	if (!inspection->earlier->there) {
		ADD(inspection, FINDING_WARNING, "change-not-there",
			"the baseline does not have %s: nothing is compared",
			shown(inspection, inspection->domain));
		return;
	}
	inspect_changes_spf(inspection);
	compare_dmarc(inspection);
	for (size_t i = 0; i < inspection->earlier->nkeys; i++)
		compare_key(inspection, &inspection->earlier->keys[i]);
	compare_mx(inspection);
}
