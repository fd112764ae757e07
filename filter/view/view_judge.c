#include "filter/view/view_judge.h"

#include <stdio.h>

#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/feedback/feedback_check.h"
#include "filter/provider/provider.h"
#include "filter/sender/classify.h"
#include "filter/sender/evidence.h"
#include "filter/settings/hostname.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/verdict/names.h"
#include "filter/verdict/overlay.h"
#include "filter/verdict/pool.h"
#include "filter/verdict/proof.h"

static int
refuse(struct error error, struct arena *arena)
{
	error_print(&error, arena);
	return profile_failure(&error);
}

int
view_judge_open(const struct options *options, struct arena *arena, struct view_judge *judge)
{
	struct error error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
	struct options *once = arena_alloc(arena, sizeof *once);
	enum evaluate_status opened;
	struct slice zone;

	*once = *options;
	once->authserv_id =
		hostname_get(arena); /* determined once, because it is needed for each row */
	*judge = (struct view_judge){
		.options = once, .time = arena_alloc(arena, sizeof(struct view_time))};
	judge->tools.crypto = crypto_new();
	if (judge->tools.crypto == NULL)
		return refuse(error, arena);
	if (evaluate_needs_psl(options) && (judge->psl = domain_psl_open(options->psl)) == NULL)
		return refuse(evaluate_no_psl(options), arena);
	judge->tools.psl = judge->psl;
	if (overlay_open(options, arena, &judge->overlay, &error) != ST_OK ||
		own_senders_open(options, arena, &judge->own, &error) != ST_OK)
		return refuse(error, arena);
	opened = pool_zone(options, arena, &zone, &error);
	if (opened == EVALUATE_OK)
		opened = pool_open(options, zone, arena, false, &judge->pool, &error);
	if (opened == EVALUATE_OK)
		return 0;
	error_print(&error, arena);
	return opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

void
view_judge_close(struct view_judge *judge)
{
	if (judge->time != NULL && judge->time->cut > 0)
		fprintf(stderr,
			_("mailstamp: DNS took too long: %zu rows of reports were classified "
			  "without some of its answers\n"),
			judge->time->cut);
	dns_pool_free(judge->pool);
	domain_psl_free(judge->psl);
	crypto_free(judge->tools.crypto);
	*judge = (struct view_judge){.options = judge->options};
}

/* converting the row to the results of a message */

static enum auth_code
code_of(struct slice word)
{
	for (int code = AUTH_NONE; code <= AUTH_PERMERROR; code++)
		if (slice_eq(word, slice_str(auth_code_word((enum auth_code)code))))
			return (enum auth_code)code;
	return AUTH_NONE;
}

static struct slice
name_of(struct slice text, struct arena *arena)
{
	struct slice name;

	return text.n > 0 && domain_normalize(text, arena, &name) == ST_OK ? name : SLICE("");
}

static bool
is_helo(const struct feedback_result *result)
{
	return slice_eq(result->scope, SLICE("helo"));
}

/*
 * Takes the reported results. SPF results of the HELO name are left out: a pass counts for DMARC
 * only with a null reverse-path, which a report does not show.
 */
static void
take_results(struct evaluation *ev, const struct feedback_row *row)
{
	struct dkim_result *dkim = &ev->results.dkim;
	struct spf_result *spf = &ev->results.spf;

	dkim->sigs = arena_array(ev->arena, row->nresults, sizeof *dkim->sigs);
	for (size_t i = 0; i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];
		const struct slice domain = name_of(result->domain, ev->arena);

		if (!result->spf) {
			dkim->sigs[dkim->n].sig.d = domain;
			dkim->sigs[dkim->n].sig.s = result->selector;
			dkim->sigs[dkim->n++].code = code_of(result->result);
		} else if (!is_helo(result) && spf->code != AUTH_PASS) {
			spf->code = code_of(result->result);
			spf->domain = domain;
			spf->identity = domain.n > 0 ? SPF_ID_MAILFROM : SPF_ID_NONE;
		}
	}
}

static bool
is_word(struct slice told, const char *word)
{
	return slice_eq(told, slice_str(word));
}

