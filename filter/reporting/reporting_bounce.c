/*
 * reporting_bounce.c: handles bounces of reports. Anyone who knows the reverse-path of a report can
 * stop further reports to the same address about the same domain, but nothing else: other messages
 * are ignored.
 */
#include <errno.h>
#include <unistd.h>

#include "auth/base/crypto.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/io/clock.h"
#include "filter/io/read.h"
#include "filter/reporting/reporting.h"
#include "filter/reporting/reporting_error.h"
#include "filter/reporting/reporting_store.h"
#include "filter/reporting/reporting_verp.h"
#include "filter/settings/confine.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "mime/message.h"

enum {
	BOUNCE_OCTETS = 1024 * 1024, /* maximum number of octets that are read */
	FIELDS_MAX = 1000,
	FIELD_OCTETS = 65536,
	PARTS_MAX = 20,
	BOUNDARY_MAX = 70,  /* RFC 2046 5.1.1 */
	ADDRESSES_MAX = 100 /* addresses of a bounce that are examined */
};

/* The value of a parameter of a structured field, quoted or not. Comments are not recognized. */
static struct slice
parameter(struct slice value, struct slice name)
{
	while (value.n > 0) {
		struct slice rest;

		value = slice_from(value, slice_find(value, ';') + 1);
		rest = slice_trim(value);
		if (!slice_istarts(rest, name))
			continue;
		rest = slice_trim(slice_from(rest, name.n));
		if (!slice_starts(rest, SLICE("=")))
			continue;
		rest = slice_trim(slice_from(rest, 1));
		if (slice_starts(rest, SLICE("\""))) {
			rest = slice_from(rest, 1);
			return slice_head(rest, slice_find(rest, '"'));
		}
		return slice_trim(slice_head(rest, slice_find(rest, ';')));
	}
	return SLICE("");
}

