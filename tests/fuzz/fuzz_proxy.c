/*
 * what an SMTP client sends to --profile postfix-proxy: the first octet is the size of the pieces
 * in which it arrives; lines up to DATA are commands, the message follows
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/proxy/command.h"
#include "filter/proxy/data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECE_MAX = 256 };

static bool
has_line_end(struct slice text)
{
	return slice_find(text, '\r') < text.n || slice_find(text, '\n') < text.n ||
	       slice_find(text, '\0') < text.n;
}

/* A relayed command is one line, and its path is inside it. */
static void
check(const struct proxy_command *command, struct arena *arena, struct proxy_client *client)
{
	const bool path = command->verb == PROXY_MAIL || command->verb == PROXY_RCPT;
	struct ip ip;

	assert(command->verb == PROXY_BAD_LINE || !has_line_end(command->line));
	if (path) {
		assert(command->path.n > 0 && command->path.p >= command->line.p);
		assert(command->path.p + command->path.n <= command->line.p + command->line.n);
		assert(command->path.p[0] != '<' || command->path.p[command->path.n - 1] == '>');
	}
	if (command->verb == PROXY_XFORWARD && proxy_xforward(command->rest, arena, client)) {
		assert(slice_find(client->helo, '\0') == client->helo.n);
		if (proxy_client_ip(client, &ip))
			assert(ip.family == 4 || ip.family == 6);
	}
}

/* A message in which no bare CR or LF was reported has CR and LF only in pairs. */
static void
check_message(struct slice message, bool bare)
{
	for (size_t i = 0; !bare && i < message.n; i++) {
		if (message.p[i] == '\n')
			assert(i > 0 && message.p[i - 1] == '\r');
		if (message.p[i] == '\r' && i + 1 < message.n)
			assert(message.p[i + 1] == '\n');
	}
}

static void
take(struct slice wire, size_t piece, struct arena *arena)
{
	struct proxy_data data = {0};
	char *out = arena_bytes(arena, wire.n + 1), text[PIECE_MAX + 1];
	size_t at = 0, n = 0;

	while (at < wire.n && !data.done) {
		struct slice some = slice_head(slice_from(wire, at), piece);
		size_t got, taken = proxy_data_take(&data, some, text, &got);

		assert(taken > 0 && taken <= some.n && got <= some.n + 1);
		assert(n + got <= wire.n + 1);
		memcpy(out + n, text, got);
		n += got;
		at += taken;
	}
	if (data.done) {
		assert(at >= 3 && memcmp(wire.p + at - 3, ".\r\n", 3) == 0);
		assert(at == 3 || memcmp(wire.p + at - 5, "\r\n", 2) == 0);
		assert(n == 0 || data.bare || out[n - 1] == '\n');
	}
	check_message(slice_make(out, n), data.bare);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_client client = {.name = SLICE("")};
	struct slice rest;
	struct arena arena;

	if (size == 0)
		return 0;
	rest = slice_make((const char *)data + 1, size - 1);
	arena_init(&arena, NULL, NULL);
	while (rest.n > 0) {
		size_t n = slice_find(rest, '\n');
		struct slice line = slice_head(rest, n);
		struct proxy_command command;

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		command = proxy_command_read(line);
		check(&command, &arena, &client);
		rest = slice_from(rest, n + 1);
		if (command.verb == PROXY_DATA) {
			take(rest, data[0] == 0 ? PIECE_MAX : data[0], &arena);
			break;
		}
	}
	arena_clear(&arena);
	return 0;
}
