#include "filter/out/smtp_dialogue.h"

#include <errno.h>
#include <unistd.h>

#include "filter/text/printable.h"

enum { READ_SIZE = 64 * 1024, ERROR_TEXT = 512, XFORWARD_VALUE = 255 };
enum { XFORWARD_LINE = 500 }; /* with the line end: RFC 5321 4.5.3.1.4 */

bool
smtp_fail(struct smtp_dialogue *d, enum delivery_error why)
{
	d->error = delivery_error(why);
	return false;
}

/* Sets error, e.g. "the next hop answered RCPT with 450 4.2.0 ..."; always false. */
static bool
refused(struct smtp_dialogue *d, const char *command, const struct smtp_reply *reply)
{
	struct buf code;

	if (reply->code == 0)
		return smtp_fail(d, DELIVERY_E_NO_ANSWER);
	buf_init(&code, d->arena, 16);
	buf_addf(&code, "%d", reply->code);
	(void)smtp_fail(d, DELIVERY_E_REFUSED);
	d->error.words[0] = command;
	d->error.words[1] = arena_cstr(d->arena, buf_slice(&code));
	d->error.words[2] = printable(slice_str(reply->text), ERROR_TEXT, d->arena);
	return false;
}

/* a reply to be relayed */
struct copy {
	struct buf *out;
	const struct smtp_reply *reply;
	size_t dash; /* offset of the '-' in the last line, which announces more lines */
};

/*
 * Returns the code to relay: 421 and 521 (RFC 5321 3.8, RFC 7504) announce that the server closes
 * the connection, which is ours, not the client's.
 */
static int
passed_on(int code)
{
	return code == 421 ? 451 : code == 521 ? 550 : code;
}

static void
copy_line(void *arg, struct slice line)
{
	struct copy *copy = arg;

	buf_addf(copy->out, "%d", passed_on(copy->reply->code));
	copy->dash = copy->out->n;
	buf_addc(copy->out, '-');
	for (size_t i = 0; i < line.n; i++)
		buf_addc(copy->out, line.p[i] == '\r' || line.p[i] == '\0' ? '?' : line.p[i]);
	buf_adds(copy->out, "\r\n");
}

bool
smtp_command(struct smtp_dialogue *d, struct slice line, const char *name, int hundred,
	struct buf *whole)
{
	struct smtp_reply reply;
	struct copy copy = {.out = whole, .reply = &reply};

	if (d->wire.in_n > 0) {
		d->wire.failed = true;
		return smtp_fail(d, DELIVERY_E_UNASKED);
	}
	smtp_put(&d->wire, line);
	smtp_put(&d->wire, SLICE("\r\n"));
	smtp_read(&d->wire, &reply, whole != NULL ? copy_line : NULL, &copy);
	if (whole != NULL && (reply.code == 0 || whole->over))
		whole->n = 0;
	else if (whole != NULL)
		whole->p[copy.dash] = ' ';
	return reply.code / 100 == hundred || refused(d, name, &reply);
}

static bool
is_keyword(struct slice line, struct slice keyword)
{
	return slice_istarts(line, keyword) && (line.n == keyword.n || line.p[keyword.n] == ' ');
}

static void
note_offer(void *arg, struct slice line)
{
	static const struct slice size = SLICE_INIT("SIZE"), xforward = SLICE_INIT("XFORWARD");
	struct smtp_dialogue *d = arg;

	if (is_keyword(line, size)) {
		d->offer.size = true;
		d->offer.most = slice_trim(arena_dup(d->arena, slice_from(line, size.n)));
	} else if (is_keyword(line, SLICE("8BITMIME"))) {
		d->offer.eight_bit = true;
	} else if (is_keyword(line, SLICE("SMTPUTF8"))) {
		d->offer.utf8 = true;
	} else if (is_keyword(line, SLICE("DSN"))) {
		d->offer.dsn = true;
	} else if (is_keyword(line, SLICE("ENHANCEDSTATUSCODES"))) {
		d->offer.codes = true;
	} else if (is_keyword(line, xforward)) {
		d->offer.xforward = slice_trim(arena_dup(d->arena, slice_from(line, xforward.n)));
	}
}

