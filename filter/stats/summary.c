#include "filter/stats/summary.h"

#include <string.h>

#include "filter/provider/provider.h"
#include "filter/text/i18n.h"
#include "filter/verdict/policy.h"

_Static_assert((int)AUTH_PERMERROR < (int)SUMMARY_CODES, "every result has its place");

/* Where the labels begin in a that both names end with; the length of a if there are none. */
static size_t
common_tail(const char *a, const char *b)
{
	const size_t na = strlen(a), nb = strlen(b);
	size_t at = na;

	for (size_t i = 1; i <= na && i <= nb && a[na - i] == b[nb - i]; i++)
		if ((i == na || a[na - i - 1] == '.') && (i == nb || b[nb - i - 1] == '.'))
			at = na - i;
	return at;
}

/*
 * Is it the receiver with that authserv-id? Each host of a mailbox provider may have its own: they
 * are one receiver, whose id becomes what theirs have in common.
 */
static bool
is_receiver(struct summary_receiver *one, const char *id)
{
	const struct provider *provider = provider_of(slice_str(id));
	const char *tail = one->id + common_tail(one->id, id);

	if (strcmp(one->id, id) == 0)
		return true;
	if (provider == NULL || provider->mailbox.word == NULL ||
		provider_of(slice_str(tail)) != provider)
		return false;
	memmove(one->id, tail, strlen(tail) + 1);
	return true;
}

static void
add_receiver(struct summary *summary, const struct row *row)
{
	struct summary_receiver *one = &summary->receivers[SUMMARY_RECEIVERS];
	size_t i = 0;

	if (row->receiver == NULL || row->receiver[0] == '\0')
		return;
	while (i < summary->nreceivers && !is_receiver(&summary->receivers[i], row->receiver))
		i++;
	if (i < summary->nreceivers) {
		one = &summary->receivers[i];
	} else if (i < SUMMARY_RECEIVERS && strlen(row->receiver) < sizeof one->id) {
		one = &summary->receivers[summary->nreceivers++];
		(void)snprintf(one->id, sizeof one->id, "%s", row->receiver);
	}
	one->messages++;
	one->agrees += row->agrees ? 1 : 0;
	for (size_t k = 0; k < AGREE_METHODS; k++)
		one->differs[k] += row->differs[k] ? 1 : 0;
}

void
summary_add(struct summary *summary, const struct row *row)
{
	if (row->failed) {
		summary->failed++;
		summary->not_mail += row->not_mail ? 1 : 0;
		return;
	}
	summary->messages++;
	summary->spf[row->spf]++;
	summary->dkim[row->dkim]++;
	summary->dmarc[row->dmarc]++;
	summary->dispositions[row->disposition]++;
	summary->not_judged += row->not_judged ? 1 : 0;
	damage_add(&summary->damage, &row->damage);
	handlers_add(&summary->handlers, row);
	add_receiver(summary, row);
}

void
summary_free(struct summary *summary)
{
	handlers_free(&summary->handlers);
}

static void
print_count(size_t n, size_t all, FILE *out)
{
	if (n == 0)
		fprintf(out, "%18s", "-");
	else
		fprintf(out, "%10zu %6.1f%%", n, 100.0 * (double)n / (double)all);
}

static void
print_receiver(const struct summary_receiver *one, FILE *out)
{
	if (one->messages == 0)
		return;
	fprintf(out,
		_("Agrees with %s in %zu of %zu messages; differs in SPF %zu, DKIM %zu, DMARC "
		  "%zu\n"),
		one->id[0] != '\0' ? one->id : _("further receivers"), one->agrees, one->messages,
		one->differs[AGREE_SPF], one->differs[AGREE_DKIM], one->differs[AGREE_DMARC]);
}

static void
print_receivers(const struct summary *summary, FILE *out)
{
	if (summary->nreceivers > 0 || summary->receivers[SUMMARY_RECEIVERS].messages > 0)
		fputs("\n", out);
	for (size_t i = 0; i < summary->nreceivers; i++)
		print_receiver(&summary->receivers[i], out);
	print_receiver(&summary->receivers[SUMMARY_RECEIVERS], out);
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
	if (summary->failed > summary->not_mail)
		fprintf(out, _(", %zu files could not be read"),
			summary->failed - summary->not_mail);
	if (summary->not_mail > 0)
		fprintf(out, _(", %zu files are not messages"), summary->not_mail);
	fprintf(out, "\n");
	if (summary->messages == 0)
		return;
	fprintf(out, "\n");
	text_pad(_("Result"), 12, out);
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
	text_pad(_("Disposition"), 12, out);
	text_pad(_("Messages"), -18, out);
	fprintf(out, "\n");
	for (int i = DISP_ACCEPT; i <= DISP_TEMPFAIL; i++) {
		if (summary->dispositions[i] == 0)
			continue;
		fprintf(out, "%-12s", policy_word((enum disposition)i));
		print_count(summary->dispositions[i], summary->messages, out);
		fprintf(out, "\n");
	}
	if (summary->not_judged > 0) {
		fprintf(out,
			_("\nNot evaluated, because the envelope is unknown: %zu of %zu messages. "
			  "They did not fail.\n"),
			summary->not_judged, summary->messages);
		fputs(_("Name your own relays with --trusted-relay, or list the envelopes with "
			"--envelopes.\n"),
			out);
	}
	print_receivers(summary, out);
	damage_print(&summary->damage, out);
	handlers_print(&summary->handlers, out);
}
