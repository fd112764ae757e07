/*
 * warnings.h: collects the accepted departures from the standards in signatures, keys and sealers'
 * results.
 */
#ifndef FILTER_RESULT_WARNINGS_H
#define FILTER_RESULT_WARNINGS_H

#include "filter/verdict/evaluate.h"

struct warning {
	struct slice about; /* name of the field, or of the key record */
	struct slice d, s;  /* of the signature or seal, if known; normal names */
	const struct note *note;
};

/*
 * Collects the warnings of a message in its order, ARC last, in an array in the arena; *n: their
 * number.
 */
const struct warning *warnings_collect(const struct evaluation *ev, size_t *n);

#endif
