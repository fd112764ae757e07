#include "auth/base/base64.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "mime/buf.h"

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

/* The same, with the tag that is to blame and its place in the record. */
static void
blame_tag(struct dkim_key *key, enum dkim_reason reason, struct slice record, const struct tag *tag)
{
	if (key->defect.id != DKIM_R_NONE)
		return;
	key->defect = dkim_reason(reason);
	if (tag == NULL)
		return;
	key->defect.octets = tag->name;
	key->defect.at = reason_place(record, tag->whole);
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

static void
parse_version(const struct taglist *tags, struct dkim_key *key)
{
	const struct tag *v = taglist_get(tags, "v");

	/* RFC 6376 3.6.1: the first tag, exactly "DKIM1", or the record is discarded */
	if (v != NULL && (v != tags->tags || !slice_eq(v->value, SLICE("DKIM1"))))
		defect(key, DKIM_R_KEY_VERSION);
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

static void
parse_public_key(const struct taglist *tags, struct arena *arena, struct dkim_key *key)
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
		defect(key, DKIM_R_KEY_P);
}

void
dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key)
{
	struct taglist tags;

	*key = (struct dkim_key){0};
	if (taglist_parse(record, arena, &tags) != ST_OK) {
		defect(key, DKIM_R_KEY_SYNTAX);
		return;
	}
	parse_version(&tags, key);
	if (tags.malformed)
		blame_tag(key, DKIM_R_KEY_SYNTAX, record, taglist_malformed(&tags));
	if (tags.duplicate)
		blame_tag(key, DKIM_R_KEY_SYNTAX, record, taglist_duplicate(&tags));
	parse_lists(&tags, key);
	parse_public_key(&tags, arena, key);
}
