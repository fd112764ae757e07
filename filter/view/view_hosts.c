#include "filter/view/view_hosts.h"

#include <stdlib.h>
#include <sys/random.h>

#include "auth/base/domain.h"
#include "filter/text/i18n.h"

enum { HOST_SLOTS = 1 << 18, KEY_SLOTS = 1 << 16 };

#define INSIDE UINT32_MAX /* a private address, in the author's own network */
_Static_assert(HOST_SLOTS > 2 * VIEW_HOSTS && KEY_SLOTS > 2 * VIEW_KEYS, "never full");

/* A message of the archive, as keys (hashes). */
struct held {
	uint64_t message; /* author and Message-ID */
	uint64_t key;     /* author, domain and selector */
	uint32_t host;    /* index from 1; 0: unknown address; or INSIDE */
};

struct list {
	struct held *v;
	size_t n, room;
};

struct view_hosts {
	struct arena *arena;
	uint64_t seed[2];
	uint32_t slots[HOST_SLOTS]; /* indices from 1 */
	struct view_host *hosts;
	size_t n;
	uint64_t keys[KEY_SLOTS]; /* keys whose signatures passed, aligned */
	size_t nkeys;
	struct list aligned, broken;
};

static const struct {
	const char *code, *text;
} reasons[] = {
#define REASON(id, code, text) {code, text},
	VIEW_REASONS(REASON)};

const char *
view_reason_code(enum view_reason reason)
{
	return reasons[reason].code;
}

const char *
view_reason_text(enum view_reason reason)
{
	return reasons[reason].text;
}

bool
view_reason_proves(enum view_reason reason)
{
	return reason >= VIEW_BY_REPORTED;
}

struct view_hosts *
view_hosts_new(struct arena *arena)
{
	struct view_hosts *hosts = arena_array(arena, 1, sizeof *hosts);

	hosts->arena = arena;
	hosts->hosts = arena_array(arena, VIEW_HOSTS, sizeof *hosts->hosts);
	/* the seed does not affect the results */
	if (getrandom(hosts->seed, sizeof hosts->seed, GRND_NONBLOCK) < 0)
		hosts->seed[0] = UINT64_C(0x9e3779b97f4a7c15);
	return hosts;
}

static void
clear(struct list *list)
{
	free(list->v);
	*list = (struct list){.v = NULL};
}

void
view_hosts_free(struct view_hosts *hosts)
{
	if (hosts == NULL)
		return;
	clear(&hosts->aligned);
	clear(&hosts->broken);
}

/* keys */

static uint64_t
mixed(uint64_t hash, uint64_t with)
{
	hash = (hash ^ with) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 32;
}

/* A key: a seeded hash of the texts and their lengths; never 0. */
static uint64_t
key_of(const struct view_hosts *hosts, struct slice a, struct slice b, struct slice c)
{
	const struct slice all[] = {a, b, c};
	uint64_t hash = hosts->seed[0];

	for (size_t i = 0; i < 3; i++) {
		hash = mixed(hash, all[i].n ^ hosts->seed[1]);
		for (size_t k = 0; k < all[i].n; k++)
			hash = mixed(hash, (unsigned char)all[i].p[k]);
	}
	return hash != 0 ? hash : 1;
}

/* hosts */

static size_t
slot_of(const struct view_hosts *hosts, struct slice author, struct slice source)
{
	size_t at = key_of(hosts, author, source, SLICE("")) % HOST_SLOTS;

	for (; hosts->slots[at] != 0; at = (at + 1) % HOST_SLOTS) {
		const struct view_host *host = &hosts->hosts[hosts->slots[at] - 1];

		if (slice_eq(slice_str(host->author), author) &&
			slice_eq(slice_str(host->source), source))
			break;
	}
	return at;
}

