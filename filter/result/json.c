#include "filter/result/json.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/intake/hop.h"
#include "filter/intake/msgtime.h"
#include "filter/result/block.h"
#include "filter/result/json_parts.h"
#include "filter/result/report_mail.h"
#include "filter/result/warnings.h"
#include "filter/text/error_words.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { SCHEMA_VERSION = 2, VALUE_SHOWN = 1024 };

/* For json_pack, the members of an error: error, or null; error_code, left out without an error. */
#define JSON_ERROR "s:o,s:s*,"
#define JSON_ERROR_OF(why, arena)                                                                  \
	"error", json_known(slice_str(error_english(why, arena)), arena), "error_code",            \
		reason_code(&(why)->reason)

/* From which lines of stored mail the envelope was taken. */
static json_t *
source_part(const struct evaluation *ev)
{
	const struct envelope_source *source = &ev->intake.source;
	json_t *inside;

	if (!source->headers)
		return json_null();
	inside = json_array();
	for (size_t i = 0; i < source->hops; i++)
		json_array_append_new(inside, json_string(hop_word((enum hop)source->kinds[i])));
	return json_pack("{s:o,s:s?,s:o,s:s?,s:s?,s:o}", "inside", inside, "mailbox",
		source->provider != NULL ? source->provider->mailbox.word : NULL, "received",
		source->border > 0 ? json_integer((json_int_t)source->border) : json_null(),
		"unknown", envelope_unknown_word(source->unknown), "path",
		envelope_place_word(source->path), "text",
		json_known(envelope_source_text(&ev->intake, ev->arena), ev->arena));
}

static json_t *
envelope_part(const struct evaluation *ev)
{
	static const char *const paths[] = {
		[PATH_UNKNOWN] = "unknown",
		[PATH_NULL] = "null",
		[PATH_GIVEN] = "given",
	};
	const struct envelope *envelope = &ev->intake.envelope;
	json_t *rcpts = json_array();

	for (size_t i = 0; i < envelope->nrcpts; i++)
		json_array_append_new(rcpts, json_from(envelope->rcpts[i], ev->arena));
	return json_pack("{s:o,s:o,s:o,s:s,s:o,s:o*,s:o,s:o,s:b}", "client_ip",
		json_known(ip_text(&envelope->client_ip, ev->arena), ev->arena), "client_name",
		json_known(envelope->client_name, ev->arena), "helo",
		json_known(envelope->helo, ev->arena), "path", paths[envelope->path], "source",
		source_part(ev), "mail_from",
		envelope->path == PATH_GIVEN ? json_known(envelope->mail_from, ev->arena) : NULL,
		"rcpt", rcpts, "authenticated", json_known(envelope->authenticated, ev->arena),
		"trusted_client", envelope->trusted_client);
}

/* Why From cannot be read or, if it was read tolerantly, what was ignored. */
static json_t *
from_fault(const struct evaluation *ev)
{
	const struct identities *ids = &ev->ids;
	const size_t at = ids->fault.at;

	return json_pack("{s:s,s:s?,s:I,s:o,s:s}", "about", "From", "text",
		address_cause_text(ids->fault.cause), "at", (json_int_t)at, "octet",
		at < ids->from.n ? json_integer((unsigned char)ids->from.p[at]) : json_null(),
		"value", printable(ids->from, VALUE_SHOWN, ev->arena));
}

/* A departure that was ignored in a signature, a key or a sealer's results. */
static json_t *
warning_part(const struct warning *warning, struct arena *arena)
{
	const struct reason *reason = &warning->note->reason;

	return json_pack("{s:o,s:s?,s:s?,s:o,s:o,s:s,s:o,s:o}", "about",
		json_known(warning->about, arena), "text", reason_text(reason), "code",
		reason_code(reason), "at",
		reason->at > 0 ? json_integer((json_int_t)reason->at - 1) : json_null(), "octet",
		reason->has_octet ? json_integer(reason->octet) : json_null(), "value",
		printable(warning->note->whole, VALUE_SHOWN, arena), "d",
		json_known(warning->d, arena), "s", json_known(warning->s, arena));
}

/* Ignored departures from a grammar, which cannot change identities or results. */
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

struct slice
json_message_id(const struct evaluation *ev)
{
	const struct field *field =
		ev->has_message ? message_field(&ev->message, "Message-ID", 0) : NULL;

	return field != NULL ? field_unfold(field, ev->arena) : SLICE("");
}

