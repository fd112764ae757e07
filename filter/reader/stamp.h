/* stamp.h: writes stamped messages to a folder or a Maildir. */
#ifndef FILTER_READER_STAMP_H
#define FILTER_READER_STAMP_H

#include "filter/io/fault.h"
#include "filter/verdict/evaluate.h"

/* A file that is being written. */
struct stamp {
	int fd;          /* of the file, or -1 */
	int part, whole; /* the folders of the temporary and of the final name */
	char *part_name, *whole_name;
};

/*
 * Creates a file for the message: DIR/INDEX-NAME, in a Maildir (a folder with cur, new and tmp)
 * DIR/new/INDEX-NAME; NAME is the last part of the path, with '_' for unusual characters. The same
 * index and path give the same name, so that a resumed run writes nothing twice. Until stamp_end
 * the file has a temporary name. FAULT_NONE, or the fault; stamp_end is needed only after
 * FAULT_NONE.
 */
enum fault stamp_begin(const char *dir, size_t index, const char *path, struct stamp *stamp);

/*
 * Writes the message with our block, which contains field (from block_field), to fd. FAULT_NONE, or
 * the fault.
 */
enum fault stamp_write(const struct evaluation *ev, struct slice field, int fd);

/* keep: renames the complete file to its final name; false if that fails. Otherwise removes it. */
bool stamp_end(struct stamp *stamp, bool keep);

#endif
