#include "filter/stats/stats.h"

#include <stdlib.h>
#include <time.h>

/*
 * gcc's analyser (tools/analyse) loses track of memory that a struct points to when the struct
 * becomes an element of an array
 */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define LAST_SECOND INT64_C(253402300799) /* the end of the year 9999 */

/* A hash table of names with open addressing; it never gets full. */
enum { SLOTS = 32768 };
_Static_assert(SLOTS > 2 * STATS_SOURCES && SLOTS > 2 * STATS_DOMAINS, "room in the index");

struct stats_index {
	uint32_t domains[SLOTS], sources[SLOTS]; /* index from 1; 0: free */
};

static int64_t
period_key(const struct stats_period *period)
{
	return ((int64_t)period->year * 100 + period->month) * 100 + period->day;
}

/* Returns the position of the period with this key, or the position at which it belongs. */
static size_t
period_place(const struct stats *stats, int64_t key)
{
	size_t low = 0, high = stats->nperiods;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (period_key(&stats->periods[middle]) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct stats_period *
period_of(struct stats *stats, const struct elsewhere_message *place)
{
	const struct stats_period one = {
		.year = place->year, .month = place->month, .day = stats->months ? 0 : place->day};
	const size_t at = period_place(stats, period_key(&one));

	if (one.year == 0 || at == stats->nperiods ||
		period_key(&stats->periods[at]) != period_key(&one))
		return &stats->other_period;
	return &stats->periods[at];
}

/* Called when a counted message is reclassified. */
static void
move(void *arg, const struct elsewhere_message *place, struct sender now)
{
	struct stats *stats = arg;
	const enum sender_class from = place->sender.class;
	struct stats_source *source = place->source < stats->nsources
					      ? &stats->sources[place->source]
					      : &stats->other_source;
	struct stats_domain *domain = place->domain < stats->ndomains
					      ? &stats->domains[place->domain]
					      : &stats->other_domain;

	counts_move(&source->counts, from, now.class, place->failed, place->n);
	counts_move(&domain->counts, from, now.class, place->failed, place->n);
	counts_move(&period_of(stats, place)->counts, from, now.class, place->failed, place->n);
	source->evidence[place->sender.by] -= place->n;
	source->evidence[now.by] += place->n;
	if (place->message < stats->nmessages)
		stats->messages[place->message].row->sender = now;
}

struct stats *
stats_new(const char *const *labels, size_t n, bool compared)
{
	struct stats *stats = calloc(1, sizeof *stats);

	if (stats == NULL)
		return NULL;
	stats->index = calloc(1, sizeof *stats->index);
	stats->elsewhere = elsewhere_new(move, stats);
	for (size_t i = 0; i < n && i < WHAT_IF_MAX; i++)
		stats->scenarios[stats->nscenarios++] = labels[i];
	stats->compared = compared;
	if (compared)
		stats->scenarios[stats->nscenarios++] = "--dmarc-compare";
	stats->other_domain.name = stats->other_source.name = stats->other_source.author_domain =
		"";
	stats->other_source.by = SOURCE_BY_NOTHING;
	if (stats->nscenarios > 0) {
		stats->other_domain.changes =
			calloc(stats->nscenarios, sizeof(struct stats_matrix));
		stats->other_source.changes =
			calloc(stats->nscenarios, sizeof(struct stats_matrix));
	}
	if (stats->index == NULL || stats->elsewhere == NULL ||
		(stats->nscenarios > 0 && (stats->other_domain.changes == NULL ||
						  stats->other_source.changes == NULL))) {
		stats_free(stats);
		return NULL;
	}
	return stats;
}

static void
free_source(struct stats_source *source)
{
	for (size_t i = 0; i < source->nneeds; i++) {
		free((char *)(uintptr_t)source->needs[i].id);
		free((char *)(uintptr_t)source->needs[i].text);
		free((char *)(uintptr_t)source->needs[i].record);
	}
	free(source->changes);
}

void
stats_free(struct stats *stats)
{
	if (stats == NULL)
		return;
	for (size_t i = 0; i < stats->ndomains; i++) {
		free((char *)(uintptr_t)stats->domains[i].name);
		free(stats->domains[i].changes);
	}
	for (size_t i = 0; i < stats->nsources; i++) {
		free((char *)(uintptr_t)stats->sources[i].name);
		free((char *)(uintptr_t)stats->sources[i].author_domain);
		free_source(&stats->sources[i]);
	}
	for (size_t i = 0; i < stats->nmessages; i++)
		free(stats->messages[i].row);
	free_source(&stats->other_source);
	free(stats->other_domain.changes);
	free(stats->periods);
	free(stats->domains);
	free(stats->sources);
	free(stats->messages);
	elsewhere_free(stats->elsewhere);
	free(stats->index);
	free(stats);
}

/* Makes room for one more element after n, by doubling; false when out of memory. */
static bool
grow_array(void **array, size_t n, size_t size)
{
	void *grown;

	if ((n & (n - 1)) != 0) /* grows only at powers of two */
		return true;
	grown = realloc(*array, (n == 0 ? 1 : 2 * n) * size);
	if (grown == NULL)
		return false;
	*array = grown;
	return true;
}

void
stats_day(int64_t seconds, int *year, int *month, int *day)
{
	time_t when = (time_t)seconds;
	struct tm parts;

	*year = *month = *day = 0;
	if (seconds < 0 || seconds > LAST_SECOND || gmtime_r(&when, &parts) == NULL)
		return;
	*year = parts.tm_year + 1900;
	*month = parts.tm_mon + 1;
	*day = parts.tm_mday;
}

bool
stats_is_other(const struct stats *stats, size_t scenario)
{
	return stats->compared && scenario + 1 == stats->nscenarios;
}

enum disposition
stats_after(const struct stats *stats, size_t scenario, const struct row *row)
{
	if (stats_is_other(stats, scenario))
		return row->has_other ? row->other.disposition : row->disposition;
	return scenario < row->nwhat_ifs ? row->what_ifs[scenario].disposition : row->disposition;
}

/* Counts the dispositions in all scenarios; true if one differs. */
static bool
count_changes(const struct stats *stats, struct stats_matrix *changes, const struct row *row)
{
	bool changed = false;

	for (size_t i = 0; i < stats->nscenarios; i++) {
		enum disposition after = stats_after(stats, i, row);

		changes[i].n[row->disposition][after]++;
		changed |= after != row->disposition;
	}
	return changed;
}

/* periods */

/* Merges the days into months; called when there are too many days. */
static void
make_months(struct stats *stats)
{
	size_t n = 0;

	stats->months = true;
	for (size_t i = 0; i < stats->nperiods; i++) {
		struct stats_period one = stats->periods[i];

		one.day = 0;
		if (n > 0 && period_key(&stats->periods[n - 1]) == period_key(&one))
			counts_join(&stats->periods[n - 1].counts, &one.counts);
		else
			stats->periods[n++] = one;
	}
	stats->nperiods = n;
}

static bool
add_period(struct stats *stats, const struct row *row, struct sender sender)
{
	struct stats_period one = {.year = 0};
	size_t at;

	if (row->has_date)
		stats_day(row->date, &one.year, &one.month, &one.day);
	if (one.year == 0) {
		counts_add(&stats->other_period.counts, row, sender);
		return true;
	}
	if (stats->periods == NULL &&
		(stats->periods = calloc(STATS_PERIODS, sizeof *stats->periods)) == NULL)
		return false;
	one.day = stats->months ? 0 : one.day;
	at = period_place(stats, period_key(&one));
	if (at == stats->nperiods || period_key(&stats->periods[at]) != period_key(&one)) {
		if (stats->nperiods == STATS_PERIODS && !stats->months) {
			make_months(stats);
			return add_period(stats, row, sender);
		}
		if (stats->nperiods == STATS_PERIODS) {
			counts_add(&stats->other_period.counts, row, sender);
			return true;
		}
		memmove(stats->periods + at + 1, stats->periods + at,
			(stats->nperiods - at) * sizeof one);
		stats->periods[at] = one;
		stats->nperiods++;
	}
	counts_add(&stats->periods[at].counts, row, sender);
	return true;
}

/* author domains */

static struct stats_matrix *
new_changes(const struct stats *stats)
{
	return calloc(stats->nscenarios > 0 ? stats->nscenarios : 1, sizeof(struct stats_matrix));
}

/* Returns the slot with the index of the name, or a free slot. */
static uint32_t *
domain_slot(const struct stats *stats, const char *name)
{
	uint64_t at = slice_hash(slice_str(name)) % SLOTS;
	uint32_t *slots = stats->index->domains;

	while (slots[at] != 0 && strcmp(stats->domains[slots[at] - 1].name, name) != 0)
		at = (at + 1) % SLOTS;
	return &slots[at];
}

const struct stats_domain *
stats_domain_of(const struct stats *stats, const char *name)
{
	const uint32_t at = *domain_slot(stats, name);

	return at != 0 ? &stats->domains[at - 1] : NULL;
}

static struct stats_domain *
find_domain(struct stats *stats, const char *name)
{
	uint32_t *slot = domain_slot(stats, name);
	struct stats_domain made = {.name = NULL};

	if (*slot != 0)
		return &stats->domains[*slot - 1];
	if (stats->ndomains == STATS_DOMAINS)
		return &stats->other_domain;
	made.name = strdup(name);
	made.changes = new_changes(stats);
	if (made.name == NULL || made.changes == NULL ||
		!grow_array((void **)&stats->domains, stats->ndomains, sizeof made)) {
		free((char *)(uintptr_t)made.name);
		free(made.changes);
		return NULL;
	}
	stats->domains[stats->ndomains] = made;
	*slot = (uint32_t)++stats->ndomains;
	return &stats->domains[stats->ndomains - 1];
}

/* sources */

static uint32_t *
source_slot(
	const struct stats *stats, enum source_by by, const char *name, const char *author_domain)
{
	uint32_t *slots = stats->index->sources;
	uint64_t at = (slice_hash(slice_str(name)) * 31 + slice_hash(slice_str(author_domain)) +
			      (uint64_t)by) %
		      SLOTS;

	for (; slots[at] != 0; at = (at + 1) % SLOTS) {
		const struct stats_source *source = &stats->sources[slots[at] - 1];

		if (source->by == by && strcmp(source->name, name) == 0 &&
			strcmp(source->author_domain, author_domain) == 0)
			break;
	}
	return &slots[at];
}

const struct stats_source *
stats_source_of(
	const struct stats *stats, enum source_by by, const char *name, const char *author_domain)
{
	const uint32_t at = *source_slot(stats, by, name, author_domain);

	return at != 0 ? &stats->sources[at - 1] : NULL;
}

static struct stats_source *
find_source(
	struct stats *stats, const struct row *row, const struct source_key *key, size_t *number)
{
	uint32_t *slot = source_slot(stats, key->by, key->name, row->author_domain);
	struct stats_source made = {.name = NULL};

	if (*slot != 0) {
		*number = *slot - 1;
		return &stats->sources[*number];
	}
	*number = STATS_SOURCES;
	if (stats->nsources == STATS_SOURCES)
		return &stats->other_source;
	made.by = key->by;
	made.provider = key->provider;
	made.name = strdup(key->name);
	made.author_domain = strdup(row->author_domain);
	made.changes = new_changes(stats);
	if (made.name == NULL || made.author_domain == NULL || made.changes == NULL ||
		!grow_array((void **)&stats->sources, stats->nsources, sizeof made)) {
		free((char *)(uintptr_t)made.name);
		free((char *)(uintptr_t)made.author_domain);
		free(made.changes);
		return NULL;
	}
	*number = stats->nsources;
	stats->sources[stats->nsources] = made;
	*slot = (uint32_t)++stats->nsources;
	return &stats->sources[stats->nsources - 1];
}

static bool
add_needs(struct stats_source *source, const struct row *row)
{
	for (size_t i = 0; i < row->nadvice; i++) {
		const struct row_advice *advice = &row->advice[i];
		const char *record = advice->record != NULL ? advice->record : "";
		struct stats_need *need = source->needs;
		size_t k = 0;

		while (k < source->nneeds && strcmp(need[k].id, advice->id) != 0)
			k++;
		if (k == source->nneeds) {
			if (k == STATS_NEEDS)
				continue;
			need[k] = (struct stats_need){
				strdup(advice->id), strdup(advice->text), strdup(record), 0, 0};
			source->nneeds++;
			if (need[k].id == NULL || need[k].text == NULL || need[k].record == NULL)
				return false;
		}
		need[k].n++;
		if (record[0] != '\0' && need[k].record != NULL)
			need[k].passes += strcmp(record, need[k].record) == 0 ? 1 : 0;
	}
	return true;
}

static bool
add_source(struct stats *stats, const struct row *row, const struct source_key *key,
	struct sender sender, size_t *number)
{
	struct stats_source *source = find_source(stats, row, key, number);
	int year, month, day;

	if (source == NULL)
		return false;
	counts_add(&source->counts, row, sender);
	source->evidence[sender.by] += 1 + row->more;
	(void)count_changes(stats, source->changes, row);
	/*
	 * a date outside the calendar is ignored: as the first or last date it would hide all
	 * others
	 */
	stats_day(row->date, &year, &month, &day);
	if (row->has_date && year != 0) {
		if (!source->has_dates || row->date < source->first)
			source->first = row->date;
		if (!source->has_dates || row->date > source->last)
			source->last = row->date;
		source->has_dates = true;
	}
	return add_needs(source, row);
}

/* Stores a message to be listed, if there is room; false when out of memory. */
static bool
add_message(struct stats *stats, const struct row *row, struct sender sender, size_t source,
	struct elsewhere_message *place)
{
	struct stats_message *one;

	stats->worth++;
	if (stats->unlisted || stats->nmessages == STATS_MESSAGES)
		return true;
	if (!grow_array((void **)&stats->messages, stats->nmessages, sizeof *stats->messages))
		return false;
	place->message = stats->nmessages;
	one = &stats->messages[stats->nmessages];
	*one = (struct stats_message){row_copy(row), source};
	if (one->row == NULL)
		return false;
	one->row->sender = sender;
	stats->nmessages++;
	return true;
}

bool
stats_add(struct stats *stats, const struct row *row)
{
	struct elsewhere_message place = {
		.n = 1 + row->more, .failed = row->dmarc == AUTH_FAIL, .message = STATS_MESSAGES};
	struct stats_domain *domain;
	struct source_key key;
	struct sender sender;
	bool changed;

	if (row->failed)
		return true;
	sources_key(row, &key);
	place.service = key.provider != NULL;
	sender = elsewhere_look(stats->elsewhere, row, sources_sender(row), place.service);
	changed = count_changes(stats, stats->changes, row);
	domain = find_domain(stats, row->author_domain);
	if (domain == NULL || !add_period(stats, row, sender) ||
		!add_source(stats, row, &key, sender, &place.source))
		return false;
	counts_add(&domain->counts, row, sender);
	if (stats->nscenarios > 0)
		(void)count_changes(stats, domain->changes, row);
	if ((changed || row->dmarc != AUTH_PASS || row->disposition != DISP_ACCEPT) &&
		!add_message(stats, row, sender, place.source, &place))
		return false;
	place.sender = sender;
	place.domain =
		domain == &stats->other_domain ? STATS_DOMAINS : (size_t)(domain - stats->domains);
	if (row->has_date)
		stats_day(row->date, &place.year, &place.month, &place.day);
	return elsewhere_add(stats->elsewhere, row, &place);
}
