#define _GNU_SOURCE /* pipe2, SOCK_CLOEXEC */
#include "filter/reader/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/dns/dns.h"
#include "filter/io/clock.h"
#include "filter/io/fault.h"
#include "filter/io/process.h"
#include "filter/io/write.h"
#include "filter/runs/run_row.h"
#include "filter/settings/profile.h"
#include "filter/stats/row.h"
#include "filter/text/i18n.h"

enum {
	ROOM = 128 * 1024,          /* octets per read */
	KEPT = 4 * 1024 * 1024,     /* a larger buffer is freed after use */
	ROW_MAX = 16 * 1024 * 1024, /* enough for more than a thousand signatures */
	START_MS = 5 * 60 * 1000    /* enough to read a large zone on a busy machine */
};

struct reader {
	pid_t pid;
	int socket, pipe;
	char *octets; /* received octets; those from `at` on have not been returned yet */
	size_t at, n, size;
	bool ended;
	enum fault fault; /* why this process could not receive */
};

/* Ignores signals that the parent handles: the process ends when its socket is closed. */
static void
ignore_interrupts(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaction(numbers[i], &ignore, NULL);
}

/* Moves descriptor fd to number. */
static bool
become(int fd, int number)
{
	if (fd == number)
		return true;
	close(number);
	return fcntl(fd, F_DUPFD, number) == number && close(fd) == 0;
}

static _Noreturn void
run(reader_work *work, void *arg, int socket, int pipe)
{
	ignore_interrupts();
	/* so that neither descriptor replaces the other */
	if (pipe == READER_ITEMS)
		pipe = fcntl(pipe, F_DUPFD, STDERR_FILENO + 1);
	if (pipe < 0 || !become(socket, READER_ITEMS) || !become(pipe, READER_RESULTS))
		_exit(EXIT_TEMPFAIL);
	_exit(work(arg));
}

