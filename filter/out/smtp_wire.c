#define _GNU_SOURCE /* SOCK_CLOEXEC, SOCK_NONBLOCK */
#include "filter/out/smtp_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "mime/buf.h"

enum { HOST_MAX = 255, PORT_MAX = 5, PORT_LAST = 65535, ADDRESSES_MAX = 4096 };

static const struct slice unix_prefix = SLICE_INIT("unix:");

/* Splits HOST:PORT into two strings; brackets around an address are removed. */
static bool
split(const char *address, char host[HOST_MAX + 1], char port[PORT_MAX + 1])
{
	struct slice all = slice_str(address), name, digits;
	const char *colon = strrchr(address, ':');
	unsigned long number = 0;

	if (colon == NULL)
		return false;
	name = slice_head(all, (size_t)(colon - address));
	digits = slice_from(all, name.n + 1);
	if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
		name = slice_make(name.p + 1, name.n - 2);
	else if (slice_find(name, ':') < name.n)
		return false; /* an IPv6 address needs brackets */
	if (name.n == 0 || name.n > HOST_MAX || digits.n == 0 || digits.n > PORT_MAX)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (!slice_is_digit(digits.p[i]))
			return false;
		number = number * 10 + (unsigned long)(digits.p[i] - '0');
	}
	memcpy(host, name.p, name.n);
	host[name.n] = '\0';
	memcpy(port, digits.p, digits.n);
	port[digits.n] = '\0';
	return number >= 1 && number <= PORT_LAST;
}

bool
smtp_address_valid(const char *address)
{
	char host[HOST_MAX + 1], port[PORT_MAX + 1];
	struct slice path = slice_from(slice_str(address), unix_prefix.n);

	if (slice_starts(slice_str(address), unix_prefix))
		return path.n > 1 && path.p[0] == '/' &&
		       path.n < sizeof((struct sockaddr_un *)0)->sun_path;
	return split(address, host, port);
}

/* Waits until the descriptor is ready for events; false at the deadline. */
static bool
ready(const struct smtp_wire *wire, short events)
{
	struct pollfd poll_fd = {.fd = wire->fd, .events = events};

	for (;;) {
		int64_t left = wire->until_ms - clock_ms();
		int n;

		if (left <= 0)
			return false;
		n = poll(&poll_fd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static bool
connect_to(struct smtp_wire *wire, int family, const struct sockaddr *to, socklen_t size)
{
	const int on = 1;
	int error = 0;
	socklen_t n = sizeof error;

	wire->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return false;
	if (family != AF_UNIX)
		(void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(wire->fd, to, size) == 0)
		return true;
	/*
	 * EAGAIN: the queue of a unix socket is full; we do not wait, because the mail server tries
	 * again later
	 */
	if (errno == EINPROGRESS && ready(wire, POLLOUT) &&
		getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0)
		return true;
	smtp_close(wire);
	return false;
}

static bool
connect_unix(struct smtp_wire *wire, struct slice path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (path.n >= sizeof to.sun_path)
		return false;
	memcpy(to.sun_path, path.p, path.n);
	return connect_to(wire, AF_UNIX, (const struct sockaddr *)&to, sizeof to);
}

static bool
connect_tcp(struct smtp_wire *wire, const char *address)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	char host[HOST_MAX + 1], port[PORT_MAX + 1];
	struct addrinfo *list;
	bool done = false;

	if (!split(address, host, port) || getaddrinfo(host, port, &hints, &list) != 0)
		return false;
	for (const struct addrinfo *at = list; !done && at != NULL; at = at->ai_next)
		done = connect_to(wire, at->ai_family, at->ai_addr, at->ai_addrlen);
	freeaddrinfo(list);
	return done;
}

const char *
smtp_resolve(const char *address, struct arena *arena)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	char host[HOST_MAX + 1], port[PORT_MAX + 1], shown[NI_MAXHOST];
	struct addrinfo *list = NULL;
	struct buf all;

	if (slice_starts(slice_str(address), unix_prefix))
		return address;
	buf_init(&all, arena, ADDRESSES_MAX);
	if (split(address, host, port) && getaddrinfo(host, port, &hints, &list) == 0) {
		for (const struct addrinfo *at = list; at != NULL; at = at->ai_next)
			if (getnameinfo(at->ai_addr, at->ai_addrlen, shown, sizeof shown, NULL, 0,
				    NI_NUMERICHOST) == 0)
				buf_addf(&all, at->ai_family == AF_INET6 ? "[%s]:%s " : "%s:%s ",
					shown, port);
		freeaddrinfo(list);
	}
	buf_addc(&all, '\0');
	return all.over ? "" : all.p;
}

bool
smtp_connect(struct smtp_wire *wire, const char *address)
{
	struct slice rest = slice_str(address);
	bool done = false;

	wire->fd = -1;
	wire->in_n = wire->out_n = 0;
	wire->failed = false;
	if (slice_starts(rest, unix_prefix))
		return connect_unix(wire, slice_from(rest, unix_prefix.n));
	while (!done && rest.n > 0) {
		const struct slice one = slice_head(rest, slice_find(rest, ' '));
		char text[HOST_MAX + PORT_MAX + sizeof "[]:"];

		rest = slice_from(rest, one.n + 1);
		if (one.n == 0 || one.n >= sizeof text)
			continue;
		memcpy(text, one.p, one.n);
		text[one.n] = '\0';
		done = connect_tcp(wire, text);
	}
	return done;
}

bool
smtp_flush(struct smtp_wire *wire)
{
	size_t done = 0;

	while (!wire->failed && done < wire->out_n) {
		/* MSG_NOSIGNAL: a closed connection is an error and never raises SIGPIPE */
		ssize_t n = send(wire->fd, wire->out + done, wire->out_n - done, MSG_NOSIGNAL);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK) ||
			 !ready(wire, POLLOUT))
			wire->failed = true;
	}
	wire->out_n = 0;
	return !wire->failed;
}

