#include "filter/explain/explain_from.h"

#include <stdio.h>

#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { BEFORE = 60, BEHIND = 100, SHOWN_MAX = 1024 };

/* The value, and under it a mark where octet at of it is. */
static void
print_value(struct slice value, size_t at, struct arena *arena)
{
	size_t from = at > BEFORE ? at - BEFORE : 0;
	const char *cut = from > 0 ? "..." : "";
	const char *before =
		printable(slice_head(slice_from(value, from), at - from), SHOWN_MAX, arena);

	printf("  From: %s%s%s\n", cut, before, printable(slice_from(value, at), BEHIND, arena));
	printf("  %*s^\n\n", (int)(strlen("From: ") + strlen(cut) + strlen(before)), "");
}

/* Is it From, and not another line of the header, that makes the message ambiguous? */
static bool
is_about_from(unsigned reason)
{
	return reason == FROM_R_UNREADABLE || reason == FROM_R_OVER_LIMIT ||
	       reason == FROM_R_NO_DOMAIN || reason == FROM_R_BAD_DOMAIN ||
	       reason == FROM_R_SEVERAL_DOMAINS || reason == FROM_R_DIFFER ||
	       reason == FROM_R_NO_AUTHOR;
}

void
explain_from(const struct identities *ids, struct arena *arena)
{
	struct slice value = ids->from;
	size_t blanks, place;

	while (value.n > 0 && slice_is_blank(value.p[0]))
		value = slice_from(value, 1);
	blanks = ids->from.n - value.n;
	value = slice_trim(value);
	place = ids->fault.at > blanks ? ids->fault.at - blanks : 0;
	if (place > value.n)
		place = value.n;
	if (ids->fault.cause != ADDRESS_NO_FAULT && ids->tolerant)
		printf(_("From breaks the grammar at octet %zu: %s. It has one domain all the "
			 "same.\n"),
			place + 1, translated(address_cause_text(ids->fault.cause)));
	else if (ids->fault.cause != ADDRESS_NO_FAULT)
		printf(_("From cannot be read at octet %zu: %s.\n"), place + 1,
			translated(address_cause_text(ids->fault.cause)));
	else if (ids->from.n == 0 || !is_about_from(ids->ambiguous.id))
		return;
	if (ids->other_domain.n > 0)
		printf(_("Another reader of From finds the domain %s.\n"),
			printable(ids->other_domain, SHOWN_MAX, arena));
	print_value(value, place, arena);
}
