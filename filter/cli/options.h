/*
 * options.h: the command line and the configuration file into settings.h's struct options.
 *
 * One table names every long option, its argument, its help line and its place in the struct
 * (settings/options_table.h); --help, the configuration file and the command line are read by it.
 */
#ifndef FILTER_CLI_OPTIONS_H
#define FILTER_CLI_OPTIONS_H

#include "filter/settings/settings.h"

/*
 * Scans argv for --profile before anything else, so that even a usage error knows how its caller
 * wants to be told. *given tells whether one was there; a bad name counts as not given, and so does
 * one for a command without a profile.
 */
enum profile options_scan_profile(int argc, char **argv, bool *given);

/* The language that --lang asks for, before anything is parsed: a host is told in English. */
enum i18n_lang options_scan_lang(int argc, char **argv);

/* The command that argv names, for the same need; an unknown word counts as the filter. */
enum command options_scan_command(int argc, char **argv);

/*
 * argv (of main) and the configuration file → options; everything is owned by the arena, or points
 * into argv. ST_BAD with one line in *error (without "mailstamp:" and line end, only printable
 * ASCII); *in_file tells a configuration error (78) from a usage error (64). *options is set all
 * the same, for the log: with defaults, the profile of options_scan_profile and --read-timeout.
 */
enum status options_parse(int argc, char **argv, struct arena *arena, struct options *options,
	const char **error, bool *in_file);

/* The same; what is set, where, and all errors of the file are noted in report, or it is NULL. */
enum status options_parse_report(int argc, char **argv, struct arena *arena,
	struct settings_report *report, struct options *options, const char **error, bool *in_file);

/* --help of a command, made of the table */
void options_help(enum command command, FILE *out);

#endif
