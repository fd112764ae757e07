/*
 * A message's line: the row read is safe to show, and a copy of it is the same. If the first octet
 * is not printable, what the processes of batch send to each other for that line, with some octets
 * replaced: a row, a packet with descriptors, or a frame. The receiver takes it whole or not at
 * all, and keeps no descriptor.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/io/write.h"
#include "filter/reader/reader.h"
#include "filter/runs/run_row.h"

enum { ENDS = 2, EDIT = 3, EDITS_MAX = 8, FDS_MAX = 4, TOGETHER = 3 };

/* what is replaced: each edit has an offset of two octets and the new octet */
struct edits {
	const uint8_t *octets;
	size_t n;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_texts(const struct row *row)
{
	assert(row->path != NULL && row->error != NULL && row->spf_domain != NULL);
	assert(row->author_domain != NULL && row->client_ip != NULL && row->client_name != NULL);
	assert(row->policy != NULL && row->reason != NULL && row->indicator != NULL);
	assert(row->override != NULL && strlen(row->path) <= ROW_PATH);
	assert(row->nsignatures <= ROW_SIGNATURES && row->nwhat_ifs <= WHAT_IF_MAX);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strlen(row->signatures[i].d) <= ROW_TEXT && row->signatures[i].s != NULL);
	assert(row->nadvice <= ROW_ADVICE && row->failed == (row->error[0] != '\0'));
	for (const char *p = row->path; *p != '\0'; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
}

static void
check_copy(const struct row *row)
{
	struct row *copy = row_copy(row);

	assert(copy != NULL && strcmp(copy->path, row->path) == 0);
	assert(strcmp(copy->override, row->override) == 0);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strcmp(copy->signatures[i].s, row->signatures[i].s) == 0);
	for (size_t i = 0; i < row->nadvice; i++)
		assert(strcmp(copy->advice[i].text, row->advice[i].text) == 0);
	free(copy);
}

static void
edit(const struct edits *edits, char *octets, size_t n)
{
	for (size_t i = 0; n > 0 && i < edits->n; i++) {
		const uint8_t *at = edits->octets + EDIT * i;

		octets[((size_t)at[0] | (size_t)at[1] << 8) % n] = (char)at[2];
	}
}

/* The row as the reader sends it. NULL: the line has none. */
static char *
pack(struct slice line, const struct edits *edits, size_t *n)
{
	struct error error = {.path = NULL};
	struct arena arena;
	struct row row;
	char *block = NULL;

	arena_init(&arena, NULL, NULL);
	if (run_row_read(line, &arena, &row, &error) == ST_OK) {
		block = row_pack(&row, n);
		assert(block != NULL);
		edit(edits, block, *n);
	}
	arena_clear(&arena);
	return block;
}

/* Checks that each text ends and is safe to show, as all that is read of a row. */
static void
check_unpacked(struct row *row)
{
	struct row *copy = row_copy(row);

	assert(copy != NULL && strcmp(copy->path, row->path) == 0);
	for (const char *p = row->path; *p != '\0'; p++)
		assert((unsigned char)*p >= ' ' && *p != 0x7f);
	for (size_t i = 0; i < row->nsignatures; i++)
		assert(strcmp(copy->signatures[i].d, row->signatures[i].d) == 0);
	assert(row->nwhat_ifs <= WHAT_IF_MAX && row->nadvice <= ROW_ADVICE);
	free(copy);
}

static void
check_row(struct slice line, const struct edits *edits)
{
	size_t n;
	char *block = pack(line, edits, &n);
	struct row *row = block != NULL ? row_unpack(block, n) : NULL;

	assert(row != NULL || block == NULL || edits->n > 0);
	if (row != NULL)
		check_unpacked(row);
	free(block);
}

/* Sums up the octets, so that the sanitizer sees them read. */
static size_t
touch(struct slice octets)
{
	volatile size_t sum = 0;

	for (size_t i = 0; i < octets.n; i++)
		sum += (unsigned char)octets.p[i];
	return sum;
}

static void
check_packet(const struct packet *packet)
{
	const int fds[] = {packet->file, packet->spool, packet->stamp};

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		assert(fds[i] == -1 || (fds[i] > STDERR_FILENO && lseek(fds[i], 0, SEEK_CUR) == 0));
	assert(packet->file == -1 ||
		(packet->file != packet->spool && packet->file != packet->stamp));
	assert(fault_text(packet->error) != NULL || packet->error == FAULT_NONE);
	assert(packet->side_error < FAULT_END && packet->stamp_error < FAULT_END);
	(void)touch(slice_str(packet->name));
	assert(!packet->has_line || packet->line != NULL);
	if (packet->has_line)
		(void)touch(slice_str(packet->line));
	if (packet->has_side)
		(void)touch(packet->side);
	if (packet->error == FAULT_NONE && packet->file < 0)
		(void)touch(packet->bytes);
}

