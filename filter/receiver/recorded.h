/*
 * recorded.h: reads the results that the receiver of a stored message recorded.
 *
 * Only fields above the border (the Received field that shows the client) are the receiver's, not
 * the sender's. Only Gmail writes its Authentication-Results below that Received, as the first
 * fields after it; its ARC-Authentication-Results are above.
 */
#ifndef FILTER_RECEIVER_RECORDED_H
#define FILTER_RECEIVER_RECORDED_H

#include "auth/base/reason.h"
#include "filter/intake/envelope_values.h"
#include "mime/message.h"

enum recorded_form {
	RECORDED_NOTHING,
	RECORDED_FIELD, /* Authentication-Results */
	RECORDED_ARC,   /* ARC-Authentication-Results of the receiver's own set */
	RECORDED_NO_ID  /* Authentication-Results that begins with a result, as Microsoft writes it
			 */
};

enum { RECORDED_SIGNATURES = 32, RECORDED_FIELDS = 8 };

struct recorded_word {
	bool there;
	enum auth_code code; /* valid if known */
	bool known;          /* the word is one of RFC 8601 */
	struct slice word;   /* unchanged, or empty */
};

struct recorded {
	enum recorded_form form;
	/* authserv-id, unchanged; "microsoft" for the form without one, "icloud.com" for Apple */
	struct slice id;
	struct recorded_word spf, dmarc, arc;
	struct slice spf_domain;   /* the domain in smtp.mailfrom, or empty */
	struct slice spf_helo;     /* the domain in smtp.helo, if spf is only for that; or empty */
	struct recorded_word dkim; /* the first result, or "none" */
	struct recorded_signature {
		struct slice domain; /* header.d, or the domain of header.i; unchanged */
		struct recorded_word word;
	} signatures[RECORDED_SIGNATURES]; /* the first ones with a domain */
	size_t nsignatures;
};

/*
 * id: the receiver's authserv-id (ASCII case does not matter); if empty, that of the field nearest
 * to the border is used. All fields with that id are combined; for Apple, which has an id for each
 * mechanism, those with an id below icloud.com. Only fields above the border count, and, of Gmail
 * and Apple, their own directly below it. False if no readable results were found; form is then
 * RECORDED_NOTHING.
 */
bool recorded_read(const struct message *message, const struct intake *intake, struct slice id,
	struct arena *arena, struct recorded *recorded);

#endif
