/* view_open.c: opens the store and DNS for all commands that read reports. */
#include "filter/view/view_parts.h"

void
view_begin(
	struct show *show, const struct options *options, struct slice domain, struct arena *arena)
{
	*show = (struct show){
		.options = options,
		.arena = arena,
		.domain = arena_cstr(arena, domain),
		.hosts = view_hosts_new(arena),
	};
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
		st = view_choose(show);
	if (st == ST_OK)
		st = view_failures(show);
	if (st == ST_OK)
		st = view_reported_read(
			&show->reported, show->domain, view_least(show->options), VIEW_KNOWN);
	return st;
}

void
view_close(struct show *show)
{
	view_judge_close(&show->judge);
	view_hosts_free(show->hosts);
	store_close(show->store);
}
