#include <stdint.h>
#include <stdlib.h>

#include "auth/base/budget.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"

enum { NEAR_MAX = DOMAIN_MAX }; /* no name has as many labels */

/* Seconds that t= may be ahead: some senders' clocks run in local time or are not set. */
enum { AHEAD_MAX = 3600 };

static void
set(struct dkim_sig_result *result, enum dkim_reason reason, enum auth_code code)
{
	result->reason = dkim_reason(reason);
	result->code = code;
}

/* Is the result not yet known? A signature that was checked never has AUTH_NONE. */
static bool
is_open(const struct dkim_sig_result *result)
{
	return result->code == AUTH_NONE;
}

/*
 * The number of labels that d= has in common with the author domain, plus one; 0 if d= is not a
 * domain name.
 */
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
 * Keeps limit of the n fields, in their order: those nearest to the author domain, and the topmost
 * among equally near ones.
 */
static void
keep_nearest(const struct auth_input *in, const struct field **fields, size_t n, size_t limit)
{
	unsigned char *near = arena_alloc(in->arena, n);
	size_t count[NEAR_MAX + 1] = {0}, room = limit, last = NEAR_MAX, kept = 0;

	for (size_t i = 0; i < n; i++) {
		near[i] = (unsigned char)nearness(fields[i], in->ids->author_domain, in->arena);
		count[near[i]]++;
	}
	/* keeps all that are nearer than last, and as many of those at distance last as fit */
	for (; count[last] < room; last--)
		room -= count[last];
	for (size_t i = 0; i < n; i++) {
		if (near[i] < last || (near[i] == last && room == 0))
			continue;
		room -= near[i] == last;
		fields[kept++] = fields[i];
	}
}

/*
 * The signatures to check, in message order, as an array in the arena. Over the limit, those
 * nearest to the author domain are kept, and among equally near ones the topmost.
 */
static const struct field **
pick(const struct auth_input *in, size_t *n, size_t *over)
{
	const size_t limit = in->limits->dkim_signatures;
	const size_t all = message_count(in->message, "DKIM-Signature");
	const struct field **fields = arena_array(in->arena, all, sizeof *fields);

	*n = 0;
	for (size_t i = 0; i < in->message->nfields; i++)
		if (field_is(&in->message->fields[i], "DKIM-Signature"))
			fields[(*n)++] = &in->message->fields[i];
	*over = *n > limit ? *n - limit : 0;
	if (*over > 0)
		keep_nearest(in, fields, *n, limit);
	*n -= *over;
	return fields;
}

void
dkim_judge_field(const struct auth_input *in, struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;

	if (sig->defect.id != DKIM_R_NONE) {
		result->reason = sig->defect;
		result->code = sig->defect_as;
	} else if (in->message->flags & MESSAGE_MANY_FIELDS) {
		set(result, DKIM_R_MANY_FIELDS, AUTH_POLICY); /* mailstamp(1), Methods */
	}
}

void
dkim_find(const struct auth_input *in, struct dkim_result *result)
{
	const struct field **fields;

	*result = (struct dkim_result){0};
	fields = pick(in, &result->n, &result->over);
	result->sigs = arena_array(in->arena, result->n, sizeof *result->sigs);
	for (size_t i = 0; i < result->n; i++) {
		dkim_parse(fields[i], in->arena, &result->sigs[i].sig);
		dkim_judge_field(in, &result->sigs[i]);
	}
}

/* One of the signatures, in the order of processing. */
struct place {
	size_t near, at;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->near != y->near)
		return x->near > y->near ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

/*
 * The order of processing: signatures nearest to the author domain come first, so that others added
 * above them cannot use up the budget.
 */
static const struct place *
order(const struct auth_input *in, const struct dkim_result *result)
{
	struct place *places = arena_array(in->arena, result->n, sizeof *places);

	for (size_t i = 0; i < result->n; i++)
		places[i] = (struct place){
			domain_common(result->sigs[i].sig.d, in->ids->author_domain), i};
	if (result->n > 0)
		qsort(places, result->n, sizeof *places, compare_places);
	return places;
}

void
dkim_ask(const struct auth_input *in, const struct dkim_result *found)
{
	const struct place *places = order(in, found);
	struct slice name;

	for (size_t i = 0; i < found->n; i++) {
		const struct dkim_sig_result *each = &found->sigs[places[i].at];
		const struct dkim_sig *sig = &each->sig;

		if (is_open(each) && dkim_key_name(sig->s, sig->d, in->arena, &name))
			dns_ask(in->dns, name, DNS_TXT);
	}
}

/* Adds a note about a tag of the signature. */
static void
note_tag(const struct auth_input *in, struct dkim_sig_result *result, enum dkim_note id,
	const char *name)
{
	const struct tag *tag = taglist_get(&result->sig.tags, name);

	notes_add(&result->sig.notes, dkim_note(id), result->sig.field->value, tag->whole.p,
		in->arena);
}

void
dkim_judge_time(const struct auth_input *in, struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	const int64_t drift = in->options->drift;

	if (sig->has_x && sig->x < in->now && in->now - sig->x > drift)
		set(result, DKIM_R_EXPIRED, AUTH_POLICY); /* RFC 6376 6.1.1: MAY be ignored */
	else if (sig->has_t && sig->t > in->now && sig->t - in->now > drift) {
		if (sig->t - in->now > AHEAD_MAX)
			set(result, DKIM_R_FUTURE, AUTH_POLICY); /* RFC 6376 3.5 t=: MAY */
		else
			note_tag(in, result, DKIM_NOTE_T_AHEAD, "t");
	}
}

