#include "filter/archive/opener.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "filter/archive/hand.h"
#include "filter/io/read.h"
#include "filter/reader/reader.h"
#include "filter/settings/confine.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"

/*
 * AHEAD: maximum number of items in transit to the parent. Without this limit, the descriptors in
 * transit to parents could stay too many (ETOOMANYREFS) for ever, so that no parent could send any.
 * For the same reason more items are requested only when those that have arrived were taken.
 */
enum { LOOK_UP_US = 200 * 1000, AHEAD = PACKET_MANY, LOAD_SECONDS = 15 };

struct opener {
	struct reader *process;
	double share;
	struct source_damage damage;
	bool ended, died;
	atomic_bool stopped;
	size_t asked; /* items that were requested and have not arrived */
	struct packets packets;
};

/* in the process that opens files */

struct job {
	const struct options *options;
	struct source *source;
	struct arena *arena;
	size_t asked;
	struct item items[PACKET_MANY]; /* found, and not yet sent */
	struct packet packets[PACKET_MANY];
	size_t n;
	bool gone; /* the parent has ended */
};

/* Waits until the parent has asked for an item. False: the parent has ended. */
static bool
wait_for_parent(struct job *job)
{
	char octets[AHEAD];
	ssize_t got = 1;

	while (job->asked == 0 && got > 0) {
		got = read_once(READER_ITEMS, octets, sizeof octets);
		job->asked += got > 0 ? (size_t)got : 0;
	}
	return job->asked > 0;
}

/* Sends n packets; false if the parent has ended. One that cannot be sent is reported to it. */
static bool
send_packets(const struct job *job, struct packet *packets, size_t n)
{
	const char *spool_dir = job->options->spool_dir;

	while (n > 0) {
		size_t sent = packet_send(READER_ITEMS, packets, n, spool_dir, NULL);

		if (sent == 0) {
			packets->error = errno == ETOOMANYREFS ? FAULT_OPEN_FILES : FAULT_NO_SPOOL;
			packets->file = -1;
			packets->has_side = packets->has_line = false;
			sent = packet_send(READER_ITEMS, packets, 1, spool_dir, NULL);
		}
		if (sent == 0)
			return false;
		packets += sent;
		n -= sent;
	}
	return true;
}

/* Sends the items that were found, because there are enough, or the next may take long. */
static void
send_items(void *arg)
{
	struct job *job = arg;

	job->gone |= !send_packets(job, job->packets, job->n);
	for (size_t i = 0; i < job->n; i++)
		item_clear(&job->items[i]);
	job->asked -= job->n < job->asked ? job->n : job->asked;
	job->n = 0;
}

/* Takes over the item. */
static void
add_item(struct job *job, const struct item *item)
{
	job->items[job->n] = *item;
	job->packets[job->n] = hand_packet(item);
	job->packets[job->n].share = source_share(job->source);
	job->n++;
	job->gone |= !wait_for_parent(job);
	if (job->n == PACKET_MANY || job->n >= job->asked)
		send_items(job);
}

static bool
send_end(const struct job *job)
{
	const struct source_damage *damage = source_damage(job->source);
	const struct packet packet = {
		.last = true,
		.name = "",
		.bytes = slice_make((const char *)damage, sizeof *damage),
		.share = 1,
		.file = -1,
		.spool = -1,
		.stamp = -1,
	};

	return packet_send(READER_ITEMS, &packet, 1, job->options->spool_dir, NULL) == 1;
}

static bool
say_ready(void)
{
	const struct frame_head head = {.kind = FRAME_READY};
	struct outbox outbox = {.octets = NULL};
	const bool sent = outbox_add(&outbox, &head, NULL, SLICE("")) && outbox_send(&outbox);

	free(outbox.octets);
	return sent;
}

static void
look_up(int number)
{
	struct pollfd parent = {.fd = READER_ITEMS};

	(void)number;
	if (poll(&parent, 1, 0) > 0 && (parent.revents & POLLHUP) != 0)
		_exit(EXIT_TEMPFAIL);
}

/*
 * Makes this process check regularly whether the parent is alive, and exit if not: unpacking a bomb
 * can take minutes, a list of files may be a silent pipe, and the parent's sandbox does not allow
 * it to signal this process.
 */
