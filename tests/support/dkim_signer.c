#include "tests/support/dkim_signer.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/naive_canon.h"

static EVP_PKEY *
read_key(const char *name)
{
	char path[256];
	EVP_PKEY *pkey;
	FILE *in;

	(void)snprintf(path, sizeof path, "testdata/keys/%s.pem", name);
	in = fopen(path, "r");
	cr_assert_not_null(in, "%s", path);
	pkey = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	(void)fclose(in);
	cr_assert_not_null(pkey, "%s", path);
	return pkey;
}

static struct slice
encode(const unsigned char *bytes, size_t n, struct arena *arena)
{
	unsigned char *text = arena_alloc(arena, n * 2 + 4);

	return slice_make((const char *)text, (size_t)EVP_EncodeBlock(text, bytes, (int)n));
}

static struct slice
public_key(const char *form, const char *name, struct arena *arena)
{
	EVP_PKEY *pkey = read_key(name);
	unsigned char *der = NULL;
	struct slice text;
	int n;

	if (strcmp(form, "raw") == 0) {
		size_t size = 32;
		der = OPENSSL_malloc(size);
		cr_assert_eq(EVP_PKEY_get_raw_public_key(pkey, der, &size), 1);
		n = (int)size;
	} else {
		n = strcmp(form, "pkcs1") == 0 ? i2d_PublicKey(pkey, &der) : i2d_PUBKEY(pkey, &der);
	}
	cr_assert_gt(n, 0);
	text = encode(der, (size_t)n, arena);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	return text;
}

const char *
signer_keys(const char *text, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, 1 << 20);
	while (*text != '\0') {
		char form[8], name[32];
		int n = 0;

		if (*text == '@' && sscanf(text, "@%7[a-z0-9]:%31[a-z0-9-]%n", form, name, &n) == 2)
			buf_add(&out, public_key(form, name, arena));
		else
			buf_addc(&out, text[0]);
		text += n > 0 ? n : 1;
	}
	return arena_cstr(arena, buf_slice(&out));
}

const char *
signer_record(const char *name, const char *text, struct arena *arena)
{
	struct slice rest = slice_str(signer_keys(text, arena));
	struct buf out;

	buf_init(&out, arena, 1 << 20);
	buf_addf(&out, "%s. 300 IN TXT", name);
	do {
		struct slice piece = slice_head(rest, 200);

		buf_adds(&out, " \"");
		for (size_t i = 0; i < piece.n; i++) {
			unsigned char c = (unsigned char)piece.p[i];

			if (c < ' ' || c > '~' || c == '"' || c == '\\')
				buf_addf(&out, "\\%03u", c);
			else
				buf_addc(&out, (char)c);
		}
		buf_adds(&out, "\"");
		rest = slice_from(rest, piece.n);
	} while (rest.n > 0);
	buf_adds(&out, "\n");
	return arena_cstr(arena, buf_slice(&out));
}

struct slice
signer_replace(struct slice text, const char *from, const char *to, struct arena *arena)
{
	const struct slice what = slice_str(from);
	struct buf out;
	size_t at = 0;

	while (at < text.n && !slice_starts(slice_from(text, at), what))
		at++;
	cr_assert(slice_starts(slice_from(text, at), what), "no %s to replace", from);
	buf_init(&out, arena, text.n + strlen(to));
	buf_add(&out, slice_head(text, at));
	buf_adds(&out, to);
	buf_add(&out, slice_from(text, at + what.n));
	return buf_slice(&out);
}

/* Returns the value of a tag without white space, or "". */
static const char *
tag_value(const char *tags, char name, struct arena *arena)
{
	struct slice rest = slice_str(tags);

	while (rest.n > 0) {
		struct slice tag = slice_trim(slice_head(rest, slice_find(rest, ';')));
		struct buf out;

		rest = slice_from(rest, slice_find(rest, ';') + 1);
		if (tag.n < 2 || tag.p[0] != name || slice_trim(slice_from(tag, 1)).p[0] != '=')
			continue;
		buf_init(&out, arena, tag.n);
		for (size_t i = slice_find(tag, '=') + 1; i < tag.n; i++)
			if (!slice_is_blank(tag.p[i]))
				buf_addc(&out, tag.p[i]);
		return arena_cstr(arena, buf_slice(&out));
	}
	return "";
}

/* Cuts the first field, with its continuation lines, off *rest; false at the end of the header. */
static bool
cut_field(struct slice *rest, struct slice *field)
{
	size_t n = 0;

	if (rest->n == 0 || rest->p[0] == '\n' || slice_starts(*rest, SLICE("\r\n")))
		return false;
	do
		n += slice_find(slice_from(*rest, n), '\n') + 1;
	while (n < rest->n && naive_wsp(rest->p[n]));
	*field = slice_head(*rest, n);
	*rest = slice_from(*rest, n);
	return true;
}

static bool
has_name(struct slice field, struct slice name)
{
	return slice_ieq(slice_trim(slice_head(field, slice_find(field, ':'))), name);
}

/* RFC 6376 3.7, 5.4.2: adds the fields that h= names, for each name the lowest one not yet used. */
static void
add_fields(struct buf *out, bool relaxed, const char *h, struct slice message)
{
	struct slice fields[1024], field, names = slice_str(h);
	size_t n = 0;

	while (cut_field(&message, &field)) {
		cr_assert_lt(n, sizeof fields / sizeof *fields);
		fields[n++] = field;
	}
	while (names.n > 0) {
		struct slice name = slice_head(names, slice_find(names, ':'));
		size_t i = n;

		while (i > 0 && !has_name(fields[i - 1], name))
			i--;
		if (i > 0) {
			buf_add(out, naive_field(relaxed, fields[i - 1], out->arena));
			fields[i - 1] = slice_make(NULL, 0);
		}
		names = slice_from(names, name.n + 1);
	}
}

