#include "filter/out/smtp_client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/out/smtp_dialogue.h"

enum { COMMAND_MAX = 2048, READ_SIZE = 64 * 1024 };

struct sending {
	const struct smtp_job *job;
	struct smtp_dialogue *d;
	bool has_8bit;
};

static struct slice
client_address(struct sending *s)
{
	const struct ip *ip = &s->job->envelope->client_ip;
	struct buf text;

	if (ip->family != 6)
		return ip_text(ip, s->d->arena);
	buf_init(&text, s->d->arena, COMMAND_MAX);
	buf_adds(&text, "IPv6:");
	buf_add(&text, ip_text(ip, s->d->arena));
	return buf_slice(&text);
}

static bool
forward_client(struct sending *s)
{
	const struct envelope *envelope = s->job->envelope;
	const struct smtp_attribute attributes[] = {
		{"NAME", envelope->client_name},
		{"ADDR", client_address(s)},
		{"HELO", envelope->helo},
		{"PROTO", SLICE_INIT("ESMTP")},
		{"SOURCE", SLICE_INIT("REMOTE")},
		{"IDENT", envelope->queue_id},
	};

	return envelope->client_ip.family == 0 ||
	       smtp_xforward(s->d, attributes, sizeof attributes / sizeof attributes[0]);
}

/*
 * Is the address safe between < and >? It came from a mail server, but must not be able to inject a
 * parameter.
 */
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
send_path(struct sending *s, const char *verb, struct slice path, const char *parameters)
{
	struct buf line;

	if (!is_path(path))
		return smtp_fail(s->d, DELIVERY_E_ADDRESS);
	buf_init(&line, s->d->arena, COMMAND_MAX);
	buf_addf(&line, "%s:<", verb);
	buf_add(&line, path);
	buf_addf(&line, ">%s", parameters);
	if (line.over)
		return smtp_fail(s->d, DELIVERY_E_LONG_ADDRESS);
	return smtp_command(s->d, buf_slice(&line), verb, 2, NULL);
}

static bool
send_envelope(struct sending *s)
{
	const struct envelope *envelope = s->job->envelope;
	const struct smtp_offer *offer = &s->d->offer;
	const bool names = envelope_8bit(envelope);
	char size[32] = "", parameters[80];

	if (names && !offer->utf8)
		return smtp_fail(s->d, DELIVERY_E_NO_UTF8);
	if (offer->size)
		snprintf(size, sizeof size, " SIZE=%" PRId64, s->job->size);
	snprintf(parameters, sizeof parameters, "%s%s%s", size,
		s->has_8bit && offer->eight_bit ? " BODY=8BITMIME" : "", names ? " SMTPUTF8" : "");
	if (!send_path(s, "MAIL FROM", envelope->mail_from, parameters))
		return false;
	for (size_t i = 0; i < envelope->nrcpts; i++)
		if (!send_path(s, "RCPT TO", envelope->rcpts[i], ""))
			return false;
	return true;
}

/*
 * Sets has_8bit if the file contains an 8-bit octet, so that MAIL needs BODY=8BITMIME. The file's
 * offset is unchanged. False if the file cannot be read.
 */
static bool
look_through(struct sending *s)
{
	char *bytes = arena_bytes(s->d->arena, READ_SIZE);
	off_t at = lseek(s->job->fd, 0, SEEK_CUR);

	while (!s->has_8bit) {
		ssize_t n = pread(s->job->fd, bytes, READ_SIZE, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 || smtp_fail(s->d, DELIVERY_E_NOT_READ);
		s->has_8bit = !slice_is_ascii(slice_make(bytes, (size_t)n));
		at += n;
	}
	return true;
}

static bool
dialogue(struct sending *s)
{
	const struct envelope *envelope = s->job->envelope;
	struct smtp_dialogue *d = s->d;

	if (envelope->path == PATH_UNKNOWN)
		return smtp_fail(d, DELIVERY_E_NO_PATH);
	if (envelope->nrcpts == 0)
		return smtp_fail(d, DELIVERY_E_NO_RECIPIENTS);
	return look_through(s) && smtp_begin(d, s->job->next_hop, s->job->our_name) &&
	       forward_client(s) && send_envelope(s) &&
	       smtp_command(d, SLICE("DATA"), "DATA", 3, NULL) &&
	       smtp_text(d, s->job->fd, s->job->size) &&
	       smtp_command(d, SLICE("."), "the message", 2, NULL);
}

enum status
smtp_send(const struct smtp_job *job, struct arena *arena, struct error *error)
{
	struct smtp_dialogue *d = arena_alloc(arena, sizeof *d);
	struct sending sending = {.job = job, .d = d};
	bool done;

	d->arena = arena;
	d->wire.fd = -1;
	d->wire.until_ms = clock_ms() + job->timeout * 1000;
	done = dialogue(&sending);
	smtp_end(d);
	*error = d->error;
	return done ? ST_OK : ST_TEMP;
}