static json_t *
message_part(const struct evaluation *ev)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{MESSAGE_NUL, "nul"},
		{MESSAGE_BARE_CR, "bare-cr"},
		{MESSAGE_BLANK_FIRST, "blank-first"},
		{MESSAGE_MANY_FIELDS, "many-fields"},
		{MESSAGE_NO_HEADER, "no-header"},
		{MESSAGE_NO_BLANK_LINE, "no-blank-line"},
		{MESSAGE_8BIT_HEADER, "8bit-header"},
	};
	const struct identities *ids = &ev->ids;
	const uint64_t rest = ev->message.rest != NULL ? ev->message.rest->n : 0;
	json_t *flags = json_array(), *domains = json_array();
	int64_t date;
	bool dated = message_time(&ev->message, ev->arena, &date);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((ev->message.flags & words[i].flag) != 0)
			json_array_append_new(flags, json_string(words[i].word));
	for (size_t i = 0; i < ids->ndomains; i++)
		json_array_append_new(domains, json_from(ids->all_domains[i], ev->arena));
	return json_pack("{s:I,s:b,s:I,s:o,s:o,s:o,s:o,s:s?,s:s?,s:o,s:o,s:s?}", "size",
		(json_int_t)ev->message.raw.n + (json_int_t)rest, "over_size", ev->oversize,
		"fields", (json_int_t)ev->message.all_fields, "flags", flags, "message_id",
		json_known(message_id(&ev->message, ev->arena), ev->arena), "author_domain",
		json_known(ids->author_domain, ev->arena), "author_domains", domains, "ambiguous",
		reason_text(&ids->ambiguous), "ambiguous_code", reason_code(&ids->ambiguous),
		"from_fault",
		ids->fault.cause == ADDRESS_NO_FAULT || ids->tolerant ? json_null()
								      : from_fault(ev),
		"date", dated ? json_integer((json_int_t)date) : json_null(), "report",
		report_mail_word(report_mail_of(&ev->message, ev->arena)));
}

static json_t *
override_part(const struct evaluation *ev)
{
	const struct override *override = &ev->verdict.override;

	if (override->type == NULL)
		return json_null();
	return json_pack("{s:s,s:s?,s:o,s:o}", "type", override->type, "reason", override->reason,
		"by", json_known(override->by, ev->arena), "instance",
		override->instance > 0 ? json_integer((json_int_t) override->instance)
				       : json_null());
}

/* The newest trusted sealer that does not vouch for a message that fails, and why. */
static json_t *
sealer_part(const struct evaluation *ev)
{
	const struct arc_vouch *sealers = &ev->verdict.sealers;

	if (sealers->doubted == 0)
		return json_null();
	return json_pack("{s:o,s:I," JSON_REASON "}", "domain",
		json_known(sealers->doubted_sealer, ev->arena), "instance",
		(json_int_t)sealers->doubted, JSON_REASON_OF(&sealers->doubt, ev->arena));
}

/* The result of the other SPF engine; NULL: not compared. */
static json_t *
other_spf(const struct evaluation *ev)
{
	struct report report;

	if (!ev->evaluated || !ev->results.has_spf_other)
		return NULL;
	report_init(&report, ev->arena);
	spf_report(&ev->results.spf_other, &report);
	return json_spf(&report.rows[0], &ev->results.spf_other, ev->arena);
}

/* The result by the other RFC; NULL: not compared. */
static json_t *
other_dmarc(const struct evaluation *ev)
{
	struct report report;

	if (!ev->evaluated || !ev->results.has_dmarc_other)
		return NULL;
	report_init(&report, ev->arena);
	return json_dmarc(dmarc_report(&ev->results.dmarc_other, &report), &ev->results.dmarc_other,
		ev->arena);
}

