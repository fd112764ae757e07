#include "filter/reporting/reporting_verp.h"

#include <inttypes.h>

#include "auth/base/crypto.h"
#include "mime/buf.h"

enum { HMAC_BLOCK = 64, CODE_OCTETS = 10, NUMBER_DIGITS = 18, ADDRESS_MAX = 320 };

/* RFC 2104 with SHA-256; the key is shorter than a block */
static enum status
hmac(struct crypto *crypto, const unsigned char key[REPORTING_KEY], struct slice text,
	unsigned char digest[CRYPTO_SHA256_SIZE])
{
	unsigned char pad[HMAC_BLOCK + CRYPTO_SHA256_SIZE];
	struct crypto_hash *hash = crypto_hash_new(crypto);

	if (hash == NULL)
		return ST_TEMP;
	for (size_t i = 0; i < HMAC_BLOCK; i++)
		pad[i] = (unsigned char)((i < REPORTING_KEY ? key[i] : 0) ^ 0x36U);
	crypto_hash_add(hash, slice_make((const char *)pad, HMAC_BLOCK));
	crypto_hash_add(hash, text);
	if (crypto_hash_end(hash, pad + HMAC_BLOCK) != ST_OK)
		return ST_TEMP;
	for (size_t i = 0; i < HMAC_BLOCK; i++)
		pad[i] ^= 0x36U ^ 0x5cU;
	return crypto_sha256(crypto, slice_make((const char *)pad, sizeof pad), digest);
}

/* "MAIL-DAY-CODE" */
static enum status
make_tag(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	const struct reporting_verp *verp, struct arena *arena, struct buf *tag)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	buf_init(tag, arena, ADDRESS_MAX);
	buf_addf(tag, "%" PRId64 "-%" PRId64, verp->mail, verp->day);
	if (hmac(crypto, key, buf_slice(tag), digest) != ST_OK)
		return ST_TEMP;
	buf_addc(tag, '-');
	buf_add_hex(tag, digest, CODE_OCTETS);
	return ST_OK;
}

enum status
reporting_verp_make(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	const struct reporting_verp *verp, const char *base, struct arena *arena,
	const char **address)
{
	const struct slice whole = slice_str(base);
	const size_t at = slice_rfind(whole, '@');
	struct buf tag, out;

	if (make_tag(crypto, key, verp, arena, &tag) != ST_OK)
		return ST_TEMP;
	buf_init(&out, arena, ADDRESS_MAX);
	buf_add(&out, slice_head(whole, at));
	buf_addc(&out, '+');
	buf_add(&out, buf_slice(&tag));
	buf_add(&out, slice_from(whole, at));
	*address = arena_cstr(arena, buf_slice(&out));
	return ST_OK;
}

/* Reads a number, and removes its digits and the '-' after them from *text. */
static bool
take_number(struct slice *text, int64_t *value)
{
	const size_t n = slice_find(*text, '-');

	if (n == 0 || n > NUMBER_DIGITS || n == text->n)
		return false;
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!slice_is_digit(text->p[i]))
			return false;
		*value = *value * 10 + (text->p[i] - '0');
	}
	*text = slice_from(*text, n + 1);
	return true;
}

/* Compares in constant time. */
static bool
same(struct slice a, struct slice b)
{
	unsigned differ = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		differ |= (unsigned)(unsigned char)(slice_lower(a.p[i]) ^ b.p[i]);
	return differ == 0;
}

enum status
reporting_verp_read(struct crypto *crypto, const unsigned char key[REPORTING_KEY],
	struct slice address, const char *base, int64_t today, struct arena *arena,
	struct reporting_verp *verp)
{
	const struct slice whole = slice_str(base);
	const size_t at = slice_rfind(whole, '@'), end = slice_rfind(address, '@');
	struct slice tag, rest;
	struct buf made;

	if (end == address.n || end <= at + 1 || at == whole.n || address.p[at] != '+' ||
		!slice_istarts(address, slice_head(whole, at)) ||
		!slice_ieq(slice_from(address, end), slice_from(whole, at)))
		return ST_BAD;
	tag = rest = slice_from(slice_head(address, end), at + 1);
	if (!take_number(&rest, &verp->mail) || !take_number(&rest, &verp->day) ||
		verp->day < today)
		return ST_BAD;
	if (make_tag(crypto, key, verp, arena, &made) != ST_OK)
		return ST_TEMP;
	return same(tag, buf_slice(&made)) ? ST_OK : ST_BAD;
}
