#include <stdint.h>

#include "auth/dkim/dkim.h"

/* The body is read once for all hashes, in pieces that fit in the processor's cache. */
enum { BODY_PIECE = 64 * 1024 };

/* The hashes of the body in one canonical form. */
struct body {
	struct dkim_body_hash *hashes;
	size_t n, cap;
	struct dkim_body_canon *running;
	uint64_t total; /* octets of the canonical body */
	enum status status;
};

struct dkim_bodies {
	struct arena *arena;
	struct body forms[2]; /* by enum dkim_canon */
	bool made;
};

struct dkim_bodies *
dkim_bodies_new(struct arena *arena)
{
	struct dkim_bodies *bodies = arena_alloc(arena, sizeof *bodies);

	bodies->arena = arena;
	return bodies;
}

static uint64_t
body_limit(const struct dkim_sig *sig)
{
	return sig->has_l ? sig->l : UINT64_MAX;
}

static const struct dkim_body_hash *
find_hash(const struct body *body, uint64_t limit)
{
	for (size_t i = 0; i < body->n; i++)
		if (body->hashes[i].limit == limit)
			return &body->hashes[i];
	return NULL;
}

void
dkim_bodies_want(struct dkim_bodies *bodies, const struct dkim_sig *sig)
{
	struct body *body = &bodies->forms[sig->body_canon];

	if (find_hash(body, body_limit(sig)) != NULL)
		return;
	if (body->n == body->cap) {
		const size_t cap = body->cap == 0 ? 4 : 2 * body->cap;
		struct dkim_body_hash *hashes = arena_array(bodies->arena, cap, sizeof *hashes);

		if (body->n > 0)
			memcpy(hashes, body->hashes, body->n * sizeof *hashes);
		body->hashes = hashes;
		body->cap = cap;
	}
	body->hashes[body->n++].limit = body_limit(sig);
}

/* Adds octets of the body to all hashes. */
static void
add_octets(struct body forms[2], struct slice octets)
{
	while (octets.n > 0) {
		struct slice piece = slice_head(octets, BODY_PIECE);

		for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
			if (forms[i].running != NULL)
				dkim_body_add(forms[i].running, piece);
		octets = slice_from(octets, piece.n);
	}
}

static void
add_body(struct body forms[2], const struct message *message)
{
	const struct message_rest *rest = message->rest;
	struct slice octets;

	add_octets(forms, message->body);
	for (uint64_t at = 0; rest != NULL && at < rest->n; at += octets.n) {
		octets = rest->read(rest->arg, at);
		if (octets.n == 0)
			break;
		add_octets(forms, octets);
	}
}

void
dkim_bodies_make(struct dkim_bodies *bodies, const struct auth_input *in)
{
	struct body *forms = bodies->forms;

	if (bodies->made)
		return;
	bodies->made = true;
	for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
		if (forms[i].n > 0)
			forms[i].running = dkim_body_begin((enum dkim_canon)i, forms[i].hashes,
				forms[i].n, in->crypto, in->arena);
	if (forms[0].running != NULL || forms[1].running != NULL)
		add_body(forms, in->message);
	for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
		forms[i].status = forms[i].running == NULL
					  ? ST_TEMP
					  : dkim_body_end(forms[i].running, &forms[i].total);
}

enum status
dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total)
{
	const struct body *body = &bodies->forms[sig->body_canon];
	const struct dkim_body_hash *hash = find_hash(body, body_limit(sig));

	if (hash == NULL || body->status != ST_OK)
		return ST_TEMP;
	*digest = hash->digest;
	*total = body->total;
	return ST_OK;
}
