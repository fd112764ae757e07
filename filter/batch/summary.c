#include "filter/batch/summary.h"

#include "filter/words.h"

_Static_assert((int)AUTH_PERMERROR < (int)SUMMARY_CODES, "every result has its place");

enum auth_code
summary_dkim(const struct auth_results *results)
{
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].code == AUTH_PASS)
			return AUTH_PASS;
	return results->dkim.n > 0 ? results->dkim.sigs[0].code : AUTH_NONE;
}

struct tally
summary_tally(const struct evaluation *ev)
{
	struct tally tally = {
		.spf = AUTH_NONE,
		.dkim = AUTH_NONE,
		.dmarc = AUTH_NONE,
		.disposition = ev->verdict.disposition,
		.broke = broke_of(ev->diagnoses, ev->ndiagnoses),
	};

	if (ev->evaluated) {
		tally.spf = ev->results.spf.code;
		tally.dkim = summary_dkim(&ev->results);
		tally.dmarc = ev->results.dmarc.code;
	}
	return tally;
}

void
summary_add(struct summary *summary, const struct tally *tally)
{
	if (tally->failed) {
		summary->failed++;
		return;
	}
	summary->messages++;
	summary->spf[tally->spf]++;
	summary->dkim[tally->dkim]++;
	summary->dmarc[tally->dmarc]++;
	summary->dispositions[tally->disposition]++;
	broke_add(&summary->broke, &tally->broke);
}

static void
print_count(size_t n, size_t all, FILE *out)
{
	if (n == 0)
		fprintf(out, "%18s", "-");
	else
		fprintf(out, "%10zu %6.1f%%", n, 100.0 * (double)n / (double)all);
}

void
summary_print(const struct summary *summary, bool interrupted, FILE *out)
{
	static const enum auth_code codes[] = {AUTH_PASS, AUTH_FAIL, AUTH_SOFTFAIL, AUTH_NEUTRAL,
		AUTH_POLICY, AUTH_NONE, AUTH_TEMPERROR, AUTH_PERMERROR};

	if (interrupted)
		fprintf(out, _("%zu messages, interrupted"), summary->messages);
	else
		fprintf(out, _("%zu messages"), summary->messages);
	if (summary->failed > 0)
		fprintf(out, _(", %zu files could not be read"), summary->failed);
	fprintf(out, "\n");
	if (summary->messages == 0)
		return;
	fprintf(out, "\n");
	words_pad(_("Result"), 12, out);
	fprintf(out, "%18s%18s%18s\n", "SPF", "DKIM", "DMARC");
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		enum auth_code code = codes[i];

		if (summary->spf[code] + summary->dkim[code] + summary->dmarc[code] == 0)
			continue;
		fprintf(out, "%-12s", auth_code_word(code));
		print_count(summary->spf[code], summary->messages, out);
		print_count(summary->dkim[code], summary->messages, out);
		print_count(summary->dmarc[code], summary->messages, out);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
	words_pad(_("Disposition"), 12, out);
	words_pad(_("Messages"), -18, out);
	fprintf(out, "\n");
	for (int i = DISP_ACCEPT; i <= DISP_TEMPFAIL; i++) {
		if (summary->dispositions[i] == 0)
			continue;
		fprintf(out, "%-12s", policy_word((enum disposition)i));
		print_count(summary->dispositions[i], summary->messages, out);
		fprintf(out, "\n");
	}
	broke_print(&summary->broke, out);
}
