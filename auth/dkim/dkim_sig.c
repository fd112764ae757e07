#include <stdint.h>

#include "auth/base/base64.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "mime/buf.h"

enum { TIME_DIGITS = 12, LENGTH_DIGITS = 76 }; /* RFC 6376 3.5 */
enum { NAME_TEXT_MAX = 4 * DOMAIN_MAX };       /* a name in UTF-8 is longer than its A-labels */

/* Only the first defect is told. */
static void
blame(struct dkim_sig *sig, struct reason reason, enum auth_code code)
{
	if (sig->defect.id != DKIM_R_NONE)
		return;
	sig->defect = reason;
	sig->defect_as = code;
}

static void
defect(struct dkim_sig *sig, enum dkim_reason reason, enum auth_code code)
{
	blame(sig, dkim_reason(reason), code);
}

/* RFC 6376 6.1.1: a syntax error is PERMFAIL */
static void
malformed(struct dkim_sig *sig, enum dkim_reason reason)
{
	defect(sig, reason, AUTH_PERMERROR);
}

/* The same, with the tag's name. */
static void
malformed_tag(struct dkim_sig *sig, enum dkim_reason id, const char *tag)
{
	struct reason reason = dkim_reason(id);

	reason.name = tag;
	blame(sig, reason, AUTH_PERMERROR);
}

/* A tag that is of no use as it stands in the field, with its place. */
static void
blame_tag(struct dkim_sig *sig, enum dkim_reason id, const struct tag *tag)
{
	struct reason reason = dkim_reason(id);

	if (tag != NULL) {
		reason.octets = tag->name;
		reason.at = reason_place(sig->field->value, tag->whole);
	}
	blame(sig, reason, AUTH_PERMERROR);
}

static void
parse_tags(struct dkim_sig *sig, struct arena *arena)
{
	if (taglist_parse(sig->field->value, arena, &sig->tags) == ST_LIMIT) {
		defect(sig, DKIM_R_MANY_TAGS, AUTH_POLICY);
		return;
	}
	if (sig->tags.malformed)
		blame_tag(sig, DKIM_R_TAGS, taglist_malformed(&sig->tags));
	if (sig->tags.duplicate)
		blame_tag(sig, DKIM_R_TAG_TWICE, taglist_duplicate(&sig->tags)); /* RFC 6376 3.2 */
}

/* The value of a tag; a required one that is missing is a defect. */
static bool
get(struct dkim_sig *sig, const char *name, bool required, struct slice *value)
{
	const struct tag *tag = taglist_get(&sig->tags, name);

	if (tag == NULL && required)
		malformed_tag(sig, DKIM_R_MISSING, name);
	if (tag != NULL)
		*value = tag->value;
	return tag != NULL;
}

/* A domain name without a dot at its end (RFC 6376 3.5 d=, s=; RFC 8616 5 for U-labels). */
static bool
normal(struct slice text, struct arena *arena, struct slice *name)
{
	if (text.n == 0 || text.n > NAME_TEXT_MAX || text.p[text.n - 1] == '.')
		return false;
	return domain_normalize(text, arena, name) == ST_OK;
}

/*
 * A selector is labels as well, but may be all digits, which no domain name is: so it is read with
 * the label that follows it in the name of the key.
 */
static bool
selector(struct slice text, struct arena *arena, struct slice *name)
{
	const struct slice after = SLICE("._domainkey");
	struct buf buf;

	buf_init(&buf, arena, NAME_TEXT_MAX);
	buf_add(&buf, text);
	buf_add(&buf, after);
	if (buf.over || !normal(buf_slice(&buf), arena, name))
		return false;
	name->n -= after.n;
	return true;
}

static void
parse_domains(struct dkim_sig *sig, struct arena *arena)
{
	struct slice name;

	/* RFC 6376 3.5: domain-name is at least two labels */
	if (get(sig, "d", true, &sig->d_text) &&
		(!normal(sig->d_text, arena, &sig->d) || domain_labels(sig->d) < 2))
		malformed(sig, DKIM_R_D);
	if (get(sig, "s", true, &sig->s_text) && !selector(sig->s_text, arena, &sig->s))
		malformed(sig, DKIM_R_S);
	if (sig->d.n > 0 && sig->s.n > 0 && !dkim_key_name(sig->s, sig->d, arena, &name))
		malformed(sig, DKIM_R_KEY_NAME);
}

static int
hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = memchr(digits, slice_lower(c), 16);

	return at == NULL ? -1 : (int)(at - digits);
}

