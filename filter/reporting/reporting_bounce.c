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
#include "filter/rules/bounce_parts.h"
#include "filter/sandbox/apart.h"
#include "filter/settings/confine.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "mime/address.h"
#include "mime/message.h"

enum {
	INPUT_OCTETS = 1024 * 1024, /* maximum number of octets that are read */
	FIELDS_MAX = 1000,
	FIELD_OCTETS = 65536,
	ADDRESSES_MAX = 100 /* addresses of a bounce that are examined */
};

static struct slice
field_value(const struct message *message, const char *name, struct arena *arena)
{
	const struct field *field = message_field(message, name, 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0 ? SLICE("")
								     : field_unfold(field, arena);
}

/* RFC 3464 2.3.3, 2.3.4 */
bool
reporting_status_failed(struct slice fields, struct arena *arena)
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

enum apart_end
reporting_bounce_failed(const struct apart *apart, struct address_gmime *gmime, struct slice raw,
	struct arena *arena, bool *failed)
{
	struct bounce_part *parts = arena_array(arena, BOUNCE_PARTS, sizeof *parts);
	struct message message;
	enum apart_end end;
	bool whole;
	size_t n;

	*failed = false;
	/* without the mbox line */
	message_parse(raw, FIELDS_MAX, FIELD_OCTETS, arena, &message);
	raw = slice_from(raw, (size_t)(message.header.p - raw.p));
	end = bounce_parts(apart, gmime, raw, arena, parts, &n, &whole);
	for (size_t i = 0; end == APART_DONE && i < n && !*failed; i++)
		*failed = parts[i].kind == BOUNCE_STATUS && !parts[i].attached &&
			  parts[i].bytes.p + parts[i].bytes.n != raw.p + raw.n &&
			  reporting_status_failed(parts[i].bytes, arena);
	return end;
}

/* finding the mail that bounced */

struct bounce {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct address_gmime *gmime;
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
		" until = CAST(?4 AS BIGINT) + (CAST(?5 AS BIGINT) << CAST(CASE WHEN"
		" out_suppressed.bounces < ?6 THEN out_suppressed.bounces ELSE ?6 END AS "
		"INTEGER))");
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
	store_bind_int(note, 6, REPORTING_SILENT_DOUBLED);
	return store_run(note);
}

/* Prints why the bounce could not be processed, and returns 75, with which it is tried again. */
static int
fail(enum reporting_error why, struct arena *arena)
{
	const struct error error = reporting_error(why);

	error_print(&error, arena);
	return EXIT_TEMPFAIL;
}

static enum status
store_it(struct bounce *bounce)
{
	enum status st = store_begin(bounce->store);

	if (st == ST_OK)
		st = suppress(bounce);
	if (st == ST_OK)
		return store_commit(bounce->store);
	store_rollback(bounce->store);
	return st;
}

/*
 * Returns the exit status. Only a bounce that is addressed to the reverse-path of a report gets to
 * GMime.
 */
static int
take(struct bounce *bounce, struct slice raw)
{
	enum status st = reporting_store_secret(bounce->store, bounce->arena, &bounce->secret);
	enum apart_end end;
	bool failed;

	if (st == ST_OK)
		st = find_mail(bounce, raw);
	if (st != ST_OK)
		return st == ST_BAD ? 0 : store_failed(bounce->store);
	/* if the process ended early, the cause may be the message or a lack of memory: try again
	 */
	end = reporting_bounce_failed(&sandbox_apart, bounce->gmime, raw, bounce->arena, &failed);
	if (end == APART_NO_SECCOMP)
		return fail(REPORTING_E_NO_SECCOMP, bounce->arena);
	if (end != APART_DONE)
		return fail(REPORTING_E_NO_PARTS, bounce->arena);
	return failed && store_it(bounce) != ST_OK ? store_failed(bounce->store) : 0;
}

/* Reads the beginning of stdin; discards the rest, so that the writer does not get EPIPE. */
static bool
read_stdin(struct arena *arena, struct slice *raw)
{
	char *bytes = arena_bytes(arena, INPUT_OCTETS), rest[4096];
	ssize_t got = read_bytes(STDIN_FILENO, bytes, INPUT_OCTETS), more;

	if (got < 0)
		return false;
	*raw = slice_make(bytes, (size_t)got);
	if (got < INPUT_OCTETS)
		return true;
	do
		more = read(STDIN_FILENO, rest, sizeof rest);
	while (more > 0 || (more < 0 && errno == EINTR));
	return true;
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
	bounce->gmime = address_gmime_open();
	if (bounce->crypto == NULL || bounce->gmime == NULL)
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
	if (status == 0)
		status = take(&bounce, raw);
	store_close(bounce.store);
	address_gmime_close(bounce.gmime);
	crypto_free(bounce.crypto);
	return status == 0 ? 0 : EXIT_TEMPFAIL;
}
