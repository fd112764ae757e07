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
	struct reason defect;        /* why it is malformed; none: well-formed */
	struct notes notes;          /* what was passed over in the field */
	enum auth_code defect_as;    /* permerror, or what else that defect is reported as */
	struct slice d, s;           /* normal names (A-labels), or empty */
	struct slice d_text, s_text; /* as they stand */
	struct slice i; /* local-part, decoded, "@" normal domain; "@" d where left out; empty where
			  malformed; without the local-part where that can't be decoded */
	struct slice i_domain; /* normal; d where i= is left out, empty where malformed */
	struct slice a_text;   /* empty where it holds more than letters, digits and '-' */
	enum dkim_algorithm a;
	enum dkim_canon header_canon, body_canon;
	struct slice b;        /* signature, decoded; empty where malformed */
	struct slice b_text;   /* base64 without blanks; empty where malformed */
	struct slice bh;       /* 32 octets where there is no defect */
	const struct slice *h; /* without empty names, which name nothing */
	size_t nh;
	bool has_l, has_t, has_x;
	uint64_t l;   /* clamped to UINT64_MAX */
	int64_t t, x; /* seconds since the epoch; over 12 digits: INT64_MAX */
};

/* A key record, parsed (RFC 6376 3.6.1). */
struct dkim_key {
	struct reason defect; /* why it cannot be read; a revoked key and the bools below are no
				 defects */
	struct notes notes;   /* what was passed over in the record */
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
	struct reason reason; /* one of DKIM's; of an ARC field, one of ARC's, too */
	bool aligned;         /* d= with the author domain, whatever the result: set by DMARC, and
				 where nothing can pass by it, as far as no question tells */
	unsigned key_bits;    /* 0: not known */
	bool key_testing;
	uint64_t unsigned_bytes; /* octets of the canonical body past l= */
	bool mismatch;           /* well-formed, key found and fit, but hash or signature did not
				    verify; never under a testing key: such mail is to be treated as unsigned
				    (RFC 6376 3.6.1) */
	bool unsure;             /* temperror because of a key that did not answer */
	/* hash and signature verified, whatever our policy then made of it */
	bool verified;
	struct notes key_notes; /* what was passed over in the key record that code is about */
};

struct dkim_result {
	struct dkim_sig_result *sigs; /* those that were looked at, in message order */
	size_t n;
	size_t over; /* signatures over the limit that were not looked at */
};

/*
 * How a field is read. An ARC-Message-Signature has no v=, and another i= (RFC 8617 4.1.2); an
 * ARC-Seal has of these tags a, b, d, s and t alone, and is in relaxed form (RFC 8617 4.1.3).
 */
enum dkim_form { DKIM_FORM_SIGNATURE, DKIM_FORM_ARC_MESSAGE, DKIM_FORM_ARC_SEAL };

/*
 * Any field: what is wrong with it is told in sig->defect, what could be read is set all the same.
 * Of the ARC forms i is empty: the tag is in tags.
 */
void dkim_parse_as(
	enum dkim_form form, const struct field *field, struct arena *arena, struct dkim_sig *sig);
/* The same for a DKIM-Signature. */
void dkim_parse(const struct field *field, struct arena *arena, struct dkim_sig *sig);

/* record: a TXT record's strings joined. What is wrong with it is told in key->defect. */
void dkim_key_parse(struct slice record, struct arena *arena, struct dkim_key *key);

/*
 * The value of the first tag of that name as it stands between '=' and ';', blanks included;
 * false where there is none. Needs no memory; value is a field's value.
 */
bool dkim_tag_span(struct slice value, const char *name, struct slice *span);

/* The key records of one name, parsed. */
struct dkim_keys {
	struct dkim_keys *next; /* in the budget */
	const struct dns_answer *answer;
	struct reason refused; /* why none was parsed: too many, or too much of them */
	const struct dkim_key *keys;
	size_t n;
};

/* Those of an answer that has records; parsed once a message, as far as its budget allows. */
const struct dkim_keys *dkim_keys_of(const struct auth_input *in, const struct dns_answer *answer);

/* canonicalization (dkim_canon.c, RFC 6376 3.4) */

/* A prefix of the canonical body whose hash is wanted. */
struct dkim_body_hash {
	uint64_t limit; /* octets of the canonical body (l=); UINT64_MAX for all */
	unsigned char digest[CRYPTO_SHA256_SIZE]; /* of the whole body where it is shorter */
};

struct dkim_body_canon; /* a running body canonicalization into a hash */

/*
 * Feed it in any pieces. wanted is an array of n, in any order, that stays the caller's and is
 * filled by the end; the body is read and hashed once for all of them. NULL where OpenSSL could
 * not.
 */
struct dkim_body_canon *dkim_body_begin(enum dkim_canon canon, struct dkim_body_hash *wanted,
	size_t n, struct crypto *crypto, struct arena *arena);
void dkim_body_add(struct dkim_body_canon *body, struct slice bytes);
/* Must follow a begin. total: the canonical body's whole length. ST_TEMP: the digests are void. */
enum status dkim_body_end(struct dkim_body_canon *body, uint64_t *total);

/*
 * The hashes of the body that several signatures want: all are wanted first, then the body is read
 * once.
 */
struct dkim_bodies;

struct dkim_bodies *dkim_bodies_new(struct arena *arena);
/* sig must be without defect. What is wanted after make is never made. */
void dkim_bodies_want(struct dkim_bodies *bodies, const struct dkim_sig *sig);
/* A second call does nothing. */
void dkim_bodies_make(struct dkim_bodies *bodies, const struct auth_input *in);
/* The hash for sig, and the canonical body's whole length; ST_TEMP where it could not be made. */
enum status dkim_bodies_get(const struct dkim_bodies *bodies, const struct dkim_sig *sig,
	const unsigned char **digest, uint64_t *total);

