/*
 * dkim_signer.h: signs test messages with the keys of testdata/keys. It is a separate, simple
 * implementation of RFC 6376, which shares only the arena with the code under test.
 */
#ifndef TESTS_SUPPORT_DKIM_SIGNER_H
#define TESTS_SUPPORT_DKIM_SIGNER_H

#include "mime/arena.h"

/*
 * Puts `DKIM-Signature: tags` before the message, with its line ends. In tags @bh and @b stand for
 * the body hash and the signature by the key (a file's name without .pem).
 */
struct slice signer_sign(
	const char *key, const char *tags, struct slice message, struct arena *arena);

/* The same with another name of the field: an ARC-Message-Signature (RFC 8617 4.1.2). */
struct slice signer_sign_as(const char *name, const char *key, const char *tags,
	struct slice message, struct arena *arena);

/*
 * Puts `ARC-Seal: tags` before the message, whose sets are in order from the newest, the newest
 * without its seal (RFC 8617 5.1.1). In tags @b stands for the signature.
 */
struct slice signer_seal(
	const char *key, const char *tags, struct slice message, struct arena *arena);

/*
 * Returns text with `@spki:KEY`, `@pkcs1:KEY` and `@raw:KEY` replaced by that public key in base64.
 */
const char *signer_keys(const char *text, struct arena *arena);

/* Returns a TXT record of a zone, in strings of 200 octets; signer_keys is applied to text. */
const char *signer_record(const char *name, const char *text, struct arena *arena);

/*
 * Returns text with the first `from` replaced by `to`; if `from` is empty, `to` is put before text.
 * The test fails if `from` does not occur.
 */
struct slice signer_replace(
	struct slice text, const char *from, const char *to, struct arena *arena);

#endif
