#include "filter/inspect/inspect.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/io/fault.h"
#include "filter/io/paths.h"
#include "filter/io/wholefile.h"
#include "filter/out/delivery_error.h"
#include "filter/out/record.h"
#include "filter/settings/confine.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { FROM_MAX = 1024, EXIT_WARNINGS = 10, EXIT_ERRORS = 11, BASELINE_MAX = 16 << 20 };

/* An unauthenticated message in the domain's name, as a forger would send it. */
struct stranger {
	struct message message;
	struct envelope envelope;
	struct identities ids;
	struct auth_input in;
};

static void
make_stranger(const struct evaluation *ev, struct slice domain, struct stranger *stranger)
{
	struct buf text;

	*stranger = (struct stranger){.ids = {.author_domain = domain, .author_text = domain}};
	buf_init(&text, ev->arena, FROM_MAX);
	buf_adds(&text, "From: someone@");
	buf_add(&text, domain);
	buf_adds(&text, "\r\n\r\n");
	message_parse(buf_slice(&text), ev->options->limits.fields, ev->options->limits.field_size,
		ev->arena, &stranger->message);
	stranger->in = ev->in;
	stranger->in.message = &stranger->message;
	stranger->in.envelope = &stranger->envelope;
	stranger->in.ids = &stranger->ids;
}

static int
status_of(const struct inspection *inspection)
{
	if (inspection->findings.count[FINDING_ERROR] > 0)
		return EXIT_ERRORS;
	return inspection->findings.count[FINDING_WARNING] > 0 ? EXIT_WARNINGS : 0;
}

/* Says why inspecting cannot go on. Always false. */
static bool
tell(struct error why, struct arena *arena)
{
	error_print(&why, arena);
	return false;
}

/*
 * Inspects and prints one domain, and sets *status to the exit status for it. False if writing to
 * stdout failed, or memory ran out.
 */
static bool
inspect_one(const struct evaluation *ev, struct trials *trials,
	const struct inspect_messages *messages, const struct inspect_earlier *earlier,
	const char *given, int *status)
{
	struct inspection inspection = {
		.options = ev->options, .in = &ev->in, .messages = messages, .earlier = earlier};
	struct stranger stranger;
	struct slice line;

	findings_init(&inspection.findings, ev->arena);
	inspection.given = findings_shown(&inspection.findings, slice_str(given));
	if (domain_normalize(slice_str(given), ev->arena, &inspection.domain) != ST_OK) {
		inspection.domain = SLICE("");
		findings_add(&inspection.findings, FINDING_ERROR, "domain", "domain-name",
			"%s is not a domain name", inspection.given);
	} else {
		make_stranger(ev, inspection.domain, &stranger);
		inspection.in = &stranger.in;
		inspect_mx(&inspection);
		inspect_spf(&inspection);
		inspect_dmarc(&inspection);
		inspect_dkim(&inspection);
		inspect_prove(ev, trials, &inspection);
		inspect_changes(&inspection);
	}
	*status = status_of(&inspection);
	if (ev->options->output == OUTPUT_JSON) {
		if (inspect_json(&inspection, *status, &line) != ST_OK)
			return tell(fault_error(FAULT_NO_MEMORY, NULL, NULL), ev->arena);
		fwrite(line.p, 1, line.n, stdout);
	} else if (ev->options->output != OUTPUT_NONE) {
		inspect_print(&inspection, stdout);
	}
	return ferror(stdout) == 0 || tell(delivery_error(DELIVERY_E_OUTPUT), ev->arena);
}

static int
tell_baseline(const char *path, struct error why, struct arena *arena, enum status st)
{
	why.what = N_("baseline");
	why.path = path;
	error_print(&why, arena);
	return st == ST_TEMP ? EXIT_TEMPFAIL : profile_failure(&why);
}

/*
 * Reads the earlier inspection of each domain; *all is NULL without --baseline. Returns 0, or an
 * exit status after reporting the error.
 */
static int
read_earlier(const struct evaluation *ev, struct slice lines, const struct inspect_earlier **all)
{
	const struct options *options = ev->options;
	struct inspect_earlier *earlier;

	*all = NULL;
	if (options->baseline == NULL)
		return 0;
	earlier = arena_array(ev->arena, options->domains.n, sizeof *earlier);
	for (size_t i = 0; i < options->domains.n; i++) {
		struct error why = fault_error(FAULT_NO_MEMORY, NULL, NULL);
		struct slice domain = SLICE("");
		enum status st;

		if (domain_normalize(slice_str(options->domains.v[i]), ev->arena, &domain) != ST_OK)
			domain = SLICE("");
		st = inspect_earlier_parse(lines, domain, ev->arena, &earlier[i], &why);
		if (st != ST_OK)
			return tell_baseline(options->baseline, why, ev->arena, st);
	}
	*all = earlier;
	return 0;
}

static int
inspect_all(const struct evaluation *ev, struct trials *trials, struct slice baseline)
{
	const struct strings *domains = &ev->options->domains;
	const struct inspect_earlier *earlier;
	struct inspect_messages messages;
	int worst = read_earlier(ev, baseline, &earlier);

	if (worst != 0)
		return worst;
	inspect_messages_read(ev->options, ev->arena, &messages);
	for (size_t i = 0; i < domains->n; i++) {
		int status;

		if (i > 0 && ev->options->output == OUTPUT_TEXT)
			putchar('\n');
		if (!inspect_one(ev, trials, &messages, earlier != NULL ? &earlier[i] : NULL,
			    domains->v[i], &status))
			return EXIT_TEMPFAIL;
		if (status > worst)
			worst = status;
	}
	if (trials->ours || messages.ours) {
		worst = EXIT_TEMPFAIL;
		fprintf(stderr, "mailstamp: %s\n",
			_("some messages could not be evaluated or counted for lack of memory, "
			  "disk space or open files: run it again"));
	}
	if (ev->options->dns_record != NULL &&
		!record_keep(ev->options, dns_record(evaluate_dns(ev), ev->arena), ev->arena))
		worst = EXIT_TEMPFAIL;
	if (fflush(stdout) == 0)
		return worst;
	(void)tell(delivery_error(DELIVERY_E_OUTPUT), ev->arena);
	return EXIT_TEMPFAIL;
}

int
inspect_main(const struct options *options, struct arena *arena)
{
	struct options both = *options;
	struct evaluation ev;
	struct error error;
	struct confinement confinement;
	struct trials trials;
	struct slice baseline = SLICE("");
	enum evaluate_status opened;
	enum fault why;
	int status = record_probe(options, arena);

	if (status != 0)
		return status;
	if (options->baseline != NULL &&
		wholefile_read(options->baseline, BASELINE_MAX, arena, &baseline, &why) != ST_OK)
		return tell_baseline(
			options->baseline, fault_error(why, NULL, NULL), arena, ST_BAD);
	status = trials_begin(options, arena, &trials);
	if (status != 0) {
		trials_end(&trials);
		return status;
	}
	both.auth.dmarc_compare = true;
	evaluate_begin(&both, arena, &ev);
	opened = evaluate_open(&ev, &error);
	if (opened == EVALUATE_OK && confine(options, arena, &confinement, &error) != ST_OK)
		opened = EVALUATE_TEMP;
	if (opened == EVALUATE_OK) {
		status = inspect_all(&ev, &trials, baseline);
	} else {
		error_print(&error, arena);
		status = opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
	}
	evaluate_end(&ev);
	trials_end(&trials);
	return status;
}
