/* stamp.h: stamped messages into a folder or a Maildir. */
#ifndef FILTER_READER_STAMP_H
#define FILTER_READER_STAMP_H

#include "filter/io/fault.h"
#include "filter/verdict/evaluate.h"

/* A file that is being written. */
struct stamp {
	int fd;          /* of the file, or -1 */
	int part, whole; /* folders: where it is, and where it goes */
	char *part_name, *whole_name;
};

/*
 * A new file for the message: DIR/INDEX-NAME, in a Maildir (a folder with cur, new and tmp)
 * DIR/new/INDEX-NAME; NAME is the last part of the path, its letters and digits. The same index and
 * path give the same name, so that a resumed run writes nothing twice. Until stamp_end it has
 * another name. FAULT_NONE, or the fault; stamp_end is needed only after FAULT_NONE.
 */
enum fault stamp_begin(const char *dir, size_t index, const char *path, struct stamp *stamp);

/*
 * Writes the message with our block, which contains field (from block_field), to fd. FAULT_NONE, or
 * the fault.
 */
enum fault stamp_write(const struct evaluation *ev, struct slice field, int fd);

/*
 * keep: the file, which is complete, gets its name; false if that fails. Otherwise it is removed.
 */
bool stamp_end(struct stamp *stamp, bool keep);

#endif
