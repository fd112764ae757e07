/* dns_packet.h: builds server messages for tests. */
#ifndef TESTS_SUPPORT_DNS_PACKET_H
#define TESTS_SUPPORT_DNS_PACKET_H

#include "mime/buf.h"

/* Adds a header with these flags and counts; the id is 0. */
void packet_head(
	struct buf *out, unsigned flags, unsigned questions, unsigned answers, unsigned authority);

/* Adds text (labels with dots between, "" for the root) as an uncompressed name. */
void packet_name(struct buf *out, const char *text);

void packet_u16(struct buf *out, unsigned value);

/* Adds owner, type, class IN, ttl 300 and the length of the data, which the caller adds. */
void packet_rr(struct buf *out, const char *owner, unsigned type, size_t length);

/* Adds a whole record whose data is one name. */
void packet_rr_name(struct buf *out, const char *owner, unsigned type, const char *target);

#endif
