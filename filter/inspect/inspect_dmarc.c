#include "filter/inspect/inspect.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "mime/buf.h"

static const char area[] = "dmarc";

struct judge {
	struct inspection *inspection;
	struct findings *findings;
	const struct dmarc_result *result; /* RFC 9989 */
};

#define ADD(judge, level, id, ...) findings_add((judge)->findings, level, area, id, __VA_ARGS__)

static const char *
shown(const struct judge *judge, struct slice text)
{
	return findings_shown(judge->findings, text);
}

static const char *
under_dmarc(const struct judge *judge, struct slice domain)
{
	struct buf name;

	buf_init(&name, judge->findings->arena, 512);
	buf_addf(&name, "_dmarc.%s", shown(judge, domain));
	buf_addc(&name, '\0');
	return name.over ? "_dmarc" : name.p;
}

static void
set_records(const struct judge *judge, struct finding *finding, const char *should)
{
	const struct dmarc_result *result = judge->result;

	finding->name = under_dmarc(
		judge, result->has_record ? result->record_domain : judge->inspection->domain);
	finding->now = result->has_record ? shown(judge, result->record.text) : NULL;
	finding->should = should;
}

/* A TXT record that was meant to be one. */
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
judge_none(const struct judge *judge)
{
	const struct inspection *inspection = judge->inspection;
	const char *name = under_dmarc(judge, inspection->domain);
	const struct dns_answer *answer = dns_get(inspection->in->dns, slice_str(name), DNS_TXT, 0);
	struct finding *finding;
	struct buf should;
	size_t records = 0;

	for (size_t i = 0; i < answer->n; i++) {
		struct dmarc_record record;

		records += dmarc_parse(answer->rr[i].text, DMARC_RFC9989, &record);
		if (!looks_like_dmarc(answer->rr[i].text))
			continue;
		finding = ADD(judge, FINDING_ERROR, "dmarc-unrecognised",
			"a TXT record looks like DMARC but does not begin with \"v=DMARC1;\", and "
			"is ignored");
		set_records(judge, finding, NULL);
		finding->now = shown(judge, answer->rr[i].text);
		return;
	}
	if (records > 1 || judge->result->reason.id == DMARC_R_NONE ||
		judge->result->reason.id == DMARC_R_SEVERAL_RECORDS) {
		ADD(judge, FINDING_ERROR, "dmarc-several",
			"there are several DMARC records at one name, so that none is valid: keep "
			"only one");
		return;
	}
	finding = ADD(judge, FINDING_WARNING, "dmarc-missing",
		"%s has no DMARC record: receivers cannot recognise forged mail in its name, and "
		"send no reports",
		shown(judge, inspection->domain));
	buf_init(&should, judge->findings->arena, 512);
	buf_addf(&should, "v=DMARC1; p=none; rua=mailto:postmaster@%s",
		shown(judge, inspection->domain));
	set_records(judge, finding, shown(judge, buf_slice(&should)));
}

static void
judge_syntax(const struct judge *judge)
{
	const struct dmarc_record *record = &judge->result->record;
	struct finding *finding = NULL;

	if (judge->result->unusable && record->rua_valid)
		finding = ADD(judge, FINDING_ERROR, "dmarc-policy",
			"p, sp or np is missing or is not none, quarantine or reject: the policy "
			"counts as none");
	else if (judge->result->unusable)
		finding = ADD(judge, FINDING_ERROR, "dmarc-policy",
			"p, sp or np is missing or is not none, quarantine or reject: the record "
			"does not count");
	else if (record->syntax_error)
		finding = ADD(judge, FINDING_ERROR, "dmarc-syntax",
			"a part of the record is broken and is ignored");
	if (finding != NULL)
		set_records(judge, finding, NULL);
	if (record->duplicate)
		ADD(judge, FINDING_WARNING, "dmarc-twice",
			"a tag appears twice: the first one counts");
}

/* The record without pct, rf and ri (RFC 9989 9.3). */
static const char *
without_deprecated(const struct judge *judge, struct slice text, struct buf *told)
{
	struct slice rest = text;
	struct buf out;

	buf_init(&out, judge->findings->arena, 4096);
	while (rest.n > 0) {
		struct slice tag = slice_trim(slice_head(rest, slice_find(rest, ';')));
		struct slice name = slice_trim(slice_head(tag, slice_find(tag, '=')));

		rest = slice_from(rest, slice_find(rest, ';') + 1);
		if (tag.n == 0)
			continue;
		if (slice_ieq(name, SLICE("pct")) || slice_ieq(name, SLICE("rf")) ||
			slice_ieq(name, SLICE("ri"))) {
			buf_addf(told, "%s%.*s", told->n > 0 ? ", " : "", (int)name.n, name.p);
			continue;
		}
		buf_adds(&out, out.n > 0 ? "; " : "");
		buf_add(&out, tag);
	}
	return shown(judge, buf_slice(&out));
}

