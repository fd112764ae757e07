/*
 * envelope.h: finds the envelope (client, HELO, sender, recipients) in every --envelope mode
 * (mailstamp(1), "Envelope and input").
 *
 * A value that is missing in the mode's source is taken from the options of mode args (bsmtp has no
 * client address), except the sender: in the modes stdin and field a missing sender is unknown. In
 * mode headers, options take precedence over the message.
 */
#ifndef FILTER_INTAKE_ENVELOPE_H
#define FILTER_INTAKE_ENVELOPE_H

#include "filter/intake/envelope_values.h"
#include "filter/io/fault.h"
#include "filter/settings/settings.h"
#include "mime/message.h"

struct dns;

/*
 * Takes the envelope from the options and, depending on the mode, from the beginning of bytes
 * (stdin, bsmtp). The modes field and headers need the parsed message: envelope_from_message.
 * ST_BAD with *fault for an envelope that cannot be read (exit status 75), ST_TEMP with *fault if
 * memory or disk space for a copy runs out; *intake is set in any case. Slices point into bytes,
 * the options or the arena; call envelope_release at the end.
 */
enum status envelope_take(const struct options *options, struct slice bytes, struct arena *arena,
	struct intake *intake, enum fault *fault);

void envelope_release(struct intake *intake);

/*
 * Reads the envelope from the message's header, in the modes field and headers. In every mode, a
 * client that is a trusted relay is replaced (intake/relay.h). secret: that of
 * --envelope-secret-file, or empty. dns may be NULL: then host names of trusted relays never match.
 * ST_BAD with *fault as above.
 */
enum status envelope_from_message(const struct options *options, const struct message *message,
	struct slice secret, struct dns *dns, struct arena *arena, struct intake *intake,
	enum fault *fault);

/* sets trusted_client according to --trusted-client, after everything else is known */
void envelope_trust(const struct options *options, struct envelope *envelope);

#endif
