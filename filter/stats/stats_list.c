#include "filter/stats/stats_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "filter/text/i18n.h"

struct place {
	size_t at;
	uint64_t messages;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/*
 * Returns the indices of n elements of size octets, sorted by the messages in their counts. first:
 * the counts in the first element.
 */
static size_t *
order(const struct stats_counts *first, size_t n, size_t size)
{
	struct place *places = calloc(n + 1, sizeof *places);
	size_t *numbers = calloc(n + 1, sizeof *numbers);

	for (size_t i = 0; places != NULL && i < n; i++) {
		const void *at = (const char *)first + i * size;

		places[i] = (struct place){i, ((const struct stats_counts *)at)->messages};
	}
	if (places != NULL)
		qsort(places, n, sizeof *places, compare_places);
	for (size_t i = 0; places != NULL && numbers != NULL && i < n; i++)
		numbers[i] = places[i].at;
	if (places == NULL) {
		free(numbers);
		numbers = NULL;
	}
	free(places);
	return numbers;
}

size_t *
stats_order_domains(const struct stats *stats)
{
	return order(stats->ndomains > 0 ? &stats->domains->counts : NULL, stats->ndomains,
		sizeof *stats->domains);
}

size_t *
stats_order_sources(const struct stats *stats)
{
	return order(stats->nsources > 0 ? &stats->sources->counts : NULL, stats->nsources,
		sizeof *stats->sources);
}

void
stats_day_text(int64_t seconds, char text[STATS_DAY_OCTETS])
{
	int year, month, day;

	stats_day(seconds, &year, &month, &day);
	if (year == 0)
		(void)snprintf(text, STATS_DAY_OCTETS, "-");
	else
		(void)snprintf(text, STATS_DAY_OCTETS, "%04d-%02d-%02d", year % 10000, month % 100,
			day % 100);
}

const char *
stats_by_text(enum source_by by)
{
	static const char *const kinds[] = {
		[SOURCE_BY_SIGNATURE] = N_("signed by"),
		[SOURCE_BY_ENVELOPE] = N_("envelope of"),
		[SOURCE_BY_NAME] = N_("host of"),
		[SOURCE_BY_ADDRESS] = N_("network"),
		[SOURCE_BY_NOTHING] = N_("unknown"),
	};
	return _(kinds[by]);
}

const char *
stats_by_word(enum source_by by)
{
	static const char *const words[] = {
		[SOURCE_BY_SIGNATURE] = "signature",
		[SOURCE_BY_ENVELOPE] = "envelope",
		[SOURCE_BY_NAME] = "host",
		[SOURCE_BY_ADDRESS] = "network",
		[SOURCE_BY_NOTHING] = "",
	};
	return words[by];
}

const char *
stats_author_text(const char *domain)
{
	return domain[0] != '\0' ? domain : _("(no author domain)");
}

double
stats_percent(uint64_t n, uint64_t all)
{
	return all == 0 ? 0 : 100.0 * (double)n / (double)all;
}

uint64_t
stats_changed(const struct stats_matrix *matrix)
{
	uint64_t changed = 0;

	for (int before = DISP_ACCEPT; before <= DISP_TEMPFAIL; before++)
		for (int after = DISP_ACCEPT; after <= DISP_TEMPFAIL; after++)
			changed += before != after ? matrix->n[before][after] : 0;
	return changed;
}

uint64_t
stats_unaligned(const struct stats_source *source)
{
	uint64_t n = 0;

	for (size_t i = SENDER_OWN; i < SENDER_CLASSES; i++)
		n += source->counts.classes[i];
	return n;
}

struct sender
stats_source_sender(const struct stats_source *source)
{
	const uint64_t *n = source->counts.classes;
	struct sender sender = {
		n[SENDER_PASSES] > 0 ? SENDER_PASSES : SENDER_UNJUDGED, SENDER_BY_NOTHING};
	uint64_t most = 0;

	for (size_t i = SENDER_OWN; i < SENDER_CLASSES; i++)
		if (n[i] > most) {
			most = n[i];
			sender.class = (enum sender_class)i;
		}
	most = 0;
	for (size_t i = SENDER_BY_NOTHING + 1; i < SENDER_EVIDENCES; i++)
		if (source->evidence[i] > most &&
			sender_shows((enum sender_evidence)i, sender.class)) {
			most = source->evidence[i];
			sender.by = (enum sender_evidence)i;
		}
	return sender;
}
