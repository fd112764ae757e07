#include "filter/stats/view.h"

#include <stdlib.h>
#include <time.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

/* Where a name is, by its hash; open addressing, never full. */
enum { SLOTS = 32768 };
_Static_assert(SLOTS > 2 * VIEW_SOURCES && SLOTS > 2 * VIEW_DOMAINS, "room in the index");

struct view_index {
	uint32_t domains[SLOTS], sources[SLOTS]; /* number from 1; 0: free */
};

struct view *
view_new(const char *const *labels, size_t n, bool compared)
{
	struct view *view = calloc(1, sizeof *view);

	if (view == NULL)
		return NULL;
	view->index = calloc(1, sizeof *view->index);
	for (size_t i = 0; i < n && i < WHAT_IF_MAX; i++)
		view->scenarios[view->nscenarios++] = labels[i];
	view->compared = compared;
	if (compared)
		view->scenarios[view->nscenarios++] = "--dmarc-compare";
	view->other_domain.name = view->other_source.name = view->other_source.author_domain = "";
	view->other_source.by = SOURCE_BY_NOTHING;
	if (view->nscenarios > 0) {
		view->other_domain.changes = calloc(view->nscenarios, sizeof(struct view_matrix));
		view->other_source.changes = calloc(view->nscenarios, sizeof(struct view_matrix));
	}
	if (view->index == NULL ||
		(view->nscenarios > 0 && (view->other_domain.changes == NULL ||
						 view->other_source.changes == NULL))) {
		view_free(view);
		return NULL;
	}
	return view;
}

static void
free_source(struct view_source *source)
{
	for (size_t i = 0; i < source->nneeds; i++) {
		free((char *)(uintptr_t)source->needs[i].id);
		free((char *)(uintptr_t)source->needs[i].text);
	}
	free(source->changes);
}

void
view_free(struct view *view)
{
	if (view == NULL)
		return;
	for (size_t i = 0; i < view->ndomains; i++) {
		free((char *)(uintptr_t)view->domains[i].name);
		free(view->domains[i].changes);
	}
	for (size_t i = 0; i < view->nsources; i++) {
		free((char *)(uintptr_t)view->sources[i].name);
		free((char *)(uintptr_t)view->sources[i].author_domain);
		free_source(&view->sources[i]);
	}
	for (size_t i = 0; i < view->nmessages; i++)
		free(view->messages[i].row);
	free_source(&view->other_source);
	free(view->other_domain.changes);
	free(view->periods);
	free(view->domains);
	free(view->sources);
	free(view->messages);
	free(view->index);
	free(view);
}

/* Room for one more of n, which doubles; false without memory. */
static bool
grow(void **array, size_t n, size_t size)
{
	void *grown;

	if ((n & (n - 1)) != 0) /* grown at powers of two only */
		return true;
	grown = realloc(*array, (n == 0 ? 1 : 2 * n) * size);
	if (grown == NULL)
		return false;
	*array = grown;
	return true;
}

static void
count(struct view_counts *counts, const struct row *row)
{
	counts->messages++;
	counts->dispositions[row->disposition]++;
	counts->spf_pass += row->spf == AUTH_PASS ? 1 : 0;
	counts->dkim_pass += row->dkim == AUTH_PASS ? 1 : 0;
	counts->spf_aligned += row->spf == AUTH_PASS && row->spf_aligned ? 1 : 0;
	counts->dkim_aligned += row->dkim_aligned ? 1 : 0;
	counts->aligned += row->dmarc == AUTH_PASS ? 1 : 0;
	if (!sources_unaligned(row))
		return;
	if (sources_honest(row))
		counts->honest_fails++;
	else
		counts->bare_fails++;
}

void
view_day(int64_t seconds, int *year, int *month, int *day)
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
view_is_other(const struct view *view, size_t scenario)
{
	return view->compared && scenario + 1 == view->nscenarios;
}

