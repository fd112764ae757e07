#include "filter/out/output.h"

#include <stdlib.h>

#include "filter/io/write.h"

enum { REST_SIZE = 256 * 1024 };

/* Adds the header without the fields that scrub drops, in as few ranges as possible. */
static bool
add_header(struct output *output, struct write_gather *g)
{
	struct slice rest = output->message->header;
	const char *from = rest.p;
	struct field field;

	output->dropped = 0;
	while (fields_next(&rest, output->max_field, &field)) {
		if (!scrub_drops(output->scrub, &field))
			continue;
		output->dropped++;
		if (!write_add(g, slice_make(from, (size_t)(field.raw.p - from))))
			return false;
		from = field.raw.p + field.raw.n;
	}
	/* the rest, from the end of the header on, is one range */
	return write_add(
		g, slice_from(output->message->raw, (size_t)(from - output->message->raw.p)));
}

static bool
copy_rest(struct input *input, int fd)
{
	char *buffer = malloc(REST_SIZE);
	long got = -1;

	while (buffer != NULL && (got = input_rest(input, buffer, REST_SIZE)) > 0) {
		if (!write_bytes(fd, slice_make(buffer, (size_t)got))) {
			got = -1;
			break;
		}
	}
	free(buffer);
	return got == 0;
}

enum status
output_message(struct output *output, int fd)
{
	const struct message *message = output->message;
	struct write_gather g = {.fd = fd};
	/*
	 * an mbox line without a line end is written after our fields: if it came first, our first
	 * field would become part of it
	 */
	bool mbox =
		message->mbox_from.n > 0 && message->mbox_from.p[message->mbox_from.n - 1] == '\n';

	if (output->rest != NULL && (message->flags & MESSAGE_NO_BLANK_LINE) != 0)
		return ST_BAD;
	if (mbox && !write_add(&g, message->mbox_from))
		return ST_TEMP;
	if (!write_add(&g, output->block))
		return ST_TEMP;
	if (!mbox && !write_add(&g, message->mbox_from))
		return ST_TEMP;
	if (message->raw.n > 0 && !add_header(output, &g))
		return ST_TEMP;
	if (!write_flush(&g))
		return ST_TEMP;
	if (output->rest != NULL && !copy_rest(output->rest, fd))
		return ST_TEMP;
	return ST_OK;
}