/* Sends octets with nfds descriptors, all of one file with text. */
static void
send_edited(int socket, char *octets, size_t n, size_t nfds, struct slice text)
{
	union {
		struct cmsghdr head;
		char octets[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control = {.octets = {0}};
	struct iovec part = {octets, n};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int fds[FDS_MAX];

	for (size_t i = 0; i < nfds; i++) {
		fds[i] = spool_open(NULL, text.n);
		assert(fds[i] >= 0 && write_bytes(fds[i], text) && lseek(fds[i], 0, SEEK_SET) == 0);
	}
	if (nfds > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(nfds * sizeof *fds);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(nfds * sizeof *fds);
		memcpy(CMSG_DATA(&control.head), fds, nfds * sizeof *fds);
	}
	assert(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)n);
	for (size_t i = 0; i < nfds; i++)
		close(fds[i]);
}

/*
 * The line is the message, the line of the list and the side file at once; one to three such
 * messages are sent together.
 */
static void
send_and_receive(int ends[ENDS], struct slice line, const struct edits *edits, unsigned shape)
{
	static struct packets packets;
	static char room[PACKET_INLINE];
	const size_t nfds = (shape >> 2 & 7) % (FDS_MAX + 1);
	char text[256];
	struct packet sent[TOGETHER], packet = {.name = text,
					      .line = text,
					      .side = line,
					      .bytes = line,
					      .file = -1,
					      .spool = -1,
					      .stamp = -1};
	const bool large = line.n > PACKET_INLINE / 16;
	const size_t together = large ? 1 : (shape >> 6) % TOGETHER + 1;
	size_t taken = 0;
	ssize_t n;

	snprintf(text, sizeof text, "%.*s", (int)(line.n < 200 ? line.n : 200), line.p);
	packet.has_line = (shape & 1) != 0;
	packet.has_side = (shape & 2) != 0;
	for (size_t i = 0; i < together; i++)
		sent[i] = packet;
	assert(packet_send(ends[0], sent, together, NULL, NULL) == together);
	n = recv(ends[1], room, sizeof room, 0);
	assert(n > 0);
	edit(edits, room, (size_t)n < 128 ? (size_t)n : 128); /* mostly the head */
	send_edited(ends[0], room, (size_t)n - (shape >> 5 & 1), nfds, line);
	assert(packet_receive(ends[1], false, &packets) == PACKET_GOT);
	while (packet_next(&packets, &packet) == PACKET_GOT) {
		check_packet(&packet);
		packet_clear(&packet);
		taken++;
	}
	assert(taken == together || edits->n > 0 || (shape >> 5 & 1) != 0);
}

static void
check_exchange(struct slice line, const struct edits *edits, unsigned shape)
{
	const int before = dup(STDERR_FILENO);
	int ends[ENDS], after;

	close(before);
	assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
	send_and_receive(ends, line, edits, shape);
	close(ends[0]);
	close(ends[1]);
	after = dup(STDERR_FILENO);
	close(after);
	assert(before == after); /* no descriptor is left open */
}

/* the process that sends frames */

struct sent {
	char *octets;
	size_t n;
};

static int
send_frames(void *arg)
{
	const struct sent *sent = arg;
	const struct frame_head ready = {.kind = FRAME_READY};

	return write_bytes(READER_RESULTS, slice_make((const char *)&ready, sizeof ready)) &&
			       write_bytes(READER_RESULTS, slice_make(sent->octets, sent->n))
		       ? 0
		       : 1;
}

static void
check_frames(struct slice line, const struct edits *edits)
{
	const struct slice json = SLICE("{\"index\":7}\n");
	const struct edits none = {NULL, 0};
	struct outbox outbox = {.octets = NULL};
	struct frame_head head = {.kind = FRAME_RESULT, .turn = 7, .njson = json.n};
	size_t n = 0, frames = 0;
	char *block = pack(line, &none, &n);
	struct reader *reader;
	struct frame frame;
	struct sent sent;
	int status;

	head.nrow = n;
	for (size_t i = 0; i < 2; i++)
		assert(outbox_add(&outbox, &head, block, json));
	free(block);
	edit(edits, outbox.octets, outbox.n);
	sent = (struct sent){outbox.octets, outbox.n};
	reader = reader_start(send_frames, &sent, &status);
	assert(reader != NULL);
	for (;;) {
		const enum reader_got got = reader_next(reader, 1000, &frame);

		if (got == READER_FRAME) {
			assert(frame.kind <= FRAME_RECORD && ++frames < 1000);
			(void)touch(frame.json);
			if (frame.row != NULL)
				check_unpacked(frame.row);
			free(frame.row);
		} else if (got != READER_NOTHING)
			break;
	}
	(void)reader_end(reader, true);
	free(outbox.octets);
}

static void
check_sent(const uint8_t *data, size_t size)
{
	const size_t nedits = data[0] / 3 % (EDITS_MAX + 1);
	const struct edits edits = {data + 2, nedits};
	struct slice line;

	if (size < 2 + EDIT * nedits)
		return;
	line = slice_from(slice_make((const char *)data, size), 2 + EDIT * nedits);
	if (line.n > PACKET_INLINE / 4)
		return;
	if (data[0] % 3 == 0)
		check_row(line, &edits);
	else if (data[0] % 3 == 1)
		check_exchange(line, &edits, data[1]);
	else
		check_frames(line, &edits);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = slice_make((const char *)data, size);
	struct row row;
	struct error error = {.path = NULL};
	struct arena arena;

	if (size >= 2 && data[0] < ' ') {
		check_sent(data, size);
		return 0;
	}
	arena_init(&arena, NULL, NULL);
	if (run_row_read(line, &arena, &row, &error) == ST_OK) {
		check_texts(&row);
		check_copy(&row);
		assert(strcmp(row_text(slice_str(row.path), ROW_PATH, &arena), row.path) == 0);
		for (size_t i = 0; i < row.nadvice; i++)
			assert(strcmp(row_text(slice_str(row.advice[i].text), ROW_TEXT, &arena),
				       row.advice[i].text) == 0);
	} else {
		assert(error.reason.id != REASON_NONE);
	}
	arena_clear(&arena);
	return 0;
}
