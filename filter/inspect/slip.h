/* slip.h: recognizes common mistakes in published records that cannot be read. */
#ifndef FILTER_INSPECT_SLIP_H
#define FILTER_INSPECT_SLIP_H

#include "mime/slice.h"

/* What the record was meant to be: a key, SPF or DMARC. */
enum slip_kind {
	SLIP_KEY,
	SLIP_KEY_DATA /* a key of which only p= is wrong */,
	SLIP_SPF,
	SLIP_DMARC
};

struct slip {
	size_t at;        /* the octet at fault, from 1; 0: unknown */
	const char *text; /* the cause, a sentence in English (N_), or NULL */
};

/* Looks for mistakes in the text alone. at: the octet where parsing stopped, from 1, or 0. */
struct slip slip_find(enum slip_kind kind, struct slice record, size_t at);

#endif
