/*
 * said.h: reads the results that the receiver of a stored message recorded.
 *
 * Only fields above the border (the Received field that shows the client) are the receiver's, not
 * the sender's. Only Gmail writes its Authentication-Results below that Received, as the first
 * fields after it; its ARC-Authentication-Results are above.
 */
#ifndef FILTER_RECEIVER_SAID_H
#define FILTER_RECEIVER_SAID_H

#include "auth/base/reason.h"
#include "filter/intake/envelope_values.h"
#include "mime/message.h"

enum said_form {
	SAID_NOTHING,
	SAID_FIELD, /* Authentication-Results */
	SAID_ARC,   /* ARC-Authentication-Results of the receiver's own set */
	SAID_NO_ID  /* Microsoft's Authentication-Results, which has no authserv-id */
};

enum { SAID_SIGNATURES = 32, SAID_FIELDS = 8 };

struct said_word {
	bool there;
	enum auth_code code; /* valid if known */
	bool known;          /* the word is one of RFC 8601 */
	struct slice word;   /* unchanged, or empty */
};

struct said {
	enum said_form form;
	struct slice id; /* authserv-id, unchanged; "microsoft" for the form without one */
	struct said_word spf, dmarc, arc;
	struct slice spf_domain; /* the domain in smtp.mailfrom, or empty */
	struct slice spf_helo;   /* the domain in smtp.helo, if spf is only for that; or empty */
	struct said_word dkim;   /* the first result, or "none" */
	struct said_signature {
		struct slice domain; /* header.d, or the domain of header.i; unchanged */
		struct said_word word;
	} signatures[SAID_SIGNATURES]; /* the first ones with a domain */
	size_t nsignatures;
};

/*
 * id: the receiver's authserv-id (ASCII case does not matter); if empty, that of the field nearest
 * to the border is used. All fields with that id are combined. False if no readable results were
 * found; form is then SAID_NOTHING.
 */
bool said_read(const struct message *message, const struct intake *intake, struct slice id,
	struct arena *arena, struct said *said);

#endif
