/*
 * dkim.h: DomainKeys Identified Mail, verification (RFC 6376, 8301, 8463, 8616).
 *
 * ARC uses the same functions for canonicalization, keys and signatures (RFC 8617).
 */
#ifndef AUTH_DKIM_DKIM_H
#define AUTH_DKIM_DKIM_H

#include "auth/base/crypto.h"
#include "auth/base/input.h"
#include "auth/base/report.h"
#include "auth/base/taglist.h"
#include "auth/dkim/dkim_reason.h"

struct dns_answer;

enum dkim_canon { DKIM_SIMPLE, DKIM_RELAXED };

enum dkim_algorithm {
	DKIM_ALG_UNKNOWN, /* not supported, including rsa-sha1 (RFC 8301 3.1) */
	DKIM_RSA_SHA256,
	DKIM_ED25519_SHA256
};

/* A parsed DKIM-Signature field (RFC 6376 3.5). Parsing uses neither DNS nor the clock. */
struct dkim_sig {
	const struct field *field;
	struct taglist tags;
	struct reason defect;        /* why the field is malformed; no reason: well-formed */
	struct notes notes;          /* ignored departures in the field */
	enum auth_code defect_as;    /* the result for the defect, mostly permerror */
	struct slice d, s;           /* normal names (A-labels), or empty */
	struct slice d_text, s_text; /* as written */
	struct slice i; /* decoded local-part, "@", normal domain; "@" d if the tag is missing;
			   empty if malformed; without the local-part if that cannot be decoded */
	struct slice i_domain; /* normal; d if i= is missing, empty if malformed */
	struct slice
		a_text; /* empty if it contains characters other than letters, digits and '-' */
	enum dkim_algorithm a;
	enum dkim_canon header_canon, body_canon;
	struct slice b;        /* signature, decoded; empty if malformed */
	struct slice b_text;   /* base64 without white space; empty if malformed */
	struct slice bh;       /* 32 octets if there is no defect */
	const struct slice *h; /* without empty names, which have no meaning */
	size_t nh;
	bool has_l, has_t, has_x;
	uint64_t l;   /* clamped to UINT64_MAX */
	int64_t t, x; /* seconds since the epoch; over 12 digits: INT64_MAX */
};

/* A parsed key record (RFC 6376 3.6.1). */
struct dkim_key {
	struct reason defect; /* why the record cannot be read; a revoked key and the flags below
				 are not defects */
	struct notes notes;   /* ignored departures in the record */
	enum { DKIM_KEY_RSA, DKIM_KEY_ED25519, DKIM_KEY_OTHER } k;
	struct slice p; /* decoded; for an RSA key, without octets after its DER */
	bool revoked;   /* p= is empty */
	bool no_sha256; /* h= does not list sha256 */
	bool not_email; /* s= does not list email */
	bool testing;   /* t=y */
	bool strict_i;  /* t=s */
};

struct dkim_sig_result {
	struct dkim_sig sig;
	enum auth_code code;
	struct reason reason; /* one of DKIM's reasons; for an ARC field, also of ARC's */
	bool aligned; /* d= is aligned with the author domain, whatever the result. Set by DMARC,
			 which queries no DNS for it unless a pass depends on it */
	unsigned key_bits; /* 0: not known */
	bool key_testing;
	uint64_t unsigned_bytes; /* octets of the canonical body past l= */
	bool mismatch; /* well-formed, with a usable key, but the hash or the signature did not
			  verify; never with a testing key, because such mail must be treated as
			  unsigned (RFC 6376 3.6.1) */
	bool unsure;   /* code is temperror because a key could not be fetched */
	/* hash and signature verified, even if our policy refuses the signature */
	bool verified;
	struct notes key_notes; /* ignored departures in the key record that was used */
};

struct dkim_result {
	struct dkim_sig_result *sigs; /* the signatures that were checked, in message order */
	size_t n;
	size_t over; /* signatures over the limit, which were not checked */
};

/*
 * Which kind of field is parsed. An ARC-Message-Signature has no v=, and its i= has another meaning
 * (RFC 8617 4.1.2); of DKIM's tags, an ARC-Seal has only a, b, d, s and t, and its canonicalization
 * is relaxed (RFC 8617 4.1.3).
 */
enum dkim_form { DKIM_FORM_SIGNATURE, DKIM_FORM_ARC_MESSAGE, DKIM_FORM_ARC_SEAL };

/*
 * Parses any field: a defect is reported in sig->defect, and the readable tags are set even then.
 * For the ARC forms i is empty: the tag is in tags.
 */
