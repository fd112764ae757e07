/*
 * hop.h: which hops of stored mail are internal, that is, after the host that accepted the mail
 * from outside.
 *
 * A field is recognized only if all of it has the expected form, without an external address. A
 * border host always writes its client's address, so a HELO argument cannot make its field look
 * like an internal hop.
 */
#ifndef FILTER_INTAKE_HOP_H
#define FILTER_INTAKE_HOP_H

#include "filter/intake/received.h"
#include "filter/provider/provider.h"

enum hop {
	HOP_OUTSIDE,
	HOP_RELAY,      /* --trusted-relay */
	HOP_LOOPBACK,   /* from 127.0.0.1, ::1 or a socket: a content filter */
	HOP_LMTP,       /* a local delivery agent */
	HOP_SUBMISSION, /* a program on the host, including our own pipe */
	HOP_RETRIEVAL,  /* fetchmail, getmail */
	HOP_PROVIDER
};

/*
 * The kind of a hop, by the rules of --mailbox auto; never HOP_RELAY. value: the field's value.
 * provider: the only provider to recognize, or NULL for all; with HOP_PROVIDER, *found is the
 * provider.
 */
enum hop hop_kind(struct slice value, const struct received *received,
	const struct provider *provider, const struct provider **found);

/* "relay", "loopback", ...: a fixed word; for HOP_PROVIDER "mailbox" */
const char *hop_word(enum hop hop);

/* May this field be directly below that local submission? Both must be written by the same host. */
bool hop_same_host(const struct received *submission, const struct received *below);

#endif
