#include "filter/cli/options.h"

#include "auth/spf/spf.h"
#include "filter/cli/options_batch.h"
#include "filter/cli/options_filter.h"
#include "filter/settings/config.h"
#include "filter/settings/options_table.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { ERROR_MAX = 2048, SHOWN_MAX = 255 };

static const char *const command_words[] = {
	[COMMAND_FILTER] = "filter",
	[COMMAND_EXPLAIN] = "explain",
	[COMMAND_INSPECT] = "inspect",
	[COMMAND_BATCH] = "batch",
	[COMMAND_PLAN] = "plan",
	[COMMAND_REPORT] = "report",
	[COMMAND_REPORT_READ] = "report read",
	[COMMAND_REPORT_SHOW] = "report show",
	[COMMAND_REPORT_PRUNE] = "report prune",
	[COMMAND_REPORT_IMPORT] = "report import",
	[COMMAND_REPORT_SEND] = "report send",
	[COMMAND_REPORT_BOUNCE] = "report bounce",
};

enum { COMMANDS = sizeof command_words / sizeof command_words[0] };

/* an option on the command line */
struct given {
	const struct option_row *row;
	const char *value; /* NULL: none */
};

struct reader {
	int argc, next;
	char **argv;
	struct arena *arena;
	struct options *options;
	struct error *error;
	struct given *given;
	size_t n;
};

/*
 * The row of the option arg, or NULL; *value is the text after '=', or NULL. The row determines
 * whether the next argument is the value.
 */
static const struct option_row *
row_of(const char *arg, const char **value)
{
	struct slice name = slice_from(slice_str(arg), 2);
	size_t equals = slice_find(name, '=');

	*value = equals < name.n ? name.p + equals + 1 : NULL;
	return option_find_any(slice_head(name, equals));
}

/* Finds the value of an option that is needed before parsing: the profile or the language. */
static void
scan(int argc, char **argv, struct options *found)
{
	const enum command command = options_scan_command(argc, argv);
	struct arena arena;
	const char *value;
	struct error why;

	arena_init(&arena, NULL, NULL);
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const struct option_row *row;

		if (strncmp(argv[i], "--", 2) != 0)
			continue;
		row = row_of(argv[i], &value);
		if (row == NULL)
			continue;
		/* an option's value may look like an option */
		if (option_takes_value(row) && value == NULL && i + 1 < argc)
			value = argv[++i];
		if (value != NULL && row->kind == OPTION_WORD && option_is_for(row, command) &&
			(row->at == offsetof(struct options, profile) ||
				row->at == offsetof(struct options, lang)))
			(void)option_set(row, value, &arena, found, &why);
	}
	arena_clear(&arena);
}

enum profile
options_scan_profile(int argc, char **argv, bool *given)
{
	struct options found = {.profile = PROFILE_PLAIN};

	scan(argc, argv, &found);
	*given = found.profile_given;
	return found.profile;
}

enum i18n_lang
options_scan_lang(int argc, char **argv)
{
	struct options found = {.profile = PROFILE_PLAIN};

	scan(argc, argv, &found);
	return profile_is_host(found.profile) ? I18N_EN : found.lang;
}

/* The number of arguments that name the command, 1 or 2; 0 if they name another command. */
static int
words_given(int argc, char **argv, const char *words)
{
	size_t first = strcspn(words, " ");

	if (argc < 2 || !slice_eq(slice_str(argv[1]), slice_make(words, first)) ||
		(words[first] != '\0' && (argc < 3 || strcmp(argv[2], words + first + 1) != 0)))
		return 0;
	return words[first] == '\0' ? 1 : 2;
}

enum command
options_scan_command(int argc, char **argv)
{
	enum command found = COMMAND_FILTER;

	for (size_t i = 0; i < COMMANDS; i++)
		if (words_given(argc, argv, command_words[i]) > 0)
			found = (enum command)i;
	return found;
}

static enum status
refuse(struct reader *reader, enum setting_error why, const char *first, const char *second)
{
	*reader->error = setting_error(why, first, second);
	return ST_BAD;
}

static const char *
printable_subject(const struct reader *reader, const char *subject)
{
	return printable(slice_str(subject), SHOWN_MAX, reader->arena);
}