enum disposition
view_after(const struct view *view, size_t scenario, const struct row *row)
{
	if (view_is_other(view, scenario))
		return row->has_other ? row->other.disposition : row->disposition;
	return scenario < row->nwhat_ifs ? row->what_ifs[scenario].disposition : row->disposition;
}

/* True where some scenario makes another disposition. */
static bool
count_changes(const struct view *view, struct view_matrix *changes, const struct row *row)
{
	bool changed = false;

	for (size_t i = 0; i < view->nscenarios; i++) {
		enum disposition after = view_after(view, i, row);

		changes[i].n[row->disposition][after]++;
		changed |= after != row->disposition;
	}
	return changed;
}

/* periods */

static int64_t
period_key(const struct view_period *period)
{
	return ((int64_t)period->year * 100 + period->month) * 100 + period->day;
}

void
view_counts_join(struct view_counts *into, const struct view_counts *from)
{
	into->messages += from->messages;
	into->spf_pass += from->spf_pass;
	into->dkim_pass += from->dkim_pass;
	into->spf_aligned += from->spf_aligned;
	into->dkim_aligned += from->dkim_aligned;
	into->aligned += from->aligned;
	into->honest_fails += from->honest_fails;
	into->bare_fails += from->bare_fails;
	for (size_t i = 0; i < 4; i++)
		into->dispositions[i] += from->dispositions[i];
}

/* Too many days: each becomes part of its month. */
static void
make_months(struct view *view)
{
	size_t n = 0;

	view->months = true;
	for (size_t i = 0; i < view->nperiods; i++) {
		struct view_period one = view->periods[i];

		one.day = 0;
		if (n > 0 && period_key(&view->periods[n - 1]) == period_key(&one))
			view_counts_join(&view->periods[n - 1].counts, &one.counts);
		else
			view->periods[n++] = one;
	}
	view->nperiods = n;
}

