/*
 * envelope.h: who handed the message over, and to whom: every --envelope mode (PROGRAM 2).
 */
#ifndef FILTER_ENVELOPE_H
#define FILTER_ENVELOPE_H

#include "filter/options.h"
#include "mime/message.h"

/* bsmtp: dots are taken off while the message is passed on, so that no copy is needed */
enum wrap { WRAP_NONE, WRAP_DOTS };

struct taken {
	struct envelope envelope;
	struct slice message; /* the message's bytes inside the input */
	bool dots;            /* bsmtp: the message had stuffed dots; it is a copy without them */
};

/*
 * Takes the envelope from the options and, as the mode says, from the front of bytes (stdin,
 * bsmtp). The modes field and headers need the parsed message: envelope_from_message.
 * secret: that of --envelope-secret-file, or empty. ST_BAD with *error (fixed text) for what
 * PROGRAM 2 calls 75. Slices point into bytes or the arena.
 */
enum status
envelope_take(const struct options *options, struct slice bytes, struct arena *arena,
	struct taken *taken, const char **error);

/* The modes field and headers; the others return ST_OK at once. */
enum status
envelope_from_message(const struct options *options, const struct message *message,
	struct slice secret, struct arena *arena, struct envelope *envelope, const char **error);

/* Is this X-Mailstamp-Envelope (any instance; hidden from DKIM and removed in mode field)? */
bool
envelope_is_field(const struct field *field);

/* Percent-decodes a preamble value (%XX); ST_BAD for a bad escape. */
enum status
envelope_decode(struct slice text, struct arena *arena, struct slice *out);

/* sets trusted_client by --trusted-client, after everything else is known */
void
envelope_trust(const struct options *options, struct envelope *envelope);

#endif
