/* providers.h: services that send mail for others, by the domains that they document. */
#ifndef FILTER_EXPLAIN_PROVIDERS_H
#define FILTER_EXPLAIN_PROVIDERS_H

#include "mime/slice.h"

struct provider {
	const char *domain;    /* of its signatures, envelopes and hosts, with all that is below */
	const char *name;      /* as it calls itself */
	const char *mail_from; /* what it calls an envelope of the customer's own, N_(), or NULL */
	const char *dkim;      /* what it calls a signature of the customer's own, N_(), or NULL */
	/* as it documents them for its customers, each NULL where it names none: */
	const char *include; /* what a customer's SPF record includes: its hosts, and no others */
	const char *mx;      /* "10 NAME" beside it, at the envelope's domain; %s is the region */
	const char *cnames;  /* "SELECTOR TARGET ..." of a customer's keys; %s is the selector */
};

extern const struct provider provider_table[];
extern const size_t provider_count;

/* The service, or NULL. domain: a signing or envelope domain, or a host's name. */
const struct provider *provider_of(struct slice domain);

#endif
