#include <stdlib.h>

#include "filter/feedback/feedback_show.h"
#include "filter/provider/provider.h"

enum { SERVICES = 1000 };

struct service {
	struct slice name;
	int64_t messages, pass, blocked;
};

struct services {
	struct service *list;
	size_t n;
	/* the row at hand, whose results come one by one */
	int64_t auth, messages, pass, blocked;
	struct slice dkim, spf;
	bool any;
};

static void
add_service(struct services *services, struct arena *arena)
{
	const struct provider *provider = provider_of(services->dkim);
	struct slice name = services->dkim;
	size_t i = 0;

	if (!services->any)
		return;
	if (provider == NULL)
		provider = provider_of(services->spf);
	if (provider != NULL)
		name = slice_str(provider->name);
	else if (name.n == 0)
		name = services->spf;
	while (i < services->n && !slice_eq(services->list[i].name, name))
		i++;
	if (i == SERVICES) /* the rest together */
		i = SERVICES - 1;
	if (i == services->n)
		services->list[services->n++].name =
			i == SERVICES - 1 ? SLICE("*") : arena_dup(arena, name);
	services->list[i].messages += services->messages;
	services->list[i].pass += services->pass;
	services->list[i].blocked += services->blocked;
}

/* A service's domain is told rather than the author's own. */
static void
take_result(struct services *services, const struct store_query *query, struct arena *arena)
{
	const struct slice method = store_text(query, 4), domain = store_text(query, 5);
	struct slice *at = slice_eq(method, SLICE("dkim")) ? &services->dkim : &services->spf;

	if (!slice_eq(store_text(query, 6), SLICE("pass")) || domain.n == 0)
		return;
	if (at->n == 0 || (provider_of(*at) == NULL && provider_of(domain) != NULL))
		*at = arena_dup(arena, domain);
}

static int
by_messages(const void *a, const void *b)
{
	const struct service *first = a, *second = b;

	return (second->messages > first->messages) - (second->messages < first->messages);
}

static void
print_services(struct show *show, struct services *services)
{
	qsort(services->list, services->n, sizeof *services->list, by_messages);
	for (size_t i = 0; i < services->n; i++) {
		const struct service *one = &services->list[i];
		char **cells = feedback_table_row(&show->tables[TABLE_SERVICES]);

		if (cells == NULL)
			continue;
		cells[0] = feedback_cell(one->name.n > 0 ? one->name
					 : show->options->output == OUTPUT_TEXT
						 ? slice_str(_("nothing passes"))
						 : SLICE(""),
			show->arena);
		cells[1] = feedback_cell_number(one->messages, show->arena);
		cells[2] = feedback_cell_number(one->pass, show->arena);
		cells[3] = feedback_cell_number(one->messages - one->pass, show->arena);
		cells[4] = feedback_cell_number(one->blocked, show->arena);
	}
}

enum status
feedback_services_fill(struct show *show)
{
	struct services services = {
		.list = arena_array(show->arena, SERVICES, sizeof *services.list)};
	struct store_query *query = store_query(show->store,
		"SELECT x.auth, x.messages, x.pass, x.blocked, t.method, t.domain, t.result FROM "
		"(SELECT w.auth AS auth, sum(w.messages) AS messages, sum(CASE WHEN w.dkim = "
		"'pass' "
		"OR w.spf = 'pass' THEN w.messages ELSE 0 END) AS pass, sum(CASE WHEN "
		"w.disposition "
		"IN ('quarantine', 'reject') THEN w.messages ELSE 0 END) AS blocked FROM " OF_KNOWN
		" GROUP BY w.auth) x LEFT JOIN in_result t ON t.auth = x.auth ORDER BY x.auth, "
		"t.n");
	enum store_step step;
	struct arena one;

	arena_init(&one, show->arena->oom, show->arena->oom_arg);
	feedback_show_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW) {
		if (!services.any || services.auth != store_int(query, 0)) {
			add_service(&services, show->arena);
			arena_reset(&one);
			services.any = true;
			services.auth = store_int(query, 0);
			services.messages = store_int(query, 1);
			services.pass = store_int(query, 2);
			services.blocked = store_int(query, 3);
			services.dkim = services.spf = SLICE("");
		}
		if (!store_is_null(query, 4))
			take_result(&services, query, &one);
	}
	store_reset(query);
	add_service(&services, show->arena);
	arena_clear(&one);
	print_services(show, &services);
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}
