/*
 * slip.h: why a record cannot be read: the slips that owners make when they publish one.
 */
#ifndef FILTER_INSPECT_SLIP_H
#define FILTER_INSPECT_SLIP_H

#include "mime/slice.h"

/* What a key's record, an SPF record or a DMARC record was meant to be. */
enum slip_kind { SLIP_KEY, SLIP_KEY_DATA /* its p= alone is at fault */, SLIP_SPF, SLIP_DMARC };

struct slip {
	size_t at;        /* the octet that is at fault, from 1; 0: none is known */
	const char *text; /* the cause, a sentence in English (N_), or NULL */
};

/* Pure. at: where reading stopped, from 1, or 0. */
struct slip slip_find(enum slip_kind kind, struct slice record, size_t at);

#endif