/*
 * Adds one field, which has a name, in canonical form. without_b: a DKIM-Signature's (or ARC's) own
 * b= value is left out (RFC 6376 3.7). last: no CRLF after it.
 */
void dkim_field_add(enum dkim_canon canon, const struct field *field, bool without_b, bool last,
	struct crypto_hash *hash);

/* header hash and signature (dkim_verify.c, RFC 6376 3.7, 5.4.2, 6.1) */

/* The fields that h= selects, in its order; made once a signature. */
struct dkim_selection {
	const struct field *const *fields;
	size_t n;
	bool oversize;       /* one of them is over the field limit */
	const char *doubled; /* a field that may stand once, stands more often than h= names it, and
				not each time the same: its registered name; or NULL */
	struct notes notes;  /* those that stand more often and are passed over */
};

/* A field of that kind whose instances are equal can show nothing else than what was signed; From
 * must not stand twice even then. MIME-Version says nothing that is shown. */

struct dkim_index; /* the message's fields by name; made once a message, of one thread */

struct dkim_index *dkim_index_make(const struct message *message, struct arena *arena);

/* Bottom-up (RFC 6376 5.4.2); sig->field itself is never selected (RFC 6376 3.5). */
void dkim_select(struct dkim_index *index, const struct dkim_sig *sig, struct arena *arena,
	struct dkim_selection *selection);

/* Takes the fields that are to be hashed off the budget; false, with nothing taken, where it ends.
 */
bool dkim_may_hash(const struct auth_input *in, const struct dkim_selection *selection);

/* The hash that b= signs. ST_TEMP where OpenSSL could not. */
enum status dkim_header_hash(const struct dkim_sig *sig, const struct dkim_selection *selection,
	struct crypto *crypto, unsigned char digest[CRYPTO_SHA256_SIZE]);

/*
 * Fetches the key of d, s and a and checks b against digest with it; several records are tried.
 * digest NULL: the body hash did not verify, so only the key is judged. Sets code (AUTH_PASS,
 * AUTH_FAIL, or what the key's state is reported as), reason, key_bits, key_testing, mismatch and
 * unsure of result, whose sig must be without defect. ST_TEMP where OpenSSL could not.
 */
enum status dkim_verify(const struct auth_input *in, const unsigned char digest[CRYPTO_SHA256_SIZE],
	struct dkim_sig_result *result);

enum { DKIM_KEYS_MAX = 10 }; /* key records of one name that are tried here */

/* The hashes that an RSA signature holds under the published keys that may be used for it. */
struct dkim_signed {
	unsigned char hashes[DKIM_KEYS_MAX][CRYPTO_SHA256_SIZE];
	size_t n;
	size_t keys; /* that were looked at: where n is 0, none of them made the signature */
};

/* For the diagnosis; sig must be without defect. ST_TEMP where OpenSSL could not. */
enum status dkim_recover(
	const struct auth_input *in, const struct dkim_sig *sig, struct dkim_signed *hashes);

/* What needs neither DNS nor a hash: defects, the limit of fields. Sets code and reason where that
 * decides, else leaves the code at AUTH_NONE. */
void dkim_judge_field(const struct auth_input *in, struct dkim_sig_result *result);

/* Body hash, header hash and key of a signature without defect, whose body was wanted and made.
 * What a receiver may refuse all the same (t=, x=, a doubled field, l=) is not judged. ST_TEMP as
 * above. */
enum status dkim_check_signature(const struct auth_input *in,
	const struct dkim_selection *selection, const struct dkim_bodies *bodies,
	struct dkim_sig_result *result);

/* t= and x= of a signature that verified: AUTH_POLICY with its reason where it is expired or more
 * than an hour ahead (RFC 6376 3.5: both may be refused, neither must). */
void dkim_judge_time(const struct auth_input *in, struct dkim_sig_result *result);
/* Adds to the notes of a signature that verified those of the selection, and that of an l= which
 * covers the whole body. */
void dkim_note_verified(const struct auth_input *in, const struct dkim_selection *selection,
	struct dkim_sig_result *result);

/* The name where a key is: s._domainkey.d; false where it is too long to ask. */
bool dkim_key_name(struct slice s, struct slice d, struct arena *arena, struct slice *name);

/* Asks for the keys of the signatures that dkim_check will look at. */
void dkim_ask(const struct auth_input *in);

/*
 * Checks the signatures, at most limits->dkim_signatures of them: those whose d= is nearest to the
 * author domain. Their bodies are wanted and made, with what was wanted of bodies before where
 * there is a signature at all. *result is always set; ST_TEMP where our own work could not be done
 * (the signatures that needed it are then temperror).
 */
enum status dkim_check(
	const struct auth_input *in, struct dkim_bodies *bodies, struct dkim_result *result);

/* With signatures of its own in the arena, so that another policy's alignment leaves result's. */
struct dkim_result dkim_copy(const struct dkim_result *result, struct arena *arena);

/*
 * One row a signature, malformed ones included, with header.d, .i, .s, .a and .b as far as they
 * could be read; one row without them, "policy", for all that were over the limit, their number in
 * policy.unchecked; one row "none" where there is no signature. A signature that is "policy" for
 * its l= tells unsigned_bytes in policy.unsigned.
 */
void dkim_report(const struct dkim_result *result, struct report *report);

#endif
