/*
 * check_config.h: `mailstamp --check-config`: what is set, where, and everything that is wrong with
 * it.
 */
#ifndef FILTER_CLI_CHECK_CONFIG_H
#define FILTER_CLI_CHECK_CONFIG_H

#include "mime/arena.h"

/* Is it in argv? With the NAME of --user in *user, or NULL. */
bool check_config_asked(int argc, char **argv, const char **user);

/*
 * Prints each option that is set, and where; then whether the files that they name can be used, and
 * every error. As root with user, all of it as that user sees it. The exit status: 0, or 78.
 */
int check_config_main(int argc, char **argv, const char *user, struct arena *arena);

#endif