struct view_host *
view_hosts_take(struct view_hosts *hosts, struct slice author, struct slice source)
{
	const size_t at = slot_of(hosts, author, source);
	struct view_host *host;

	if (hosts->slots[at] != 0)
		return &hosts->hosts[hosts->slots[at] - 1];
	if (hosts->n == VIEW_HOSTS)
		return NULL;
	host = &hosts->hosts[hosts->n++];
	host->author = arena_cstr(hosts->arena, author);
	host->source = arena_cstr(hosts->arena, source);
	hosts->slots[at] = (uint32_t)hosts->n;
	return host;
}

/*
 * As in stats/elsewhere.h, a host that passed SPF for the author belongs to the author or to a
 * service that the author uses, even if other mail from it is unclear.
 */
struct sender
view_host_sender(const struct view_host *host)
{
	const uint64_t *n = host->classes;
	enum sender_class class = n[SENDER_PASSES] > 0 ? SENDER_PASSES : SENDER_UNJUDGED;
	uint64_t most = 0;

	for (int i = SENDER_OWN; i < SENDER_CLASSES; i++)
		if (n[i] > most) {
			most = n[i];
			class = (enum sender_class)i;
		}
	if ((class == SENDER_DECIDE || class == SENDER_FORGED) && host->spf_pass > 0)
		return (struct sender){SENDER_OWN, SENDER_BY_ELSEWHERE};
	return (struct sender){class, host->by[class]};
}

size_t
view_hosts_count(const struct view_hosts *hosts)
{
	return hosts->n;
}

const struct view_host *
view_hosts_at(const struct view_hosts *hosts, size_t i)
{
	return &hosts->hosts[i];
}

static uint32_t
number_of(const struct view_hosts *hosts, const struct view_host *host)
{
	return host != NULL ? (uint32_t)(host - hosts->hosts) + 1 : 0;
}

/* what the archive has */

/* Stores a message. If memory or room runs out, it is ignored, and less can be proved. */
static void
add(struct list *list, struct held one)
{
	if (list->n == list->room) {
		const size_t room = list->room == 0 ? 256 : list->room * 2;
		struct held *more =
			room <= VIEW_MESSAGES ? realloc(list->v, room * sizeof *more) : NULL;

		if (more == NULL)
			return;
		list->v = more;
		list->room = room;
	}
	list->v[list->n++] = one;
}

/* The slot with the key, or a free one for it. */
static size_t
key_slot(const struct view_hosts *hosts, uint64_t key)
{
	size_t at = key % KEY_SLOTS;

	while (hosts->keys[at] != 0 && hosts->keys[at] != key)
		at = (at + 1) % KEY_SLOTS;
	return at;
}

static void
add_key(struct view_hosts *hosts, uint64_t key)
{
	const size_t at = key_slot(hosts, key);

	if (hosts->keys[at] == 0 && hosts->nkeys < VIEW_KEYS) {
		hosts->keys[at] = key;
		hosts->nkeys++;
	}
}

/* Stores the author's signatures of a message: those that pass, and those that are broken. */
static void
hold_signatures(struct view_hosts *hosts, const struct row *row, uint32_t host)
{
	const struct slice author = slice_str(row->author_domain),
			   id = slice_trim(slice_str(row->message_id));
	const uint64_t message = id.n > 0 ? key_of(hosts, author, id, SLICE("")) : 0;

	for (size_t i = 0; i < row->nsignatures; i++) {
		const struct row_signature *sig = &row->signatures[i];
		const uint64_t key = key_of(hosts, author, slice_str(sig->d), slice_str(sig->s));

		if (!sig->aligned || sig->d[0] == '\0' || sig->s[0] == '\0')
			continue;
		if (sig->code == AUTH_PASS)
			add_key(hosts, key);
		if (message == 0)
			continue;
		if (sig->code == AUTH_PASS && row->dmarc == AUTH_PASS)
			add(&hosts->aligned, (struct held){message, key, host});
		else if (sig->code == AUTH_FAIL && host != 0 && host != INSIDE &&
			 row->dmarc == AUTH_FAIL)
			add(&hosts->broken, (struct held){message, key, host});
	}
}

