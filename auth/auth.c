/* auth.c: the table of mechanisms, the only place that knows them all. */
#include "auth/auth.h"

struct mechanism {
	unsigned turn; /* position in the order of checking */
	void (*ask)(const struct auth_input *in, const struct auth_results *found);
	enum status (*check)(const struct auth_input *in, struct auth_results *results);
	/*
	 * sets the result for mail of trusted clients and users; NULL: that mail is checked as well
	 */
	void (*skip)(const struct auth_input *in, struct auth_results *results);
	void (*report)(const struct auth_results *results, const char *note, struct report *report);
};

static void
ask_spf(const struct auth_input *in, const struct auth_results *found)
{
	(void)found;
	spf_ask(in);
}

static enum status
run_spf(const struct auth_input *in, enum spf_engine engine, struct spf_result *result)
{
	return engine == SPF_OWN ? spf_check(in, result) : spf_libspf2_check(in, result);
}

static enum status
check_spf(const struct auth_input *in, struct auth_results *results)
{
	enum spf_engine engine = in->options->spf_engine;
	enum spf_engine other = engine == SPF_OWN ? SPF_LIBSPF2 : SPF_OWN;

	/* the comparison affects no result: if it fails, it is omitted */
	if (in->options->spf_compare)
		results->has_spf_other = run_spf(in, other, &results->spf_other) == ST_OK;
	return run_spf(in, engine, &results->spf);
}

static void
skip_spf(const struct auth_input *in, struct auth_results *results)
{
	(void)in;
	results->spf = (struct spf_result){.code = AUTH_NONE, .reason = spf_reason(SPF_R_LOCAL)};
}

static void
report_spf(const struct auth_results *results, const char *note, struct report *report)
{
	const size_t at = report->n;

	(void)note;
	spf_report(&results->spf, report);
	if (results->spf.domain.n > 0 && !results->local)
		report->rows[at].alignment =
			results->dmarc.spf_aligned ? REPORT_ALIGNED : REPORT_UNALIGNED;
}

static void
ask_dkim(const struct auth_input *in, const struct auth_results *found)
{
	dkim_ask(in, &found->dkim);
}

static enum status
check_dkim(const struct auth_input *in, struct auth_results *results)
{
	/*
	 * ARC requests its body hashes before DKIM makes them, so that the body is read only once
	 */
	results->bodies = dkim_bodies_new(in->arena);
	arc_plan(in, results->bodies, &results->arc);
	return dkim_check(in, results->bodies, &results->dkim);
}

static void
report_dkim(const struct auth_results *results, const char *note, struct report *report)
{
	(void)note;
	dkim_report(&results->dkim, report);
}

static void
ask_arc(const struct auth_input *in, const struct auth_results *found)
{
	arc_ask(in, &found->arc);
}

static enum status
check_arc(const struct auth_input *in, struct auth_results *results)
{
	return arc_check(in, results->bodies, &results->arc);
}

static void
report_arc(const struct auth_results *results, const char *note, struct report *report)
{
	(void)note;
	arc_report(&results->arc, report);
}

static void
ask_dmarc(const struct auth_input *in, const struct auth_results *found)
{
	(void)found;
	dmarc_ask(in);
}

static enum status
check_dmarc(const struct auth_input *in, struct auth_results *results)
{
	enum dmarc_mode mode = in->options->dmarc_mode;
	enum dmarc_mode other = mode == DMARC_RFC9989 ? DMARC_RFC7489 : DMARC_RFC9989;

	if (in->options->dmarc_compare) {
		results->dkim_other = dkim_copy(&results->dkim, in->arena);
		results->has_dmarc_other =
			dmarc_check(in, other, &results->spf, &results->dkim_other,
				&results->dmarc_other) == ST_OK;
	}
	return dmarc_check(in, mode, &results->spf, &results->dkim, &results->dmarc);
}

static void
skip_dmarc(const struct auth_input *in, struct auth_results *results)
{
	results->dmarc = (struct dmarc_result){.code = AUTH_NONE,
		.reason = dmarc_reason(DMARC_R_LOCAL),
		.mode = in->options->dmarc_mode,
		.from_domain = in->ids->author_domain};
}

static void
report_dmarc(const struct auth_results *results, const char *note, struct report *report)
{
	dmarc_report(&results->dmarc, report)->note = note;
}

/*
 * In the order in which the header field reports them. turn is the order of checking: DKIM hashes
 * the body while DNS queries are in flight, and DMARC needs all other results.
 */
static const struct mechanism mechanisms[] = {
	{1, ask_spf, check_spf, skip_spf, report_spf},
	{0, ask_dkim, check_dkim, NULL, report_dkim},
	{2, ask_arc, check_arc, NULL, report_arc},
	{3, ask_dmarc, check_dmarc, skip_dmarc, report_dmarc},
};

/*
 * The order of the queries, which matters because their number is limited: first the author's
 * policy, then DKIM and SPF, which can make DMARC pass, and ARC last. The numbers are turns.
 */
static const unsigned asking[] = {3, 0, 1, 2};

enum { MECHANISMS = sizeof mechanisms / sizeof mechanisms[0] };

static const struct mechanism *
at_turn(unsigned turn)
{
	size_t i = 0;

	while (mechanisms[i].turn != turn)
		i++;
	return &mechanisms[i];
}

enum status
auth_run(const struct auth_input *in, struct auth_results *results)
{
	enum status status = ST_OK;

	*results = (struct auth_results){
		.local = in->envelope->trusted_client || in->envelope->authenticated.n > 0};
	/* once for the queries and the check */
	dkim_find(in, &results->dkim);
	arc_find(in, &results->arc);
	for (size_t i = 0; i < MECHANISMS && !in->options->no_ask; i++)
		if (!results->local || at_turn(asking[i])->skip == NULL)
			at_turn(asking[i])->ask(in, results);
	for (unsigned turn = 0; turn < MECHANISMS; turn++) {
		const struct mechanism *mechanism = at_turn(turn);
		if (results->local && mechanism->skip != NULL)
			mechanism->skip(in, results);
		else if (mechanism->check(in, results) != ST_OK)
			status = ST_TEMP;
	}
	return status;
}

void
auth_report(const struct auth_results *results, const char *note, struct report *report)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		mechanisms[i].report(results, note, report);
}
