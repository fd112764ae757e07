#define _GNU_SOURCE /* tdestroy */
#include "filter/plan/plan_mail.h"

#include <search.h>
#include <stdlib.h>

#include "auth/base/domain.h"
#include "filter/io/clock.h"
#include "mime/buf.h"

enum { KEY_OCTETS = (PLAN_SIGNERS + 1) * (ROW_TEXT + 1) };

/* Moves a counted message to the class that other messages show for it. */
static void
move(void *arg, const struct elsewhere_message *message, struct sender now)
{
	struct plan_mail *mail = arg;
	struct plan_group *group;

	if (message->message >= mail->ngroups)
		return;
	group = mail->groups[message->message];
	group->classes[message->sender.class] -= message->n;
	group->classes[now.class] += message->n;
}

bool
plan_mail_init(struct plan_mail *mail, struct slice domain, bool reported, struct arena *arena)
{
	*mail = (struct plan_mail){.reported = reported, .arena = arena, .domain = domain};
	mail->stats = stats_new(NULL, 0, false);
	mail->elsewhere = elsewhere_new(move, mail);
	arena_init(&mail->one, arena->oom, arena->oom_arg);
	mail->days = arena_array(arena, STATS_SOURCES, sizeof *mail->days);
	mail->authors = arena_array(arena, PLAN_AUTHORS, sizeof *mail->authors);
	mail->authors[mail->nauthors++] = arena_cstr(arena, domain); /* the first one has room */
	if (mail->stats != NULL)
		mail->stats->unlisted = true;
	return mail->stats != NULL && mail->elsewhere != NULL;
}

static void
keep(void *group)
{
	(void)group; /* it belongs to the arena */
}

void
plan_mail_clear(struct plan_mail *mail)
{
	tdestroy(mail->tree, keep);
	stats_free(mail->stats);
	elsewhere_free(mail->elsewhere);
	free(mail->groups);
	arena_clear(&mail->one);
	*mail = (struct plan_mail){.arena = NULL};
}

static int
compare(const void *a, const void *b)
{
	const struct plan_group *x = a, *y = b;
	int order;

	if (x->author != y->author)
		return x->author < y->author ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	order = strcmp(x->spf, y->spf);
	return order != 0 ? order : strcmp(x->dkim, y->dkim);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Is the domain in normal form? A row may come from an untrusted file. */
static bool
is_normal(const char *domain, struct arena *arena)
{
	struct slice name;

	return domain_normalize(slice_str(domain), arena, &name) == ST_OK &&
	       slice_eq(name, slice_str(domain));
}

static bool
may_align(const char *author, const char *domain, struct arena *arena)
{
	return domain[0] != '\0' && domain_common(slice_str(author), slice_str(domain)) > 0 &&
	       is_normal(domain, arena);
}

/*
 * Could a receiver have found this domain aligned with the author domain? Reports do not show which
 * domain was aligned.
 */
static bool
is_related(const struct plan_mail *mail, const char *author, const char *domain)
{
	return domain[0] != '\0' && (domain_within(slice_str(author), slice_str(domain)) ||
					    domain_within(slice_str(domain), mail->domain));
}

static bool
may_count(struct plan_mail *mail, const struct row *row, const char *domain)
{
	return (!mail->reported || is_related(mail, row->author_domain, domain)) &&
	       may_align(row->author_domain, domain, &mail->one);
}

/*
 * The domain for which SPF passed, if it may count; or "". In a report, the author domain if SPF
 * was aligned and no such domain is named.
 */
static const char *
envelope(struct plan_mail *mail, const struct row *row)
{
	if (mail->reported && !row->spf_aligned)
		return "";
	if (row->spf == AUTH_PASS && may_count(mail, row, row->spf_domain))
		return row->spf_domain;
	return mail->reported ? row->author_domain : "";
}

/*
 * The domains whose signatures passed and may count, each once; NULL if there are too many. In a
 * report, the author domain if DKIM was aligned and no such domain is named.
 */
static const char *
signers(struct plan_mail *mail, const struct row *row)
{
	const char *names[PLAN_SIGNERS] = {NULL};
	struct buf out;
	size_t n = 0;

	buf_init(&out, &mail->one, KEY_OCTETS);
	for (size_t i = 0; i < row->nsignatures; i++) {
		const struct row_signature *sig = &row->signatures[i];
		size_t k = 0;

		if (sig->code != AUTH_PASS || !may_count(mail, row, sig->d) ||
			(mail->reported && !row->dkim_aligned))
			continue;
		while (k < n && strcmp(names[k], sig->d) != 0)
			k++;
		if (k == PLAN_SIGNERS)
			return NULL;
		if (k == n)
			names[n++] = sig->d;
	}
	if (mail->reported && row->dkim_aligned && n == 0)
		names[n++] = row->author_domain;
	qsort(names, n, sizeof *names, compare_names);
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, " %s", names[i]);
	return out.over ? NULL : arena_cstr(&mail->one, buf_slice(&out));
}

/* The number of the author domain, which is added if new; PLAN_AUTHORS if the table is full. */
static size_t
author_of(struct plan_mail *mail, const char *domain)
{
	for (size_t i = 0; i < mail->nauthors; i++)
		if (strcmp(mail->authors[i], domain) == 0)
			return i;
	if (mail->nauthors == PLAN_AUTHORS)
		return PLAN_AUTHORS;
	mail->authors[mail->nauthors] = arena_cstr(mail->arena, slice_str(domain));
	return mail->nauthors++;
}

