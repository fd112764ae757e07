/*
 * saved.h: formats in which mail programs save a message, recognized by the file's name and
 * beginning.
 */
#ifndef FILTER_INTAKE_SAVED_H
#define FILTER_INTAKE_SAVED_H

#include <stdbool.h>

#include "filter/io/fault.h"
#include "mime/message.h"

/*
 * Is a file of that name (.eml, compressed or not, or .emlx) one message, whatever its beginning?
 */
bool saved_is_one(const char *path);

/* The number of octets at the beginning of a file that saved_is_mbox needs. */
enum { SAVED_FIRST = 8 };

/* Does an mbox begin like this? A byte order mark may precede its first line. */
bool saved_is_mbox(const char *path, struct slice first);

/*
 * The message without a byte order mark and, in an .emlx of Apple Mail, without the length before
 * and the property list after it. Points into bytes.
 */
struct slice saved_unwrap(const char *path, struct slice bytes);

/*
 * Why a file is not mail, or FAULT_NONE: known other formats are recognized by their first octets,
 * everything else by a header without fields.
 */
enum fault saved_not_mail(const struct message *message);

#endif