void
view_hosts_hold(struct view_hosts *hosts, const struct row *row)
{
	const struct slice author = slice_str(row->author_domain);
	struct view_host *host = NULL;
	bool inside = false;
	struct ip ip;

	if (row->failed || !row->evaluated || author.n == 0)
		return;
	if (ip_parse(slice_str(row->client_ip), &ip)) {
		inside = ip_is_private(&ip);
		if (!inside)
			host = view_hosts_take(hosts, author, slice_str(row->client_ip));
	}
	if (host != NULL) {
		host->held++;
		host->held_pass += row->dmarc == AUTH_PASS ? 1 : 0;
		if (row->sender.class == SENDER_FORWARDER && row->sender.by == SENDER_BY_SEAL)
			host->held_by = VIEW_BY_SEAL;
	}
	hold_signatures(hosts, row, inside ? INSIDE : number_of(hosts, host));
}

static int
by_keys(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

static void
sort(struct list *list)
{
	if (list->n > 1)
		qsort(list->v, list->n, sizeof *list->v, by_keys);
}

/*
 * Did the same message, with the same signature, also arrive aligned from another known host or, if
 * anywhere is true, from any host?
 */
static bool
came_aligned(const struct view_hosts *hosts, const struct held *one, bool anywhere)
{
	const struct held *v = hosts->aligned.v;
	size_t low = 0, high = hosts->aligned.n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (by_keys(&v[middle], one) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < hosts->aligned.n && by_keys(&v[low], one) == 0; low++)
		if (anywhere || (v[low].host != 0 && v[low].host != one->host))
			return true;
	return false;
}

void
view_hosts_settle(struct view_hosts *hosts)
{
	sort(&hosts->aligned);
	for (size_t i = 0; i < hosts->broken.n; i++) {
		struct view_host *host = &hosts->hosts[hosts->broken.v[i].host - 1];

		if (host->held_by < VIEW_BY_COPY && came_aligned(hosts, &hosts->broken.v[i], false))
			host->held_by = VIEW_BY_COPY;
	}
	clear(&hosts->broken);
}

void
view_hosts_reported(struct view_hosts *hosts, const struct feedback_failure *failure)
{
	const struct slice author = failure->header_from, id = slice_trim(failure->message_id);
	struct held one = {key_of(hosts, author, id, SLICE("")),
		key_of(hosts, author, failure->dkim_domain, failure->dkim_selector), 0};
	struct view_host *host;

	if (author.n == 0 || id.n == 0 || failure->dkim_domain.n == 0 ||
		failure->dkim_selector.n == 0 || failure->source.n == 0)
		return;
	host = view_hosts_take(hosts, author, failure->source);
	if (host == NULL)
		return;
	one.host = number_of(hosts, host);
	if (host->held_by < VIEW_BY_REPORTED && came_aligned(hosts, &one, false))
		host->held_by = VIEW_BY_REPORTED;
}

bool
view_hosts_has(const struct view_hosts *hosts, struct slice author, struct slice message_id,
	struct slice domain, struct slice selector)
{
	const struct held one = {key_of(hosts, author, slice_trim(message_id), SLICE("")),
		key_of(hosts, author, domain, selector), 0};

	return message_id.n > 0 && came_aligned(hosts, &one, true);
}

/* Does the row have a signature of the author whose domain and selector pass in the archive? */
static bool
names_key(const struct view_hosts *hosts, struct slice author, const struct feedback_row *row)
{
	for (size_t i = 0; i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];

		if (!result->spf && result->domain.n > 0 && result->selector.n > 0 &&
			hosts->keys[key_slot(hosts,
				key_of(hosts, author, result->domain, result->selector))] != 0)
			return true;
	}
	return false;
}

enum view_reason
view_hosts_reason(const struct view_hosts *hosts, const struct view_host *host,
	const struct feedback_row *row, bool known, enum view_reason told)
{
	if (host == NULL || host->held_by == VIEW_BY_NONE)
		return told;
	if (known && names_key(hosts, slice_str(host->author), row))
		return host->held_by;
	return VIEW_BY_ARCHIVE > told ? VIEW_BY_ARCHIVE : told;
}
