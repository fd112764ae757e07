#include "filter/stats/elsewhere.h"

#include <stdlib.h>
#include <sys/random.h>

#include "auth/base/domain.h"
#include "filter/provider/provider.h"

/*
 * The number of slots probed for a key. Forged colliding keys only affect the forger's own
 * messages.
 */
enum { PROBES = 32, FIRST_SLOTS = 4096 };

enum { BY_COPY, BY_HOST, WAYS };

struct slot {
	uint64_t key;    /* 0: free */
	uint32_t first;  /* index from 1 of the first message that waits for the key; 0: none */
	uint32_t copied; /* index from 1 in elsewhere.copied; 0: no copy was seen */
	bool aligned;
};

/* The hosts that sent copies of a message. */
struct copied {
	uint32_t hosts[ELSEWHERE_HOSTS], n;
};

struct waiting {
	struct elsewhere_message message;
	uint32_t host;
	uint32_t next[WAYS]; /* the next one that waits for the same key, from 1; 0: none */
	bool done;
};

struct elsewhere {
	elsewhere_moved moved;
	void *arg;
	uint64_t seed;
	struct slot *slots;
	size_t nslots, used;
	struct waiting *waiting;
	size_t nwaiting, room;
	struct copied *copied;
	size_t ncopied, copied_room;
};

struct elsewhere *
elsewhere_new(elsewhere_moved moved, void *arg)
{
	struct elsewhere *made = calloc(1, sizeof *made);

	if (made == NULL)
		return NULL;
	made->moved = moved;
	made->arg = arg;
	/* the seed only determines which keys collide, not what is found */
	if (getrandom(&made->seed, sizeof made->seed, GRND_NONBLOCK) < 0)
		made->seed = UINT64_C(0x9e3779b97f4a7c15);
	made->slots = calloc(FIRST_SLOTS, sizeof *made->slots);
	made->nslots = FIRST_SLOTS;
	if (made->slots != NULL)
		return made;
	free(made);
	return NULL;
}

void
elsewhere_free(struct elsewhere *elsewhere)
{
	if (elsewhere == NULL)
		return;
	free(elsewhere->slots);
	free(elsewhere->waiting);
	free(elsewhere->copied);
	free(elsewhere);
}

static uint64_t
mixed(uint64_t hash, uint64_t with)
{
	hash = (hash ^ with) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 32;
}

static uint64_t
add_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = mixed(hash, (unsigned char)*text);
	return mixed(hash, 256);
}

/* Adds the first signature of the author's organization to the hash, whether it passed or not. */
static uint64_t
add_signature(uint64_t hash, const struct row *row)
{
	for (size_t i = 0; i < row->nsignatures; i++) {
		const struct row_signature *sig = &row->signatures[i];

		if (!sig->aligned)
			continue;
		hash = add_text(add_text(hash, sig->d), sig->s);
		hash = add_text(hash, sig->b != NULL ? sig->b : "");
		break;
	}
	return hash;
}

/*
 * Is the row evidence for other rows with the same key? For a copy, the message must be aligned.
 * For a host, SPF must be: a signature also passes after the message was forwarded.
 */
static bool
shows(const struct row *row, int way)
{
	if (way == BY_COPY)
		return row->dmarc == AUTH_PASS || row->dkim_aligned ||
		       (row->spf == AUTH_PASS && row->spf_aligned);
	return row->spf == AUTH_PASS && row->spf_aligned;
}

/* Does the domain belong to neither the author nor, as a whole, to a service (provider.h)? */
static bool
is_foreign(const struct row *row, const char *domain)
{
	const struct slice name = slice_str(domain), author = slice_str(row->author_domain);

	if (provider_has_mailboxes(name) || provider_of_customer(name) != NULL)
		return true;
	return name.n > 0 && provider_sends_as(name) == NULL &&
	       !slice_ieq(domain_organization(name), domain_organization(author));
}

/* Does SPF or a signature pass for a foreign domain? */
static bool
is_of_another(const struct row *row)
{
	if (row->spf == AUTH_PASS && is_foreign(row, row->spf_domain))
		return true;
	for (size_t i = 0; i < row->nsignatures; i++)
		if (row->signatures[i].code == AUTH_PASS && is_foreign(row, row->signatures[i].d))
			return true;
	return false;
}

