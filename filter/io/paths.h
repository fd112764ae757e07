/* paths.h: handles file names, which may be chosen by an attacker. */
#ifndef FILTER_IO_PATHS_H
#define FILTER_IO_PATHS_H

#include "mime/arena.h"
#include "mime/slice.h"

/* folder/name from malloc; name alone if it is absolute or folder is "" or NULL */
char *path_join(const char *folder, const char *name);

/* the folder that a file is in: "." if the path has none */
const char *path_folder(const char *path, struct arena *arena);

/* does name end with end? ASCII case does not matter */
bool path_ends(const char *name, const char *end);

/*
 * The path in printable form: UTF-8 is kept, but control characters (C0, C1), characters that
 * change the direction of writing, line separators, backslashes and octets that are not UTF-8
 * become \xHH. In the arena.
 */
const char *path_shown(const char *path, struct arena *arena);

#endif
