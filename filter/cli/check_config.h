/*
 * check_config.h: `mailstamp --check-config`: the settings, where each comes from, and all errors.
 */
#ifndef FILTER_CLI_CHECK_CONFIG_H
#define FILTER_CLI_CHECK_CONFIG_H

#include "mime/arena.h"

/* Is it in argv? With the NAME of --user in *user, or NULL. */
bool check_config_asked(int argc, char **argv, const char **user);

/*
 * Prints each option that is set and its source, then whether the named files are usable, and all
 * errors. As root with user, everything with that user's permissions. The exit status: 0, or 78.
 */
int check_config_main(int argc, char **argv, const char *user, struct arena *arena);

#endif