/* "--shard is only for batch" */
static enum status
refuse_anothers(struct reader *reader, const char *name)
{
	bool known[COMMANDS] = {false};
	struct buf list;
	size_t n = 0, last = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		known[i] = option_find(slice_str(name), (enum command)i) != NULL;
		last = known[i] ? i : last;
	}
	buf_init(&list, reader->arena, ERROR_MAX);
	for (size_t i = 0; i < COMMANDS; i++)
		if (known[i]) {
			buf_adds(&list, n == 0 ? "" : i == last ? _(" or ") : _(", "));
			buf_adds(&list, command_words[i]);
			n++;
		}
	buf_addc(&list, '\0');
	return refuse(reader, SETTING_E_ANOTHERS, name, list.over ? "" : list.p);
}

static enum status
read_option(struct reader *reader)
{
	const char *arg = reader->argv[reader->next++];
	struct given *given = &reader->given[reader->n];
	const char *name;

	given->row = row_of(arg, &given->value);
	if (given->row == NULL)
		return refuse(reader, SETTING_E_UNKNOWN, printable_subject(reader, arg), NULL);
	name = given->row->name;
	given->row = option_find(slice_str(name), reader->options->command);
	if (given->row == NULL)
		return refuse_anothers(reader, name);
	if (given->row->kind == OPTION_COMMAND && given->value != NULL)
		return refuse(reader, SETTING_E_NO_VALUE, given->row->name, NULL);
	if (option_takes_value(given->row) && given->value == NULL) {
		if (reader->next >= reader->argc)
			return refuse(reader, SETTING_E_NEEDS_VALUE, given->row->name, NULL);
		given->value = reader->argv[reader->next++];
	}
	reader->n++;
	return ST_OK;
}

/* Adds a DOMAIN; argv contains at most argc of them. */
static void
add_domain(struct reader *reader, const char *domain)
{
	struct strings *domains = &reader->options->domains;

	if (domains->v == NULL)
		domains->v = arena_array(reader->arena, (size_t)reader->argc, sizeof *domains->v);
	domains->v[domains->n++] = domain;
}

/*
 * Takes an operand: FILE of explain ("-" is stdin), or one more DOMAIN of inspect or PATH of batch.
 */
static enum status
read_operand(struct reader *reader, bool *had)
{
	const enum command command = reader->options->command;
	const char *arg = reader->argv[reader->next++], *subject = printable_subject(reader, arg);

	if (command == COMMAND_BATCH || command == COMMAND_REPORT_READ ||
		command == COMMAND_REPORT_IMPORT) {
		reader->options->paths.v[reader->options->paths.n++] = arg;
		return ST_OK;
	}
	if (command == COMMAND_INSPECT ||
		((command == COMMAND_REPORT_SHOW || command == COMMAND_PLAN) && !*had)) {
		*had = true;
		add_domain(reader, arg);
		return ST_OK;
	}
	if (command == COMMAND_REPORT)
		return refuse(reader, SETTING_E_REPORT, subject, NULL);
	if (command > COMMAND_REPORT || command == COMMAND_PLAN)
		return refuse(reader, SETTING_E_ARGUMENT, subject, NULL);
	if (command == COMMAND_FILTER)
		return refuse(reader, SETTING_E_FILTER_ARG, subject, NULL);
	if (*had)
		return refuse(reader, SETTING_E_EXPLAIN_ARG, subject, NULL);
	*had = true;
	reader->options->input = strcmp(arg, "-") == 0 ? NULL : arg;
	return ST_OK;
}

static enum status
read_command(struct reader *reader)
{
	const char *word = reader->argc > 1 ? reader->argv[1] : "-";

	reader->next = 1;
	reader->options->command = options_scan_command(reader->argc, reader->argv);
	if (word[0] == '-' && word[1] != '\0')
		return ST_OK;
	if (reader->argc > 1 && reader->options->command == COMMAND_FILTER &&
		strcmp(word, "filter") != 0)
		return refuse(reader, SETTING_E_COMMAND, printable_subject(reader, word), NULL);
	if (reader->argc > 1)
		reader->next = 1 + words_given(reader->argc, reader->argv,
					   command_words[reader->options->command]);
	return ST_OK;
}

