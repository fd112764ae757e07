#include "filter/verdict/evaluate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/base/budget.h"
#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/intake/msgtime.h"
#include "filter/io/wholefile.h"
#include "filter/sandbox/apart.h"
#include "filter/settings/hostname.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"
#include "filter/verdict/overlay.h"
#include "filter/verdict/override.h"
#include "mime/address.h"
#include "mime/buf.h"

enum { SECRET_MAX = 4096 };

static void
set_scrub(struct evaluation *ev)
{
	const struct options *options = ev->options;
	struct slice *ids = arena_array(ev->arena, options->own_ids.n + 1, sizeof *ids);

	ids[0] = slice_str(ev->authserv_id);
	for (size_t i = 0; i < options->own_ids.n; i++)
		ids[i + 1] = slice_str(options->own_ids.v[i]);
	ev->scrub = (struct scrub){
		.what = options->scrub,
		.ids = ids,
		.nids = options->own_ids.n + 1,
		.first_is_short = (options->authserv_id == NULL || options->authserv_is_host) &&
				  strchr(ev->authserv_id, '.') == NULL,
		.arena = ev->arena,
		.envelope_field = options->envelope == ENVELOPE_FIELD,
	};
}

void
evaluate_begin(const struct options *options, struct arena *arena, struct evaluation *ev)
{
	*ev = (struct evaluation){.options = options, .arena = arena};
	ev->authserv_id = options->authserv_id != NULL ? options->authserv_id : hostname_get(arena);
	ev->auth_options = options->auth;
	ev->auth_options.receiver = slice_str(ev->authserv_id);
	set_scrub(ev);
}

/* Hides the envelope field from DKIM and ARC, because it was added on this host. */
static void
hide_envelope_field(struct evaluation *ev)
{
	struct message *message = &ev->message;
	struct field *kept = arena_array(ev->arena, message->nfields, sizeof *kept);
	size_t n = 0;

	for (size_t i = 0; i < message->nfields; i++)
		if (!envelope_is_field(&message->fields[i]))
			kept[n++] = message->fields[i];
	message->fields = kept;
	message->all_fields -= message->nfields - n;
	message->nfields = n;
}

static void
lay_over(struct evaluation *ev, const struct dns_overlay *overlay)
{
	if (overlay == NULL)
		return;
	ev->overlay = overlay;
	ev->below = ev->in.dns;
	ev->in.dns = dns_open_overlay(overlay, ev->below, ev->arena);
}

enum evaluate_status
evaluate_refusal(const struct error *error)
{
	return profile_failure(error) == EXIT_TEMPFAIL ? EVALUATE_TEMP : EVALUATE_CONFIG;
}

static enum evaluate_status
open_overlay(struct evaluation *ev, struct error *error)
{
	struct dns_overlay *overlay;

	if (overlay_open(ev->options, ev->arena, &overlay, error) != ST_OK)
		return evaluate_refusal(error);
	lay_over(ev, overlay);
	return EVALUATE_OK;
}

enum evaluate_status
evaluate_open_dns(struct evaluation *ev, struct dns **dns, struct error *error)
{
	const struct options *options = ev->options;
	struct dns_config config = {
		.resolvers = options->resolvers.v,
		.nresolvers = options->resolvers.n,
		.system = options->system_servers,
		.timeout_ms = options->dns_timeout_ms,
		.deadline_ms = options->deadline_ms,
	};
	struct slice zone;
	enum fault fault;
	enum status st;

	if (options->zone == NULL) {
		st = dns_open_resolver(&config, dns, error);
		return st == ST_OK ? EVALUATE_OK : (st == ST_BAD ? EVALUATE_CONFIG : EVALUATE_TEMP);
	}
	if (wholefile_read(options->zone, DNS_ZONE_MAX, ev->arena, &zone, &fault) != ST_OK) {
		*error = fault_error(fault, N_("zone"), options->zone);
		return evaluate_refusal(error);
	}
	if (dns_open_zone(zone, ev->arena, dns, error) == ST_OK)
		return EVALUATE_OK;
	error->what = N_("zone");
	error->path = options->zone;
	return EVALUATE_CONFIG;
}

bool
evaluate_needs_psl(const struct options *options)
{
	return options->auth.dmarc_mode == DMARC_RFC7489 || options->auth.dmarc_compare;
}

