#include "filter/settings/config.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

#include "filter/io/wholefile.h"
#include "filter/settings/options_table.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/printable.h"
#include "mime/buf.h"
#include "mime/fields.h"
#include "mime/late.h"

enum { SHOWN_MAX = 255 };

static const char group[] = "mailstamp";

/* the GLib functions that we use, named without g_ */
struct glib {
	__typeof__(&g_key_file_new) key_file_new;
	__typeof__(&g_key_file_free) key_file_free;
	__typeof__(&g_key_file_load_from_data) key_file_load_from_data;
	__typeof__(&g_key_file_get_groups) key_file_get_groups;
	__typeof__(&g_key_file_get_keys) key_file_get_keys;
	__typeof__(&g_key_file_get_string) key_file_get_string;
	__typeof__(&g_key_file_get_string_list) key_file_get_string_list;
	__typeof__(&g_strfreev) strfreev;
	__typeof__(&g_free) free;
	__typeof__(&g_clear_error) clear_error;
};

struct reader {
	struct glib glib;
	GKeyFile *file;
	const char *name;
	struct arena *arena;
	struct options *options;
	struct error *error;
};

static bool
load_glib(struct glib *glib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(glib, key_file_new, g_key_file_new),
		LATE_ALWAYS(glib, key_file_free, g_key_file_free),
		LATE_ALWAYS(glib, key_file_load_from_data, g_key_file_load_from_data),
		LATE_ALWAYS(glib, key_file_get_groups, g_key_file_get_groups),
		LATE_ALWAYS(glib, key_file_get_keys, g_key_file_get_keys),
		LATE_ALWAYS(glib, key_file_get_string, g_key_file_get_string),
		LATE_ALWAYS(glib, key_file_get_string_list, g_key_file_get_string_list),
		LATE_ALWAYS(glib, strfreev, g_strfreev),
		LATE_ALWAYS(glib, free, g_free),
		LATE_ALWAYS(glib, clear_error, g_clear_error),
	};

	return late_load("libglib-2.0.so.0", names, sizeof names / sizeof *names, glib);
}

/* Sets the error; key: the option or group that it is about, or NULL. */
static enum status
bad(struct reader *reader, const char *key, struct error why)
{
	why.path = reader->name;
	if (key != NULL)
		why.option = printable(slice_str(key), SHOWN_MAX, reader->arena);
	*reader->error = why;
	return ST_BAD;
}

static enum status
bad_setting(struct reader *reader, const char *key, enum setting_error why)
{
	return bad(reader, key, setting_error(why, NULL, NULL));
}

/* Reports GLib's text, which may quote the file; frees the error. */
static enum status
bad_glib(struct reader *reader, const char *key, GError *error)
{
	struct error why = setting_error(SETTING_E_NOT_READ, NULL, NULL);

	if (error != NULL)
		why = setting_error(SETTING_E_SYNTAX,
			printable(slice_str(error->message), SHOWN_MAX, reader->arena), NULL);
	reader->glib.clear_error(&error);
	return bad(reader, key, why);
}

static const char *
keep(struct reader *reader, const char *value)
{
	return arena_cstr(reader->arena, slice_str(value));
}

/* Does another command accept this value (output = header)? */
static bool
is_anothers(const struct option_row *row, const char *value, struct arena *arena)
{
	struct options scratch = options_default();
	struct error why;

	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].name != NULL && strcmp(option_rows[i].name, row->name) == 0 &&
			option_set(&option_rows[i], value, arena, &scratch, &why) == ST_OK)
			return true;
	return false;
}

static enum status
set_list(struct reader *reader, const struct option_row *row)
{
	const struct glib *glib = &reader->glib;
	enum status st = ST_OK;
	GError *error = NULL;
	struct error why;
	gchar **list;
	gsize n = 0;

	list = glib->key_file_get_string_list(reader->file, group, row->name, &n, &error);
	if (list == NULL || error != NULL) {
		glib->strfreev(list);
		return bad_glib(reader, row->name, error);
	}
	for (gsize i = 0; st == ST_OK && i < n; i++) {
		st = option_set(row, keep(reader, list[i]), reader->arena, reader->options, &why);
		option_note(reader->options->report, row, list[i], false, reader->arena);
	}
	glib->strfreev(list);
	return st == ST_OK ? ST_OK : bad(reader, row->name, why);
}

static enum status
set_one(struct reader *reader, const struct option_row *row)
{
	const struct glib *glib = &reader->glib;
	GError *error = NULL;
	struct error why;
	gchar *text;
	enum status st;

	text = glib->key_file_get_string(reader->file, group, row->name, &error);
	/* for a bad escape GLib returns both a text and an error */
	if (text == NULL || error != NULL) {
		glib->free(text);
		return bad_glib(reader, row->name, error);
	}
	st = option_set(row, keep(reader, text), reader->arena, reader->options, &why);
	option_note(reader->options->report, row, text, false, reader->arena);
	if (st != ST_OK && is_anothers(row, text, reader->arena))
		st = ST_OK;
	glib->free(text);
	return st == ST_OK ? ST_OK : bad(reader, row->name, why);
}

static enum status
set_key(struct reader *reader, const char *key)
{
	const struct option_row *row = option_find_any(slice_str(key));

	if (row == NULL)
		return bad_setting(reader, key, SETTING_E_NOT_AN_OPTION);
	if (row->kind == OPTION_COMMAND || row->kind == OPTION_CONFIG || row->line_only)
		return bad_setting(reader, key, SETTING_E_LINE_ONLY);
	row = option_find(slice_str(key), reader->options->command);
	if (row == NULL)
		return ST_OK; /* one file serves all commands */
	return option_is_list(row) ? set_list(reader, row) : set_one(reader, row);
}

