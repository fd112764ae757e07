/*
 * provider.h: services that send mail for others, host mailboxes, or forward mail.
 *
 * filter/provider/services.ini is the only data file about them, with one section for each service;
 * the table is generated from it (tools/services). Lists are words separated by spaces; NULL is an
 * empty list.
 */
#ifndef FILTER_PROVIDER_PROVIDER_H
#define FILTER_PROVIDER_PROVIDER_H

#include "auth/base/ip.h"

/* How a provider stores a message. */
struct provider_mailbox {
	const char *word;    /* its word for --mailbox; NULL: it hosts no mailboxes */
	const char *inside;  /* names and networks that its internal hosts write after `by`; a name
				includes all names below */
	const char *border;  /* the same for the host that accepts mail from outside */
	const char *gateway; /* two words: what an internal host whose name is no domain says in the
				comment after `by`; and, after the first '-', the beginning of the
				name of a border host whose name is no domain */
	const char *networks; /* networks of its internal hosts, besides private and loopback
				 addresses */
	bool path_below; /* it adds Return-Path at the end of the header, and records the domain of
			    the reverse-path above the Received of its border host */
	bool results_below; /* its border host writes its fields with results directly below its
			       Received, Received-SPF at their bottom (filter/receiver/recorded.c)
			     */
	bool noted_below; /* it adds Return-Path below the Received of its border host, and records
			     the reverse-path in the first Authentication-Results there, which names
			     that host */
};

struct provider {
	const char *name; /* the service's name */
	/* domains of its signatures, reverse-paths and host names; each includes all names below */
	const char *signs, *paths, *hosts;
	const char *mail_from; /* its term for a custom envelope domain, part of a sentence, to be
				  translated; or NULL */
	const char *dkim;      /* the same for a signature with the customer's domain */
	/* the next three: as documented for its customers; NULL if there is none */
	const char *include; /* the include for a customer's SPF record, which authorizes only the
				service's hosts */
	const char *mx;      /* the MX record of the envelope domain, "10 NAME"; %s is the region, a
				label in front of its own envelope domain */
	/*
	 * "SELECTOR TARGET ..." of a customer's keys; the selector * means any. In a target %s
	 * is the selector, %a the author domain with - instead of ., and %d the service's signing
	 * domain, which may be specific to a customer
	 */
	const char *cnames;
	/*
	 * Besides, CNAMEs of customers lead to NAME.LABEL in front of this domain, NAME being the
	 * label in front of shared_alone in the customer's signing domain
	 */
	const char *keys;
	const char *forwards; /* a pass for one of these domains shows that a list or a forwarder
				 sent the message */
	const char *seals;    /* domains of its ARC seals */
	/* author domains of the DMARC and TLS reports that it sends, including all names below */
	const char *reporters;
	const char *page; /* the public pages that document it */
	struct provider_mailbox mailbox;
	/*
	 * Domains with which it signs or sends for unrelated customers, and domains of public
	 * mailboxes. shared includes all names below; in shared_alone a name below belongs to one
	 * customer.
	 */
	const char *shared, *shared_alone;
	/*
	 * More domains of which a name below is one customer's, besides shared_alone. Anybody can
	 * become a customer.
	 */
	const char *customers;
};

extern const struct provider provider_table[]; /* sorted by name */
extern const size_t provider_count;

/* Every domain in the lists above and every include, sorted by octets. */
struct provider_name {
	const char *domain;
	unsigned short provider; /* index in provider_table */
};

extern const struct provider_name provider_names[];
extern const size_t provider_names_count;

/*
 * The service that uses the domain, or NULL. domain: a signing or envelope domain, a host name, or
 * a name included by a record.
 */
const struct provider *provider_of(struct slice domain);

/* The service that has exactly that name in one of its lists, or NULL. */
const struct provider *provider_by_name(struct slice name);

/* Is it exactly a domain of public mailboxes, with which the service does not send for others? */
bool provider_has_mailboxes(struct slice domain);

/* The service of which the domain is the name of a single customer; or NULL. */
const struct provider *provider_of_customer(struct slice domain);

/*
 * Is the name, which a record includes or to which a CNAME leads, below customer or, at a service
 * for which customer is the name of a single one, that one's key?
 */
bool provider_names_customer(struct slice name, struct slice customer);

/*
 * The service that itself signs or sends with the domain, or NULL: neither a name of a single
 * customer or of public mailboxes, nor one that only its hosts have, which a hoster also gives to
 * its customers.
 */
const struct provider *provider_sends_as(struct slice domain);

/* The service of that name (ASCII case does not matter), or NULL. */
const struct provider *provider_named(struct slice name);

/* The service that, if domain passes, has forwarded the message; or NULL. */
const struct provider *provider_forwards(struct slice domain);

/* Is the domain shared by unrelated customers? */
bool provider_is_shared(struct slice domain);

/* Removes the next word of a list; false at its end. */
bool provider_next_word(struct slice *list, struct slice *word);

/* Is host (a name, or an address as text) in the list of names and networks? */
bool provider_lists(const char *list, struct slice host);

/* Is it the name of a host of the provider that accepts mail from outside? */
bool provider_has_border(const struct provider *provider, struct slice host);

/* Is the address one of the provider's internal hosts? */
bool provider_has_address(const struct provider *provider, const struct ip *ip);

#endif
