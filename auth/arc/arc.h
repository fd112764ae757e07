/*
 * arc.h: Authenticated Received Chain, validation and sealing (RFC 8617).
 *
 * A chain is none, pass or fail. A key that temporarily cannot be fetched fails it like any other
 * error (RFC 8617 5.2.1: all failures are permanent); unsure distinguishes the two. An ARC pass
 * never turns into a DMARC pass, and says nothing about the message unless a sealer is trusted.
 */
#ifndef AUTH_ARC_ARC_H
#define AUTH_ARC_ARC_H

#include "auth/arc/arc_reason.h"
#include "auth/dkim/dkim.h"

enum { ARC_SETS_MAX = 50 }; /* RFC 8617 4.2.1 */

enum arc_cv { ARC_CV_UNKNOWN, ARC_CV_NONE, ARC_CV_PASS, ARC_CV_FAIL };

/* What a reason is about. */
enum arc_part { ARC_PART_CHAIN, ARC_PART_AAR, ARC_PART_AMS, ARC_PART_SEAL };

/* One instance: the three fields that one sealer added (RFC 8617 4.1). */
struct arc_set {
	const struct field *aar; /* ARC-Authentication-Results; NULL if it is missing */
	struct slice payload;    /* of aar: the text after "i=N;" */
	/*
	 * ARC-Message-Signature and ARC-Seal; their sig.field is NULL if one is missing. The code
	 * is AUTH_NONE for a signature that was not checked because the chain was already decided.
	 */
	struct dkim_sig_result ams, seal;
	enum arc_cv cv;
};

struct arc_result {
	enum auth_code code;  /* none, pass or fail; temperror on an internal failure */
	struct reason reason; /* one of ARC's reasons or, for a signature, of DKIM's */
	enum arc_part part;   /* the part that the reason is about */
	unsigned instance;    /* the instance that the reason is about; 0: the whole chain */
	bool unsure;          /* code is fail only because a key could not be fetched */
	/* instance 1 first; if the structure is broken, as many as could be read */
	struct arc_set *sets;
	size_t n; /* the highest instance */
	/*
	 * for a pass: the lowest instance from which all ARC-Message-Signatures still verify; 0 if
	 * all of them do (RFC 8617 5.2 step 5)
	 */
	unsigned oldest_pass;
	bool doubled; /* a single-instance field that the newest ARC-Message-Signature covers is
			 repeated with another value */
	struct slice remote_ip; /* address of the client that handed the message over, as text, or
				   empty */
};

/*
 * Reads the chain and checks its structure (RFC 8617 4.2, 5.2 steps 1 to 3), without DNS, clock or
 * hashes. code is AUTH_NONE if there is no ARC field, AUTH_FAIL if the structure is broken, else
 * AUTH_PASS, which only means that there is a chain to check. At most max_sets instances, and never
 * more than ARC_SETS_MAX.
 */
void arc_parse(const struct message *message, size_t max_sets, struct arena *arena,
	struct arc_result *result);

/* Reads the chain of the message into *result, by arc_parse. */
void arc_find(const struct auth_input *in, struct arc_result *result);

/* Queries the keys of the newest sets, before arc_check needs them. found: by arc_find */
void arc_ask(const struct auth_input *in, const struct arc_result *found);

/* Registers the body hashes that arc_check needs for the chain that arc_find found. */
void arc_plan(const struct auth_input *in, struct dkim_bodies *bodies, struct arc_result *result);

/*
 * Validates the chain, after arc_plan (RFC 8617 5.2). *result is always set; ST_TEMP on an internal
 * error.
 */
enum status arc_check(
	const struct auth_input *in, struct dkim_bodies *bodies, struct arc_result *result);

/*
 * Adds one row: header.oldest-pass if the chain passes, smtp.remote-ip if there are ARC fields and
 * the client is known (RFC 8617 10.2).
 */
void arc_report(const struct arc_result *result, struct report *report);

/*
 * Returns the subject of the reason, such as "ARC-Seal i=2", without any text of the message; NULL
 * if there is no reason, or it is about the whole chain.
 */
const char *arc_part_text(const struct arc_result *result, struct arena *arena);

/* sealing (arc_seal.c, RFC 8617 5.1) */

/* The sealer: its names and its key. */
struct arc_sealer {
	struct slice domain, selector; /* normal names */
	const struct crypto_signer *key;
	bool rsa;
};

struct arc_sealed {
	unsigned instance;    /* the new set's instance; 0: no set was made */
	enum arc_cv cv;       /* cv= of its seal: the status of the chain before it */
	struct reason reason; /* why there is no set, or why its seal says cv=fail */
	struct slice set;     /* the three fields with their line ends, or empty */
};

/*
 * Makes the set that goes on top of in->message: ARC-Seal, ARC-Message-Signature,
 * ARC-Authentication-Results. chain is what arc_check found in it; results is the text of our
 * Authentication-Results after the field's name (RFC 8601 2.2: authserv-id, results), folds
 * allowed; eol is its line end. The message signature covers the fields and the body of
 * in->message, but not ARC fields or any Authentication-Results, including our own.
 *
 * A failed chain gets one set with cv=fail, whose seal covers only that set (RFC 8617 5.1.2). No
 * set is made, and *sealed says why, if an earlier seal says cv=fail, if the chain has ARC_SETS_MAX
 * sets, exceeds our own limit, or temporarily could not be checked; if the header has more fields
 * than the limit; if the message is ambiguous, because it would be unclear which reading the
 * signature covers; or if an ARC, signed or new field exceeds the size limit. *sealed is always
 * set. ST_TEMP if OpenSSL fails.
 */
enum status arc_seal(const struct auth_input *in, const struct arc_result *chain,
	const struct arc_sealer *sealer, struct slice results, const char *eol,
	struct arc_sealed *sealed);

/*
 * Returns the highest instance that an ARC field claims, however broken the chain is; 0 if none can
 * be read. Sets *failed if any seal says cv=fail.
 */
unsigned arc_highest(const struct message *message, struct arena *arena, bool *failed);

/* "chain", or the part's field name */
const char *arc_part_word(enum arc_part part);

/* "none", "pass", "fail", or NULL */
const char *arc_cv_word(enum arc_cv cv);

#endif
