/*
 * view_archive.h: the archive of --archive, evaluated by batch in a separate process, with the same
 * options and in the same sandbox.
 */
#ifndef FILTER_VIEW_VIEW_ARCHIVE_H
#define FILTER_VIEW_VIEW_ARCHIVE_H

#include "filter/stats/stats.h"
#include "filter/view/view_hosts.h"

struct view_archive {
	struct stats *stats; /* of the archive; NULL without --archive */
	size_t messages, failed;
};

/*
 * Reads into stats and hosts, which is settled. Must be called before anything is opened that the
 * process must not have, and before there is a thread. The exit status: 0 even if some files could
 * not be read, each of which has a line on stderr. view_archive_clear in any case.
 */
int view_archive_read(const struct options *options, struct arena *arena, struct view_hosts *hosts,
	struct view_archive *archive);
void view_archive_clear(struct view_archive *archive);

#endif
