#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC */
#include "filter/reader/packet.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/io/read.h"
#include "filter/io/spool.h"
#include "filter/io/write.h"

enum { FDS = 4, PARTS = 5, LOOK_MS = 10, SMALL = 2048 };

/* flags of a packet; the first four: the descriptors that it carries, in this order */
enum {
	WITH_FILE = 1 << 0,
	WITH_SPOOL = 1 << 1,
	WITH_STAMP = 1 << 2,
	WITH_TEXT = 1 << 3, /* a file with the texts that otherwise follow the head */
	IS_PARTIAL = 1 << 4,
	HAS_LINE = 1 << 5,
	HAS_SIDE = 1 << 6,
	IS_LAST = 1 << 7
};

struct head {
	uint64_t turn, index, size;
	uint32_t flags;
	int32_t error, side_error, stamp_error;
	double share;
	uint64_t nname, nline, nside,
		nbytes; /* octets of the texts after the head; name and line with a NUL */
};

union control {
	struct cmsghdr head;
	char octets[CMSG_SPACE(FDS * sizeof(int))];
};

static uint32_t
flags_of(const struct packet *packet)
{
	return (packet->file >= 0 ? WITH_FILE : 0u) | (packet->spool >= 0 ? WITH_SPOOL : 0u) |
	       (packet->stamp >= 0 ? WITH_STAMP : 0u) | (packet->partial ? IS_PARTIAL : 0u) |
	       (packet->has_line ? HAS_LINE : 0u) | (packet->has_side ? HAS_SIDE : 0u) |
	       (packet->last ? IS_LAST : 0u);
}

/* Writes the texts to a separate file; -1 with errno. */
static int
put_aside(const struct iovec *parts, size_t size, const char *spool_dir)
{
	const int fd = spool_open(spool_dir, size);
	bool written = fd >= 0;

	for (size_t i = 1; written && i < PARTS; i++)
		written = write_bytes(fd, slice_make(parts[i].iov_base, parts[i].iov_len));
	if (!written && fd >= 0)
		close(fd);
	return written ? fd : -1;
}

/*
 * Copies the parts to one buffer and returns the number of octets. Sending the parts themselves is
 * not safe: the receiver may answer, and another thread then free them, before sendmsg returns.
 */
static size_t
join(char *to, const struct iovec *parts, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (parts[i].iov_len > 0)
			memcpy(to + at, parts[i].iov_base, parts[i].iov_len);
		at += parts[i].iov_len;
	}
	return at;
}

/* Waits a moment, until receivers take descriptors. False with errno: no more waiting. */
static bool
wait_for_receivers(const struct packet_wait *wait, int64_t began_ms)
{
	if (clock_ms() - began_ms >= (wait != NULL ? wait->ms : PACKET_WAIT_MS) ||
		(wait != NULL && wait->stop != NULL && wait->stop(wait->arg))) {
		errno = ETOOMANYREFS;
		return false;
	}
	(void)poll(NULL, 0, LOOK_MS);
	return true;
}

static bool
send_octets(int socket, char *octets, size_t n, const int *fds, size_t nfds,
	const struct packet_wait *wait)
{
	union control control = {.octets = {0}};
	struct iovec part = {octets, n};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	const int64_t began_ms = clock_ms();

	if (nfds > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(nfds * sizeof *fds);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(nfds * sizeof *fds);
		memcpy(CMSG_DATA(&control.head), fds, nfds * sizeof *fds);
	}
	while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR &&
			(errno != ETOOMANYREFS || !wait_for_receivers(wait, began_ms)))
			return false;
	return true;
}

static bool
send_large(int socket, const struct iovec *parts, size_t n, const int *fds, size_t nfds,
	const struct packet_wait *wait)
{
	char whole[PACKET_INLINE];

	return send_octets(socket, whole, join(whole, parts, n), fds, nfds, wait);
}

/* Like send_large, for few octets: the compiler makes each function fill its whole buffer. */
static bool
send_small(int socket, const struct iovec *parts, size_t n, const int *fds, size_t nfds,
	const struct packet_wait *wait)
{
	char whole[SMALL];

	return send_octets(socket, whole, join(whole, parts, n), fds, nfds, wait);
}

static struct iovec
part_of(const void *octets, size_t n)
{
	return (struct iovec){(void *)(uintptr_t)octets, n};
}

bool
packet_send(int socket, const struct packet *packet, const char *spool_dir,
	const struct packet_wait *wait)
{
	struct head head = {
		.turn = packet->turn,
		.index = packet->index,
		.size = packet->size,
		.flags = flags_of(packet),
		.error = (int32_t)packet->error,
		.side_error = (int32_t)packet->side_error,
		.stamp_error = (int32_t)packet->stamp_error,
		.share = packet->share,
		.nname = strlen(packet->name) + 1,
		.nline = packet->has_line ? strlen(packet->line) + 1 : 0,
		.nside = packet->has_side ? packet->side.n : 0,
		.nbytes = packet->file < 0 && packet->error == FAULT_NONE ? packet->bytes.n : 0,
	};
	struct iovec parts[PARTS] = {part_of(&head, sizeof head), part_of(packet->name, head.nname),
		part_of(packet->line, head.nline), part_of(packet->side.p, head.nside),
		part_of(packet->bytes.p, head.nbytes)};
	const size_t size = head.nname + head.nline + head.nside + head.nbytes;
	const bool aside = size > PACKET_INLINE - sizeof head;
	int fds[FDS], text = -1, why;
	size_t nfds = 0;
	bool sent;

	if (packet->file >= 0)
		fds[nfds++] = packet->file;
	if (packet->spool >= 0)
		fds[nfds++] = packet->spool;
	if (packet->stamp >= 0)
		fds[nfds++] = packet->stamp;
	if (aside) {
		text = put_aside(parts, size, spool_dir);
		if (text < 0) {
			errno = ENOSPC; /* EPIPE would mean that no process reads */
			return false;
		}
		head.flags |= WITH_TEXT;
		fds[nfds++] = text;
	}
	sent = (aside || size <= SMALL - sizeof head ? send_small : send_large)(
		socket, parts, aside ? 1 : PARTS, fds, nfds, wait);
	why = errno;
	if (text >= 0)
		close(text);
	errno = why;
	return sent;
}

