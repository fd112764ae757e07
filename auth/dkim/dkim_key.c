#include "auth/base/base64.h"
#include "auth/base/budget.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"
#include "mime/buf.h"
#include "mime/scan.h"

bool
dkim_key_name(struct slice s, struct slice d, struct arena *arena, struct slice *name)
{
	struct buf buf;

	buf_init(&buf, arena, DOMAIN_MAX);
	buf_add(&buf, s);
	buf_adds(&buf, "._domainkey."); /* RFC 6376 3.6.2.1 */
	buf_add(&buf, d);
	*name = buf_slice(&buf);
	return !buf.over;
}

static void
defect(struct dkim_key *key, enum dkim_reason reason)
{
	if (key->defect.id == DKIM_R_NONE)
		key->defect = dkim_reason(reason);
}

/*
 * The same, with the tag at fault (or NULL), and the position of the octet at fault or, if that is
 * unknown, of the tag.
 */
static void
blame_tag(struct dkim_key *key, enum dkim_reason reason, struct slice record, const struct tag *tag,
	const char *octet)
{
	if (key->defect.id != DKIM_R_NONE)
		return;
	key->defect = dkim_reason(reason);
	if (tag != NULL) {
		key->defect.octets = tag->name;
		key->defect.at = reason_place(record, tag->whole);
	}
	reason_set_octet(&key->defect, record, octet);
}

/*
 * Returns a copy in which every CR and LF is a space. The grammar allows them only in folds, but
 * many records have others: at the end, between tags and inside p=.
 */
static struct slice
unfold(struct slice record, struct arena *arena, struct dkim_key *key)
{
	struct slice at = record;
	char *copy;

	if (slice_find(record, '\r') == record.n && slice_find(record, '\n') == record.n)
		return record;
	copy = arena_alloc(arena, record.n);
	while (at.n > 0) {
		const size_t done = record.n - at.n;
		const char c = at.p[0];

		copy[done] = c;
		if (scan_fws(&at)) {
			memset(copy + done, ' ', record.n - at.n - done);
			continue;
		}
		if (c == '\r' || c == '\n') {
			copy[done] = ' ';
			notes_add(&key->notes, dkim_note(DKIM_NOTE_KEY_LINE_END), record, at.p,
				arena);
		}
		at = slice_from(at, 1);
	}
	return slice_make(copy, record.n);
}

static void
blame_malformed(struct dkim_key *key, struct slice record, const struct taglist *tags)
{
	const struct tag *tag = taglist_malformed(tags);

	blame_tag(key, DKIM_R_KEY_SYNTAX, record, tag, tag != NULL ? tag->fault : tags->empty);
}

/* Does the colon-separated list hold the word? (ABNF words: case does not matter) */
static bool
list_has(struct slice list, struct slice word)
{
	while (list.n > 0) {
		size_t at = slice_find(list, ':');

		if (slice_ieq(slice_trim(slice_head(list, at)), word))
			return true;
		list = slice_from(list, at + 1);
	}
	return false;
}

/* RFC 6376 3.6.1: exactly "DKIM1", or the record is discarded; it should be the first tag */
static void
parse_version(
	const struct taglist *tags, struct slice record, struct arena *arena, struct dkim_key *key)
{
	const struct tag *v = taglist_get(tags, "v");

	if (v == NULL)
		return;
	if (!slice_eq(v->value, SLICE("DKIM1")))
		blame_tag(key, DKIM_R_KEY_VERSION, record, v, v->value.p);
	else if (v != tags->tags)
		notes_add(&key->notes, dkim_note(DKIM_NOTE_KEY_V_LATER), record, v->whole.p, arena);
}

static void
parse_lists(const struct taglist *tags, struct dkim_key *key)
{
	const struct tag *tag = taglist_get(tags, "h");

	key->no_sha256 = tag != NULL && !list_has(tag->value, SLICE("sha256"));
	tag = taglist_get(tags, "s");
	key->not_email = tag != NULL && !list_has(tag->value, SLICE("*")) &&
			 !list_has(tag->value, SLICE("email"));
	tag = taglist_get(tags, "t");
	if (tag != NULL) {
		key->testing = list_has(tag->value, SLICE("y"));
		key->strict_i = list_has(tag->value, SLICE("s"));
	}
}

/*
 * The length of the DER SEQUENCE at the start of der (X.690 8.1), header included; 0: there is
 * none.
 */
static size_t
der_length(struct slice der)
{
	size_t length, header = 2, more;

	if (der.n < 2 || der.p[0] != 0x30)
		return 0;
	length = (unsigned char)der.p[1];
	if (length >= 0x80) {
		more = length - 0x80;
		if (more < 1 || more > 3 || der.n < header + more)
			return 0;
		length = 0;
		for (size_t i = 0; i < more; i++)
			length = length << 8 | (unsigned char)der.p[header++];
	}
	return length <= der.n - header ? header + length : 0;
}

