#include "auth/dns/dns_transport.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	LENGTH = 2,    /* octets before a message over TCP (RFC 1035 4.2.2) */
	HEADER_TC = 2, /* in the third octet (RFC 1035 4.1.1) */
	BODY_MIN = 2048,
	SOCKETS_MAX = 512
};

void
transport_init(struct transport *t, struct arena *arena)
{
	struct rlimit limit;

	t->arena = arena;
	t->max = SOCKETS_MAX;
	/* half of the descriptors are reserved for messages and other uses */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < t->max)
		t->max = limit.rlim_cur < 2 ? 1 : (size_t)limit.rlim_cur / 2;
}

void
transport_free(struct transport *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->sockets[i] != NULL)
			close(t->fds[i].fd);
	t->n = t->open = 0;
}

static void
add_place(struct transport *t, struct dns_socket *s, int fd, short events)
{
	if (t->n == t->cap) {
		size_t cap = t->cap * 2 + 8;
		struct pollfd *fds = arena_array(t->arena, cap, sizeof *fds);
		struct dns_socket **sockets = arena_array(t->arena, cap, sizeof(void *));

		if (t->n > 0) {
			memcpy(fds, t->fds, t->n * sizeof *fds);
			memcpy(sockets, t->sockets, t->n * sizeof(void *));
		}
		t->fds = fds;
		t->sockets = sockets;
		t->cap = cap;
	}
	t->fds[t->n] = (struct pollfd){.fd = fd, .events = events};
	t->sockets[t->n++] = s;
}

void
transport_watch(struct transport *t, int fd)
{
	add_place(t, NULL, fd, POLLIN);
}

void
transport_close(struct transport *t, struct dns_socket *s)
{
	size_t last = t->n - 1;

	close(t->fds[s->place].fd);
	t->open--;
	if (s->place < last) {
		t->fds[s->place] = t->fds[last];
		t->sockets[s->place] = t->sockets[last];
		if (t->sockets[s->place] != NULL)
			t->sockets[s->place]->place = s->place;
	}
	t->n = last;
}

/*
 * The status for errno: TRANSPORT_FULL if this machine lacks resources, else TRANSPORT_REFUSED.
 * Lack of memory ends the run.
 */
static enum transport_status
why(const struct transport *t)
{
	switch (errno) {
	case ENOMEM:
	case ENOBUFS:
		arena_no_memory(t->arena);
	case EMFILE:
	case ENFILE:
	case EAGAIN: /* from connect: no port is free */
		return TRANSPORT_FULL;
	default:
		return TRANSPORT_REFUSED;
	}
}

static enum transport_status
connect_to(const struct transport *t, bool tcp, const struct dns_server *server, int *fd)
{
	int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
	enum transport_status status;

	*fd = socket(server->address.any.sa_family, type, 0);
	if (*fd < 0)
		return why(t);
	/* without bind, the kernel chooses an unpredictable port */
	if (connect(*fd, &server->address.any, server->n) == 0 || errno == EINPROGRESS)
		return TRANSPORT_SENT;
	status = why(t);
	close(*fd);
	return status;
}

/* Writes the query with an unpredictable id (RFC 5452 9.2); the port is unpredictable as well. */
static bool
write_query(struct dns_socket *s, struct slice name, enum dns_type type)
{
	uint16_t id;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
		return false;
	s->query_n = dns_query_write(name, type, id, s->edns, s->query + LENGTH);
	s->query[0] = (unsigned char)(s->query_n >> 8);
	s->query[1] = (unsigned char)s->query_n;
	s->written = s->got = 0;
	return s->query_n > 0;
}

enum transport_status
transport_open(struct transport *t, struct dns_socket *s, const struct dns_server *server,
	struct slice name, enum dns_type type)
{
	enum transport_status status;
	int fd;

	if (t->open >= t->max)
		return TRANSPORT_FULL;
	if (!write_query(s, name, type))
		return TRANSPORT_REFUSED;
	status = connect_to(t, s->tcp, server, &fd);
	if (status != TRANSPORT_SENT)
		return status;
	s->place = t->n;
	t->open++;
	add_place(t, s, fd, s->tcp ? POLLOUT : POLLIN);
	if (s->tcp)
		return TRANSPORT_SENT; /* the query is written once the socket is connected */
	status = transport_repeat(t, s);
	if (status != TRANSPORT_SENT)
		transport_close(t, s);
	return status;
}

enum transport_status
transport_repeat(struct transport *t, const struct dns_socket *s)
{
	int fd = t->fds[s->place].fd;

	if (send(fd, s->query + LENGTH, s->query_n, MSG_NOSIGNAL) >= 0)
		return TRANSPORT_SENT;
	/* a packet lost to a full queue is like one lost in the network */
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return TRANSPORT_SENT;
	return why(t);
}

/* Did a call fail permanently? */
static bool
is_lost(const struct transport *t)
{
	if (errno == EAGAIN || errno == EINTR)
		return false;
	return why(t) == TRANSPORT_REFUSED;
}

