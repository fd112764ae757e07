#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC */
#include "filter/reader/packet.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/io/read.h"
#include "filter/io/spool.h"
#include "filter/io/write.h"

enum { FDS = PACKET_FDS / PACKET_MANY, PARTS = 5, LOOK_MS = 10, SMALL = 8 * 1024 };

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
	char octets[CMSG_SPACE(PACKET_FDS * sizeof(int))];
};

/* A packet as it is sent: its head, its texts, and its descriptors. */
struct record {
	struct head head;
	struct iovec parts[PARTS];
	size_t nparts, size; /* size in octets */
	int fds[FDS], text;  /* text: also one of fds, closed after it was sent; or -1 */
	size_t nfds;
};

/* Records that are sent together. */
struct bundle {
	const struct record *records;
	size_t n, size, nfds;
};

static uint32_t
flags_of(const struct packet *packet)
{
	return (packet->file >= 0 ? WITH_FILE : 0u) | (packet->spool >= 0 ? WITH_SPOOL : 0u) |
	       (packet->stamp >= 0 ? WITH_STAMP : 0u) | (packet->partial ? IS_PARTIAL : 0u) |
	       (packet->has_line ? HAS_LINE : 0u) | (packet->has_side ? HAS_SIDE : 0u) |
	       (packet->last ? IS_LAST : 0u);
}

static size_t
texts_of(const struct head *head)
{
	return head->nname + head->nline + head->nside + head->nbytes;
}

/*
 * Copies the records to one buffer. Sending their parts themselves is not safe: the receiver may
 * answer, and another thread then free them, before sendmsg returns.
 */
static void
join(char *to, const struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->n; i++) {
		const struct record *record = &bundle->records[i];

		for (size_t k = 0; k < record->nparts; k++) {
			if (record->parts[k].iov_len > 0)
				memcpy(to, record->parts[k].iov_base, record->parts[k].iov_len);
			to += record->parts[k].iov_len;
		}
	}
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

static void
put_fds(const struct bundle *bundle, union control *control, struct msghdr *message)
{
	const size_t size = bundle->nfds * sizeof(int);
	unsigned char *to = CMSG_DATA(&control->head);

	if (size == 0)
		return;
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(size);
	control->head.cmsg_level = SOL_SOCKET;
	control->head.cmsg_type = SCM_RIGHTS;
	control->head.cmsg_len = CMSG_LEN(size);
	for (size_t i = 0; i < bundle->n; i++) {
		const struct record *record = &bundle->records[i];

		memcpy(to, record->fds, record->nfds * sizeof(int));
		to += record->nfds * sizeof(int);
	}
}

