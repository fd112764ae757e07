/* view_show.c: the command: an archive first, in a process of its own, then the store. */
#include "auth/base/domain.h"
#include "filter/io/paths.h"
#include "filter/page/page_reports.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"
#include "filter/view/view.h"
#include "filter/view/view_parts.h"
#include "mime/buf.h"

enum { DOMAIN_OCTETS = 600 };

/* The domain as stored, and a pattern for domains below it. */
static bool
set_domain(struct show *show)
{
	struct slice domain = SLICE("");
	struct buf below;

	show->domain = show->below = "";
	if (show->options->domains.n == 0)
		return true;
	if (domain_normalize(slice_str(show->options->domains.v[0]), show->arena, &domain) != ST_OK)
		return false;
	buf_init(&below, show->arena, DOMAIN_OCTETS);
	buf_adds(&below, "%.");
	for (size_t i = 0; i < domain.n; i++) {
		if (strchr("%_!", domain.p[i]) != NULL)
			buf_addc(&below, '!');
		buf_addc(&below, domain.p[i]);
	}
	show->domain = arena_cstr(show->arena, domain);
	show->below = arena_cstr(show->arena, buf_slice(&below));
	return true;
}

/* Failure reports prove forwarders, and rows have their classes by them. */
static enum status
fill(struct show *show)
{
	enum status st = view_classify(show);

	view_tables_begin(show);
	if (st == ST_OK)
		st = view_failures(show);
	if (st == ST_OK)
		st = view_reported_read(&show->reported, show->domain, show->below,
			view_least(show->options), VIEW_KNOWN);
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

/* Days are in its chart, and the actual senders in the table that batch's page also has. */
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
		.reports = show->reported.stats,
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
show_all(struct show *show)
{
	const struct options *options = show->options;
	int status = probe_page(show);

	if (status == 0)
		status = view_archive_read(options, show->arena, show->hosts, &show->archive);
	if (status == 0)
		status = store_open_command(options->store, STORE_READ, show->arena, &show->store);
	if (status == 0)
		status = view_judge_open(options, show->arena, &show->judge);
	if (status != 0)
		return status;
	show->reported = (struct view_reported){
		.judge = &show->judge,
		.store = show->store,
		.arena = show->arena,
		.hosts = show->hosts,
		.stats = stats_new(NULL, 0, false),
	};
	if (show->reported.stats == NULL)
		return EXIT_TEMPFAIL;
	show->reported.stats->unlisted = true;
	if (fill(show) != ST_OK)
		return store_failed(show->store);
	status = write_page(show);
	if (status != 0)
		return status;
	return view_tables_print(show->tables, TABLES, options->output, show->arena, stdout)
		       ? 0
		       : EXIT_TEMPFAIL;
}

int
view_main(const struct options *options, struct arena *arena)
{
	struct show *show = arena_array(arena, 1, sizeof *show);
	int status;

	show->options = options;
	show->arena = arena;
	if (!set_domain(show)) {
		fprintf(stderr, "mailstamp: %s\n", _("DOMAIN is not a domain name"));
		return EXIT_USAGE_ERROR;
	}
	show->hosts = view_hosts_new(arena);
	status = show_all(show);
	view_archive_clear(&show->archive);
	stats_free(show->reported.stats);
	view_judge_close(&show->judge);
	view_hosts_free(show->hosts);
	store_close(show->store);
	return status;
}
