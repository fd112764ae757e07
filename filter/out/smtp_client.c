#include "filter/out/smtp_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/out/smtp_wire.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { COMMAND_MAX = 2048, READ_SIZE = 64 * 1024, ERROR_TEXT = 512, XFORWARD_VALUE = 255 };
enum { XFORWARD_LINE = 500 }; /* with the line end: RFC 5321 4.5.3.1.4 */

/* what the server's EHLO offers */
struct offer {
	bool size, eight_bit, utf8;
	struct slice xforward; /* the attributes' names, separated by spaces */
};

struct dialogue {
	const struct smtp_job *job;
	struct arena *arena;
	struct smtp_wire *wire;
	struct offer offer;
	bool has_8bit;
	const char *error;
};

static bool
fail(struct dialogue *d, const char *why)
{
	d->error = why;
	return false;
}

/* "the next hop answered RCPT with 450 4.2.0 ..." */
static bool
refused(struct dialogue *d, const char *command, const struct smtp_reply *reply)
{
	struct buf text;

	if (reply->code == 0)
		return fail(d, "the next hop did not answer, or not in time");
	buf_init(&text, d->arena, (size_t)ERROR_TEXT * 2);
	buf_addf(&text, "the next hop answered %s with %d %s", command, reply->code,
		printable(slice_str(reply->text), ERROR_TEXT, d->arena));
	buf_addc(&text, '\0');
	return fail(d, text.over ? "the next hop refused the message" : text.p);
}

/* A command without its line end; true where the answer is of that hundred. */
static bool
command(struct dialogue *d, struct slice line, const char *name, int hundred)
{
	struct smtp_reply reply;

	if (d->wire->in_n > 0)
		return fail(d, "the next hop answered what it was not asked");
	smtp_put(d->wire, line);
	smtp_put(d->wire, SLICE("\r\n"));
	smtp_read(d->wire, &reply, NULL, NULL);
	return reply.code / 100 == hundred || refused(d, name, &reply);
}

static bool
is_keyword(struct slice line, struct slice keyword)
{
	return slice_istarts(line, keyword) && (line.n == keyword.n || line.p[keyword.n] == ' ');
}

static void
note_offer(void *arg, struct slice line)
{
	struct dialogue *d = arg;
	const struct slice xforward = SLICE("XFORWARD");

	if (is_keyword(line, SLICE("SIZE")))
		d->offer.size = true;
	else if (is_keyword(line, SLICE("8BITMIME")))
		d->offer.eight_bit = true;
	else if (is_keyword(line, SLICE("SMTPUTF8")))
		d->offer.utf8 = true;
	else if (is_keyword(line, xforward))
		d->offer.xforward =
			slice_str(arena_cstr(d->arena, slice_trim(slice_from(line, xforward.n))));
}

static bool
greet(struct dialogue *d)
{
	struct smtp_reply reply;

	smtp_read(d->wire, &reply, NULL, NULL);
	if (reply.code / 100 != 2)
		return refused(d, "the connection", &reply);
	smtp_put(d->wire, SLICE("EHLO "));
	smtp_put(d->wire, slice_str(d->job->our_name));
	smtp_put(d->wire, SLICE("\r\n"));
	smtp_read(d->wire, &reply, note_offer, d);
	return reply.code / 100 == 2 || refused(d, "EHLO", &reply);
}

static bool
offers_attribute(const struct offer *offer, struct slice name)
{
	struct slice rest = offer->xforward;

	while (rest.n > 0) {
		struct slice word = slice_head(rest, slice_find(rest, ' '));

		if (slice_ieq(word, name))
			return true;
		rest = slice_from(rest, word.n + 1);
	}
	return false;
}

/* xtext of RFC 3461 4; what is unknown, or too long for the server, is [UNAVAILABLE] */
static void
put_xtext(struct buf *out, struct slice value)
{
	if (value.n == 0 || value.n > XFORWARD_VALUE) {
		buf_adds(out, "[UNAVAILABLE]");
		return;
	}
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] >= '!' && value.p[i] <= '~' && value.p[i] != '+' &&
			value.p[i] != '=')
			buf_addc(out, value.p[i]);
		else
			buf_addf(out, "+%02X", (unsigned char)value.p[i]);
}

