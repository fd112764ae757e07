/*
 * envelope_values.h: what every way to the envelope fills, and the readers of single values that
 * all of them share.
 */
#ifndef FILTER_INTAKE_ENVELOPE_VALUES_H
#define FILTER_INTAKE_ENVELOPE_VALUES_H

#include "auth/base/input.h"
#include "mime/arena.h"
#include "mime/status.h"

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

/* Is this X-Mailstamp-Envelope (any instance; hidden from DKIM and removed in mode field)? */
bool envelope_is_field(const struct field *field);

#endif
