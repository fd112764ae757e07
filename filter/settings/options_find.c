/* options_find.c: finds rows of the table, and answers questions about an option. */
#include "filter/settings/options_table.h"
#include "mime/buf.h"

enum { CONFIG_TEXT = 1 << 20 }; /* octets that a list in the configuration file may have */

/* Compares the first letter first, because most names differ in it. */
static bool
is_named(const struct option_row *row, struct slice name)
{
	return row->name != NULL && name.n > 0 && row->name[0] == name.p[0] &&
	       slice_eq(slice_str(row->name), name);
}

const struct option_row *
option_find(struct slice name, enum command command)
{
	for (size_t i = 0; i < option_count; i++)
		if (is_named(&option_rows[i], name) && option_is_for(&option_rows[i], command))
			return &option_rows[i];
	return NULL;
}

const struct option_row *
option_find_any(struct slice name)
{
	for (size_t i = 0; i < option_count; i++)
		if (is_named(&option_rows[i], name))
			return &option_rows[i];
	return NULL;
}

bool
option_is_for(const struct option_row *row, enum command command)
{
	return (row->commands >> command & 1U) != 0;
}

void
option_note(struct settings_report *report, const struct option_row *row, const char *text,
	bool line, struct arena *arena)
{
	struct option_setting *setting;
	struct buf both;

	if (report == NULL)
		return;
	setting = &report->settings[row - option_rows];
	text = text == NULL ? "true" : text;
	buf_init(&both, arena, strlen(text) + CONFIG_TEXT);
	if (option_is_list(row) && setting->text != NULL &&
		setting->from == (line ? FROM_LINE : FROM_FILE))
		buf_addf(&both, "%s;", setting->text);
	buf_adds(&both, text);
	setting->text = arena_cstr(arena, buf_slice(&both));
	setting->from = line ? FROM_LINE : FROM_FILE;
}

bool
option_takes_value(const struct option_row *row)
{
	return row->kind != OPTION_COMMAND && row->kind != OPTION_FLAG &&
	       row->kind != OPTION_MAYBE_ID;
}

bool
option_is_list(const struct option_row *row)
{
	return row->kind >= OPTION_TEXTS;
}

struct slice
option_word(const char *words, size_t n)
{
	struct slice rest = slice_str(words);

	for (; n > 0; n--)
		rest = slice_from(rest, slice_find(rest, '|') + 1);
	return slice_head(rest, slice_find(rest, '|'));
}

void
option_clear(const struct option_row *row, struct options *options)
{
	void *at = (char *)options + row->at;

	if (row->kind == OPTION_NETS) {
		*(struct nets *)at = (struct nets){NULL, 0};
	} else if (row->kind == OPTION_EXITS) {
		for (size_t i = 0; i < sizeof options->exit_override / sizeof(int); i++)
			options->exit_override[i] = -1;
	} else {
		*(struct strings *)at = (struct strings){NULL, 0};
	}
}
