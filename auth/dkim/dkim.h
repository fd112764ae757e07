/*
 * dkim.h: DomainKeys Identified Mail, verification (RFC 6376, 8301, 8463, 8616).
 *
 * The pieces (canonicalization, keys, signature check) serve ARC as well (RFC 8617).
 */
#ifndef AUTH_DKIM_DKIM_H
#define AUTH_DKIM_DKIM_H

#include "auth/base/crypto.h"
#include "auth/base/input.h"
#include "auth/base/report.h"
#include "auth/base/taglist.h"

enum dkim_canon { DKIM_SIMPLE, DKIM_RELAXED };

enum dkim_algorithm {
	DKIM_ALG_UNKNOWN, /* a name that we do not check, rsa-sha1 included (RFC 8301 3.1) */
	DKIM_RSA_SHA256,
	DKIM_ED25519_SHA256
};

/* A DKIM-Signature field, parsed (RFC 6376 3.5): no DNS, no clock. */
struct dkim_sig {
	const struct field *field;
	struct taglist tags;
	const char *defect;       /* why it is malformed, from a fixed table; NULL: well-formed */
	enum auth_code defect_as; /* permerror, or what else that defect is reported as */
	struct slice d, s;        /* normal names (A-labels), or empty */
	struct slice d_text, s_text; /* as they stand */
	struct slice i;              /* as it stands or "@" d; empty where malformed */
	struct slice a_text;
	enum dkim_algorithm a;
	enum dkim_canon header_canon, body_canon;
	struct slice b;      /* signature, decoded */
	struct slice b_text; /* base64 without blanks */
	struct slice bh;     /* 32 octets where well-formed */
	const struct slice *h;
	size_t nh;
	bool has_l, has_t, has_x;
	uint64_t l;
	int64_t t, x; /* seconds since the epoch; clamped to INT64_MAX */
};

/* A key record, parsed (RFC 6376 3.6.1). */
struct dkim_key {
	const char *defect; /* why it cannot be used, from a fixed table, or NULL */
	enum { DKIM_KEY_RSA, DKIM_KEY_ED25519, DKIM_KEY_OTHER } k;
	struct slice p; /* decoded */
	bool revoked;   /* p= is empty */
	bool no_sha256; /* h= leaves sha256 out */
	bool not_email; /* s= leaves email out */
	bool testing;   /* t=y */
	bool strict_i;  /* t=s */
};

struct dkim_sig_result {
	struct dkim_sig sig;
	enum auth_code code;
	const char *reason; /* from a fixed table, or NULL */
	unsigned key_bits;  /* 0: not known */
	bool key_testing;
	uint64_t unsigned_bytes; /* octets of the canonical body past l= */
	bool mismatch; /* well-formed, in time, key found and fit, but hash or signature did not
			  verify */
	bool unsure;   /* temperror because of a key that did not answer */
};

struct dkim_result {
	struct dkim_sig_result *sigs; /* those that were checked, in message order */
	size_t n;
	size_t over; /* signatures over the limit that were not looked at */
};

void
dkim_parse(const struct field *field, struct arena *arena, struct dkim_sig *sig);
void
dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key);

/* canonicalization (dkim_canon.c, RFC 6376 3.4) */

struct dkim_body_canon; /* a running body canonicalization into a hash */

/*
 * limit: octets of the canonical body to hash (l=), UINT64_MAX for all. Feed it in any pieces.
 * total (after the end) is the canonical body's whole length.
 */
struct dkim_body_canon *
dkim_body_begin(
	enum dkim_canon canon, uint64_t limit, struct crypto_hash *hash, struct arena *arena);
void
dkim_body_add(struct dkim_body_canon *body, struct slice bytes);
void
dkim_body_end(struct dkim_body_canon *body, uint64_t *total);

/*
 * Adds one field in canonical form. without_b: a DKIM-Signature's (or ARC's) own b= value is left
 * out (RFC 6376 3.7). last: no CRLF after it.
 */
void
dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash, struct arena *arena);

/* The name where a key is: s._domainkey.d; false where it is too long to ask. */
bool
dkim_key_name(struct slice s, struct slice d, struct arena *arena, struct slice *name);

void
dkim_ask(const struct auth_input *in);
enum status
dkim_check(const struct auth_input *in, struct dkim_result *result);
void
dkim_report(const struct dkim_result *result, struct report *report);

#endif
