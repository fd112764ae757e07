#include "filter/proxy/session.h"

#include <unistd.h>

#include "filter/intake/envelope.h"
#include "filter/io/clock.h"
#include "filter/out/smtp_dialogue.h"
#include "filter/proxy/channel.h"
#include "filter/proxy/command.h"
#include "filter/proxy/data.h"
#include "filter/settings/hostname.h"

enum {
	COMMANDS_MAX = 100000, /* commands per connection; no transaction needs as many */
	ANSWER_MAX = SMTP_LINES * (SMTP_LINE + 8), /* more than the size of any reply */
	GREETING_MAX = 2048,
	READ_MS = 300 * 1000, /* time limit for the client (RFC 5321 4.5.3.2) */
	HOP_MS = 60 * 1000,   /* time limit for the next hop; smtpd waits 100 s for our answer */
	CLOCK_MS = 60 * 1000, /* time from the final dot to the answer */
	KEPT_MS = 15 * 1000,  /* of CLOCK_MS, reserved for the next hop's answer */
	JUDGE_MS = 30 * 1000, /* of CLOCK_MS, the maximum for the evaluation */
};

struct proxy {
	const struct options *given;
	struct options options; /* returned by proxy_options */
	struct arena *arena;
	const char *our_name;
	struct error error;
	struct proxy_channel channel;

	struct smtp_dialogue hop;
	bool hop_begun;
	struct proxy_client client;
	bool mail;
	const char *path;
	struct strings rcpts; /* recipients accepted by the next hop, at most ENVELOPE_RCPTS */
	bool has_rcpt;

	struct proxy_data data;
	bool in_data;     /* 354 was sent */
	int64_t until_ms; /* deadline for the answer; 0 before the final dot */
	bool answered;    /* the message was answered */
	unsigned commands;

