#include "filter/stats/counts.h"

/* Adds n messages of a class; -n removes them. */
static void
count_class(struct stats_counts *counts, enum sender_class class, bool failed, uint64_t n)
{
	const bool forged = class == SENDER_FORGED;

	counts->classes[class] += n;
	if (!sender_is_hurt(class) && class != SENDER_DECIDE && !forged)
		return;
	if (forged)
		counts->unauthenticated_fails += n;
	else if (class == SENDER_DECIDE)
		counts->open_fails += n;
	else
		counts->known_fails += n;
	if (!failed && forged)
		counts->unauthenticated_others += n;
	else if (!failed)
		counts->legitimate_others += n;
}

void
counts_add(struct stats_counts *counts, const struct row *row, struct sender sender)
{
	const uint64_t n = 1 + row->more;

	counts->messages += n;
	counts->dispositions[row->disposition] += n;
	counts->spf_pass += row->spf == AUTH_PASS ? n : 0;
	counts->dkim_pass += row->dkim == AUTH_PASS ? n : 0;
	counts->spf_aligned += row->spf == AUTH_PASS && row->spf_aligned ? n : 0;
	counts->dkim_aligned += row->dkim_aligned ? n : 0;
	counts->aligned += row->dmarc == AUTH_PASS ? n : 0;
	counts->not_judged += row->not_judged ? n : 0;
	count_class(counts, sender.class, row->dmarc == AUTH_FAIL, n);
}

void
counts_move(struct stats_counts *counts, enum sender_class from, enum sender_class to, bool failed,
	uint64_t n)
{
	count_class(counts, from, failed, 0 - n);
	count_class(counts, to, failed, n);
}

void
counts_join(struct stats_counts *into, const struct stats_counts *from)
{
	into->messages += from->messages;
	into->spf_pass += from->spf_pass;
	into->dkim_pass += from->dkim_pass;
	into->spf_aligned += from->spf_aligned;
	into->dkim_aligned += from->dkim_aligned;
	into->aligned += from->aligned;
	into->known_fails += from->known_fails;
	into->open_fails += from->open_fails;
	into->unauthenticated_fails += from->unauthenticated_fails;
	into->legitimate_others += from->legitimate_others;
	into->unauthenticated_others += from->unauthenticated_others;
	into->not_judged += from->not_judged;
	for (size_t i = 0; i < 4; i++)
		into->dispositions[i] += from->dispositions[i];
	for (size_t i = 0; i < SENDER_CLASSES; i++)
		into->classes[i] += from->classes[i];
}
