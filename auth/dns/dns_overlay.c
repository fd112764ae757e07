/* dns_overlay.c: records that override DNS */
#include "auth/dns/dns_zone.h"

struct dns_overlay {
	struct zone zone;
	bool stars; /* contains a wildcard */
};

struct laid {
	const struct dns_overlay *overlay;
	struct dns *below;
};

/* The lookup of one answer, following CNAMEs between the overlay and DNS. */
struct way {
	const struct laid *laid;
	enum dns_type type;
	struct arena *arena;
	int64_t until_ms;
	struct dns_answer answer;
};

enum step { STEP_DONE, STEP_GO_ON };

static bool
has_stars(const struct zone *zone)
{
	for (size_t i = 0; i < zone->nbuckets; i++)
		for (const struct zone_node *node = zone->buckets[i]; node != NULL;
			node = node->next)
			if (node->n > 2 && node->wire[0] == 1 && node->wire[1] == '*')
				return true;
	return false;
}

enum status
dns_overlay_read(const struct slice *texts, size_t n, size_t strict, struct arena *arena,
	struct dns_overlay **overlay, size_t *wrong, struct error *error)
{
	struct dns_overlay *made = arena_alloc(arena, sizeof *made);

	zone_init(&made->zone, arena);
	for (size_t i = 0; i < n; i++) {
		*wrong = i;
		if (!zone_read(&made->zone, texts[i], i < strict, error))
			return ST_BAD;
	}
	made->stars = has_stars(&made->zone);
	*overlay = made;
	return ST_OK;
}

static const struct dns_answer *
below(const struct way *way, const struct dns_name *name, enum dns_type type)
{
	static const struct dns_answer unaskable = {.status = DNS_BAD, .outcome = DNS_OUT_NAME};
	struct slice text;

	if (!dns_name_text(name, way->arena, &text))
		return &unaskable;
	return dns_get(way->laid->below, text, type, way->until_ms);
}

/* Uses the answer of a node; false if it has none. *next is the target of a CNAME, or NULL. */
static bool
take_node(struct way *way, const struct zone_node *node, const struct dns_name **next)
{
	struct dns_answer answer;
	enum zone_says says = zone_node_says(node, way->type, way->arena, &answer, next);

	if (says == ZONE_NOTHING)
		return false;
	if (says == ZONE_ANSWER) {
		*next = NULL;
		way->answer = answer;
	}
	return true;
}

/*
 * The overlay's wildcard for a name that exists nowhere: the one directly below the closest
 * existing ancestor.
 */
static const struct zone_node *
star_for(const struct way *way, const struct dns_name *name)
{
	const struct zone *zone = &way->laid->overlay->zone;
	struct dns_name above = *name;

	while (above.n > 1) {
		const size_t label = above.wire[0] + 1u;
		const struct zone_node *node;

		above.n -= label;
		memmove(above.wire, above.wire + label, above.n);
		node = zone_find(zone, above.wire, above.n);
		if ((node != NULL && node->exists) || above.n <= 1 ||
			below(way, &above, way->type)->status != DNS_NXDOMAIN)
			return zone_star(zone, above.wire, above.n);
	}
	return NULL;
}

static bool
same_record(const struct dns_rr *a, const struct dns_rr *b)
{
	return slice_eq(a->text, b->text) && slice_eq(a->name, b->name) &&
	       memcmp(&a->ip, &b->ip, sizeof a->ip) == 0 && a->preference == b->preference;
}

/* Are the records the same, in any order (RFC 2181 5)? */
static bool
same_records(const struct dns_answer *a, const struct dns_answer *b)
{
	if (a->status != DNS_OK || b->status != DNS_OK || a->n != b->n)
		return false;
	for (size_t i = 0, j; i < a->n; i++) {
		for (j = 0; j < b->n && !same_record(&a->rr[i], &b->rr[j]); j++)
			;
		if (j == b->n)
			return false;
	}
	return true;
}

/*
 * The overlay's wildcard if the answer of DNS is that of the wildcard which it replaces, or NULL.
 * DNS does not tell where an answer is from; we compare it with the one for the wildcard's own
 * name.
 */
static const struct zone_node *
replaced_star(const struct way *way, const struct dns_name *name, const struct dns_answer *answer)
{
	const struct zone *zone = &way->laid->overlay->zone;
	const struct zone_node *node = NULL, *star;
	struct dns_name above = *name, own;

	/* a name of the overlay is between the name and any wildcard above it (RFC 4592 3.3.1) */
	while (above.n > 1 && (node == NULL || !node->exists)) {
		const size_t label = above.wire[0] + 1u;

		above.n -= label;
		memmove(above.wire, above.wire + label, above.n);
		star = zone_star(zone, above.wire, above.n);
		if (star != NULL) {
			own.n = star->n;
			memcpy(own.wire, star->wire, star->n);
			return same_records(answer, below(way, &own, way->type)) ? star : NULL;
		}
		node = zone_find(zone, above.wire, above.n);
	}
	return NULL;
}

