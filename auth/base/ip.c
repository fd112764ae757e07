#include "auth/base/ip.h"

#include "mime/buf.h"
#include "mime/scan.h"

enum { REVERSE_MAX = 80 };

/* the first 96 bits of an IPv4-mapped address (RFC 4291 2.5.5.2) */
static const unsigned char MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* 0 to max, without leading zeros (qnum of RFC 7208 5.6): some parsers read "010" as 8 */
static bool
scan_plain_number(struct slice *at, unsigned max, unsigned *value)
{
	bool zero = at->n > 1 && at->p[0] == '0' && at->p[1] >= '0' && at->p[1] <= '9';
	unsigned long long number;

	if (zero || !scan_number(at, max, &number))
		return false;
	*value = (unsigned)number;
	return true;
}

static bool
scan_ip4(struct slice *at, unsigned char *bytes)
{
	for (int i = 0; i < 4; i++) {
		unsigned number;

		if (i > 0 && !scan_char(at, '.'))
			return false;
		if (!scan_plain_number(at, 255, &number))
			return false;
		bytes[i] = (unsigned char)number;
	}
	return true;
}

/* 1*4HEXDIG */
static bool
scan_h16(struct slice *at, unsigned char *bytes)
{
	unsigned value = 0;
	size_t i;

	for (i = 0; i < at->n && i < 4 && slice_hex_digit(at->p[i]) >= 0; i++)
		value = value << 4 | (unsigned)slice_hex_digit(at->p[i]);
	bytes[0] = (unsigned char)(value >> 8);
	bytes[1] = (unsigned char)(value & 0xff);
	*at = slice_from(*at, i);
	return i > 0;
}

/* Reads groups up to a "::" or the end; false if it is malformed. *n counts octets. */
static bool
scan_groups(struct slice *at, size_t max, unsigned char *bytes, size_t *n)
{
	for (*n = 0; *n + 2 <= max; *n += 2) {
		struct slice quad = *at, group;

		if (*n > 0 && (slice_starts(*at, SLICE("::")) || at->n == 0))
			return true;
		if (*n > 0 && !scan_char(at, ':'))
			return false;
		quad = group = *at;
		if (*n + 4 <= max && scan_ip4(&quad, bytes + *n) && quad.n == 0) {
			*n += 4;
			*at = quad;
			return true;
		}
		if (!scan_h16(&group, bytes + *n))
			return false;
		*at = group;
	}
	return true;
}

/* RFC 4291 2.2; "::" stands for at least one group */
static bool
parse_ip6(struct slice text, unsigned char bytes[16])
{
	unsigned char tail[16];
	size_t n = 0, ntail = 0;

	memset(bytes, 0, 16);
	if (!slice_starts(text, SLICE("::")) && !scan_groups(&text, 16, bytes, &n))
		return false;
	if (text.n == 0)
		return n == 16;
	if (n > 14 || !slice_starts(text, SLICE("::")))
		return false;
	text = slice_from(text, 2);
	if (text.n > 0 && !scan_groups(&text, 14 - n, tail, &ntail))
		return false;
	if (text.n > 0)
		return false;
	memset(bytes + n, 0, 16 - n);
	memcpy(bytes + 16 - ntail, tail, ntail);
	return true;
}

bool
ip_parse_family(struct slice text, unsigned char family, struct ip *ip)
{
	*ip = (struct ip){.family = family};
	if (family == 6 && parse_ip6(text, ip->bytes))
		return true;
	if (family == 4 && scan_ip4(&text, ip->bytes) && text.n == 0)
		return true;
	*ip = (struct ip){0};
	return false;
}

bool
ip_parse(struct slice text, struct ip *ip)
{
	if (ip_parse_family(text, 4, ip))
		return true;
	if (!ip_parse_family(text, 6, ip))
		return false;
	if (memcmp(ip->bytes, MAPPED, sizeof MAPPED) == 0) { /* RFC 7208 5 */
		struct ip mapped = {.family = 4};

		memcpy(mapped.bytes, ip->bytes + sizeof MAPPED, 4);
		*ip = mapped;
	}
	return true;
}

enum status
ip_client(struct slice text, struct ip *ip)
{
	*ip = (struct ip){0};
	text = slice_trim(text);
	if (text.n == 0 || slice_ieq(text, SLICE("unknown")))
		return ST_OK;
	if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = slice_make(text.p + 1, text.n - 2);
	if (slice_istarts(text, SLICE("IPv6:"))) { /* RFC 5321 4.1.3 */
		text = slice_from(text, 5);
		if (slice_find(text, ':') == text.n)
			return ST_BAD;
	}
	return ip_parse(text, ip) ? ST_OK : ST_BAD;
}

static unsigned
width(const struct ip *ip)
{
	return ip->family == 4 ? 32 : ip->family == 6 ? 128 : 0;
}

