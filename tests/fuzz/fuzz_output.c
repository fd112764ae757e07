/*
 * fuzz_output: the output is the message without the fields that scrub drops, and contains no
 * forgery.
 */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "filter/out/output.h"

enum { MAX_FIELD = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice ids[] = {
	{"mx.example", 10},
};

/* Returns the message as output_message writes it, in the arena. */
static struct slice
written(const struct message *message, enum scrub_what what, size_t *dropped, struct arena *arena)
{
	struct scrub scrub = {.what = what, .ids = ids, .nids = 1, .arena = arena};
	struct output output = {.message = message,
		.max_field = MAX_FIELD,
		.block = SLICE("B: 1\n"),
		.scrub = &scrub};
	int fd = memfd_create("fuzz", 0);
	enum status st = output_message(&output, fd);
	off_t n = lseek(fd, 0, SEEK_CUR);
	char *p = arena_alloc(arena, n < 0 ? 0 : (size_t)n);

	assert(st == ST_OK && n >= 0 && pread(fd, p, (size_t)n, 0) == n);
	close(fd);
	*dropped = output.dropped;
	return slice_make(p, (size_t)n);
}

/* Would a plain reader take the field for one of ours? */
static bool
is_forged(const struct field *field)
{
	const struct slice name = SLICE("Authentication-Results"), ours = SLICE("mailstamp-");
	struct slice value = slice_trim(field->value);

	if ((field->flags & FIELD_JUNK) != 0)
		return false;
	if (slice_istarts(field->name, ours))
		return true;
	return slice_ieq(field->name, name) && slice_istarts(value, ids[0]) &&
	       (value.n == ids[0].n || value.p[ids[0].n] == ';' || value.p[ids[0].n] == ' ');
}

/* text: the whole output; it begins with the mbox line, of mbox octets, and our block. */
static void
check_scrubbed(struct slice text, size_t mbox, const struct message *message, struct arena *arena)
{
	struct slice rest = slice_from(text, mbox + 5);
	struct message again;
	struct field field;
	size_t dropped, n = 0;

	while (fields_next(&rest, MAX_FIELD, &field)) {
		assert(!is_forged(&field));
		n++;
	}
	assert(slice_eq(slice_from(rest, line_end(rest)), message->body));
	/*
	 * a second pass finds nothing more; a line that is now first may have become an mbox line
	 */
	message_parse(slice_from(text, mbox + 5), SIZE_MAX, MAX_FIELD, arena, &again);
	if (again.mbox_from.n > 0)
		return;
	assert(again.all_fields == n);
	assert(written(&again, SCRUB_OWN, &dropped, arena).n == again.raw.n + 5 && dropped == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = {(const char *)data, size}, text;
	struct message message;
	struct arena arena;
	size_t dropped, mbox;

	arena_init(&arena, NULL, NULL);
	message_parse(raw, SIZE_MAX, MAX_FIELD, &arena, &message);
	mbox = slice_find(message.mbox_from, '\n') < message.mbox_from.n ? message.mbox_from.n : 0;
	text = written(&message, SCRUB_NONE, &dropped, &arena);
	assert(dropped == 0 && text.n == size + 5);
	assert(slice_eq(slice_head(text, mbox), slice_head(raw, mbox)));
	assert(slice_starts(slice_from(text, mbox), SLICE("B: 1\n")));
	assert(slice_eq(slice_from(text, mbox + 5), slice_from(raw, mbox)));
	text = written(&message, SCRUB_OWN, &dropped, &arena);
	assert(dropped <= message.all_fields && (dropped > 0) == (text.n < size + 5));
	check_scrubbed(text, mbox, &message, &arena);
	arena_clear(&arena);
	return 0;
}
