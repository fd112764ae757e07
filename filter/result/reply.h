/*
 * reply.h: the text of a rejection for the sender of a message (RFC 7372 3.2).
 */
#ifndef FILTER_RESULT_REPLY_H
#define FILTER_RESULT_REPLY_H

#include "filter/verdict/evaluate.h"

/*
 * One sentence, printable ASCII without a line end: the author domain, and where its policy is
 * published. Names are cut so that it fits into a reply line of 512 octets with the text before it
 * (RFC 5321 4.5.3.1.5). Only these two normal names come from the message.
 */
const char *reply_sentence(const struct evaluation *ev);

#endif
