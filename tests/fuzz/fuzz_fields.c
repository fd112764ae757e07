/*
 * Mbox line, fields, empty line and body cover the message without gaps, and a field gives the same
 * result when it is parsed alone.
 */
#include "mime/message.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_field(const struct field *field, size_t max_field, struct arena *arena)
{
	struct slice rest = field->raw, unfolded;
	struct field again;

	assert(fields_next(&rest, max_field, &again) && rest.n == 0);
	assert(slice_eq(again.name, field->name) && slice_eq(again.value, field->value));
	assert(again.flags == field->flags);
	assert(((field->flags & FIELD_JUNK) != 0) == (field->name.n == 0));
	assert(((field->flags & FIELD_OVERSIZE) != 0) == (field->raw.n > max_field));
	assert(field->value.p >= field->raw.p);
	assert(field->value.p + field->value.n <= field->raw.p + field->raw.n);
	unfolded = field_unfold(field, arena);
	assert(unfolded.n <= field->value.n && slice_find(unfolded, '\n') == unfolded.n);
}

static void
check_message(struct slice raw, size_t max_fields, size_t max_field)
{
	struct arena arena;
	struct message m;
	struct slice blank;
	size_t sum = 0;

	arena_init(&arena, NULL, NULL);
	message_parse(raw, max_fields, max_field, &arena, &m);
	assert(m.header.p == raw.p + m.mbox_from.n);
	assert(m.body.p + m.body.n == raw.p + raw.n);
	blank = slice_from(raw, m.mbox_from.n + m.header.n);
	assert((line_end(blank) == 0) == ((m.flags & MESSAGE_NO_BLANK_LINE) != 0));
	assert(slice_eq(m.body, slice_from(blank, line_end(blank))));
	assert(m.nfields <= max_fields && m.nfields <= m.all_fields);
	assert((m.nfields < m.all_fields) == ((m.flags & MESSAGE_MANY_FIELDS) != 0));
	for (size_t i = 0; i < m.nfields; i++) {
		assert(m.fields[i].raw.p == m.header.p + sum);
		sum += m.fields[i].raw.n;
		check_field(&m.fields[i], max_field, &arena);
	}
	assert(m.nfields < m.all_fields ? sum < m.header.n : sum == m.header.n);
	assert((message_field(&m, "From", 0) != NULL) == (message_count(&m, "From") > 0));
	arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = {(const char *)data, size};

	check_message(raw, 1000, 64 * 1024);
	check_message(raw, 3, 20);
	return 0;
}
