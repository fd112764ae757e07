/* Reads the preamble on stdin, and the X-Mailstamp-Envelope field, which has the same parts. */
#include "filter/intake/envelope_modes.h"

enum part {
	PART_CLIENT_ADDRESS,
	PART_CLIENT_NAME,
	PART_HELO,
	PART_SENDER,
	PART_QUEUE_ID,
	PART_USER,
	PART_SECRET,
	PARTS_ONCE, /* the parts above may occur at most once */
	PART_RECIPIENT = PARTS_ONCE,
	PART_OTHER
};

/* the names in Postfix's SMTPD_POLICY_README */
static const char *const part_names[] = {
	[PART_CLIENT_ADDRESS] = "client_address",
	[PART_CLIENT_NAME] = "client_name",
	[PART_HELO] = "helo_name",
	[PART_SENDER] = "sender",
	[PART_QUEUE_ID] = "queue_id",
	[PART_USER] = "sasl_username",
	[PART_SECRET] = "secret",
	[PART_RECIPIENT] = "recipient",
};

struct parts {
	struct slice value[PARTS_ONCE];
	bool has[PARTS_ONCE];
	struct slice *rcpts; /* NULL before the first recipient; room for ENVELOPE_RCPTS */
	struct envelope *envelope;
	struct arena *arena;
	bool field; /* reading the field, which alone has the part secret */
};

static enum part
part_of(struct slice name, bool field)
{
	for (int i = 0; i < PART_OTHER; i++)
		if (slice_eq(name, slice_str(part_names[i])))
			return i == PART_SECRET && !field ? PART_OTHER : (enum part)i;
	return PART_OTHER;
}

/* Adds one NAME=VALUE. */
static enum status
add_part(struct parts *parts, struct slice text, enum fault *fault)
{
	size_t equals = slice_find(text, '=');
	enum part part = part_of(slice_head(text, equals), parts->field);
	struct slice value;

	*fault = FAULT_ENVELOPE_LINE;
	if (equals == 0 || equals == text.n)
		return ST_BAD;
	value = slice_from(text, equals + 1);
	*fault = FAULT_ENVELOPE_VALUE;
	if (memchr(text.p, '\0', text.n) != NULL || memchr(text.p, '\r', text.n) != NULL ||
		envelope_decode(value, parts->arena, &value) != ST_OK)
		return ST_BAD;
	if (part == PART_RECIPIENT) {
		if (parts->rcpts == NULL) {
			parts->rcpts =
				arena_array(parts->arena, ENVELOPE_RCPTS, sizeof *parts->rcpts);
			parts->envelope->nrcpts = 0; /* drops the recipients given as options */
		}
		envelope_rcpt(value, parts->rcpts, parts->envelope);
	} else if (part != PART_OTHER) {
		*fault = FAULT_ENVELOPE_TWICE;
		if (parts->has[part])
			return ST_BAD;
		parts->has[part] = true;
		parts->value[part] = value;
	}
	return ST_OK;
}

/* Sets the envelope from the parts. An empty value means unknown, except for the null path. */
static enum status
use_parts(const struct parts *parts, enum fault *fault)
{
	struct envelope *envelope = parts->envelope;
	const struct slice *value = parts->value;

	if (parts->has[PART_CLIENT_ADDRESS] &&
		ip_client(value[PART_CLIENT_ADDRESS], &envelope->client_ip) != ST_OK) {
		*fault = FAULT_ENVELOPE_CLIENT;
		return ST_BAD;
	}
	if (parts->has[PART_CLIENT_NAME])
		envelope->client_name = envelope_name(value[PART_CLIENT_NAME]);
	if (parts->has[PART_HELO])
		envelope->helo = slice_trim(value[PART_HELO]);
	if (parts->has[PART_SENDER])
		envelope_path(value[PART_SENDER], envelope);
	if (parts->has[PART_QUEUE_ID])
		envelope->queue_id = value[PART_QUEUE_ID];
	if (parts->has[PART_USER])
		envelope->authenticated = value[PART_USER];
	return ST_OK;
}