static bool
send_octets(int socket, char *octets, const struct bundle *bundle, const struct packet_wait *wait)
{
	union control control = {.octets = {0}};
	struct iovec part = {octets, bundle->size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	const int64_t began_ms = clock_ms();

	join(octets, bundle);
	put_fds(bundle, &control, &message);
	while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
		if (errno != EINTR &&
			(errno != ETOOMANYREFS || !wait_for_receivers(wait, began_ms)))
			return false;
	return true;
}

static bool
send_large(int socket, const struct bundle *bundle, const struct packet_wait *wait)
{
	char octets[PACKET_INLINE];

	return send_octets(socket, octets, bundle, wait);
}

/* Like send_large, for few octets: the compiler makes each function fill its whole buffer. */
static bool
send_small(int socket, const struct bundle *bundle, const struct packet_wait *wait)
{
	char octets[SMALL];

	return send_octets(socket, octets, bundle, wait);
}

static struct iovec
part_of(const void *octets, size_t n)
{
	return (struct iovec){(void *)(uintptr_t)octets, n};
}

static void
prepare(const struct packet *packet, struct record *record)
{
	const int fds[] = {packet->file, packet->spool, packet->stamp};
	struct head *head = &record->head;

	*head = (struct head){
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
	record->parts[0] = part_of(head, sizeof *head);
	record->parts[1] = part_of(packet->name, head->nname);
	record->parts[2] = part_of(packet->line, head->nline);
	record->parts[3] = part_of(packet->side.p, head->nside);
	record->parts[4] = part_of(packet->bytes.p, head->nbytes);
	record->nparts = PARTS;
	record->size = sizeof *head + texts_of(head);
	record->text = -1;
	record->nfds = 0;
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			record->fds[record->nfds++] = fds[i];
}

/* Moves the texts to a file, which is sent instead. False with errno. */
static bool
put_aside(struct record *record, const char *spool_dir)
{
	const int fd = spool_open(spool_dir, texts_of(&record->head));
	bool written = fd >= 0;

	for (size_t i = 1; written && i < PARTS; i++)
		written = write_bytes(
			fd, slice_make(record->parts[i].iov_base, record->parts[i].iov_len));
	if (!written) {
		if (fd >= 0)
			close(fd);
		errno = ENOSPC; /* EPIPE would mean that no process reads */
		return false;
	}
	record->head.flags |= WITH_TEXT;
	record->text = record->fds[record->nfds++] = fd;
	record->nparts = 1;
	record->size = sizeof record->head;
	return true;
}

/* Sends the records, and closes the files with their texts. False with errno. */
static bool
send_bundle(int socket, const struct bundle *bundle, const struct packet_wait *wait)
{
	const bool sent = (bundle->size <= SMALL ? send_small : send_large)(socket, bundle, wait);
	const int why = errno;

	for (size_t i = 0; i < bundle->n; i++)
		if (bundle->records[i].text >= 0)
			close(bundle->records[i].text);
	errno = why;
	return sent;
}

/*
 * Prepares the first of n packets, and those after it that fit; false with errno. Texts in a file
 * are sent alone, so that reading them delays no other packet.
 */
static bool
bundle_up(const struct packet *packets, size_t n, const char *spool_dir, struct record *records,
	struct bundle *bundle)
{
	*bundle = (struct bundle){.records = records};
	while (bundle->n < n && bundle->n < PACKET_MANY) {
		struct record *record = &records[bundle->n];

		prepare(&packets[bundle->n], record);
		if (bundle->n > 0 && bundle->size + record->size > PACKET_INLINE)
			break;
		if (record->size > PACKET_INLINE && !put_aside(record, spool_dir))
			return false;
		bundle->n++;
		bundle->size += record->size;
		bundle->nfds += record->nfds;
		if (record->text >= 0)
			break;
	}
	return true;
}

size_t
packet_send(int socket, const struct packet *packets, size_t n, const char *spool_dir,
	const struct packet_wait *wait)
{
	struct record records[PACKET_MANY];
	struct bundle bundle;

	return bundle_up(packets, n, spool_dir, records, &bundle) &&
			       send_bundle(socket, &bundle, wait)
		       ? bundle.n
		       : 0;
}

/* Takes the packet's descriptors according to flags; false if some are missing. */
static bool
take_fds(struct packets *from, uint32_t flags, struct packet *packet, int *text)
{
	int *const places[FDS] = {&packet->file, &packet->spool, &packet->stamp, text};
	bool whole = true;

	for (size_t i = 0; i < FDS; i++)
		if ((flags & 1u << i) != 0 && from->fd_at < from->nfds)
			*places[i] = from->fds[from->fd_at++];
		else if ((flags & 1u << i) != 0)
			whole = false;
	return whole;
}

/* Reads a whole file into memory from malloc. NULL also if its size is not n. */
static char *
read_aside(int fd, size_t n)
{
	struct stat info;
	char *text;

	/* or else a head without a text could demand any amount of memory */
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size != n)
		return NULL;
	text = malloc(n);
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

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		if (sizes[i] > SIZE_MAX / 8)
			return false;
	return head->nname > 0 && ((head->flags & HAS_LINE) != 0) == (head->nline > 0) &&
	       ((head->flags & HAS_SIDE) != 0 || head->nside == 0) && is_fault(head->error) &&
	       is_fault(head->side_error) && is_fault(head->stamp_error) &&
	       ((head->flags & WITH_TEXT) != 0 || texts_of(head) <= n);
}

/*
 * Decodes the packet whose texts are at `at`. False: it is malformed, but still needs packet_clear.
 */
static bool
open_packet(struct packets *from, const struct head *head, const char *at, struct packet *packet)
{
	const bool aside = (head->flags & WITH_TEXT) != 0;
	bool whole;
	int text = -1;

	*packet = (struct packet){
		.turn = head->turn,
		.index = head->index,
		.size = head->size,
		.error = (enum fault)head->error,
		.side_error = (enum fault)head->side_error,
		.stamp_error = (enum fault)head->stamp_error,
		.partial = (head->flags & IS_PARTIAL) != 0,
		.has_line = (head->flags & HAS_LINE) != 0,
		.has_side = (head->flags & HAS_SIDE) != 0,
		.name = "?",
		.share = head->share,
		.last = (head->flags & IS_LAST) != 0,
		.file = -1,
		.spool = -1,
		.stamp = -1,
	};
	whole = take_fds(from, head->flags, packet, &text);
	if (text >= 0) {
		packet->held = read_aside(text, texts_of(head));
		close(text);
	}
	if (!whole)
		packet->error = FAULT_OPEN_FILES;
	else if (aside && packet->held == NULL)
		packet->error = FAULT_NO_MEMORY;
	if (!aside || packet->held != NULL)
		return take_texts(head, aside ? packet->held : at, packet);
	packet->has_line = packet->has_side = false;
	return true;
}

enum packet_got
packet_receive(int socket, bool wait, struct packets *packets)
{
	union control control;
	struct iovec part = {packets->room, sizeof packets->room};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};
	const struct cmsghdr *head;
	ssize_t got;

	packets->n = packets->at = packets->nfds = packets->fd_at = 0;
	/*
	 * ECONNRESET, reported once: the sender ended without reading everything that was sent to
	 * it; its own packets can still be received
	 */
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !wait)
		return PACKET_NONE;
	if (got <= 0)
		return PACKET_END;
	packets->n = (size_t)got;
	head = CMSG_FIRSTHDR(&message);
	if (head != NULL && head->cmsg_type == SCM_RIGHTS) {
		packets->nfds = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(packets->fds, CMSG_DATA(head), packets->nfds * sizeof(int));
	}
	return PACKET_GOT;
}

/* Takes the head of the next packet; false if it is malformed. */
static bool
take_head(struct packets *packets, struct head *head)
{
	const size_t left = packets->n - packets->at;

	if (left < sizeof *head)
		return false;
	memcpy(head, packets->room + packets->at, sizeof *head);
	packets->at += sizeof *head;
	return is_sound(head, left - sizeof *head);
}

enum packet_got
packet_next(struct packets *packets, struct packet *packet)
{
	struct head head;
	const char *at;

	if (packets->at == packets->n) {
		packets_clear(packets);
		return PACKET_NONE;
	}
	if (take_head(packets, &head)) {
		at = packets->room + packets->at;
		packets->at += (head.flags & WITH_TEXT) != 0 ? 0 : texts_of(&head);
		if (open_packet(packets, &head, at, packet))
			return PACKET_GOT;
		packet_clear(packet);
	}
	packets_clear(packets);
	return PACKET_END;
}

void
packets_clear(struct packets *packets)
{
	while (packets->fd_at < packets->nfds)
		close(packets->fds[packets->fd_at++]);
	packets->n = packets->at = packets->nfds = packets->fd_at = 0;
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