static struct slice
client_address(struct dialogue *d)
{
	const struct ip *ip = &d->job->envelope->client_ip;
	struct buf text;

	if (ip->family != 6)
		return ip_text(ip, d->arena);
	buf_init(&text, d->arena, COMMAND_MAX);
	buf_adds(&text, "IPv6:");
	buf_add(&text, ip_text(ip, d->arena));
	return buf_slice(&text);
}

/*
 * Who handed the message over, for the server's log and Received; as many commands as it takes. A
 * server that refuses an attribute goes without: that delays no mail.
 */
static bool
forward_client(struct dialogue *d)
{
	const struct envelope *envelope = d->job->envelope;
	const struct {
		const char *name;
		struct slice value;
	} attributes[] = {
		{"NAME", envelope->client_name},
		{"ADDR", client_address(d)},
		{"HELO", envelope->helo},
		{"PROTO", SLICE_INIT("ESMTP")},
		{"SOURCE", SLICE_INIT("REMOTE")},
		{"IDENT", envelope->queue_id},
	};
	struct smtp_reply reply;

	if (envelope->client_ip.family == 0)
		return true;
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
		struct buf line;

		if (!offers_attribute(&d->offer, slice_str(attributes[i].name)))
			continue;
		buf_init(&line, d->arena, XFORWARD_LINE);
		buf_addf(&line, "XFORWARD %s=", attributes[i].name);
		put_xtext(&line, attributes[i].value);
		if (line.over)
			continue;
		smtp_put(d->wire, buf_slice(&line));
		smtp_put(d->wire, SLICE("\r\n"));
		smtp_read(d->wire, &reply, NULL, NULL);
		if (reply.code == 0 || reply.code / 100 == 4)
			return refused(d, "XFORWARD", &reply);
	}
	return true;
}

/* May it be between < and >? A mail server wrote it, but nobody may add a parameter by it. */
static bool
is_path(struct slice path)
{
	bool quoted = false, escaped = false;

	for (size_t i = 0; i < path.n; i++) {
		const char c = path.p[i];

		if (c == '\r' || c == '\n' || c == '\0')
			return false;
		if (!quoted && (c == '<' || c == '>' || (unsigned char)c <= ' '))
			return false;
		if (escaped)
			escaped = false;
		else if (quoted && c == '\\')
			escaped = true;
		else if (c == '"')
			quoted = !quoted;
	}
	return !quoted;
}

static bool
envelope_8bit(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->nrcpts; i++)
		if (!slice_is_ascii(envelope->rcpts[i]))
			return true;
	return !slice_is_ascii(envelope->mail_from);
}

static bool
send_path(struct dialogue *d, const char *verb, struct slice path, const char *parameters)
{
	struct buf line;

	if (!is_path(path))
		return fail(d, "an address of the envelope cannot be written in SMTP");
	buf_init(&line, d->arena, COMMAND_MAX);
	buf_addf(&line, "%s:<", verb);
	buf_add(&line, path);
	buf_addf(&line, ">%s", parameters);
	if (line.over)
		return fail(d, "an address of the envelope is too long");
	return command(d, buf_slice(&line), verb, 2);
}

static bool
send_envelope(struct dialogue *d)
{
	const struct envelope *envelope = d->job->envelope;
	const bool names = envelope_8bit(envelope);
	char size[32] = "", parameters[80];

	if (names && !d->offer.utf8)
		return fail(d, "the next hop does not offer SMTPUTF8, which an address needs");
	if (d->offer.size)
		snprintf(size, sizeof size, " SIZE=%" PRId64, d->job->size);
	snprintf(parameters, sizeof parameters, "%s%s%s", size,
		d->has_8bit && d->offer.eight_bit ? " BODY=8BITMIME" : "",
		names ? " SMTPUTF8" : "");
	if (!send_path(d, "MAIL FROM", envelope->mail_from, parameters))
		return false;
	for (size_t i = 0; i < envelope->nrcpts; i++)
		if (!send_path(d, "RCPT TO", envelope->rcpts[i], ""))
			return false;
	return true;
}