/* Replaces our verdict by the reporter's. */
static void
take_verdict(
	struct evaluation *ev, const struct feedback_report *report, const struct feedback_row *row)
{
	struct dmarc_result *dmarc = &ev->results.dmarc;
	const bool dkim = is_word(row->dkim, "pass"), spf = is_word(row->spf, "pass");

	dmarc->code = dkim || spf ? AUTH_PASS : AUTH_FAIL;
	dmarc->dkim_pass = dkim;
	dmarc->spf_aligned = spf;
	if (!dmarc->has_record) {
		dmarc->has_record = true;
		dmarc->source = DMARC_FROM_ORG;
		dmarc->record_domain = report->domain;
	}
}

/* contradictions to DNS */

static int64_t
bit(enum feedback_mark mark, bool set)
{
	return set ? (int64_t)1 << mark : 0;
}

/* Is the alignment mode in the report the one in the current record? */
static bool
same_mode(struct slice then, bool strict)
{
	return slice_eq(then, strict ? SLICE("s") : SLICE("r")) || (then.n == 0 && !strict);
}

/*
 * Marks alignment that differs between the report and a tree walk in current DNS. Only if the
 * reporter also used a tree walk: with a public suffix list the result may legitimately differ.
 */
static int64_t
mark_alignment(const struct feedback_report *report, const struct feedback_row *row,
	const struct dmarc_result *now)
{
	int64_t marks = 0;

	if ((now->code != AUTH_PASS && now->code != AUTH_FAIL) ||
		!slice_eq(report->discovery, SLICE("treewalk")) ||
		!slice_eq(now->record_domain, report->domain))
		return 0;
	if (same_mode(report->adkim, now->record.adkim_strict))
		marks |= bit(FEEDBACK_MARK_DKIM_FAIL_DNS,
				 is_word(row->dkim, "fail") && now->dkim_pass) |
			 bit(FEEDBACK_MARK_DKIM_PASS_DNS,
				 is_word(row->dkim, "pass") && !now->dkim_pass);
	if (same_mode(report->aspf, now->record.aspf_strict))
		marks |= bit(FEEDBACK_MARK_SPF_FAIL_DNS,
				 is_word(row->spf, "fail") && now->spf_pass) |
			 bit(FEEDBACK_MARK_SPF_PASS_DNS,
				 is_word(row->spf, "pass") && !now->spf_pass);
	return marks;
}

static int64_t
mark_spf(const struct evaluation *ev, const struct feedback_row *row)
{
	for (size_t i = 0; i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];
		const struct slice domain = name_of(result->domain, ev->arena);

		if (result->spf && !is_helo(result) && is_word(result->result, "pass") &&
			domain.n > 0 && ev->intake.envelope.client_ip.family != 0 &&
			proof_forbids(ev, domain))
			return bit(FEEDBACK_MARK_SPF_RECORD, true);
	}
	return 0;
}

/* forwarders */

/*
 * Did a signature of the author pass although SPF failed, at a host that has no connection to the
 * author? in_envelope: SPF was checked for one of the author's domains.
 */
static bool
kept_signature(const struct view_judge *judge, const struct evaluation *ev,
	const struct feedback_row *row, bool in_envelope)
{
	const enum auth_code spf = ev->results.spf.code;

	return in_envelope && is_word(row->dkim, "pass") && is_word(row->spf, "fail") &&
	       (spf == AUTH_FAIL || spf == AUTH_SOFTFAIL) &&
	       evidence_of_client(ev, judge->own).id == EVIDENCE_NONE;
}

static enum view_reason
told_reason(const struct view_judge *judge, const struct evaluation *ev,
	const struct feedback_row *row, struct sender sender, bool in_envelope)
{
	static const char *const words[] = {"forwarded", "mailing_list", "trusted_forwarder"};
	const struct spf_result *spf = &ev->results.spf;

	if (sender.class == SENDER_FORWARDER ||
		(sender.class == SENDER_PASSES && !is_word(row->spf, "pass") &&
			spf->code == AUTH_PASS && provider_forwards(spf->domain) != NULL))
		return VIEW_BY_FORWARDING;
	for (size_t i = 0; i < row->nreasons; i++)
		for (size_t w = 0; w < sizeof words / sizeof *words; w++)
			if (is_word(row->reasons[i].type, words[w]))
				return VIEW_BY_REPORTER;
	return kept_signature(judge, ev, row, in_envelope) ? VIEW_BY_SIGNATURE : VIEW_BY_NONE;
}

