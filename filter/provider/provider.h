/*
 * provider.h: services that send mail for others, keep the mailboxes of others, or pass mail on.
 *
 * filter/provider/services.ini is the one data file about them, with one section for each service;
 * the table is made from it (tools/services). Lists are words separated by spaces; NULL is an empty
 * one.
 */
#ifndef FILTER_PROVIDER_PROVIDER_H
#define FILTER_PROVIDER_PROVIDER_H

#include "auth/base/ip.h"

/* How a provider stores a message. */
struct provider_mailbox {
	const char *word;   /* its name for --mailbox; NULL: it has no mailboxes */
	const char *inside; /* names, and networks, in `by` of its internal hops; names include all
			       that is below them */
	const char *border; /* the same in `by` of the host that accepts mail from outside */
	const char *networks; /* of its internal hosts, besides private and loopback addresses */
	bool path_below;  /* it adds Return-Path at the end of the header, and records the domain of
			     the reverse-path above the border's Received */
	bool noted_below; /* it adds Return-Path below the border's Received, and records the
			     reverse-path in the first Authentication-Results there, which names the
			     border's host */
};

struct provider {
	const char *name; /* its own name for itself */
	/* domains, each with all that is below: of its signatures, of its reverse-paths, of its
	 * hosts' names */
	const char *signs, *paths, *hosts;
	const char *mail_from; /* its name for an envelope of the customer's own, a sentence part to
				  be translated, or NULL */
	const char *dkim;      /* its name for a signature of the customer's own, likewise */
	/* as it documents them for its customers, each NULL if it names none: */
	const char *include; /* the include for a customer's SPF record: its hosts, and no others */
	const char *mx;      /* "10 NAME" beside it, at the envelope's domain; %s is the region, a
				label before the domain of its paths */
	/* "SELECTOR TARGET ..." of a customer's keys; the selector * is any one; in a target %s is
	 * the selector, %a the author domain with - for ., and %d the domain of the service's
	 * signature, which may be one customer's */
	const char *cnames;
	const char *forwards; /* domains whose pass shows a list or a forwarder */
	const char *seals;    /* domains of its ARC seals */
	/* author domains of the DMARC and TLS reports that it sends, with all that is below */
	const char *reporters;
	const char *page; /* the public page that documents it */
	struct provider_mailbox mailbox;
	/*
	 * Domains in which it signs for, or receives bounces of, unrelated customers, and those of
	 * mailboxes for everyone; including all names below, or (shared_alone) not: there a name
	 * below belongs to one customer.
	 */
	const char *shared, *shared_alone;
};

extern const struct provider provider_table[]; /* by name */
extern const size_t provider_count;

/* Every domain in the lists above and every include, in the order of octets. */
struct provider_name {
	const char *domain;
	unsigned short provider; /* number in provider_table */
};

extern const struct provider_name provider_names[];
extern const size_t provider_names_count;

/*
 * The service, or NULL. domain: a signing or envelope domain, a host's name, or a name included by
 * a record.
 */
const struct provider *provider_of(struct slice domain);

/* The service of that name (ASCII case does not matter), or NULL. */
const struct provider *provider_named(struct slice name);

/* The service whose pass for domain shows that it passed the message on, or NULL. */
const struct provider *provider_forwards(struct slice domain);

/* Do unrelated customers pass in this domain? */
bool provider_is_shared(struct slice domain);

/* The next word of such a list; false at its end. */
bool provider_next_word(struct slice *list, struct slice *word);

/* Is host (a name, or an address as text) in a list of names and networks? */
bool provider_lists(const char *list, struct slice host);

/* Is the address one of the provider's internal hosts? */
bool provider_has_address(const struct provider *provider, const struct ip *ip);

#endif
