/*
 * opener.h: the process of batch that opens the files of an archive (folders, mailboxes, compressed
 * files) and takes the messages out of them, including attached messages.
 *
 * It may only read files (confine_opener), so that its parent never opens files of the archive. Its
 * packets are not trusted.
 */
#ifndef FILTER_ARCHIVE_OPENER_H
#define FILTER_ARCHIVE_OPENER_H

#include "filter/source/source.h"

struct opener;

/*
 * Starts the process, which reads source; the caller may then only close source. NULL with *status,
 * an exit status, if the process has reported an error or could not be started. The calling process
 * must have no other thread, and no sandbox yet. options must outlive it.
 */
struct opener *opener_start(
	const struct options *options, struct source *source, struct arena *arena, int *status);

/* The next message; false at the end. Not from two threads at once. */
bool opener_next(struct opener *opener, struct item *item);

/* Has the next message arrived already, so that opener_next does not wait? */
bool opener_has_more(const struct opener *opener);

/*
 * May be called from any thread: makes opener_next return soon, even if it is running in another
 * thread.
 */
void opener_stop(struct opener *opener);

/* After the end: did it die or send invalid data, without having been stopped? */
bool opener_died(const struct opener *opener);

/* The fraction of the work that is done, 0 to 1; negative if unknown. */
double opener_share(const struct opener *opener);

/* Counts of damage in mailboxes; valid after everything has been read. */
const struct source_damage *opener_damage(const struct opener *opener);

void opener_end(struct opener *opener); /* NULL is fine */

#endif
