#include <stdint.h>

#include "auth/base/base64.h"
#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dkim/dkim_value.h"
#include "mime/buf.h"

enum {
	NAMES_MAX = 1000
}; /* names in h=: as many as a header may have fields; legitimate signatures have about 50 */
enum { TIME_DIGITS = 12, LENGTH_DIGITS = 76 }; /* RFC 6376 3.5 */
enum { NAME_TEXT_MAX = 4 * DOMAIN_MAX };       /* a name in UTF-8 is longer than its A-labels */

/* Only the first defect is reported. */
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

/*
 * Reports an unusable tag, with the position of the octet at fault or, if that is NULL, of the tag.
 */
static void
blame_tag(struct dkim_sig *sig, enum dkim_reason id, const struct tag *tag)
{
	struct reason reason = dkim_reason(id);

	if (tag != NULL) {
		reason.octets = tag->name;
		reason.at = reason_place(sig->field->value, tag->whole);
		reason_set_octet(&reason, sig->field->value, tag->fault);
	} else {
		reason_set_octet(&reason, sig->field->value, sig->tags.empty);
	}
	blame(sig, reason, AUTH_PERMERROR);
}

/* Reports that the value of the tag is unusable. octet: the one at fault, or NULL. */
static void
blame_value(struct dkim_sig *sig, enum dkim_reason id, const char *name, const char *octet,
	enum auth_code code)
{
	const struct tag *tag = taglist_get(&sig->tags, name);
	struct reason reason = dkim_reason(id);

	if (tag != NULL) {
		reason.octets = tag->value;
		reason.at =
			reason_place(sig->field->value, tag->value.n > 0 ? tag->value : tag->whole);
	}
	reason_set_octet(&reason, sig->field->value, octet);
	blame(sig, reason, code);
}

static void
malformed_value(struct dkim_sig *sig, enum dkim_reason id, const char *name, const char *octet)
{
	blame_value(sig, id, name, octet, AUTH_PERMERROR);
}

static void
note(struct dkim_sig *sig, enum dkim_note id, const char *octet, struct arena *arena)
{
	notes_add(&sig->notes, dkim_note(id), sig->field->value, octet, arena);
}

static void
parse_tags(struct dkim_sig *sig, enum dkim_form form, struct arena *arena)
{
	/*
	 * the tags that RFC 6376 3.5 and RFC 8617 4.1.2 define: their values must follow the
	 * grammar
	 */
	static const char *const known[] = {
		"a", "b", "bh", "c", "d", "h", "i", "l", "q", "s", "t", "v", "x", "z", NULL};
	const struct taglist_rules rules = {.lenient_names = true, .known = known};

	if (taglist_parse(sig->field->value, form == DKIM_FORM_ARC_SEAL ? NULL : &rules, arena,
		    &sig->tags) == ST_LIMIT) {
		defect(sig, DKIM_R_MANY_TAGS, AUTH_POLICY);
		return;
	}
	if (sig->tags.lenient_name != NULL)
		note(sig, DKIM_NOTE_TAG_NAME, sig->tags.lenient_name, arena);
	if (sig->tags.eight_bit != NULL)
		note(sig, DKIM_NOTE_TAG_8BIT, sig->tags.eight_bit, arena);
	if (sig->tags.malformed)
		blame_tag(sig, DKIM_R_TAGS, taglist_malformed(&sig->tags));
	if (sig->tags.duplicate)
		blame_tag(sig, DKIM_R_TAG_TWICE, taglist_duplicate(&sig->tags)); /* RFC 6376 3.2 */
}

/*
 * Sets *value to the value of a tag; false if the tag is missing, which is a defect if it is
 * required.
 */
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

/*
 * Normalizes a domain name; false if it is malformed or ends with a dot (RFC 6376 3.5 d=, s=;
 * RFC 8616 5 for U-labels).
 */
static bool
normal(struct slice text, struct arena *arena, struct slice *name)
{
	if (text.n == 0 || text.n > NAME_TEXT_MAX || text.p[text.n - 1] == '.')
		return false;
	return domain_normalize(text, arena, name) == ST_OK;
}

/*
 * Unlike a domain name, a selector may end in a label of digits only: so it is parsed with the
 * label that follows it in the key's name.
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
		malformed_value(sig, DKIM_R_D, "d", NULL);
	if (get(sig, "s", true, &sig->s_text) && !selector(sig->s_text, arena, &sig->s))
		malformed_value(sig, DKIM_R_S, "s", NULL);
	if (sig->d.n > 0 && sig->s.n > 0 && !dkim_key_name(sig->s, sig->d, arena, &name))
		malformed(sig, DKIM_R_KEY_NAME);
}

/*
 * Splits i= at its last "@". Only the domain matters: a local-part that is not quoted-printable
 * (`bob=gmail.com@example.com`) is dropped.
 */
static bool
split_identity(struct dkim_sig *sig, struct slice text, struct arena *arena, struct slice *local,
	struct slice *domain)
{
	const size_t at = slice_rfind(text, '@');
	const char *bare = NULL;
	struct slice decoded;

	if (dkim_decode_qp(text, arena, &decoded) == NULL) {
		*local = slice_head(decoded, slice_rfind(decoded, '@'));
		*domain = slice_from(decoded, local->n + 1);
		return local->n < decoded.n;
	}
	*local = slice_make(NULL, 0);
	bare = dkim_decode_qp(slice_head(text, at), arena, &decoded);
	if (at == text.n || bare == NULL ||
		dkim_decode_qp(slice_from(text, at + 1), arena, domain) != NULL)
		return false;
	note(sig, DKIM_NOTE_I_LOCAL, bare, arena);
	return true;
}