static struct slice
sign(const char *key, struct slice text, struct arena *arena)
{
	unsigned char digest[32], signature[2048];
	size_t n = sizeof signature;
	EVP_PKEY *pkey = read_key(key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new(pkey, NULL);

	cr_assert_eq(EVP_Digest(text.p, text.n, digest, NULL, EVP_sha256(), NULL), 1);
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519) {
		cr_assert_eq(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey), 1);
		cr_assert_eq(EVP_DigestSign(ctx, signature, &n, digest, 32), 1);
	} else {
		cr_assert_eq(EVP_PKEY_sign_init(pctx), 1);
		cr_assert_eq(EVP_PKEY_CTX_set_signature_md(pctx, EVP_sha256()), 1);
		cr_assert_eq(EVP_PKEY_sign(pctx, signature, &n, digest, 32), 1);
	}
	EVP_PKEY_CTX_free(pctx);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return encode(signature, n, arena);
}

static struct slice
body_hash(const char *tags, bool relaxed, struct slice message, struct arena *arena)
{
	const char *l = tag_value(tags, 'l', arena);
	unsigned char digest[32];
	struct slice body = message, field;

	while (cut_field(&body, &field))
		;
	if (body.n > 0)
		body = slice_from(body, body.p[0] == '\n' ? 1 : 2);
	body = naive_body(relaxed, body, arena);
	if (*l != '\0')
		body = slice_head(body, strtoul(l, NULL, 10));
	cr_assert_eq(EVP_Digest(body.p, body.n, digest, NULL, EVP_sha256(), NULL), 1);
	return encode(digest, sizeof digest, arena);
}

/* RFC 6376 3.7: returns the field without @b and the white space around it. */
static struct slice
without_b(struct slice field, struct arena *arena)
{
	size_t from = 0, to;
	struct buf out;

	while (!slice_starts(slice_from(field, from), SLICE("@b")))
		from++;
	to = from + 2;
	while (slice_is_blank(field.p[from - 1]))
		from--;
	while (to < field.n && slice_is_blank(field.p[to]))
		to++;
	buf_init(&out, arena, field.n + 2);
	buf_add(&out, slice_head(field, from));
	buf_add(&out, slice_from(field, to));
	if (to == field.n)
		buf_adds(&out, "\r\n");
	return buf_slice(&out);
}

struct slice
signer_sign_as(const char *name, const char *key, const char *tags, struct slice message,
	struct arena *arena)
{
	const char *c = tag_value(tags, 'c', arena);
	const bool relaxed = strncmp(c, "relaxed", 7) == 0;
	const char *eol = slice_find(message, '\r') < message.n ? "\r\n" : "\n";
	struct slice field, empty, bh;
	struct buf out;

	buf_init(&out, arena, strlen(tags) + 60);
	buf_addf(&out, "%s: %s%s", name, tags, eol);
	field = buf_slice(&out);
	bh = body_hash(tags, strstr(c, "/relaxed") != NULL, message, arena);
	if (strstr(tags, "@bh") != NULL)
		field = signer_replace(field, "@bh", arena_cstr(arena, bh), arena);
	if (strstr(arena_cstr(arena, field), "@b") == NULL)
		return signer_replace(message, "", arena_cstr(arena, field), arena);
	empty = naive_field(relaxed, without_b(field, arena), arena);
	buf_init(&out, arena, 32 << 20);
	add_fields(&out, relaxed, tag_value(tags, 'h', arena), message);
	buf_add(&out, slice_head(empty, empty.n - 2));
	cr_assert(!out.over);
	field = signer_replace(
		field, "@b", arena_cstr(arena, sign(key, buf_slice(&out), arena)), arena);
	return signer_replace(message, "", arena_cstr(arena, field), arena);
}

struct slice
signer_sign(const char *key, const char *tags, struct slice message, struct arena *arena)
{
	return signer_sign_as("DKIM-Signature", key, tags, message, arena);
}

/*
 * RFC 8617 5.1.1: adds the sets in order, each as AAR, AMS, seal; in the message the newest is
 * first.
 */
static void
add_sets(struct buf *out, struct slice message)
{
	static const char *const names[] = {
		"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"};
	struct slice fields[200], field;
	size_t n = 0;

	while (cut_field(&message, &field)) {
		cr_assert_lt(n, sizeof fields / sizeof *fields);
		for (size_t k = 0; k < 3; k++)
			if (has_name(field, slice_str(names[k])))
				fields[n++] = field;
	}
	while (n > 0)
		buf_add(out, naive_field(true, fields[--n], out->arena));
}

struct slice
signer_seal(const char *key, const char *tags, struct slice message, struct arena *arena)
{
	const char *eol = slice_find(message, '\r') < message.n ? "\r\n" : "\n";
	struct slice field, empty;
	struct buf out;

	buf_init(&out, arena, strlen(tags) + 60);
	buf_addf(&out, "ARC-Seal: %s%s", tags, eol);
	field = buf_slice(&out);
	empty = naive_field(true, without_b(field, arena), arena);
	buf_init(&out, arena, 1 << 22);
	add_sets(&out, message);
	buf_add(&out, slice_head(empty, empty.n - 2));
	cr_assert(!out.over);
	field = signer_replace(
		field, "@b", arena_cstr(arena, sign(key, buf_slice(&out), arena)), arena);
	return signer_replace(message, "", arena_cstr(arena, field), arena);
}
