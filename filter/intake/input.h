/*
 * input.h: reads stdin (or --input) to its end, in bounded memory.
 *
 * Up to 16 MiB are read into memory, even from a regular file, so that it is harmless if the file
 * is truncated. A larger regular file is mapped; more from a pipe goes through an unlinked file in
 * the spool folder, which is mapped. If there are more than max_size octets, bytes holds the first
 * max_size, partial is true, and the rest is read by input_rest while it is passed on.
 */
#ifndef FILTER_INTAKE_INPUT_H
#define FILTER_INTAKE_INPUT_H

#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/status.h"

/*
 * Called for a message that does not come from a descriptor: puts the next octets into the buffer
 * and returns their number, 0 at the end, -1 with *fault.
 */
typedef long input_pull(void *arg, char *buffer, size_t size, enum fault *fault);

struct input {
	struct slice bytes;
	bool partial;     /* input_rest has more */
	int fd;           /* the source of the rest, or -1 */
	input_pull *pull; /* used instead of fd, with pull_arg; or NULL */
	void *pull_arg;
	int64_t until_ms;    /* when read_timeout ends, on a monotonic clock, or 0 */
	bool end;            /* fd was read to its end */
	bool regular;        /* fd is a regular file, on which reads do not block */
	bool named;          /* fd belongs to --input and must be closed */
	char head;           /* a byte read to detect more input */
	bool has_head;       /* head holds a byte that is not in bytes */
	char *memory;        /* owned, or NULL */
	struct slice mapped; /* owned: spool_release; or empty */
};

/*
 * Reads everything (or up to the limit). ST_TEMP with *fault (a read error, a time-out, no spool
 * space, out of memory); ST_BAD for an --input that is neither a file nor a folder with exactly one
 * .eml. *input is set whatever the status, for input_drain and input_free.
 */
enum status input_read(const struct options *options, struct input *input, enum fault *fault);

/* input_read in two steps: input_open reads no octet of the message. */
enum status input_open(const struct options *options, struct input *input, enum fault *fault);
enum status input_take(const struct options *options, struct input *input, enum fault *fault);

/* The same from a callback. */
enum status input_read_pull(const struct options *options, input_pull *pull, void *arg,
	struct input *input, enum fault *fault);

/*
 * For a partial input that cannot be passed on in pieces: copies all of it to the spool, whatever
 * its size, and maps it. Earlier pointers into bytes become invalid, and partial becomes false.
 * ST_TEMP with *fault.
 */
enum status input_complete(const struct options *options, struct input *input, enum fault *fault);

/*
 * Reads the next octets after bytes into the caller's buffer of size > 0: their number, 0 at the
 * end, -1 on an error or time-out.
 */
long input_rest(struct input *input, char *buffer, size_t size);

/*
 * Reads and discards stdin to its end, because a mail server may consider a filter that does not
 * read to have failed. Stops at the time-out. *input may be all zero.
 */
void input_drain(struct input *input);

/* The same for stdin before anything was read, for at most that many seconds; 0: no limit. */
void input_discard(int64_t timeout);

/* *input may be all zero */
void input_free(struct input *input);

#endif
