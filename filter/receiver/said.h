/*
 * said.h: what the receiver that took a stored message in said of it: its Authentication-Results.
 *
 * Only what stands above the border (the Received field that shows the client) is the receiver's
 * and not the sender's. Gmail alone writes its Authentication-Results below that Received, as the
 * first fields after it; its ARC-Authentication-Results stand above.
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
	enum auth_code code; /* where the word is one of RFC 8601, */
	bool known;          /* which this tells */
	struct slice word;   /* as it stands, or empty */
};

struct said {
	enum said_form form;
	struct slice id; /* as it stands; "microsoft" where the form has none */
	struct said_word spf, dmarc, arc;
	struct slice spf_domain; /* that of smtp.mailfrom, or empty */
	struct said_word dkim;   /* none, or the first */
	struct said_signature {
		struct slice domain; /* header.d, or that of header.i; as it stands */
		struct said_word word;
	} signatures[SAID_SIGNATURES]; /* those with a domain; the first ones */
	size_t nsignatures;
};

/*
 * id: the receiver's authserv-id (ASCII case does not matter), or empty: that of the field that is
 * nearest to the border. All fields of that id count, as if they were one. False where nothing was
 * said that can be read; then form is SAID_NOTHING.
 */
bool said_read(const struct message *message, const struct taken *taken, struct slice id,
	struct arena *arena, struct said *said);

#endif