bool
ip_in_prefix(const struct ip *ip, const struct ip *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (ip->family != net->family || ip->family == 0 || bits > width(ip))
		return false;
	if (memcmp(ip->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || ((unsigned)(ip->bytes[whole] ^ net->bytes[whole]) >> (8 - rest)) == 0;
}

/* RFC 5952 4.2: the longest run of two or more zero groups; the first one of equally long ones */
static void
longest_zeros(const unsigned groups[8], size_t *start, size_t *count)
{
	*start = 8;
	*count = 1;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && groups[i + n] == 0)
			n++;
		if (n > *count) {
			*start = i;
			*count = n;
		}
		i += n;
	}
}

static void
add_ip6(struct buf *buf, const unsigned char *bytes)
{
	unsigned groups[8];
	size_t start, count;

	for (size_t i = 0; i < 8; i++)
		groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	longest_zeros(groups, &start, &count);
	for (size_t i = 0; i < 8; i++) {
		if (i == start) {
			buf_adds(buf, "::");
			i += count - 1;
		} else {
			if (i > 0 && i != start + count)
				buf_addc(buf, ':');
			buf_addf(buf, "%x", groups[i]);
		}
	}
}

struct slice
ip_text(const struct ip *ip, struct arena *arena)
{
	const unsigned char *b = ip->bytes;
	struct buf buf;

	buf_init(&buf, arena, 64);
	if (ip->family == 6 && memcmp(b, MAPPED, sizeof MAPPED) == 0) { /* RFC 5952 5 */
		buf_adds(&buf, "::ffff:");
		b += sizeof MAPPED;
	}
	if (ip->family == 4 || b != ip->bytes)
		buf_addf(&buf, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	else if (ip->family == 6)
		add_ip6(&buf, b);
	return buf_slice(&buf);
}

bool
ip_net_parse(struct slice text, struct ip_net *net)
{
	size_t slash = slice_find(text, '/');
	struct slice bits = slice_from(text, slash + 1);
	struct ip ip;
	unsigned given;

	*net = (struct ip_net){0};
	if (!ip_parse(slice_head(text, slash), &ip))
		return false;
	given = width(&ip);
	if (slash < text.n) {
		bool mapped = ip.family == 4 && slice_find(slice_head(text, slash), ':') < slash;

		if (!scan_plain_number(&bits, mapped ? 128 : width(&ip), &given) || bits.n > 0)
			return false;
		/* the prefix of a mapped address refers to the 128 bits as written */
		if (mapped && given < 96)
			return false;
		if (mapped)
			given -= 96;
	}
	*net = (struct ip_net){.ip = ip, .bits = given};
	return true;
}

bool
ip_net_has(const struct ip_net *net, const struct ip *ip)
{
	return ip_in_prefix(ip, &net->ip, net->bits);
}

struct slice
ip_reverse_name(const struct ip *ip, struct arena *arena)
{
	struct buf name;

	buf_init(&name, arena, REVERSE_MAX);
	for (int i = 3; ip->family == 4 && i >= 0; i--)
		buf_addf(&name, "%u.", (unsigned)ip->bytes[i]);
	for (int i = 15; ip->family == 6 && i >= 0; i--)
		buf_addf(&name, "%x.%x.", ip->bytes[i] & 15U, (unsigned)ip->bytes[i] >> 4);
	if (ip->family == 4)
		buf_adds(&name, "in-addr.arpa");
	else if (ip->family == 6)
		buf_adds(&name, "ip6.arpa");
	return buf_slice(&name);
}

static bool
in_any(const struct ip *ip, const char *const *nets, size_t n)
{
	struct ip_net net;

	for (size_t i = 0; i < n; i++)
		if (ip_net_parse(slice_str(nets[i]), &net) && ip_net_has(&net, ip))
			return true;
	return false;
}

bool
ip_is_loopback(const struct ip *ip)
{
	static const char *const nets[] = {"127.0.0.0/8", "::1/128"};

	return in_any(ip, nets, sizeof nets / sizeof *nets);
}

bool
ip_is_private(const struct ip *ip)
{
	static const char *const nets[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		"169.254.0.0/16", "fc00::/7", "fe80::/10"};

	return ip_is_loopback(ip) || in_any(ip, nets, sizeof nets / sizeof *nets);
}

bool
ip_is_public(const struct ip *ip)
{
	static const char *const nets[] = {
		"0.0.0.0/8", "100.64.0.0/10", "224.0.0.0/3", "::/128", "ff00::/8"};

	return ip->family != 0 && !ip_is_private(ip) &&
	       !in_any(ip, nets, sizeof nets / sizeof *nets);
}

bool
ip_net_is_local(const struct ip *ip, unsigned bits)
{
	const size_t octets = ip->family == 4 ? 4 : 16;
	struct ip first = *ip, last = *ip;

	for (size_t i = 0; i < octets; i++) {
		const size_t before = bits > 8 * i ? bits - 8 * i : 0;

		const unsigned char rest = (unsigned char)(before < 8 ? 0xff >> before : 0);

		first.bytes[i] &= (unsigned char)~rest;
		last.bytes[i] |= rest;
	}
	return !ip_is_public(&first) && !ip_is_public(&last);
}
