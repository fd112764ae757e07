/* paths.h: file names, which an attacker may have chosen. */
#ifndef FILTER_IO_PATHS_H
#define FILTER_IO_PATHS_H

#include "mime/arena.h"
#include "mime/slice.h"

/* folder/name from malloc; name only if it is absolute or folder is "" or NULL */
char *path_join(const char *folder, const char *name);

/* the folder that a file is in: "." if the path has none */
const char *path_folder(const char *path, struct arena *arena);

/* does name end with end? ASCII case does not matter */
bool path_ends(const char *name, const char *end);

/*
 * For terminals, tables and lines: UTF-8 is kept, but controls (C0, C1), characters that change the
 * direction of writing, line separators, a backslash and octets that are not UTF-8 become \xHH. In
 * the arena.
 */
const char *path_shown(const char *path, struct arena *arena);

#endif