/* Stores the received descriptors according to flags; false if some are missing. */
static bool
take_fds(struct msghdr *message, uint32_t flags, struct packet *packet, int *text)
{
	int *const places[FDS] = {&packet->file, &packet->spool, &packet->stamp, text};
	const struct cmsghdr *control = CMSG_FIRSTHDR(message);
	size_t n = 0, at = 0;
	bool whole = true;
	int fds[FDS];

	if (control != NULL && control->cmsg_type == SCM_RIGHTS) {
		n = (control->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
		memcpy(fds, CMSG_DATA(control), n * sizeof *fds);
	}
	for (size_t i = 0; i < FDS; i++)
		if ((flags & 1u << i) != 0 && at < n)
			*places[i] = fds[at++];
		else if ((flags & 1u << i) != 0)
			whole = false;
	while (at < n)
		close(fds[at++]);
	return whole;
}

/* Reads a whole file into memory from malloc. */
static char *
read_aside(int fd, size_t n)
{
	char *text = malloc(n);

	if (text == NULL || read_at(fd, text, n, 0) == (ssize_t)n)
		return text;
	free(text);
	return NULL;
}

/* Points packet to the texts at `at`. False: the name or line does not end with NUL. */
static bool
take_texts(const struct head *head, const char *at, struct packet *packet)
{
	const char *line = at + head->nname;

	packet->name = at;
	packet->line = packet->has_line ? line : NULL;
	packet->side = slice_make(line + head->nline, head->nside);
	packet->bytes = slice_make(line + head->nline + head->nside, head->nbytes);
	return at[head->nname - 1] == '\0' && (!packet->has_line || line[head->nline - 1] == '\0');
}

static bool
is_fault(int32_t fault)
{
	return fault >= FAULT_NONE && fault < FAULT_END;
}

/* Is the head valid? The sender is not trusted. n: octets after the head */
static bool
is_sound(const struct head *head, size_t n)
{
	const uint64_t sizes[] = {head->nname, head->nline, head->nside, head->nbytes};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		if (sizes[i] > SIZE_MAX / 8)
			return false;
		sum += sizes[i];
	}
	return head->nname > 0 && ((head->flags & HAS_LINE) != 0) == (head->nline > 0) &&
	       ((head->flags & HAS_SIDE) != 0 || head->nside == 0) && is_fault(head->error) &&
	       is_fault(head->side_error) && is_fault(head->stamp_error) &&
	       ((head->flags & WITH_TEXT) != 0 || sum == n);
}

/*
 * Decodes a received packet. got: octets in room. False: it is malformed, but still needs
 * packet_clear.
 */
static bool
open_packet(const char *room, size_t got, struct msghdr *message, struct packet *packet)
{
	struct head head;
	const char *texts = room + sizeof head;
	bool whole, sound;
	int text = -1;

	memcpy(&head, room, sizeof head);
	sound = is_sound(&head, got - sizeof head);
	*packet = (struct packet){
		.turn = head.turn,
		.index = head.index,
		.size = head.size,
		.error = (enum fault)head.error,
		.side_error = (enum fault)head.side_error,
		.stamp_error = (enum fault)head.stamp_error,
		.partial = (head.flags & IS_PARTIAL) != 0,
		.has_line = (head.flags & HAS_LINE) != 0,
		.has_side = (head.flags & HAS_SIDE) != 0,
		.name = "?",
		.share = head.share,
		.last = (head.flags & IS_LAST) != 0,
		.file = -1,
		.spool = -1,
		.stamp = -1,
	};
	whole = take_fds(message, head.flags, packet, &text);
	if (text >= 0) {
		packet->held =
			sound ? read_aside(text, head.nname + head.nline + head.nside + head.nbytes)
			      : NULL;
		close(text);
		texts = packet->held;
	}
	if (!sound)
		return false;
	if (!whole)
		packet->error = FAULT_OPEN_FILES;
	else if (texts == NULL)
		packet->error = FAULT_NO_MEMORY;
	if (texts != NULL && ((head.flags & WITH_TEXT) == 0 || packet->held != NULL))
		return take_texts(&head, texts, packet);
	packet->has_line = packet->has_side = false;
	return true;
}

enum packet_got
packet_receive(int socket, bool wait, char *room, struct packet *packet)
{
	union control control;
	struct iovec part = {room, PACKET_INLINE};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};
	ssize_t got;

	/*
	 * ECONNRESET, reported once: the sender ended without reading everything that was sent to
	 * it; its own packets can still be received
	 */
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !wait)
		return PACKET_NONE;
	if (got < (ssize_t)sizeof(struct head))
		return PACKET_END;
	if (open_packet(room, (size_t)got, &message, packet))
		return PACKET_GOT;
	packet_clear(packet);
	return PACKET_END;
}

void
packet_clear(struct packet *packet)
{
	const int fds[] = {packet->file, packet->spool, packet->stamp};

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(packet->held);
	packet->held = NULL;
	packet->file = packet->spool = packet->stamp = -1;
}
