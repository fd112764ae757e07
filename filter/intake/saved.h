/* saved.h: what mail programs make of a message that they save, by the file's name and beginning.
 */
#ifndef FILTER_INTAKE_SAVED_H
#define FILTER_INTAKE_SAVED_H

#include <stdbool.h>

#include "filter/io/fault.h"
#include "mime/message.h"

/* Is a file of that name (.eml, .emlx, packed or not) one message, whatever it begins with? */
bool saved_is_one(const char *path);

/* So many octets of a file's beginning say whether it is an mbox. */
enum { SAVED_FIRST = 8 };

/* Is it an mbox that begins so? A byte order mark may stand before its first line. */
bool saved_is_mbox(const char *path, struct slice first);

/* The message inside: without a byte order mark, and without what Apple Mail writes around it in an
 * .emlx (its length before, a property list behind). Points into bytes. */
struct slice saved_unwrap(const char *path, struct slice bytes);

/* What a file is that is not mail, or FAULT_NONE: those of other programs are known by their first
 * octets, all others by a header without a field. */
enum fault saved_not_mail(const struct message *message);

#endif
