#include "filter/intake/envelope_values.h"

struct slice
envelope_name(struct slice text)
{
	text = slice_trim(text);
	return slice_ieq(text, SLICE("unknown")) ? SLICE("") : text;
}

static struct slice
without_brackets(struct slice text)
{
	text = slice_trim(text);
	if (text.n >= 2 && text.p[0] == '<' && text.p[text.n - 1] == '>')
		text = slice_trim(slice_make(text.p + 1, text.n - 2));
	return text;
}

/*
 * RFC 5321 4.1.1.3: removes a source route, `@relay,@relay:mailbox`; no local-part begins with '@'
 */
static struct slice
without_route(struct slice path)
{
	size_t colon = slice_find(path, ':');

	return path.n > 0 && path.p[0] == '@' && colon < path.n ? slice_from(path, colon + 1)
								: path;
}

void
envelope_path(struct slice text, struct envelope *envelope)
{
	struct slice path = without_route(without_brackets(text));

	envelope->path = PATH_NULL;
	envelope->mail_from = SLICE("");
	if (path.n == 0 || slice_ieq(path, SLICE("MAILER-DAEMON")))
		return;
	envelope->path = PATH_GIVEN;
	envelope->mail_from = path;
}

void
envelope_rcpt(struct slice text, struct slice *list, struct envelope *envelope)
{
	struct slice path = without_route(without_brackets(text));

	if (path.n == 0 || envelope->nrcpts >= ENVELOPE_RCPTS)
		return;
	list[envelope->nrcpts++] = path;
	envelope->rcpts = list;
}

enum status
envelope_decode(struct slice text, struct arena *arena, struct slice *out)
{
	char *p;
	size_t n = 0;

	*out = text;
	if (slice_find(text, '%') == text.n)
		return ST_OK;
	p = arena_alloc(arena, text.n);
	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '%') {
			p[n++] = text.p[i];
			continue;
		}
		high = text.n - i > 2 ? slice_hex_digit(text.p[i + 1]) : -1;
		low = high < 0 ? -1 : slice_hex_digit(text.p[i + 2]);
		if (low < 0)
			return ST_BAD;
		p[n++] = (char)(unsigned char)(high * 16 + low);
		i += 2;
	}
	*out = slice_make(p, n);
	return ST_OK;
}
