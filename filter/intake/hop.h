/*
 * hop.h: which hops of stored mail are inside: after the host that accepted it from outside.
 *
 * A form counts only as a whole, with each part in its place and no outside address in it: a border
 * always writes the address of its client, so that a HELO argument never looks like such a hop.
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
	HOP_SUBMISSION, /* a program of the host, including our own pipe */
	HOP_RETRIEVAL,  /* fetchmail, getmail */
	HOP_PROVIDER
};

/*
 * The kind of a hop, as --mailbox auto sees it. provider: the only one to recognize, or NULL for
 * all; for HOP_PROVIDER, *found is the provider. value: the field's. Never HOP_RELAY.
 */
enum hop hop_kind(struct slice value, const struct received *received,
	const struct provider *provider, const struct provider **found);

/* "relay", "loopback", ...: a fixed word; for HOP_PROVIDER "mailbox" */
const char *hop_word(enum hop hop);

/* May a submission by that hop be directly above this one? Both must be on one host. */
bool hop_same_host(const struct received *submission, const struct received *below);

#endif
