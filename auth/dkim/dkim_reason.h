/*
 * dkim_reason.h: every reason that DKIM gives, as a number inside this folder and as a sentence
 * outside.
 *
 * Where several key records are tried and none verifies, the highest of their reasons is told, so
 * that the order in which DNS gave them does not matter.
 */
#ifndef AUTH_DKIM_DKIM_REASON_H
#define AUTH_DKIM_DKIM_REASON_H

enum dkim_reason {
	DKIM_R_NONE,
	/* the signature field */
	DKIM_R_FIELD_SIZE,
	DKIM_R_MANY_TAGS,
	DKIM_R_TAGS,
	DKIM_R_TAG_TWICE,
	DKIM_R_MISSING,
	DKIM_R_VERSION,
	DKIM_R_D,
	DKIM_R_S,
	DKIM_R_KEY_NAME,
	DKIM_R_I,
	DKIM_R_I_OUTSIDE,
	DKIM_R_B,
	DKIM_R_BH,
	DKIM_R_H,
	DKIM_R_FROM,
	DKIM_R_L,
	DKIM_R_T,
	DKIM_R_X,
	DKIM_R_X_BEFORE_T,
	DKIM_R_Q,
	DKIM_R_C,
	DKIM_R_SHA1,
	DKIM_R_ALGORITHM,
	DKIM_R_EXPIRED,
	DKIM_R_FUTURE,
	DKIM_R_MANY_FIELDS,
	DKIM_R_OVERSIZE,
	DKIM_R_MUCH,
	DKIM_R_OVER,
	/* the key, from the least to the most telling */
	DKIM_R_NO_KEY,
	DKIM_R_KEY_TEMP,
	DKIM_R_KEY_UNREADABLE,
	DKIM_R_KEY_VERSION,
	DKIM_R_KEY_SYNTAX,
	DKIM_R_KEY_NO_P,
	DKIM_R_KEY_P,
	DKIM_R_KEY_SERVICE,
	DKIM_R_KEY_TYPE,
	DKIM_R_KEY_HASH,
	DKIM_R_KEY_REVOKED,
	DKIM_R_KEY_STRICT,
	DKIM_R_KEY_MANY,
	DKIM_R_KEY_LARGE,
	DKIM_R_KEY_SMALL,
	/* what was checked with a key that fits */
	DKIM_R_OWN_FAULT,
	DKIM_R_BODY,
	DKIM_R_BODY_SHORT,
	DKIM_R_SIGNATURE,
	DKIM_R_DOUBLED,
	DKIM_R_LENGTH,
	DKIM_R_COUNT
};

/* A sentence, or NULL for DKIM_R_NONE. */
const char *dkim_reason_text(enum dkim_reason reason);

#endif
