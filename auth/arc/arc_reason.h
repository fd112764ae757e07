/*
 * arc_reason.h: ARC's reasons, and the ignored departures from the grammar in a sealer's results.
 * Defects of a single signature have DKIM's reasons.
 */
#ifndef AUTH_ARC_ARC_REASON_H
#define AUTH_ARC_ARC_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define ARC_REASONS(R) \
	/* the structure */ \
	R(OVER,            "arc_many_sets",         "more sets than the limit") \
	R(OVERSIZE,        "arc_field_size",        "the field is over the size limit") \
	R(MANY_FIELDS,     "arc_many_fields",       "the header has more fields than the limit") \
	R(AAR_I,           "arc_results_without_i", "the field does not begin with i=") \
	R(TAGS,            "arc_malformed_tags",    "the tag list is malformed") \
	R(NO_I,            "arc_missing_i",         "i= is missing") \
	R(I,               "arc_bad_i",             "i= is not a number from 1 to 50") \
	R(TWICE,           "arc_duplicate_field",   "duplicate field") \
	R(NO_SET,          "arc_missing_set",       "the set is missing") \
	R(MISSING,         "arc_missing_field",     "the field is missing") \
	R(CV,              "arc_bad_cv",            "cv= is not none, pass or fail") \
	R(CV_FIRST,        "arc_cv_of_first_seal",  "cv= of the first seal is not none") \
	R(CV_LATER,        "arc_cv_of_later_seal",  "cv= of a later seal is not pass") \
	R(CV_FAIL,         "arc_sealed_as_failed",  "the chain was broken before it was sealed") \
	R(SEAL_H,          "arc_seal_has_h",        "a seal must not have h=") \
	R(SIGNS_SEAL,      "arc_signs_seal",        "h= names ARC-Seal") \
	/* the checks */ \
	R(SIGNED_OVERSIZE, "arc_signed_field_size", "a signed field is over the size limit") \
	R(MUCH,            "arc_signed_too_much",   "the signed fields are over the size limit") \
	R(OWN_FAULT,       "arc_not_checked",       "the chain temporarily cannot be checked") \
	/* why a message is not sealed */ \
	R(FAILED_BEFORE,   "arc_failed_before",     "an earlier seal already says that the chain failed") \
	R(FULL,            "arc_full",              "the chain has the maximum number of sets") \
	R(UNSURE,          "arc_key_unavailable",   "a key of the chain temporarily cannot be fetched") \
	R(AMBIGUOUS,       "arc_ambiguous_message", "the message is ambiguous") \
	R(SET_OVERSIZE,    "arc_set_too_large",     "a field of the set would be over the size limit") \
	/* why a trusted sealer does not vouch */ \
	R(SEALER_CHAIN,    "arc_sealer_chain",      "the chain does not pass") \
	R(SEALER_DOUBLED,  "arc_sealer_doubled",    "duplicate of a signed single-instance field") \
	R(SEALER_LENGTH,   "arc_sealer_length",     "its message signature leaves the end of the body unsigned") \
	R(SEALER_LATER,    "arc_sealer_later",      "a later sealer is not trusted") \
	R(SEALER_RESULTS,  "arc_sealer_results",    "its results cannot be read") \
	R(SEALER_NO_DMARC, "arc_sealer_no_dmarc",   "its results have no DMARC result") \
	R(SEALER_DMARCS,   "arc_sealer_dmarcs",     "its results contain dmarc= more than once") \
	R(SEALER_NO_PASS,  "arc_sealer_no_pass",    "its DMARC result is not pass") \
	R(SEALER_FROM,     "arc_sealer_from",       "its DMARC result does not have exactly one header.from") \
	R(SEALER_AUTHOR,   "arc_sealer_author",     "its DMARC result is for another author domain")

/* Accepted although RFC 8601 does not allow it (docs/REAL-MAIL.md). */
#define ARC_NOTES(R) \
	R(PROPERTY,  "arc_note_property",  "a result has a property without a type") \
	R(NAME,      "arc_note_name",      "a result has a property with an unusual name") \
	R(VALUE,     "arc_note_value",     "a result has a value outside the grammar") \
	R(SEMICOLON, "arc_note_semicolon", "a semicolon follows the last result") \
	R(ANGLE,     "arc_note_angle",     "header.from is an address in angle brackets")

#define ARC_REASON_ID(id, code, text) ARC_R_##id,
enum arc_reason REASON_ENUM(ARC_R, REASON_ARC, ARC_REASONS, ARC_REASON_ID);

#define ARC_NOTE_ID(id, code, text) ARC_NOTE_##id,
enum arc_note REASON_ENUM(ARC_NOTE, REASON_ARC_NOTE, ARC_NOTES, ARC_NOTE_ID);
/* clang-format on */

struct reason arc_reason(enum arc_reason id);
struct reason arc_note(enum arc_note id);

#endif
