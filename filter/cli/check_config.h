/*
 * check_config.h: `mailstamp --check-config`: prints the settings, their sources, and all errors.
 */
#ifndef FILTER_CLI_CHECK_CONFIG_H
#define FILTER_CLI_CHECK_CONFIG_H

#include "mime/arena.h"

/* Is --check-config in argv? *user is the NAME of --user, or NULL. */
bool check_config_asked(int argc, char **argv, const char **user);

/*
 * Prints each option that is set with its source, then whether the named files are usable, and all
 * errors. As root with user, checks with the permissions of that user. Returns the exit status: 0,
 * 78, or 75 if memory or descriptors ran out.
 */
int check_config_main(int argc, char **argv, const char *user, struct arena *arena);

#endif
