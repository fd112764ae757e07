#include <stdint.h>

#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"

/* The body is read once for all hashes, in pieces that stay in the cache. */
enum { BODY_PIECE = 64 * 1024 };

static void
set(struct dkim_sig_result *result, enum dkim_reason reason, enum auth_code code)
{
	result->reason = dkim_reason_text(reason);
	result->code = code;
}

/* Is the result not yet known? AUTH_NONE is what no signature ends with. */
static bool
is_open(const struct dkim_sig_result *result)
{
	return result->code == AUTH_NONE;
}

/* Labels that d= has in common with the author domain, and one; 0 where d= is no domain name. */
static size_t
nearness(const struct field *field, struct slice author, struct arena *arena)
{
	struct slice span, d;

	if ((field->flags & FIELD_OVERSIZE) || !dkim_tag_span(field->value, "d", &span))
		return 0;
	if (domain_normalize(slice_trim(span), arena, &d) != ST_OK)
		return 0;
	return 1 + domain_common(d, author);
}

/*
 * The signatures to look at, in message order, as an array in the arena. Over the limit those that
 * are nearest to the author domain stay, of equally near ones the topmost.
 */
static const struct field **
pick(const struct auth_input *in, size_t *n, size_t *over)
{
	const size_t limit = in->limits->dkim_signatures;
	const size_t all = message_count(in->message, "DKIM-Signature");
	const struct field **fields = arena_array(in->arena, all, sizeof *fields);
	size_t *near, worst;

	*n = 0;
	for (size_t i = 0; i < in->message->nfields; i++)
		if (field_is(&in->message->fields[i], "DKIM-Signature"))
			fields[(*n)++] = &in->message->fields[i];
	*over = *n > limit ? *n - limit : 0;
	if (*over == 0)
		return fields;

	near = arena_array(in->arena, *n, sizeof *near);
	for (size_t i = 0; i < *n; i++)
		near[i] = nearness(fields[i], in->ids->author_domain, in->arena);
	while (*n > limit) {
		worst = 0;
		for (size_t i = 1; i < *n; i++)
			if (near[i] <= near[worst])
				worst = i;
		--*n;
		memmove(fields + worst, fields + worst + 1, (*n - worst) * sizeof *fields);
		memmove(near + worst, near + worst + 1, (*n - worst) * sizeof *near);
	}
	return fields;
}

/* What needs neither DNS nor a hash. */
static void
judge_field(const struct auth_input *in, struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	const int64_t drift = in->options->drift;

	if (sig->defect != NULL) {
		result->reason = sig->defect;
		result->code = sig->defect_as;
	} else if (sig->has_x && sig->x < in->now && in->now - sig->x > drift) {
		set(result, DKIM_R_EXPIRED, AUTH_PERMERROR); /* RFC 6376 6.1.1 */
	} else if (sig->has_t && sig->t > in->now && sig->t - in->now > drift) {
		/* RFC 6376 3.5 t=: such a signature MAY be ignored, so it is ours to refuse it */
		set(result, DKIM_R_FUTURE, AUTH_POLICY);
	} else if (in->message->flags & MESSAGE_MANY_FIELDS) {
		set(result, DKIM_R_MANY_FIELDS, AUTH_POLICY); /* PROGRAM 6 */
	}
}

static void
find_signatures(const struct auth_input *in, struct dkim_result *result)
{
	const struct field **fields;

	*result = (struct dkim_result){0};
	fields = pick(in, &result->n, &result->over);
	result->sigs = arena_array(in->arena, result->n, sizeof *result->sigs);
	for (size_t i = 0; i < result->n; i++) {
		dkim_parse(fields[i], in->arena, &result->sigs[i].sig);
		judge_field(in, &result->sigs[i]);
	}
}

void
dkim_ask(const struct auth_input *in)
{
	struct dkim_result found;
	struct slice name;

	find_signatures(in, &found);
	for (size_t i = 0; i < found.n; i++) {
		const struct dkim_sig *sig = &found.sigs[i].sig;

		if (is_open(&found.sigs[i]) && dkim_key_name(sig->s, sig->d, in->arena, &name))
			dns_ask(in->dns, name, DNS_TXT);
	}
}