bool
evaluate_not_judged(const struct evaluation *ev)
{
	const struct dkim_result *dkim = &ev->results.dkim;

	if (!ev->evaluated || !ev->in.envelope_hidden)
		return false;
	if (ev->results.dmarc.code != AUTH_NONE || ev->results.local)
		return ev->results.dmarc.reason.id == DMARC_R_NOT_JUDGED;
	/* without a record, alignment was not evaluated */
	for (size_t i = 0; i < dkim->n; i++)
		if (dkim->sigs[i].code == AUTH_PASS)
			return false;
	return true;
}

enum evaluate_related
evaluate_related(const struct evaluation *ev, struct slice domain)
{
	const struct slice author = ev->ids.author_domain;
	const struct slice upper = domain.n < author.n ? domain : author;

	if (author.n == 0 || domain.n == 0)
		return EVALUATE_UNRELATED;
	if (slice_ieq(domain, author))
		return EVALUATE_RELATED;
	if (ev->in.psl != NULL)
		return slice_ieq(domain_psl_org(ev->in.psl, domain),
			       domain_psl_org(ev->in.psl, author))
			       ? EVALUATE_RELATED
			       : EVALUATE_UNRELATED;
	if (domain_within(domain, author) || domain_within(author, domain))
		return domain_is_registry(upper) ? EVALUATE_UNRELATED : EVALUATE_BELOW;
	return slice_ieq(domain_organization(domain), domain_organization(author))
		       ? EVALUATE_BESIDE
		       : EVALUATE_UNRELATED;
}

struct error
evaluate_no_psl(const struct options *options)
{
	return fault_error(fault_of_lack(errno, FAULT_NOT_READ_PSL), N_("public suffix list"),
		options->psl != NULL ? options->psl : _("of the system"));
}

/* Opens the external resources that the mechanisms need. */
static enum evaluate_status
open_resources(struct evaluation *ev, struct error *error)
{
	const struct options *options = ev->options;
	enum evaluate_status result;

	/* --for does without a list: what the list would decide is unknown then */
	if (evaluate_needs_psl(options) || options->rules_for != NULL) {
		ev->in.psl = ev->own_psl = domain_psl_open(options->psl);
		if (ev->own_psl == NULL && (evaluate_needs_psl(options) || errno == ENOMEM)) {
			*error = evaluate_no_psl(options);
			return evaluate_refusal(error);
		}
	}
	ev->gmime = address_gmime_open();
	ev->in.crypto = crypto_new();
	if (ev->gmime == NULL || ev->in.crypto == NULL) {
		*error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
		return EVALUATE_TEMP;
	}
	result = evaluate_open_dns(ev, &ev->in.dns, error);
	return result == EVALUATE_OK ? open_overlay(ev, error) : result;
}

static enum evaluate_status
read_secret(struct evaluation *ev, struct error *error)
{
	const char *path = ev->options->envelope_secret_file;
	enum fault why;

	ev->secret = SLICE("");
	if (ev->options->envelope != ENVELOPE_FIELD)
		return EVALUATE_OK;
	if (path == NULL) {
		*error = fault_error(FAULT_NO_SECRET, NULL, NULL);
		return EVALUATE_CONFIG;
	}
	if (wholefile_secret(path, SECRET_MAX, ev->arena, &ev->secret, &why) != ST_OK) {
		*error = fault_error(why, N_("secret file"), path);
		return evaluate_refusal(error);
	}
	return EVALUATE_OK;
}

/* The last quarter of the time is reserved for the queries of DMARC's policy. */
int64_t
evaluate_until_ms(const struct options *options, const struct dns *dns)
{
	return dns_clock_ms(dns) + options->deadline_ms / 4 * 3;
}

struct dns *
evaluate_dns(const struct evaluation *ev)
{
	return ev->below != NULL ? ev->below : ev->in.dns;
}

/*
 * Takes the envelope from the message if the mode says so. For a message over the size limit only
 * the field with the secret is read, because Received fields may need DNS queries.
 */
static enum status
find_envelope(struct evaluation *ev, const struct evaluate_source *source, enum fault *fault)
{
	const struct options *options = ev->options;
	const bool given = source != NULL && source->envelope != NULL;
	const bool read = !ev->oversize || options->envelope == ENVELOPE_FIELD;
	enum status st = ST_OK;

	if (!given && read)
		st = envelope_from_message(options, &ev->message, ev->secret, ev->in.dns, ev->arena,
			&ev->intake, fault);
	envelope_trust(options, &ev->intake.envelope);
	return st;
}

