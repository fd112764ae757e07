/* dns_zone.c: answers from a zone in memory (RFC 1034 4.3.2, RFC 4592) */
#include "auth/dns/dns_zone.h"

void
zone_init(struct zone *zone, struct arena *arena)
{
	enum { FIRST_BUCKETS = 256 };

	*zone = (struct zone){.arena = arena, .nbuckets = FIRST_BUCKETS};
	zone->buckets = arena_array(arena, zone->nbuckets, sizeof *zone->buckets);
}

static uint64_t
node_hash(const unsigned char *wire, size_t n)
{
	uint64_t hash = slice_hash(slice_make((const char *)wire, n));

	return hash ^ hash >> 32;
}

struct zone_node *
zone_find(const struct zone *zone, const unsigned char *wire, size_t n)
{
	uint64_t hash = node_hash(wire, n);
	struct zone_node *node = zone->buckets[hash & (zone->nbuckets - 1)];

	while (node != NULL &&
		(node->hash != hash || node->n != n || memcmp(node->wire, wire, n) != 0))
		node = node->next;
	return node;
}

static void
grow_nodes(struct zone *zone)
{
	size_t n = zone->nbuckets * 4;
	struct zone_node **buckets = arena_array(zone->arena, n, sizeof *buckets), *next;

	for (size_t i = 0; i < zone->nbuckets; i++)
		for (struct zone_node *node = zone->buckets[i]; node != NULL; node = next) {
			next = node->next;
			node->next = buckets[node->hash & (n - 1)];
			buckets[node->hash & (n - 1)] = node;
		}
	zone->buckets = buckets;
	zone->nbuckets = n;
}

/* wire must outlive the zone: the nodes of parent names point into it */
static struct zone_node *
add_node(struct zone *zone, const unsigned char *wire, size_t n)
{
	struct zone_node *node = arena_alloc(zone->arena, sizeof *node);

	if (++zone->nnodes > zone->nbuckets)
		grow_nodes(zone);
	node->hash = node_hash(wire, n);
	node->wire = wire;
	node->n = n;
	node->next = zone->buckets[node->hash & (zone->nbuckets - 1)];
	zone->buckets[node->hash & (zone->nbuckets - 1)] = node;
	return node;
}

struct zone_node *
zone_add(struct zone *zone, const struct dns_name *name)
{
	struct zone_node *node = zone_find(zone, name->wire, name->n);
	unsigned char *wire;

	if (node != NULL)
		return node;
	wire = arena_alloc(zone->arena, name->n);
	memcpy(wire, name->wire, name->n);
	return add_node(zone, wire, name->n);
}

void
zone_exists(struct zone *zone, struct zone_node *node)
{
	const unsigned char *wire = node->wire;
	size_t n = node->n;

	while (!node->exists) {
		node->exists = true;
		if (n <= 1)
			return;
		n -= wire[0] + 1u;
		wire += wire[0] + 1u;
		node = zone_find(zone, wire, n);
		if (node == NULL)
			node = add_node(zone, wire, n);
	}
}

/*
 * Is the pragma about a type that the name, as an alias, does not have anyway? A CNAME stands alone
 * (RFC 1034 3.6.2) and answers for all other types by what its target has (4.3.2 step 3a); that one
 * of them is missing at the alias says nothing about the target (RFC 2308 2.2). A recorded zone has
 * the answer that was given, whatever DNS had.
 */
static bool
is_of_alias(const struct zone_node *node, const struct zone_pragma *pragma)
{
	const struct zone_record *at = node->first;

	if (!pragma->typed || pragma->recorded || pragma->type == DNS_CNAME ||
		(pragma->outcome->status != DNS_NODATA && pragma->outcome->status != DNS_NXDOMAIN))
		return false;
	while (at != NULL && at->type != DNS_CNAME)
		at = at->next;
	return at != NULL;
}

/* The pragma for this type, or (typed false) for the whole name; or NULL. */
static const struct dns_outcome *
pragma_of(const struct zone_node *node, bool typed, enum dns_type type)
{
	for (const struct zone_pragma *at = node->pragmas; at != NULL; at = at->next)
		if (at->outcome != NULL && at->typed == typed && (!typed || at->type == type) &&
			!is_of_alias(node, at))
			return at->outcome;
	return NULL;
}

