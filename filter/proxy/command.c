#include "filter/proxy/command.h"

#include "mime/scan.h"

static const struct {
	const char *word;
	enum proxy_verb verb;
} verbs[] = {
	{"EHLO", PROXY_EHLO},
	{"XFORWARD", PROXY_XFORWARD},
	{"MAIL", PROXY_MAIL},
	{"RCPT", PROXY_RCPT},
	{"DATA", PROXY_DATA},
	{"RSET", PROXY_RSET},
	{"NOOP", PROXY_NOOP},
	{"QUIT", PROXY_QUIT},
};

static bool
is_line(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '\r' || line.p[i] == '\n' || line.p[i] == '\0')
			return false;
	return true;
}

/*
 * Returns the length of a path: up to and including '>' or, without '<', up to a space; 0 if it is
 * not a path.
 */
static size_t
path_length(struct slice text)
{
	const bool brackets = text.n > 0 && text.p[0] == '<';
	bool quoted = false;

	for (size_t i = brackets ? 1 : 0; i < text.n; i++) {
		const char c = text.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '>' && brackets)
			return i + 1;
		else if (c == '<' || c == '>')
			return 0;
		else if (slice_is_blank(c))
			return brackets ? 0 : i;
	}
	return brackets || quoted ? 0 : text.n;
}

/*
 * Reads `FROM:<path> parameters`, or the same with TO. The next hop parses the line as well, so a
 * path that it might read differently is refused.
 */
static bool
read_path(struct proxy_command *command)
{
	struct slice text = command->rest;
	size_t n;

	if (!scan_word(&text, command->verb == PROXY_MAIL ? SLICE("FROM:") : SLICE("TO:")))
		return false;
	text = slice_trim(text);
	n = path_length(text);
	command->path = slice_head(text, n);
	return n > 0 && (n == text.n || slice_is_blank(text.p[n]));
}

struct proxy_command
proxy_command_read(struct slice line)
{
	struct proxy_command command = {.verb = PROXY_OTHER, .line = line};
	size_t n = slice_find(line, ' ');

	if (!is_line(line)) {
		command.verb = PROXY_BAD_LINE;
		return command;
	}
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (slice_ieq(slice_head(line, n), slice_str(verbs[i].word)))
			command.verb = verbs[i].verb;
	command.rest = slice_trim(slice_from(line, n));
	if ((command.verb == PROXY_MAIL || command.verb == PROXY_RCPT) && !read_path(&command))
		command.verb = PROXY_BAD_PATH;
	return command;
}

/*
 * Decodes xtext, where "+" and two hexadecimal digits are an octet; false for any other "+", or for
 * a NUL.
 */
static bool
decode(struct slice text, struct arena *arena, struct slice *value)
{
	char *p = arena_bytes(arena, text.n);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '+') {
			p[n++] = text.p[i];
			continue;
		}
		high = text.n - i > 2 ? slice_hex_digit(text.p[i + 1]) : -1;
		low = high < 0 ? -1 : slice_hex_digit(text.p[i + 2]);
		if (low < 0 || high * 16 + low == 0)
			return false;
		p[n++] = (char)(unsigned char)(high * 16 + low);
		i += 2;
	}
	*value = slice_make(p, n);
	return true;
}

static struct slice *
attribute(struct proxy_client *client, struct slice name)
{
	const struct {
		struct slice name;
		struct slice *value;
	} known[] = {
		{SLICE_INIT("NAME"), &client->name},
		{SLICE_INIT("ADDR"), &client->address},
		{SLICE_INIT("PORT"), &client->port},
		{SLICE_INIT("HELO"), &client->helo},
		{SLICE_INIT("IDENT"), &client->ident},
		{SLICE_INIT("PROTO"), &client->protocol},
		{SLICE_INIT("SOURCE"), &client->source},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_ieq(known[i].name, name))
			return known[i].value;
	return NULL;
}

bool
proxy_xforward(struct slice rest, struct arena *arena, struct proxy_client *client)
{
	struct proxy_client found = *client;

	if (rest.n == 0)
		return false;
	while (rest.n > 0) {
		struct slice word = slice_head(rest, slice_find(rest, ' '));
		size_t equals = slice_find(word, '=');
		struct slice *value = attribute(&found, slice_head(word, equals));

		if (equals == word.n || value == NULL)
			return false;
		/*
		 * compares the text before decoding: an encoded "[UNAVAILABLE]" is an ordinary
		 * value
		 */
		if (slice_ieq(slice_from(word, equals + 1), SLICE("[UNAVAILABLE]")))
			*value = SLICE("");
		else if (!decode(slice_from(word, equals + 1), arena, value))
			return false;
		rest = slice_trim(slice_from(rest, word.n));
	}
	*client = found;
	return true;
}

bool
proxy_client_ip(const struct proxy_client *client, struct ip *ip)
{
	static const struct slice prefix = SLICE_INIT("IPv6:");
	struct slice text = client->address;

	if (slice_istarts(text, prefix))
		text = slice_from(text, prefix.n);
	return text.n > 0 && ip_client(text, ip) == ST_OK && ip->family != 0;
}
