/* view_open.c: opens the store and DNS for all commands that read reports. */
#include "filter/view/view_parts.h"
#include "mime/buf.h"

enum { DOMAIN_OCTETS = 600 };

void
view_begin(
	struct show *show, const struct options *options, struct slice domain, struct arena *arena)
{
	struct buf below;

	*show = (struct show){
		.options = options,
		.arena = arena,
		.domain = "",
		.below = "",
		.hosts = view_hosts_new(arena),
	};
	if (domain.n == 0)
		return;
	buf_init(&below, arena, DOMAIN_OCTETS);
	buf_adds(&below, "%.");
	for (size_t i = 0; i < domain.n; i++) {
		if (strchr("%_!", domain.p[i]) != NULL)
			buf_addc(&below, '!');
		buf_addc(&below, domain.p[i]);
	}
	show->domain = arena_cstr(arena, domain);
	show->below = arena_cstr(arena, buf_slice(&below));
}

int
view_open(struct show *show, view_reported_take *take, void *arg)
{
	int status =
		store_open_command(show->options->store, STORE_READ, show->arena, &show->store);

	if (status == 0)
		status = view_judge_open(show->options, show->arena, &show->judge);
	show->reported = (struct view_reported){
		.judge = &show->judge,
		.store = show->store,
		.arena = show->arena,
		.hosts = show->hosts,
		.within = show->within,
		.take = take,
		.arg = arg,
	};
	return status;
}

enum status
view_read(struct show *show)
{
	enum status st = view_classify(show);

	view_tables_begin(show);
	if (st == ST_OK)
		st = view_failures(show);
	if (st == ST_OK)
		st = view_reported_read(&show->reported, show->domain, show->below,
			view_least(show->options), VIEW_KNOWN);
	return st;
}

void
view_close(struct show *show)
{
	view_judge_close(&show->judge);
	view_hosts_free(show->hosts);
	store_close(show->store);
}
