#include "auth/dns/dns_name.h"

static unsigned char
lower(char c)
{
	return (unsigned char)slice_lower(c);
}

bool
dns_name_parse(struct slice text, struct dns_name *name)
{
	size_t n = 0;

	name->n = 0;
	if (text.n == 0 || text.n > DNS_NAME_TEXT_MAX)
		return false;
	for (size_t at = 0; at <= text.n;) {
		struct slice rest = slice_from(text, at);
		size_t len = slice_find(rest, '.');
		if (len == 0 || len > DNS_NAME_LABEL_MAX)
			return false; /* RFC 1035 2.3.4 */
		name->wire[n++] = (unsigned char)len;
		for (size_t i = 0; i < len; i++)
			name->wire[n++] = lower(rest.p[i]);
		at += len + 1;
	}
	name->wire[n++] = 0;
	name->n = n;
	return true;
}

bool
dns_unescape(struct slice *at, unsigned char *c)
{
	unsigned value = 0;

	if (at->n == 0)
		return false;
	if (at->p[0] < '0' || at->p[0] > '9') {
		*c = (unsigned char)at->p[0];
		*at = slice_from(*at, 1);
		return true;
	}
	if (at->n < 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (at->p[i] < '0' || at->p[i] > '9')
			return false;
		value = value * 10 + (unsigned)(at->p[i] - '0');
	}
	if (value > 255)
		return false;
	*c = (unsigned char)value;
	*at = slice_from(*at, 3);
	return true;
}

bool
dns_name_parse_master(struct slice token, const struct dns_name *origin, struct dns_name *name)
{
	size_t n = 1, label = 0; /* label: the position of the current label's length octet */

	if (slice_eq(token, SLICE("@"))) {
		*name = *origin;
		return origin->n > 0;
	}
	name->n = 0;
	name->wire[0] = 0;
	if (token.n == 0)
		return false;
	if (slice_eq(token, SLICE("."))) {
		name->n = 1;
		return true;
	}
	while (token.n > 0) {
		unsigned char c = lower(token.p[0]);
		bool escaped = c == '\\';
		token = slice_from(token, 1);
		if (escaped && !dns_unescape(&token, &c))
			return false;
		if (n >= DNS_NAME_WIRE_MAX)
			return false;
		if (c == '.' && !escaped) {
			if (name->wire[label] == 0)
				return false;
			label = n;
			name->wire[n++] = 0;
		} else {
			if (name->wire[label] == DNS_NAME_LABEL_MAX)
				return false;
			name->wire[label]++;
			name->wire[n++] = lower((char)c);
		}
	}
	if (name->wire[label] != 0) {
		if (origin->n == 0 || origin->n > DNS_NAME_WIRE_MAX - n)
			return false;
		memcpy(name->wire + n, origin->wire, origin->n);
		n += origin->n;
	}
	name->n = n;
	return true;
}

bool
dns_name_text(const struct dns_name *name, struct arena *arena, struct slice *text)
{
	char *p = arena_alloc(arena, name->n + 1);
	size_t n = 0;

	*text = slice_make(p, 0);
	for (size_t at = 0; at < name->n && name->wire[at] != 0; at += name->wire[at] + 1u) {
		size_t len = name->wire[at];
		if (n > 0)
			p[n++] = '.';
		if (memchr(name->wire + at + 1, '.', len) != NULL)
			return false;
		memcpy(p + n, name->wire + at + 1, len);
		n += len;
	}
	text->n = n;
	return true;
}

bool
dns_name_read(struct slice message, size_t *at, struct dns_name *name)
{
	enum {
		JUMPS_MAX = DNS_NAME_WIRE_MAX / 2
	}; /* as many as a name can have labels (RFC 9267 2) */
	size_t pos = *at, floor = *at;
	unsigned jumps = 0;

	name->n = 0;
	for (;;) {
		if (pos >= message.n)
			return false;
		size_t len = (unsigned char)message.p[pos];
		if (len >= 0xc0) {
			if (message.n - pos < 2)
				return false;
			size_t to = (len & 0x3f) << 8 | (unsigned char)message.p[pos + 1];
			/* only backwards (RFC 1035 4.1.4), so that the loop ends */
			if (to >= floor || jumps == JUMPS_MAX)
				return false;
			if (jumps++ == 0)
				*at = pos + 2;
			pos = floor = to;
			continue;
		}
		if (len > DNS_NAME_LABEL_MAX || len >= message.n - pos ||
			len + 1 > DNS_NAME_WIRE_MAX - name->n)
			return false;
		name->wire[name->n++] = (unsigned char)len;
		for (size_t i = 1; i <= len; i++)
			name->wire[name->n++] = lower(message.p[pos + i]);
		pos += len + 1;
		if (len == 0)
			break;
	}
	if (jumps == 0)
		*at = pos;
	return true;
}

bool
dns_name_eq(const struct dns_name *a, const struct dns_name *b)
{
	return a->n == b->n && memcmp(a->wire, b->wire, a->n) == 0;
}

void
dns_escape(struct buf *out, unsigned char c)
{
	char text[4] = {
		'\\', (char)('0' + c / 100), (char)('0' + c / 10 % 10), (char)('0' + c % 10)};

	buf_add(out, slice_make(text, sizeof text));
}

void
dns_name_write(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c <= ' ' || c >= 127)
			dns_escape(out, (unsigned char)c);
		else if (strchr("\"();\\@$", c) != NULL)
			buf_addf(out, "\\%c", c);
		else
			buf_addc(out, c);
	}
	buf_addc(out, '.');
}
