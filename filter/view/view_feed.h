/*
 * view_feed.h: what known receivers reported about mail in the name of a domain and of those below
 * it, for other commands.
 *
 * Known receivers are those of the provider file and of --trusted-reporter, whose mail passed DMARC
 * (view_known.c), whatever --reporters says: reports of anyone else never arrive here.
 */
#ifndef FILTER_VIEW_VIEW_FEED_H
#define FILTER_VIEW_VIEW_FEED_H

#include "filter/view/view_reported.h"

struct view_feed;

/* domain is normal; the arena must outlive it. view_feed_end in any case. */
struct view_feed *view_feed_begin(
	const struct options *options, struct slice domain, struct arena *arena);
void view_feed_end(struct view_feed *feed);

/* A message of the saved mail, which may prove forwarders; all before view_feed_rows. */
void view_feed_hold(struct view_feed *feed, const struct row *row);

/*
 * Hands over the rows of aggregate reports, each of which stands for 1 + more messages. The exit
 * status, with a line on stderr if it is not 0.
 */
int view_feed_rows(struct view_feed *feed, view_reported_take *take, void *arg);

#endif