static bool
open_ends(int sockets[2], int pipes[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return false;
	if (pipe2(pipes, O_CLOEXEC) == 0)
		return true;
	close(sockets[0]);
	close(sockets[1]);
	return false;
}

static struct reader *
launch(reader_work *work, void *arg)
{
	struct reader *reader = calloc(1, sizeof *reader);
	int sockets[2], pipes[2];

	if (reader == NULL || !open_ends(sockets, pipes)) {
		free(reader); /* keeps errno, as close does below */
		return NULL;
	}
	reader->pid = fork();
	if (reader->pid == 0) {
		close(sockets[0]);
		close(pipes[0]);
		run(work, arg, sockets[1], pipes[1]);
	}
	close(sockets[1]);
	close(pipes[1]);
	reader->socket = sockets[0];
	reader->pipe = pipes[0];
	if (reader->pid > 0)
		return reader;
	close(reader->socket);
	close(reader->pipe);
	free(reader);
	return NULL;
}

/* Waits for the end of the process, and frees reader; returns the exit status, or EXIT_TEMPFAIL. */
static int
collect(struct reader *reader)
{
	int status = -1;

	close(reader->socket);
	(void)process_wait(reader->pid, &status);
	close(reader->pipe);
	free(reader->octets);
	free(reader);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_TEMPFAIL;
}

/* Waits for the first frame, which says that the process is ready. */
static enum reader_got
wait_until_ready(struct reader *reader, struct frame *frame)
{
	const int64_t until_ms = clock_ms() + START_MS;
	enum reader_got got;
	int64_t left_ms;

	do { /* a signal ends a wait early */
		left_ms = until_ms - clock_ms();
		got = reader_next(reader, left_ms > 0 ? (int)left_ms : 0, frame);
	} while (got == READER_NOTHING && left_ms > 0);
	return got;
}

struct reader *
reader_start(reader_work *work, void *arg, int *status)
{
	struct reader *reader = launch(work, arg);
	struct frame frame;
	enum reader_got got;
	enum fault why;

	*status = EXIT_TEMPFAIL;
	if (reader == NULL) {
		why = fault_of_lack(errno, FAULT_NO_PROCESS);
		fprintf(stderr, "mailstamp: %s\n", translated(fault_text(why)));
		return NULL;
	}
	got = wait_until_ready(reader, &frame);
	if (got == READER_FRAME && frame.kind == FRAME_READY)
		return reader;
	if (got != READER_ENDED)
		reader_kill(reader);
	why = reader->fault;
	*status = collect(reader);
	/* it has told why, unless it was not heard, was late, or a library ended it */
	if (why == FAULT_NONE && got == READER_ENDED &&
		(*status == EXIT_TEMPFAIL || *status == EXIT_CONFIG_ERROR))
		return NULL;
	*status = EXIT_TEMPFAIL;
	if (why == FAULT_NONE)
		why = FAULT_NO_PROCESS;
	fprintf(stderr, "mailstamp: %s\n", translated(fault_text(why)));
	return NULL;
}

int
reader_socket(const struct reader *reader)
{
	return reader->socket;
}

void
reader_finish(struct reader *reader)
{
	(void)shutdown(reader->socket, SHUT_WR);
}

void
reader_kill(const struct reader *reader)
{
	(void)kill(reader->pid, SIGKILL);
}

bool
reader_end(struct reader *reader, bool kill)
{
	if (kill)
		reader_kill(reader);
	return collect(reader) == 0;
}

/* Makes room for n octets from `at` on, discarding the octets before. */
static bool
make_room(struct reader *reader, size_t n)
{
	char *grown;

	if (reader->at > 0) {
		reader->n -= reader->at;
		memmove(reader->octets, reader->octets + reader->at, reader->n);
		reader->at = 0;
	}
	if (reader->size >= n && (reader->size <= KEPT || reader->n > 0))
		return true;
	grown = realloc(reader->octets, n);
	if (grown == NULL)
		return false;
	reader->octets = grown;
	reader->size = n;
	return true;
}

/* Checks for a complete frame. READER_NOTHING: more octets are needed, *need in total. */
static enum reader_got
find_frame(const struct reader *reader, struct frame_head *head, size_t *need)
{
	const size_t there = reader->n - reader->at;

	*need = ROOM;
	if (there < sizeof *head)
		return READER_NOTHING;
	memcpy(head, reader->octets + reader->at, sizeof *head);
	if (head->kind > FRAME_RECORD || head->ours > 1 || head->nrow > ROW_MAX ||
		head->njson > (head->kind == FRAME_RECORD ? DNS_ZONE_MAX : RUN_LINE_MAX))
		return READER_WRONG;
	*need = sizeof *head + head->nrow + head->njson;
	if (there >= *need)
		return READER_FRAME;
	if (*need < ROOM)
		*need = ROOM;
	return READER_NOTHING;
}

/*
 * Is the text, without control characters, empty or one line that looks like a JSON object? lines:
 * a zone, which may have several lines.
 */
static bool
is_text(struct slice text, bool lines)
{
	if (!lines && text.n > 0 &&
		(text.n < 3 || text.p[0] != '{' || text.p[text.n - 2] != '}' ||
			text.p[text.n - 1] != '\n'))
		return false;
	for (size_t i = 0; i + 1 < text.n; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if ((c < ' ' && !(lines && (c == '\n' || c == '\t'))) || c == 0x7f)
			return false;
	}
	return true;
}

static enum reader_got
take_frame(struct reader *reader, const struct frame_head *head, struct frame *frame)
{
	const char *at = reader->octets + reader->at + sizeof *head;
	void *block = NULL;

	*frame = (struct frame){
		.kind = (enum frame_kind)head->kind,
		.turn = head->turn,
		.ours = head->ours != 0,
		.json = slice_make(at + head->nrow, head->njson),
	};
	reader->at += sizeof *head + head->nrow + head->njson;
	if (!is_text(frame->json, frame->kind == FRAME_RECORD))
		return READER_WRONG;
	if (head->nrow == 0)
		return READER_FRAME;
	block = malloc(head->nrow);
	if (block == NULL)
		return READER_FRAME; /* no memory for the row here */
	memcpy(block, at, head->nrow);
	frame->row = row_unpack(block, head->nrow);
	if (frame->row != NULL)
		return READER_FRAME;
	free(block);
	return READER_WRONG;
}

/* Reads more octets if any arrive within that time. */
static void
fetch(struct reader *reader, int ms)
{
	struct pollfd pipe = {.fd = reader->pipe, .events = POLLIN};
	const int ready = poll(&pipe, 1, ms);
	ssize_t got;

	if (ready == 0 || (ready < 0 && errno == EINTR))
		return;
	/* if poll() fails for lack of memory, the read waits instead */
	got = read(reader->pipe, reader->octets + reader->n, reader->size - reader->n);
	if (got > 0)
		reader->n += (size_t)got;
	else if (got == 0 || errno != EINTR)
		reader->ended = true;
	if (got < 0 && reader->ended)
		reader->fault = fault_of_lack(errno, FAULT_NO_PROCESS);
}

enum reader_got
reader_next(struct reader *reader, int ms, struct frame *frame)
{
	struct frame_head head;
	size_t need;

	enum reader_got got = find_frame(reader, &head, &need);

	if (got == READER_NOTHING && !reader->ended) {
		if (!make_room(reader, need)) {
			reader->fault = FAULT_NO_MEMORY;
			return READER_WRONG;
		}
		fetch(reader, ms);
		got = find_frame(reader, &head, &need);
	}
	if (got == READER_FRAME)
		return take_frame(reader, &head, frame);
	return got == READER_NOTHING && reader->ended ? READER_ENDED : got;
}

bool
outbox_add(struct outbox *outbox, const struct frame_head *head, const void *row, struct slice json)
{
	const size_t n = sizeof *head + head->nrow + head->njson;
	char *at;

	if (outbox->size - outbox->n < n) {
		const size_t size = outbox->n + n > ROOM ? outbox->n + n : ROOM;
		char *grown = realloc(outbox->octets, size);

		if (grown == NULL)
			return false;
		outbox->octets = grown;
		outbox->size = size;
	}
	at = outbox->octets + outbox->n;
	memcpy(at, head, sizeof *head);
	if (head->nrow > 0)
		memcpy(at + sizeof *head, row, head->nrow);
	if (head->njson > 0)
		memcpy(at + sizeof *head + head->nrow, json.p, head->njson);
	outbox->n += n;
	return true;
}

bool
outbox_send(struct outbox *outbox)
{
	const bool sent = outbox->n == 0 ||
			  write_bytes(READER_RESULTS, slice_make(outbox->octets, outbox->n));

	outbox->n = 0;
	if (outbox->size > KEPT) {
		free(outbox->octets);
		*outbox = (struct outbox){.octets = NULL};
	}
	return sent;
}
