/*
 * view_archive.h: reads the archive of --archive, which batch evaluates in a separate process with
 * the same options and its sandbox.
 */
#ifndef FILTER_VIEW_VIEW_ARCHIVE_H
#define FILTER_VIEW_VIEW_ARCHIVE_H

#include "filter/stats/stats.h"
#include "filter/view/view_hosts.h"

struct view_archive {
	struct stats *stats; /* statistics of the archive; NULL without --archive */
	size_t messages, failed;
};

/*
 * Reads the archive into stats and hosts, and calls view_hosts_settle. Must be called before
 * anything is opened that the process must not inherit, and before a thread is started. Returns the
 * exit status: 0 even if some files could not be read; each of these is reported on stderr. Call
 * view_archive_clear in any case.
 */
int view_archive_read(const struct options *options, struct arena *arena, struct view_hosts *hosts,
	struct view_archive *archive);
void view_archive_clear(struct view_archive *archive);

#endif
