#include "tests/support/dns_packet.h"

void
packet_u16(struct buf *out, unsigned value)
{
	buf_addc(out, (char)(value >> 8));
	buf_addc(out, (char)value);
}

void
packet_head(
	struct buf *out, unsigned flags, unsigned questions, unsigned answers, unsigned authority)
{
	packet_u16(out, 0);
	packet_u16(out, flags);
	packet_u16(out, questions);
	packet_u16(out, answers);
	packet_u16(out, authority);
	packet_u16(out, 0);
}

void
packet_name(struct buf *out, const char *text)
{
	struct slice rest = slice_str(text);

	while (rest.n > 0) {
		struct slice label = slice_head(rest, slice_find(rest, '.'));

		buf_addc(out, (char)label.n);
		buf_add(out, label);
		rest = slice_from(rest, label.n + 1);
	}
	buf_addc(out, '\0');
}

void
packet_rr(struct buf *out, const char *owner, unsigned type, size_t length)
{
	packet_name(out, owner);
	packet_u16(out, type);
	packet_u16(out, 1);
	packet_u16(out, 0);
	packet_u16(out, 300);
	packet_u16(out, (unsigned)length);
}

void
packet_rr_name(struct buf *out, const char *owner, unsigned type, const char *target)
{
	size_t n = strlen(target);

	packet_rr(out, owner, type, n == 0 ? 1 : n + 2);
	packet_name(out, target);
}
