/*
 * view_feed.h: gives other commands what known receivers reported about mail in the name of a
 * domain and of those below it.
 *
 * Known receivers are those of the provider file and of --trusted-reporter, whose mail passed DMARC
 * (view_known.c), whatever --reporters says: reports of anyone else are not used.
 */
#ifndef FILTER_VIEW_VIEW_FEED_H
#define FILTER_VIEW_VIEW_FEED_H

#include "filter/view/view_reported.h"

struct view_feed;

/*
 * Opens the store and DNS, so that the caller can give up its rights before anything is read.
 * domain is normal; the arena must outlive the feed. Returns 0, or an exit status after reporting
 * the error. Call view_feed_end in any case.
 */
int view_feed_begin(const struct options *options, struct slice domain, view_reported_take *take,
	void *arg, struct arena *arena, struct view_feed **begun);
void view_feed_end(struct view_feed *feed);

/* Adds a message of the saved mail, which may prove forwarders; all before view_feed_rows. */
void view_feed_hold(struct view_feed *feed, const struct row *row);

/*
 * Calls take for each row of the aggregate reports; a row stands for 1 + row->more messages.
 * Returns 0, or an exit status after reporting the error.
 */
int view_feed_rows(struct view_feed *feed);

#endif