static enum evaluate_status
evaluate_checks(struct evaluation *ev, struct error *error)
{
	const struct options *options = ev->options;
	struct auth_input *in = &ev->in;

	if (options->envelope == ENVELOPE_FIELD)
		hide_envelope_field(ev);
	if (identities_find(&ev->message, ev->gmime, ev->arena, &ev->ids) != ST_OK) {
		*error = fault_error(FAULT_FROM, NULL, NULL);
		return EVALUATE_TEMP;
	}
	/* never in the filter: nothing that a client writes may disable a policy */
	in->envelope_hidden =
		(options->command == COMMAND_BATCH || options->command == COMMAND_EXPLAIN ||
			options->command == COMMAND_REPORT_READ) &&
		!envelope_is_known(&ev->intake);
	in->until_ms = evaluate_until_ms(options, in->dns);
	if (auth_run(in, &ev->results) != ST_OK) {
		*error = fault_error(FAULT_NOT_EVALUATED, NULL, NULL);
		return EVALUATE_TEMP;
	}
	ev->evaluated = true;
	policy_decide(options, in, &ev->results, &ev->verdict);
	override_decide(options, in, &ev->results, &ev->verdict);
	return EVALUATE_OK;
}

static void
set_input(struct evaluation *ev)
{
	const struct options *options = ev->options;

	ev->in = (struct auth_input){
		.message = &ev->message,
		.envelope = &ev->intake.envelope,
		.ids = &ev->ids,
		.limits = &options->limits,
		.options = &ev->auth_options,
		.arena = ev->arena,
		.budget = budget_make(&options->limits, ev->arena),
		.now = options_now(options),
	};
}

static void
take_message(struct evaluation *ev)
{
	const struct options *options = ev->options;

	message_parse(ev->intake.message, options->limits.fields, options->limits.field_size,
		ev->arena, &ev->message);
	ev->has_message = true;
	if (options->has_now && options->now == NOW_MESSAGE)
		(void)message_time(&ev->message, ev->arena, &ev->in.now);
}

/*
 * Takes the envelope and the message from the input. The part over the size limit is read while it
 * is passed on, except in two cases: if the header is not complete, because it could not be
 * scrubbed; and for batch SMTP, whose end must be checked first.
 */
static enum status
take_input(struct evaluation *ev, enum fault *fault)
{
	const struct options *options = ev->options;

	ev->oversize = ev->input.partial;
	if (ev->oversize && options->envelope == ENVELOPE_BSMTP &&
		input_complete(options, &ev->input, fault) != ST_OK)
		return ST_TEMP;
	if (envelope_take(options, ev->input.bytes, ev->arena, &ev->intake, fault) != ST_OK)
		return ST_TEMP;
	take_message(ev);
	if (!ev->input.partial || (ev->message.flags & MESSAGE_NO_BLANK_LINE) == 0)
		return ST_OK;
	ev->has_message = false;
	if (input_complete(options, &ev->input, fault) != ST_OK ||
		envelope_take(options, ev->input.bytes, ev->arena, &ev->intake, fault) != ST_OK)
		return ST_TEMP;
	take_message(ev);
	return ST_OK;
}

/* Sets the error for a message or an envelope that could not be read; returns status. */
static enum evaluate_status
not_taken(enum fault fault, enum evaluate_status status, struct error *error)
{
	*error = fault_error(fault, NULL, NULL);
	return status;
}

enum evaluate_status
evaluate_open(struct evaluation *ev, struct error *error)
{
	enum evaluate_status result;

	set_input(ev);
	result = read_secret(ev, error);
	return result == EVALUATE_OK ? open_resources(ev, error) : result;
}

enum evaluate_status
evaluate_input(struct evaluation *ev, struct error *error)
{
	enum fault fault = FAULT_NONE;

	if (ev->pull == NULL && !ev->input_open &&
		input_open(ev->options, &ev->input, &fault) != ST_OK) {
		*error = fault_error(fault, NULL, NULL);
		return evaluate_refusal(error);
	}
	ev->input_open = true;
	return EVALUATE_OK;
}

