/* Names the lines from which the envelope of stored mail was taken. */
#include "filter/intake/envelope_values.h"
#include "filter/intake/hop.h"
#include "mime/buf.h"

enum { TEXT_OCTETS = 1024 };

bool
envelope_is_known(const struct intake *intake)
{
	const struct envelope *envelope = &intake->envelope;

	if (!intake->source.headers)
		return true;
	return envelope->client_ip.family != 0 && envelope->path != PATH_UNKNOWN &&
	       (envelope->path == PATH_GIVEN || envelope->helo.n > 0);
}

const char *
envelope_place_word(enum path_place place)
{
	static const char *const words[] = {
		[PLACE_OPTION] = "option",
		[PLACE_X_ENVELOPE_FROM] = "X-Envelope-From",
		[PLACE_RETURN_PATH] = "Return-Path",
		[PLACE_BELOW] = "Return-Path below",
		[PLACE_NOTED] = "Authentication-Results",
		[PLACE_MBOX] = "mbox line",
	};
	return words[place];
}

const char *
envelope_unknown_word(enum client_unknown unknown)
{
	static const char *const words[] = {
		[CLIENT_NO_RECEIVED] = "no_received",
		[CLIENT_NO_ADDRESS] = "no_address",
		[CLIENT_OTHER_HOST] = "other_host",
		[CLIENT_NO_ANSWER] = "no_answer",
		[CLIENT_TOO_LONG] = "too_long",
	};
	return words[unknown];
}

struct slice
envelope_source_text(const struct intake *intake, struct arena *arena)
{
	const struct envelope_source *source = &intake->source;
	const char *place = envelope_place_word(source->path);
	struct buf out;

	if (!source->headers)
		return SLICE("");
	buf_init(&out, arena, TEXT_OCTETS);
	if (source->client_option)
		buf_adds(&out, "client: option");
	else if (source->border > 0)
		buf_addf(&out, "client: Received %zu", source->border);
	else
		buf_addf(&out, "client: unknown (%s)", envelope_unknown_word(source->unknown));
	for (size_t i = 0; i < source->hops; i++)
		buf_addf(&out, "%s%s", i == 0 ? ", below " : " ",
			hop_word((enum hop)source->kinds[i]));
	if (source->provider != NULL)
		buf_addf(&out, " (%s)", source->provider->mailbox.word);
	buf_addf(&out, "; path: %s", place != NULL ? place : "unknown");
	return out.over ? SLICE("") : buf_slice(&out);
}