/* The hashes of the body in one canonical form, shared by the signatures that want them. */
struct body {
	struct dkim_body_hash *hashes;
	size_t n;
	struct dkim_body_canon *running;
	uint64_t total; /* octets of the canonical body */
	enum status status;
};

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

/* bodies: of both forms. Only what an open signature needs is hashed. */
static void
hash_body(const struct auth_input *in, const struct dkim_result *result, struct body bodies[2])
{
	struct slice rest = in->message->body;

	for (size_t i = 0; i < result->n; i++) {
		const struct dkim_sig *sig = &result->sigs[i].sig;
		struct body *body = &bodies[sig->body_canon];

		if (!is_open(&result->sigs[i]) || find_hash(body, body_limit(sig)) != NULL)
			continue;
		if (body->hashes == NULL)
			body->hashes = arena_array(in->arena, result->n, sizeof *body->hashes);
		body->hashes[body->n++].limit = body_limit(sig);
	}
	for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
		if (bodies[i].n > 0)
			bodies[i].running = dkim_body_begin((enum dkim_canon)i, bodies[i].hashes,
				bodies[i].n, in->crypto, in->arena);
	while ((bodies[0].running != NULL || bodies[1].running != NULL) && rest.n > 0) {
		struct slice piece = slice_head(rest, BODY_PIECE);

		for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
			if (bodies[i].running != NULL)
				dkim_body_add(bodies[i].running, piece);
		rest = slice_from(rest, piece.n);
	}
	for (int i = DKIM_SIMPLE; i <= DKIM_RELAXED; i++)
		bodies[i].status = bodies[i].running == NULL
					   ? ST_TEMP
					   : dkim_body_end(bodies[i].running, &bodies[i].total);
}

/* What a signature that verified may still be refused for. */
static void
judge_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result)
{
	if (selection->doubled)
		set(result, DKIM_R_DOUBLED, AUTH_POLICY);
	else if (result->sig.has_l && !in->options->dkim_l_allow)
		set(result, DKIM_R_LENGTH, AUTH_POLICY); /* RFC 6376 8.2 */
}

static enum status
check_signature(const struct auth_input *in, const struct dkim_selection *selection,
	const struct body *body, struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	const struct dkim_body_hash *hash = find_hash(body, body_limit(sig));
	unsigned char digest[CRYPTO_SHA256_SIZE];
	const bool is_short = sig->has_l && sig->l > body->total; /* RFC 6376 3.5 l= */
	const bool body_good =
		!is_short && hash != NULL && memcmp(hash->digest, sig->bh.p, sig->bh.n) == 0;

	set(result, DKIM_R_OWN_FAULT, AUTH_TEMPERROR);
	if (body->status != ST_OK ||
		dkim_header_hash(sig, selection, in->crypto, digest) != ST_OK ||
		dkim_verify(in, body_good ? digest : NULL, result) != ST_OK)
		return ST_TEMP;
	if (sig->has_l && sig->l < body->total)
		result->unsigned_bytes = body->total - sig->l;
	if (is_short && result->reason == dkim_reason_text(DKIM_R_BODY))
		result->reason = dkim_reason_text(DKIM_R_BODY_SHORT);
	if (result->code == AUTH_PASS)
		judge_verified(in, selection, result);
	return ST_OK;
}

enum status
dkim_check(const struct auth_input *in, struct dkim_result *result)
{
	const struct dkim_index *index;
	struct dkim_selection *selections;
	struct body bodies[2] = {0};
	enum status status = ST_OK;

	find_signatures(in, result);
	if (result->n == 0)
		return ST_OK;
	index = dkim_index_make(in->message, in->arena);
	selections = arena_array(in->arena, result->n, sizeof *selections);
	for (size_t i = 0; i < result->n; i++) {
		if (!is_open(&result->sigs[i]))
			continue;
		dkim_select(index, &result->sigs[i].sig, in->arena, &selections[i]);
		if (selections[i].oversize)
			set(&result->sigs[i], DKIM_R_OVERSIZE, AUTH_POLICY); /* PROGRAM 6 */
	}
	hash_body(in, result, bodies); /* while the answers are on their way */
	for (size_t i = 0; i < result->n; i++)
		if (is_open(&result->sigs[i]) &&
			check_signature(in, &selections[i], &bodies[result->sigs[i].sig.body_canon],
				&result->sigs[i]) != ST_OK)
			status = ST_TEMP;
	return status;
}