static bool
is_secure(const struct zone_node *node, enum dns_type type)
{
	for (const struct zone_pragma *at = node->pragmas; at != NULL; at = at->next)
		if (at->outcome == NULL && (!at->typed || at->type == type))
			return true;
	return false;
}

static void
set_outcome(struct dns_answer *answer, const struct dns_outcome *outcome)
{
	answer->status = outcome->status;
	answer->outcome = outcome->id;
	answer->secure &= outcome->why == NULL;
	answer->rr = NULL;
	answer->n = 0;
	answer->ttl = 0;
}

static void
lower_ttl(struct dns_answer *answer, bool first, uint32_t ttl)
{
	if (first || ttl < answer->ttl)
		answer->ttl = ttl;
}

/* Sets the answer to all records of the type, or returns the CNAME target to follow, or NULL. */
static const struct dns_name *
take_records(const struct zone_node *node, enum dns_type type, bool first, struct arena *arena,
	struct dns_answer *answer)
{
	const struct zone_record *cname = NULL;
	struct dns_rr *rr;
	size_t n = 0;

	for (const struct zone_record *at = node->first; at != NULL; at = at->next) {
		n += at->type == type;
		if (at->type == DNS_CNAME && cname == NULL)
			cname = at;
	}
	if (n == 0) {
		if (cname == NULL)
			return NULL;
		lower_ttl(answer, first, cname->ttl);
		return cname->target;
	}
	rr = arena_array(arena, n, sizeof *rr);
	n = 0;
	for (const struct zone_record *at = node->first; at != NULL; at = at->next)
		if (at->type == type) {
			rr[n++] = at->rr;
			lower_ttl(answer, first && n == 1, at->ttl);
		}
	answer->status = DNS_OK;
	answer->rr = rr;
	answer->n = n;
	return NULL;
}

const struct zone_node *
zone_star(const struct zone *zone, const unsigned char *wire, size_t n)
{
	struct dns_name star;

	if (n + 2 > DNS_NAME_WIRE_MAX)
		return NULL;
	star.wire[0] = 1;
	star.wire[1] = '*';
	memcpy(star.wire + 2, wire, n);
	return zone_find(zone, star.wire, n + 2);
}

enum zone_says
zone_node_says(const struct zone_node *node, enum dns_type type, struct arena *arena,
	struct dns_answer *answer, const struct dns_name **target)
{
	const struct dns_outcome *outcome = pragma_of(node, true, type);
	const struct dns_outcome *named = pragma_of(node, false, type);

	*answer = (struct dns_answer){.status = DNS_NODATA, .secure = is_secure(node, type)};
	/* a failure applies to all types; NODATA and NXDOMAIN only to types without records */
	if (outcome == NULL && named != NULL &&
		(named->status == DNS_TEMP || named->status == DNS_BAD))
		outcome = named;
	if (outcome == NULL) {
		*target = take_records(node, type, true, arena, answer);
		if (*target != NULL)
			return ZONE_CNAME;
		if (answer->status == DNS_OK)
			return ZONE_ANSWER;
		outcome = named;
	}
	if (outcome == NULL)
		return ZONE_NOTHING;
	set_outcome(answer, outcome);
	return ZONE_ANSWER;
}

bool
zone_hides(const struct zone *zone, const struct dns_name *name)
{
	const unsigned char *wire = name->wire;
	size_t n = name->n;

	while (n > 1) {
		const struct dns_outcome *outcome;
		const struct zone_node *node;

		n -= wire[0] + 1u;
		wire += wire[0] + 1u;
		node = zone_find(zone, wire, n);
		if (node == NULL)
			continue;
		if (node->exists)
			return false;
		outcome = pragma_of(node, false, DNS_A);
		if (outcome != NULL && outcome->status == DNS_NXDOMAIN)
			return true;
	}
	return false;
}

