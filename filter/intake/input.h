/*
 * input.h: the bytes on stdin (or of --input), all of them, in bounded memory.
 *
 * Up to 16 MiB are read into memory, from a regular file too, so that truncating it meanwhile is
 * harmless. A larger regular file is mapped as it is; more from a pipe goes through an unlinked
 * file in the spool folder, mapped. Octets beyond max_size are not kept: bytes then holds the first
 * max_size octets, partial is true, and the rest is read by input_rest while it is passed on.
 */
#ifndef FILTER_INTAKE_INPUT_H
#define FILTER_INTAKE_INPUT_H

#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/status.h"

/*
 * Where a message comes from that is not a descriptor's: the next octets into the buffer, their
 * number, 0 at the end, -1 with *fault.
 */
typedef long input_pull(void *arg, char *buffer, size_t size, enum fault *fault);

struct input {
	struct slice bytes;
	bool partial;     /* input_rest has more */
	int fd;           /* where the rest comes from, or -1 */
	input_pull *pull; /* instead of fd, with its argument; or NULL */
	void *pull_arg;
	int64_t until_ms;    /* read_timeout as a monotonic clock, or 0 */
	bool end;            /* fd was read to its end */
	bool regular;        /* fd is a file: nobody is waited for */
	bool named;          /* fd is that of --input, to be closed */
	char head;           /* the byte that was read to detect that there is more ... */
	bool has_head;       /* ... and is not in bytes */
	char *memory;        /* owned, or NULL */
	struct slice mapped; /* owned: spool_release; or empty */
};

/*
 * Reads everything (or up to the limit). ST_TEMP with *fault (a read error, a time-out, no spool
 * space, no memory); ST_BAD for an --input that is neither a file nor a folder with exactly one
 * .eml. *input is set whatever the status, for input_drain and input_free.
 */
enum status input_read(const struct options *options, struct input *input, enum fault *fault);

/* The two halves of it: no octet of the message is read before the second. */
enum status input_open(const struct options *options, struct input *input, enum fault *fault);
enum status input_take(const struct options *options, struct input *input, enum fault *fault);

/* The same from pull. */
enum status input_read_pull(const struct options *options, input_pull *pull, void *arg,
	struct input *input, enum fault *fault);

/*
 * For a partial input that cannot be passed on in pieces: everything, whatever its size, goes to
 * the spool, mapped; earlier pointers into bytes are invalid. partial is false then. ST_TEMP with
 * *fault.
 */
enum status input_complete(const struct options *options, struct input *input, enum fault *fault);

/*
 * The next piece past bytes, into the caller's buffer of size > 0: its length, 0 at the end, -1 on
 * an error or time-out.
 */
long input_rest(struct input *input, char *buffer, size_t size);

/*
 * Reads stdin to its end and discards it (a mail server may consider a filter that does not read to
 * have failed). Stops at the time-out. Also where *input is all zero.
 */
void input_drain(struct input *input);

/* The same for stdin before anything was read, for at most that many seconds; 0: no limit. */
void input_discard(int64_t timeout);

/* *input may be all zero */
void input_free(struct input *input);

#endif
