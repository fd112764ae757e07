/*
 * options_table.h: the one table of all long options, and how a value's text is read.
 *
 * It defines the command line, the configuration file and --help.
 */
#ifndef FILTER_SETTINGS_OPTIONS_TABLE_H
#define FILTER_SETTINGS_OPTIONS_TABLE_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

enum option_kind {
	OPTION_COMMAND,   /* --help, --version: no value; min is the enum command */
	OPTION_CONFIG,    /* --config: read first, by options.c */
	OPTION_FLAG,      /* bool; without a value it is true */
	OPTION_TEXT,      /* const char *; an empty value counts as not given */
	OPTION_PATH,      /* const char *; not empty */
	OPTION_SENDER,    /* const char *; may be empty: the null path */
	OPTION_CLIENT_IP, /* const char *; an address, or empty */
	OPTION_DOMAIN,    /* const char *; a domain name, normal */
	OPTION_SELECTOR,  /* const char *; a selector, normalized */
	OPTION_ID,        /* const char *; an authserv-id (RFC 8601 2.5) */
	OPTION_MAYBE_ID,  /* const char *; without a value "", otherwise an authserv-id */
	OPTION_WORD,      /* an enum; words has the names of its values, from 0 on */
	OPTION_YES,       /* bool; words are those for false and true */
	OPTION_NUMBER,    /* int64_t */
	OPTION_COUNT,     /* size_t */
	OPTION_BITS,      /* unsigned */
	OPTION_MILLIS,    /* int64_t; seconds with up to three decimals */
	OPTION_SIZE,      /* uint64_t; octets, with k, M or G */
	OPTION_NOW,       /* int64_t; a number, or `message` */
	OPTION_DAY,       /* int64_t; YYYY-MM-DD, stored as the first second of that day */
	/* repeatable */
	OPTION_TEXTS,   /* struct strings; an empty value is left out */
	OPTION_IDS,     /* struct strings of OPTION_ID */
	OPTION_SERVERS, /* struct strings; not empty */
	OPTION_RELAYS,  /* struct strings; CIDR or host name */
	OPTION_DOMAINS, /* struct strings; a domain name */
	OPTION_ACCEPTS, /* struct strings of settings/accept.h */
	OPTION_NETS,    /* struct nets */
	OPTION_EXITS    /* NAME=CODE */
};

struct option_row {
	const char *name;  /* without "--"; commands with other words or another default have a
			      separate row */
	unsigned commands; /* 1 << enum command, for each command that has it */
	const char *arg; /* the name of the value in --help; NULL: show the words, or nothing if the
			    option has no value */
	const char *help;  /* NULL: hidden */
	const char *words; /* "zero|one|two"; "-" for a value that cannot be given */
	const char
		*preset; /* the default as written; NULL: absent, or described in the help text */
	const char *server_preset; /* the default in all profiles but plain; NULL: the same */
	enum option_kind kind;
	size_t at;        /* offset in struct options */
	size_t given;     /* offset of a bool that records that the option was given; 0: none */
	int64_t min, max; /* for numbers */
	bool file;        /* for a list: @FILE means the lines of a file */
	bool line_only;   /* not in the configuration file */
};

/* a row with only help is a heading of --help */
extern const struct option_row option_rows[];
extern const size_t option_count;

/* The command's option of exactly that name, or NULL. */
const struct option_row *option_find(struct slice name, enum command command);

/* The first row of that name, for any command, or NULL. */
const struct option_row *option_find_any(struct slice name);

bool option_is_for(const struct option_row *row, enum command command);

/* Sets the defaults of the command's rows. */
void option_set_presets(enum command command, struct options *options);

/* The default in a profile, as text; NULL: none. */
const char *option_preset(const struct option_row *row, enum profile profile);

/*
 * Sets the defaults of the profile for options that neither the command line nor the file has set.
 * Call it after reading both, because either may choose the profile.
 */
void option_set_server_presets(struct options *options);

/* Does it need a value? A flag may have one, after '='. */
bool option_takes_value(const struct option_row *row);
bool option_is_list(const struct option_row *row);

/*
 * Records for --check-config that a value was set on the command line or in the file; text NULL: a
 * flag. Does nothing if report is NULL.
 */
void option_note(struct settings_report *report, const struct option_row *row, const char *text,
	bool line, struct arena *arena);

/* Empties a list, so that the command line replaces the file's values. */
void option_clear(const struct option_row *row, struct options *options);

/*
 * Stores the option's value in options; value is NULL for a flag without one. ST_BAD with *why, to
 * which the caller adds the option's name. value must outlive options.
 */
enum status option_set(const struct option_row *row, const char *value, struct arena *arena,
	struct options *options, struct error *why);

/* The n-th word of "a|b|c" (n from 0); empty past the end. */
struct slice option_word(const char *words, size_t n);

#endif
