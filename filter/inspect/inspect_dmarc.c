#include "filter/inspect/inspect.h"
#include "filter/inspect/slip.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/verdict/first_record.h"
#include "mime/buf.h"

static const char area[] = "dmarc";

struct check {
	struct inspection *inspection;
	struct findings *findings;
	const struct dmarc_result *result; /* RFC 9989 */
};

#define ADD(check, level, id, ...) findings_add((check)->findings, level, area, id, __VA_ARGS__)

static const char *
shown(const struct check *check, struct slice text)
{
	return findings_shown(check->findings, text);
}

static const char *
under_dmarc(const struct check *check, struct slice domain)
{
	struct buf name;

	buf_init(&name, check->findings->arena, 512);
	buf_addf(&name, "_dmarc.%s", shown(check, domain));
	buf_addc(&name, '\0');
	return name.over ? "_dmarc" : name.p;
}

static void
set_records(const struct check *check, struct finding *finding, const char *should)
{
	const struct dmarc_result *result = check->result;

	finding->name = under_dmarc(
		check, result->has_record ? result->record_domain : check->inspection->domain);
	finding->now = result->has_record ? shown(check, result->record.text) : NULL;
	finding->should = should;
}

/* Was the TXT record meant to be a DMARC record? */
static bool
looks_like_dmarc(struct slice text)
{
	struct dmarc_record record;

	text = slice_trim(text);
	return !dmarc_parse(text, DMARC_RFC9989, &record) &&
	       (slice_istarts(text, SLICE("v=dmarc")) || slice_istarts(text, SLICE("dmarc")) ||
		       slice_istarts(text, SLICE("\"v=dmarc")) ||
		       slice_istarts(text, SLICE("v = dmarc")) || slice_istarts(text, SLICE("p=")));
}

static void
check_none(const struct check *check)
{
	const struct inspection *inspection = check->inspection;
	const char *name = under_dmarc(check, inspection->domain);
	const struct dns_answer *answer = dns_get(inspection->in->dns, slice_str(name), DNS_TXT, 0);
	struct finding *finding;
	struct slip slip;
	size_t records = 0;

	for (size_t i = 0; i < answer->n; i++) {
		struct dmarc_record record;

		records += dmarc_parse(answer->rr[i].text, DMARC_RFC9989, &record);
		if (!looks_like_dmarc(answer->rr[i].text))
			continue;
		finding = ADD(check, FINDING_ERROR, "dmarc-unrecognised",
			"a TXT record looks like DMARC but does not begin with \"v=DMARC1;\", and "
			"is ignored");
		slip = slip_find(SLIP_DMARC, answer->rr[i].text, 0);
		finding_mark(check->findings, finding, answer->rr[i].text, slip.at, slip.text);
		set_records(check, finding, NULL);
		finding->now = shown(check, answer->rr[i].text);
		return;
	}
	if (records > 1 || check->result->reason.id == DMARC_R_NONE ||
		check->result->reason.id == DMARC_R_SEVERAL_RECORDS) {
		ADD(check, FINDING_ERROR, "dmarc-several",
			"there are several DMARC records at one name, so that none is valid: keep "
			"only one");
		return;
	}
	finding = ADD(check, FINDING_WARNING, "dmarc-missing",
		"%s has no DMARC record: receivers cannot recognise forged mail in its name, and "
		"send no reports",
		shown(check, inspection->domain));
	set_records(check, finding,
		shown(check, first_record_text(inspection->in->dns, inspection->domain,
				     check->findings->arena)));
}

