/*
 * envelope.h: who handed the message over, and to whom: every --envelope mode (PROGRAM 2).
 *
 * What a mode's own source does not say, the options of mode args may (bsmtp has no client
 * address), but for the sender: in the modes stdin and field a missing one is unknown. In mode
 * headers an option counts before the text of the message.
 */
#ifndef FILTER_INTAKE_ENVELOPE_H
#define FILTER_INTAKE_ENVELOPE_H

#include "filter/settings/settings.h"
#include "mime/message.h"

struct dns;

enum {
	ENVELOPE_MAX = 512 * 1024, /* octets of a preamble, or of the commands before DATA */
	ENVELOPE_RCPTS = 1000      /* recipients that are kept; more are ignored */
};

struct taken {
	struct envelope envelope;
	struct slice message; /* the message's bytes, without what stood around it */
	void *mapped;         /* bsmtp: an unlinked copy without stuffed dots, or NULL */
	size_t mapped_size;
};

/*
 * Takes the envelope from the options and, as the mode says, from the front of bytes (stdin,
 * bsmtp). The modes field and headers need the parsed message: envelope_from_message. ST_BAD with
 * *error (fixed text) for what PROGRAM 2 calls 75, ST_TEMP for no room for a copy; *taken is set
 * all the same. Slices point into bytes, the options or the arena; end with envelope_release.
 */
enum status envelope_take(const struct options *options, struct slice bytes, struct arena *arena,
	struct taken *taken, const char **error);

void envelope_release(struct taken *taken);

/*
 * The modes field and headers; the others return ST_OK at once. secret: that of
 * --envelope-secret-file, or empty. dns may be NULL: then host names among the trusted relays
 * never count. ST_BAD with *error as above.
 */
enum status envelope_from_message(const struct options *options, const struct message *message,
	struct slice secret, struct dns *dns, struct arena *arena, struct envelope *envelope,
	const char **error);

/* Is this X-Mailstamp-Envelope (any instance; hidden from DKIM and removed in mode field)? */
bool envelope_is_field(const struct field *field);

/* sets trusted_client by --trusted-client, after everything else is known */
void envelope_trust(const struct options *options, struct envelope *envelope);

/* The readers of single values, which all modes share. */

/*
 * A reverse-path into envelope->path and mail_from: <> and a source route (RFC 5321 4.1.1.3) are
 * taken off; empty and MAILER-DAEMON are the null path.
 */
void envelope_path(struct slice text, struct envelope *envelope);

/* A client name; `unknown` is none. */
struct slice envelope_name(struct slice text);

/* Adds a recipient, <> taken off; list is that of envelope->rcpts, with room for all. */
void envelope_rcpt(struct slice text, struct slice *list, struct envelope *envelope);

/* Percent-decodes a preamble value (%XX); ST_BAD for a bad escape. Into text or the arena. */
enum status envelope_decode(struct slice text, struct arena *arena, struct slice *out);

#endif
