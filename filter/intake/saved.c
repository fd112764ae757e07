#include "filter/intake/saved.h"

#include <stddef.h>

#include "filter/io/paths.h"

enum { DIGITS_MAX = 12 };

static struct slice
without_mark(struct slice bytes)
{
	return slice_starts(bytes, SLICE("\xEF\xBB\xBF")) ? slice_from(bytes, 3) : bytes;
}

bool
saved_is_one(const char *path)
{
	static const char *const ends[] = {".eml", ".emlx", ".eml.gz", ".eml.zst"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (path_ends(path, ends[i]))
			return true;
	return false;
}

bool
saved_is_mbox(const char *path, struct slice first)
{
	return slice_starts(without_mark(first), SLICE("From ")) && !saved_is_one(path);
}

struct slice
saved_unwrap(const char *path, struct slice bytes)
{
	size_t count = 0, i = 0;

	bytes = without_mark(bytes);
	if (!path_ends(path, ".emlx"))
		return bytes;
	while (i < bytes.n && i < DIGITS_MAX && bytes.p[i] >= '0' && bytes.p[i] <= '9')
		count = count * 10 + (size_t)(bytes.p[i++] - '0');
	while (i > 0 && i < bytes.n && (bytes.p[i] == ' ' || bytes.p[i] == '\r'))
		i++;
	if (i == 0 || i >= bytes.n || bytes.p[i] != '\n')
		return bytes;
	return slice_head(slice_from(bytes, i + 1), count);
}

/*
 * Is it text in two-octet characters: with a byte order mark, or with NUL in every other octet at
 * the beginning?
 */
static bool
is_utf16(struct slice bytes)
{
	enum { LOOKED_AT = 16 };
	size_t even = 0, odd = 0;

	if (slice_starts(bytes, SLICE("\xff\xfe")) || slice_starts(bytes, SLICE("\xfe\xff")))
		return true;
	if (bytes.n < LOOKED_AT)
		return false;
	for (size_t i = 0; i < LOOKED_AT; i += 2) {
		even += bytes.p[i] == '\0';
		odd += bytes.p[i + 1] == '\0';
	}
	return even + odd == LOOKED_AT / 2 && (even == 0 || odd == 0);
}

/* DER or BER: SEQUENCE { OID pkcs7 ... } (RFC 5652 3) */
static bool
is_pkcs7(struct slice bytes)
{
	static const struct slice oid = SLICE_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07");

	if (bytes.n < 2 || bytes.p[0] != 0x30)
		return false;
	for (size_t at = 2; at <= 6; at++)
		if (slice_starts(slice_from(bytes, at), oid))
			return true;
	return false;
}

enum fault
saved_not_mail(const struct message *message)
{
	const struct slice raw = message->raw;

	if (slice_starts(raw, SLICE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
		return FAULT_OUTLOOK_MSG;
	if (slice_starts(raw, SLICE("!BDN")))
		return FAULT_OUTLOOK_PST;
	if (is_utf16(raw))
		return FAULT_UTF16;
	if (is_pkcs7(raw))
		return FAULT_PKCS7;
	return (message->flags & MESSAGE_NO_HEADER) != 0 ? FAULT_NO_HEADER : FAULT_NONE;
}
