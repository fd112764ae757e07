/*
 * inspect_prove.c: checks that a proposed record fixes the finding, by inspecting again with DNS
 * overridden by the record.
 */
#include "auth/dns/dns.h"
#include "filter/inspect/inspect.h"
#include "filter/verdict/proof.h"

/* The number of errors with that id. */
static size_t
errors_like(const struct inspection *inspection, const char *id)
{
	size_t n = 0;

	for (const struct finding *f = inspection->findings.first; f != NULL; f = f->next)
		n += f->level == FINDING_ERROR && strcmp(f->id, id) == 0 ? 1 : 0;
	return n;
}

/* Are there new errors about the same part? Replacing one error with another is not a fix. */
static bool
has_new_errors(
	const struct inspection *inspection, const struct inspection *again, const char *about)
{
	for (const struct finding *f = again->findings.first; f != NULL; f = f->next)
		if (f->level == FINDING_ERROR && strcmp(f->about, about) == 0 &&
			errors_like(again, f->id) > errors_like(inspection, f->id))
			return true;
	return false;
}

/* Inspects the part that the finding is about; again->in has the overridden DNS. */
static void
inspect_again(struct inspection *again, const char *about)
{
	if (strcmp(about, "dmarc") == 0) {
		inspect_dmarc(again);
		return;
	}
	inspect_mx(again); /* the findings for a missing SPF record depend on the MX records */
	inspect_spf(again);
}

/* The number of findings with that id, of the same or a higher level. */
static size_t
like(const struct inspection *inspection, const struct finding *finding)
{
	size_t n = 0;

	for (const struct finding *f = inspection->findings.first; f != NULL; f = f->next)
		n += strcmp(f->id, finding->id) == 0 && f->level >= finding->level ? 1 : 0;
	return n;
}

/* Is there still a finding with the same text? The same term may be in the record twice. */
static bool
is_still_there(const struct finding *finding, const struct inspection *again)
{
	for (const struct finding *f = again->findings.first; f != NULL; f = f->next)
		if (strcmp(f->id, finding->id) == 0 && strcmp(f->text, finding->text) == 0)
			return true;
	return false;
}

/* Are there fewer such findings than before, and no new errors about the same thing? */
static bool
is_mended(const struct inspection *inspection, const struct finding *finding,
	const struct inspection *again)
{
	return like(again, finding) < like(inspection, finding) &&
	       !is_still_there(finding, again) &&
	       !has_new_errors(inspection, again, finding->about);
}

static bool
mends(const struct evaluation *ev, const struct inspection *inspection,
	const struct finding *finding)
{
	const struct proof_record record = {
		slice_str(finding->name), "TXT", slice_str(finding->should)};
	const bool spf = strcmp(finding->about, "spf") == 0;
	struct auth_input in = *inspection->in;
	struct inspection again = {.options = inspection->options,
		.in = &in,
		.messages = inspection->messages,
		.domain = inspection->domain,
		.given = inspection->given};
	struct dns *dns;
	bool good;

	if (spf && !proof_is_narrow(ev, record.text))
		return false;
	dns = proof_lay(ev, &record, 1);
	if (dns == NULL)
		return false;
	in.dns = dns;
	findings_init(&again.findings, ev->arena);
	inspect_again(&again, finding->about);
	good = is_mended(inspection, finding, &again);
	dns_free(dns);
	return good;
}

static void
tell_worse(struct inspection *inspection, const struct finding *finding, const struct trial *trial)
{
	findings_add(&inspection->findings, FINDING_WARNING, finding->about, "proposal-worse",
		"a record for %s that would fix this is not shown: with it %zu saved messages have "
		"a worse result, the first of them of %s in the name of %s",
		finding->name, trial->worse, trial->source, trial->author);
}

/* Tries the record on the saved mail; true if the record may be proposed. */
static bool
survives(const struct evaluation *ev, struct trials *trials, struct inspection *inspection,
	struct finding *finding)
{
	const struct proof_record record = {
		slice_str(finding->name), "TXT", slice_str(finding->should)};
	struct trial trial = {.end = TRIAL_FAILED};
	struct slice overlay;

	if (!trials->asked)
		return true;
	if (proof_zone(&record, 1, ev->arena, &overlay))
		trial_run(trials, overlay, inspection->domain, &trial);
	finding->judged = trial.judged;
	finding->dmarc_passes = trial.dmarc;
	finding->spf_passes = trial.spf;
	if (trial.end == TRIAL_WORSE)
		tell_worse(inspection, finding, &trial);
	else if (trial.end == TRIAL_FAILED)
		findings_add(&inspection->findings, FINDING_WARNING, finding->about,
			"proposal-not-tried",
			"a record for %s that would fix this is not shown: the saved messages "
			"could not be evaluated with it",
			finding->name);
	return trial.end == TRIAL_GOOD;
}

void
inspect_prove(const struct evaluation *ev, struct trials *trials, struct inspection *inspection)
{
	const struct finding *last = inspection->findings.last;

	for (struct finding *f = inspection->findings.first; f != NULL; f = f->next) {
		if (f->name != NULL && f->should != NULL) {
			if (mends(ev, inspection, f) && survives(ev, trials, inspection, f)) {
				f->proof = FINDING_MENDS;
			} else {
				f->should = NULL;
				f->judged = 0;
			}
		}
		if (f == last) /* findings that are added here have no proposal */
			break;
	}
}
