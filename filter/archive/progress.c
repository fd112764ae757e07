#include "filter/archive/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "filter/text/i18n.h"

static int64_t
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
progress_begin(struct progress *progress)
{
	*progress =
		(struct progress){.shown = isatty(STDERR_FILENO) != 0, .started_ms = clock_ms()};
}

void
progress_show(struct progress *progress, size_t done, size_t failed, double share)
{
	double seconds = (double)(clock_ms() - progress->started_ms) / 1000;

	if (!progress->shown || seconds <= 0)
		return;
	fprintf(stderr, _("\r%zu done, %.0f/s, %zu failed"), done, (double)done / seconds, failed);
	if (share > 0.01 && share <= 1)
		fprintf(stderr, _(", %.0f s left"), seconds / share * (1 - share));
	fprintf(stderr, "\033[K");
	progress->on = true;
}

void
progress_clear(struct progress *progress)
{
	if (progress->on)
		fprintf(stderr, "\r\033[K");
	progress->on = false;
}