static void
find_name(const struct view_judge *judge, struct evaluation *ev, struct view_judged *judged)
{
	struct envelope *envelope = &ev->intake.envelope;

	if (!judge->options->names || ev->results.dmarc.code == AUTH_PASS)
		return;
	envelope->client_name = names_of_client(ev->in.dns, &envelope->client_ip,
		evaluate_until_ms(judge->options, ev->in.dns), ev->arena);
	judged->name = arena_cstr(ev->arena, envelope->client_name);
}

static void
begin(const struct view_judge *judge, struct slice author, struct arena *arena,
	struct evaluation *ev)
{
	const struct evaluate_source source = {
		.tools = &judge->tools,
		.dns = dns_pool_dns(judge->pool, &(struct dns_pool_user){.wait_arg = NULL}, arena),
		.overlay = judge->overlay,
	};

	evaluate_begin(judge->options, arena, ev);
	evaluate_absent(ev, &source);
	ev->ids.author_domain = author;
	ev->ids.all_domains = &ev->ids.author_domain;
	ev->ids.ndomains = 1;
	ev->ids.from_fields = 1;
}

static enum status
judge_row(const struct view_judge *judge, const struct feedback_report *report,
	const struct feedback_row *row, struct evaluation *ev, struct view_judged *judged)
{
	struct auth_results *results = &ev->results;
	bool in_envelope;

	(void)ip_parse(row->source, &ev->intake.envelope.client_ip);
	take_results(ev, row);
	if (dmarc_check(&ev->in, ev->auth_options.dmarc_mode, &results->spf, &results->dkim,
		    &results->dmarc) != ST_OK)
		return ST_TEMP;
	ev->evaluated = true;
	/* if DNS does not answer, there is no evidence either way */
	if (results->dmarc.reason.id == DMARC_R_POLICY_UNKNOWN && !is_word(row->dkim, "pass") &&
		!is_word(row->spf, "pass"))
		return ST_OK;
	judged->marks = mark_alignment(report, row, &results->dmarc) | mark_spf(ev, row);
	in_envelope = results->dmarc.spf_aligned;
	take_verdict(ev, report, row);
	find_name(judge, ev, judged);
	judged->sender = classify_message(ev, judge->own);
	judged->told = told_reason(judge, ev, row, judged->sender, in_envelope);
	return ST_OK;
}

struct slice
view_judge_author(struct slice text, struct arena *arena)
{
	const struct slice name = name_of(text, arena);

	return name.n > 0 ? name : arena_lower(arena, text);
}

enum status
view_judge_row(const struct view_judge *judge, const struct feedback_report *report,
	const struct feedback_row *row, struct arena *arena, struct view_judged *judged)
{
	const struct slice author = name_of(row->header_from, arena);
	const bool quick = judge->time->waited_ms / VIEW_DEADLINES >= judge->options->deadline_ms;
	int64_t began, took;
	struct evaluation ev;
	enum status st;

	*judged = (struct view_judged){.sender = {SENDER_UNJUDGED, SENDER_BY_NOTHING}, .name = ""};
	if (author.n == 0)
		return ST_OK;
	begin(judge, author, arena, &ev);
	began = dns_clock_ms(ev.in.dns);
	if (quick)
		dns_begin(evaluate_dns(&ev), VIEW_QUICK_MS);
	st = judge_row(judge, report, row, &ev, judged);
	took = dns_clock_ms(ev.in.dns) - began;
	if (took > VIEW_QUICK_MS)
		judge->time->waited_ms += took;
	judge->time->cut += quick && took >= VIEW_QUICK_MS ? 1 : 0;
	evaluate_end(&ev);
	return st;
}

bool
view_judge_policy(const struct view_judge *judge, struct slice domain, struct arena *arena,
	struct dmarc_result *result)
{
	struct evaluation ev;
	bool found;

	domain = name_of(domain, arena);
	if (domain.n == 0)
		return false;
	begin(judge, domain, arena, &ev);
	found = dmarc_check(&ev.in, ev.auth_options.dmarc_mode, &ev.results.spf, &ev.results.dkim,
			result) == ST_OK &&
		result->has_record;
	evaluate_end(&ev);
	return found;
}