/* Splits the command line into reader->given, operands and COMMAND; reads no values yet. */
static enum status
read_arguments(struct reader *reader)
{
	enum status st = read_command(reader);
	bool had = false;

	while (st == ST_OK && reader->next < reader->argc) {
		const char *arg = reader->argv[reader->next];

		if (strcmp(arg, "--") == 0)
			break;
		if (arg[0] == '-' && arg[1] == '-')
			st = read_option(reader);
		else if (arg[0] == '-' && arg[1] != '\0')
			st = refuse(reader, SETTING_E_SHORT, printable_subject(reader, arg), NULL);
		else
			st = read_operand(reader, &had);
	}
	if (st != ST_OK || reader->next >= reader->argc)
		return st;
	reader->next++;
	if (reader->options->command != COMMAND_FILTER) {
		while (st == ST_OK && reader->next < reader->argc)
			st = read_operand(reader, &had);
		return st;
	}
	if (reader->next >= reader->argc) {
		return refuse(reader, SETTING_E_NO_COMMAND, NULL, NULL);
	}
	reader->options->exec_argv = reader->argv + reader->next;
	return ST_OK;
}

/*
 * Reads the values, in order; the first use of a repeatable option replaces the list from the file.
 */
static enum status
apply(struct reader *reader)
{
	bool *seen = arena_array(reader->arena, option_count, sizeof *seen);

	for (size_t i = 0; i < reader->n; i++) {
		const struct option_row *row = reader->given[i].row;
		struct error why;

		if (option_is_list(row) && !seen[row - option_rows])
			option_clear(row, reader->options);
		seen[row - option_rows] = true;
		if (option_set(row, reader->given[i].value, reader->arena, reader->options, &why) !=
			ST_OK) {
			why.option = row->name;
			*reader->error = why;
			return ST_BAD;
		}
		option_note(
			reader->options->report, row, reader->given[i].value, true, reader->arena);
	}
	return ST_OK;
}

/*
 * Applies the options that are still needed after an error: stdin is read to its end within
 * --read-timeout, and the log names the message by --queue-id.
 */
static void
apply_despite_error(struct reader *reader)
{
	struct error why;

	for (size_t i = 0; i < reader->n; i++) {
		const struct option_row *row = reader->given[i].row;

		if ((row->at == offsetof(struct options, read_timeout) &&
			    row->kind == OPTION_NUMBER) ||
			(row->at == offsetof(struct options, queue_id) && row->kind == OPTION_TEXT))
			(void)option_set(
				row, reader->given[i].value, reader->arena, reader->options, &why);
	}
}

static enum status
read_config(struct reader *reader, bool *in_file)
{
	const char *path = NULL;
	enum status st;

	for (size_t i = 0; i < reader->n; i++)
		if (reader->given[i].row->kind == OPTION_CONFIG)
			path = reader->given[i].value;
	st = config_read(path != NULL ? path : MAILSTAMP_CONFIG, path != NULL, reader->arena,
		reader->options, reader->error);
	*in_file = st != ST_OK;
	return st;
}

/*
 * Makes `headers` the default of --envelope for stored mail: a file for explain, unless options
 * give the envelope.
 */
static void
take_stored_defaults(struct options *options)
{
	const bool named = options->client_ip != NULL || options->client_name != NULL ||
			   options->helo != NULL || options->mail_from != NULL;

	if (options->command == COMMAND_EXPLAIN && !options->envelope_given &&
		options->input != NULL && !named)
		options->envelope = ENVELOPE_HEADERS;
	/* the archives of these commands are also stored mail */
	if (options->command == COMMAND_PLAN || options->command == COMMAND_REPORT_SHOW ||
		options->command == COMMAND_INSPECT)
		options->envelope = ENVELOPE_HEADERS;
}

/*
 * Is --trusted-relay on the command line although nothing names the client? (In the file it is
 * allowed, because it applies to all calls.)
 */