enum evaluate_status
evaluate_confine(struct evaluation *ev, struct confinement *confinement, struct error *error)
{
	if (confine(ev->options, ev->arena, confinement, error) != ST_OK)
		return EVALUATE_TEMP;
	if (confinement->entered && ev->gmime != NULL)
		address_gmime_apart(ev->gmime, &sandbox_apart);
	return EVALUATE_OK;
}

enum evaluate_status
evaluate_read(struct evaluation *ev, struct error *error)
{
	const enum evaluate_status opened = evaluate_input(ev, error);
	enum fault fault = FAULT_NONE;
	enum status st;

	if (opened != EVALUATE_OK)
		return opened;
	st = ev->pull != NULL
		     ? input_read_pull(ev->options, ev->pull, ev->pull_arg, &ev->input, &fault)
		     : input_take(ev->options, &ev->input, &fault);
	if (st != ST_OK)
		return not_taken(fault, st == ST_BAD ? EVALUATE_CONFIG : EVALUATE_TEMP, error);
	ev->in.now = options_now(
		ev->options); /* read the clock again: the message may have taken long to arrive */
	if (take_input(ev, &fault) != ST_OK)
		return not_taken(fault, EVALUATE_TEMP, error);
	return EVALUATE_OK;
}

static void
take_tools(struct evaluation *ev, const struct evaluate_source *source)
{
	set_input(ev);
	ev->borrowed = true;
	ev->in.dns = source->dns;
	lay_over(ev, source->overlay);
	ev->in.crypto = source->tools->crypto;
	ev->in.psl = source->tools->psl;
	ev->gmime = source->tools->gmime;
}

void
evaluate_absent(struct evaluation *ev, const struct evaluate_source *source)
{
	take_tools(ev, source);
	ev->input = (struct input){.fd = -1, .end = true};
	dns_begin(evaluate_dns(ev), ev->options->deadline_ms);
	dns_limit(ev->in.dns, ev->options->limits.questions - BUDGET_POLICY_QUESTIONS);
	ev->in.until_ms = evaluate_until_ms(ev->options, ev->in.dns);
}

/*
 * Takes the message and tools from source. Of a message over the size limit, only the beginning is
 * used.
 */
static enum evaluate_status
take_source(struct evaluation *ev, const struct evaluate_source *source, struct error *error)
{
	enum fault fault = FAULT_NONE;

	take_tools(ev, source);
	ev->oversize = source->partial;
	ev->input = (struct input){
		.fd = -1, .end = true, .bytes = source->bytes, .partial = source->partial};
	if (source->envelope != NULL)
		ev->intake =
			(struct intake){.message = source->bytes, .envelope = *source->envelope};
	else if (envelope_take(ev->options, source->bytes, ev->arena, &ev->intake, &fault) != ST_OK)
		return not_taken(fault, EVALUATE_TEMP, error);
	take_message(ev);
	ev->message.rest = source->rest;
	return read_secret(ev, error);
}

enum evaluate_status
evaluate(struct evaluation *ev, const struct evaluate_source *source, struct error *error)
{
	enum evaluate_status result =
		source != NULL ? take_source(ev, source, error) : evaluate_read(ev, error);
	enum fault fault = FAULT_NONE;

	if (result != EVALUATE_OK)
		return result;
	dns_begin(evaluate_dns(ev), ev->options->deadline_ms);
	dns_limit(ev->in.dns, ev->options->limits.questions - BUDGET_POLICY_QUESTIONS);
	if (find_envelope(ev, source, &fault) != ST_OK)
		return not_taken(fault, EVALUATE_TEMP, error);
	if (ev->known != NULL)
		ev->known(ev);
	if (!ev->oversize)
		return evaluate_checks(ev, error);
	policy_decide(ev->options, &ev->in, NULL, &ev->verdict);
	return EVALUATE_OK;
}

void
evaluate_end(struct evaluation *ev)
{
	dns_free(ev->in.dns);
	dns_free(ev->below);
	crypto_signer_free(ev->signer);
	if (!ev->borrowed) {
		crypto_free(ev->in.crypto);
		address_gmime_close(ev->gmime);
	}
	domain_psl_free(ev->own_psl);
	envelope_release(&ev->intake);
	input_free(&ev->input);
}
