/*
 * feedback_arf.c: reads a report about one message: RFC 5965, 6591 and 9991, or plain text with the
 * same fields.
 */
#include "auth/base/ip.h"
#include "filter/feedback/feedback_report.h"
#include "filter/intake/msgtime.h"
#include "mime/address.h"
#include "mime/buf.h"
#include "mime/fields.h"
#include "mime/message.h"
#include "mime/scan.h"

enum { FIELD_MAX_OCTETS = 65536, FIELDS = 1000, INCIDENTS_MAX = 1000000 };

/* Joins the values of fields with the same name, such as several Authentication-Results. */
static void
join(struct slice *all, struct slice value, struct arena *arena)
{
	struct buf both;

	buf_init(&both, arena, FEEDBACK_VALUE);
	buf_add(&both, *all);
	if (both.n > 0)
		buf_adds(&both, "; ");
	buf_add(&both, value);
	*all = buf_slice(&both);
}

/* The address in <>, or the whole value. */
static struct slice
address(struct slice value)
{
	size_t open = slice_find(value, '<');

	if (open < value.n)
		value = slice_head(
			slice_from(value, open + 1), slice_find(slice_from(value, open + 1), '>'));
	return slice_trim(value);
}

static struct slice
source(struct slice value, struct arena *arena)
{
	struct ip ip;

	return ip_client(value, &ip) == ST_OK && ip.family != 0 ? ip_text(&ip, arena) : value;
}

static void
set(struct feedback_failure *failure, const struct field *field, struct arena *arena)
{
	const struct {
		const char *name;
		struct slice *at;
		enum { PLAIN, LOWER, ADDRESS, SOURCE, JOINED } how;
	} places[] = {
		{"Feedback-Type", &failure->type, LOWER},
		{"User-Agent", &failure->user_agent, PLAIN},
		{"Source-IP", &failure->source, SOURCE},
		{"Source-Port", &failure->source_port, PLAIN},
		{"Auth-Failure", &failure->auth_failure, LOWER},
		{"Delivery-Result", &failure->delivery, LOWER},
		{"Identity-Alignment", &failure->alignment, LOWER},
		{"Original-Mail-From", &failure->original_from, ADDRESS},
		{"Original-Rcpt-To", &failure->original_to, ADDRESS},
		{"Authentication-Results", &failure->results, JOINED},
		{"Reported-Domain", &failure->domain, LOWER},
		{"DKIM-Domain", &failure->dkim_domain, LOWER},
		{"DKIM-Selector", &failure->dkim_selector, PLAIN},
		{"DKIM-Identity", &failure->dkim_identity, PLAIN},
		{"SPF-DNS", &failure->spf_dns, JOINED},
	};
	struct slice value = slice_head(field_unfold(field, arena), FEEDBACK_VALUE);
	unsigned long long incidents;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct slice *at = places[i].at;

		if (!field_is(field, places[i].name))
			continue;
		if (places[i].how == JOINED)
			join(at, value, arena);
		else if (at->n == 0)
			*at = places[i].how == LOWER     ? arena_lower(arena, value)
			      : places[i].how == ADDRESS ? arena_dup(arena, address(value))
			      : places[i].how == SOURCE  ? source(arena_dup(arena, value), arena)
							 : arena_dup(arena, value);
		return;
	}
	if (field_is(field, "Arrival-Date") || field_is(field, "Received-Date"))
		(void)message_date_parse(value, &failure->arrival);
	else if (field_is(field, "Incidents") && scan_number(&value, INCIDENTS_MAX, &incidents))
		failure->incidents = (int64_t)incidents;
}

/* Takes the domain of From and the Message-ID from the header of the reported message. */
static void
read_header(struct slice header, struct arena *arena, struct feedback_failure *failure)
{
	struct address_list from;
	struct message message;
	const struct field *field;

	message_parse(header, FIELDS, FIELD_MAX_OCTETS, arena, &message);
	field = message_field(&message, "From", 0);
	if (field != NULL && (field->flags & FIELD_OVERSIZE) == 0 &&
		address_parse_list(field->value, arena, &from) == ST_OK && from.n > 0)
		failure->header_from = arena_lower(arena, from.list[0].domain);
	field = message_field(&message, "Message-ID", 0);
	if (field != NULL && (field->flags & FIELD_OVERSIZE) == 0)
		failure->message_id = slice_head(field_unfold(field, arena), FEEDBACK_VALUE);
}

/* The names that Exim uses in its text, and the standard ones. */
static const struct {
	struct slice here, name;
} phrases[] = {
	{SLICE_INIT("Sender Domain"), SLICE_INIT("Reported-Domain")},
	{SLICE_INIT("Sender IP Address"), SLICE_INIT("Source-IP")},
	{SLICE_INIT("Received Date"), SLICE_INIT("Arrival-Date")},
	{SLICE_INIT("DMARC Results"), SLICE_INIT("Delivery-Result")},
};

/* Reads lines that look like fields, indented or not; other lines are ignored. */
static void
read_text(struct slice text, struct arena *arena, struct feedback_failure *failure)
{
	struct slice line;

	for (size_t n = 0; n < FIELDS && line_next(&text, &line); n++) {
		struct field field = {.raw = line};
		size_t colon = slice_find(line, ':');

		if (colon == line.n || line.n > FIELD_MAX_OCTETS)
			continue;
		field.name = slice_trim(slice_head(line, colon));
		field.value = slice_trim(slice_from(line, colon + 1));
		for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
			if (slice_ieq(field.name, phrases[i].here))
				field.name = phrases[i].name;
		set(failure, &field, arena);
	}
}

enum status
feedback_failure_parse(struct slice feedback, struct slice header, bool plain, struct arena *arena,
	struct feedback_failure *failure)
{
	struct field field;
	size_t n = 0;

	*failure = (struct feedback_failure){.arrival = FEEDBACK_NO_TIME, .incidents = 1};
	if (plain) {
		read_text(feedback, arena, failure);
	} else {
		/* groups of fields with empty lines between them are read as one */
		while (feedback.n > 0 && n++ < FIELDS) {
			if (!fields_next(&feedback, FIELD_MAX_OCTETS, &field)) {
				feedback = slice_from(feedback, line_end(feedback));
				continue;
			}
			if ((field.flags & (FIELD_JUNK | FIELD_OVERSIZE)) == 0)
				set(failure, &field, arena);
		}
	}
	read_header(header, arena, failure);
	if (failure->domain.n == 0)
		failure->domain = failure->header_from;
	if (plain)
		return failure->source.n > 0 && failure->domain.n > 0 ? ST_OK : ST_BAD;
	return failure->type.n > 0 ? ST_OK : ST_BAD;
}
