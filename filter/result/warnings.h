/* warnings.h: departures that were ignored in a message's signatures, keys and sealers' results. */
#ifndef FILTER_RESULT_WARNINGS_H
#define FILTER_RESULT_WARNINGS_H

#include "filter/verdict/evaluate.h"

struct warning {
	struct slice about; /* the field's name, or the name of the key record */
	struct slice d, s;  /* of the signature or seal, as far as they are known; normal names */
	const struct note *note;
};

/* In the order of the message, ARC last, as an array in the arena; *n of them. */
const struct warning *warnings_collect(const struct evaluation *ev, size_t *n);

#endif
