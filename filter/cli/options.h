/*
 * options.h: reads the command line and the configuration file into struct options (settings.h).
 *
 * One table (settings/options_table.h) defines every long option, its argument, its help line and
 * its member of the struct, for the command line, the configuration file and --help.
 */
#ifndef FILTER_CLI_OPTIONS_H
#define FILTER_CLI_OPTIONS_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

/*
 * Scans argv for --profile before anything else, so that even a usage error is reported in the way
 * that the caller expects. *given: was it given? An unknown name, or a command without a profile,
 * counts as not given.
 */
enum profile options_scan_profile(int argc, char **argv, bool *given);

/* The language of --lang, before anything is parsed; English for a mail server. */
enum i18n_lang options_scan_lang(int argc, char **argv);

/* The command in argv, before anything is parsed; an unknown word means the filter. */
enum command options_scan_command(int argc, char **argv);

/*
 * Parses argv (of main) and the configuration file. Everything is owned by the arena, or points
 * into argv. ST_BAD with *error; *in_file: a configuration error (78), not a usage error (64). Even
 * then *options is set for logging: with defaults, the profile of options_scan_profile,
 * --read-timeout and --queue-id.
 */
enum status options_parse(int argc, char **argv, struct arena *arena, struct options *options,
	struct error *error, bool *in_file);

/*
 * The same, and records the settings, their sources and all errors of the file in report, which may
 * be NULL.
 */
enum status options_parse_report(int argc, char **argv, struct arena *arena,
	struct settings_report *report, struct options *options, struct error *error,
	bool *in_file);

/* prints --help of a command, from the table */
void options_help(enum command command, FILE *out);

#endif