static void
check_syntax(const struct check *check)
{
	const struct dmarc_record *record = &check->result->record;
	struct finding *finding = NULL;

	if (check->result->unusable && record->rua_valid)
		finding = ADD(check, FINDING_ERROR, "dmarc-policy",
			"p, sp or np is missing or is not none, quarantine or reject: the policy "
			"counts as none");
	else if (check->result->unusable)
		finding = ADD(check, FINDING_ERROR, "dmarc-policy",
			"p, sp or np is missing or is not none, quarantine or reject: the record "
			"does not count");
	else if (record->syntax_error)
		finding = ADD(check, FINDING_ERROR, "dmarc-syntax",
			"a part of the record is broken and is ignored");
	if (finding != NULL) {
		const struct slip slip = slip_find(SLIP_DMARC, record->text, 0);

		if (slip.text != NULL)
			finding_mark(check->findings, finding, record->text, slip.at, slip.text);
		set_records(check, finding, NULL);
	}
	if (record->duplicate)
		ADD(check, FINDING_WARNING, "dmarc-twice",
			"a tag appears twice: the first one counts");
}

/* The result for receivers that follow RFC 7489, the only ones that use pct. */
static const struct dmarc_result *
by_old_rules(const struct check *check)
{
	return &check->inspection->dmarc[DMARC_RFC7489].result;
}

/*
 * The record without rf, ri and a pct of 100 (RFC 9989 9.3). A smaller pct stays: for receivers
 * that follow RFC 7489 it limits the policy to a share of failing mail, and removing it would
 * extend the policy to all.
 */
static const char *
without_deprecated(const struct check *check, struct slice text, struct buf *told)
{
	const bool sampled = by_old_rules(check)->record.pct < 100;
	struct slice rest = text;
	struct buf out;

	buf_init(&out, check->findings->arena, 4096);
	while (rest.n > 0) {
		struct slice tag = slice_trim(slice_head(rest, slice_find(rest, ';')));
		struct slice name = slice_trim(slice_head(tag, slice_find(tag, '=')));

		rest = slice_from(rest, slice_find(rest, ';') + 1);
		if (tag.n == 0)
			continue;
		if ((slice_ieq(name, SLICE("pct")) && !sampled) || slice_ieq(name, SLICE("rf")) ||
			slice_ieq(name, SLICE("ri"))) {
			buf_addf(told, "%s%.*s", told->n > 0 ? ", " : "", (int)name.n, name.p);
			continue;
		}
		buf_adds(&out, out.n > 0 ? "; " : "");
		buf_add(&out, tag);
	}
	return shown(check, buf_slice(&out));
}

static void
check_deprecated(const struct check *check)
{
	struct finding *finding;
	const char *should;
	struct buf told;

	buf_init(&told, check->findings->arena, 256);
	should = without_deprecated(check, check->result->record.text, &told);
	if (told.n == 0)
		return;
	buf_addc(&told, '\0');
	finding = ADD(check, FINDING_WARNING, "dmarc-deprecated",
		"deprecated tags, which RFC 9989 ignores: %s", told.over ? "" : told.p);
	set_records(check, finding, should);
}

/*
 * The record with a tag inserted before another one; an existing tag of the same name is removed.
 */
static const char *
with_tag(const struct check *check, const char *added, const char *before)
{
	struct slice rest = check->result->record.text;
	struct slice name = slice_head(slice_str(added), slice_find(slice_str(added), '='));
	bool done = false;
	struct buf out;

	buf_init(&out, check->findings->arena, 4096);
	while (rest.n > 0) {
		struct slice tag = slice_trim(slice_head(rest, slice_find(rest, ';')));
		struct slice at = slice_trim(slice_head(tag, slice_find(tag, '=')));

		rest = slice_from(rest, slice_find(rest, ';') + 1);
		if (tag.n == 0 || slice_ieq(at, name))
			continue;
		if (!done && slice_ieq(at, slice_str(before))) {
			buf_addf(&out, "; %s", added);
			done = true;
		}
		buf_adds(&out, out.n > 0 ? "; " : "");
		buf_add(&out, tag);
	}
	if (!done)
		buf_addf(&out, "; %s", added);
	return shown(check, buf_slice(&out));
}

