/* inspect_text.c: prints an inspection as text, for people. */
#include "auth/spf/spf_eval.h"
#include "filter/inspect/inspect.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { NETS_TOLD = 30 };

static const char *
shown(const struct inspection *inspection, struct slice text)
{
	return findings_shown(&inspection->findings, text);
}

static void
print_findings(const struct inspection *inspection, const char *about, FILE *out)
{
	for (const struct finding *f = inspection->findings.first; f != NULL; f = f->next)
		if (strcmp(f->about, about) == 0)
			finding_print(f, "  ", inspection->findings.arena, out);
}

static void
print_tree(const struct inspection *inspection, FILE *out)
{
	for (size_t i = 0; i < inspection->spf.n; i++) {
		const struct inspect_term *term = &inspection->spf.terms[i];
		int indent = 4 + 2 * (int)term->depth;

		fprintf(out, "%*s%s%s", indent, "", shown(inspection, term->text),
			term->lookup ? _("  (asks DNS)") : "");
		if (term->problem != NULL)
			fprintf(out, "  %s", translated(term->problem));
		fputc('\n', out);
		if (term->record.n > 0)
			fprintf(out, "%*s= %s\n", indent + 2, "", shown(inspection, term->record));
	}
}

static void
print_nets(const struct inspection *inspection, FILE *out)
{
	const struct inspect_spf *spf = &inspection->spf;
	size_t six = 0;

	for (size_t i = 0; i < spf->nnets; i++)
		six += spf->nets[i].ip.family == 6;
	if (spf->by_message)
		fprintf(out,
			_("  allowed: %.0f IPv4 addresses, %zu ranges of IPv6, and more depending "
			  "on the message\n"),
			spf->addresses4, six);
	else
		fprintf(out, _("  allowed: %.0f IPv4 addresses, %zu ranges of IPv6\n"),
			spf->addresses4, six);
	for (size_t i = 0; i < spf->nnets && i < NETS_TOLD; i++) {
		const struct inspect_net *net = &spf->nets[i];

		fprintf(out, _("    %s/%u  by %s of %s\n"),
			shown(inspection, ip_text(&net->ip, inspection->in->arena)), net->bits,
			shown(inspection, net->text), shown(inspection, net->domain));
	}
	if (spf->nnets > NETS_TOLD)
		fprintf(out, _("    and %zu more\n"), spf->nnets - NETS_TOLD);
	if (spf->others != NULL)
		fprintf(out, _("  all others: %s\n"), spf->others);
}

static void
print_spf(const struct inspection *inspection, FILE *out)
{
	const struct inspect_spf *spf = &inspection->spf;

	fputs("SPF\n", out);
	if (spf->record.n > 0)
		fprintf(out, "  %s\n", shown(inspection, spf->record));
	if (spf->n > 0) {
		print_tree(inspection, out);
		fprintf(out,
			_("  terms that ask DNS: %u of %d, void lookups: %u of %d, octets: %zu\n"),
			spf->lookups, SPF_MAX_LOOKUPS, spf->voids, SPF_MAX_VOIDS, spf->record.n);
		print_nets(inspection, out);
	}
	print_findings(inspection, "spf", out);
}

static void
print_target(const struct inspection *inspection, const struct dmarc_target *target, FILE *out)
{
	static const char *const states[] = {
		[DMARC_TARGET_OWN] = N_("own organization"),
		[DMARC_TARGET_AUTHORISED] = N_("authorised"),
		[DMARC_TARGET_REFUSED] = N_("not authorised"),
		[DMARC_TARGET_MOVED] = N_("not authorised"),
		[DMARC_TARGET_UNKNOWN] = N_("not known"),
		[DMARC_TARGET_INVALID] = N_("no address"),
	};
	const char *what = target->failure ? _("failure reports") : _("reports");
	const char *uri = shown(inspection, target->uri),
		   *state = translated(states[target->state]);

	if (target->name.n > 0)
		fprintf(out, _("  %s: %s  (%s by %s)\n"), what, uri, state,
			shown(inspection, target->name));
	else
		fprintf(out, "  %s: %s  (%s)\n", what, uri, state);
}

static void
print_alignment(const char *what, bool strict, FILE *out)
{
	fprintf(out,
		strict ? _("  %s: only exactly the domain of From counts (strict)\n")
		       : _("  %s: a subdomain is enough (relaxed)\n"),
		what);
}