	char text[PROXY_IN + 1]; /* the part of the message that was received but not pulled */
	size_t text_at, text_n;
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
respond(struct proxy *proxy, const char *line)
{
	struct buf out;

	buf_init(&out, proxy->arena, GREETING_MAX);
	buf_adds(&out, line);
	buf_adds(&out, "\r\n");
	proxy_channel_put(&proxy->channel, buf_slice(&out));
}

struct proxy *
proxy_open(const struct options *options, struct arena *arena)
{
	struct proxy *proxy = arena_alloc(arena, sizeof *proxy);

	proxy->given = options;
	proxy->options = *options;
	proxy->arena = proxy->hop.arena = arena;
	proxy->channel.read_ms = READ_MS;
	if (options->read_timeout > 0)
		proxy->channel.read_ms = least(options->read_timeout * 1000, READ_MS);
	proxy->hop.wire.fd = -1;
	(void)alarm(HOP_MS / 1000);
	proxy->our_name = hostname_get(arena);
	return proxy;
}

/* Sets the deadline for the next answer of the next hop. */
static void
set_hop_clock(struct proxy *proxy)
{
	int64_t until_ms = clock_ms() + least(proxy->given->command_timeout * 1000, HOP_MS);

	if (proxy->until_ms > 0)
		until_ms = least(until_ms, proxy->until_ms);
	proxy->hop.wire.until_ms = until_ms;
	(void)alarm((unsigned)(HOP_MS / 1000 + PROXY_SPARE_S));
}

static void
add_offer(struct buf *out, bool offered, const char *line)
{
	if (offered)
		buf_addf(out, "250-%s\r\n", line);
}

static void
ehlo(struct proxy *proxy)
{
	const struct smtp_offer *offer = &proxy->hop.offer;
	struct buf out;

	if (!proxy->hop_begun) {
		set_hop_clock(proxy);
		proxy->hop_begun = smtp_begin(&proxy->hop, proxy->given->next_hop, proxy->our_name);
	}
	if (!proxy->hop_begun) {
		proxy->error = proxy->hop.error;
		smtp_end(&proxy->hop);
		respond(proxy, "451 4.3.0 The next hop cannot be reached");
		return;
	}
	buf_init(&out, proxy->arena, GREETING_MAX + SMTP_LINE);
	buf_addf(&out, "250-%s\r\n", proxy->our_name);
	add_offer(&out, offer->eight_bit, "8BITMIME");
	add_offer(&out, offer->utf8, "SMTPUTF8");
	add_offer(&out, offer->dsn, "DSN");
	add_offer(&out, offer->codes, "ENHANCEDSTATUSCODES");
	if (offer->size) {
		buf_adds(&out, offer->most.n > 0 ? "250-SIZE " : "250-SIZE");
		buf_add(&out, offer->most);
		buf_adds(&out, "\r\n");
	}
	buf_adds(&out, "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n");
	proxy_channel_put(&proxy->channel, buf_slice(&out));
}

/*
 * Relays a command to the next hop, and its answer to the client. An answer other than 2xx is
 * relayed only if it is a refusal; otherwise the client gets 451.
 */
static bool
relay(struct proxy *proxy, struct slice line, const char *name)
{
	struct buf whole;
	bool done;

	buf_init(&whole, proxy->arena, ANSWER_MAX);
	set_hop_clock(proxy);
	done = smtp_command(&proxy->hop, line, name, 2, &whole);
	if (done || (whole.n > 0 && (whole.p[0] == '4' || whole.p[0] == '5'))) {
		proxy_channel_put(&proxy->channel, buf_slice(&whole));
		return done;
	}
	proxy->error = proxy->hop.error;
	respond(proxy, "451 4.3.0 The next hop does not answer");
	return false;
}

static bool
forward_client(struct proxy *proxy)
{
	const struct proxy_client *client = &proxy->client;
	const struct smtp_attribute attributes[] = {
		{"NAME", client->name},
		{"ADDR", client->address},
		{"PORT", client->port},
		{"HELO", client->helo},
		{"PROTO", client->protocol},
		{"SOURCE", client->source},
		{"IDENT", client->ident},
	};

	set_hop_clock(proxy);
	if (smtp_xforward(&proxy->hop, attributes, sizeof attributes / sizeof attributes[0]))
		return true;
	proxy->error = proxy->hop.error;
	respond(proxy, "451 4.3.0 The next hop does not answer");
	return false;
}

static void
mail(struct proxy *proxy, const struct proxy_command *command)
{
	struct ip ip;

	if (!proxy_client_ip(&proxy->client, &ip)) {
		proxy->error = delivery_error(DELIVERY_E_NO_CLIENT);
		respond(proxy, "451 4.7.0 No client address");
		return;
	}
	if (!forward_client(proxy) || !relay(proxy, command->line, "MAIL FROM"))
		return;
	proxy->mail = true;
	proxy->path = arena_cstr(proxy->arena, command->path);
}

static void
rcpt(struct proxy *proxy, const struct proxy_command *command)
{
	if (!relay(proxy, command->line, "RCPT TO"))
		return;
	proxy->has_rcpt = true;
	if (proxy->rcpts.v == NULL)
		proxy->rcpts.v = arena_array(proxy->arena, ENVELOPE_RCPTS, sizeof *proxy->rcpts.v);
	if (proxy->rcpts.n < ENVELOPE_RCPTS)
		proxy->rcpts.v[proxy->rcpts.n++] = arena_cstr(proxy->arena, command->path);
}

/* Returns the answer to a command out of order (RFC 5321 4.1.4), or NULL. */
static const char *
out_of_order(const struct proxy *proxy, enum proxy_verb verb)
{
	const bool transaction = verb == PROXY_MAIL || verb == PROXY_RCPT || verb == PROXY_DATA;

	if (transaction && proxy->answered)
		return "451 4.3.0 One message a connection";
	if ((transaction || verb == PROXY_RSET) && !proxy->hop_begun)
		return "503 5.5.1 Say EHLO first";
	if ((verb == PROXY_MAIL || verb == PROXY_XFORWARD) && proxy->mail)
		return "503 5.5.1 There is a transaction already";
	if ((verb == PROXY_RCPT || verb == PROXY_DATA) && !proxy->mail)
		return "503 5.5.1 Say MAIL first";
	if (verb == PROXY_DATA && !proxy->has_rcpt)
		return "554 5.5.1 No valid recipients";
	return NULL;
}

static void
act(struct proxy *proxy, const struct proxy_command *command)
{
	switch (command->verb) {
	case PROXY_EHLO:
		ehlo(proxy);
		break;
	case PROXY_XFORWARD:
		respond(proxy, proxy_xforward(command->rest, proxy->arena, &proxy->client)
				       ? "250 2.0.0 Ok"
				       : "501 5.5.4 Bad XFORWARD");
		break;
	case PROXY_MAIL:
		mail(proxy, command);
		break;
	case PROXY_RCPT:
		rcpt(proxy, command);
		break;
	case PROXY_RSET:
		proxy->mail = proxy->has_rcpt = false;
		proxy->rcpts.n = 0;
		if (proxy->answered)
			respond(proxy, "250 2.0.0 Ok");
		else
			(void)relay(proxy, command->line, "RSET");
		break;
	case PROXY_NOOP:
		respond(proxy, "250 2.0.0 Ok");
		break;
	case PROXY_QUIT:
		respond(proxy, "221 2.0.0 Bye");
		break;
	case PROXY_BAD_PATH:
		respond(proxy, "501 5.1.7 Bad address syntax");
		break;
	case PROXY_BAD_LINE:
		respond(proxy, "500 5.5.2 Bad line");
		break;
	case PROXY_DATA:
	case PROXY_OTHER:
		respond(proxy, "502 5.5.1 Not known here");
		break;
	}
}

/* Reads commands up to a DATA that may be followed by a message, or to the end of the session. */
static enum proxy_turn
commands(struct proxy *proxy)
{
	struct slice line;

	while (!proxy->channel.gone && proxy->commands++ < COMMANDS_MAX &&
		proxy_channel_line(&proxy->channel, &line)) {
		struct proxy_command command = proxy_command_read(line);
		const char *wrong = out_of_order(proxy, command.verb);

		if (wrong != NULL)
			respond(proxy, wrong);
		else if (command.verb == PROXY_DATA)
			return PROXY_TURN_DATA;
		else
			act(proxy, &command);
		if (command.verb == PROXY_QUIT)
			break;
	}
	return PROXY_TURN_END;
}

enum proxy_turn
proxy_converse(struct proxy *proxy, struct error *error)
{
	struct buf greeting;
	enum proxy_turn turn;

	buf_init(&greeting, proxy->arena, GREETING_MAX);
	buf_addf(&greeting, "220 %s ESMTP\r\n", proxy->our_name);
	proxy_channel_put(&proxy->channel, buf_slice(&greeting));
	turn = commands(proxy);
	*error = proxy->error;
	return turn;
}

static const char *
optional(struct proxy *proxy, struct slice value)
{
	return value.n == 0 ? NULL : arena_cstr(proxy->arena, value);
}

const struct options *
proxy_options(struct proxy *proxy)
{
	struct options *options = &proxy->options;
	const struct proxy_client *client = &proxy->client;
	struct ip ip;

	options->authenticated = NULL; /* smtpd does not forward the user name */
	options->deadline_ms = least(options->deadline_ms, JUDGE_MS);
	if (proxy_client_ip(client, &ip))
		options->client_ip = arena_cstr(proxy->arena, ip_text(&ip, proxy->arena));
	options->client_name = optional(proxy, client->name);
	options->helo = optional(proxy, client->helo);
	options->queue_id = optional(proxy, client->ident);
	options->mail_from = proxy->path;
	options->rcpts = proxy->rcpts;
	return options;
}

/* Reads more of the message into text, unless it is complete; false if nothing arrives. */
static bool
take_data(struct proxy *proxy, enum fault *fault)
{
	if (!proxy->in_data) {
		proxy->in_data = true;
		respond(proxy, "354 End data with <CR><LF>.<CR><LF>");
	}
	proxy->text_at = proxy->text_n = 0;
	while (proxy->text_n == 0 && !proxy->data.done) {
		if (proxy->channel.in_at == proxy->channel.in_n &&
			!proxy_channel_fill(&proxy->channel)) {
			*fault = proxy->channel.late ? FAULT_NOT_IN_TIME : FAULT_CLIENT_LEFT;
			return false;
		}
		proxy->channel.in_at += proxy_data_take(&proxy->data,
			slice_make(proxy->channel.in + proxy->channel.in_at,
				proxy->channel.in_n - proxy->channel.in_at),
			proxy->text, &proxy->text_n);
		if (proxy->data.done) {
			proxy->until_ms = clock_ms() + CLOCK_MS;
			(void)alarm((unsigned)(CLOCK_MS / 1000 + PROXY_SPARE_S));
		}
	}
	return true;
}

long
proxy_pull(void *arg, char *buffer, size_t size, enum fault *fault)
{
	struct proxy *proxy = arg;

	if (proxy->text_at == proxy->text_n && !take_data(proxy, fault))
		return -1;
	size = size < proxy->text_n - proxy->text_at ? size : proxy->text_n - proxy->text_at;
	memcpy(buffer, proxy->text + proxy->text_at, size);
	proxy->text_at += size;
	return (long)size;
}

bool
proxy_is_bare(const struct proxy *proxy)
{
	return proxy->data.bare;
}

/*
 * Reads and discards the rest of the message: the client must have sent everything before it is
 * answered.
 */
static void
drain(struct proxy *proxy)
{
	enum fault fault;

	while (proxy->in_data && !proxy->data.done && take_data(proxy, &fault))
		continue;
}

void
proxy_answer(struct proxy *proxy, struct slice line)
{
	if (proxy->answered)
		return;
	drain(proxy);
	proxy->answered = true;
	proxy_channel_put(&proxy->channel, line);
	proxy_channel_put(&proxy->channel, SLICE("\r\n"));
	smtp_end(&proxy->hop);
}

/* Sends the final dot only if there is time left to relay the answer. */
static bool
end_text(struct proxy *proxy, struct buf *whole)
{
	struct smtp_dialogue *hop = &proxy->hop;
	const bool there = proxy_channel_is_quiet(&proxy->channel);

	if (!there || clock_ms() > proxy->until_ms - KEPT_MS) {
		hop->wire.failed =
			true; /* without the final dot, the next hop discards the message */
		return smtp_fail(hop, there ? DELIVERY_E_TOO_LATE : DELIVERY_E_CLIENT_LEFT);
	}
	set_hop_clock(proxy);
	return smtp_command(hop, SLICE("."), "the message", 2, whole);
}

enum status
proxy_hand_on(struct proxy *proxy, int fd, int64_t size, struct error *error)
{
	struct smtp_dialogue *hop = &proxy->hop;
	struct buf whole, data;
	bool begun, done = false;

	buf_init(&whole, proxy->arena, ANSWER_MAX);
	buf_init(&data, proxy->arena, ANSWER_MAX);
	set_hop_clock(proxy);
	begun = smtp_command(hop, SLICE("DATA"), "DATA", 3, &data);
	if (!begun)
		whole = data;
	else
		done = smtp_text(hop, fd, size) && end_text(proxy, &whole);
	*error = done ? delivery_error(DELIVERY_E_NONE) : hop->error;
	if (!done && (whole.n == 0 || (whole.p[0] != '4' && whole.p[0] != '5'))) {
		smtp_end(hop);
		return ST_TEMP;
	}
	proxy->answered = true;
	proxy_channel_put(&proxy->channel, buf_slice(&whole));
	smtp_end(hop);
	return done ? ST_OK : ST_BAD;
}

void
proxy_close(struct proxy *proxy)
{
	smtp_end(&proxy->hop);
	if (!proxy->channel.gone)
		(void)commands(proxy);
	(void)alarm(0);
}
