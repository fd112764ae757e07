/* The envelope of stored mail, as its header tells it. */
#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/intake/envelope_modes.h"
#include "filter/intake/received.h"
#include "filter/intake/relay.h"
#include "mime/scan.h"

enum { MAX_LOOKUPS = 20 };

struct walk {
	const struct options *options;
	struct dns *dns;
	struct arena *arena;
	size_t lookups; /* names of by clauses that were looked up */
};

static enum relay_trust
any_trusted(const struct walk *walk, const struct dns_answer *answer)
{
	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++)
		if (relay_trusted(walk->options, walk->dns, &answer->rr[i].ip) == RELAY_YES)
			return RELAY_YES;
	return RELAY_NO;
}

/* The host of a by clause: an address, or a name whose addresses are trusted. */
static bool
by_trusted(struct walk *walk, struct slice by)
{
	struct slice name;
	struct ip ip;

	if (by.n == 0)
		return false;
	if (ip_client(by, &ip) == ST_OK)
		return ip.family != 0 && relay_trusted(walk->options, walk->dns, &ip) == RELAY_YES;
	if (walk->dns == NULL || walk->lookups++ >= MAX_LOOKUPS ||
		domain_normalize(by, walk->arena, &name) != ST_OK)
		return false;
	return any_trusted(walk, dns_get(walk->dns, name, DNS_A, 0)) == RELAY_YES ||
	       any_trusted(walk, dns_get(walk->dns, name, DNS_AAAA, 0)) == RELAY_YES;
}

/* The topmost Received whose handing host is outside; where one hides it, nobody is known. */
static void
find_client(struct walk *walk, const struct message *message, struct envelope *envelope)
{
	const struct field *field;

	for (size_t i = 0;
		i < RELAY_HOPS && (field = message_field(message, "Received", i)) != NULL; i++) {
		struct received received;

		if ((field->flags & FIELD_OVERSIZE) != 0)
			return;
		received_parse(field->value, &received);
		if (received.ip.family == 0) {
			if (by_trusted(walk, received.by))
				continue;
			return;
		}
		switch (relay_trusted(walk->options, walk->dns, &received.ip)) {
		case RELAY_YES:
			continue;
		case RELAY_UNKNOWN:
			return;
		case RELAY_NO:
			envelope->client_ip = received.ip;
			if (envelope->helo.n == 0)
				envelope->helo = received.helo;
			return;
		}
	}
}

/* `From ADDR DATE`: the address may hold blanks in quotes; `-` (Mozilla) is none */
static bool
mbox_path(struct slice line, struct slice *path)
{
	struct slice at = slice_from(line, sizeof "From " - 1), start;

	(void)scan_wsp(&at);
	start = at;
	scan_until(&at, " \t\r\n");
	*path = slice_head(start, start.n - at.n);
	return path->n > 0 && !slice_eq(*path, SLICE("-"));
}

/* The value of a Return-Path: what stands in <>, else its first word. */
static struct slice
field_path(struct slice value)
{
	struct slice at;

	value = slice_trim(value);
	at = value;
	if (scan_char(&at, '<')) {
		scan_until(&at, ">");
		return slice_head(value, value.n - at.n + (at.n > 0 ? 1 : 0));
	}
	scan_until(&at, " \t\r\n");
	return slice_head(value, value.n - at.n);
}

static void
find_path(const struct message *message, struct arena *arena, struct envelope *envelope)
{
	struct slice path;

	for (size_t i = 0; i < message->nfields; i++) {
		const struct field *field = &message->fields[i];

		if (field_is(field, "Received"))
			break; /* below it, only the sender's word */
		if ((field_is(field, "X-Envelope-From") || field_is(field, "Return-Path")) &&
			(field->flags & FIELD_OVERSIZE) == 0) {
			envelope_path(field_path(field_unfold(field, arena)), envelope);
			return;
		}
	}
	if (message->mbox_from.n > 0 && mbox_path(message->mbox_from, &path))
		envelope_path(path, envelope);
}

void
envelope_headers(const struct options *options, const struct message *message, struct dns *dns,
	struct arena *arena, struct envelope *envelope)
{
	struct walk walk = {.options = options, .dns = dns, .arena = arena};

	if (envelope->path == PATH_UNKNOWN)
		find_path(message, arena, envelope);
	if (envelope->client_ip.family == 0)
		find_client(&walk, message, envelope);
}
