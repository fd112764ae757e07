/*
 * fuzz_diagnose: the input is a message. Its parts are inside the body, every transfer encoding
 * restores the text, and with a signature a few hundred changes of header and body are tried.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "auth/diagnose/diagnose_head.h"
#include "auth/diagnose/diagnose_mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TRIES = 300 };

static int64_t
now(void *arg)
{
	(void)arg;
	return 0;
}

static void
check_parts(const struct message *message, struct arena *arena)
{
	struct diagnose_part *parts = arena_array(arena, DIAGNOSE_PARTS_MAX, sizeof *parts);
	const struct field *type = message_field(message, "Content-Type", 0);
	struct slice boundary;
	size_t n, at = 0;

	if (type == NULL || !diagnose_parameter(type->value, "boundary", &boundary))
		return;
	assert(boundary.p >= type->value.p &&
		boundary.p + boundary.n <= type->value.p + type->value.n);
	n = diagnose_parts(message->body, boundary, parts);
	assert(n <= DIAGNOSE_PARTS_MAX);
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

	for (int i = 0; i < DIAGNOSE_QP_STYLES; i++) {
		buf_init(&coded, arena, 8 * body.n + 16);
		buf_init(&plain, arena, 8 * body.n + 16);
		buf_init(&again, arena, 8 * body.n + 16);
		diagnose_qp_encode(&diagnose_qp_styles[i], body, &coded);
		assert(diagnose_qp_decode(buf_slice(&coded), &plain));
		diagnose_qp_encode(&diagnose_qp_styles[i], buf_slice(&plain), &again);
		assert(slice_eq(buf_slice(&again), buf_slice(&coded)));
	}
	buf_init(&coded, arena, 8 * body.n + 16);
	diagnose_base64_wrap(body, 60, &coded, arena);
	if (body.n > 0) {
		assert(diagnose_base64_decode(buf_slice(&coded), arena, &bytes));
		assert(slice_eq(bytes, body));
	}
}

static struct diagnose_budget
budget_of(const struct diagnose_options *options)
{
	return (struct diagnose_budget){
		.options = options, .until_ms = 1, .work_max = 1U << 24, .tries_max = TRIES};
}

static void
search(const struct auth_input *in, struct dkim_sig *sig, struct arena *arena)
{
	const struct diagnose_options options = {.now_ms = now};
	struct diagnose_budget body_budget = budget_of(&options), budget = budget_of(&options);
	struct dkim_signed hashes = {.keys = 1};
	struct diagnose_header header;
	struct diagnose_body body;
	bool found;

	sig->a = DKIM_RSA_SHA256; /* no key is queried */
	found = diagnose_body_search(in, sig, &body_budget, arena, &body);
	assert(body_budget.tries <= TRIES && body.n <= DIAGNOSE_CHANGES);
	assert(!diagnose_header_search(
		in, sig, &hashes, found ? &body : NULL, &budget, arena, &header));
	assert(budget.tries <= TRIES);
}

/*
 * Treats parts of the message as additions. If they look like a list's, the footer has no `<`, and
 * the message has a To or Cc field.
 */
static void
like_list(const struct auth_input *in, const struct dkim_sig *sig)
{
	const struct message *message = in->message;
	const struct field *last =
		message->nfields > 0 ? &message->fields[message->nfields - 1] : NULL;
	struct slice text = slice_head(message->body, 600);
	struct diagnose_header header = {
		.fields = message->fields, .nfields = message->nfields, .n = 3};
	struct diagnose_body body = {.n = 1};

	if (last == NULL)
		return;
	header.changes[0] =
		(struct diagnose_change){.kind = DIAGNOSE_SUBJECT, .text = slice_trim(last->value)};
	header.changes[1] = (struct diagnose_change){
		.kind = DIAGNOSE_FIELD_ADDED, .field = SLICE("Reply-To"), .text = last->value};
	header.changes[2] =
		(struct diagnose_change){.kind = DIAGNOSE_LIST_FIELDS, .text = SLICE("List-Id")};
	body.changes[0] = (struct diagnose_change){.kind = DIAGNOSE_FOOTER, .text = text};
	if (diagnose_like_list(in, sig, &body, &header)) {
		assert(slice_find(text, '<') == text.n);
		assert(message_count(message, "To") + message_count(message, "Cc") > 0);
	}
	(void)diagnose_shown(last->value, last->name, text, in->arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct crypto *crypto;
	const struct slice raw = slice_make((const char *)data, size);
	const struct limits limits = {.fields = 100, .field_size = 65536, .dkim_signatures = 4};
	const struct auth_options auth = {0};
	const struct envelope envelope = {.mail_from = SLICE_INIT("club@lists.example.org")};
	const struct field *field;
	struct message message;
	struct arena arena;
	struct dkim_sig sig;

	if (crypto == NULL && (crypto = crypto_new()) == NULL)
		abort();
	arena_init(&arena, NULL, NULL);
	message_parse(raw, limits.fields, limits.field_size, &arena, &message);
	check_parts(&message, &arena);
	check_codings(slice_head(message.body, 4096), &arena);
	field = message_field(&message, "DKIM-Signature", 0);
	if (field != NULL) {
		dkim_parse(field, &arena, &sig);
		if (sig.defect.id == DKIM_R_NONE) {
			const struct auth_input in = {.message = &message,
				.envelope = &envelope,
				.limits = &limits,
				.options = &auth,
				.crypto = crypto,
				.arena = &arena};

			search(&in, &sig, &arena);
			like_list(&in, &sig);
		}
	}
	arena_clear(&arena);
	return 0;
}
