/* ip.h: IPv4 and IPv6 addresses as numbers. */
#ifndef AUTH_BASE_IP_H
#define AUTH_BASE_IP_H

#include "mime/arena.h"
#include "mime/status.h"

struct ip {
	unsigned char family;    /* 4, 6, or 0 for no address */
	unsigned char bytes[16]; /* network order; the first 4 for IPv4 */
};

/* Text of RFC 4291 2.2 / dotted quad; no zone, no brackets. An IPv4-mapped IPv6 address becomes
 * IPv4 (RFC 7208 5). */
bool ip_parse(struct slice text, struct ip *ip);

/* Like ip_parse, for one family and without the mapping: as in an SPF term (RFC 7208 5.6). */
bool ip_parse_family(struct slice text, unsigned char family, struct ip *ip);

/*
 * A client address as mail servers write it: also `[ADDR]` and `IPv6:ADDR`. Empty and `unknown`
 * mean no address: ST_OK with family 0. ST_BAD for anything else.
 */
enum status ip_client(struct slice text, struct ip *ip);

/* Do ip and net agree in that many first bits? False if the families differ or bits is too big. */
bool ip_in_prefix(const struct ip *ip, const struct ip *net, unsigned bits);

/* Canonical text: dotted quad, RFC 5952. */
struct slice ip_text(const struct ip *ip, struct arena *arena);

/*
 * The name for reverse lookups, below in-addr.arpa (RFC 1035 3.5) or ip6.arpa (RFC 3596 2.5); empty
 * for no address.
 */
struct slice ip_reverse_name(const struct ip *ip, struct arena *arena);

struct ip_net {
	struct ip ip;
	unsigned bits;
};

/* `ADDR` or `ADDR/BITS` */
bool ip_net_parse(struct slice text, struct ip_net *net);
bool ip_net_has(const struct ip_net *net, const struct ip *ip);

/* 127.0.0.0/8, ::1 */
bool ip_is_loopback(const struct ip *ip);

/* An address that no outside host has: loopback, RFC 1918, RFC 4193, link-local. */
bool ip_is_private(const struct ip *ip);

/*
 * An address that a host on the Internet can have: not private, and not one for other uses (RFC
 * 6890: this network, carriers, multicast, reserved). Documentation addresses count as public.
 */
bool ip_is_public(const struct ip *ip);

/* Is neither the first nor the last address of the network (ip is the first) public? */
bool ip_net_is_local(const struct ip *ip, unsigned bits);

#endif