/*
 * Returns the row's key of a kind, BY_COPY or BY_HOST; 0 if the row has none. Others may send
 * from the same host: a message that passes for a foreign domain needs better evidence.
 */
static uint64_t
key_of(const struct elsewhere *elsewhere, const struct row *row, int way)
{
	const char *text = way == BY_COPY ? row->message_id : row->client_ip;
	uint64_t hash = mixed(elsewhere->seed, (uint64_t)way + 1);

	if (text[0] == '\0' || row->author_domain[0] == '\0' ||
		(way == BY_HOST && !shows(row, way) && is_of_another(row)))
		return 0;
	hash = add_text(add_text(hash, row->author_domain), text);
	if (way == BY_COPY)
		hash = add_signature(hash, row);
	return hash != 0 ? hash : 1;
}

/* Returns the slot of the key, or else a free one; NULL if neither is within PROBES slots. */
static struct slot *
slot_of(struct slot *slots, size_t n, uint64_t key)
{
	for (size_t i = 0; i < PROBES; i++) {
		struct slot *slot = &slots[(key + i) & (n - 1)];

		if (slot->key == key || slot->key == 0)
			return slot;
	}
	return NULL;
}

static bool
grow_slots(struct elsewhere *elsewhere)
{
	const size_t n = elsewhere->nslots * 2;
	struct slot *slots = calloc(n, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < elsewhere->nslots; i++) {
		const struct slot *old = &elsewhere->slots[i];
		struct slot *new = old->key != 0 ? slot_of(slots, n, old->key) : NULL;

		if (new != NULL)
			*new = *old;
	}
	free(elsewhere->slots);
	elsewhere->slots = slots;
	elsewhere->nslots = n;
	return true;
}

/*
 * Returns the sender of a message after evidence for its key was found in another message;
 * unchanged unless the message was open (SENDER_DECIDE) or SENDER_FORGED.
 */
static struct sender
better(struct sender sender, int way, bool service)
{
	if (sender.class != SENDER_DECIDE && sender.class != SENDER_FORGED)
		return sender;
	if (way == BY_COPY)
		return (struct sender){SENDER_FORWARDER, SENDER_BY_COPY};
	return (struct sender){service ? SENDER_SERVICE : SENDER_OWN, SENDER_BY_ELSEWHERE};
}

static uint32_t
host_of(const struct elsewhere *elsewhere, const struct row *row)
{
	return (uint32_t)(add_text(elsewhere->seed, row->client_ip) >> 32);
}

/* Does a message from that host count as a copy? Not if too many other hosts have sent copies. */
static bool
has_room_for(const struct elsewhere *elsewhere, const struct slot *slot, uint32_t host)
{
	const struct copied *copied;

	if (slot->copied == 0) /* it has no copies yet: one counts unless the table is full */
		return elsewhere->ncopied < ELSEWHERE_COPIED;
	copied = &elsewhere->copied[slot->copied - 1];
	for (size_t i = 0; i < copied->n; i++)
		if (copied->hosts[i] == host)
			return true;
	return copied->n < ELSEWHERE_HOSTS;
}

/* Records the host of a copy. False when out of memory. */
static bool
note_copy(struct elsewhere *elsewhere, struct slot *slot, uint32_t host)
{
	struct copied *copied;

	if (slot->copied == 0) {
		if (elsewhere->ncopied == ELSEWHERE_COPIED)
			return true;
		if (elsewhere->ncopied == elsewhere->copied_room) {
			const size_t room = elsewhere->ncopied == 0 ? 64 : 2 * elsewhere->ncopied;

			copied = realloc(elsewhere->copied, room * sizeof *copied);
			if (copied == NULL)
				return false;
			elsewhere->copied = copied;
			elsewhere->copied_room = room;
		}
		elsewhere->copied[elsewhere->ncopied++] = (struct copied){.n = 0};
		slot->copied = (uint32_t)elsewhere->ncopied;
	}
	copied = &elsewhere->copied[slot->copied - 1];
	for (size_t i = 0; i < copied->n; i++)
		if (copied->hosts[i] == host)
			return true;
	if (copied->n < ELSEWHERE_HOSTS)
		copied->hosts[copied->n++] = host;
	return true;
}

