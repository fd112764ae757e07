#include "filter/result/json.h"

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/intake/hop.h"
#include "filter/intake/msgtime.h"
#include "filter/result/json_parts.h"
#include "filter/result/warnings.h"
#include "filter/text/printable.h"

enum { SCHEMA_VERSION = 1, VALUE_SHOWN = 1024 };

/* From which lines of stored mail the envelope was taken. */
static json_t *
source_part(const struct evaluation *ev)
{
	const struct envelope_source *source = &ev->taken.source;
	json_t *part, *inside;

	if (!source->headers)
		return json_null();
	part = json_object();
	inside = json_array();
	for (size_t i = 0; i < source->hops; i++)
		json_array_append_new(inside, json_string(hop_word((enum hop)source->kinds[i])));
	json_object_set_new(part, "inside", inside);
	json_text(
		part, "mailbox", source->provider != NULL ? source->provider->mailbox.word : NULL);
	json_object_set_new(part, "received",
		source->border > 0 ? json_integer((json_int_t)source->border) : json_null());
	json_text(part, "unknown", envelope_unknown_word(source->unknown));
	json_text(part, "path", envelope_place_word(source->path));
	json_slice(part, "text", envelope_source_text(&ev->taken, ev->arena), ev->arena);
	return part;
}

static json_t *
envelope_part(const struct evaluation *ev)
{
	static const char *const paths[] = {
		[PATH_UNKNOWN] = "unknown",
		[PATH_NULL] = "null",
		[PATH_GIVEN] = "given",
	};
	const struct envelope *envelope = &ev->taken.envelope;
	json_t *part = json_object(), *rcpts = json_array();

	json_slice(part, "client_ip", ip_text(&envelope->client_ip, ev->arena), ev->arena);
	json_slice(part, "client_name", envelope->client_name, ev->arena);
	json_slice(part, "helo", envelope->helo, ev->arena);
	json_text(part, "path", paths[envelope->path]);
	json_object_set_new(part, "source", source_part(ev));
	if (envelope->path == PATH_GIVEN)
		json_slice(part, "mail_from", envelope->mail_from, ev->arena);
	for (size_t i = 0; i < envelope->nrcpts; i++)
		json_array_append_new(rcpts, json_from(envelope->rcpts[i], ev->arena));
	json_object_set_new(part, "rcpt", rcpts);
	json_slice(part, "authenticated", envelope->authenticated, ev->arena);
	json_object_set_new(part, "trusted_client", json_boolean(envelope->trusted_client));
	return part;
}

/* Why From cannot be read or, where it was read tolerantly, what was passed over. */
static json_t *
from_fault(const struct evaluation *ev)
{
	const struct identities *ids = &ev->ids;
	json_t *part = json_object();
	size_t at = ids->fault.at;

	json_text(part, "about", "From");
	json_text(part, "text", address_cause_text(ids->fault.cause));
	json_object_set_new(part, "at", json_integer((json_int_t)at));
	json_object_set_new(part, "octet",
		at < ids->from.n ? json_integer((unsigned char)ids->from.p[at]) : json_null());
	json_text(part, "value", printable(ids->from, VALUE_SHOWN, ev->arena));
	return part;
}

/* What was passed over in a signature, a key or a sealer's results. */
static json_t *
warning_part(const struct warning *warning, struct arena *arena)
{
	const struct reason *reason = &warning->note->reason;
	json_t *part = json_object();

	json_slice(part, "about", warning->about, arena);
	json_text(part, "text", reason_text(reason));
	json_text(part, "code", reason_code(reason));
	json_object_set_new(part, "at",
		reason->at > 0 ? json_integer((json_int_t)reason->at - 1) : json_null());
	json_object_set_new(
		part, "octet", reason->has_octet ? json_integer(reason->octet) : json_null());
	json_text(part, "value", printable(warning->note->whole, VALUE_SHOWN, arena));
	json_slice(part, "d", warning->d, arena);
	json_slice(part, "s", warning->s, arena);
	return part;
}

