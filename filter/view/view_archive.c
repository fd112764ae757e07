#include "filter/view/view_archive.h"

#include "filter/archive/piped.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

struct taking {
	struct view_hosts *hosts;
	struct view_archive *archive;
};

static bool
take(void *arg, const struct row *row)
{
	struct taking *taking = arg;

	taking->archive->messages += row->failed ? 0 : 1;
	taking->archive->failed += row->failed ? 1 : 0;
	view_hosts_hold(taking->hosts, row);
	return stats_add(taking->archive->stats, row);
}

int
view_archive_read(const struct options *options, struct arena *arena, struct view_hosts *hosts,
	struct view_archive *archive)
{
	struct taking taking = {hosts, archive};
	struct piped piped;
	int status;

	*archive = (struct view_archive){.stats = NULL};
	if (options->archive.n == 0) {
		view_hosts_settle(hosts);
		return 0;
	}
	archive->stats = stats_new(NULL, 0, false);
	if (archive->stats == NULL)
		return piped_fail(fault_error(FAULT_NO_MEMORY, NULL, NULL), arena);
	status = piped_start(options, arena, &piped);
	if (status == 0)
		status = piped_read(&piped, arena, take, &taking);
	view_hosts_settle(hosts);
	return status;
}

void
view_archive_clear(struct view_archive *archive)
{
	stats_free(archive->stats);
	archive->stats = NULL;
}