/* Where the period is, or would be. */
static size_t
period_place(const struct view *view, int64_t key)
{
	size_t low = 0, high = view->nperiods;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (period_key(&view->periods[middle]) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
add_period(struct view *view, const struct row *row)
{
	struct view_period one = {.year = 0};
	size_t at;

	if (row->has_date)
		view_day(row->date, &one.year, &one.month, &one.day);
	if (one.year == 0) {
		count(&view->other_period.counts, row);
		return true;
	}
	if (view->periods == NULL &&
		(view->periods = calloc(VIEW_PERIODS, sizeof *view->periods)) == NULL)
		return false;
	one.day = view->months ? 0 : one.day;
	at = period_place(view, period_key(&one));
	if (at == view->nperiods || period_key(&view->periods[at]) != period_key(&one)) {
		if (view->nperiods == VIEW_PERIODS && !view->months) {
			make_months(view);
			return add_period(view, row);
		}
		if (view->nperiods == VIEW_PERIODS) {
			count(&view->other_period.counts, row);
			return true;
		}
		memmove(view->periods + at + 1, view->periods + at,
			(view->nperiods - at) * sizeof one);
		view->periods[at] = one;
		view->nperiods++;
	}
	count(&view->periods[at].counts, row);
	return true;
}

/* author domains */

static struct view_matrix *
new_changes(const struct view *view)
{
	return calloc(view->nscenarios > 0 ? view->nscenarios : 1, sizeof(struct view_matrix));
}

static struct view_domain *
find_domain(struct view *view, const char *name)
{
	uint64_t at = slice_hash(slice_str(name)) % SLOTS;
	uint32_t *slots = view->index->domains;
	struct view_domain made = {.name = NULL};

	for (; slots[at] != 0; at = (at + 1) % SLOTS)
		if (strcmp(view->domains[slots[at] - 1].name, name) == 0)
			return &view->domains[slots[at] - 1];
	if (view->ndomains == VIEW_DOMAINS)
		return &view->other_domain;
	made.name = strdup(name);
	made.changes = new_changes(view);
	if (made.name == NULL || made.changes == NULL ||
		!grow((void **)&view->domains, view->ndomains, sizeof made)) {
		free((char *)(uintptr_t)made.name);
		free(made.changes);
		return NULL;
	}
	view->domains[view->ndomains] = made;
	slots[at] = (uint32_t)++view->ndomains;
	return &view->domains[view->ndomains - 1];
}

/* sources */

static struct view_source *
find_source(struct view *view, const struct row *row, size_t *number)
{
	struct source_key key;
	uint32_t *slots = view->index->sources;
	struct view_source made = {.name = NULL};
	uint64_t at;

	sources_key(row, &key);
	at = (slice_hash(slice_str(key.name)) * 31 + slice_hash(slice_str(row->author_domain)) +
		     key.by) %
	     SLOTS;
	for (; slots[at] != 0; at = (at + 1) % SLOTS) {
		struct view_source *source = &view->sources[slots[at] - 1];

		*number = slots[at] - 1;
		if (source->by == key.by && strcmp(source->name, key.name) == 0 &&
			strcmp(source->author_domain, row->author_domain) == 0)
			return source;
	}
	*number = VIEW_SOURCES;
	if (view->nsources == VIEW_SOURCES)
		return &view->other_source;
	made.by = key.by;
	made.provider = key.provider;
	made.name = strdup(key.name);
	made.author_domain = strdup(row->author_domain);
	made.changes = new_changes(view);
	if (made.name == NULL || made.author_domain == NULL || made.changes == NULL ||
		!grow((void **)&view->sources, view->nsources, sizeof made)) {
		free((char *)(uintptr_t)made.name);
		free((char *)(uintptr_t)made.author_domain);
		free(made.changes);
		return NULL;
	}
	*number = view->nsources;
	view->sources[view->nsources] = made;
	slots[at] = (uint32_t)++view->nsources;
	return &view->sources[view->nsources - 1];
}

static bool
add_needs(struct view_source *source, const struct row *row)
{
	for (size_t i = 0; i < row->nadvice; i++) {
		const struct row_advice *advice = &row->advice[i];
		struct view_need *need = source->needs;
		size_t k = 0;

		while (k < source->nneeds && strcmp(need[k].id, advice->id) != 0)
			k++;
		if (k == source->nneeds) {
			if (k == VIEW_NEEDS)
				continue;
			need[k] = (struct view_need){strdup(advice->id), strdup(advice->text), 0};
			source->nneeds++;
			if (need[k].id == NULL || need[k].text == NULL)
				return false;
		}
		need[k].n++;
	}
	return true;
}

static bool
add_source(struct view *view, const struct row *row, size_t *number)
{
	struct view_source *source = find_source(view, row, number);
	int year, month, day;

	if (source == NULL)
		return false;
	count(&source->counts, row);
	(void)count_changes(view, source->changes, row);
	/* one date that no calendar shows would hide all others */
	view_day(row->date, &year, &month, &day);
	if (row->has_date && year != 0) {
		if (!source->has_dates || row->date < source->first)
			source->first = row->date;
		if (!source->has_dates || row->date > source->last)
			source->last = row->date;
		source->has_dates = true;
	}
	return add_needs(source, row);
}

bool
view_add(struct view *view, const struct row *row)
{
	struct view_domain *domain;
	size_t number;
	bool changed;

	if (row->failed)
		return true;
	changed = count_changes(view, view->changes, row);
	domain = find_domain(view, row->author_domain);
	if (domain == NULL || !add_period(view, row) || !add_source(view, row, &number))
		return false;
	count(&domain->counts, row);
	if (view->nscenarios > 0)
		(void)count_changes(view, domain->changes, row);
	if (!changed && row->dmarc == AUTH_PASS && row->disposition == DISP_ACCEPT)
		return true;
	view->worth++;
	if (view->nmessages == VIEW_MESSAGES)
		return true;
	if (!grow((void **)&view->messages, view->nmessages, sizeof *view->messages))
		return false;
	view->messages[view->nmessages].source = number;
	view->messages[view->nmessages].row = row_copy(row);
	return view->messages[view->nmessages++].row != NULL;
}
