/*
 * opener.h: the process of batch that opens the files of an archive and takes the messages out of
 * them: folders, mailboxes, compressed files, attached messages.
 *
 * It may read files and nothing else (confine_opener), so that its parent has only messages that
 * are ready to be handed to the reader. What it sends is not trusted.
 */
#ifndef FILTER_ARCHIVE_OPENER_H
#define FILTER_ARCHIVE_OPENER_H

#include "filter/source/source.h"

struct opener;

/*
 * Starts it; it takes the messages out of source, which the caller then only closes. NULL with
 * *status, an exit status: the process has reported an error, or there is no memory for it. This
 * process must have no other thread, and no sandbox yet. options must outlive it.
 */
struct opener *opener_start(
	const struct options *options, struct source *source, struct arena *arena, int *status);

/* The next message; false at the end. Not from two threads at once. */
bool opener_next(struct opener *opener, struct item *item);

/* From any thread: opener_next ends soon, also if it is running in another thread. */
void opener_stop(struct opener *opener);

/* After the end: did it die or send invalid data, without having been stopped? */
bool opener_died(const struct opener *opener);

/* The fraction of the work that is done, 0 to 1; negative if unknown. */
double opener_share(const struct opener *opener);

/* After everything was read. */
const struct source_damage *opener_damage(const struct opener *opener);

void opener_end(struct opener *opener); /* NULL is fine */

#endif
