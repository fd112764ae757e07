/*
 * output.h: the stamped message: our block on top, every other byte unchanged (mailstamp(1), What
 * is written).
 */
#ifndef FILTER_OUT_OUTPUT_H
#define FILTER_OUT_OUTPUT_H

#include "filter/intake/input.h"
#include "filter/verdict/scrub.h"
#include "mime/message.h"

struct output {
	const struct message *message;
	size_t max_field;   /* octets; the field size limit used to read message */
	struct slice block; /* our fields with their line ends */
	const struct scrub *scrub;
	struct input *rest; /* an input with more after the message's bytes, or NULL */
	size_t dropped;     /* set by output_message: fields left out */
};

/*
 * Writes everything to fd. ST_TEMP with errno if a write failed or the rest could not be read: then
 * the message was not passed on completely. ST_BAD if the header of a partial message extends
 * beyond the octets held, so that it cannot be scrubbed; then nothing is written.
 */
enum status output_message(struct output *output, int fd);

#endif