/* Adds the error to the report of --check-config, which then continues. Returns ST_BAD. */
static enum status
note_error(struct reader *reader)
{
	struct settings_report *report = reader->options->report;
	const char **all;

	if (report == NULL)
		return ST_BAD;
	all = arena_array(reader->arena, report->errors.n + 1, sizeof *all);
	for (size_t i = 0; i < report->errors.n; i++)
		all[i] = report->errors.v[i];
	all[report->errors.n++] = error_words(reader->error, reader->arena);
	report->transient |= profile_failure(reader->error) == EXIT_TEMPFAIL;
	report->errors.v = all;
	return ST_BAD;
}

static enum status
set_keys(struct reader *reader)
{
	enum status st = ST_OK;
	GError *error = NULL;
	gchar **keys;

	keys = reader->glib.key_file_get_keys(reader->file, group, NULL, &error);
	if (keys == NULL)
		return bad_glib(reader, NULL, error);
	for (gchar **key = keys; *key != NULL && (st == ST_OK || reader->options->report != NULL);
		key++)
		if (set_key(reader, *key) != ST_OK)
			st = note_error(reader);
	reader->glib.strfreev(keys);
	return st;
}

/*
 * Refuses a group with another name, which is a typo or meant for another program. *any: there are
 * groups.
 */
static enum status
check_groups(struct reader *reader, bool *any)
{
	gchar **groups = reader->glib.key_file_get_groups(reader->file, NULL);
	enum status st = ST_OK;

	*any = false;
	for (gchar **name = groups; st == ST_OK && *name != NULL; name++) {
		*any = true;
		if (strcmp(*name, group) != 0)
			st = bad_setting(reader, *name, SETTING_E_GROUP);
	}
	reader->glib.strfreev(groups);
	return st;
}

/*
 * Removes white space at the end of each line, which is not part of the value (`\s` is); GLib
 * removes only leading white space.
 */
static struct slice
trim_lines(struct slice bytes, struct arena *arena)
{
	struct slice line;
	struct buf out;

	buf_init(&out, arena, bytes.n + 1);
	while (line_next(&bytes, &line)) {
		while (line.n > 0 && strchr(" \t\r\n", line.p[line.n - 1]) != NULL)
			line.n--;
		buf_add(&out, line);
		buf_addc(&out, '\n');
	}
	return buf_slice(&out);
}

/*
 * Refuses a repeated key, of which GLib would silently keep only the last value: half of a list of
 * networks would be lost.
 */
static enum status
check_repeated(struct reader *reader, struct slice bytes)
{
	bool *seen = arena_array(reader->arena, option_count, sizeof *seen);
	enum status st = ST_OK;
	struct slice line;

	while ((st == ST_OK || reader->options->report != NULL) && line_next(&bytes, &line)) {
		struct slice key = slice_trim(slice_head(line, slice_find(line, '=')));
		const struct option_row *row = option_find_any(key);

		if (row == NULL || slice_find(line, '=') == line.n)
			continue;
		if (seen[row - option_rows]) {
			(void)bad_setting(reader, row->name, SETTING_E_TWICE);
			st = note_error(reader);
		}
		seen[row - option_rows] = true;
	}
	return st;
}

static enum status
parse_config(struct reader *reader, struct slice bytes)
{
	GError *error = NULL;
	enum status st, keys;
	bool any;

	/* KEEP_TRANSLATIONS also finds keys like `helo[de]`, a mistake that GLib would ignore */
	bytes = trim_lines(bytes, reader->arena);
	if (!reader->glib.key_file_load_from_data(
		    reader->file, bytes.p, bytes.n, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
		return bad_glib(reader, NULL, error);
	st = check_groups(reader, &any);
	if (st != ST_OK || !any)
		return st;
	st = check_repeated(reader, bytes);
	if (st != ST_OK && reader->options->report == NULL)
		return st;
	keys = set_keys(reader);
	return st == ST_OK ? keys : st;
}

enum status
config_apply(struct slice bytes, const char *name, struct arena *arena, struct options *options,
	struct error *error)
{
	struct reader reader = {
		.name = name,
		.arena = arena,
		.options = options,
		.error = error,
	};
	enum status st;

	if (slice_trim(bytes).n == 0)
		return ST_OK;
	if (memchr(bytes.p, '\0', bytes.n) != NULL)
		return bad_setting(&reader, NULL, SETTING_E_FILE_NUL);
	if (!load_glib(&reader.glib))
		return bad_setting(&reader, NULL, SETTING_E_NO_GLIB);
	reader.file = reader.glib.key_file_new();
	st = parse_config(&reader, bytes);
	reader.glib.key_file_free(reader.file);
	return st;
}

enum status
config_read(const char *path, bool needed, struct arena *arena, struct options *options,
	struct error *error)
{
	struct reader reader = {.name = path, .arena = arena, .error = error};
	struct slice bytes;
	enum fault why;

	if (strcmp(path, "/dev/null") == 0)
		return ST_OK;
	if (wholefile_read(path, CONFIG_MAX, arena, &bytes, &why) != ST_OK)
		/* a file in an inaccessible folder is an error: its policy must not be ignored */
		return !needed && why == FAULT_NO_FILE
			       ? ST_OK
			       : bad(&reader, NULL, fault_error(why, NULL, NULL));
	options->config = path;
	return config_apply(bytes, path, arena, options, error);
}
