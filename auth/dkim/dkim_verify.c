#include <stdint.h>
#include <stdlib.h>

#include "auth/base/budget.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"

/*
 * Single-instance fields: RFC 5322 3.6, and the MIME fields of the whole message (RFC 2045 3,
 * RFC 2183 2). The first ones are in the order of enum once.
 */
static const char *const once_only[] = {"From", "MIME-Version", "Sender", "Reply-To", "To", "Cc",
	"Bcc", "Date", "Subject", "Message-ID", "In-Reply-To", "References", "Content-Type",
	"Content-Transfer-Encoding", "Content-ID", "Content-Description", "Content-Disposition"};
enum once { ONCE_FROM, ONCE_MIME_VERSION, ONCE_N = sizeof once_only / sizeof *once_only };

/* The fields of one name. */
struct group {
	size_t at, count; /* where the first one is in the index's fields, and how many there are */
	size_t named, used; /* for the current signature: instances in h=, and instances selected */
	size_t turn;        /* number of the selection that set these counts */
};

/*
 * The message's fields, sorted by the length of the name, then by the name, then from the bottom of
 * the message up.
 */
struct dkim_index {
	const struct field **fields;
	size_t n;
	struct group *groups;
	size_t ngroups;
	size_t turn; /* number of the current selection: counts of earlier ones are ignored and need
			not be cleared */
	struct group *once[ONCE_N]; /* the groups of once_only, or NULL */
	bool equal[ONCE_N];         /* the group has several fields, all identical */
};

