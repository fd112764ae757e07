/*
 * view_lists.c: fills the tables of senders, aligned mail and forwarders, from the reports and the
 * archive.
 */
#include <stdlib.h>

#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"
#include "filter/view/view_parts.h"

enum { SERVICES = 1000 };

static void
set_sender(struct cell *cells, struct sender sender)
{
	/* both texts are already translated */
	cells[0] = (struct cell){sender_class_word(sender.class), sender_class_text(sender.class)};
	cells[1] = (struct cell){sender_evidence_word(sender.by), sender_evidence_text(sender.by)};
}

static void
set_counts(const struct show *show, struct cell *cells, uint64_t messages, uint64_t pass,
	uint64_t blocked)
{
	cells[0] = view_number(show, messages);
	cells[1] = view_number(show, pass);
	cells[2] = view_number(show, messages - pass);
	cells[3] = view_number(show, blocked);
}

static void
set_dates(const struct show *show, struct cell *cells, bool has, int64_t first, int64_t last)
{
	cells[0] = view_day(show, has ? first : FEEDBACK_NO_TIME);
	cells[1] = view_day(show, has ? last : FEEDBACK_NO_TIME);
}

static void
set_held(const struct show *show, struct cell *cells, uint64_t held, uint64_t pass)
{
	const bool archive = show->archive.stats != NULL;

	cells[0] = archive ? view_number(show, held) : cells_word("", "");
	cells[1] = archive ? view_number(show, pass) : cells_word("", "");
}

static uint64_t
blocked(const struct stats_counts *counts)
{
	return counts->dispositions[DISP_QUARANTINE] + counts->dispositions[DISP_REJECT];
}

/* by service */

struct service {
	const char *name;
	uint64_t messages, pass, blocked, held, held_pass;
};

struct services {
	struct service *list;
	size_t n;
};

/*
 * The element for the source's service, or for its domain that passed, or "" if none passed; "*" if
 * there are too many.
 */
static struct service *
service_of(struct services *services, const struct stats_source *source)
{
	const char *name = source->provider != NULL           ? source->provider
			   : source->by <= SOURCE_BY_ENVELOPE ? source->name
							      : "";
	size_t i = 0;

	while (i < services->n && strcmp(services->list[i].name, name) != 0)
		i++;
	if (i == SERVICES)
		i = SERVICES - 1;
	if (i == services->n)
		services->list[services->n++].name = i == SERVICES - 1 ? "*" : name;
	return &services->list[i];
}

