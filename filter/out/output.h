/*
 * output.h: writes the stamped message: our block on top, all other bytes unchanged except for
 * dropped fields (mailstamp(1), What is written).
 */
#ifndef FILTER_OUT_OUTPUT_H
#define FILTER_OUT_OUTPUT_H

#include "filter/intake/input.h"
#include "filter/verdict/scrub.h"
#include "mime/message.h"

struct output {
	const struct message *message;
	size_t max_field;   /* octets; the limit of a field's size that was used to parse message */
	struct slice block; /* our fields with their line ends */
	const struct scrub *scrub;
	struct input *rest; /* the input with the octets after the message's bytes, or NULL */
	size_t dropped;     /* set by output_message: the number of dropped fields */
};

/*
 * Writes everything to fd. ST_TEMP with errno if a write failed or the rest could not be read: then
 * the message was not passed on completely. ST_BAD if the header of a partial message is incomplete
 * and so cannot be scrubbed; then nothing is written.
 */
enum status output_message(struct output *output, int fd);

#endif