/* Members with o* are left out if they do not apply. */
static json_t *
whole(const struct evaluation *ev, const struct outcome *outcome)
{
	const struct auth_results *results = &ev->results;
	const bool done = ev->evaluated, placed = outcome->path != NULL;
	struct arena *arena = ev->arena;
	struct report report;

	block_report(ev, &report);
	return json_pack(
		"{s:i,s:s,s:s*,s:o*,s:o*,s:o*,s:I,s:s?,s:o,s:o,s:o,s:o," /* up to warnings */
		"s:o*,s:o*,s:o*,s:o*,s:o*,s:o*,s:o*,s:o*,"               /* results */
		"s:b,s:s," JSON_REASON "s:s?,s:b,s:o,s:o,s:o*,s:i," JSON_ERROR
		"s:I,s:o,s:o*,s:o*,s:o*,s:o*,s:o*}",
		"version", SCHEMA_VERSION, "program", "mailstamp " MAILSTAMP_VERSION, "event",
		outcome->event, "failure_header",
		outcome->failure.n > 0 ? json_from(outcome->failure, arena) : NULL, "index",
		placed ? json_integer((json_int_t)outcome->index) : NULL, "path",
		placed ? json_known(slice_str(outcome->path), arena) : NULL, "time",
		(json_int_t)ev->in.now, "authserv_id", ev->authserv_id, "queue_id",
		json_known(ev->intake.envelope.queue_id, arena), "envelope", envelope_part(ev),
		"message", message_part(ev), "warnings", warnings_part(ev), "local",
		done ? json_boolean(results->local) : NULL, "spf",
		done ? json_spf(report_first(&report, "spf"), &results->spf, arena) : NULL,
		"spf_other", other_spf(ev), "dkim",
		done ? json_dkim(report_first(&report, "dkim"), &results->dkim, arena) : NULL,
		"dkim_over_limit", done ? json_integer((json_int_t)results->dkim.over) : NULL,
		"arc", done ? json_arc(report_first(&report, "arc"), &results->arc, arena) : NULL,
		"dmarc",
		done ? json_dmarc(report_first(&report, "dmarc"), &results->dmarc, arena) : NULL,
		"dmarc_other", other_dmarc(ev), "not_judged", evaluate_not_judged(ev),
		"disposition", policy_word(ev->verdict.disposition),
		JSON_REASON_OF(&ev->verdict.reason, arena), "sign", ev->verdict.indicator,
		"sign_of_list", ev->verdict.of_list, "override", override_part(ev), "sealer_doubt",
		sealer_part(ev), "sealed",
		ev->options->arc_seal != NULL ? json_sealed(&ev->sealed, arena) : NULL, "status",
		outcome->status, JSON_ERROR_OF(&outcome->error, arena), "removed_fields",
		(json_int_t)outcome->dropped, "field", json_known(outcome->field, arena),
		"diagnosis",
		outcome->diagnoses != NULL
			? json_diagnoses(outcome->diagnoses, outcome->ndiagnoses, arena)
			: NULL,
		"what_if",
		outcome->what_ifs != NULL
			? json_what_ifs(outcome->what_ifs, outcome->nwhat_ifs, arena)
			: NULL,
		"other_outcome",
		outcome->other != NULL ? json_what_if(outcome->other, arena) : NULL, "advice",
		outcome->advice != NULL ? json_findings(outcome->advice) : NULL, "dns",
		ev->in.dns != NULL ? json_dns(ev->in.dns, arena) : NULL);
}

/* --compare-received: the receiver's results, and where ours differ. */
static json_t *
received_part(const struct agreement *agreement, struct arena *arena)
{
	static const char *const forms[] = {
		[RECORDED_NOTHING] = NULL,
		[RECORDED_FIELD] = "authentication-results",
		[RECORDED_ARC] = "arc-authentication-results",
		[RECORDED_NO_ID] = "microsoft",
	};
	const struct recorded *recorded = &agreement->recorded;
	json_t *differences = json_array();

	for (size_t i = 0; i < agreement->n; i++) {
		const struct agree_difference *one = &agreement->differences[i];

		json_array_append_new(differences,
			json_pack("{s:s,s:o,s:s,s:o,s:s,s:s}", "about",
				agree_about_word(one->about), "domain",
				json_known(one->domain, arena), "ours", auth_code_word(one->ours),
				"theirs", json_from(one->theirs, arena), "why_code",
				agree_why_word(one->why), "why", agree_why_text(one->why)));
	}
	return json_pack("{s:s?,s:o,s:o,s:o,s:o,s:b,s:o}", "form", forms[recorded->form], "id",
		json_known(recorded->id, arena), "spf", json_known(recorded->spf.word, arena),
		"dkim", json_known(recorded->dkim.word, arena), "dmarc",
		json_known(recorded->dmarc.word, arena), "agrees", agreement->agrees, "differences",
		differences);
}