struct sender
elsewhere_look(const struct elsewhere *elsewhere, const struct row *row, struct sender sender,
	bool service)
{
	for (int way = BY_COPY; way < WAYS; way++) {
		const uint64_t key = key_of(elsewhere, row, way);
		const struct slot *slot =
			key != 0 ? slot_of(elsewhere->slots, elsewhere->nslots, key) : NULL;

		if (slot != NULL && slot->key == key && slot->aligned &&
			(way != BY_COPY || has_room_for(elsewhere, slot, host_of(elsewhere, row))))
			sender = better(sender, way, service);
	}
	return sender;
}

/* Reclassifies all messages that wait for the key. False when out of memory. */
static bool
reclassify_waiting(struct elsewhere *elsewhere, struct slot *slot, int way)
{
	uint32_t at = slot->first;

	slot->first = 0;
	slot->aligned = true;
	while (at != 0) {
		struct waiting *one = &elsewhere->waiting[at - 1];
		const struct sender now = better(one->message.sender, way, one->message.service);

		at = one->next[way];
		if (one->done || (way == BY_COPY && !has_room_for(elsewhere, slot, one->host)))
			continue;
		if (way == BY_COPY && !note_copy(elsewhere, slot, one->host))
			return false;
		elsewhere->moved(elsewhere->arg, &one->message, now);
		one->done = true;
	}
	return true;
}

/* Records a message that was recognized as a copy at once. */
static bool
add_copy(struct elsewhere *elsewhere, const struct row *row)
{
	const uint64_t key = key_of(elsewhere, row, BY_COPY);
	struct slot *slot = key != 0 ? slot_of(elsewhere->slots, elsewhere->nslots, key) : NULL;

	return slot == NULL || slot->key != key ||
	       note_copy(elsewhere, slot, host_of(elsewhere, row));
}

static bool
room_for_one(struct elsewhere *elsewhere)
{
	const size_t room = elsewhere->room == 0 ? 256 : elsewhere->room * 2;
	struct waiting *grown;

	if (elsewhere->nwaiting < elsewhere->room)
		return true;
	grown = realloc(elsewhere->waiting, room * sizeof *grown);
	if (grown == NULL)
		return false;
	elsewhere->waiting = grown;
	elsewhere->room = room;
	return true;
}

bool
elsewhere_add(
	struct elsewhere *elsewhere, const struct row *row, const struct elsewhere_message *message)
{
	const enum sender_class class = message->sender.class;
	const bool waits = (class == SENDER_DECIDE || class == SENDER_FORGED) &&
			   elsewhere->nwaiting < ELSEWHERE_WAITING;
	struct waiting *one = NULL;

	if (waits) {
		if (!room_for_one(elsewhere))
			return false;
		one = &elsewhere->waiting[elsewhere->nwaiting++];
		*one = (struct waiting){.message = *message, .host = host_of(elsewhere, row)};
	}
	if (message->sender.by == SENDER_BY_COPY && !add_copy(elsewhere, row))
		return false;
	for (int way = BY_COPY; way < WAYS; way++) {
		const uint64_t key = key_of(elsewhere, row, way);
		struct slot *slot;

		if (key == 0 || (!shows(row, way) && one == NULL))
			continue;
		if (elsewhere->used * 2 > elsewhere->nslots && elsewhere->used < ELSEWHERE_KEYS &&
			!grow_slots(elsewhere))
			return false;
		slot = slot_of(elsewhere->slots, elsewhere->nslots, key);
		if (slot == NULL || (slot->key == 0 && elsewhere->used == ELSEWHERE_KEYS))
			continue;
		elsewhere->used += slot->key == 0 ? 1 : 0;
		slot->key = key;
		if (shows(row, way)) {
			if (!reclassify_waiting(elsewhere, slot, way))
				return false;
		} else if (!slot->aligned) {
			one->next[way] = slot->first;
			slot->first = (uint32_t)elsewhere->nwaiting;
		}
	}
	return true;
}
