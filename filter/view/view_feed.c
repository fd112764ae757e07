#include "filter/view/view_feed.h"

#include "filter/view/view_parts.h"

struct view_feed {
	struct options options;
	struct show show;
};

int
view_feed_begin(const struct options *options, struct slice domain, view_reported_take *take,
	void *arg, struct arena *arena, struct view_feed **begun)
{
	struct view_feed *feed = arena_alloc(arena, sizeof *feed);

	*begun = feed;
	feed->options = *options;
	feed->options.reporters = REPORTERS_KNOWN;
	/* a domain's mail may be in reports about a parent domain whose record applies */
	view_begin(&feed->show, &feed->options, SLICE(""), arena);
	feed->show.within = domain;
	return view_open(&feed->show, take, arg);
}

void
view_feed_end(struct view_feed *feed)
{
	view_close(&feed->show);
}

void
view_feed_hold(struct view_feed *feed, const struct row *row)
{
	view_hosts_hold(feed->show.hosts, row);
}

int
view_feed_rows(struct view_feed *feed)
{
	view_hosts_settle(feed->show.hosts);
	return view_read(&feed->show) == ST_OK ? 0 : store_failed(feed->show.store);
}