void
smtp_put(struct smtp_wire *wire, struct slice octets)
{
	while (octets.n > 0 && !wire->failed) {
		size_t n = sizeof wire->out - wire->out_n;

		if (n > octets.n)
			n = octets.n;
		memcpy(wire->out + wire->out_n, octets.p, n);
		wire->out_n += n;
		octets = slice_from(octets, n);
		if (wire->out_n == sizeof wire->out)
			(void)smtp_flush(wire);
	}
}

/*
 * Reads one line into the buffer; the caller removes it from there. Returns its length without the
 * LF, or SIZE_MAX if no complete line arrives.
 */
static size_t
receive_line(struct smtp_wire *wire)
{
	for (;;) {
		const char *end = memchr(wire->in, '\n', wire->in_n);
		ssize_t n;

		if (end != NULL)
			return (size_t)(end - wire->in);
		if (wire->in_n == sizeof wire->in)
			return SIZE_MAX; /* longer than a reply line may be */
		n = recv(wire->fd, wire->in + wire->in_n, sizeof wire->in - wire->in_n, 0);
		if (n > 0)
			wire->in_n += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) ||
			 !ready(wire, POLLIN))
			return SIZE_MAX;
	}
}

/*
 * Returns the reply code of a line (RFC 5321 4.2), or 0; *more: another line of the same reply
 * follows.
 */
static int
line_code(struct slice line, bool *more)
{
	int code = 0;

	if (line.n < 3 || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (!slice_is_digit(line.p[i]))
			return 0;
		code = code * 10 + (line.p[i] - '0');
	}
	*more = line.n > 3 && line.p[3] == '-';
	return code >= 200 && code <= 599 ? code : 0;
}

void
smtp_read(struct smtp_wire *wire, struct smtp_reply *reply,
	void (*each)(void *arg, struct slice line), void *arg)
{
	bool more = true;

	reply->code = 0;
	reply->text[0] = '\0';
	if (!smtp_flush(wire))
		return;
	for (size_t lines = 0; more; lines++) {
		size_t n = lines < SMTP_LINES ? receive_line(wire) : SIZE_MAX;
		struct slice line = slice_make(wire->in, n == SIZE_MAX ? 0 : n);
		int code;

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		code = line_code(line, &more);
		if (code == 0 || (reply->code != 0 && code != reply->code)) {
			wire->failed = true;
			reply->code = 0;
			return;
		}
		reply->code = code;
		line = slice_from(line, 4);
		memcpy(reply->text, line.p, line.n);
		reply->text[line.n] = '\0';
		if (each != NULL)
			each(arg, line);
		wire->in_n -= n + 1;
		memmove(wire->in, wire->in + n + 1, wire->in_n);
	}
}

void
smtp_close(struct smtp_wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}