/* RFC 6376 2.11 */
static bool
decode_qp(struct slice text, struct arena *arena, struct slice *bytes)
{
	struct buf buf;

	buf_init(&buf, arena, text.n);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (slice_is_blank(c))
			continue;
		if (c == '=') {
			int high = text.n - i < 3 ? -1 : hex(text.p[i + 1]);
			int low = text.n - i < 3 ? -1 : hex(text.p[i + 2]);

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		buf_addc(&buf, c);
	}
	*bytes = buf_slice(&buf);
	return true;
}

/* RFC 6376 3.5 i=: [ Local-part ] "@" domain-name, the same as d= or below it */
static void
parse_identity(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text = {0}, decoded, local = {0}, domain = sig->d;
	struct buf buf;

	if (get(sig, "i", false, &text)) {
		if (!decode_qp(text, arena, &decoded) || slice_find(decoded, '@') == decoded.n) {
			malformed(sig, DKIM_R_I);
			return;
		}
		local = slice_head(decoded, slice_rfind(decoded, '@'));
		if (!normal(slice_from(decoded, local.n + 1), arena, &domain)) {
			malformed(sig, DKIM_R_I);
			return;
		}
		if (sig->d.n > 0 && !domain_within(domain, sig->d)) {
			malformed(sig, DKIM_R_I_OUTSIDE); /* RFC 6376 6.1.1: domain mismatch */
			return;
		}
	}
	if (sig->d.n == 0)
		return;
	buf_init(&buf, arena, local.n + 1 + domain.n);
	buf_add(&buf, local);
	buf_addc(&buf, '@');
	buf_add(&buf, domain);
	sig->i = buf_slice(&buf);
	sig->i_domain = domain;
}

static struct slice
without_blanks(struct slice text, struct arena *arena)
{
	char *p = arena_bytes(arena, text.n);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		p[n] = text.p[i];
		n += !slice_is_blank(text.p[i]);
	}
	return slice_make(p, n);
}

static void
parse_signature(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text;

	if (get(sig, "b", true, &text)) {
		if (base64_decode(text, arena, &sig->b) == ST_OK && sig->b.n > 0) {
			sig->b_text = without_blanks(text, arena);
		} else {
			sig->b = slice_make(NULL, 0);
			malformed(sig, DKIM_R_B);
		}
	}
}

static void
parse_body_hash(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text;

	/* RFC 6376 3.7: a= says how long the hash is; one that we do not know may say anything */
	if (get(sig, "bh", true, &text) &&
		(base64_decode(text, arena, &sig->bh) != ST_OK ||
			(sig->a != DKIM_ALG_UNKNOWN && sig->bh.n != CRYPTO_SHA256_SIZE)))
		malformed(sig, DKIM_R_BH);
}

/* hdr-name = field-name (RFC 5322 3.6.8); ';' cannot stand in a tag's value */
static bool
is_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126)
			return false;
	return name.n > 0;
}

static void
parse_fields(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text, *names;
	size_t n = 1;
	bool from = false;

	if (!get(sig, "h", true, &text))
		return;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == ':';
	names = arena_array(arena, n, sizeof *names);
	for (size_t i = 0; i < n; i++) {
		names[i] = slice_trim(slice_head(text, slice_find(text, ':')));
		text = slice_from(text, slice_find(text, ':') + 1);
		if (!is_field_name(names[i])) {
			malformed(sig, DKIM_R_H);
			return;
		}
		from |= slice_ieq(names[i], SLICE("from"));
	}
	sig->h = names;
	sig->nh = n;
	if (!from)
		malformed(sig, DKIM_R_FROM); /* RFC 6376 6.1.1 */
}

/* 1*DIGIT up to max_digits; what is larger than max is max */
static bool
digits(struct slice text, size_t max_digits, uint64_t max, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = (unsigned)(unsigned char)text.p[i] - '0';

		if (digit > 9)
			return false;
		*value = *value > (max - digit) / 10 ? max : *value * 10 + digit;
	}
	return text.n > 0 && text.n <= max_digits;
}

/* RFC 6376 3.5 t=, x=: a number of more than 12 digits may count as infinite */
static bool
parse_time(struct dkim_sig *sig, const char *name, enum dkim_reason reason, int64_t *seconds)
{
	struct slice text;
	uint64_t value;

	if (!get(sig, name, false, &text))
		return false;
	if (!digits(text, SIZE_MAX, INT64_MAX, &value)) {
		malformed(sig, reason);
		return false;
	}
	*seconds = text.n > TIME_DIGITS ? INT64_MAX : (int64_t)value;
	return true;
}

static void
parse_numbers(struct dkim_sig *sig)
{
	struct slice text;

	if (get(sig, "l", false, &text)) {
		sig->has_l = digits(text, LENGTH_DIGITS, UINT64_MAX, &sig->l);
		if (!sig->has_l)
			malformed(sig, DKIM_R_L);
	}
	sig->has_t = parse_time(sig, "t", DKIM_R_T, &sig->t);
	sig->has_x = parse_time(sig, "x", DKIM_R_X, &sig->x);
	if (sig->has_t && sig->has_x && sig->x <= sig->t)
		malformed(sig, DKIM_R_X_BEFORE_T); /* RFC 6376 3.5 x=: MUST be greater */
}