/* Proposes an intermediate step: pct=0 for receivers that follow RFC 7489, t=y for the others. */
static void
check_migration(const struct check *check, const struct dmarc_result *old)
{
	const char *tag = old->selected, *policy = dmarc_policy_word(old->published);
	const char *weaker = dmarc_policy_word(dmarc_one_less(old->published));
	struct finding *finding;

	if (check->result->record.testing && old->record.pct == 0) {
		ADD(check, FINDING_NOTE, "dmarc-migration",
			"%s=%s with t=y and pct=0 is a step of a migration: receivers that follow "
			"RFC 9989 (by t=y) and RFC 7489 (by pct=0) apply %s to mail that fails. "
			"Remove both tags together to have %s applied",
			tag, policy, weaker, policy);
	} else if (check->result->record.testing) {
		finding = ADD(check, FINDING_WARNING, "dmarc-migration",
			"%s=%s with t=y is a step of a migration, but receivers that follow RFC "
			"7489 do not know t and apply %s. Keep t=y and add pct=0, which asks them "
			"for %s, too",
			tag, policy, policy, weaker);
		set_records(check, finding, with_tag(check, "pct=0", "rua"));
	} else {
		finding = ADD(check, FINDING_WARNING, "dmarc-migration",
			"%s=%s with pct=0 is a step of a migration: receivers that follow RFC 7489 "
			"apply %s to all mail that fails, but those that follow RFC 9989 ignore "
			"pct and apply %s. Keep pct=0 and add t=y, which asks them for %s, too",
			tag, policy, weaker, policy, weaker);
		set_records(check, finding, with_tag(check, "t=y", "pct"));
	}
}

/* RFC 7489 6.6.4: pct applies to a share of failing mail and does not change the policy itself. */
static void
check_sample(const struct check *check)
{
	const struct dmarc_result *old = by_old_rules(check);
	const struct dmarc_record *record = &old->record;
	const char *policy = dmarc_policy_word(old->published);
	const char *weaker = dmarc_policy_word(dmarc_one_less(old->published));

	if (!old->has_record || check->result->unusable)
		return;
	if (record->pct < 100 && record->p <= DMARC_P_NONE && record->sp <= DMARC_P_NONE)
		ADD(check, FINDING_NOTE, "dmarc-sample",
			"pct=%u does nothing: no policy of this record can be applied to a share "
			"of the mail",
			record->pct);
	if (old->published <= DMARC_P_NONE)
		return;
	if (record->pct == 0 || (record->pct == 100 && check->result->record.testing))
		check_migration(check, old);
	else if (record->pct < 100)
		ADD(check, FINDING_WARNING, "dmarc-sample",
			"pct=%u: receivers that follow RFC 7489 apply %s to %u%% of the mail that "
			"fails and %s to the other %u%%; those that follow RFC 9989 ignore pct and "
			"apply %s to all of it",
			record->pct, policy, record->pct, weaker, 100 - record->pct,
			dmarc_policy_word(check->result->policy));
}

static void
check_policy(const struct check *check)
{
	const struct dmarc_result *result = check->result;
	const struct dmarc_record *record = &result->record;

	if (record->deprecated)
		check_deprecated(check);
	check_sample(check);
	if (result->policy == DMARC_P_NONE && !result->unusable)
		ADD(check, FINDING_WARNING, "dmarc-none",
			"the policy in force is none: mail that fails is delivered like any other");
	if (record->testing)
		ADD(check, FINDING_NOTE, "dmarc-testing",
			"t=y asks for one level less than the policy says (RFC 9989 4.7)");
	if (!inspect_dmarc_sampled(by_old_rules(check)) &&
		result->policy != by_old_rules(check)->policy)
		ADD(check, FINDING_NOTE, "dmarc-modes-differ",
			"receivers that follow RFC 9989 apply %s, those that follow RFC 7489 apply "
			"%s",
			dmarc_policy_word(result->policy),
			dmarc_policy_word(by_old_rules(check)->policy));
	if (record->rua.n == 0)
		ADD(check, FINDING_WARNING, "dmarc-no-reports",
			"no rua: no reports about mail in this name are sent");
}

