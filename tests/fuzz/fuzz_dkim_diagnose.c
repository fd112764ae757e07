/*
 * fuzz_dkim_diagnose: the input is a message; what it may have been is made, parts lie inside the
 * body, and what is encoded is decoded again.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/dkim/dkim_variant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_parts(const struct message *message, struct arena *arena)
{
	struct dkim_part *parts = arena_array(arena, DKIM_PARTS_MAX, sizeof *parts);
	const struct field *type = message_field(message, "Content-Type", 0);
	struct slice boundary;
	size_t n, at = 0;

	if (type == NULL || !dkim_parameter(type->value, "boundary", &boundary))
		return;
	assert(boundary.p >= type->value.p &&
		boundary.p + boundary.n <= type->value.p + type->value.n);
	n = dkim_parts(message->body, boundary, parts);
	assert(n <= DKIM_PARTS_MAX);
	for (size_t i = 0; i < n; i++) {
		assert(parts[i].delimiter >= at && parts[i].delimiter < parts[i].header);
		assert(parts[i].header <= parts[i].body && parts[i].next <= message->body.n);
		assert(parts[i].end <= parts[i].next);
		at = parts[i].header;
	}
}

static void
check_codings(struct slice body, struct arena *arena)
{
	struct buf coded, plain, again;
	struct slice bytes;

	buf_init(&coded, arena, 8 * body.n + 16);
	buf_init(&plain, arena, 8 * body.n + 16);
	buf_init(&again, arena, 8 * body.n + 16);
	dkim_qp_encode(body, &coded);
	assert(dkim_qp_decode(buf_slice(&coded), &plain));
	dkim_qp_encode(buf_slice(&plain), &again);
	assert(slice_eq(buf_slice(&again), buf_slice(&coded)));
	buf_init(&coded, arena, 8 * body.n + 16);
	dkim_b64_wrap(body, 60, &coded, arena);
	if (body.n > 0) {
		assert(dkim_b64_decode(buf_slice(&coded), arena, &bytes));
		assert(slice_eq(bytes, body));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice raw = slice_make((const char *)data, size);
	const struct field *field;
	struct message message;
	struct arena arena;
	struct dkim_sig sig;

	arena_init(&arena, NULL, NULL);
	struct dkim_variant *variants = arena_array(&arena, DKIM_VARIANTS_MAX, sizeof *variants);
	struct dkim_header *headers = arena_array(&arena, DKIM_HEADERS_MAX, sizeof *headers);
	message_parse(raw, 100, 65536, &arena, &message);
	check_parts(&message, &arena);
	check_codings(message.body, &arena);
	size_t n = dkim_body_variants(&message, &arena, variants);
	assert(n >= 1 && n <= DKIM_VARIANTS_MAX && slice_eq(variants[0].body, message.body));
	field = message_field(&message, "DKIM-Signature", 0);
	if (field != NULL) {
		dkim_parse(field, &arena, &sig);
		for (size_t i = 0; i < n; i++) {
			size_t m =
				dkim_header_variants(&message, &sig, &variants[i], &arena, headers);
			assert(m <= DKIM_HEADERS_MAX);
			for (size_t k = 0; k < m; k++)
				assert(headers[k].nchanges <= 3);
		}
	}
	arena_clear(&arena);
	return 0;
}