void dkim_parse_as(
	enum dkim_form form, const struct field *field, struct arena *arena, struct dkim_sig *sig);
/* The same for a DKIM-Signature. */
void dkim_parse(const struct field *field, struct arena *arena, struct dkim_sig *sig);

/* The first octets of b=, which identify a signature; a slice of b_text. */
struct slice dkim_sig_start(const struct dkim_sig *sig);

/*
 * Parses a key record. record: the strings of a TXT record, joined. A defect is reported in
 * key->defect.
 */
void dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key);

/*
 * Sets *span to the value of the first tag of that name, exactly as it is between '=' and ';';
 * false if there is none. Allocates nothing; value is a field's value.
 */
bool dkim_tag_span(struct slice value, const char *name, struct slice *span);

/* The key records of one name, parsed. */
struct dkim_keys {
	struct dkim_keys *next; /* next one in the budget's list */
	const struct dns_answer *answer;
	struct reason refused; /* why none was parsed: too many records or octets */
	const struct dkim_key *keys;
	size_t n;
};

/*
 * The parsed keys of a DNS answer with records. They are parsed once for each message, as far as
 * its budget allows.
 */
const struct dkim_keys *dkim_keys_of(const struct auth_input *in, const struct dns_answer *answer);

/* canonicalization (dkim_canon.c, RFC 6376 3.4) */

/* A prefix of the canonical body whose hash is wanted. */
struct dkim_body_hash {
	uint64_t limit; /* octets of the canonical body (l=); UINT64_MAX for all */
	unsigned char digest[CRYPTO_SHA256_SIZE]; /* of the whole body if the body is shorter */
};

struct dkim_body_canon; /* the state of canonicalizing and hashing a body */

/*
 * Starts canonicalizing a body, which dkim_body_add then takes in pieces of any size. wanted: n
 * prefixes in any order, owned by the caller; dkim_body_end fills in their digests. The body is
 * read and hashed once for all of them. NULL if OpenSSL fails.
 */
struct dkim_body_canon *dkim_body_begin(enum dkim_canon canon, struct dkim_body_hash *wanted,
	size_t n, struct crypto *crypto, struct arena *arena);
void dkim_body_add(struct dkim_body_canon *body, struct slice bytes);
/*
 * Ends the canonicalization and sets the digests; must be called after every successful
 * dkim_body_begin. total: the length of the canonical body. ST_TEMP: the digests are invalid.
 */
enum status dkim_body_end(struct dkim_body_canon *body, uint64_t *total);

/*
 * The body hashes for several signatures: all are requested first, then the body is read once.
 */
struct dkim_bodies;

struct dkim_bodies *dkim_bodies_new(struct arena *arena);
/*
 * Requests the hash for sig, which must be without defect. Must not be called after
 * dkim_bodies_make: the new hash would never be computed.
 */
void dkim_bodies_want(struct dkim_bodies *bodies, const struct dkim_sig *sig);
/* Reads the body and computes the requested hashes; a second call does nothing. */
void dkim_bodies_make(struct dkim_bodies *bodies, const struct auth_input *in);
/* The hash for sig, and the length of the canonical body; ST_TEMP if it could not be computed. */
enum status dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total);

/*
 * Adds one field, which must have a name, in canonical form. without_b: a DKIM-Signature's (or
 * ARC's) own b= value is left out (RFC 6376 3.7). last: no CRLF after it.
 */
void dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash);

/* header hash and signature (dkim_verify.c, RFC 6376 3.7, 5.4.2, 6.1) */

/* The fields that h= selects, in its order; determined once for each signature. */
struct dkim_selection {
	const struct field *const *fields;
	size_t n;
	bool oversize;       /* one of them is over the field limit */
	const char *doubled; /* name of a signed single-instance field that occurs again with
				another value; or NULL */
	struct notes notes;  /* ignored duplicates */
};

/*
 * A duplicate of a signed single-instance field is ignored if it is identical, because readers then
 * see what was signed; but From must never be repeated. Any duplicate of MIME-Version is ignored,
 * because it is never displayed.
 */

struct dkim_index; /* the message's fields by name; made once for each message, by one thread */

struct dkim_index *dkim_index_make(const struct message *message, struct arena *arena);

/* Selects bottom-up (RFC 6376 5.4.2); sig->field itself is never selected (RFC 6376 3.5). */
void dkim_select(struct dkim_index *index, const struct dkim_sig *sig, struct arena *arena,
	struct dkim_selection *selection);

