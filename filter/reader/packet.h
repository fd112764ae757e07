/*
 * packet.h: data exchanged by the processes of batch. The opener sends each mail that it took out
 * of a file to the parent, and the parent sends it to the reader, as a packet with its descriptors;
 * the reader answers with frames. Several packets are sent and received by one call, because that
 * costs little more than one packet does.
 */
#ifndef FILTER_READER_PACKET_H
#define FILTER_READER_PACKET_H

#include <stdint.h>

#include "filter/io/fault.h"
#include "mime/slice.h"

enum {
	PACKET_INLINE = 64 * 1024, /* maximum octets that are sent together; larger texts are in a
				      separate file */
	PACKET_MANY = 16,          /* maximum number of packets that are sent together */
	PACKET_FDS = 4 * PACKET_MANY, /* maximum number of their descriptors */
	PACKET_WAIT_MS = 60 * 1000    /* maximum time to send one while ETOOMANYREFS */
};

/* A message and everything needed to evaluate it. */
struct packet {
	uint64_t turn;          /* number of the result */
	uint64_t index;         /* index of the message in the run */
	enum fault error;       /* the message cannot be read */
	enum fault side_error;  /* the side file cannot be read */
	enum fault stamp_error; /* the stamped copy cannot be written */
	bool partial;           /* over the size limit */
	bool has_line, has_side;
	const char *name;   /* for people; name and line end with NUL */
	const char *line;   /* line of --envelopes, if has_line */
	struct slice side;  /* text of the side file, if has_side */
	struct slice bytes; /* the message, if file is -1 */
	double share;       /* from the opener: the fraction of the work done so far */
	bool last;          /* not a message: the opener has finished */
	int file;           /* the message at offset 0, or -1 */
	uint64_t size;      /* size of that file when it was opened */
	bool in_pieces;     /* set by worker_octets: its body is not kept in memory */
	int spool;          /* an empty file for the octets of a large message; or -1 */
	int stamp;          /* the file to write with --output stamp; or -1 */
	void *held;         /* private to the receiver, for packet_clear */
};

/* How long packet_send waits while this user has too many descriptors in transit. */
struct packet_wait {
	int64_t ms;
	bool (*stop)(void *arg); /* called every few milliseconds: true ends the wait */
	void *arg;
};

/*
 * Sends the first of n packets, and together with it as many after it as fit, by one call; returns
 * how many. 0: the first one could not be sent, for the reason in errno: EPIPE means that no
 * process reads; otherwise memory or descriptors ran out. ETOOMANYREFS: this user has too many
 * descriptors in transit, in this run or in others, and still had at the end of wait. wait: NULL
 * means PACKET_WAIT_MS without stop. spool_dir: folder for the texts of a large packet.
 */
size_t packet_send(int socket, const struct packet *packets, size_t n, const char *spool_dir,
	const struct packet_wait *wait);

/* Packets that were received together. */
struct packets {
	size_t n, at; /* octets in room, and where the next packet begins */
	size_t nfds, fd_at;
	int fds[PACKET_FDS];
	char room[PACKET_INLINE];
};

enum packet_got {
	PACKET_GOT,
	PACKET_NONE, /* no packet now */
	PACKET_END,  /* no more packets */
};

/*
 * Receives the next packets, of which none may be left in *packets. PACKET_NONE only if wait is
 * false.
 */
enum packet_got packet_receive(int socket, bool wait, struct packets *packets);

/*
 * The next of the received packets, which points into packets. After PACKET_GOT packet_clear must
 * be called. PACKET_NONE: there are no more of them; PACKET_END: the rest is malformed. If the
 * descriptors or memory of a packet could not be obtained, packet->error says so.
 */
enum packet_got packet_next(struct packets *packets, struct packet *packet);

/* Closes the descriptors of the packets that were not taken. */
void packets_clear(struct packets *packets);

/* Closes its descriptors and frees its memory. */
void packet_clear(struct packet *packet);

/* The kinds of frames that a reader sends. */
enum frame_kind {
	FRAME_READY,  /* the reader has started */
	FRAME_RESULT, /* result of the message with that turn */
	FRAME_WANTED, /* `turn` threads want work */
	FRAME_RECORD  /* json is all DNS answers, as a zone */
};

struct frame_head {
	uint32_t kind;
	uint32_t ours; /* not evaluated because of a transient local failure */
	uint64_t turn;
	uint64_t nrow;  /* octets of the row (row_unpack); 0: memory ran out */
	uint64_t njson; /* octets of the message's JSON line */
};

#endif
