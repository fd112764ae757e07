/* wholefile.h: reads small files completely. */
#ifndef FILTER_IO_WHOLEFILE_H
#define FILTER_IO_WHOLEFILE_H

#include <stddef.h>

#include "filter/io/fault.h"
#include "mime/arena.h"
#include "mime/status.h"

/*
 * Reads a regular file into the arena. ST_BAD with *why if it cannot be read or is larger than max
 * octets.
 */
enum status wholefile_read(
	const char *path, size_t max, struct arena *arena, struct slice *bytes, enum fault *why);

/*
 * The same for a private key: refused if anyone but the owner has permissions, except that our own
 * group may read it, or if the owner is neither this user nor root. For a symbolic link, the target
 * is checked.
 */
enum status wholefile_key(
	const char *path, size_t max, struct arena *arena, struct slice *key, enum fault *why);

/*
 * The same for a secret: refused if users other than its owner and group may read or write it, or
 * if it is empty; a final line end is removed.
 */
enum status wholefile_secret(
	const char *path, size_t max, struct arena *arena, struct slice *secret, enum fault *why);

#endif