/* RFC 6376 3.5 i=: [ Local-part ] "@" domain-name, the same as d= or below it */
static void
parse_identity(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text = {0}, local = {0}, domain = sig->d, name;
	struct buf buf;

	if (get(sig, "i", false, &text)) {
		if (!split_identity(sig, text, arena, &local, &name) ||
			!normal(name, arena, &domain)) {
			malformed_value(sig, DKIM_R_I, "i", NULL);
			return;
		}
		if (sig->d.n > 0 && !domain_within(domain, sig->d)) {
			malformed_value(sig, DKIM_R_I_OUTSIDE, "i",
				NULL); /* RFC 6376 6.1.1: domain mismatch */
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
			malformed_value(sig, DKIM_R_B, "b", base64_outside(text));
		}
	}
}

static void
parse_body_hash(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text;

	/*
	 * RFC 6376 3.7: a= determines the length of the hash; with an unknown algorithm it may have
	 * any length
	 */
	if (get(sig, "bh", true, &text) &&
		(base64_decode(text, arena, &sig->bh) != ST_OK ||
			(sig->a != DKIM_ALG_UNKNOWN && sig->bh.n != CRYPTO_SHA256_SIZE)))
		malformed_value(sig, DKIM_R_BH, "bh", base64_outside(text));
}

static void
parse_fields(struct dkim_sig *sig, struct arena *arena)
{
	struct slice text, name, *names;
	size_t n = 1, all;
	bool from = false;

	if (!get(sig, "h", true, &text))
		return;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == ':';
	if (n > NAMES_MAX) {
		defect(sig, DKIM_R_NAMES, AUTH_POLICY);
		return;
	}
	names = arena_array(arena, n, sizeof *names);
	all = n;
	n = 0;
	for (size_t i = 0; i < all; i++) {
		const size_t colon = slice_find(text, ':');

		name = slice_trim(slice_head(text, colon));
		if (name.n == 0 && all > 1) /* empty names are ignored; for one at the end, the note
					       points to the colon before it */
			note(sig, DKIM_NOTE_H_EMPTY, text.p + colon - (i + 1 == all), arena);
		text = slice_from(text, colon + 1);
		if (name.n == 0)
			continue;
		if (dkim_outside_field_name(name) != NULL) {
			malformed_value(sig, DKIM_R_H, "h", dkim_outside_field_name(name));
			return;
		}
		names[n++] = name;
		from |= slice_ieq(name, SLICE("from"));
	}
	if (n == 0) {
		malformed_value(sig, DKIM_R_H, "h", NULL);
		return;
	}
	sig->h = names;
	sig->nh = n;
	if (!from)
		malformed(sig, DKIM_R_FROM); /* RFC 6376 6.1.1 */
}

/* RFC 6376 3.5 t=, x=: a number of more than 12 digits may count as infinite */
static bool
parse_time(struct dkim_sig *sig, const char *name, enum dkim_reason reason, int64_t *seconds)
{
	struct slice text;
	uint64_t value;

	if (!get(sig, name, false, &text))
		return false;
	if (!dkim_digits(text, SIZE_MAX, INT64_MAX, &value)) {
		malformed_value(sig, reason, name, dkim_outside_digits(text));
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
		sig->has_l = dkim_digits(text, LENGTH_DIGITS, UINT64_MAX, &sig->l);
		if (!sig->has_l)
			malformed_value(sig, DKIM_R_L, "l", dkim_outside_digits(text));
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
 * A signature with an unknown algorithm, canonicalization or query method is to be ignored
 * (RFC 6376 3.3, 3.4, 3.5 q=), which RFC 8601 2.7.1 calls neutral: it could not be processed.
 * rsa-sha1 is known but not acceptable: policy. The values are literal strings in the ABNF, so
 * their case does not matter (RFC 5234 2.3).
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
			blame_value(sig, DKIM_R_Q, "q", NULL, AUTH_NEUTRAL);
	}
	if (get(sig, "c", false, &text)) {
		at = slice_find(text, '/');
		/* RFC 6376 3.5 c=: if only one is named, the body's is simple */
		body = at < text.n ? slice_from(text, at + 1) : SLICE("simple");
		if (!canon_word(slice_head(text, at), &sig->header_canon) ||
			!canon_word(body, &sig->body_canon))
			blame_value(sig, DKIM_R_C, "c", NULL, AUTH_NEUTRAL);
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

/* Checks the algorithm of a signature that is otherwise well-formed. */
static void
judge_algorithm(struct dkim_sig *sig)
{
	if (sig->a != DKIM_ALG_UNKNOWN)
		return;
	if (slice_ieq(sig->a_text, SLICE("rsa-sha1")))
		defect(sig, DKIM_R_SHA1, AUTH_POLICY); /* RFC 8301 3.1 */
	else
		blame_value(sig, DKIM_R_ALGORITHM, "a", NULL, AUTH_NEUTRAL);
}

/* RFC 8617 4.1.3: a seal covers fields only, in a fixed order and form. */
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
	parse_tags(sig, form, arena);
	if (form == DKIM_FORM_SIGNATURE && get(sig, "v", true, &text) &&
		!slice_eq(text, SLICE("1")))
		malformed_value(
			sig, DKIM_R_VERSION, "v", NULL); /* RFC 6376 6.1.1: incompatible version */
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

struct slice
dkim_sig_start(const struct dkim_sig *sig)
{
	return slice_head(sig->b_text, 16);
}