/* Like poll(2) for all sockets, with the lock released: meanwhile t->fds may move and grow. */
static int
poll_unlocked(struct transport *t, size_t n, int timeout)
{
	int got, why_not;

	if (t->polled_cap < n) {
		t->polled = arena_array(t->arena, t->cap, sizeof *t->polled);
		t->polled_cap = t->cap;
	}
	memcpy(t->polled, t->fds, n * sizeof *t->polled);
	pthread_mutex_unlock(t->lock);
	got = poll(t->polled, (nfds_t)n, timeout);
	why_not = errno;
	pthread_mutex_lock(t->lock);
	for (size_t i = 0; got > 0 && i < n; i++)
		t->fds[i].revents = t->polled[i].revents;
	errno = why_not;
	return got;
}

void
transport_poll(struct transport *t, int timeout)
{
	const size_t n = t->n;
	const int got = t->lock != NULL && timeout != 0 ? poll_unlocked(t, n, timeout)
							: poll(t->fds, (nfds_t)n, timeout);

	t->ready = got > 0 ? n : 0;
	if (got < 0)
		(void)is_lost(t);
}

/* Reads one packet; anything but an answer to the query is ignored. */
static bool
read_udp(struct transport *t, int fd, struct transport_event *event)
{
	const struct dns_socket *s = event->socket;
	ssize_t n = recv(fd, t->packet, sizeof t->packet, MSG_TRUNC);
	bool cut = n > (ssize_t)sizeof t->packet;

	if (n < 0) {
		event->kind = TRANSPORT_FAILED; /* ICMP port unreachable */
		return is_lost(t);
	}
	event->message = slice_make((const char *)t->packet, cut ? sizeof t->packet : (size_t)n);
	if (!dns_answer_is_to(
		    event->message, slice_make((const char *)s->query + LENGTH, s->query_n)))
		return false;
	cut |= (t->packet[2] & HEADER_TC) != 0;
	event->kind = cut ? TRANSPORT_CUT : TRANSPORT_ANSWER;
	return true;
}

/* Sends the query, or as much of it as the connection accepts. */
static bool
write_tcp(struct transport *t, struct transport_event *event)
{
	struct dns_socket *s = event->socket;
	ssize_t n = send(t->fds[s->place].fd, s->query + s->written,
		LENGTH + s->query_n - s->written, MSG_NOSIGNAL);

	if (n < 0) {
		event->kind = TRANSPORT_FAILED;
		return is_lost(t);
	}
	s->written += (size_t)n;
	if (s->written == LENGTH + s->query_n)
		t->fds[s->place].events = POLLIN;
	return false;
}

/*
 * Reads until s->got (which includes the length octets) reaches end. False if octets are missing;
 * *failed is set if they will never arrive.
 */
static bool
read_up_to(struct transport *t, struct dns_socket *s, unsigned char *to, size_t end, bool *failed)
{
	ssize_t n = 0;

	while (s->got < end) {
		n = recv(t->fds[s->place].fd, to, end - s->got, 0);
		if (n <= 0)
			break;
		s->got += (size_t)n;
		to += n;
	}
	if (s->got == end)
		return true;
	*failed = n == 0 || is_lost(t);
	return false;
}

/* Reads at most one message; one that does not answer the query is ignored. */
static bool
read_tcp(struct transport *t, struct transport_event *event)
{
	struct dns_socket *s = event->socket;
	bool failed = false;
	size_t n;

	event->kind = TRANSPORT_FAILED;
	if (s->got < LENGTH && !read_up_to(t, s, s->head + s->got, LENGTH, &failed))
		return failed;
	n = (size_t)s->head[0] << 8 | s->head[1];
	if (s->body == NULL || n > s->body_max) {
		for (s->body_max = BODY_MIN; s->body_max < n;)
			s->body_max *= 2;
		s->body = arena_alloc(s->arena, s->body_max);
	}
	if (!read_up_to(t, s, s->body + (s->got - LENGTH), LENGTH + n, &failed))
		return failed;
	s->got = 0;
	event->message = slice_make((const char *)s->body, n);
	event->kind = TRANSPORT_ANSWER;
	return dns_answer_is_to(
		event->message, slice_make((const char *)s->query + LENGTH, s->query_n));
}

bool
transport_next(struct transport *t, struct transport_event *event)
{
	/*
	 * from the end: closing a socket moves the last one into its place, and the last one has
	 * already been examined or is new
	 */
	while (t->ready > 0) {
		size_t i = --t->ready;
		struct pollfd *fd;

		if (i >= t->n || t->fds[i].revents == 0 || t->sockets[i] == NULL)
			continue;
		fd = &t->fds[i];
		fd->revents = 0;
		*event = (struct transport_event){.socket = t->sockets[i]};
		if (!event->socket->tcp         ? read_udp(t, fd->fd, event)
			: fd->events == POLLOUT ? write_tcp(t, event)
						: read_tcp(t, event))
			return true;
	}
	return false;
}
