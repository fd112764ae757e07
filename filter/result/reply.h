/*
 * reply.h: what the one who sent a message is told of its reject (RFC 7372 3.2).
 */
#ifndef FILTER_RESULT_REPLY_H
#define FILTER_RESULT_REPLY_H

#include "filter/verdict/evaluate.h"

/*
 * One sentence, printable ASCII without a line end: the author domain, and where its policy is to
 * be read. Names are cut so that it fits into a reply line of 512 octets with all that stands in
 * front of it (RFC 5321 4.5.3.1.5). Of the message it holds nothing but these two normal names.
 */
const char *reply_sentence(const struct evaluation *ev);

#endif