/* Takes the answer of DNS, and checks whether its CNAMEs lead into the overlay. */
static enum step
take_below(struct way *way, const struct dns_name *name, const struct zone_node *node,
	struct dns_name *target, const struct dns_name **next)
{
	const struct dns_answer *answer = below(way, name, way->type), *cname;
	const struct zone_node *star;

	way->answer = *answer;
	if (answer->status == DNS_NXDOMAIN) {
		if (node != NULL && node->exists) {
			way->answer = dns_outcome_answer(DNS_OUT_NODATA);
			return STEP_DONE;
		}
		star = way->laid->overlay->stars ? star_for(way, name) : NULL;
		if (star != NULL && take_node(way, star, next))
			return *next != NULL ? STEP_GO_ON : STEP_DONE;
		if (star != NULL)
			way->answer = dns_outcome_answer(DNS_OUT_NODATA); /* RFC 4592 2.2.1 */
	} else if (way->laid->overlay->stars) {
		star = replaced_star(way, name, answer);
		if (star != NULL && node != NULL && node->exists) {
			way->answer = dns_outcome_answer(DNS_OUT_NODATA); /* RFC 4592 2.2.1 */
			return STEP_DONE;
		}
		if (star != NULL && take_node(way, star, next))
			return *next != NULL ? STEP_GO_ON : STEP_DONE;
	}
	if (way->type == DNS_CNAME)
		return STEP_DONE;
	cname = below(way, name, DNS_CNAME);
	if (cname->status != DNS_OK || !dns_name_parse(cname->rr[0].name, target))
		return STEP_DONE;
	*next = target;
	return STEP_GO_ON;
}

static enum step
take_step(struct way *way, const struct dns_name *name, struct dns_name *target,
	const struct dns_name **next)
{
	const struct zone *zone = &way->laid->overlay->zone;
	const struct zone_node *node = zone_find(zone, name->wire, name->n);

	*next = NULL;
	if (node != NULL && take_node(way, node, next))
		return *next != NULL ? STEP_GO_ON : STEP_DONE;
	if (zone_hides(zone, name)) {
		way->answer = dns_outcome_answer(DNS_OUT_NXDOMAIN);
		return STEP_DONE;
	}
	return take_below(way, name, node, target, next);
}

static void
resolve(const struct laid *laid, const struct dns_question *question, int64_t until_ms,
	struct dns_answer *answer)
{
	struct way way = {.laid = laid,
		.type = question->type,
		.arena = question->arena,
		.until_ms = until_ms};
	struct dns_name name, target;
	const struct dns_name *next;

	*answer = dns_outcome_answer(DNS_OUT_NAME);
	if (!dns_name_parse(question->name, &name))
		return;
	for (int i = 0; i <= DNS_CHAIN_MAX; i++) {
		if (take_step(&way, &name, &target, &next) == STEP_DONE) {
			*answer = way.answer;
			return;
		}
		name = *next;
	}
	*answer = dns_outcome_answer(DNS_OUT_LOOP);
}

/* Starts the queries that may be needed; none for names that the overlay answers. */
static void
laid_start(void *self, struct dns_question *question)
{
	const struct laid *laid = self;
	const struct dns_name *next;
	const struct zone_node *node;
	struct dns_answer answer;
	struct dns_name name;

	if (!dns_name_parse(question->name, &name))
		return; /* dns.c passes only valid names */
	node = zone_find(&laid->overlay->zone, name.wire, name.n);
	if (node != NULL && zone_node_says(node, question->type, question->arena, &answer, &next) ==
				    ZONE_ANSWER) {
		dns_question_answer(question, &answer);
		return;
	}
	dns_ask(laid->below, question->name, question->type);
	if (question->type != DNS_CNAME)
		dns_ask(laid->below, question->name, DNS_CNAME);
}

static void
laid_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct dns_answer answer;

	resolve(self, question, until_ms, &answer);
	/* safe: the question belongs to this thread, and is const only in the interface of wait */
	dns_question_answer((struct dns_question *)(uintptr_t)question, &answer);
}

static int64_t
laid_clock(const void *self)
{
	return dns_clock_ms(((const struct laid *)self)->below);
}

static void
laid_free(void *self)
{
	(void)self;
}

struct dns *
dns_open_overlay(const struct dns_overlay *overlay, struct dns *below_it, struct arena *arena)
{
	static const struct dns_backend backend = {laid_start, laid_wait, laid_clock, laid_free};
	struct dns *dns = dns_new_in(arena);
	struct laid *laid = arena_alloc(arena, sizeof *laid);

	*laid = (struct laid){overlay, below_it};
	dns_attach(dns, &backend, laid, INT64_MAX, INT64_MAX);
	return dns;
}
