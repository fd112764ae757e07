/*
 * evidence.h: what says that a host or a domain sends for the author domain, other than the message
 * itself.
 *
 * Never evidence: a DKIM pass or SPF pass of somebody else, which a forger has for a domain of his
 * own; fields, which anybody can write; that the host has sent the message.
 */
#ifndef FILTER_SENDER_EVIDENCE_H
#define FILTER_SENDER_EVIDENCE_H

#include "filter/provider/provider.h"
#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"

enum evidence_id {
	EVIDENCE_NONE,
	EVIDENCE_OWN_LIST, /* --own-senders names it */
	EVIDENCE_MX,       /* it takes the domain's mail */
	EVIDENCE_ADDRESS,  /* the domain's own address */
	EVIDENCE_RANGE,    /* a documented range of a provider that the domain's records name */
	EVIDENCE_RECORDS   /* the domain's records name it, or allow the host */
};

struct evidence {
	enum evidence_id id;
	const struct provider *provider; /* of EVIDENCE_RANGE, and of an own list's provider */
};

/* For the client's address: may it stand in the SPF record of domain? */
struct evidence evidence_of_client(
	const struct evaluation *evaluation, const struct own_senders *own, struct slice domain);

/* For a signing or envelope domain that is not the author's, with the service that it is of. */
struct evidence evidence_of_domain(
	const struct evaluation *evaluation, const struct own_senders *own, struct slice domain);

enum { EVIDENCE_SERVICES = 32 };

struct evidence_services {
	struct evidence list[EVIDENCE_SERVICES]; /* EVIDENCE_OWN_LIST or EVIDENCE_RECORDS */
	size_t n;
};

/* The services that the owner's list, or the records of domain and of the policy's domain above it,
 * name: the first ones. */
void evidence_services(const struct evaluation *evaluation, const struct own_senders *own,
	struct slice domain, struct evidence_services *services);

/* A word for machines, and from it the words for people, in English (N_); NULL for another word. */
const char *evidence_code(enum evidence_id id);
const char *evidence_text(const char *code);

#endif