/* The base64 digit in which the octet at that index begins. */
static const char *
digit_of(struct slice base64, size_t octet)
{
	size_t digit = octet * 8 / 6;

	for (size_t i = 0; i < base64.n; i++)
		if (!slice_is_blank(base64.p[i]) && digit-- == 0)
			return base64.p + i;
	return NULL;
}

/*
 * Removes octets after the DER of an RSA key: some generators append them, and every verifier
 * ignores them.
 */
static void
cut_tail(struct slice record, struct slice base64, struct arena *arena, struct dkim_key *key)
{
	const size_t length = der_length(key->p);

	if (key->k != DKIM_KEY_RSA || length == 0 || length == key->p.n)
		return;
	notes_add(&key->notes, dkim_note(DKIM_NOTE_KEY_TAIL), record, digit_of(base64, length),
		arena);
	key->p.n = length;
}

static void
parse_public_key(
	const struct taglist *tags, struct slice record, struct arena *arena, struct dkim_key *key)
{
	const struct tag *k = taglist_get(tags, "k"), *p = taglist_get(tags, "p");

	if (k == NULL || slice_ieq(k->value, SLICE("rsa")))
		key->k = DKIM_KEY_RSA;
	else
		key->k = slice_ieq(k->value, SLICE("ed25519")) ? DKIM_KEY_ED25519 : DKIM_KEY_OTHER;
	if (p == NULL) {
		defect(key, DKIM_R_KEY_NO_P);
		return;
	}
	key->revoked = p->value.n == 0;
	if (base64_decode(p->value, arena, &key->p) != ST_OK)
		blame_tag(key, DKIM_R_KEY_P, record, p, base64_outside(p->value));
	cut_tail(record, p->value, arena, key);
}

void
dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key)
{
	/* the tags of RFC 6376 3.6.1 except n=, which is a note for people */
	static const char *const known[] = {"h", "k", "p", "s", "t", "v", NULL};
	static const struct taglist_rules rules = {.lenient_names = true, .known = known};
	struct taglist tags;

	*key = (struct dkim_key){0};
	record = unfold(record, arena, key);
	if (taglist_parse(record, &rules, arena, &tags) != ST_OK) {
		defect(key, DKIM_R_KEY_SYNTAX);
		return;
	}
	parse_version(&tags, record, arena, key);
	if (tags.malformed)
		blame_malformed(key, record, &tags);
	if (tags.duplicate)
		blame_tag(key, DKIM_R_KEY_SYNTAX, record, taglist_duplicate(&tags), NULL);
	if (tags.lenient_name != NULL)
		notes_add(&key->notes, dkim_note(DKIM_NOTE_KEY_TAG_NAME), record, tags.lenient_name,
			arena);
	if (tags.eight_bit != NULL)
		notes_add(
			&key->notes, dkim_note(DKIM_NOTE_KEY_8BIT), record, tags.eight_bit, arena);
	parse_lists(&tags, key);
	parse_public_key(&tags, record, arena, key);
}

static size_t
octets(const struct dns_answer *answer)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->n; i++)
		n += answer->rr[i].text.n;
	return n;
}

static struct dkim_keys *
parse_all(const struct auth_input *in, const struct dns_answer *answer)
{
	struct arena *arena = in->budget != NULL ? in->budget->arena : in->arena;
	struct dkim_keys *all = arena_alloc(arena, sizeof *all);
	struct dkim_key *keys;

	all->answer = answer;
	/* counted before anything is parsed: an answer can hold thousands of records */
	if (answer->n > in->limits->keys)
		all->refused = dkim_reason(DKIM_R_KEY_MANY);
	else if (in->budget != NULL && !budget_take(&in->budget->key_octets, octets(answer)))
		all->refused = dkim_reason(DKIM_R_KEY_OCTETS);
	if (all->refused.id != DKIM_R_NONE)
		return all;
	all->keys = keys = arena_array(arena, answer->n, sizeof *keys);
	for (; all->n < answer->n; all->n++)
		dkim_key_parse(answer->rr[all->n].text, arena, &keys[all->n]);
	return all;
}

const struct dkim_keys *
dkim_keys_of(const struct auth_input *in, const struct dns_answer *answer)
{
	struct dkim_keys *keys;

	if (in->budget == NULL)
		return parse_all(in, answer);
	for (keys = in->budget->keys; keys != NULL; keys = keys->next)
		if (keys->answer == answer)
			return keys;
	keys = parse_all(in, answer);
	keys->next = in->budget->keys;
	in->budget->keys = keys;
	return keys;
}