static int
compare_names(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	for (size_t i = 0; i < a.n; i++) {
		char x = slice_lower(a.p[i]), y = slice_lower(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int
compare_fields(const void *a, const void *b)
{
	const struct field *x = *(const struct field *const *)a;
	const struct field *y = *(const struct field *const *)b;
	int order = compare_names(x->name, y->name);

	if (order != 0)
		return order;
	return x > y ? -1 : x < y;
}

/*
 * The group of the fields with that name, or NULL. Its counters are reset when a new selection
 * first asks for it.
 */
static struct group *
find_name(const struct dkim_index *index, struct slice name)
{
	size_t low = 0, high = index->ngroups;
	struct group *group = NULL;
	int order;

	while (low < high && group == NULL) {
		size_t middle = low + (high - low) / 2;

		order = compare_names(index->fields[index->groups[middle].at]->name, name);
		if (order == 0)
			group = &index->groups[middle];
		else if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (group != NULL && group->turn != index->turn) {
		group->named = group->used = 0;
		group->turn = index->turn;
	}
	return group;
}

/* Removes and returns the octets before the first fold in s (RFC 5322 2.2.3). */
static struct slice
next_part(struct slice *s)
{
	const size_t lf = slice_find(*s, '\n');
	struct slice part = slice_head(*s, lf);

	if (lf < s->n && lf > 0 && s->p[lf - 1] == '\r')
		part.n--;
	*s = slice_from(*s, lf + 1);
	return part;
}

/* Are they identical once unfolded? Each line end in a value is a fold. */
static bool
equal_unfolded(struct slice a, struct slice b)
{
	struct slice x = {0}, y = {0};

	for (;;) {
		size_t n;

		while (x.n == 0 && a.n > 0)
			x = next_part(&a);
		while (y.n == 0 && b.n > 0)
			y = next_part(&b);
		if (x.n == 0 || y.n == 0)
			return x.n == y.n;
		n = x.n < y.n ? x.n : y.n;
		if (memcmp(x.p, y.p, n) != 0)
			return false;
		x = slice_from(x, n);
		y = slice_from(y, n);
	}
}

static void
find_once(struct dkim_index *index)
{
	for (size_t i = 0; i < ONCE_N; i++) {
		struct group *group = find_name(index, slice_str(once_only[i]));

		index->once[i] = group;
		index->equal[i] = group != NULL && group->count > 1;
		for (size_t k = 1; index->equal[i] && k < group->count; k++)
			index->equal[i] = equal_unfolded(index->fields[group->at]->value,
				index->fields[group->at + k]->value);
	}
}

struct dkim_index *
dkim_index_make(const struct message *message, struct arena *arena)
{
	struct dkim_index *index = arena_alloc(arena, sizeof *index);

	index->fields = arena_array(arena, message->nfields, sizeof *index->fields);
	for (size_t i = 0; i < message->nfields; i++)
		if ((message->fields[i].flags & FIELD_JUNK) == 0)
			index->fields[index->n++] = &message->fields[i];
	if (index->n > 0)
		qsort(index->fields, index->n, sizeof *index->fields, compare_fields);
	index->groups = arena_array(arena, index->n, sizeof *index->groups);
	for (size_t i = 0; i < index->n; i++) {
		if (i == 0 || !slice_ieq(index->fields[i]->name, index->fields[i - 1]->name))
			index->groups[index->ngroups++].at = i;
		index->groups[index->ngroups - 1].count++;
	}
	find_once(index);
	return index;
}

/*
 * RFC 6376 8.15: if a field occurs twice but is signed once, a reader may display the unsigned
 * instance, so the signature may be refused. Identical instances (except of From) and any of
 * MIME-Version are only noted, because they cannot mislead.
 */
static void
judge_doubled(const struct dkim_index *index, struct arena *arena, struct dkim_selection *selection)
{
	for (size_t i = 0; i < ONCE_N; i++) {
		const struct group *group = index->once[i];
		const bool passed = i == ONCE_MIME_VERSION || (i != ONCE_FROM && index->equal[i]);
		struct slice top;
		struct reason note;

		if (group == NULL || group->turn != index->turn || group->named == 0 ||
			group->named >= group->count)
			continue;
		if (!passed) {
			if (selection->doubled == NULL)
				selection->doubled = once_only[i];
			continue;
		}
		note = dkim_note(i == ONCE_MIME_VERSION ? DKIM_NOTE_MIME_TWICE : DKIM_NOTE_EQUAL);
		note.name = once_only[i];
		top = index->fields[group->at + group->count - 1]->value;
		notes_add(&selection->notes, note, top, top.p, arena);
	}
}

void
dkim_select(struct dkim_index *index, const struct dkim_sig *sig, struct arena *arena,
	struct dkim_selection *selection)
{
	const struct field **fields =
		arena_array(arena, sig->nh < index->n ? sig->nh : index->n, sizeof *fields);

	*selection = (struct dkim_selection){.fields = fields};
	index->turn++;
	for (size_t i = 0; i < sig->nh; i++) {
		struct group *group = find_name(index, sig->h[i]);

		if (group == NULL)
			continue; /* RFC 6376 3.5 h=: a missing field is the null string */
		group->named++;
		if (group->used < group->count &&
			index->fields[group->at + group->used] == sig->field)
			group->used++;
		if (group->used == group->count)
			continue;
		fields[selection->n] = index->fields[group->at + group->used++];
		if (fields[selection->n++]->flags & FIELD_OVERSIZE)
			selection->oversize = true;
	}
	judge_doubled(index, arena, selection);
}

enum status
dkim_header_hash(const struct dkim_sig *sig, const struct dkim_selection *selection,
	struct crypto *crypto, unsigned char digest[CRYPTO_SHA256_SIZE])
{
	struct crypto_hash *hash = crypto_hash_new(crypto);

	if (hash == NULL)
		return ST_TEMP;
	for (size_t i = 0; i < selection->n; i++)
		dkim_field_add(sig->header_canon, selection->fields[i], false, false, hash);
	dkim_field_add(sig->header_canon, sig->field, true, true, hash);
	return crypto_hash_end(hash, digest);
}

/* The result for one key record. */
struct trial {
	struct reason reason; /* no reason: it verified */
	enum auth_code code;
	unsigned bits;
	bool testing;
	struct notes notes; /* ignored departures in the record */
};

static struct trial
failed(enum dkim_reason reason, enum auth_code code)
{
	return (struct trial){.reason = dkim_reason(reason), .code = code};
}

/* May the record be used for this signature? (RFC 6376 6.1.2, 3.6.1) */
static struct reason
judge_record(const struct dkim_sig *sig, const struct dkim_key *key)
{
	const bool ed25519 = sig->a == DKIM_ED25519_SHA256;

	if (key->defect.id != DKIM_R_NONE)
		return key->defect;
	if (key->revoked)
		return dkim_reason(DKIM_R_KEY_REVOKED);
	if (key->not_email)
		return dkim_reason(DKIM_R_KEY_SERVICE);
	if (key->k != (ed25519 ? DKIM_KEY_ED25519 : DKIM_KEY_RSA))
		return dkim_reason(DKIM_R_KEY_TYPE);
	if (key->no_sha256)
		return dkim_reason(DKIM_R_KEY_HASH);
	/* t=s: the domain of i= must be d=, not below it */
	if (key->strict_i && sig->i_domain.n > 0 && !slice_ieq(sig->i_domain, sig->d))
		return dkim_reason(DKIM_R_KEY_STRICT);
	return dkim_reason(DKIM_R_NONE);
}

/* Makes the key and checks its size; the caller frees it. */
static enum status
open_key(const struct auth_input *in, const struct dkim_sig *sig, struct slice p,
	struct crypto_key **key, struct trial *trial)
{
	enum status status;

	if (sig->a == DKIM_ED25519_SHA256) {
		trial->bits = 8 * CRYPTO_ED25519_SIZE;
		status = crypto_key_ed25519(in->crypto, p, key);
	} else {
		status = crypto_key_rsa(in->crypto, p, key, &trial->bits);
		trial->code = AUTH_POLICY;
		/*
		 * RFC 8301 3.2: at least 1,024 bits; the upper bound is ours (mailstamp(1),
		 * Methods)
		 */
		if (status != ST_BAD && trial->bits > in->limits->rsa_max_bits)
			trial->reason = dkim_reason(DKIM_R_KEY_LARGE);
		else if (status != ST_BAD && trial->bits < in->limits->rsa_min_bits)
			trial->reason = dkim_reason(DKIM_R_KEY_SMALL);
		else if (status == ST_LIMIT)
			trial->reason = dkim_reason(DKIM_R_KEY_EXPONENT);
	}
	if (status == ST_BAD) {
		trial->reason = dkim_reason(DKIM_R_KEY_P);
		trial->code = AUTH_PERMERROR;
	}
	return status == ST_TEMP ? ST_TEMP : ST_OK;
}

static bool
may_verify(const struct auth_input *in, const struct crypto_key *key)
{
	return in->budget == NULL ||
	       budget_take(&in->budget->verifications, crypto_key_weight(key));
}

/* digest NULL: only the key is checked, because the body hash did not verify. */
static enum status
try_key(const struct auth_input *in, const struct dkim_sig *sig, const unsigned char *digest,
	struct slice p, struct trial *trial)
{
	struct crypto_key *key = NULL;
	bool good = false;
	enum status status = open_key(in, sig, p, &key, trial);

	if (status == ST_OK && trial->reason.id == DKIM_R_NONE && digest != NULL &&
		!may_verify(in, key)) {
		trial->reason = dkim_reason(DKIM_R_WORK);
		trial->code = AUTH_POLICY;
	} else if (status == ST_OK && trial->reason.id == DKIM_R_NONE) {
		if (digest != NULL)
			status = crypto_verify(in->crypto, key, digest, sig->b, &good);
		trial->code = good ? AUTH_PASS : AUTH_FAIL;
		if (!good)
			trial->reason =
				dkim_reason(digest == NULL ? DKIM_R_BODY : DKIM_R_SIGNATURE);
	}
	crypto_key_free(key);
	return status;
}

/* Is a more informative than b? The order of the records in DNS must not matter. */
static bool
is_more_informative(const struct trial *a, const struct trial *b)
{
	if (a->reason.id != b->reason.id)
		return a->reason.id > b->reason.id;
	if (a->testing != b->testing)
		return b->testing;
	return a->bits > b->bits;
}

/* RFC 6376 6.1.2: with several records, the result is undefined; we try all of them. */
static enum status
try_records(const struct auth_input *in, const struct dkim_sig *sig, const unsigned char *digest,
	const struct dns_answer *answer, struct trial *best)
{
	const struct dkim_keys *keys = dkim_keys_of(in, answer);

	*best = failed(DKIM_R_NO_KEY, AUTH_PERMERROR);
	if (keys->refused.id != DKIM_R_NONE)
		*best = (struct trial){.reason = keys->refused, .code = AUTH_POLICY};
	for (size_t i = 0; i < keys->n; i++) {
		struct trial trial = {.code = AUTH_PERMERROR};

		trial.reason = judge_record(sig, &keys->keys[i]);
		trial.testing = keys->keys[i].testing;
		trial.notes = keys->keys[i].notes;
		if (trial.reason.id == DKIM_R_NONE &&
			try_key(in, sig, digest, keys->keys[i].p, &trial) != ST_OK)
			return ST_TEMP;
		if (trial.code == AUTH_PASS) {
			*best = trial;
			return ST_OK;
		}
		if (is_more_informative(&trial, best))
			*best = trial;
	}
	return ST_OK;
}

enum status
dkim_verify(const struct auth_input *in, const unsigned char digest[CRYPTO_SHA256_SIZE],
	struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	struct trial trial = failed(DKIM_R_KEY_UNREADABLE, AUTH_TEMPERROR);
	const struct dns_answer *answer;
	enum status status = ST_OK;
	struct slice name;

	(void)dkim_key_name(
		sig->s, sig->d, in->arena, &name); /* dkim_parse has checked its length */
	answer = dns_get(in->dns, name, DNS_TXT, in->until_ms);
	switch (answer->status) {
	case DNS_OK:
		status = try_records(in, sig, digest, answer, &trial);
		break;
	case DNS_NODATA:
	case DNS_NXDOMAIN: /* RFC 6376 6.1.2: no key for signature */
		trial = failed(DKIM_R_NO_KEY, AUTH_PERMERROR);
		break;
	case DNS_TEMP: /* RFC 6376 6.1.2: key unavailable */
		trial.reason = dkim_reason(DKIM_R_KEY_TEMP);
		break;
	case DNS_BAD: /* malformed, or not queried because of the query limit */
		if (answer->outcome == DNS_OUT_MANY)
			trial = failed(DKIM_R_QUESTIONS, AUTH_POLICY);
		break;
	}
	if (status != ST_OK)
		trial = failed(DKIM_R_OWN_FAULT, AUTH_TEMPERROR);
	result->unsure = status == ST_OK && trial.code == AUTH_TEMPERROR;
	result->mismatch = trial.code == AUTH_FAIL && !trial.testing;
	result->verified = trial.code == AUTH_PASS;
	result->key_notes = trial.notes;
	/*
	 * RFC 6376 3.6.1 t=y: a message whose signature fails must be treated like an unsigned one
	 */
	result->code = trial.code == AUTH_FAIL && trial.testing ? AUTH_NEUTRAL : trial.code;
	result->reason = trial.reason;
	result->key_bits = trial.bits;
	result->key_testing = trial.testing;
	return status;
}

enum status
dkim_recover(const struct auth_input *in, const struct dkim_sig *sig, struct dkim_signed *hashes)
{
	const struct dns_answer *answer;
	const struct dkim_keys *keys;
	struct slice name;

	*hashes = (struct dkim_signed){0};
	if (sig->a != DKIM_RSA_SHA256)
		return ST_OK;
	(void)dkim_key_name(
		sig->s, sig->d, in->arena, &name); /* dkim_parse has checked its length */
	answer = dns_get(in->dns, name, DNS_TXT, in->until_ms);
	keys = dkim_keys_of(in, answer);
	for (size_t i = 0; i < keys->n && hashes->keys < DKIM_KEYS_MAX; i++) {
		struct crypto_key *key = NULL;
		enum status status = ST_OK;
		struct trial trial = {0};
		bool good = false;

		if (judge_record(sig, &keys->keys[i]).id != DKIM_R_NONE)
			continue;
		status = open_key(in, sig, keys->keys[i].p, &key, &trial);
		if (status == ST_OK && trial.reason.id == DKIM_R_NONE) {
			hashes->keys++;
			status = crypto_recover(
				in->crypto, key, sig->b, hashes->hashes[hashes->n], &good);
			hashes->n += good;
		}
		crypto_key_free(key);
		if (status != ST_OK)
			return status;
	}
	return ST_OK;
}
