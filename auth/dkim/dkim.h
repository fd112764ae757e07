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
#include "auth/dkim/dkim_reason.h"

struct dns_answer;

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
	struct reason defect;     /* why it is malformed; none: well-formed */
	struct notes notes;       /* departures in the field that were ignored */
	enum auth_code defect_as; /* the result that the defect is reported as, mostly permerror */
	struct slice d, s;        /* normal names (A-labels), or empty */
	struct slice d_text, s_text; /* as written */
	struct slice i; /* local-part, decoded, "@" normal domain; "@" d if left out; empty if
			   malformed; without the local-part if that can't be decoded */
	struct slice i_domain; /* normal; d if i= is left out, empty if malformed */
	struct slice a_text;   /* empty if it holds more than letters, digits and '-' */
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

/* A key record, parsed (RFC 6376 3.6.1). */
struct dkim_key {
	struct reason defect; /* why it cannot be read; a revoked key and the bools below are not
				 defects */
	struct notes notes;   /* departures in the record that were ignored */
	enum { DKIM_KEY_RSA, DKIM_KEY_ED25519, DKIM_KEY_OTHER } k;
	struct slice p; /* decoded; of an RSA key, without octets that follow its DER */
	bool revoked;   /* p= is empty */
	bool no_sha256; /* h= leaves sha256 out */
	bool not_email; /* s= leaves email out */
	bool testing;   /* t=y */
	bool strict_i;  /* t=s */
};

struct dkim_sig_result {
	struct dkim_sig sig;
	enum auth_code code;
	struct reason reason; /* one of DKIM's; of an ARC field, possibly one of ARC's */
	bool aligned; /* is d= aligned with the author domain, whatever the result? Set by DMARC;
			 without DNS queries if no pass depends on it */
	unsigned key_bits; /* 0: not known */
	bool key_testing;
	uint64_t unsigned_bytes; /* octets of the canonical body past l= */
	bool mismatch;           /* well-formed, key found and fit, but hash or signature did not
				    verify; never under a testing key: such mail is to be treated as unsigned
				    (RFC 6376 3.6.1) */
	bool unsure;             /* temperror because a key could not be fetched */
	/* hash and signature verified, whatever the result under our policy */
	bool verified;
	struct notes key_notes; /* ignored departures in the key record used */
};

struct dkim_result {
	struct dkim_sig_result *sigs; /* those that were checked, in message order */
	size_t n;
	size_t over; /* signatures over the limit, which were not checked */
};

/*
 * How a field is read. An ARC-Message-Signature has no v=, and a different i= (RFC 8617 4.1.2); an
 * ARC-Seal has only the tags a, b, d, s and t of these, and is in relaxed form (RFC 8617 4.1.3).
 */
enum dkim_form { DKIM_FORM_SIGNATURE, DKIM_FORM_ARC_MESSAGE, DKIM_FORM_ARC_SEAL };

/*
 * Any field: a defect is reported in sig->defect; whatever could be read is set nevertheless. Of
 * the ARC forms i is empty: the tag is in tags.
 */
void dkim_parse_as(
	enum dkim_form form, const struct field *field, struct arena *arena, struct dkim_sig *sig);
/* The same for a DKIM-Signature. */
void dkim_parse(const struct field *field, struct arena *arena, struct dkim_sig *sig);

/* The first octets of b=, which tell signatures apart; a slice of b_text. */
struct slice dkim_sig_start(const struct dkim_sig *sig);

/* record: a TXT record's strings joined. A defect is reported in key->defect. */
void dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key);

/*
 * The value of the first tag of that name as written between '=' and ';', white space included;
 * false if there is none. Needs no memory; value is a field's value.
 */
bool dkim_tag_span(struct slice value, const char *name, struct slice *span);

/* The key records of one name, parsed. */
struct dkim_keys {
	struct dkim_keys *next; /* in the budget */
	const struct dns_answer *answer;
	struct reason refused; /* why none was parsed: too many, or too many octets */
	const struct dkim_key *keys;
	size_t n;
};

/* The keys in an answer with records; parsed once for each message, as far as its budget allows. */
const struct dkim_keys *dkim_keys_of(const struct auth_input *in, const struct dns_answer *answer);

/* canonicalization (dkim_canon.c, RFC 6376 3.4) */

/* A prefix of the canonical body whose hash is wanted. */
struct dkim_body_hash {
	uint64_t limit; /* octets of the canonical body (l=); UINT64_MAX for all */
	unsigned char digest[CRYPTO_SHA256_SIZE]; /* of the whole body if it is shorter */
};

struct dkim_body_canon; /* a running body canonicalization into a hash */

/*
 * Feed it in any pieces. wanted is an array of n, in any order, that stays the caller's and is
 * filled by the end; the body is read and hashed once for all of them. NULL if OpenSSL fails.
 */
struct dkim_body_canon *dkim_body_begin(enum dkim_canon canon, struct dkim_body_hash *wanted,
	size_t n, struct crypto *crypto, struct arena *arena);
void dkim_body_add(struct dkim_body_canon *body, struct slice bytes);
/*
 * Must follow dkim_body_begin. total: the canonical body's whole length. ST_TEMP: the digests are
 * void.
 */
enum status dkim_body_end(struct dkim_body_canon *body, uint64_t *total);

/*
 * The body hashes for several signatures: all are requested first, then the body is read once.
 */
struct dkim_bodies;