/* Is there an 8-bit octet, so that MAIL can say it? The offset stays where it is. */
static bool
look_through(struct dialogue *d)
{
	char *bytes = arena_alloc(d->arena, READ_SIZE);
	off_t at = lseek(d->job->fd, 0, SEEK_CUR);

	while (!d->has_8bit) {
		ssize_t n = pread(d->job->fd, bytes, READ_SIZE, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 || fail(d, "the message could not be read again");
		d->has_8bit = !slice_is_ascii(slice_make(bytes, (size_t)n));
		at += n;
	}
	return true;
}

/* where in a line the data is, from one read to the next */
struct place {
	bool at_start;
	bool cr; /* a CR was read, and nothing behind it yet */
};

static void
put_data(struct smtp_wire *wire, struct place *place, struct slice bytes)
{
	size_t from = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		const char c = bytes.p[i];

		if (place->cr && c != '\n') {
			smtp_put(wire, SLICE(" ")); /* the CR was bare */
			place->at_start = false;
		}
		if (c == '\r' || c == '\n') {
			smtp_put(wire, slice_make(bytes.p + from, i - from));
			from = i + 1;
		}
		place->cr = c == '\r';
		if (place->cr)
			continue;
		if (c == '\n')
			smtp_put(wire, SLICE("\r\n"));
		else if (c == '.' && place->at_start)
			smtp_put(wire, SLICE("."));
		place->at_start = c == '\n';
	}
	smtp_put(wire, slice_from(bytes, from));
}

static bool
send_data(struct dialogue *d)
{
	char *bytes = arena_alloc(d->arena, READ_SIZE);
	struct place place = {.at_start = true};
	int64_t left = d->job->size;

	if (!command(d, SLICE("DATA"), "DATA", 3))
		return false;
	while (left > 0) {
		ssize_t n = read(
			d->job->fd, bytes, left < READ_SIZE ? (size_t)left : (size_t)READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			d->wire->failed = true; /* without its end the server keeps nothing */
			return fail(d, "the message could not be read again");
		}
		put_data(d->wire, &place, slice_make(bytes, (size_t)n));
		left -= n;
	}
	if (place.cr)
		smtp_put(d->wire, SLICE(" "));
	if (place.cr || !place.at_start)
		smtp_put(d->wire, SLICE("\r\n"));
	return command(d, SLICE("."), "the message", 2);
}

static bool
dialogue(struct dialogue *d)
{
	const struct envelope *envelope = d->job->envelope;

	if (envelope->path == PATH_UNKNOWN)
		return fail(d, "--next-hop needs the reverse-path");
	if (envelope->nrcpts == 0)
		return fail(d, "--next-hop needs the recipients (--rcpt)");
	return look_through(d) && greet(d) && forward_client(d) && send_envelope(d) && send_data(d);
}

enum status
smtp_send(const struct smtp_job *job, struct arena *arena, const char **error)
{
	struct smtp_wire *wire = arena_alloc(arena, sizeof *wire);
	struct dialogue d = {.job = job, .arena = arena, .wire = wire};
	bool done;

	wire->until_ms = clock_ms() + job->timeout * 1000;
	if (!smtp_connect(wire, job->next_hop)) {
		*error = "the next hop cannot be reached";
		return ST_TEMP;
	}
	done = dialogue(&d);
	if (!wire->failed) { /* the answer says nothing about the message */
		smtp_put(wire, SLICE("QUIT\r\n"));
		(void)smtp_flush(wire);
	}
	smtp_close(wire);
	*error = d.error;
	return done ? ST_OK : ST_TEMP;
}
