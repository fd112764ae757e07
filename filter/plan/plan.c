#include "filter/plan/plan.h"

#include "auth/base/domain.h"
#include "filter/archive/piped.h"
#include "filter/io/fault.h"
#include "filter/out/delivery_error.h"
#include "filter/runs/run_error.h"
#include "filter/runs/run_set.h"
#include "filter/settings/confine.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/view/view_feed.h"

enum { EXIT_OPEN = 10 };

/* Where messages of the saved mail go. */
struct taking {
	struct plan_mail *mail;
	struct view_feed *feed; /* or NULL */
};

static bool
take(void *arg, const struct row *row)
{
	const struct taking *taking = arg;

	if (taking->feed != NULL)
		view_feed_hold(taking->feed, row);
	return plan_mail_add(taking->mail, row);
}

struct taking_reports {
	struct plan_mail *mail;
	const struct options *options;
};

/* Adds a row of a report that is not older than --since; one without a date is always added. */
static bool
take_reported(void *arg, const struct row *row)
{
	const struct taking_reports *taking = arg;

	if (taking->options->has_since && row->has_date && row->date < taking->options->since)
		return true;
	return plan_mail_add(taking->mail, row);
}

static int
log_error(struct error error, struct arena *arena, int status)
{
	if (error.what == NULL)
		error.what = N_("plan");
	error_print(&error, arena);
	return status;
}

static int
without_memory(struct arena *arena)
{
	return log_error(fault_error(FAULT_NO_MEMORY, NULL, NULL), arena, EXIT_TEMPFAIL);
}

/* Enters the sandbox, before any untrusted line is read. Returns 0 or an exit status. */
static int
give_up_rights(const struct options *options, struct arena *arena)
{
	struct confinement confinement;
	struct error error;

	if (confine(options, arena, &confinement, &error) == ST_OK)
		return 0;
	return log_error(error, arena, EXIT_TEMPFAIL);
}

/* Reads earlier runs. Returns 0, or an exit status after reporting the error. */
static int
read_runs(const struct options *options, struct arena *arena, struct taking *taking)
{
	const char *path;
	struct error error;
	const enum run_got got = run_set_read(&options->runs, arena, take, taking, &path, &error);

	if (got == RUN_DONE)
		return 0;
	if (error.reason.id == REASON_NONE)
		error = run_error(RUN_E_NO_MEMORY);
	error.what = N_("run");
	error.path = path;
	return log_error(error, arena, got == RUN_BAD ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL);
}

/*
 * Reads the saved mail, from earlier runs or an archive, then the reports, in which saved mail can
 * prove forwarders. Before, it starts the process that reads the archive, which waits until the
 * store is open, opens the store and gives up its other rights. Returns 0, or an exit status after
 * reporting the error.
 */
static int
read_mail(const struct options *options, struct arena *arena, struct plan *plan)
{
	struct taking taking = {&plan->seen[PLAN_IN_MAIL].mail, NULL};
	struct taking_reports reports = {&plan->seen[PLAN_IN_REPORTS].mail, options};
	struct piped piped = {.in = -1, .begin = -1};
	int status = 0;

	if (options->archive.n > 0)
		status = piped_prepare(options, arena, &piped, 1);
	if (status == 0 && options->store != NULL)
		status = view_feed_begin(
			options, plan->domain, take_reported, &reports, arena, &taking.feed);
	if (status == 0)
		status = give_up_rights(options, arena);
	if (status == 0 && options->archive.n > 0) {
		(void)piped_begin(&piped, SLICE("")); /* if it has ended, reading tells why */
		status = piped_read(&piped, arena, take, &taking);
	} else if (status == 0 && options->runs.n > 0) {
		status = read_runs(options, arena, &taking);
	}
	piped_drop(&piped, 1);
	if (taking.feed == NULL)
		return status;
	if (status == 0)
		status = view_feed_rows(taking.feed);
	view_feed_end(taking.feed);
	return status;
}

static int
write_plan(const struct plan *plan)
{
	const int status = plan_waits(plan) ? EXIT_OPEN : 0;
	struct slice line;

	if (plan->options->output == OUTPUT_JSON) {
		if (plan_json(plan, status, &line) != ST_OK)
			return without_memory(plan->ev->arena);
		(void)fwrite(line.p, 1, line.n, stdout);
	} else if (plan->options->output != OUTPUT_NONE) {
		plan_print(plan, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return log_error(delivery_error(DELIVERY_E_OUTPUT), plan->ev->arena, EXIT_TEMPFAIL);
	return status;
}

/* Makes and prints the plan once the mail has been read. */
static int
make(struct plan *plan)
{
	struct arena *arena = plan->ev->arena;
	struct error error;
	const enum evaluate_status opened = evaluate_open(plan->ev, &error);

	if (opened != EVALUATE_OK)
		return log_error(error, arena,
			opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL);
	if (!plan_make(plan))
		return without_memory(arena);
	if (plan->now.code == AUTH_TEMPERROR)
		return log_error(run_error(RUN_E_NO_DMARC), arena, EXIT_TEMPFAIL);
	return write_plan(plan);
}

int
plan_main(const struct options *options, struct arena *arena)
{
	struct plan *plan = arena_alloc(arena, sizeof *plan);
	struct options both = *options;
	struct evaluation ev;
	int status;

	both.auth.dmarc_compare = true; /* both RFCs: the public suffix list is needed */
	both.auth.dmarc_mode = DMARC_RFC9989;
	*plan = (struct plan){.options = &both, .ev = &ev};
	if (domain_normalize(slice_str(options->domains.v[0]), arena, &plan->domain) != ST_OK) {
		struct error error = run_error(RUN_E_NO_DOMAIN);

		error.path = options->domains.v[0];
		return log_error(error, arena, EXIT_CONFIG_ERROR);
	}
	plan->seen[PLAN_IN_MAIL].used = options->archive.n > 0 || options->runs.n > 0;
	plan->seen[PLAN_IN_REPORTS].used = options->store != NULL;
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (!plan_mail_init(&plan->seen[v].mail, plan->domain, v == PLAN_IN_REPORTS, arena))
			return without_memory(arena);
	evaluate_begin(&both, arena, &ev); /* looks up the host's name, before the sandbox */
	status = read_mail(options, arena, plan);
	if (status == 0)
		status = make(plan);
	evaluate_end(&ev);
	for (int v = 0; v < PLAN_VIEWS; v++)
		plan_mail_clear(&plan->seen[v].mail);
	return status;
}