struct dkim_bodies *dkim_bodies_new(struct arena *arena);
/* sig must be without defect. Hashes that are wanted after make are never made. */
void dkim_bodies_want(struct dkim_bodies *bodies, const struct dkim_sig *sig);
/* A second call does nothing. */
void dkim_bodies_make(struct dkim_bodies *bodies, const struct auth_input *in);
/* The hash for sig, and the canonical body's whole length; ST_TEMP if it could not be made. */
enum status dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total);

/*
 * Adds one field, which has a name, in canonical form. without_b: a DKIM-Signature's (or ARC's) own
 * b= value is left out (RFC 6376 3.7). last: no CRLF after it.
 */
void dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash);

/* header hash and signature (dkim_verify.c, RFC 6376 3.7, 5.4.2, 6.1) */

/* The fields that h= selects, in its order; made once for each signature. */
struct dkim_selection {
	const struct field *const *fields;
	size_t n;
	bool oversize;       /* one of them is over the field limit */
	const char *doubled; /* duplicate of a signed single-instance field, with another value: its
				registered name; or NULL */
	struct notes notes;  /* duplicates that are ignored */
};

/*
 * Identical instances of such a field show only what was signed; From must not be repeated even
 * then. MIME-Version is never displayed.
 */

struct dkim_index; /* the message's fields by name; made once for each message, by one thread */

struct dkim_index *dkim_index_make(const struct message *message, struct arena *arena);

/* Bottom-up (RFC 6376 5.4.2); sig->field itself is never selected (RFC 6376 3.5). */
void dkim_select(struct dkim_index *index, const struct dkim_sig *sig, struct arena *arena,
	struct dkim_selection *selection);

/*
 * Charges the fields that are to be hashed to the budget; false, with nothing charged, if it is
 * exhausted.
 */
bool dkim_may_hash(const struct auth_input *in, const struct dkim_selection *selection);

/* The hash that b= signs. ST_TEMP if OpenSSL fails. */
enum status dkim_header_hash(const struct dkim_sig *sig, const struct dkim_selection *selection,
	struct crypto *crypto, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * Fetches the key of d, s and a and checks b against digest with it; several records are tried.
 * digest NULL: the body hash did not verify, so only the key is checked. Sets code (AUTH_PASS,
 * AUTH_FAIL, or the result for the state of the key), reason, key_bits, key_testing, mismatch and
 * unsure of result, whose sig must be without defect. ST_TEMP if OpenSSL fails.
 */
enum status dkim_verify(const struct auth_input *in, const unsigned char digest[CRYPTO_SHA256_SIZE],
	struct dkim_sig_result *result);

enum { DKIM_KEYS_MAX = 10 }; /* the maximum number of key records of one name to try */

/* The hashes that an RSA signature holds under the published keys that may be used for it. */
struct dkim_signed {
	unsigned char hashes[DKIM_KEYS_MAX][CRYPTO_SHA256_SIZE];
	size_t n;
	size_t keys; /* that were tried: if n is 0, none of them made the signature */
};

/* For the diagnosis; sig must be without defect. ST_TEMP if OpenSSL fails. */
enum status dkim_recover(
	const struct auth_input *in, const struct dkim_sig *sig, struct dkim_signed *hashes);

/*
 * The checks that need neither DNS nor a hash: defects, the field limit. Sets code and reason if
 * they decide, else leaves the code at AUTH_NONE.
 */
void dkim_judge_field(const struct auth_input *in, struct dkim_sig_result *result);

/*
 * Body hash, header hash and key of a signature without defect, whose body hash was requested and
 * made. Grounds on which a receiver may still refuse it (t=, x=, a duplicate field, l=) are not
 * checked. ST_TEMP as above.
 */
enum status dkim_check_signature(const struct auth_input *in,
	const struct dkim_selection *selection, const struct dkim_bodies *bodies,
	struct dkim_sig_result *result);

/* t= and x= of a signature that verified: AUTH_POLICY with its reason if it is expired or more
 * than an hour ahead (RFC 6376 3.5: both may be refused, neither must). */
void dkim_judge_time(const struct auth_input *in, struct dkim_sig_result *result);
/* Adds to the notes of a signature that verified those of the selection, and that of an l= which
 * covers the whole body. */
void dkim_note_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result);

/* The name of a key: s._domainkey.d; false if it is too long to query. */
bool dkim_key_name(struct slice s, struct slice d, struct arena *arena, struct slice *name);

/* Asks for the keys of the signatures that dkim_check will look at. */
void dkim_ask(const struct auth_input *in);

/*
 * Checks the signatures, at most limits->dkim_signatures of them: those whose d= is nearest to the
 * author domain. Their body hashes are computed together with those already requested, if there is
 * any signature. *result is always set; ST_TEMP if an internal error occurred (the signatures
 * that needed it are then temperror).
 */
enum status dkim_check(
	const struct auth_input *in, struct dkim_bodies *bodies, struct dkim_result *result);

/*
 * With its own copy of the signatures in the arena, so that alignment under another policy does not
 * change result's.
 */
struct dkim_result dkim_copy(const struct dkim_result *result, struct arena *arena);

/*
 * One row for each signature, including malformed ones, with header.d, .i, .s, .a and .b as far as
 * they could be read; one row without them, "policy", for all that were over the limit, with their
 * number in policy.unchecked; one row "none" if there is no signature. A signature that is
 * "policy" for its l= reports unsigned_bytes in policy.unsigned.
 */
void dkim_report(const struct dkim_result *result, struct report *report);

#endif
