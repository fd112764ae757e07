#include "auth/dns/dns_server.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

#include "auth/base/ip.h"

enum { PORT = 53, CONF_MAX = 65536 };

/* Parses the port, without the colon before it. */
static bool
parse_port(struct slice text, unsigned *port)
{
	*port = 0;
	for (size_t i = 0; i < text.n && *port <= 65535; i++) {
		if (!slice_is_digit(text.p[i]))
			return false;
		*port = *port * 10 + (unsigned)(text.p[i] - '0');
	}
	return *port > 0 && *port <= 65535;
}

/* Splits ADDR, ADDR:PORT or [ADDR]:PORT into *text (ADDR) and *port (53 if there is none). */
static bool
split_port(struct slice *text, unsigned *port)
{
	size_t colon = slice_rfind(*text, ':'), end = slice_find(*text, ']');
	struct slice rest = {NULL, 0};

	*port = PORT;
	if (text->n > 0 && text->p[0] == '[') {
		if (end == text->n)
			return false;
		rest = slice_from(*text, end + 1);
		*text = slice_from(slice_head(*text, end), 1);
	} else if (slice_find(*text, ':') == colon) {
		rest = slice_from(*text, colon);
		*text = slice_head(*text, colon);
	}
	if (rest.n == 0)
		return true;
	return rest.p[0] == ':' && parse_port(slice_from(rest, 1), port);
}

static bool
set_address(struct slice text, unsigned port, uint32_t scope, struct dns_server *server)
{
	struct ip ip;

	memset(server, 0, sizeof *server);
	if (!ip_parse(text, &ip))
		return false;
	if (ip.family == 4) {
		server->address.v4.sin_family = AF_INET;
		server->address.v4.sin_port = htons((uint16_t)port);
		memcpy(&server->address.v4.sin_addr, ip.bytes, 4);
		server->n = sizeof server->address.v4;
	} else {
		server->address.v6.sin6_family = AF_INET6;
		server->address.v6.sin6_port = htons((uint16_t)port);
		server->address.v6.sin6_scope_id = scope;
		memcpy(&server->address.v6.sin6_addr, ip.bytes, 16);
		server->n = sizeof server->address.v6;
	}
	return true;
}

bool
dns_server_parse(struct slice text, struct dns_server *server)
{
	unsigned port;

	return split_port(&text, &port) && set_address(text, port, 0, server);
}

/* The interface's number, given as a number or a name; 0 if there is none. */
static uint32_t
scope_of(struct slice text)
{
	char name[IF_NAMESIZE];
	uint64_t number = 0;

	if (text.n == 0 || text.n >= sizeof name)
		return 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!slice_is_digit(text.p[i])) {
			memcpy(name, text.p, text.n);
			name[text.n] = '\0';
			return if_nametoindex(name);
		}
		number = number * 10 + (unsigned)(text.p[i] - '0');
	}
	return number > UINT32_MAX ? 0 : (uint32_t)number;
}

/* As dns_server_parse, with a scope (RFC 4007 11) after the address if there is one. */
static bool
parse_scoped(struct slice text, struct dns_server *server)
{
	struct slice scope;
	uint32_t number = 0;
	unsigned port;

	if (!split_port(&text, &port))
		return false;
	scope = slice_from(text, slice_find(text, '%'));
	if (scope.n > 0) {
		number = scope_of(slice_from(scope, 1));
		if (number == 0)
			return false; /* the interface does not exist */
	}
	return set_address(slice_head(text, text.n - scope.n), port, number, server);
}

/* Takes the next word of the line; empty at its end or at a comment. */
static struct slice
next_word(struct slice *line)
{
	struct slice word = *line = slice_trim(*line);
	size_t n = 0;

	while (n < word.n && !slice_is_blank(word.p[n]))
		n++;
	if (n > 0 && (word.p[0] == '#' || word.p[0] == ';'))
		n = 0;
	*line = slice_from(*line, n);
	return slice_head(word, n);
}

static void
parse_line(struct slice line, struct dns_servers *servers)
{
	struct slice keyword = next_word(&line), word = next_word(&line);

	if (slice_eq(keyword, SLICE("nameserver")))
		servers->n += servers->n < DNS_SERVERS_MAX &&
			      parse_scoped(word, &servers->at[servers->n]);
	else if (slice_eq(keyword, SLICE("options")))
		for (; word.n > 0; word = next_word(&line))
			servers->tcp |= slice_eq(word, SLICE("use-vc"));
}

bool
dns_server_is_local(const struct dns_server *server)
{
	if (server->address.any.sa_family == AF_INET)
		return ntohl(server->address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&server->address.v6.sin6_addr) != 0;
}

void
dns_servers_parse(struct slice text, struct dns_servers *servers)
{
	memset(servers, 0, sizeof *servers);
	while (text.n > 0) {
		size_t end = slice_find(text, '\n');

		parse_line(slice_head(text, end), servers);
		text = slice_from(text, end + 1);
	}
	if (servers->n == 0)
		servers->n += set_address(SLICE("127.0.0.1"), PORT, 0, &servers->at[0]);
}

enum status
dns_servers_read(const char *path, struct dns_servers *servers)
{
	char text[CONF_MAX];
	size_t n = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT && errno != EACCES && errno != ENOTDIR && errno != ELOOP)
		return ST_TEMP;
	while (fd >= 0 && n < sizeof text) {
		got = read(fd, text + n, sizeof text - n);
		if (got > 0)
			n += (size_t)got;
		else if (got == 0 || errno != EINTR)
			break;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return ST_TEMP;
	dns_servers_parse(slice_make(text, n), servers);
	return ST_OK;
}
