#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_name.h"

struct dns {
	struct arena *arena; /* holds everything, including this struct */
	struct arena own;    /* that arena, unless the caller owns it */
	const struct dns_backend *backend;
	void *self;
	int64_t timeout_ms, deadline_ms;
	int64_t waited_ms; /* the total time spent waiting */
	struct dns_question **buckets;
	size_t nbuckets; /* a power of two */
	size_t nquestions, nasked;
	size_t max, nlimited; /* limit of queries (SIZE_MAX: none), and how many count towards it */
	struct dns_question *first, *last; /* in the order in which they were asked */
};

#define OUTCOME(id, status, why) [DNS_OUT_##id] = {DNS_OUT_##id, #id, status, why}

static const struct dns_outcome outcomes[DNS_OUTCOMES] = {
	OUTCOME(NODATA, DNS_NODATA, NULL),
	OUTCOME(NXDOMAIN, DNS_NXDOMAIN, NULL),
	OUTCOME(SERVFAIL, DNS_TEMP, "SERVFAIL"),
	OUTCOME(TIMEOUT, DNS_TEMP, "timeout"),
	OUTCOME(DEADLINE, DNS_TEMP, "deadline"),
	OUTCOME(REFUSED, DNS_TEMP, "REFUSED"),
	OUTCOME(NOTIMP, DNS_TEMP, "NOTIMP"),
	OUTCOME(FORMERR, DNS_TEMP, "FORMERR"),
	OUTCOME(RCODE, DNS_TEMP, "unexpected response code"),
	OUTCOME(REFERRAL, DNS_TEMP, "the server does not recurse"),
	OUTCOME(UNREACHABLE, DNS_TEMP, "no server answers"),
	OUTCOME(BAD, DNS_BAD, "malformed answer"),
	OUTCOME(LOOP, DNS_BAD, "CNAME chain too long"),
	OUTCOME(LARGE, DNS_BAD, "answer too large"),
	OUTCOME(UNASKED, DNS_TEMP, "answer not waited for"),
	OUTCOME(NAME, DNS_BAD, "name cannot be asked"),
	OUTCOME(MANY, DNS_BAD, "more questions than the limit"),
};

static const struct dns_answer unaskable = {.status = DNS_BAD, .outcome = DNS_OUT_NAME};
static const struct dns_answer too_many = {.status = DNS_BAD, .outcome = DNS_OUT_MANY};

const struct dns_outcome *
dns_outcome(enum dns_outcome_id id)
{
	return &outcomes[id];
}

const struct dns_outcome *
dns_outcome_by_word(struct slice word)
{
	for (size_t i = 0; i < DNS_OUTCOMES; i++)
		if (slice_ieq(word, slice_str(outcomes[i].word)))
			return &outcomes[i];
	return NULL;
}

const struct dns_outcome *
dns_outcome_of(const struct dns_answer *answer)
{
	return &outcomes[answer->outcome];
}

const char *
dns_why(const struct dns_answer *answer)
{
	return answer->status >= DNS_TEMP ? outcomes[answer->outcome].why : NULL;
}

const char *
dns_why_word(const struct dns_answer *answer)
{
	return answer->status >= DNS_TEMP ? outcomes[answer->outcome].word : NULL;
}

struct dns_answer
dns_outcome_answer(enum dns_outcome_id id)
{
	return (struct dns_answer){.status = outcomes[id].status, .outcome = id};
}

void
dns_settle(struct dns *dns)
{
	for (struct dns_question *q = dns->first; q != NULL; q = q->later)
		if (!q->done)
			(void)dns_get(dns, q->name, q->type, 0);
}

const char *
dns_status_word(enum dns_status status)
{
	static const char *const words[] = {"ok", "nodata", "nxdomain", "temp", "bad"};

	return words[status];
}

const char *
dns_type_word(enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_CNAME:
		return "CNAME";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	}
	return "?";
}

struct dns *
dns_new_in(struct arena *arena)
{
	enum { FIRST_BUCKETS = 128 };
	struct dns *dns = arena_alloc(arena, sizeof *dns);

	dns->max = SIZE_MAX;
	dns->nbuckets = FIRST_BUCKETS;
	dns->buckets = arena_array(arena, dns->nbuckets, sizeof *dns->buckets);
	dns->arena = arena;
	return dns;
}

struct dns *
dns_new(arena_oom *oom, void *oom_arg)
{
	struct arena arena;
	struct dns *dns;

	arena_init(&arena, oom, oom_arg);
	dns = dns_new_in(&arena);
	dns->own = arena;
	dns->arena = &dns->own;
	return dns;
}

void
dns_attach(struct dns *dns, const struct dns_backend *backend, void *self, int64_t timeout_ms,
	int64_t deadline_ms)
{
	dns->backend = backend;
	dns->self = self;
	dns->timeout_ms = timeout_ms;
	dns->deadline_ms = deadline_ms;
}

struct arena *
dns_arena(struct dns *dns)
{
	return dns->arena;
}

void
dns_question_answer(struct dns_question *question, const struct dns_answer *answer)
{
	if (question->done)
		return;
	question->answer = *answer;
	question->done = true;
}

static void
give_up(struct dns_question *question, enum dns_outcome_id id)
{
	struct dns_answer answer = dns_outcome_answer(id);

	dns_question_answer(question, &answer);
}

static void
grow_questions(struct dns *dns)
{
	size_t n = dns->nbuckets * 2;
	struct dns_question **buckets = arena_array(dns->arena, n, sizeof *buckets), *next;

	for (size_t i = 0; i < dns->nbuckets; i++)
		for (struct dns_question *q = dns->buckets[i]; q != NULL; q = next) {
			next = q->next;
			q->next = buckets[q->hash & (n - 1)];
			buckets[q->hash & (n - 1)] = q;
		}
	dns->buckets = buckets;
	dns->nbuckets = n;
}

