/* Finds the envelope of stored mail in its header. */
#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/intake/envelope_modes.h"
#include "filter/intake/hop.h"
#include "filter/intake/relay.h"
#include "mime/scan.h"

enum { MAX_LOOKUPS = 20 };

struct walk {
	const struct options *options;
	struct dns *dns;
	struct arena *arena;
	size_t lookups; /* DNS lookups of names in by clauses so far */
	struct envelope_source *source;
	const struct provider *only; /* the provider of --mailbox NAME; NULL: all */
	struct received submission;  /* the last hop of a local program */
	bool submitted; /* the field below submission, which its host must have written, has not
			   been read yet */
};

static enum relay_trust
any_trusted(const struct walk *walk, const struct dns_answer *answer)
{
	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++)
		if (relay_trusted(walk->options, walk->dns, &answer->rr[i].ip) == RELAY_YES)
			return RELAY_YES;
	return RELAY_NO;
}

/* Is the host of a by clause a trusted relay: by its address, or by the addresses of its name? */
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

static enum hop
relay_kind(struct walk *walk, const struct received *received, enum client_unknown *unknown)
{
	*unknown = CLIENT_NO_ADDRESS;
	if (received->ip.family == 0)
		return by_trusted(walk, received->by) ? HOP_RELAY : HOP_OUTSIDE;
	switch (relay_trusted(walk->options, walk->dns, &received->ip)) {
	case RELAY_YES:
		return HOP_RELAY;
	case RELAY_UNKNOWN:
		*unknown = CLIENT_NO_ANSWER;
		return HOP_OUTSIDE;
	case RELAY_NO:
	default:
		*unknown = CLIENT_KNOWN;
		return HOP_OUTSIDE;
	}
}

/*
 * Below a hop of a provider or of a local program, a field is genuine only if the same host wrote
 * it; otherwise the sender may have written it.
 */
static bool
fits(struct walk *walk, const struct received *received)
{
	const struct provider *provider = walk->source->provider;

	if (provider != NULL && !provider_has_border(provider, received->by) &&
		!provider_lists(provider->mailbox.inside, received->by))
		return false;
	if (!walk->submitted)
		return true;
	/* local content filters call themselves localhost */
	if (slice_ieq(received->by, SLICE("localhost")))
		return true;
	walk->submitted = false;
	return hop_same_host(&walk->submission, received);
}

static bool
may_retrieve(const struct envelope_source *source)
{
	for (size_t i = 0; i < source->hops; i++)
		if (source->kinds[i] == HOP_RETRIEVAL || source->kinds[i] == HOP_PROVIDER)
			return false;
	return true;
}

static enum hop
stored_kind(struct walk *walk, struct slice value, const struct received *received)
{
	const struct provider *found;
	enum hop kind;

	if (walk->options->mailbox == MAILBOX_NONE)
		return HOP_OUTSIDE;
	kind = hop_kind(value, received, walk->only, &found);
	if (kind == HOP_RETRIEVAL && !may_retrieve(walk->source))
		return HOP_OUTSIDE;
	if (kind == HOP_PROVIDER)
		walk->source->provider = found;
	walk->submitted |= kind == HOP_SUBMISSION;
	if (kind == HOP_SUBMISSION)
		walk->submission = *received;
	return kind;
}

/*
 * Examines one Received field, from the top. True: the hop is internal, so continue. False: the
 * border, or a failure if source->unknown is set.
 */
static bool
pass(struct walk *walk, const struct field *field, struct received *received)
{
	struct envelope_source *source = walk->source;
	enum client_unknown unknown;
	enum hop kind;

	*received = (struct received){.has_from = false};
	source->unknown = CLIENT_TOO_LONG;
	if (source->hops == SOURCE_HOPS || (field->flags & FIELD_OVERSIZE) != 0)
		return false;
	received_parse(field->value, received);
	if (!fits(walk, received)) {
		source->unknown = CLIENT_OTHER_HOST;
		return false;
	}
	kind = stored_kind(walk, field->value, received);
	if (kind == HOP_OUTSIDE)
		kind = relay_kind(walk, received, &unknown);
	if (kind == HOP_OUTSIDE) {
		source->unknown = unknown;
		return false;
	}
	source->kinds[source->hops++] = (unsigned char)kind;
	source->unknown = CLIENT_NO_RECEIVED;
	return true;
}