static void
print_dmarc(const struct inspection *inspection, FILE *out)
{
	static const char *const modes[] = {
		[DMARC_RFC9989] = "RFC 9989", [DMARC_RFC7489] = "RFC 7489"};
	const struct dmarc_result *result = &inspection->dmarc[0].result;

	fputs("DMARC\n", out);
	for (size_t i = 0; i < result->nsteps; i++)
		fprintf(out, _("  asked: _dmarc.%s: %s\n"),
			shown(inspection, result->steps[i].name),
			translated(result->steps[i].found));
	for (size_t mode = 0; mode < 2; mode++) {
		const struct dmarc_result *got = &inspection->dmarc[mode].result;

		if (!got->has_record) {
			fprintf(out, _("  by %s: %s\n"), modes[mode],
				got->reason.id != DMARC_R_NONE
					? translated(reason_text(&got->reason))
					: _("no record"));
			continue;
		}
		if (inspect_dmarc_sampled(got))
			fprintf(out,
				_("  by %s: policy %s by %s for %u%% of failing mail, %s for the "
				  "rest, "
				  "record of %s\n"),
				modes[mode], dmarc_policy_word(got->published), got->selected,
				got->record.pct, dmarc_policy_word(dmarc_one_less(got->published)),
				shown(inspection, got->record_domain));
		else if (got->selected != NULL)
			fprintf(out, _("  by %s: policy %s by %s, record of %s\n"), modes[mode],
				dmarc_policy_word(got->policy), got->selected,
				shown(inspection, got->record_domain));
		else
			fprintf(out, _("  by %s: policy %s, record of %s\n"), modes[mode],
				dmarc_policy_word(got->policy),
				shown(inspection, got->record_domain));
	}
	if (result->has_record) {
		fprintf(out, "  %s\n", shown(inspection, result->record.text));
		print_alignment("SPF", result->record.aspf_strict, out);
		print_alignment("DKIM", result->record.adkim_strict, out);
	}
	for (size_t i = 0; i < inspection->dmarc[0].ntargets; i++)
		print_target(inspection, &inspection->dmarc[0].targets[i], out);
	print_findings(inspection, "dmarc", out);
}

static void
print_dkim(const struct inspection *inspection, FILE *out)
{
	fputs("DKIM\n", out);
	for (size_t i = 0; i < inspection->nkeys; i++) {
		const struct inspect_key *key = &inspection->keys[i];

		fprintf(out,
			"  %s:", key->name.n > 0 ? shown(inspection, key->name) : key->selector);
		if (key->algorithm != NULL)
			fprintf(out, " %s", key->algorithm);
		if (key->bits > 0)
			fprintf(out, _(", %u bits"), key->bits);
		fprintf(out, "%s%s%s", key->revoked ? _(", revoked") : "",
			key->testing ? _(", test mode") : "",
			key->strict_i ? _(", only for the domain itself") : "");
		if (inspection->messages->asked)
			fprintf(out, _("; messages signed with it: %zu of %zu"), key->messages,
				inspection->messages->messages);
		fputc('\n', out);
	}
	print_findings(inspection, "dkim", out);
}

static void
print_mx(const struct inspection *inspection, FILE *out)
{
	fputs("MX\n", out);
	for (size_t i = 0; i < inspection->nmx; i++)
		fprintf(out, "  %u %s\n", inspection->mx[i].preference,
			inspection->mx[i].name.n > 0 ? shown(inspection, inspection->mx[i].name)
						     : ".");
	print_findings(inspection, "mx", out);
}

static void
print_verdict(const struct inspection *inspection, FILE *out)
{
	const struct verdict *verdict = &inspection->dmarc[0].verdict;
	const struct verdict *old = &inspection->dmarc[1].verdict;
	const struct dmarc_result *rfc7489 = &inspection->dmarc[1].result;

	fputs(_("Mail in its name\n"), out);
	fputs(_("  with an aligned pass of SPF or DKIM: accept\n"), out);
	fprintf(out, _("  without: %s, because: %s\n"), policy_word(verdict->disposition),
		translated(reason_text(&verdict->reason)));
	if (inspect_dmarc_sampled(rfc7489) && rfc7489->record.pct > 0)
		fprintf(out, _("  without, by RFC 7489, for %u%% of it: %s, because: %s\n"),
			rfc7489->record.pct, policy_word(old->disposition),
			translated(reason_text(&old->reason)));
	else if (old->disposition != verdict->disposition)
		fprintf(out, _("  without, by RFC 7489: %s, because: %s\n"),
			policy_word(old->disposition), translated(reason_text(&old->reason)));
}

/* Prints, for --baseline, the changed records and the effect of the changes. */
static void
print_changes(const struct inspection *inspection, FILE *out)
{
	char day[STATS_DAY_OCTETS];

	if (inspection->earlier == NULL)
		return;
	if (inspection->earlier->there) {
		stats_day_text(inspection->earlier->time, day);
		fprintf(out, _("Changes since %s\n"), day);
	} else {
		fputs(_("Changes\n"), out);
	}
	if (inspection->nchanges == 0 && inspection->earlier->there)
		fputs(_("  no record is different\n"), out);
	for (size_t i = 0; i < inspection->nchanges; i++) {
		const struct inspect_change *change = &inspection->changes[i];

		fprintf(out, "  %s %s\n    ", shown(inspection, change->name), change->type);
		text_pad(_("was"), 10, out);
		fprintf(out, "%s\n    ",
			change->was.n > 0 ? shown(inspection, change->was)
					  : _("(none that can be used)"));
		text_pad(_("is now"), 10, out);
		fprintf(out, "%s\n",
			change->is.n > 0 ? shown(inspection, change->is)
					 : _("(none that can be used)"));
	}
	print_findings(inspection, "change", out);
}

void
inspect_print(const struct inspection *inspection, FILE *out)
{
	const size_t *count = inspection->findings.count;

	fprintf(out, _("Domain %s\n"), inspection->given);
	print_findings(inspection, "domain", out);
	if (inspection->domain.n > 0) {
		print_spf(inspection, out);
		print_dmarc(inspection, out);
		print_dkim(inspection, out);
		print_mx(inspection, out);
		print_changes(inspection, out);
		print_verdict(inspection, out);
	}
	fprintf(out, _("errors: %zu, warnings: %zu, notes: %zu\n"), count[FINDING_ERROR],
		count[FINDING_WARNING], count[FINDING_NOTE]);
}