static bool
relay_without_client(const struct reader *reader)
{
	const struct options *options = reader->options;
	bool relay = false,
	     client = false; /* also if it is empty, for mail of the mail server itself */

	for (size_t i = 0; i < reader->n; i++) {
		relay |= reader->given[i].row->at == offsetof(struct options, trusted_relays);
		client |= reader->given[i].row->at == offsetof(struct options, client_ip);
	}
	return relay && !client && !profile_speaks_smtp(options->profile) &&
	       (options->envelope == ENVELOPE_ARGS || options->envelope == ENVELOPE_BSMTP);
}

/* Checks combinations of options. */
static enum status
check(struct reader *reader)
{
	struct options *options = reader->options;
	enum setting_error error = options_check_sealing(options);

	take_stored_defaults(options);
	if (error != SETTING_E_NONE)
		return refuse(reader, error, NULL, NULL);
	if (options->envelope == ENVELOPE_FIELD && options->envelope_secret_file == NULL)
		error = SETTING_E_ENVELOPE_FIELD;
	else if (relay_without_client(reader))
		error = SETTING_E_NO_CLIENT;
	else if (options->limits.rsa_min_bits > options->limits.rsa_max_bits)
		error = SETTING_E_RSA_BITS;
	else if ((options->auth.spf_compare || options->auth.spf_engine == SPF_LIBSPF2) &&
		 !spf_libspf2_built())
		error = SETTING_E_NO_LIBSPF2;
	else if (options->command == COMMAND_INSPECT && options->domains.n == 0)
		error = SETTING_E_NO_DOMAIN;
	else if (options->command == COMMAND_PLAN)
		error = options_check_plan(options);
	else if (options->command == COMMAND_REPORT)
		error = SETTING_E_NO_REPORT;
	else if (options->command == COMMAND_REPORT_IMPORT && options->paths.n == 0)
		error = SETTING_E_NO_LOG;
	else if (options->undo != NULL && options->command != COMMAND_EXPLAIN)
		error = SETTING_E_UNDO;
	else if (options->command == COMMAND_BATCH)
		return options_check_batch(options, reader->arena, reader->error);
	else if (options->command != COMMAND_FILTER)
		return ST_OK;
	else
		error = options_check_filter(options);
	return error == SETTING_E_NONE ? ST_OK : refuse(reader, error, NULL, NULL);
}

/* Is --help or --version given? It becomes the command, and needs nothing else. */
static bool
asks_for_text(struct reader *reader)
{
	for (size_t i = 0; i < reader->n; i++)
		if (reader->given[i].row->kind == OPTION_COMMAND) {
			reader->options->command = (enum command)reader->given[i].row->min;
			return true;
		}
	return false;
}

enum status
options_parse(int argc, char **argv, struct arena *arena, struct options *options,
	struct error *error, bool *in_file)
{
	return options_parse_report(argc, argv, arena, NULL, options, error, in_file);
}

enum status
options_parse_report(int argc, char **argv, struct arena *arena, struct settings_report *report,
	struct options *options, struct error *error, bool *in_file)
{
	struct reader reader = {
		.argc = argc,
		.argv = argv,
		.arena = arena,
		.options = options,
		.error = error,
	};
	enum status st;

	*in_file = false;
	*options = options_default();
	options->report = report;
	option_set_presets(options_scan_command(argc, argv), options);
	options->profile = options_scan_profile(argc, argv, &options->profile_given);
	reader.given = arena_array(arena, argc > 0 ? (size_t)argc : 1, sizeof *reader.given);
	options->paths.v =
		arena_array(arena, argc > 0 ? (size_t)argc : 1, sizeof *options->paths.v);
	st = read_arguments(&reader);
	if (st != ST_OK)
		apply_despite_error(&reader);
	if (st != ST_OK || asks_for_text(&reader))
		return st;
	st = read_config(&reader, in_file);
	if (st != ST_OK)
		apply_despite_error(&reader);
	if (st == ST_OK && !profile_is_host(options->profile) && options->lang != I18N_LOCALE &&
		options_scan_lang(argc, argv) == I18N_LOCALE)
		i18n_choose(options->lang); /* the file may set the language */
	if (st == ST_OK)
		st = apply(&reader);
	option_set_server_presets(options);
	return st == ST_OK ? check(&reader) : st;
}
