/*
 * dkim_reason.h: all reasons of DKIM, and all departures from its grammar that are ignored. To add
 * one, add a row here and return it where the condition is detected.
 *
 * If several key records are tried and none verifies, the last of their reasons in this list is
 * reported, so that their order in the DNS answer does not matter.
 */
#ifndef AUTH_DKIM_DKIM_REASON_H
#define AUTH_DKIM_DKIM_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define DKIM_REASONS(R) \
	/* the signature field */ \
	R(FIELD_SIZE,     "dkim_field_size",          "the signature field is over the size limit") \
	R(MANY_TAGS,      "dkim_many_tags",           "the signature has more tags than the limit") \
	R(TAGS,           "dkim_malformed_tags",      "the tag list is malformed") \
	R(TAG_TWICE,      "dkim_duplicate_tag",       "duplicate tag") \
	R(MISSING,        "dkim_missing_tag",         "a required tag is missing") \
	R(VERSION,        "dkim_version",             "v= is not 1") \
	R(D,              "dkim_bad_d",               "d= is not a domain name") \
	R(S,              "dkim_bad_s",               "s= is not a selector") \
	R(KEY_NAME,       "dkim_long_key_name",       "the name of the key is too long") \
	R(I,              "dkim_bad_i",               "i= is malformed") \
	R(I_OUTSIDE,      "dkim_i_outside_d",         "i= is not within d=") \
	R(B,              "dkim_bad_b",               "b= is not base64") \
	R(BH,             "dkim_bad_bh",              "bh= is not a SHA-256 hash in base64") \
	R(H,              "dkim_bad_h",               "h= is malformed") \
	R(FROM,           "dkim_from_not_signed",     "From is not signed") \
	R(L,              "dkim_bad_l",               "l= is not a number") \
	R(T,              "dkim_bad_t",               "t= is not a number") \
	R(X,              "dkim_bad_x",               "x= is not a number") \
	R(X_BEFORE_T,     "dkim_x_before_t",          "x= is not after t=") \
	R(Q,              "dkim_unknown_q",           "q= has no supported method") \
	R(C,              "dkim_unknown_c",           "c= is not a known canonicalization") \
	R(SHA1,           "dkim_rsa_sha1",            "algorithm rsa-sha1 is not accepted") \
	R(ALGORITHM,      "dkim_unknown_algorithm",   "a= is not a known algorithm") \
	R(EXPIRED,        "dkim_expired",             "the signature has expired") \
	R(FUTURE,         "dkim_future",              "the signature is dated in the future") \
	R(MANY_FIELDS,    "dkim_many_fields",         "the header has more fields than the limit") \
	R(OVERSIZE,       "dkim_signed_field_size",   "a signed field is over the size limit") \
	R(MUCH,           "dkim_signed_too_much",     "the signatures cover more of the header than the limit") \
	R(NAMES,          "dkim_many_names",          "h= names more fields than the limit") \
	R(OVER,           "dkim_over_limit",          "more signatures than the limit") \
	/* the key record, from the least to the most informative reason */ \
	R(NO_KEY,         "dkim_no_key",              "no key record was found") \
	R(KEY_TEMP,       "dkim_key_unavailable",     "the key temporarily cannot be fetched") \
	R(KEY_UNREADABLE, "dkim_key_bad_answer",      "the DNS answer for the key cannot be read") \
	R(KEY_VERSION,    "dkim_key_version",         "v= of the key record is not DKIM1") \
	R(KEY_SYNTAX,     "dkim_key_malformed",       "the key record is malformed") \
	R(KEY_NO_P,       "dkim_key_no_p",            "the key record has no p=") \
	R(KEY_P,          "dkim_key_bad_p",           "p= of the key record is malformed") \
	R(KEY_SERVICE,    "dkim_key_not_email",       "the key is not for email") \
	R(KEY_TYPE,       "dkim_key_other_type",      "the key type does not match a=") \
	R(KEY_HASH,       "dkim_key_not_sha256",      "the key is not for SHA-256") \
	R(KEY_REVOKED,    "dkim_key_revoked",         "the key is revoked") \
	R(KEY_STRICT,     "dkim_key_strict_i",        "the key does not allow i= below d=") \
	R(KEY_MANY,       "dkim_many_keys",           "more key records than the limit") \
	R(KEY_OCTETS,     "dkim_key_octets",          "the key records of the message are over the limit") \
	R(QUESTIONS,      "dkim_many_questions",      "the message asks more of DNS than the limit") \
	R(WORK,           "dkim_verifications",       "the signatures of the message cost more than the limit") \
	R(KEY_EXPONENT,   "dkim_key_exponent",        "the exponent of the key is too large") \
	R(KEY_LARGE,      "dkim_key_too_large",       "the key is too large") \
	R(KEY_SMALL,      "dkim_key_too_small",       "the key is too small") \
	/* checks with a suitable key */ \
	R(OWN_FAULT,      "dkim_not_checked",         "the signature temporarily cannot be checked") \
	R(BODY,           "dkim_body_hash",           "the body hash did not verify") \
	R(BODY_SHORT,     "dkim_body_shorter_than_l", "the body is shorter than l=") \
	R(SIGNATURE,      "dkim_bad_signature",       "the signature did not verify") \
	R(DOUBLED,        "dkim_duplicate_field",     "duplicate of a signed single-instance field") \
	R(LENGTH,         "dkim_partial_body",        "l= leaves the end of the body unsigned")

/*
 * Accepted although the grammar does not allow it or other receivers refuse it (docs/REAL-MAIL.md).
 */
#define DKIM_NOTES(R) \
	R(KEY_LINE_END, "dkim_note_key_line_end",   "a line end in the key record counts as white space") \
	R(KEY_V_LATER,  "dkim_note_key_v_later",    "v= is not the first tag of the key record") \
	R(KEY_TAG_NAME, "dkim_note_key_tag_name",   "the key record has a tag with an unusual name") \
	R(KEY_8BIT,     "dkim_note_key_8bit",       "the key record has 8-bit octets in a note or unknown tag") \
	R(KEY_TAIL,     "dkim_note_key_tail",       "octets follow the key in p=") \
	R(TAG_NAME,     "dkim_note_tag_name",       "the field has a tag with an unusual name") \
	R(TAG_8BIT,     "dkim_note_tag_8bit",       "the field has 8-bit octets in an unknown tag") \
	R(I_LOCAL,      "dkim_note_i_local_part",   "the local part of i= cannot be decoded") \
	R(H_EMPTY,      "dkim_note_h_empty_name",   "h= has an empty name") \
	R(T_AHEAD,      "dkim_note_t_ahead",        "t= is at most an hour ahead of the local clock") \
	R(L_WHOLE,      "dkim_note_l_whole_body",   "l= covers the whole body") \
	R(MIME_TWICE,   "dkim_note_mime_version",   "MIME-Version appears more often than it is signed") \
	R(EQUAL,        "dkim_note_equal_fields",   "a signed field is repeated with identical content")

#define DKIM_REASON_ID(id, code, text) DKIM_R_##id,
enum dkim_reason REASON_ENUM(DKIM_R, REASON_DKIM, DKIM_REASONS, DKIM_REASON_ID);

#define DKIM_NOTE_ID(id, code, text) DKIM_NOTE_##id,
enum dkim_note REASON_ENUM(DKIM_NOTE, REASON_DKIM_NOTE, DKIM_NOTES, DKIM_NOTE_ID);
/* clang-format on */

struct reason dkim_reason(enum dkim_reason id);
struct reason dkim_note(enum dkim_note id);

#endif
