/*
 * said.h: the Authentication-Results of the receiver of a stored message.
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
	enum auth_code code; /* if the word is one of RFC 8601's, */
	bool known;          /* which this tells */
	struct slice word;   /* unchanged, or empty */
};

struct said {
	enum said_form form;
	struct slice id; /* unchanged; "microsoft" for the form without one */
	struct said_word spf, dmarc, arc;
	struct slice spf_domain; /* that of smtp.mailfrom, or empty */
	struct said_word dkim;   /* none, or the first */
	struct said_signature {
		struct slice domain; /* header.d, or the domain of header.i; unchanged */
		struct said_word word;
	} signatures[SAID_SIGNATURES]; /* the first ones that have a domain */
	size_t nsignatures;
};

/*
 * id: the receiver's authserv-id (ASCII case does not matter), or empty: that of the field nearest
 * to the border. All fields with that id count together. False if no readable results were found;
 * then form is SAID_NOTHING.
 */
bool said_read(const struct message *message, const struct taken *taken, struct slice id,
	struct arena *arena, struct said *said);

#endif
