#include "filter/explain/explain_identities.h"

#include <stdio.h>

#include "filter/intake/hop.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"

enum { LABEL = 15, BEFORE = 60, BEHIND = 100, VALUE_SHOWN = 1024, SHOWN_MAX = 4096 };

/*
 * Prints from which Received field of stored mail the client was taken: "from Received field 3;
 * those above it are internal: mailbox loopback (Gmail)".
 */
static void
print_client_source(const struct envelope_source *source)
{
	static const char *const unknown[] = {
		[CLIENT_NO_RECEIVED] = N_("no Received field shows an external client"),
		[CLIENT_NO_ADDRESS] = N_("it shows no reliable address"),
		[CLIENT_OTHER_HOST] = N_("it was not written by the host of the one above it"),
		[CLIENT_NO_ANSWER] = N_("DNS did not answer whether its client is a trusted relay"),
		[CLIENT_TOO_LONG] = N_("it is too long, or there are too many"),
	};

	if (!source->headers || source->client_option)
		return;
	text_pad("", LABEL, stdout);
	printf(_("from Received field %zu"), source->hops + 1);
	if (source->hops > 0) {
		printf(_("; those above it are internal:"));
		for (size_t i = 0; i < source->hops; i++)
			printf(" %s", hop_word((enum hop)source->kinds[i]));
	}
	if (source->provider != NULL)
		printf(" (%s)", source->provider->name);
	if (source->unknown != CLIENT_KNOWN)
		printf(": %s", translated(unknown[source->unknown]));
	printf("\n");
}

static void
print_path_source(const struct envelope_source *source)
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
	text_pad("", LABEL, stdout);
	printf("%s\n", translated(places[source->path]));
}

/* Prints the value, and a mark under its octet at. */
static void
print_value(struct slice value, size_t at, struct arena *arena)
{
	size_t from = at > BEFORE ? at - BEFORE : 0;
	const char *cut = from > 0 ? "..." : "";
	const char *before =
		printable(slice_head(slice_from(value, from), at - from), VALUE_SHOWN, arena);

	printf("  From: %s%s%s\n", cut, before, printable(slice_from(value, at), BEHIND, arena));
	printf("  %*s^\n\n", (int)(strlen("From: ") + strlen(cut) + strlen(before)), "");
}

/* Does From make the message ambiguous, rather than another part of the header? */
static bool
is_about_from(unsigned reason)
{
	return reason == FROM_R_UNREADABLE || reason == FROM_R_OVER_LIMIT ||
	       reason == FROM_R_NO_DOMAIN || reason == FROM_R_BAD_DOMAIN ||
	       reason == FROM_R_SEVERAL_DOMAINS || reason == FROM_R_DIFFER ||
	       reason == FROM_R_NO_AUTHOR || reason == FROM_R_READER_DIED;
}

/* Prints why From cannot be read or, if it was read tolerantly, what was ignored. */
static void
print_from(const struct identities *ids, struct arena *arena)
{
	struct slice value = ids->from;
	size_t blanks, place;

	while (value.n > 0 && slice_is_blank(value.p[0]))
		value = slice_from(value, 1);
	blanks = ids->from.n - value.n;
	value = slice_trim(value);
	place = ids->fault.at > blanks ? ids->fault.at - blanks : 0;
	if (place > value.n)
		place = value.n;
	if (ids->fault.cause != ADDRESS_NO_FAULT && ids->tolerant)
		printf(_("From breaks the grammar at octet %zu: %s. It still has only one "
			 "domain.\n"),
			place + 1, translated(address_cause_text(ids->fault.cause)));
	else if (ids->fault.cause != ADDRESS_NO_FAULT)
		printf(_("From cannot be read at octet %zu: %s.\n"), place + 1,
			translated(address_cause_text(ids->fault.cause)));
	else if (ids->from.n == 0 || !is_about_from(ids->ambiguous.id))
		return;
	if (ids->other_domain.n > 0)
		printf(_("Another reader of From finds the domain %s.\n"),
			printable(ids->other_domain, VALUE_SHOWN, arena));
	print_value(value, place, arena);
}

void
explain_identities(const struct evaluation *ev)
{
	const struct envelope *envelope = &ev->intake.envelope;
	struct arena *arena = ev->arena;
	const char *path = printable_or_dash(envelope->mail_from, SHOWN_MAX, arena);

	if (envelope->path != PATH_GIVEN)
		path = envelope->path == PATH_NULL ? _("<> (the null path)") : _("not known");
	text_pad(_("Author domain"), LABEL, stdout);
	printf("%s\n", printable_or_dash(ev->ids.author_domain, SHOWN_MAX, arena));
	text_pad(_("Client"), LABEL, stdout);
	printf("%s%s%s\n",
		printable_or_dash(ip_text(&envelope->client_ip, arena), SHOWN_MAX, arena),
		envelope->client_name.n > 0 ? " " : "",
		printable(envelope->client_name, SHOWN_MAX, arena));
	print_client_source(&ev->intake.source);
	text_pad("HELO", LABEL, stdout);
	printf("%s\n", printable_or_dash(envelope->helo, SHOWN_MAX, arena));
	text_pad("MAIL FROM", LABEL, stdout);
	printf("%s\n", path);
	print_path_source(&ev->intake.source);
	printf("\n");
	if (ev->ids.ambiguous.id != FROM_R_NONE)
		printf(_("The message is ambiguous: %s.\n\n"),
			reason_words(&ev->ids.ambiguous, arena));
	print_from(&ev->ids, ev->arena);
}
