/* dns_wire.h: queries and answers as octets (RFC 1035 4, RFC 6891); no network. */
#ifndef AUTH_DNS_DNS_WIRE_H
#define AUTH_DNS_DNS_WIRE_H

#include "auth/dns/dns.h"
#include "auth/dns/dns_name.h"

/*
 * The octets of memory that the records of an answer may take. There can be 4,000 records in 64
 * KiB, or names that are pointers to one of 255 octets: 20 times as much memory, for each of the
 * questions of a message and each of the messages that batch evaluates at the same time.
 */
enum { DNS_ANSWER_MAX = 64 * 1024 };

/* 1232 octets are not fragmented on any usual path; larger answers are fetched over TCP */
enum { DNS_UDP_MAX = 1232, DNS_QUERY_MAX = 12 + DNS_NAME_WIRE_MAX + 4 + 11 };

/*
 * Writes a query with RD and AD set (RFC 6840 5.7), and an OPT record if edns. Returns its length,
 * or 0 if name is not a valid name.
 */
size_t dns_query_write(struct slice name, enum dns_type type, uint16_t id, bool edns,
	unsigned char query[DNS_QUERY_MAX]);

/*
 * Does the message answer that query, as written by dns_query_write? The id and the octets of the
 * question must be the same; only a failure may lack the question.
 */
bool dns_answer_is_to(struct slice message, struct slice query);

/*
 * Extracts the answer from a server's message. CNAMEs in the answer section are followed from name,
 * 16 at most; records of other names, types and classes are ignored. *answer is always set and
 * owned by arena: DNS_TEMP for SERVFAIL, REFUSED and the like, DNS_BAD if the message cannot be
 * read, or its records take more than DNS_ANSWER_MAX. The id and the question section are not
 * checked here (dns_answer_is_to).
 */
void dns_answer_parse(struct slice name, enum dns_type type, struct slice message,
	struct arena *arena, struct dns_answer *answer);

#endif
