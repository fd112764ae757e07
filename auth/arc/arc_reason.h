/*
 * arc_reason.h: every reason of ARC's own, as a number inside this folder and as a sentence
 * outside. What is wrong with one signature is told in DKIM's words.
 */
#ifndef AUTH_ARC_ARC_REASON_H
#define AUTH_ARC_ARC_REASON_H

enum arc_reason {
	ARC_R_NONE,
	/* the structure */
	ARC_R_OVER,
	ARC_R_OVERSIZE,
	ARC_R_MANY_FIELDS,
	ARC_R_AAR_I,
	ARC_R_TAGS,
	ARC_R_NO_I,
	ARC_R_I,
	ARC_R_TWICE,
	ARC_R_NO_SET,
	ARC_R_MISSING,
	ARC_R_CV,
	ARC_R_CV_FIRST,
	ARC_R_CV_LATER,
	ARC_R_CV_FAIL,
	ARC_R_SEAL_H,
	ARC_R_SIGNS_SEAL,
	/* what was checked */
	ARC_R_SIGNED_OVERSIZE,
	ARC_R_MUCH,
	ARC_R_OWN_FAULT,
	/* why it is not sealed */
	ARC_R_FAILED_BEFORE,
	ARC_R_FULL,
	ARC_R_UNSURE,
	ARC_R_AMBIGUOUS,
	ARC_R_SET_OVERSIZE,
	ARC_R_COUNT
};

/* A sentence, or NULL for ARC_R_NONE. */
const char *arc_reason_text(enum arc_reason reason);

#endif