bool
smtp_begin(struct smtp_dialogue *d, const char *next_hop, const char *our_name)
{
	struct smtp_reply reply;

	d->error = delivery_error(DELIVERY_E_NONE);
	d->offer = (struct smtp_offer){0};
	if (!smtp_connect(&d->wire, next_hop))
		return smtp_fail(d, DELIVERY_E_UNREACHED);
	smtp_read(&d->wire, &reply, NULL, NULL);
	if (reply.code / 100 != 2)
		return refused(d, "the connection", &reply);
	smtp_put(&d->wire, SLICE("EHLO "));
	smtp_put(&d->wire, slice_str(our_name));
	smtp_put(&d->wire, SLICE("\r\n"));
	smtp_read(&d->wire, &reply, note_offer, d);
	return reply.code / 100 == 2 || refused(d, "EHLO", &reply);
}

static bool
offers_attribute(const struct smtp_offer *offer, struct slice name)
{
	struct slice rest = offer->xforward;

	while (rest.n > 0) {
		struct slice word = slice_head(rest, slice_find(rest, ' '));

		if (slice_ieq(word, name))
			return true;
		rest = slice_from(rest, word.n + 1);
	}
	return false;
}

/* Adds value as xtext (RFC 3461 4); an unknown or overlong value becomes [UNAVAILABLE]. */
static void
put_xtext(struct buf *out, struct slice value)
{
	if (value.n == 0 || value.n > XFORWARD_VALUE) {
		buf_adds(out, "[UNAVAILABLE]");
		return;
	}
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] >= '!' && value.p[i] <= '~' && value.p[i] != '+' &&
			value.p[i] != '=')
			buf_addc(out, value.p[i]);
		else
			buf_addf(out, "+%02X", (unsigned char)value.p[i]);
}

bool
smtp_xforward(struct smtp_dialogue *d, const struct smtp_attribute *attributes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct smtp_reply reply;
		struct buf line;

		if (!offers_attribute(&d->offer, slice_str(attributes[i].name)))
			continue;
		buf_init(&line, d->arena, XFORWARD_LINE);
		buf_addf(&line, "XFORWARD %s=", attributes[i].name);
		put_xtext(&line, attributes[i].value);
		if (line.over)
			continue;
		smtp_put(&d->wire, buf_slice(&line));
		smtp_put(&d->wire, SLICE("\r\n"));
		smtp_read(&d->wire, &reply, NULL, NULL);
		if (reply.code == 0 || reply.code / 100 == 4)
			return refused(d, "XFORWARD", &reply);
	}
	return true;
}

/* the position within a line, kept between reads */
struct place {
	bool at_start;
	bool cr; /* a CR was read, but not the octet after it */
};

static void
put_data(struct smtp_wire *wire, struct place *place, struct slice bytes)
{
	size_t from = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		const char c = bytes.p[i];

		if (place->cr && c != '\n') {
			smtp_put(wire, SLICE(" ")); /* the CR was bare */
			place->at_start = false;
		}
		if (c == '\r' || c == '\n') {
			smtp_put(wire, slice_make(bytes.p + from, i - from));
			from = i + 1;
		}
		place->cr = c == '\r';
		if (place->cr)
			continue;
		if (c == '\n')
			smtp_put(wire, SLICE("\r\n"));
		else if (c == '.' && place->at_start)
			smtp_put(wire, SLICE("."));
		place->at_start = c == '\n';
	}
	smtp_put(wire, slice_from(bytes, from));
}

bool
smtp_text(struct smtp_dialogue *d, int fd, int64_t size)
{
	char *bytes = arena_bytes(d->arena, READ_SIZE);
	struct place place = {.at_start = true};

	while (size > 0) {
		ssize_t n = read(fd, bytes, size < READ_SIZE ? (size_t)size : (size_t)READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			d->wire.failed =
				true; /* without the final dot the server discards the message */
			return smtp_fail(d, DELIVERY_E_NOT_READ);
		}
		put_data(&d->wire, &place, slice_make(bytes, (size_t)n));
		size -= n;
	}
	if (place.cr)
		smtp_put(&d->wire, SLICE(" "));
	if (place.cr || !place.at_start)
		smtp_put(&d->wire, SLICE("\r\n"));
	return !d->wire.failed || smtp_fail(d, DELIVERY_E_NO_ANSWER);
}

void
smtp_end(struct smtp_dialogue *d)
{
	if (d->wire.fd >= 0 && !d->wire.failed) { /* the answer to QUIT does not matter */
		smtp_put(&d->wire, SLICE("QUIT\r\n"));
		(void)smtp_flush(&d->wire);
	}
	smtp_close(&d->wire);
}
