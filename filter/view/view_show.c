/*
 * view_show.c: the command `report show`: reads an archive first, in a separate process, then the
 * store.
 */
#include "auth/base/domain.h"
#include "filter/io/fault.h"
#include "filter/io/paths.h"
#include "filter/out/delivery_error.h"
#include "filter/page/page_reports.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/view/view.h"
#include "filter/view/view_parts.h"

static bool
count(void *arg, const struct row *row)
{
	return stats_add(arg, row);
}

static enum status
fill(struct show *show)
{
	enum status st = view_read(show);

	if (st == ST_OK)
		st = view_queries(show);
	if (st == ST_OK)
		st = view_marks(show);
	if (st == ST_OK)
		st = view_policies(show);
	if (st == ST_OK && !view_lists(show))
		st = ST_TEMP;
	return st;
}

static int
fail_page(const struct show *show, enum fault why)
{
	fprintf(stderr, "mailstamp: %s %s: %s\n", _("page"),
		path_shown(show->options->html, show->arena), translated(fault_text(why)));
	return EXIT_TEMPFAIL;
}

static int
probe_page(const struct show *show)
{
	enum fault why;

	return show->options->html == NULL ||
			       page_probe(show->options->html, show->arena, &why) == ST_OK
		       ? 0
		       : fail_page(show, why);
}

/*
 * Writes the page; it has no tables of days and of actual senders, which its chart and its own
 * table of sources show.
 */
static int
write_page(const struct show *show)
{
	static const size_t order[] = {TABLE_READINESS, TABLE_SERVICES, TABLE_FORWARDERS, TABLE_NEW,
		TABLE_SOURCES, TABLE_SENDERS, TABLE_REPORTERS, TABLE_POLICIES, TABLE_MARKS,
		TABLE_WARNINGS, TABLE_FAILURES, TABLE_TLS, TABLE_TLS_FAILURES};
	enum { N = sizeof order / sizeof *order };
	const struct cells *tables[N];
	const struct page_reports page = {
		.domain = show->domain,
		.reports = show->stats,
		.archive = show->archive.stats,
		.tables = tables,
		.ntables = N,
		.made = options_now(show->options),
	};
	enum fault why;

	for (size_t i = 0; i < N; i++)
		tables[i] = &show->tables[order[i]];
	if (show->options->html == NULL ||
		page_reports_write(&page, show->options->html, show->arena, &why) == ST_OK)
		return 0;
	return fail_page(show, why);
}

static int
fail(struct error why, struct arena *arena)
{
	error_print(&why, arena);
	return EXIT_TEMPFAIL;
}

static int
show_all(struct show *show)
{
	const struct options *options = show->options;
	int status = probe_page(show);

	if (status == 0)
		status = view_archive_read(options, show->arena, show->hosts, &show->archive);
	if (status != 0)
		return status;
	show->stats = stats_new(NULL, 0, false);
	if (show->stats == NULL)
		return fail(fault_error(FAULT_NO_MEMORY, NULL, NULL), show->arena);
	show->stats->unlisted = true;
	status = view_open(show, count, show->stats);
	if (status != 0)
		return status;
	if (fill(show) != ST_OK)
		return store_failed(show->store);
	status = write_page(show);
	if (status != 0)
		return status;
	return view_tables_print(show->tables, TABLES, options->output, show->arena, stdout)
		       ? 0
		       : fail(delivery_error(DELIVERY_E_OUTPUT), show->arena);
}

int
view_main(const struct options *options, struct arena *arena)
{
	struct show *show = arena_array(arena, 1, sizeof *show);
	struct slice domain = SLICE("");
	int status;

	if (options->domains.n > 0 &&
		domain_normalize(slice_str(options->domains.v[0]), arena, &domain) != ST_OK) {
		fprintf(stderr, "mailstamp: %s\n", _("DOMAIN is not a domain name"));
		return EXIT_USAGE_ERROR;
	}
	view_begin(show, options, domain, arena);
	status = show_all(show);
	view_archive_clear(&show->archive);
	view_close(show);
	stats_free(show->stats);
	return status;
}