static void
check_target(const struct check *check, const struct dmarc_target *target)
{
	const char *uri = shown(check, target->uri), *tag = target->failure ? "ruf" : "rua";
	struct finding *finding;

	/*
	 * an unsupported scheme is ignored when reports are sent; every reporter supports mailto:
	 * (RFC 9990)
	 */
	if (target->state != DMARC_TARGET_INVALID &&
		!slice_istarts(target->uri, SLICE("mailto:"))) {
		ADD(check, FINDING_WARNING, "dmarc-report-scheme",
			"%s %s: receivers send reports only by mail: write mailto:name@domain", tag,
			uri);
		return;
	}
	switch (target->state) {
	case DMARC_TARGET_OWN:
	case DMARC_TARGET_AUTHORISED:
		break;
	case DMARC_TARGET_REFUSED:
		finding = ADD(check, FINDING_ERROR, "dmarc-report-refused",
			"%s %s: %s has not agreed to receive these reports, so none are sent", tag,
			uri, shown(check, target->host));
		finding->name = target->name.n > 0 ? shown(check, target->name) : NULL;
		finding->should = target->name.n > 0 ? "v=DMARC1;" : NULL;
		break;
	case DMARC_TARGET_MOVED:
		ADD(check, FINDING_ERROR, "dmarc-report-moved",
			"%s %s: %s wants the reports at another host, which is not allowed: none "
			"are "
			"sent",
			tag, uri, shown(check, target->host));
		break;
	case DMARC_TARGET_UNKNOWN:
		ADD(check, FINDING_WARNING, "dmarc-report-unknown",
			"%s %s: DNS did not answer whether %s accepts these reports", tag, uri,
			shown(check, target->host));
		break;
	case DMARC_TARGET_INVALID:
		ADD(check, FINDING_ERROR, "dmarc-report-address",
			"%s \"%s\" is not an address for reports: write mailto:name@domain", tag,
			uri);
		break;
	}
}

bool
inspect_dmarc_sampled(const struct dmarc_result *result)
{
	return result->has_record && result->mode == DMARC_RFC7489 && result->record.pct < 100 &&
	       result->published > DMARC_P_NONE;
}

static void
run_mode(struct inspection *inspection, enum dmarc_mode mode)
{
	const struct auth_input *in = inspection->in;
	struct inspect_dmarc *out = &inspection->dmarc[mode];
	struct auth_results results = {.spf = {.code = AUTH_NONE}};

	(void)dmarc_check(in, mode, &results.spf, &results.dkim, &results.dmarc);
	if (inspect_dmarc_sampled(&results.dmarc) && results.dmarc.record.pct > 0) {
		/* whether pct selects a single message says nothing about the record */
		results.dmarc.sampled_out = false;
		results.dmarc.policy = results.dmarc.published;
	}
	policy_decide(inspection->options, in, &results, &out->verdict);
	out->result = results.dmarc;
	if (out->result.has_record)
		out->targets = dmarc_targets(
			in, mode, &out->result.record, out->result.record_domain, &out->ntargets);
}

void
inspect_dmarc(struct inspection *inspection)
{
	struct check check = {
		inspection, &inspection->findings, &inspection->dmarc[DMARC_RFC9989].result};

	run_mode(inspection, DMARC_RFC9989);
	run_mode(inspection, DMARC_RFC7489);
	if (check.result->code == AUTH_TEMPERROR) {
		ADD(&check, FINDING_ERROR, "dmarc-no-answer",
			"the DMARC records could not be looked up");
		return;
	}
	if (!check.result->has_record) {
		check_none(&check);
		return;
	}
	check_syntax(&check);
	check_policy(&check);
	for (size_t i = 0; i < inspection->dmarc[0].ntargets; i++)
		check_target(&check, &inspection->dmarc[0].targets[i]);
}
