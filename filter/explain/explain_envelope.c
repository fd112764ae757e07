#include "filter/explain/explain_envelope.h"

#include <stdio.h>

#include "filter/intake/hop.h"
#include "filter/text/i18n.h"

void
explain_client_source(const struct envelope_source *source, int label)
{
	static const char *const unknown[] = {
		[CLIENT_NO_RECEIVED] = N_("no Received field shows a client from outside"),
		[CLIENT_NO_ADDRESS] = N_("it shows no address that can be believed"),
		[CLIENT_OTHER_HOST] = N_("it was not written by the host of the one above it"),
		[CLIENT_NO_ANSWER] = N_("DNS did not say whether its client is a trusted relay"),
		[CLIENT_TOO_LONG] = N_("it is too long, or there are too many"),
	};

	if (!source->headers || source->client_option)
		return;
	text_pad("", label, stdout);
	printf(_("from Received field %zu"), source->hops + 1);
	if (source->hops > 0) {
		printf(_("; those above it are inside:"));
		for (size_t i = 0; i < source->hops; i++)
			printf(" %s", hop_word((enum hop)source->kinds[i]));
	}
	if (source->provider != NULL)
		printf(" (%s)", source->provider->name);
	if (source->unknown != CLIENT_KNOWN)
		printf(": %s", translated(unknown[source->unknown]));
	printf("\n");
}

void
explain_path_source(const struct envelope_source *source, int label)
{
	static const char *const places[] = {
		[PLACE_X_ENVELOPE_FROM] = N_("from X-Envelope-From"),
		[PLACE_RETURN_PATH] = N_("from Return-Path"),
		[PLACE_BELOW] = N_("from the last Return-Path, whose domain the provider noted"),
		[PLACE_NOTED] = N_("from what the provider noted in Authentication-Results"),
		[PLACE_MBOX] = N_("from the mbox line"),
	};

	if (!source->headers || source->path == PLACE_OPTION || source->path == PLACE_NONE)
		return;
	text_pad("", label, stdout);
	printf("%s\n", translated(places[source->path]));
}
