/*
 * config.h: the configuration file, a GLib key file with one group [mailstamp] (mailstamp(1),
 * FILES).
 */
#ifndef FILTER_SETTINGS_CONFIG_H
#define FILTER_SETTINGS_CONFIG_H

#include "filter/settings/settings.h"

enum { CONFIG_MAX = 1024 * 1024 }; /* octets of the file */

/*
 * Reads the file into options. Keys, and values of keys, that only another command has are ignored.
 * If needed is false, a missing file (ENOENT, ENOTDIR) counts as empty, but one that cannot be
 * accessed is an error. ST_BAD with one line in *error, which names the file and the key. GLib is
 * loaded only if there is a file, because linking it would cost every process a third of a
 * millisecond.
 */
enum status config_read(const char *path, bool needed, struct arena *arena, struct options *options,
	struct error *error);

/* The same from bytes; name is their name in errors. */
enum status config_apply(struct slice bytes, const char *name, struct arena *arena,
	struct options *options, struct error *error);

#endif