void
dkim_note_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result)
{
	/*
	 * a signature with an l= beyond the body does not verify, so here l= covers exactly the
	 * body
	 */
	if (result->sig.has_l && result->unsigned_bytes == 0)
		note_tag(in, result, DKIM_NOTE_L_WHOLE, "l");
	for (const struct note *n = selection->notes.first; n != NULL; n = n->next)
		notes_add(&result->sig.notes, n->reason, n->whole, n->whole.p, in->arena);
}

/* Sets the reason for refusing a signature that verified, if there is one. */
static void
judge_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result)
{
	dkim_judge_time(in, result);
	dkim_note_verified(in, selection, result);
	if (result->code != AUTH_PASS)
		return;
	if (selection->doubled != NULL) {
		set(result, DKIM_R_DOUBLED, AUTH_POLICY);
		result->reason.name = selection->doubled;
	} else if (result->unsigned_bytes > 0 && !in->options->dkim_l_allow) {
		set(result, DKIM_R_LENGTH, AUTH_POLICY); /* RFC 6376 8.2 */
	}
}

enum status
dkim_check_signature(const struct auth_input *in, const struct dkim_selection *selection,
	const struct dkim_bodies *bodies, struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	unsigned char digest[CRYPTO_SHA256_SIZE];
	const unsigned char *body;
	bool is_short, body_good;
	uint64_t total;

	set(result, DKIM_R_OWN_FAULT, AUTH_TEMPERROR);
	if (dkim_bodies_get(bodies, sig, &body, &total) != ST_OK)
		return ST_TEMP;
	is_short = sig->has_l && sig->l > total; /* RFC 6376 3.5 l= */
	body_good = !is_short && memcmp(body, sig->bh.p, sig->bh.n) == 0;
	if (dkim_header_hash(sig, selection, in->crypto, digest) != ST_OK ||
		dkim_verify(in, body_good ? digest : NULL, result) != ST_OK)
		return ST_TEMP;
	if (sig->has_l && sig->l < total)
		result->unsigned_bytes = total - sig->l;
	if (is_short && result->reason.id == DKIM_R_BODY) {
		result->reason = dkim_reason(DKIM_R_BODY_SHORT);
		if (result->code == AUTH_FAIL)
			result->code = AUTH_PERMERROR; /* RFC 6376 3.5 l=: MUST NOT be larger */
	}
	return ST_OK;
}

bool
dkim_may_hash(const struct auth_input *in, const struct dkim_selection *selection)
{
	size_t n = 0;

	for (size_t i = 0; i < selection->n; i++)
		n += selection->fields[i]->raw.n;
	return in->budget == NULL || budget_take(&in->budget->header_octets, n);
}

/*
 * For each signature without a result, selects its fields and requests its body hash. A signature
 * that costs more than what is left of the limit is skipped; cheaper ones after it are checked.
 */
static struct dkim_selection *
plan(const struct auth_input *in, const struct place *places, struct dkim_bodies *bodies,
	struct dkim_result *result)
{
	struct dkim_index *index = dkim_index_make(in->message, in->arena);
	struct dkim_selection *selections = arena_array(in->arena, result->n, sizeof *selections);

	for (size_t i = 0; i < result->n; i++) {
		struct dkim_sig_result *sig = &result->sigs[places[i].at];
		struct dkim_selection *selection = &selections[places[i].at];

		if (!is_open(sig))
			continue;
		dkim_select(index, &sig->sig, in->arena, selection);
		if (selection->oversize)
			set(sig, DKIM_R_OVERSIZE, AUTH_POLICY); /* mailstamp(1), Methods */
		else if (!dkim_may_hash(in, selection))
			set(sig, DKIM_R_MUCH, AUTH_POLICY); /* mailstamp(1), Methods */
		else
			dkim_bodies_want(bodies, &sig->sig);
	}
	return selections;
}

enum status
dkim_check(const struct auth_input *in, struct dkim_bodies *bodies, struct dkim_result *result)
{
	const struct dkim_selection *selections;
	const struct place *places;
	enum status status = ST_OK;

	if (result->n == 0)
		return ST_OK;
	places = order(in, result);
	selections = plan(in, places, bodies, result);
	dkim_bodies_make(bodies, in); /* while the answers are in transit */
	for (size_t i = 0; i < result->n; i++) {
		struct dkim_sig_result *sig = &result->sigs[places[i].at];
		const struct dkim_selection *selection = &selections[places[i].at];

		if (!is_open(sig))
			continue;
		if (dkim_check_signature(in, selection, bodies, sig) != ST_OK)
			status = ST_TEMP;
		else if (sig->code == AUTH_PASS)
			judge_verified(in, selection, sig);
	}
	return status;
}

struct dkim_result
dkim_copy(const struct dkim_result *result, struct arena *arena)
{
	struct dkim_result copy = *result;

	copy.sigs = arena_array(arena, result->n, sizeof *copy.sigs);
	if (result->n > 0)
		memcpy(copy.sigs, result->sigs, result->n * sizeof *copy.sigs);
	return copy;
}