/* The wildcard that answers for a name that is not in the zone, or NULL. */
static const struct zone_node *
wildcard_of(const struct zone *zone, const struct dns_name *name)
{
	const unsigned char *wire = name->wire;
	size_t n = name->n;

	for (;;) { /* RFC 4592 3.3.1: the closest encloser */
		const struct zone_node *node;
		const struct dns_outcome *outcome;
		if (n <= 1)
			break;
		n -= wire[0] + 1u;
		wire += wire[0] + 1u;
		node = zone_find(zone, wire, n);
		if (node == NULL)
			continue;
		if (node->exists)
			break;
		outcome = pragma_of(node, false, DNS_A);
		if (outcome != NULL && outcome->status == DNS_NXDOMAIN)
			return NULL; /* RFC 8020 2 */
	}
	return zone_star(zone, wire, n);
}

/* One step of a lookup: sets the answer, or returns the name to continue with. */
static const struct dns_name *
answer_step(const struct zone *zone, const struct dns_name *name, enum dns_type type, bool first,
	struct arena *arena, struct dns_answer *answer)
{
	const struct zone_node *node = zone_find(zone, name->wire, name->n);
	const struct dns_outcome *named = NULL, *outcome = NULL;
	const struct dns_name *next = NULL;
	bool secure = false;

	if (node != NULL) {
		secure = is_secure(node, type);
		outcome = pragma_of(node, true, type);
		named = pragma_of(node, false, type);
	}
	if (outcome == NULL && named == NULL && (node == NULL || !node->exists)) {
		node = wildcard_of(zone, name);
		if (node != NULL) {
			secure |= is_secure(node, type);
			outcome = pragma_of(node, true, type);
			named = pragma_of(node, false, type);
		}
	}
	/* a failure applies to all types; NODATA and NXDOMAIN only to types without records */
	if (outcome == NULL && named != NULL &&
		(named->status == DNS_TEMP || named->status == DNS_BAD))
		outcome = named;
	answer->secure = secure && (first || answer->secure);
	if (outcome == NULL && node != NULL) {
		next = take_records(node, type, first, arena, answer);
		if (next != NULL || answer->status == DNS_OK)
			return next;
		outcome = named;
	}
	if (outcome == NULL)
		outcome = dns_outcome(
			node != NULL && node->exists ? DNS_OUT_NODATA : DNS_OUT_NXDOMAIN);
	set_outcome(answer, outcome);
	return NULL;
}

void
zone_answer(const struct zone *zone, const struct dns_name *name, enum dns_type type,
	struct arena *arena, struct dns_answer *answer)
{
	*answer = (struct dns_answer){.status = DNS_NODATA};
	for (int i = 0; i <= DNS_CHAIN_MAX; i++) {
		name = answer_step(zone, name, type, i == 0, arena, answer);
		if (name == NULL)
			return;
	}
	/* a resolver would not follow such a chain either; a retry would not help */
	set_outcome(answer, dns_outcome(DNS_OUT_LOOP));
}

static void
zone_start(void *self, struct dns_question *question)
{
	struct dns_name name;
	struct dns_answer answer;

	if (!dns_name_parse(question->name, &name))
		return; /* dns.c passes only valid names */
	zone_answer(self, &name, question->type, question->arena, &answer);
	dns_question_answer(question, &answer);
}

static void
zone_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	(void)self;
	(void)question;
	(void)until_ms;
}

/* The time never changes, because nothing waits: no result depends on timing. */
static int64_t
zone_clock(const void *self)
{
	(void)self;
	return 1;
}

static void
zone_free(void *self)
{
	(void)self;
}

enum status
dns_open_zone(struct slice text, struct arena *arena, struct dns **dns, struct error *error)
{
	static const struct dns_backend backend = {zone_start, zone_wait, zone_clock, zone_free};
	struct zone *zone;

	*dns = dns_new(arena->oom, arena->oom_arg);
	zone = arena_alloc(dns_arena(*dns), sizeof *zone);
	zone_init(zone, dns_arena(*dns));
	if (zone_read(zone, text, false, error)) {
		dns_attach(*dns, &backend, zone, INT64_MAX, INT64_MAX);
		return ST_OK;
	}
	dns_free(*dns);
	*dns = NULL;
	return ST_BAD;
}