/*
 * Charges the fields that are to be hashed to the budget; false, with nothing charged, if it is
 * exhausted.
 */
bool dkim_may_hash(const struct auth_input *in, const struct dkim_selection *selection);

/* Computes the hash that b= signs. ST_TEMP if OpenSSL fails. */
enum status dkim_header_hash(const struct dkim_sig *sig, const struct dkim_selection *selection,
	struct crypto *crypto, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * Fetches the key for d, s and a, and verifies b over digest; several key records are tried. digest
 * NULL: the body hash did not verify, so only the key is checked. Sets code (AUTH_PASS, AUTH_FAIL,
 * AUTH_NEUTRAL for a failure with a testing key, or the result for the state of the key), reason,
 * key_bits, key_testing, key_notes, mismatch, unsure and verified of result, whose sig must be
 * without defect. ST_TEMP if OpenSSL fails.
 */
enum status dkim_verify(const struct auth_input *in, const unsigned char digest[CRYPTO_SHA256_SIZE],
	struct dkim_sig_result *result);

enum { DKIM_KEYS_MAX = 10 }; /* the maximum number of keys that dkim_recover tries */

/* The hashes recovered from an RSA signature with the published keys that may be used for it. */
struct dkim_signed {
	unsigned char hashes[DKIM_KEYS_MAX][CRYPTO_SHA256_SIZE];
	size_t n;
	size_t keys; /* number of keys that were tried; if n is 0, the signature was made with none
			of them */
};

/*
 * Recovers these hashes, for the diagnosis. sig must be without defect; only RSA is supported, for
 * other algorithms *hashes is empty. ST_TEMP if OpenSSL fails.
 */
enum status dkim_recover(
	const struct auth_input *in, const struct dkim_sig *sig, struct dkim_signed *hashes);

/*
 * Makes the checks that need neither DNS nor a hash: for defects, and for too many header fields.
 * Sets code and reason if one fails, otherwise code stays AUTH_NONE.
 */
void dkim_judge_field(const struct auth_input *in, struct dkim_sig_result *result);

/*
 * Checks the body hash, header hash and key of a signature without defect, whose body hash has been
 * requested and computed. Does not check what may still make a receiver refuse the signature (t=,
 * x=, a duplicate field, l=). ST_TEMP if an internal error occurred.
 */
enum status dkim_check_signature(const struct auth_input *in,
	const struct dkim_selection *selection, const struct dkim_bodies *bodies,
	struct dkim_sig_result *result);

/*
 * Checks t= and x= of a signature that verified, allowing for options->drift. Sets AUTH_POLICY and
 * the reason if it has expired or is dated more than an hour ahead (RFC 6376 3.5 allows refusing
 * either, but does not require it); adds a note if it is dated less far ahead.
 */
void dkim_judge_time(const struct auth_input *in, struct dkim_sig_result *result);
/*
 * For a signature that verified: adds the notes of the selection, and a note if l= covers the whole
 * body.
 */
void dkim_note_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result);

/* Sets *name to the name of a key, s._domainkey.d; false if it is too long to query. */
bool dkim_key_name(struct slice s, struct slice d, struct arena *arena, struct slice *name);

/*
 * Reads the signatures into *result, at most limits->dkim_signatures of them: those whose d= is
 * nearest to the author domain. Those that need no check have their results then.
 */
void dkim_find(const struct auth_input *in, struct dkim_result *result);

/* Queries the keys of the signatures that dkim_check will check. found: by dkim_find */
void dkim_ask(const struct auth_input *in, const struct dkim_result *found);

/*
 * Checks the signatures that dkim_find found. Their body hashes are computed together with those
 * already requested, if there is any signature. ST_TEMP if an internal error occurred (the affected
 * signatures are then temperror).
 */
enum status dkim_check(
	const struct auth_input *in, struct dkim_bodies *bodies, struct dkim_result *result);

/*
 * A copy with its own signatures, in the arena, so that alignment under another policy does not
 * change result.
 */
struct dkim_result dkim_copy(const struct dkim_result *result, struct arena *arena);

/*
 * Adds one row for each signature, including malformed ones, with those of header.d, .i, .s, .a and
 * .b that could be read; one row "policy" without them for all signatures over the limit, with
 * their number in policy.unchecked; one row "none" if there is no signature. A signature that is
 * "policy" because of its l= reports unsigned_bytes in policy.unsigned.
 */
void dkim_report(const struct dkim_result *result, struct report *report);

#endif