static bool
room_for_one(struct plan_mail *mail)
{
	const size_t room = mail->room == 0 ? 256 : 2 * mail->room;
	struct plan_group **grown;

	if (mail->ngroups < mail->room)
		return true;
	grown = realloc(mail->groups, room * sizeof(struct plan_group *));
	if (grown == NULL)
		return false;
	mail->groups = grown;
	mail->room = room;
	return true;
}

/*
 * Finds or adds a group; its number is PLAN_GROUPS if the table is full. False when out of memory.
 */
static bool
find(struct plan_mail *mail, const struct plan_group *wanted, size_t *number)
{
	struct plan_group **found = tfind(wanted, &mail->tree, compare);
	struct plan_group *group;

	*number = PLAN_GROUPS;
	if (found != NULL) {
		*number = (*found)->number;
		return true;
	}
	if (mail->ngroups == PLAN_GROUPS)
		return true;
	if (!room_for_one(mail))
		return false;
	group = arena_alloc(mail->arena, sizeof *group);
	*group = *wanted;
	group->spf = arena_cstr(mail->arena, slice_str(wanted->spf));
	group->dkim = arena_cstr(mail->arena, slice_str(wanted->dkim));
	group->number = mail->ngroups;
	if (tsearch(group, &mail->tree, compare) == NULL)
		return false;
	*number = mail->ngroups;
	mail->groups[mail->ngroups++] = group;
	return true;
}

static void
note_date(struct plan_mail *mail, const struct row *row, size_t source)
{
	const uint64_t at = (uint64_t)(row->date / DAY_SECONDS) % PLAN_SPAN;
	int year, month, day;

	if (!row->has_date)
		return;
	stats_day(row->date, &year, &month, &day);
	if (year == 0)
		return;
	if (!mail->has_dates || row->date < mail->first)
		mail->first = row->date;
	if (!mail->has_dates || row->date > mail->last)
		mail->last = row->date;
	mail->has_dates = true;
	if (source < STATS_SOURCES)
		mail->days[source].bits[at / 64] |= UINT64_C(1) << at % 64;
}

unsigned
plan_mail_days(const struct plan_mail *mail, size_t source, unsigned *gap)
{
	const struct stats_source *one = &mail->stats->sources[source];
	unsigned days = 0;
	int64_t last;

	*gap = 0;
	if (!one->has_dates)
		return 0;
	last = one->first / DAY_SECONDS;
	if (one->last / DAY_SECONDS - last >= PLAN_SPAN)
		return 0;
	for (int64_t day = last; day <= one->last / DAY_SECONDS; day++) {
		const uint64_t at = (uint64_t)day % PLAN_SPAN;

		if ((mail->days[source].bits[at / 64] >> at % 64 & 1) == 0)
			continue;
		days++;
		if (day - last > *gap)
			*gap = (unsigned)(day - last);
		last = day;
	}
	return days;
}

/* Counts messages for which the table has no room: unaligned mail must not be ignored. */
static void
add_beyond(struct plan_mail *mail, const struct row *row, struct sender sender, uint64_t n)
{
	mail->beyond += n;
	if (row->dmarc != AUTH_PASS && sender.class != SENDER_FORGED)
		mail->open += n;
}

/* Adds evaluated messages to their group, which is made if necessary. */
static bool
add_judged(struct plan_mail *mail, const struct row *row, struct sender sender, bool service,
	size_t source)
{
	const uint64_t n = 1 + row->more;
	const size_t author = author_of(mail, row->author_domain);
	struct elsewhere_message place = {.n = n,
		.failed = row->dmarc == AUTH_FAIL,
		.service = service,
		.message = PLAN_GROUPS,
		.sender = sender};
	struct plan_group wanted = {.author = author, .spf = "", .source = source};

	wanted.dkim = signers(mail, row);
	wanted.spf = envelope(mail, row);
	if (author < PLAN_AUTHORS && wanted.dkim != NULL && !find(mail, &wanted, &place.message))
		return false;
	if (place.message < PLAN_GROUPS) {
		mail->groups[place.message]->messages += n;
		mail->groups[place.message]->classes[sender.class] += n;
	} else {
		add_beyond(mail, row, sender, n);
	}
	return elsewhere_add(mail->elsewhere, row, &place);
}

/* The number of the source that counts the row; STATS_SOURCES: the rest. */
static size_t
number_of(const struct stats *stats, const struct source_key *key, const char *author)
{
	const struct stats_source *source = stats_source_of(stats, key->by, key->name, author);

	return source != NULL ? (size_t)(source - stats->sources) : STATS_SOURCES;
}

bool
plan_mail_add(struct plan_mail *mail, const struct row *row)
{
	struct source_key key;
	struct sender sender;
	size_t source;
	bool service;

	if (row->failed)
		return true;
	arena_clear(&mail->one);
	if (row->author_domain[0] == '\0' ||
		!domain_within(slice_str(row->author_domain), mail->domain) ||
		!is_normal(row->author_domain, &mail->one)) {
		mail->others += 1 + row->more;
		return true;
	}
	sources_key(row, &key);
	service = key.provider != NULL;
	sender = elsewhere_look(mail->elsewhere, row, sources_sender(row), service);
	mail->messages += 1 + row->more;
	if (!stats_add(mail->stats, row))
		return false;
	source = number_of(mail->stats, &key, row->author_domain);
	note_date(mail, row, source);
	if (sender.class != SENDER_UNJUDGED)
		return add_judged(mail, row, sender, service, source);
	mail->not_judged += 1 + row->more;
	return true;
}
