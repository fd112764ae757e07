/*
 * walk.h: lists the files below a folder, in the order of their names.
 *
 * In a Maildir (a folder with cur and new) only these two and its subfolders (.NAME) are read;
 * elsewhere names that begin with a dot, and side files (*.envelope), are skipped. Links to folders
 * are not followed, so only mounts can create loops; a folder inside itself is reported.
 */
#ifndef FILTER_IO_WALK_H
#define FILTER_IO_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "filter/io/fault.h"

enum { WALK_DEPTH = 100 };

struct walk_level;

struct walk {
	struct walk_level *top;
	int depth;
};

/* Continues inside the folder path; info: the result of lstat or stat. A fault changes nothing. */
enum fault walk_enter(struct walk *walk, const char *path, const struct stat *info);

/*
 * Sets *path to the path of the next name (from malloc), or to NULL at the end. FAULT_NO_MEMORY:
 * one name was left out, and the walk goes on.
 */
enum fault walk_next(struct walk *walk, char **path);

/*
 * The finished share of the walk, 0 to 1; every name in a folder counts the same. last: the
 * finished share of the path that walk_next returned most recently.
 */
double walk_share(const struct walk *walk, double last);

void walk_end(struct walk *walk);

#endif
