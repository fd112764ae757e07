/*
 * walk.h: the files below a folder, in the order of their names.
 *
 * Of a Maildir (a folder with cur and new) those two and its subfolders are read; elsewhere names
 * that begin with a dot, and side files (*.envelope), are left out. Links to folders are not
 * followed, so that only mounts can loop: a folder inside itself is reported.
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

/* Goes on inside that folder. FAULT_NONE, or what is wrong: then nothing has changed. */
enum fault walk_enter(struct walk *walk, const char *path, const struct stat *info);

/* The path of the next name (from malloc), or NULL if nothing is left. */
char *walk_next(struct walk *walk);

/* Which part of the folders was given, 0 to 1, if every name in one stands for as much: last is the
 * part of the last path that is done. */
double walk_share(const struct walk *walk, double last);

void walk_end(struct walk *walk);

#endif
