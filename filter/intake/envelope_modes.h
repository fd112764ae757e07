/*
 * envelope_modes.h: one reader for each mode, for envelope.c only. Each adds to an envelope already
 * filled from the options; status and *fault are as in envelope.h.
 */
#ifndef FILTER_INTAKE_ENVELOPE_MODES_H
#define FILTER_INTAKE_ENVELOPE_MODES_H

#include "filter/intake/envelope_values.h"
#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/message.h"

struct dns;

/* the preamble of name=value lines */
enum status envelope_stdin(
	struct slice bytes, struct arena *arena, struct intake *intake, enum fault *fault);

/* one batch-SMTP transaction */
enum status envelope_bsmtp(struct slice bytes, const char *spool_dir, struct arena *arena,
	struct intake *intake, enum fault *fault);

/* the one X-Mailstamp-Envelope with the secret, anywhere in the header */
enum status envelope_field(const struct message *message, size_t max_field, struct slice secret,
	struct arena *arena, struct envelope *envelope, enum fault *fault);

/*
 * Sets the envelope and source of intake from the header. Never fails: a missing value is unknown.
 */
void envelope_headers(const struct options *options, const struct message *message, struct dns *dns,
	struct arena *arena, struct intake *intake);

/*
 * Sets the reverse-path of stored mail. border: the index of the border's Received in
 * message->fields, or nfields; it and the fields below may be written by the sender.
 */
void envelope_stored_path(
	const struct message *message, size_t border, struct arena *arena, struct intake *intake);

#endif
