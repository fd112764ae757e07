#include "filter/explain/explain_notes.h"

#include <stdio.h>

#include "filter/result/warnings.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"

enum { SHOWN_MAX = 1024 };

void
explain_notes(const struct evaluation *ev)
{
	const struct warning *list;
	size_t n;

	list = warnings_collect(ev, &n);
	if (n > 0)
		printf("\n%s\n", _("Passed over, since nothing changes by it:"));
	for (size_t i = 0; i < n; i++) {
		const struct warning *w = &list[i];

		printf("  %s", printable(w->about, SHOWN_MAX, ev->arena));
		if (w->d.n > 0)
			printf(" (d=%s)", printable(w->d, SHOWN_MAX, ev->arena));
		printf(": %s\n", reason_words(&w->note->reason, ev->arena));
	}
}

void
explain_sealer(const struct evaluation *ev)
{
	const struct arc_vouch *sealers = &ev->verdict.sealers;

	if (sealers->doubted > 0)
		printf(_("The trusted sealer %s (i=%u) does not vouch for it: %s.\n"),
			printable(sealers->doubted_sealer, SHOWN_MAX, ev->arena), sealers->doubted,
			reason_words(&sealers->doubt, ev->arena));
}
