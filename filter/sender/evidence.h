/*
 * evidence.h: evidence that a host or a domain sends for the author domain, apart from the message
 * itself.
 *
 * Never evidence: a DKIM or SPF pass of another domain, which a forger can get for his own domain;
 * fields, which anybody can write; the fact that the host sent the message.
 */
#ifndef FILTER_SENDER_EVIDENCE_H
#define FILTER_SENDER_EVIDENCE_H

#include "filter/provider/provider.h"
#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"

enum evidence_id {
	EVIDENCE_NONE,
	EVIDENCE_OWN_LIST, /* --own-senders names it */
	EVIDENCE_MX,       /* it receives the domain's mail */
	EVIDENCE_ADDRESS,  /* the domain's own address */
	EVIDENCE_RANGE,    /* a documented range of a provider that the domain's records name */
	EVIDENCE_RECORDS   /* the domain's records name it, or allow the host */
};

struct evidence {
	enum evidence_id id;
	const struct provider
		*provider; /* with EVIDENCE_RANGE, and for a provider in --own-senders */
};

/*
 * Does the client send for the author? By the owner's list, a service that he names, or the address
 * and MX records of the author domain and of its organizational domain. Advice and class ask the
 * same.
 */
struct evidence evidence_of_client(
	const struct evaluation *evaluation, const struct own_senders *own);

/*
 * For a signing or envelope domain that is not the author's, with the service that it belongs to.
 */
struct evidence evidence_of_domain(
	const struct evaluation *evaluation, const struct own_senders *own, struct slice domain);

enum { EVIDENCE_SERVICES = 32 };

struct evidence_services {
	struct evidence list[EVIDENCE_SERVICES]; /* EVIDENCE_OWN_LIST or EVIDENCE_RECORDS */
	size_t n;
};

/*
 * The services named by the owner's list, or by the records of the author domain and of its
 * organizational domain: the first ones.
 */
void evidence_services(const struct evaluation *evaluation, const struct own_senders *own,
	struct evidence_services *services);

/*
 * A word for programs, and the words for people for it, in English (N_); NULL for an unknown word.
 */
const char *evidence_code(enum evidence_id id);
const char *evidence_text(const char *code);

#endif