/* The question for that name and type, created if needed; NULL if the name is invalid. */
static struct dns_question *
question_of(struct dns *dns, struct slice text, enum dns_type type)
{
	struct dns_name name;
	struct dns_question *q;
	uint64_t hash;

	if (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	if (!dns_name_parse(text, &name))
		return NULL;
	hash = slice_hash(slice_make((const char *)name.wire, name.n)) ^
	       (uint64_t)type * 0x9e3779b97f4a7c15u;
	hash ^= hash >> 32;
	for (q = dns->buckets[hash & (dns->nbuckets - 1)]; q != NULL; q = q->next)
		if (q->hash == hash && q->type == type && slice_ieq(q->name, text))
			return q;
	if (++dns->nquestions > dns->nbuckets)
		grow_questions(dns);
	q = arena_alloc(dns->arena, sizeof *q);
	q->arena = dns->arena;
	q->name = arena_lower(dns->arena, text);
	q->type = type;
	q->hash = hash;
	q->next = dns->buckets[hash & (dns->nbuckets - 1)];
	dns->buckets[hash & (dns->nbuckets - 1)] = q;
	return q;
}

/*
 * Like question_of, and starts the query unless the limit prevents that; queries for the policy are
 * exempt.
 */
static struct dns_question *
start_question(struct dns *dns, struct slice name, enum dns_type type, bool policy)
{
	struct dns_question *q = question_of(dns, name, type);

	if (q == NULL || q->asked || (!policy && dns->nlimited >= dns->max))
		return q;
	q->asked = true;
	dns->nlimited += !policy;
	dns->nasked++;
	if (dns->last == NULL)
		dns->first = q;
	else
		dns->last->later = q;
	dns->last = q;
	if (q->done)
		return q;
	if (dns_clock_ms(dns) >= dns->deadline_ms) {
		give_up(q, DNS_OUT_DEADLINE);
		return q;
	}
	q->waited_ms = dns->waited_ms;
	dns->backend->start(dns->self, q);
	return q;
}

void
dns_ask(struct dns *dns, struct slice name, enum dns_type type)
{
	(void)start_question(dns, name, type, false);
}

void
dns_ask_policy(struct dns *dns, struct slice name, enum dns_type type)
{
	(void)start_question(dns, name, type, true);
}

static const struct dns_answer *
get(struct dns *dns, struct dns_question *q, int64_t until_ms)
{
	enum dns_outcome_id late = DNS_OUT_TIMEOUT;
	int64_t now, until;

	if (q == NULL)
		return &unaskable;
	if (!q->asked)
		return &too_many;
	if (q->done)
		return &q->answer;
	now = dns_clock_ms(dns);
	/*
	 * the time-out of a query counts only time spent waiting, not reading or hashing a large
	 * message
	 */
	until = dns->timeout_ms - (dns->waited_ms - q->waited_ms);
	until = until > INT64_MAX - now ? INT64_MAX : now + until;
	if (until_ms != 0 && until_ms < until)
		until = until_ms;
	if (dns->deadline_ms < until) {
		until = dns->deadline_ms;
		late = DNS_OUT_DEADLINE;
	}
	dns->backend->wait(dns->self, q, until);
	dns->waited_ms += dns_clock_ms(dns) - now;
	if (!q->done)
		give_up(q, late);
	return &q->answer;
}

const struct dns_answer *
dns_get(struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms)
{
	return get(dns, start_question(dns, name, type, false), until_ms);
}

const struct dns_answer *
dns_get_policy(struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms)
{
	return get(dns, start_question(dns, name, type, true), until_ms);
}

void
dns_begin(struct dns *dns, int64_t deadline_ms)
{
	int64_t now = dns_clock_ms(dns);

	if (dns->deadline_ms != INT64_MAX) /* a zone has no deadline */
		dns->deadline_ms = deadline_ms > INT64_MAX - now ? INT64_MAX : now + deadline_ms;
}

void
dns_limit(struct dns *dns, size_t max)
{
	dns->max = max;
}

bool
dns_answer_has(const struct dns_answer *answer, const struct ip *ip)
{
	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++)
		if (ip_in_prefix(ip, &answer->rr[i].ip, ip->family == 4 ? 32 : 128))
			return true;
	return false;
}

bool
dns_has_address(struct dns *dns, struct slice name, const struct ip *ip, int64_t until_ms)
{
	return dns_answer_has(dns_get(dns, name, ip->family == 4 ? DNS_A : DNS_AAAA, until_ms), ip);
}

int64_t
dns_clock_ms(const struct dns *dns)
{
	return dns->backend->clock_ms(dns->self);
}

size_t
dns_asked(const struct dns *dns)
{
	return dns->nasked;
}

void
dns_break(struct dns *dns, struct slice name, enum dns_type type)
{
	struct dns_question *q = question_of(dns, name, type);

	if (q == NULL)
		return;
	q->done = false;
	give_up(q, DNS_OUT_TIMEOUT);
}

void
dns_each(const struct dns *dns,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg)
{
	struct dns_answer pending = dns_outcome_answer(DNS_OUT_UNASKED);

	for (const struct dns_question *q = dns->first; q != NULL; q = q->later)
		each(arg, q->name, q->type, q->done ? &q->answer : &pending);
}

void
dns_free(struct dns *dns)
{
	struct arena arena;

	if (dns == NULL)
		return;
	if (dns->backend != NULL)
		dns->backend->free(dns->self);
	arena = dns->own; /* it holds dns itself, or is empty */
	arena_clear(&arena);
}