/* The codes of the bounces in the message. */
static json_t *
bounce_part(const struct said *bounce, struct arena *arena)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < bounce->n; i++) {
		const struct said_code *one = &bounce->codes[i];

		json_array_append_new(codes,
			json_pack("{s:o,s:o,s:o,s:I,s:s?,s:s?,s:s?,s:s?,s:s?}", "code",
				json_from(one->code, arena), "host", json_known(one->host, arena),
				"recipient", json_known(one->recipient, arena), "more_recipients",
				(json_int_t)one->more, "by", one->by, "also_used_by", one->also,
				"meaning_code", one->id, "meaning", one->meaning, "page",
				one->page));
	}
	return json_pack("{s:b,s:b,s:o,s:I}", "read", bounce->read, "complete", bounce->whole,
		"codes", codes, "returned", (json_int_t)bounce->returned);
}

const char *
json_event(struct arena *arena)
{
	unsigned char octets[16];
	struct buf text;

	if (getrandom(octets, sizeof octets, GRND_NONBLOCK) != (ssize_t)sizeof octets)
		return NULL;
	buf_init(&text, arena, 2 * sizeof octets);
	buf_add_hex(&text, octets, sizeof octets);
	return arena_cstr(arena, buf_slice(&text));
}

enum status
json_line(const struct evaluation *ev, const struct outcome *outcome, struct slice *line)
{
	json_t *top = whole(ev, outcome);

	if (outcome->known)
		json_object_set_new(top, "known_sender", json_true());
	if (outcome->worse_source != NULL)
		json_object_set_new(top, "worse",
			json_pack("{s:s,s:o}", "dmarc", auth_code_word(outcome->worse_dmarc),
				"source", json_known(slice_str(outcome->worse_source), ev->arena)));
	if (outcome->agreement != NULL)
		json_object_set_new(top, "received", received_part(outcome->agreement, ev->arena));
	if (outcome->bounce != NULL)
		json_object_set_new(top, "bounce", bounce_part(outcome->bounce, ev->arena));
	if (outcome->path != NULL)
		json_object_set_new(top, "sender",
			json_pack("{s:s,s:s}", "class", sender_class_word(outcome->sender.class),
				"evidence", sender_evidence_word(outcome->sender.by)));
	return json_write(top, ev->arena, line);
}

enum status
json_failure(size_t index, const char *path, const struct error *error, struct arena *arena,
	struct slice *line)
{
	return json_write(
		json_pack("{s:i,s:s,s:I,s:o," JSON_ERROR "s:b}", "version", SCHEMA_VERSION,
			"program", "mailstamp " MAILSTAMP_VERSION, "index", (json_int_t)index,
			"path", json_known(slice_str(path), arena), JSON_ERROR_OF(error, arena),
			"not_mail", fault_is_not_mail(fault_of_error(error))),
		arena, line);
}

/*
 * After a short write (a full disk), tries to write the rest, so that errno has the cause. If that
 * fails, removes the partial line, because the next line would be appended to it. Returns errno, or
 * 0.
 */
static int
append_rest(int fd, struct slice line, size_t put)
{
	const off_t end = lseek(fd, 0, SEEK_CUR);
	const ssize_t more = write(fd, line.p + put, line.n - put);
	const int error = more < 0 ? errno : ENOSPC;
	struct stat info;

	if (more == (ssize_t)(line.n - put) && lseek(fd, 0, SEEK_CUR) == end + more)
		return 0;
	put += more > 0 ? (size_t)more : 0;
	/* only if no other process has written after it */
	if (end >= (off_t)put && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
		info.st_size == lseek(fd, 0, SEEK_CUR) &&
		ftruncate(fd, info.st_size - (off_t)put) != 0)
		return errno;
	return error;
}

int
json_log_open(const char *path)
{
	/* non-blocking: a FIFO without a reader must not block mail */
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

bool
json_log_write(int fd, struct slice line)
{
	int error = 0;
	ssize_t put;

	/* one write with O_APPEND, so that lines of several processes do not mix */
	put = write(fd, line.p, line.n);
	if (put < 0)
		error = errno;
	else if ((size_t)put < line.n)
		error = append_rest(fd, line, (size_t)put);
	if (close(fd) != 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0;
}

bool
json_append(const char *path, struct slice line)
{
	int fd = json_log_open(path);

	return fd >= 0 && json_log_write(fd, line);
}