static struct slice
field_value(const struct message *message, const char *name, struct arena *arena)
{
	const struct field *field = message_field(message, name, 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0 ? SLICE("")
								     : field_unfold(field, arena);
}

/* Is the line a delimiter of that boundary (RFC 2046 5.1.1)? */
static bool
is_delimiter(struct slice line, struct slice boundary)
{
	return slice_starts(line, SLICE("--")) && slice_starts(slice_from(line, 2), boundary);
}

/* Does any group of fields report a permanent failure (RFC 3464 2.3.3, 2.3.4)? */
static bool
says_failed(struct slice fields, struct arena *arena)
{
	struct message group;
	struct slice action, status;

	while (fields.n > 0) {
		message_parse(fields, FIELDS_MAX, FIELD_OCTETS, arena, &group);
		action = field_value(&group, "Action", arena);
		status = field_value(&group, "Status", arena);
		if (slice_istarts(action, SLICE("failed")) &&
			(status.n == 0 || slice_starts(status, SLICE("5."))))
			return true;
		if (group.body.n >= fields.n)
			return false;
		fields = group.body;
	}
	return false;
}

bool
reporting_bounce_failed(struct slice raw, struct arena *arena)
{
	struct message message;
	struct slice type, boundary, rest, line;
	const char *part = NULL;
	size_t parts = 0;

	message_parse(raw, FIELDS_MAX, FIELD_OCTETS, arena, &message);
	type = field_value(&message, "Content-Type", arena);
	boundary = parameter(type, SLICE("boundary"));
	if (!slice_istarts(type, SLICE("multipart/report")) || boundary.n == 0 ||
		boundary.n > BOUNDARY_MAX)
		return false;
	rest = message.body;
	while (parts < PARTS_MAX && line_next(&rest, &line)) {
		struct message inner;

		if (!is_delimiter(line, boundary))
			continue;
		if (part != NULL) {
			message_parse(slice_make(part, (size_t)(line.p - part)), FIELDS_MAX,
				FIELD_OCTETS, arena, &inner);
			if (slice_istarts(field_value(&inner, "Content-Type", arena),
				    SLICE("message/delivery-status")) &&
				says_failed(inner.body, arena))
				return true;
		}
		part = rest.p;
		parts++;
	}
	return false;
}

/* finding the mail that bounced */

struct bounce {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct arena *arena;
	struct slice secret;
	int64_t now;
	size_t looked;
	struct reporting_verp verp;
};

/*
 * Sets bounce->verp from a reverse-path. ST_BAD: the address is not the reverse-path of a report.
 */
static enum status
try_address(struct bounce *bounce, struct slice address)
{
	const struct options *options = bounce->options;
	const char *base =
		options->bounce_address != NULL ? options->bounce_address : options->report_from;

	if (address.n == 0 || bounce->looked++ >= ADDRESSES_MAX)
		return ST_BAD;
	return reporting_verp_read(bounce->crypto, (const unsigned char *)bounce->secret.p, address,
		base, bounce->now / DAY_SECONDS, bounce->arena, &bounce->verp);
}

/* Tries each word of a field that may be an address. */
static enum status
try_field(struct bounce *bounce, struct slice value)
{
	enum status st = ST_BAD;

	while (st == ST_BAD && value.n > 0) {
		size_t n = 0;

		while (n < value.n && !slice_is_blank(value.p[n]) && value.p[n] != '<' &&
			value.p[n] != '>' && value.p[n] != ',')
			n++;
		st = try_address(bounce, slice_head(value, n));
		value = slice_from(value, n + 1);
	}
	return st;
}

/*
 * Finds the mail that bounced by the recipients of the bounce: from --rcpt, else from the fields
 * that show where the bounce was delivered.
 */
static enum status
find_mail(struct bounce *bounce, struct slice raw)
{
	static const char *const names[] = {"X-Original-To", "Delivered-To", "Envelope-To", "To"};
	const struct strings *rcpts = &bounce->options->rcpts;
	enum status st = ST_BAD;
	struct message message;

	for (size_t i = 0; st == ST_BAD && i < rcpts->n; i++)
		st = try_address(bounce, slice_str(rcpts->v[i]));
	if (rcpts->n > 0)
		return st;
	message_parse(raw, FIELDS_MAX, FIELD_OCTETS, bounce->arena, &message);
	for (size_t i = 0; st == ST_BAD && i < sizeof names / sizeof *names; i++)
		st = try_field(bounce, field_value(&message, names[i], bounce->arena));
	return st;
}

/*
 * Marks the mail as bounced. *report: as in out_mail; 0 if that mail was never sent, or its bounce
 * was already counted.
 */
static enum status
mark(struct bounce *bounce, int64_t *report, struct slice *address)
{
	struct store_query *query = store_query(bounce->store,
		"UPDATE out_mail SET state = ?1 WHERE id = ?2 AND state = ?3"
		" RETURNING report, address");
	enum store_step step;

	*report = 0;
	store_bind_int(query, 1, REPORTING_BOUNCED);
	store_bind_int(query, 2, bounce->verp.mail);
	store_bind_int(query, 3, REPORTING_SENT);
	step = store_step(query);
	if (step == STORE_ROW) {
		*report = store_int(query, 0);
		*address = arena_dup(bounce->arena, store_text(query, 1));
	}
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

/* Suppresses further reports to the mail's address about its domain; does so once for each mail. */
static enum status
suppress(struct bounce *bounce)
{
	struct store_query *note = store_query(bounce->store,
		"INSERT INTO out_suppressed (domain, address, bounces, until)"
		" SELECT p.domain, CAST(?1 AS TEXT), 1, CAST(?2 AS BIGINT) FROM"
		" (SELECT id, policy FROM out_report UNION ALL SELECT -id, policy FROM out_failure)"
		" r JOIN out_policy p ON p.id = r.policy WHERE r.id = ?3"
		" ON CONFLICT (domain, address) DO UPDATE SET"
		" bounces = out_suppressed.bounces + 1,"
		" until = CAST(?4 AS BIGINT) + CAST(?5 AS BIGINT) * (CASE WHEN "
		"out_suppressed.bounces >= 4 THEN 16"
		" WHEN out_suppressed.bounces = 3 THEN 8"
		" WHEN out_suppressed.bounces = 2 THEN 4 ELSE 2 END)");
	struct slice address = SLICE("");
	int64_t report;

	if (mark(bounce, &report, &address) != ST_OK)
		return ST_TEMP;
	if (report == 0)
		return ST_OK;
	store_bind_text(note, 1, address);
	store_bind_int(note, 2, bounce->now + REPORTING_SILENT);
	store_bind_int(note, 3, report);
	store_bind_int(note, 4, bounce->now);
	store_bind_int(note, 5, REPORTING_SILENT);
	return store_run(note);
}

static enum status
take(struct bounce *bounce, struct slice raw)
{
	enum status st;

	if (!reporting_bounce_failed(raw, bounce->arena))
		return ST_OK;
	st = reporting_store_secret(bounce->store, bounce->arena, &bounce->secret);
	if (st == ST_OK)
		st = find_mail(bounce, raw);
	if (st != ST_OK)
		return st == ST_BAD ? ST_OK : st;
	st = store_begin(bounce->store);
	if (st == ST_OK)
		st = suppress(bounce);
	if (st == ST_OK)
		return store_commit(bounce->store);
	store_rollback(bounce->store);
	return st;
}

/* Reads the beginning of stdin; discards the rest, so that the writer does not get EPIPE. */
static bool
read_stdin(struct arena *arena, struct slice *raw)
{
	char *bytes = arena_bytes(arena, BOUNCE_OCTETS), rest[4096];
	ssize_t got = read_bytes(STDIN_FILENO, bytes, BOUNCE_OCTETS), more;

	if (got < 0)
		return false;
	*raw = slice_make(bytes, (size_t)got);
	if (got < BOUNCE_OCTETS)
		return true;
	do
		more = read(STDIN_FILENO, rest, sizeof rest);
	while (more > 0 || (more < 0 && errno == EINTR));
	return true;
}

/* Returns 75, because with any other failure status the mail server would bounce the bounce. */
static int
fail(enum reporting_error why, struct arena *arena)
{
	const struct error error = reporting_error(why);

	error_print(&error, arena);
	return EXIT_TEMPFAIL;
}

/* Opens crypto and store, and gives up all other rights before the bounce is read. */
static int
open_bounce(struct bounce *bounce)
{
	const struct options *options = bounce->options;
	struct confinement confinement;
	struct error error;
	int status;

	if (options->report_from == NULL && options->bounce_address == NULL)
		return fail(REPORTING_E_NO_ADDRESS, bounce->arena);
	bounce->crypto = crypto_new();
	if (bounce->crypto == NULL)
		return fail(REPORTING_E_NO_MEMORY, bounce->arena);
	status = store_open_command(options->store, STORE_WRITE, bounce->arena, &bounce->store);
	if (status != 0 || confine(options, bounce->arena, &confinement, &error) == ST_OK)
		return status;
	error_print(&error, bounce->arena);
	return EXIT_TEMPFAIL;
}

int
reporting_bounce_main(const struct options *options, struct arena *arena)
{
	struct bounce bounce = {
		.options = options,
		.arena = arena,
		.now = options_now(options),
	};
	int status = open_bounce(&bounce);
	struct slice raw;

	if (!read_stdin(arena, &raw) && status == 0) /* to the end, whatever failed */
		status = fail(REPORTING_E_NOT_READ, arena);
	if (status == 0 && take(&bounce, raw) != ST_OK)
		status = store_failed(bounce.store);
	store_close(bounce.store);
	crypto_free(bounce.crypto);
	return status == 0 ? 0 : EXIT_TEMPFAIL;
}
