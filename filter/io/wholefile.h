/* wholefile.h: small files, read whole. */
#ifndef FILTER_IO_WHOLEFILE_H
#define FILTER_IO_WHOLEFILE_H

#include <stddef.h>

#include "filter/io/fault.h"
#include "mime/arena.h"
#include "mime/status.h"

/*
 * The bytes of a regular file into the arena. ST_BAD with *why
 * where it cannot be read or has more than max octets.
 */
enum status wholefile_read(
	const char *path, size_t max, struct arena *arena, struct slice *bytes, enum fault *why);

/*
 * The same for a private key: refused where anyone but its owner may do anything with it, but for
 * our own group, which may read it; or where its owner is neither we nor root. A symbolic link is
 * followed: what it leads to is judged.
 */
enum status wholefile_key(
	const char *path, size_t max, struct arena *arena, struct slice *key, enum fault *why);

/* The same for a secret: refused where others than owner and group can read it, or where nothing is
 * in it; a line end at its end is taken off. */
enum status wholefile_secret(
	const char *path, size_t max, struct arena *arena, struct slice *secret, enum fault *why);

#endif
