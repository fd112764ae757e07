#define _GNU_SOURCE /* tdestroy */
#include "filter/stats/since.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "mime/arena.h"

struct since {
	struct arena *arena;
	void *tree; /* all senders, by identity */
	struct since_source **all;
	size_t n, room;
	uint64_t messages; /* messages of the earlier run */
	struct since_counts beyond;
	struct elsewhere *elsewhere;
	/* after since_sort: grouped by change; each group begins at starts[change] */
	const struct since_source **sorted;
	size_t starts[SINCE_SAME + 2];
	uint64_t failing;
};

/* Called when other messages change the class of a counted one. */
static void
move(void *arg, const struct elsewhere_message *message, struct sender now)
{
	struct since *since = arg;
	struct since_source *source;

	if (message->source >= since->n)
		return;
	source = since->all[message->source];
	source->classes[message->sender.class]--;
	source->classes[now.class]++;
}

struct since *
since_new(struct arena *arena)
{
	struct since *made = calloc(1, sizeof *made);

	if (made == NULL)
		return NULL;
	made->arena = arena;
	made->elsewhere = elsewhere_new(move, made);
	if (made->elsewhere != NULL)
		return made;
	free(made);
	return NULL;
}

static void
keep(void *source)
{
	(void)source; /* the arena owns it */
}

void
since_free(struct since *since)
{
	if (since == NULL)
		return;
	tdestroy(since->tree, keep);
	elsewhere_free(since->elsewhere);
	free(since->all);
	free(since->sorted);
	free(since);
}

static int
compare_since_sources(const void *a, const void *b)
{
	const struct since_source *x = a, *y = b;
	int order;

	if (x->by != y->by)
		return x->by < y->by ? -1 : 1;
	order = strcmp(x->name, y->name);
	return order != 0 ? order : strcmp(x->author, y->author);
}

static bool
room_for_one(struct since *since)
{
	const size_t room = since->room == 0 ? 256 : 2 * since->room;
	struct since_source **grown;

	if (since->n < since->room)
		return true;
	grown = realloc(since->all, room * sizeof(struct since_source *));
	if (grown == NULL)
		return false;
	since->all = grown;
	since->room = room;
	return true;
}

/* Finds the source of a row, or adds it. */
static enum status
find_since_source(struct since *since, const struct row *row, struct since_source **source)
{
	struct source_key key;
	struct since_source wanted;
	void *found;

	sources_key(row, &key);
	wanted =
		(struct since_source){.by = key.by, .name = key.name, .author = row->author_domain};
	found = tfind(&wanted, &since->tree, compare_since_sources);
	if (found != NULL) {
		*source = *(struct since_source *const *)found;
		return ST_OK;
	}
	if (since->n == SINCE_SOURCES)
		return ST_LIMIT;
	if (!room_for_one(since))
		return ST_TEMP;
	*source = arena_alloc(since->arena, sizeof **source);
	**source = (struct since_source){.by = key.by,
		.name = arena_cstr(since->arena, slice_str(key.name)),
		.author = arena_cstr(since->arena, slice_str(row->author_domain)),
		.provider = key.provider,
		.number = since->n};
	if (tsearch(*source, &since->tree, compare_since_sources) == NULL)
		return ST_TEMP;
	since->all[since->n++] = *source;
	return ST_OK;
}

static void
count_since_class(struct since_counts *counts, enum sender_class class)
{
	counts->messages++;
	counts->judged += class != SENDER_UNJUDGED ? 1 : 0;
	counts->failing += class >= SENDER_OWN ? 1 : 0;
}

enum status
since_before(struct since *since, const struct row *row)
{
	struct since_source *source;
	enum status st = find_since_source(since, row, &source);

	if (st != ST_OK)
		return st;
	since->messages++;
	count_since_class(&source->before, sources_sender(row).class);
	return ST_OK;
}