static int
by_messages(const void *a, const void *b)
{
	const struct service *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
list_services(struct show *show)
{
	const struct stats *reports = show->stats, *held = show->archive.stats;
	struct services services = {
		.list = arena_array(show->arena, SERVICES, sizeof *services.list)};

	for (size_t i = 0; i <= reports->nsources; i++) {
		const struct stats_source *source =
			i < reports->nsources ? &reports->sources[i] : &reports->other_source;
		struct service *one =
			source->counts.messages > 0 ? service_of(&services, source) : NULL;

		if (one == NULL)
			continue;
		one->messages += source->counts.messages;
		one->pass += source->counts.aligned;
		one->blocked += blocked(&source->counts);
	}
	for (size_t i = 0; held != NULL && i < held->nsources; i++) {
		struct service *one = service_of(&services, &held->sources[i]);

		one->held += held->sources[i].counts.messages;
		one->held_pass += held->sources[i].counts.aligned;
	}
	if (services.n > 0)
		qsort(services.list, services.n, sizeof *services.list, by_messages);
	for (size_t i = 0; i < services.n; i++) {
		const struct service *one = &services.list[i];
		struct cell *cells = cells_row(&show->tables[TABLE_SERVICES]);

		if (cells == NULL)
			continue;
		cells[0] = one->name[0] != '\0' ? view_text(show, one->name)
						: cells_word("", N_("nothing passes"));
		set_counts(show, cells + 1, one->messages, one->pass, one->blocked);
		set_held(show, cells + 5, one->held, one->held_pass);
	}
}

/* by actual sender */

static void
add_identity(struct show *show, const struct stats_source *source, const struct stats_source *held,
	bool reported)
{
	static const struct stats_counts none = {.messages = 0};
	const struct stats_counts *counts = reported ? &source->counts : &none;
	struct cell *cells = cells_row(&show->tables[TABLE_IDENTITIES]);

	if (cells == NULL)
		return;
	cells[0] = view_text(show, source->author_domain);
	cells[1] = (struct cell){stats_by_word(source->by), stats_by_text(source->by)};
	cells[2] = view_text(show, source->name);
	cells[3] = view_text(show, source->provider != NULL ? source->provider : "");
	set_sender(cells + 4, stats_source_sender(source));
	set_counts(show, cells + 6, counts->messages, counts->aligned, blocked(counts));
	set_dates(show, cells + 10, reported && source->has_dates, source->first, source->last);
	set_held(show, cells + 12, held != NULL ? held->counts.messages : 0,
		held != NULL ? held->counts.aligned : 0);
}

static bool
list_identities(struct show *show)
{
	const struct stats *reports = show->stats, *archive = show->archive.stats;
	size_t *order = stats_order_sources(reports), *more;

	if (order == NULL)
		return false;
	for (size_t i = 0; i < reports->nsources; i++) {
		const struct stats_source *source = &reports->sources[order[i]];

		add_identity(show, source,
			archive != NULL ? stats_source_of(archive, source->by, source->name,
						  source->author_domain)
					: NULL,
			true);
	}
	free(order);
	more = archive != NULL ? stats_order_sources(archive) : NULL;
	if (archive != NULL && more == NULL)
		return false;
	for (size_t i = 0; archive != NULL && i < archive->nsources; i++) {
		const struct stats_source *source = &archive->sources[more[i]];

		if (stats_source_of(reports, source->by, source->name, source->author_domain) ==
			NULL)
			add_identity(show, source, source, false);
	}
	free(more);
	return true;
}

/* by source */

static const struct view_host **
hosts_in_order(struct show *show, int (*order)(const void *, const void *))
{
	const size_t n = view_hosts_count(show->hosts);
	const struct view_host **list = arena_array(show->arena, n + 1, sizeof *list);

	for (size_t i = 0; i < n; i++)
		list[i] = view_hosts_at(show->hosts, i);
	if (n > 1)
		qsort(list, n, sizeof *list, order);
	return list;
}

static int
by_name(const struct view_host *x, const struct view_host *y)
{
	const int source = strcmp(x->source, y->source);

	return source != 0 ? source : strcmp(x->author, y->author);
}

static int
most_first(const void *a, const void *b)
{
	const struct view_host *x = *(const struct view_host *const *)a,
			       *y = *(const struct view_host *const *)b;

	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return by_name(x, y);
}

static int
newest_first(const void *a, const void *b)
{
	const struct view_host *x = *(const struct view_host *const *)a,
			       *y = *(const struct view_host *const *)b;

	if (x->has_dates != y->has_dates)
		return x->has_dates ? -1 : 1;
	if (x->has_dates && x->first != y->first)
		return x->first > y->first ? -1 : 1;
	return by_name(x, y);
}

static void
add_source(struct show *show, const struct view_host *host)
{
	struct cell *cells = cells_row(&show->tables[TABLE_SOURCES]);

	if (cells == NULL)
		return;
	cells[0] = view_text(show, host->source);
	set_counts(show, cells + 1, host->messages, host->pass, host->blocked);
	set_dates(show, cells + 5, host->has_dates, host->first, host->last);
	cells[7] = view_text(show, host->author);
	set_sender(cells + 8, view_host_sender(host));
	set_held(show, cells + 10, host->held, host->held_pass);
}

static void
add_forwarder(struct show *show, const struct view_host *host)
{
	const bool proved = host->proved > 0;
	struct cell *cells = cells_row(&show->tables[TABLE_FORWARDERS]);

	if (cells == NULL)
		return;
	cells[0] = view_text(show, host->source);
	cells[1] = view_text(show, host->author);
	cells[2] = proved ? cells_word("proved", N_("proved")) : cells_word("likely", N_("likely"));
	cells[3] = view_number(show, host->forwarded);
	cells[4] = view_number(show, host->proved);
	set_held(show, cells + 5, host->held, 0);
	cells[6] = cells_word(view_reason_code(host->reason), view_reason_text(host->reason));
}

static void
add_new(struct show *show, const struct view_host *host)
{
	struct cell *cells = cells_row(&show->tables[TABLE_NEW]), held[2];

	if (cells == NULL)
		return;
	cells[0] = view_text(show, host->source);
	cells[1] = view_day(show, host->first);
	cells[2] = view_text(show, host->author);
	cells[3] = view_number(show, host->messages);
	cells[4] = view_number(show, host->pass);
	set_sender(cells + 5, view_host_sender(host));
	set_held(show, held, host->held, host->held_pass);
	cells[7] = held[0];
}

static void
list_hosts(struct show *show)
{
	const size_t n = view_hosts_count(show->hosts);
	const struct view_host **list = hosts_in_order(show, most_first);

	for (size_t i = 0; i < n && list[i]->messages > 0; i++) {
		add_source(show, list[i]);
		if (list[i]->forwarded > 0)
			add_forwarder(show, list[i]);
	}
	if (!show->options->has_since)
		return;
	list = hosts_in_order(show, newest_first);
	for (size_t i = 0; i < n && list[i]->has_dates; i++)
		if (list[i]->messages > 0 && list[i]->first >= show->options->since)
			add_new(show, list[i]);
}

/* is p=reject safe? */

static void
set_readiness(const struct show *show, struct cell *cells, const struct stats_counts *counts)
{
	const uint64_t numbers[] = {counts->messages, counts->aligned, counts->known_fails,
		counts->open_fails, counts->unauthenticated_fails};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		cells[i] = view_number(show, numbers[i]);
}

static const char *
policy_of(struct show *show, const char *domain)
{
	struct dmarc_result now;
	struct arena arena;
	const char *text = "";

	arena_init(&arena, show->arena->oom, show->arena->oom_arg);
	if (view_judge_policy(&show->judge, slice_str(domain), &arena, &now))
		text = dmarc_policy_word(now.policy >= DMARC_P_NONE ? now.policy : DMARC_P_NONE);
	arena_clear(&arena);
	return text;
}

static bool
list_readiness(struct show *show)
{
	static const struct stats_counts none = {.messages = 0};
	const struct stats *reports = show->stats, *archive = show->archive.stats;
	size_t *order = stats_order_domains(reports);

	if (order == NULL)
		return false;
	for (size_t i = 0; i < reports->ndomains; i++) {
		const struct stats_domain *domain = &reports->domains[order[i]], *held;
		struct cell *cells = cells_row(&show->tables[TABLE_READINESS]);

		if (cells == NULL)
			continue;
		cells[0] = view_text(show, domain->name);
		cells[1] = view_text(show, policy_of(show, domain->name));
		set_readiness(show, cells + 2, &domain->counts);
		held = archive != NULL ? stats_domain_of(archive, domain->name) : NULL;
		if (archive != NULL)
			set_readiness(show, cells + 7, held != NULL ? &held->counts : &none);
		for (int c = 7; archive == NULL && c < 12; c++)
			cells[c] = cells_word("", "");
	}
	free(order);
	return true;
}

bool
view_lists(struct show *show)
{
	list_services(show);
	list_hosts(show);
	return list_identities(show) && list_readiness(show);
}