/* What breaks a grammar, cannot change who or what, and was read. */
static json_t *
warnings_part(const struct evaluation *ev)
{
	json_t *part = json_array();
	const struct warning *list;
	size_t n;

	if (ev->ids.tolerant)
		json_array_append_new(part, from_fault(ev));
	list = warnings_collect(ev, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(part, warning_part(&list[i], ev->arena));
	return part;
}

static json_t *
message_part(const struct evaluation *ev)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{MESSAGE_NUL,           "nul"          },
		{MESSAGE_BARE_CR,       "bare-cr"      },
		{MESSAGE_BLANK_FIRST,   "blank-first"  },
		{MESSAGE_MANY_FIELDS,   "many-fields"  },
		{MESSAGE_NO_HEADER,     "no-header"    },
		{MESSAGE_NO_BLANK_LINE, "no-blank-line"},
		{MESSAGE_8BIT_HEADER,   "8bit-header"  },
	};
	json_t *part = json_object(), *flags = json_array(), *domains = json_array();
	int64_t date;

	json_object_set_new(part, "size", json_integer((json_int_t)ev->message.raw.n));
	json_object_set_new(part, "over_size", json_boolean(ev->oversize));
	json_object_set_new(part, "fields", json_integer((json_int_t)ev->message.all_fields));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((ev->message.flags & words[i].flag) != 0)
			json_array_append_new(flags, json_string(words[i].word));
	json_object_set_new(part, "flags", flags);
	json_slice(part, "author_domain", ev->ids.author_domain, ev->arena);
	for (size_t i = 0; i < ev->ids.ndomains; i++)
		json_array_append_new(domains, json_from(ev->ids.all_domains[i], ev->arena));
	json_object_set_new(part, "author_domains", domains);
	json_text(part, "ambiguous", reason_text(&ev->ids.ambiguous));
	json_text(part, "ambiguous_code", reason_code(&ev->ids.ambiguous));
	json_object_set_new(part, "from_fault",
		ev->ids.fault.cause == ADDRESS_NO_FAULT || ev->ids.tolerant ? json_null()
									    : from_fault(ev));
	json_object_set_new(part, "date",
		message_time(&ev->message, ev->arena, &date) ? json_integer((json_int_t)date)
							     : json_null());
	return part;
}

static void
add_results(const struct evaluation *ev, json_t *top)
{
	const struct auth_results *results = &ev->results;

	json_object_set_new(top, "local", json_boolean(results->local));
	json_object_set_new(top, "spf", json_spf(&results->spf, ev->arena));
	if (results->has_spf_other)
		json_object_set_new(top, "spf_other", json_spf(&results->spf_other, ev->arena));
	json_object_set_new(top, "dkim", json_dkim(results, ev->arena));
	json_object_set_new(top, "dkim_over_limit", json_integer((json_int_t)results->dkim.over));
	json_object_set_new(top, "arc", json_arc(&results->arc, ev->arena));
	json_object_set_new(top, "dmarc", json_dmarc(&results->dmarc, ev->arena));
	if (results->has_dmarc_other)
		json_object_set_new(
			top, "dmarc_other", json_dmarc(&results->dmarc_other, ev->arena));
}

static json_t *
override_part(const struct evaluation *ev)
{
	const struct override *override = &ev->verdict.override;
	json_t *part;

	if (override->type == NULL)
		return json_null();
	part = json_object();
	json_text(part, "type", override->type);
	json_text(part, "reason", override->reason);
	json_slice(part, "by", override->by, ev->arena);
	json_object_set_new(part, "instance",
		override->instance > 0 ? json_integer((json_int_t) override->instance)
				       : json_null());
	return part;
}

/* The newest trusted sealer that does not vouch for a message that fails, and why. */
static json_t *
sealer_part(const struct evaluation *ev)
{
	const struct arc_vouch *sealers = &ev->verdict.sealers;
	json_t *part;

	if (sealers->doubted == 0)
		return json_null();
	part = json_object();
	json_slice(part, "domain", sealers->doubted_sealer, ev->arena);
	json_object_set_new(part, "instance", json_integer((json_int_t)sealers->doubted));
	json_reason(part, &sealers->doubt, ev->arena);
	return part;
}

