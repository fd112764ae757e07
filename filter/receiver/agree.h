/*
 * agree.h: where our results and the receiver's differ, and why that may be (--compare-received).
 */
#ifndef FILTER_RECEIVER_AGREE_H
#define FILTER_RECEIVER_AGREE_H

#include "auth/auth.h"
#include "filter/receiver/recorded.h"

enum agree_about { AGREE_SPF, AGREE_DKIM, AGREE_DMARC };

enum { AGREE_METHODS = AGREE_DMARC + 1 };

/* Possible reasons for a difference. */
enum agree_why {
	AGREE_DNS_FAILED,   /* DNS did not answer us or the receiver */
	AGREE_NOT_SHOWN,    /* the envelope of stored mail is unknown */
	AGREE_ENVELOPE,     /* the receiver saw another envelope */
	AGREE_KEY_GONE,     /* the key no longer exists */
	AGREE_CHANGED,      /* the message was changed after the receiver had checked it */
	AGREE_OUR_LIMITS,   /* the signature verifies, but is not accepted here */
	AGREE_THEIR_LIMITS, /* the receiver does not accept a signature that passes here */
	AGREE_ARC,          /* the receiver trusted an ARC chain */
	AGREE_LOCAL,        /* a local rule of the receiver */
	AGREE_FOLLOWS,      /* a consequence of another difference */
	AGREE_RECORDS       /* the records changed since then */
};

struct agree_difference {
	enum agree_about about;
	struct slice domain; /* for DKIM, the signing domain; otherwise empty */
	enum auth_code ours;
	struct slice theirs; /* the receiver's word, unchanged */
	enum agree_why why;
};

enum { AGREE_DIFFERENCES = RECORDED_SIGNATURES + 4 };

struct agreement {
	struct recorded recorded;
	bool agrees; /* the receiver reported something, and no difference was found */
	struct agree_difference differences[AGREE_DIFFERENCES];
	size_t n;
};

/*
 * Compares the results and sets *agreement. known: the envelope of stored mail is known
 * (envelope_is_known).
 */
void agree_compare(const struct recorded *recorded, const struct auth_results *results, bool known,
	struct agreement *agreement);

/*
 * Words for programs ("spf", "dkim", "dmarc"; "dns-failed" ...), and a sentence for people, in
 * English (N_).
 */
const char *agree_about_word(enum agree_about about);
const char *agree_why_word(enum agree_why why);
const char *agree_why_text(enum agree_why why);

#endif
