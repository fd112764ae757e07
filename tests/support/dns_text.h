/* dns_text.h: an answer as one line, for tests to compare and to print. */
#ifndef TESTS_SUPPORT_DNS_TEXT_H
#define TESTS_SUPPORT_DNS_TEXT_H

#include "auth/dns/dns.h"

/*
 * `ok 300 192.0.2.1, 192.0.2.2`, `ok 60 "text"`, `ok 60 10 mx.example.com`, `nodata`, `nxdomain`,
 * `temp SERVFAIL`, `bad malformed answer`; ` secure` at the end if the answer is. Bytes outside
 * printable ASCII are \DDD. Owned by arena.
 */
const char *dns_text(const struct dns_answer *answer, enum dns_type type, struct arena *arena);

#endif
