/*
 * first_record.h: the DMARC record to begin with: it asks for reports and for nothing else.
 */
#ifndef FILTER_VERDICT_FIRST_RECORD_H
#define FILTER_VERDICT_FIRST_RECORD_H

#include "auth/dns/dns.h"

/*
 * Can mail to the domain be delivered (RFC 5321 5.1, RFC 7505)? True if DNS does not answer. Only
 * DNS is queried; no host is contacted.
 */
bool first_record_takes_mail(struct dns *dns, struct slice domain);

/*
 * "mailto:postmaster@DOMAIN", an address that every domain with mail must have (RFC 5321 4.5.1); or
 * empty if no mail to it can be delivered. In the arena.
 */
struct slice first_record_reports(struct dns *dns, struct slice domain, struct arena *arena);

/* The text of the record, with rua= if first_record_reports is not empty. In the arena. */
struct slice first_record_text(struct dns *dns, struct slice domain, struct arena *arena);

#endif
