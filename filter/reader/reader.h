/*
 * reader.h: the parent's interface to a process that it starts, such as the one that reads
 * messages: sends packets to it and receives its frames (packet.h), which are not trusted.
 */
#ifndef FILTER_READER_READER_H
#define FILTER_READER_READER_H

#include "filter/reader/packet.h"
#include "filter/stats/row.h"

enum {
	READER_ITEMS = 0,  /* the process's descriptor for incoming packets */
	READER_RESULTS = 1 /* the process's descriptor for frames */
};

struct reader; /* one process */

/* The main function of the new process; returns the exit status. */
typedef int reader_work(void *arg);

/*
 * Starts the process, which calls work and must send FRAME_READY first. NULL if it does not, with
 * *status: its exit status; if no process could be started, stderr says why. Must not be called
 * while other threads hold locks that work needs.
 */
struct reader *reader_start(reader_work *work, void *arg, int *status);

/* The socket for packet_send. */
int reader_socket(const struct reader *reader);

/* Ends sending: the process ends after it has read the packets that were sent. */
void reader_finish(struct reader *reader);

void reader_kill(const struct reader *reader);

struct frame {
	enum frame_kind kind;
	uint64_t turn;
	bool ours;
	struct row *row;   /* for a result: from malloc, owned by the caller; or NULL */
	struct slice json; /* valid until the next call */
};

enum reader_got {
	READER_FRAME,
	READER_NOTHING, /* not yet */
	READER_ENDED,   /* there will be no more */
	READER_WRONG    /* an invalid frame; the ones after it are lost */
};

/* Receives the next frame; waits at most ms. */
enum reader_got reader_next(struct reader *reader, int ms, struct frame *frame);

/*
 * Waits for the end of the process, after killing it if kill is true, and frees reader. True: the
 * exit status was 0.
 */
bool reader_end(struct reader *reader, bool kill);

/* Frames to be sent, used in the process. */
struct outbox {
	char *octets;
	size_t n, size;
};

/* Adds a frame; false when out of memory. */
bool outbox_add(
	struct outbox *outbox, const struct frame_head *head, const void *row, struct slice json);

/* Sends the added frames. False if no process reads. */
bool outbox_send(struct outbox *outbox);

#endif