static json_t *
whole(const struct evaluation *ev, const struct outcome *outcome)
{
	json_t *top = json_object();

	json_object_set_new(top, "version", json_integer(SCHEMA_VERSION));
	json_text(top, "program", "mailstamp " MAILSTAMP_VERSION);
	if (outcome->path != NULL) {
		json_object_set_new(top, "index", json_integer((json_int_t)outcome->index));
		json_slice(top, "path", slice_str(outcome->path), ev->arena);
	}
	json_object_set_new(top, "time", json_integer((json_int_t)ev->in.now));
	json_text(top, "authserv_id", ev->authserv_id);
	json_slice(top, "queue_id", ev->taken.envelope.queue_id, ev->arena);
	json_object_set_new(top, "envelope", envelope_part(ev));
	json_object_set_new(top, "message", message_part(ev));
	json_object_set_new(top, "warnings", warnings_part(ev));
	if (ev->evaluated)
		add_results(ev, top);
	json_object_set_new(top, "not_judged", json_boolean(evaluate_not_judged(ev)));
	json_text(top, "disposition", policy_word(ev->verdict.disposition));
	json_reason(top, &ev->verdict.reason, ev->arena);
	json_text(top, "sign", ev->verdict.sign);
	json_object_set_new(top, "override", override_part(ev));
	json_object_set_new(top, "sealer_doubt", sealer_part(ev));
	if (ev->options->arc_seal != NULL)
		json_object_set_new(top, "sealed", json_sealed(&ev->sealed, ev->arena));
	json_object_set_new(top, "status", json_integer(outcome->status));
	json_text(top, "error", outcome->error);
	json_object_set_new(top, "removed_fields", json_integer((json_int_t)outcome->dropped));
	json_slice(top, "field", outcome->field, ev->arena);
	if (outcome->diagnoses != NULL)
		json_object_set_new(top, "diagnosis",
			json_diagnoses(outcome->diagnoses, outcome->ndiagnoses, ev->arena));
	if (outcome->what_ifs != NULL)
		json_object_set_new(top, "what_if",
			json_what_ifs(outcome->what_ifs, outcome->nwhat_ifs, ev->arena));
	if (outcome->other != NULL)
		json_object_set_new(top, "other_outcome", json_what_if(outcome->other, ev->arena));
	if (outcome->advice != NULL)
		json_object_set_new(top, "advice", json_findings(outcome->advice, true));
	if (ev->in.dns != NULL)
		json_object_set_new(top, "dns", json_dns(ev->in.dns, ev->arena));
	return top;
}

enum status
json_line(const struct evaluation *ev, const struct outcome *outcome, struct slice *line)
{
	return json_write(whole(ev, outcome), ev->arena, line);
}

enum status
json_failure(size_t index, const char *path, const char *error, enum fault fault,
	struct arena *arena, struct slice *line)
{
	json_t *top = json_object();

	json_object_set_new(top, "version", json_integer(SCHEMA_VERSION));
	json_text(top, "program", "mailstamp " MAILSTAMP_VERSION);
	json_object_set_new(top, "index", json_integer((json_int_t)index));
	json_slice(top, "path", slice_str(path), arena);
	json_text(top, "error", error);
	json_text(top, "error_code", fault_code(fault));
	json_object_set_new(top, "not_mail", json_boolean(fault_is_not_mail(fault)));
	return json_write(top, arena, line);
}

bool
json_append(const char *path, struct slice line)
{
	/* non-blocking: a FIFO that nobody reads must not hold mail */
	int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
	bool whole_line;

	if (fd < 0)
		return false;
	/* one write: O_APPEND keeps the lines of many processes apart */
	whole_line = write(fd, line.p, line.n) == (ssize_t)line.n;
	return close(fd) == 0 && whole_line;
}
