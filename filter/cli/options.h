/*
 * options.h: the command line and the configuration file into settings.h's struct options.
 *
 * One table names every long option, its argument, its help line and its place in the struct
 * (settings/options_table.h); --help, the configuration file and the command line are read by it.
 */
#ifndef FILTER_CLI_OPTIONS_H
#define FILTER_CLI_OPTIONS_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

/*
 * Scans argv for --profile before anything else, so that even a usage error is reported as its
 * caller expects. *given: was there one? A bad name counts as not given, and so does one for a
 * command without a profile.
 */
enum profile options_scan_profile(int argc, char **argv, bool *given);

/* The language that --lang asks for, before anything is parsed: a mail server gets English. */
enum i18n_lang options_scan_lang(int argc, char **argv);

/* The command in argv, also before parsing; an unknown word counts as the filter. */
enum command options_scan_command(int argc, char **argv);

/*
 * argv (of main) and the configuration file → options; everything is owned by the arena, or points
 * into argv. ST_BAD with *error; *in_file: it is a configuration error (78), not a usage error
 * (64). *options is set even then, for the log: with defaults, the profile of
 * options_scan_profile, --read-timeout and --queue-id.
 */
enum status options_parse(int argc, char **argv, struct arena *arena, struct options *options,
	struct error *error, bool *in_file);

/*
 * The same; the settings, their sources and all errors of the file are noted in report, which may
 * be NULL.
 */
enum status options_parse_report(int argc, char **argv, struct arena *arena,
	struct settings_report *report, struct options *options, struct error *error,
	bool *in_file);

/* --help of a command, made from the table */
void options_help(enum command command, FILE *out);

#endif