/*
 * The provider whose border host wrote the field, among those that add Return-Path below it; or
 * NULL. Used if no internal hop above has shown the provider.
 */
static const struct provider *
border_provider(const struct provider *only, const struct received *received)
{
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];

		if ((only == NULL || only == one) &&
			(one->mailbox.path_below || one->mailbox.noted_below) &&
			provider_lists(one->mailbox.border, received->by))
			return one;
	}
	return NULL;
}

/*
 * Finds the topmost Received that records an external client; if it cannot be determined, the
 * client is unknown. Returns the index of the field, or nfields.
 */
static size_t
find_border(struct walk *walk, const struct message *message, struct envelope *envelope)
{
	struct envelope_source *source = walk->source;
	struct received received;

	source->unknown = CLIENT_NO_RECEIVED;
	for (size_t i = 0; i < message->nfields; i++) {
		const struct field *field = &message->fields[i];

		if (!field_is(field, "Received") || pass(walk, field, &received))
			continue;
		if (walk->options->mailbox != MAILBOX_NONE && source->provider == NULL)
			source->provider = border_provider(walk->only, &received);
		if (source->unknown == CLIENT_KNOWN && !source->client_option) {
			source->border = source->hops + 1;
			envelope->client_ip = received.ip;
			if (envelope->helo.n == 0)
				envelope->helo = received.helo;
		}
		return i;
	}
	return message->nfields;
}

/* Adds the recipients in a list: `a@b, "c, d"@e` */
static void
take_list(struct slice list, struct arena *arena, struct envelope *envelope)
{
	struct slice *rcpts = arena_array(arena, ENVELOPE_RCPTS, sizeof *rcpts), start;

	while (list.n > 0) {
		start = list;
		scan_until(&list, ",");
		envelope_rcpt(slice_head(start, start.n - list.n), rcpts, envelope);
		(void)scan_char(&list, ',');
	}
}

/*
 * Takes the recipients from the topmost X-Envelope-To above the border, which Exim writes for a
 * scanner.
 */
static void
recipients_above(const struct message *message, size_t border, struct arena *arena,
	struct envelope *envelope)
{
	for (size_t i = 0; i < border; i++) {
		const struct field *field = &message->fields[i];

		if ((field->flags & FIELD_OVERSIZE) != 0 || !field_is(field, "X-Envelope-To"))
			continue;
		take_list(field_unfold(field, arena), arena, envelope);
		return;
	}
}

static const struct provider *
mailbox_provider(enum mailbox mailbox)
{
	size_t n = MAILBOX_FIRST;

	for (size_t i = 0; i < provider_count; i++)
		if (provider_table[i].mailbox.word != NULL && n++ == (size_t)mailbox)
			return &provider_table[i];
	return NULL;
}

void
envelope_headers(const struct options *options, const struct message *message, struct dns *dns,
	struct arena *arena, struct intake *intake)
{
	struct envelope_source *source = &intake->source;
	struct walk walk = {.options = options,
		.dns = dns,
		.arena = arena,
		.source = source,
		.only = mailbox_provider(options->mailbox)};
	size_t border;

	*source = (struct envelope_source){
		.headers = true,
		.client_option = intake->envelope.client_ip.family != 0,
		.path = intake->envelope.path != PATH_UNKNOWN ? PLACE_OPTION : PLACE_NONE,
	};
	border = find_border(&walk, message, &intake->envelope);
	if (source->client_option)
		source->unknown = CLIENT_KNOWN;
	if (source->path == PLACE_NONE)
		envelope_stored_path(message, border, arena, intake);
	if (intake->envelope.nrcpts == 0)
		recipients_above(message, border, arena, &intake->envelope);
}
