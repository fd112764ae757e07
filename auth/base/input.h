/*
 * input.h: everything that a mechanism is given, including time, network and limits. Code in auth/
 * gets these from nowhere else.
 */
#ifndef AUTH_BASE_INPUT_H
#define AUTH_BASE_INPUT_H

#include <stdint.h>

#include "auth/base/identities.h"
#include "auth/base/ip.h"
#include "mime/message.h"

struct budget;
struct crypto;
struct dmarc_overlay;
struct dns;
struct domain_psl;

enum path_kind {
	PATH_UNKNOWN, /* SPF is none; HELO is not checked instead */
	PATH_NULL,    /* MAIL FROM:<> */
	PATH_GIVEN
};

struct envelope {
	struct ip client_ip;      /* family 0: not known */
	struct slice client_name; /* as verified by the MTA, or empty */
	struct slice helo;        /* as given, or empty */
	enum path_kind path;
	struct slice mail_from; /* PATH_GIVEN: without <> */
	const struct slice *rcpts;
	size_t nrcpts;
	struct slice queue_id;
	struct slice authenticated; /* the user who logged in at the MTA, or empty */
	bool trusted_client;        /* SPF and DMARC are not evaluated */
};

struct limits {
	size_t fields;          /* 1,000 */
	size_t field_size;      /* 65,536 octets */
	size_t dkim_signatures; /* 16 */
	size_t arc_sets;        /* 50 */
	size_t keys;            /* 10: records of one name */
	size_t verifications;   /* 2,000: as crypto_key_weight counts them */
	size_t header_octets;   /* 8 MiB: of fields that signatures cover */
	size_t questions;       /* 100: to DNS */
	unsigned rsa_min_bits;  /* 1,024 */
	unsigned rsa_max_bits;  /* 8,192 */
	int64_t spf_ms;         /* 20,000 (RFC 7208 4.6.4) */
};

enum dmarc_mode { DMARC_RFC9989, DMARC_RFC7489 };

enum spf_engine { SPF_OWN, SPF_LIBSPF2 };

struct auth_options {
	enum dmarc_mode dmarc_mode;
	bool dmarc_compare; /* also evaluate the other mode */
	bool dkim_l_allow;  /* a signature with l= may pass */
	enum spf_engine spf_engine;
	bool spf_compare;      /* run the other engine too */
	bool no_ask;           /* do not query DNS in advance: same results, slower */
	int64_t drift;         /* seconds of clock difference allowed for t= and x= (300) */
	struct slice receiver; /* our host name: SPF %{r} */
};

struct auth_input {
	const struct message *message;
	const struct envelope *envelope;
	const struct identities *ids;
	const struct limits *limits;
	const struct auth_options *options;
	const struct domain_psl *psl; /* NULL if RFC 7489 is not evaluated */
	int64_t now;                  /* seconds since the epoch */
	int64_t until_ms; /* the time (dns_clock_ms) by which queries must end, except those for the
			     DMARC policy; 0: no limit */
	struct dns *dns;
	struct crypto *crypto;
	struct arena *arena;
	bool envelope_hidden; /* stored mail with an unknown envelope: SPF is not evaluated, nor is
				 DMARC if no signature passes */
	struct budget
		*budget; /* of this message; NULL: unlimited, if the caller has its own limits */
	/* records to assume instead of those in DNS (auth/dmarc/dmarc.h), or NULL */
	const struct dmarc_overlay *overlay;
};

#endif