static void
watch_parent(void)
{
	const struct itimerval often = {{0, LOOK_UP_US}, {0, LOOK_UP_US}};
	struct sigaction action = {.sa_handler = look_up, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
}

static int
open_files(void *arg)
{
	struct job *job = arg;
	struct error error;
	struct item item;

	(void)alarm(LOAD_SECONDS);
	if (!source_load(job->source))
		arena_lacks(job->arena, ARENA_MEMORY);
	(void)alarm(0);
	watch_parent();
	if (confine_opener(job->options, source_list(job->source), job->arena, &error) != ST_OK) {
		error_print(&error, job->arena);
		return EXIT_TEMPFAIL;
	}
	if (!say_ready())
		arena_lacks(job->arena, ARENA_MEMORY);
	source_before_long(job->source, send_items, job);
	while (!job->gone && source_next(job->source, &item)) {
		item_take_side(&item);
		add_item(job, &item);
	}
	send_items(job);
	return !job->gone && send_end(job) ? 0 : EXIT_TEMPFAIL;
}

/* in the parent */

struct opener *
opener_start(const struct options *options, struct source *source, struct arena *arena, int *status)
{
	struct job job = {.options = options, .source = source, .arena = arena};
	struct opener *opener = calloc(1, sizeof *opener);

	if (opener == NULL)
		arena_lacks(arena, ARENA_MEMORY);
	opener->share = -1;
	opener->process = reader_start(open_files, &job, status);
	if (opener->process != NULL)
		return opener;
	free(opener);
	return NULL;
}

/* A copy from malloc; NULL when out of memory. */
static char *
copy(const char *octets, size_t n)
{
	char *made = malloc(n + 1);

	if (made == NULL)
		return NULL;
	if (n > 0)
		memcpy(made, octets, n);
	made[n] = '\0';
	return made;
}

/* Is it a regular file? *size is its size. */
static bool
is_file(int fd, uint64_t *size)
{
	struct stat info;

	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return false;
	*size = (uint64_t)info.st_size;
	return true;
}

/* Takes the last packet, which has the final counts instead of a message. Always false. */
static bool
take_end(struct opener *opener, const struct packet *packet)
{
	struct source_damage *damage = &opener->damage;

	opener->ended = true;
	opener->died = packet->bytes.n != sizeof *damage;
	if (!opener->died) {
		memcpy(damage, packet->bytes.p, sizeof *damage);
		damage->first[sizeof damage->first - 1] = '\0';
	}
	return false;
}

/* Moves a packet to item; false if it contains anything that the opener never sends. */
static bool
take_item(struct packet *packet, struct item *item)
{
	uint64_t size = 0;

	if (packet->spool >= 0 || packet->stamp >= 0 ||
		(packet->file >= 0 && !is_file(packet->file, &size)))
		return false;
	*item = (struct item){
		.index = (size_t)packet->index,
		.name = copy(packet->name, strlen(packet->name)),
		.error = packet->error,
		.side_error = packet->side_error,
		.fd = packet->file,
		.size = size,
		.n = packet->bytes.n,
		.partial = packet->partial,
		.nside = packet->side.n,
	};
	packet->file = -1;
	if (item->fd < 0 && item->error == FAULT_NONE)
		item->bytes = copy(packet->bytes.p, packet->bytes.n);
	if (packet->has_line)
		item->line = copy(packet->line, strlen(packet->line));
	if (packet->has_side)
		item->side = copy(packet->side.p, packet->side.n);
	if ((item->fd < 0 && item->error == FAULT_NONE && item->bytes == NULL) ||
		(packet->has_line && item->line == NULL) ||
		(packet->has_side && item->side == NULL))
		item->error = FAULT_NO_MEMORY;
	return true;
}

/*
 * Requests items, by one octet for each. False: the octets could not be sent, so that the opener
 * would wait for ever.
 */
static bool
ask_for_more(struct opener *opener)
{
	static const char octets[AHEAD];
	const size_t n = AHEAD - opener->asked;
	ssize_t sent;

	if (n < AHEAD / 2)
		return true;
	do
		sent = send(reader_socket(opener->process), octets, n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	opener->asked += sent > 0 ? (size_t)sent : 0;
	/* if the opener has ended, receiving shows that */
	return sent > 0 || errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN;
}

/* The next packet; false if there is none. */
static bool
next_packet(struct opener *opener, struct packet *packet)
{
	enum packet_got got;

	while ((got = packet_next(&opener->packets, packet)) == PACKET_NONE)
		if (!ask_for_more(opener) || packet_receive(reader_socket(opener->process), true,
						     &opener->packets) != PACKET_GOT)
			return false;
	return got == PACKET_GOT;
}

bool
opener_has_more(const struct opener *opener)
{
	return !opener->ended && opener->packets.at < opener->packets.n;
}

bool
opener_next(struct opener *opener, struct item *item)
{
	struct packet packet;
	bool taken;

	*item = (struct item){.fd = -1};
	if (opener->ended)
		return false;
	if (!next_packet(opener, &packet)) {
		opener->ended = true;
		opener->died = !atomic_load(&opener->stopped);
		return false;
	}
	opener->asked -= opener->asked > 0 ? 1 : 0;
	if (packet.share <= 1) /* also excludes NaN */
		opener->share = packet.share;
	if (packet.last) {
		taken = take_end(opener, &packet);
	} else {
		taken = take_item(&packet, item);
		opener->ended = opener->died = !taken;
	}
	packet_clear(&packet);
	if (taken && atomic_load(&opener->stopped)) {
		item_clear(item);
		taken = false;
	}
	return taken;
}

void
opener_stop(struct opener *opener)
{
	atomic_store(&opener->stopped, true);
	(void)shutdown(reader_socket(opener->process), SHUT_RDWR);
}

bool
opener_died(const struct opener *opener)
{
	return opener->died;
}

double
opener_share(const struct opener *opener)
{
	return opener->share;
}

const struct source_damage *
opener_damage(const struct opener *opener)
{
	return &opener->damage;
}

void
opener_end(struct opener *opener)
{
	if (opener == NULL)
		return;
	packets_clear(&opener->packets);
	(void)reader_end(
		opener->process, false); /* the process then notices that the parent has gone */
	free(opener);
}