static bool
canon_word(struct slice word, enum dkim_canon *canon)
{
	*canon = slice_ieq(word, SLICE("relaxed")) ? DKIM_RELAXED : DKIM_SIMPLE;
	return *canon == DKIM_RELAXED || slice_ieq(word, SLICE("simple"));
}

/*
 * What we do not know: the signature is to be ignored (RFC 6376 3.3, 3.4, 3.5 q=), which RFC 8601
 * 2.7.1 calls neutral: not able to be processed. rsa-sha1 is known and not acceptable: policy.
 * The words are quoted strings of ABNF, so their case does not matter (RFC 5234 2.3).
 */
static void
parse_methods(struct dkim_sig *sig)
{
	struct slice text, body;
	size_t at;

	if (get(sig, "q", false, &text)) {
		bool known = false;

		for (; text.n > 0; text = slice_from(text, at + 1)) {
			at = slice_find(text, ':');
			known |= slice_ieq(slice_trim(slice_head(text, at)), SLICE("dns/txt"));
		}
		if (!known)
			defect(sig, DKIM_R_Q, AUTH_NEUTRAL);
	}
	if (get(sig, "c", false, &text)) {
		at = slice_find(text, '/');
		/* RFC 6376 3.5 c=: where only one is named, the body's is simple */
		body = at < text.n ? slice_from(text, at + 1) : SLICE("simple");
		if (!canon_word(slice_head(text, at), &sig->header_canon) ||
			!canon_word(body, &sig->body_canon))
			defect(sig, DKIM_R_C, AUTH_NEUTRAL);
	}
}

static void
parse_algorithm(struct dkim_sig *sig)
{
	struct slice text;

	if (!get(sig, "a", true, &text))
		return;
	sig->a_text = text;
	for (size_t i = 0; i < text.n; i++) {
		char c = slice_lower(text.p[i]);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			sig->a_text = slice_make(NULL, 0);
	}
	if (slice_ieq(text, SLICE("rsa-sha256")))
		sig->a = DKIM_RSA_SHA256;
	else if (slice_ieq(text, SLICE("ed25519-sha256")))
		sig->a = DKIM_ED25519_SHA256;
}

/* Told only of a signature that is well-formed otherwise. */
static void
judge_algorithm(struct dkim_sig *sig)
{
	if (sig->a != DKIM_ALG_UNKNOWN)
		return;
	if (slice_ieq(sig->a_text, SLICE("rsa-sha1")))
		defect(sig, DKIM_R_SHA1, AUTH_POLICY); /* RFC 8301 3.1 */
	else
		defect(sig, DKIM_R_ALGORITHM, AUTH_NEUTRAL);
}

/* RFC 8617 4.1.3: a seal covers fields only, in an order and a form of its own. */
static void
parse_seal(struct dkim_sig *sig, struct arena *arena)
{
	sig->header_canon = DKIM_RELAXED;
	parse_domains(sig, arena);
	parse_signature(sig, arena);
	sig->has_t = parse_time(sig, "t", DKIM_R_T, &sig->t);
}

void
dkim_parse_as(
	enum dkim_form form, const struct field *field, struct arena *arena, struct dkim_sig *sig)
{
	struct slice text;

	*sig = (struct dkim_sig){.field = field};
	if (field->flags & FIELD_OVERSIZE) {
		defect(sig, DKIM_R_FIELD_SIZE, AUTH_POLICY);
		return;
	}
	parse_tags(sig, arena);
	if (form == DKIM_FORM_SIGNATURE && get(sig, "v", true, &text) &&
		!slice_eq(text, SLICE("1")))
		malformed(sig, DKIM_R_VERSION); /* RFC 6376 6.1.1: incompatible version */
	parse_algorithm(sig);
	if (form == DKIM_FORM_ARC_SEAL) {
		parse_seal(sig, arena);
		judge_algorithm(sig);
		return;
	}
	parse_domains(sig, arena);
	if (form == DKIM_FORM_SIGNATURE)
		parse_identity(sig, arena);
	parse_signature(sig, arena);
	parse_body_hash(sig, arena);
	parse_fields(sig, arena);
	parse_numbers(sig);
	parse_methods(sig);
	judge_algorithm(sig);
}

void
dkim_parse(const struct field *field, struct arena *arena, struct dkim_sig *sig)
{
	dkim_parse_as(DKIM_FORM_SIGNATURE, field, arena, sig);
}
