#include "filter/explain/explain_received.h"

#include <stdio.h>

#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { SHOWN_MAX = 256, METHOD_COLUMNS = 8, WORD_COLUMNS = 12 };

const struct agreement *
agree_with_received(const struct evaluation *ev)
{
	struct agreement *agreement = arena_alloc(ev->arena, sizeof *agreement);
	struct recorded *recorded = arena_alloc(ev->arena, sizeof *recorded);

	(void)recorded_read(&ev->message, &ev->intake, slice_str(ev->options->compare_received),
		ev->arena, recorded);
	agree_compare(recorded, &ev->results, envelope_is_known(&ev->intake), agreement);
	return agreement;
}

static const char *
word(const struct recorded_word *recorded, struct arena *arena)
{
	return recorded->there ? printable(recorded->word, SHOWN_MAX, arena) : "-";
}

static void
print_row(const char *method, const struct recorded_word *theirs, enum auth_code ours,
	struct arena *arena)
{
	fputs("  ", stdout);
	text_pad(method, METHOD_COLUMNS, stdout);
	text_pad(word(theirs, arena), WORD_COLUMNS, stdout);
	printf("%s\n", auth_code_word(ours));
}

static enum auth_code
best(const struct dkim_result *dkim)
{
	for (size_t i = 0; i < dkim->n; i++)
		if (dkim->sigs[i].code == AUTH_PASS)
			return AUTH_PASS;
	return dkim->n > 0 ? dkim->sigs[0].code : AUTH_NONE;
}

static const struct recorded_word *
best_recorded(const struct recorded *recorded)
{
	for (size_t i = 0; i < recorded->nsignatures; i++)
		if (recorded->signatures[i].word.known &&
			recorded->signatures[i].word.code == AUTH_PASS)
			return &recorded->signatures[i].word;
	return &recorded->dkim;
}

/*
 * Explains the three lines of "Show original", which owners often misread as results for their own
 * domain.
 */
static void
explain_gmail(void)
{
	puts(_("Gmail's \"Show original\" shows the same in three lines:\n"
	       "  SPF    the result for the domain of the envelope, yours or a service's\n"
	       "  DKIM   the result of a signature and its domain, yours or a service's\n"
	       "  DMARC  whether one of the two passed and is aligned with the domain of From\n"
	       "A missing line: nothing to check (no signature, no DMARC record). Only "
	       "DMARC\n"
	       "is about your domain: SPF and DKIM can both say PASS while it says FAIL."));
}

static void
print_difference(const struct agree_difference *one, struct arena *arena)
{
	static const char *const names[] = {
		[AGREE_SPF] = "SPF", [AGREE_DKIM] = "DKIM", [AGREE_DMARC] = "DMARC"};
	const char *theirs = printable(one->theirs, SHOWN_MAX, arena);

	if (one->domain.n > 0)
		printf(_("  %s of %s: theirs is %s, ours is %s. Perhaps: %s\n"), names[one->about],
			printable(one->domain, SHOWN_MAX, arena), theirs, auth_code_word(one->ours),
			translated(agree_why_text(one->why)));
	else
		printf(_("  %s: theirs is %s, ours is %s. Perhaps: %s\n"), names[one->about],
			theirs, auth_code_word(one->ours), translated(agree_why_text(one->why)));
}

void
explain_received(const struct evaluation *ev, const struct agreement *agreement)
{
	const struct recorded *recorded = &agreement->recorded;

	if (recorded->form == RECORDED_NOTHING) {
		puts(_("\nThe receiver recorded no readable results above its own Received line."));
		return;
	}
	printf(_("\nThe receiver's results (%s), compared with ours:\n"),
		printable(recorded->id, SHOWN_MAX, ev->arena));
	print_row("SPF", &recorded->spf, ev->results.spf.code, ev->arena);
	print_row("DKIM", best_recorded(recorded), best(&ev->results.dkim), ev->arena);
	print_row("DMARC", &recorded->dmarc, ev->results.dmarc.code, ev->arena);
	for (size_t i = 0; i < agreement->n; i++)
		print_difference(&agreement->differences[i], ev->arena);
	if (slice_ieq(recorded->id, SLICE("mx.google.com")))
		explain_gmail();
}
