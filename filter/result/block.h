/* block.h: the fields that are added on top of the message (mailstamp(1), What is written). */
#ifndef FILTER_RESULT_BLOCK_H
#define FILTER_RESULT_BLOCK_H

#include "filter/result/authres.h"
#include "filter/verdict/evaluate.h"

/*
 * The rows of the field and of explain's table, in order: the authenticated user, then every
 * mechanism. For a message over the size limit the rows have that as their reason. No rows if the
 * message was not evaluated for another reason.
 */
void block_report(const struct evaluation *evaluation, struct report *report);

/*
 * The Authentication-Results field of an evaluation, with the message's line ends. If the message
 * was not evaluated, the methods are "none" with the reason; after an internal error the field is
 * just "none".
 */
struct authres block_field(const struct evaluation *evaluation);

/*
 * The whole block: the ARC set if the message was sealed, field, Mailstamp-Disposition
 * (with_disposition), Received-SPF and, if the message begins with white space, Mailstamp-Note.
 */
struct slice block_make(
	const struct evaluation *evaluation, struct slice field, bool with_disposition);

/* For --output header: the ARC set, if one was made, and our field. In the evaluation's arena. */
struct slice block_header(const struct evaluation *ev, struct slice field);

#endif