static void
judge_policy(const struct judge *judge)
{
	const struct dmarc_result *result = judge->result;
	const struct dmarc_record *record = &result->record;
	struct finding *finding;

	if (record->deprecated) {
		struct buf told;
		buf_init(&told, judge->findings->arena, 256);
		const char *should = without_deprecated(judge, record->text, &told);
		buf_addc(&told, '\0');
		finding = ADD(judge, FINDING_WARNING, "dmarc-deprecated",
			"deprecated tags, which RFC 9989 ignores: %s", told.over ? "" : told.p);
		set_records(judge, finding, should);
	}
	if (result->policy == DMARC_P_NONE && !result->unusable)
		ADD(judge, FINDING_WARNING, "dmarc-none",
			"the policy in force is none: mail that fails is delivered like any other");
	if (record->testing)
		ADD(judge, FINDING_NOTE, "dmarc-testing",
			"t=y asks for one level less than the policy says (RFC 9989 4.7)");
	if (judge->inspection->dmarc[0].result.policy != judge->inspection->dmarc[1].result.policy)
		ADD(judge, FINDING_NOTE, "dmarc-modes-differ",
			"receivers that follow RFC 9989 apply %s, those that follow RFC 7489 apply "
			"%s",
			dmarc_policy_word(judge->inspection->dmarc[0].result.policy),
			dmarc_policy_word(judge->inspection->dmarc[1].result.policy));
	if (record->rua.n == 0)
		ADD(judge, FINDING_WARNING, "dmarc-no-reports",
			"no rua: nobody gets the reports about who sends in this name");
}

static void
judge_target(const struct judge *judge, const struct dmarc_target *target)
{
	const char *uri = shown(judge, target->uri), *tag = target->failure ? "ruf" : "rua";
	struct finding *finding;

	/* A scheme that is not supported is ignored for sending; every receiver has mailto: (RFC
	 * 9990) */
	if (target->state != DMARC_TARGET_INVALID &&
		!slice_istarts(target->uri, SLICE("mailto:"))) {
		ADD(judge, FINDING_WARNING, "dmarc-report-scheme",
			"%s %s: receivers send reports only by mail: write mailto:name@domain", tag,
			uri);
		return;
	}
	switch (target->state) {
	case DMARC_TARGET_OWN:
	case DMARC_TARGET_AUTHORISED:
		break;
	case DMARC_TARGET_REFUSED:
		finding = ADD(judge, FINDING_ERROR, "dmarc-report-refused",
			"%s %s: %s does not say that it accepts these reports, so that none are "
			"sent",
			tag, uri, shown(judge, target->host));
		finding->name = target->name.n > 0 ? shown(judge, target->name) : NULL;
		finding->should = target->name.n > 0 ? "v=DMARC1;" : NULL;
		break;
	case DMARC_TARGET_MOVED:
		ADD(judge, FINDING_ERROR, "dmarc-report-moved",
			"%s %s: %s wants the reports at another host, which is not allowed: none "
			"are "
			"sent",
			tag, uri, shown(judge, target->host));
		break;
	case DMARC_TARGET_UNKNOWN:
		ADD(judge, FINDING_WARNING, "dmarc-report-unknown",
			"%s %s: DNS did not say whether %s accepts these reports", tag, uri,
			shown(judge, target->host));
		break;
	case DMARC_TARGET_INVALID:
		ADD(judge, FINDING_ERROR, "dmarc-report-address",
			"%s \"%s\" is not an address for reports: write mailto:name@domain", tag,
			uri);
		break;
	}
}

static void
run_mode(struct inspection *inspection, enum dmarc_mode mode)
{
	const struct auth_input *in = inspection->in;
	struct inspect_dmarc *out = &inspection->dmarc[mode];
	struct auth_results results = {.spf = {.code = AUTH_NONE}};

	(void)dmarc_check(in, mode, &results.spf, &results.dkim, &results.dmarc);
	policy_decide(inspection->options, in, &results, &out->verdict);
	out->result = results.dmarc;
	if (out->result.has_record)
		out->targets = dmarc_targets(
			in, mode, &out->result.record, out->result.record_domain, &out->ntargets);
}

void
inspect_dmarc(struct inspection *inspection)
{
	struct judge judge = {
		inspection, &inspection->findings, &inspection->dmarc[DMARC_RFC9989].result};

	run_mode(inspection, DMARC_RFC9989);
	run_mode(inspection, DMARC_RFC7489);
	if (judge.result->code == AUTH_TEMPERROR) {
		ADD(&judge, FINDING_ERROR, "dmarc-no-answer",
			"the DMARC records could not be looked up");
		return;
	}
	if (!judge.result->has_record) {
		judge_none(&judge);
		return;
	}
	judge_syntax(&judge);
	judge_policy(&judge);
	for (size_t i = 0; i < inspection->dmarc[0].ntargets; i++)
		judge_target(&judge, &inspection->dmarc[0].targets[i]);
}