enum status
since_now(struct since *since, const struct row *row)
{
	struct elsewhere_message place = {.failed = row->dmarc == AUTH_FAIL};
	struct since_source *source;
	enum status st = find_since_source(since, row, &source);

	if (st == ST_LIMIT)
		count_since_class(&since->beyond, sources_sender(row).class);
	if (st != ST_OK)
		return st;
	place.service = source->provider != NULL;
	place.source = source->number;
	place.sender = elsewhere_look(since->elsewhere, row, sources_sender(row), place.service);
	count_since_class(&source->now, place.sender.class);
	source->classes[place.sender.class]++;
	return elsewhere_add(since->elsewhere, row, &place) ? ST_OK : ST_TEMP;
}

/* Is a/n a larger share than b/m? A share of no mail is 0. */
static bool
is_larger(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	if (n == 0)
		return false;
	return m == 0 ? a > 0 : a * m > b * n;
}

static enum since_change
change_of(const struct since_source *source)
{
	const struct since_counts *before = &source->before, *now = &source->now;

	if (before->messages == 0)
		return SINCE_NEW;
	if (now->messages == 0)
		return SINCE_GONE;
	return is_larger(now->failing, now->judged, before->failing, before->judged) ? SINCE_WORSE
										     : SINCE_SAME;
}

static int
compare_listed(const void *a, const void *b)
{
	const struct since_source *x = *(const struct since_source *const *)a;
	const struct since_source *y = *(const struct since_source *const *)b;
	const enum since_change p = change_of(x), q = change_of(y);
	const uint64_t m = x->now.messages + x->before.messages;
	const uint64_t n = y->now.messages + y->before.messages;

	if (p != q)
		return p < q ? -1 : 1;
	if (x->now.failing != y->now.failing)
		return x->now.failing > y->now.failing ? -1 : 1;
	if (m != n)
		return m > n ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

bool
since_sort(struct since *since)
{
	size_t at = 0;

	since->sorted = calloc(since->n + 1, sizeof(struct since_source *));
	if (since->sorted == NULL)
		return false;
	for (size_t i = 0; i < since->n; i++) {
		since->sorted[i] = since->all[i];
		since->failing += since_starts_failing(since->all[i]) ? 1 : 0;
	}
	since->failing += since->beyond.failing;
	qsort(since->sorted, since->n, sizeof(struct since_source *), compare_listed);
	for (int change = 0; change <= SINCE_SAME; change++) {
		since->starts[change] = at;
		while (at < since->n && change_of(since->sorted[at]) == (enum since_change)change)
			at++;
	}
	since->starts[SINCE_SAME + 1] = since->n;
	return true;
}

const struct since_source *const *
since_list(const struct since *since, enum since_change change, size_t *n)
{
	*n = since->starts[change + 1] - since->starts[change];
	return since->sorted + since->starts[change];
}

enum sender_class
since_class(const struct since_source *source)
{
	enum sender_class class =
		source->classes[SENDER_PASSES] > 0 ? SENDER_PASSES : SENDER_UNJUDGED;
	uint64_t most = 0;

	for (int i = SENDER_OWN; i < SENDER_CLASSES; i++)
		if (source->classes[i] > most) {
			most = source->classes[i];
			class = (enum sender_class)i;
		}
	return class;
}

bool
since_starts_failing(const struct since_source *source)
{
	return source->now.failing > 0 && source->before.failing == 0;
}

uint64_t
since_failing(const struct since *since)
{
	return since->failing;
}

struct since_counts
since_beyond(const struct since *since)
{
	return since->beyond;
}

uint64_t
since_messages(const struct since *since)
{
	return since->messages;
}

const char *
since_change_word(enum since_change change)
{
	static const char *const words[] = {
		[SINCE_NEW] = "new",
		[SINCE_WORSE] = "worse",
		[SINCE_GONE] = "gone",
		[SINCE_SAME] = "same",
	};
	return words[change];
}

const char *
since_by_word(enum source_by by)
{
	static const char *const words[] = {
		[SOURCE_BY_SIGNATURE] = "signature",
		[SOURCE_BY_ENVELOPE] = "envelope",
		[SOURCE_BY_NAME] = "name",
		[SOURCE_BY_ADDRESS] = "address",
		[SOURCE_BY_NOTHING] = "unknown",
	};
	return words[by];
}
