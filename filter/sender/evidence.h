/*
 * evidence.h: evidence, independent of the message, that a host or a domain sends for the author
 * domain.
 *
 * Not evidence: a DKIM or SPF pass of another domain, because a forger can get one for a domain of
 * his own; header fields, because anybody can write them; the fact that the host sent the message.
 */
#ifndef FILTER_SENDER_EVIDENCE_H
#define FILTER_SENDER_EVIDENCE_H

#include "filter/provider/provider.h"
#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"

enum evidence_id {
	EVIDENCE_NONE,
	EVIDENCE_OWN_LIST, /* listed in --own-senders */
	EVIDENCE_MX,       /* the host receives the author domain's mail */
	EVIDENCE_ADDRESS,  /* the host has the author domain's own address */
	EVIDENCE_KEY,      /* of a service: only the CNAME of a key names it */
	EVIDENCE_RANGE,    /* a documented range of a provider that the domain's records name */
	EVIDENCE_RECORDS   /* the domain's records name the service or allow the host */
};

struct evidence {
	enum evidence_id id;
	/*
	 * Set with EVIDENCE_RANGE, for a provider in --own-senders, and with EVIDENCE_RECORDS if
	 * the client is in such a range, too
	 */
	const struct provider *provider;
};

/*
 * Finds evidence that the client sends for the author: in the SPF record of the author domain, in
 * the owner's list, in the services that the list or the records name, and in the address and MX
 * records of the author domain and its organizational domain. Used for both advice and
 * classification. A host that the customers of a service share is no evidence if the message passes
 * for another domain that nothing shows to be the author's.
 */
struct evidence evidence_of_client(
	const struct evaluation *evaluation, const struct own_senders *own);

/*
 * The service whose host the client is, if the author's list or records name it; or NULL. Only the
 * MX may name it: then its include may not be proposed.
 */
const struct provider *evidence_service_of_host(
	const struct evaluation *evaluation, const struct own_senders *own);

/*
 * The domain, not known as the author's, for which the message passes, so that a host that the
 * author's record allows is no evidence; empty if there is none. It may be another customer's of
 * the service of the host, or the author's own after all.
 */
struct slice evidence_against_host(
	const struct evaluation *evaluation, const struct own_senders *own);

/*
 * Finds evidence that a signing or envelope domain, which is not the author's, sends for the
 * author. provider: the service to which the domain belongs, also without evidence. EVIDENCE_MX:
 * only the MX records name that service. It need not send for the author, and other customers use
 * the same hosts and keys: no record that allows them may be proposed. The name of a single
 * customer (provider_of_customer) counts only if the owner's list or records name just that one.
 */
struct evidence evidence_of_domain(
	const struct evaluation *evaluation, const struct own_senders *own, struct slice domain);

enum { EVIDENCE_SERVICES = 32 };

struct evidence_services {
	/*
	 * EVIDENCE_OWN_LIST; EVIDENCE_RECORDS: an SPF record names it; EVIDENCE_KEY: only the key
	 * of a signature, which need not pass; EVIDENCE_MX: only the MX records
	 */
	struct evidence list[EVIDENCE_SERVICES];
	size_t n;
};

/*
 * Collects the first EVIDENCE_SERVICES services that are named by the owner's list, or by the
 * records of the author domain and its organizational domain.
 */
void evidence_services(const struct evaluation *evaluation, const struct own_senders *own,
	struct evidence_services *services);

#endif