/* The next line without its LF or CRLF; false if it is incomplete. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	size_t n = slice_find(*rest, '\n');

	if (n == rest->n)
		return false;
	*line = slice_head(*rest, n);
	*rest = slice_from(*rest, n + 1);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

enum status
envelope_stdin(struct slice bytes, struct arena *arena, struct intake *intake, enum fault *fault)
{
	struct parts parts = {.envelope = &intake->envelope, .arena = arena};
	struct slice rest = slice_head(bytes, ENVELOPE_MAX), line;

	/* a preamble without a sender means an unknown sender, even if an option gives one */
	intake->envelope.path = PATH_UNKNOWN;
	intake->envelope.mail_from = SLICE("");
	if (!next_line(&rest, &line) || !slice_eq(line, SLICE("mailstamp-envelope=1"))) {
		*fault = FAULT_ENVELOPE_MAGIC;
		return ST_BAD;
	}
	while (next_line(&rest, &line)) {
		if (line.n == 0) {
			intake->message = slice_from(bytes, (size_t)(rest.p - bytes.p));
			return use_parts(&parts, fault);
		}
		if (add_part(&parts, line, fault) != ST_OK)
			return ST_BAD;
	}
	*fault = bytes.n > ENVELOPE_MAX ? FAULT_ENVELOPE_LONG : FAULT_ENVELOPE_END;
	return ST_BAD;
}

bool
envelope_is_field(const struct field *field)
{
	return field_is(field, "X-Mailstamp-Envelope");
}

/* The next part of a field, without white space and folds around it. */
static bool
next_part(struct slice *rest, struct slice *part)
{
	size_t n = 0;

	while (rest->n > 0 && slice_is_blank(rest->p[0]))
		*rest = slice_from(*rest, 1);
	while (n < rest->n && !slice_is_blank(rest->p[n]))
		n++;
	*part = slice_head(*rest, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

/* Compares in constant time, so that timing reveals only the lengths. */
static bool
same_secret(struct slice given, struct slice secret)
{
	volatile unsigned char differ = given.n != secret.n;

	for (size_t i = 0; i < given.n && secret.n > 0; i++)
		differ = (unsigned char)(differ | ((unsigned char)given.p[i] ^
							  (unsigned char)secret.p[i % secret.n]));
	return differ == 0 && secret.n > 0;
}

/* Does this instance have the right secret? Its other parts are not checked yet. */
static bool
has_secret(struct slice value, struct slice secret, struct arena *arena)
{
	struct slice name = SLICE("secret="), part, given;
	bool found = false;

	while (next_part(&value, &part))
		if (slice_starts(part, name) &&
			envelope_decode(slice_from(part, name.n), arena, &given) == ST_OK)
			found |= same_secret(given, secret);
	return found;
}

static enum status
read_value(struct slice value, struct arena *arena, struct envelope *envelope, enum fault *fault)
{
	struct parts parts = {.envelope = envelope, .arena = arena, .field = true};
	struct slice part;

	envelope->path = PATH_UNKNOWN;
	envelope->mail_from = SLICE("");
	while (next_part(&value, &part))
		if (add_part(&parts, part, fault) != ST_OK)
			return ST_BAD;
	return use_parts(&parts, fault);
}

enum status
envelope_field(const struct message *message, size_t max_field, struct slice secret,
	struct arena *arena, struct envelope *envelope, enum fault *fault)
{
	struct slice rest = message->header, value = SLICE("");
	struct field field;
	size_t found = 0;

	/* reads the raw header: the server may add the field below the fields that are indexed */
	while (fields_next(&rest, max_field, &field))
		if (envelope_is_field(&field) && (field.flags & FIELD_OVERSIZE) == 0 &&
			has_secret(field.value, secret, arena)) {
			value = field.value;
			found++;
		}
	if (found == 1)
		return read_value(value, arena, envelope, fault);
	*fault = found == 0 ? FAULT_ENVELOPE_NO_FIELD : FAULT_ENVELOPE_FIELDS;
	return ST_BAD;
}
