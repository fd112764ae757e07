/* stamp.h: stamped messages into a folder or a Maildir. */
#ifndef FILTER_ARCHIVE_STAMP_H
#define FILTER_ARCHIVE_STAMP_H

#include "filter/io/fault.h"
#include "filter/verdict/evaluate.h"

/*
 * Writes the message with our block, which contains field (from block_field), atomically, as
 * DIR/INDEX-NAME, in a Maildir (a folder with cur, new and tmp) as DIR/new/INDEX-NAME; NAME is the
 * last part of the path, its letters and digits. The same index and path give the same name, so
 * that a resumed run writes nothing twice. FAULT_NONE, or the fault.
 */
enum fault stamp_write(const struct evaluation *ev, struct slice field, const char *dir,
	size_t index, const char *path);

#endif
