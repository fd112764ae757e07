/*
 * reporting_target.h: the permitted destinations of a report: the addresses in a rua or ruf tag
 * (RFC 9990 3.5), and whether another organization accepts reports (RFC 9990 4).
 */
#ifndef FILTER_REPORTING_REPORTING_TARGET_H
#define FILTER_REPORTING_REPORTING_TARGET_H

#include "auth/dmarc/dmarc_external.h"
#include "filter/aggregate/aggregate_row.h"

enum { REPORTING_TARGETS = 10, REPORTING_ADDRESS = 254 };

/*
 * Sets *address to local@domain in the form to which mail is sent: the local part a dot-atom
 * (RFC 5322 3.2.3) of at most 64 octets, the domain normalized. False for any other text.
 */
bool reporting_address(struct slice text, struct arena *arena, struct slice *address);

/* The same from a URI: only mailto, without the part after '!', '?' or '#', percent-decoded. */
bool reporting_address_uri(struct slice uri, struct arena *arena, struct slice *address);

/*
 * The addresses in a tag's list, in order, each once, at most REPORTING_TARGETS, separated by
 * spaces; anything else is ignored (RFC 9990 3.5).
 */
struct slice reporting_addresses(struct slice list, struct arena *arena);

/* Removes the next address from such a list; false at its end. */
bool reporting_address_next(struct slice *addresses, struct slice *address);

enum reporting_consent {
	REPORTING_CONSENT_UNKNOWN, /* DNS did not answer */
	REPORTING_CONSENT_GIVEN,   /* inside the organization, or the other domain agrees */
	REPORTING_CONSENT_REFUSED
};

/*
 * May reports about the policy's domain be sent to address, which is in its rua or ruf? *instead:
 * the address that the other domain names as a replacement, or address itself. Queries DNS.
 */
enum reporting_consent reporting_target(const struct auth_input *in,
	const struct aggregate_policy *policy, bool failure, struct slice address,
	struct slice *instead);

#endif
