#include <errno.h>
#include <stdlib.h>

#include "filter/io/clock.h"
#include "filter/io/wholefile.h"
#include "filter/settings/accept.h"
#include "filter/settings/options_names.h"
#include "filter/settings/options_table.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"
#include "mime/fields.h"
#include "mime/scan.h"

enum { WHY_MAX = 1024, EXIT_MAX = 255, LINES_MAX = 4 << 20 };

static void *
place(struct options *options, size_t at)
{
	return (char *)options + at;
}

/* "a, b or c" */
static const char *
one_of(const char *names, struct arena *arena)
{
	struct slice word, next;
	struct buf list;
	size_t listed = 0;

	buf_init(&list, arena, WHY_MAX);
	for (size_t i = 0; (word = option_word(names, i)).n > 0; i++) {
		next = option_word(names, i + 1);
		if (slice_eq(word, SLICE("-")))
			continue;
		if (listed++ > 0)
			buf_adds(&list, next.n > 0 ? _(", ") : _(" or "));
		buf_add(&list, word);
	}
	buf_addc(&list, '\0');
	return list.over ? "" : list.p;
}

static enum status
find_word(const struct option_row *row, const char *value, struct arena *arena, int *number,
	struct error *why)
{
	struct slice word;

	for (int i = 0; (word = option_word(row->words, (size_t)i)).n > 0; i++)
		if (slice_eq(word, slice_str(value)) && !slice_eq(word, SLICE("-"))) {
			*number = i;
			return ST_OK;
		}
	*why = setting_error(SETTING_E_WORD, one_of(row->words, arena), NULL);
	return ST_BAD;
}

static const char *
digits(int64_t number, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, 24);
	buf_addf(&text, "%lld", (long long)number);
	return arena_cstr(arena, buf_slice(&text));
}

static enum status
range(const struct option_row *row, const char *what, int64_t unit, struct arena *arena,
	struct error *why)
{
	*why = setting_error(
		SETTING_E_RANGE, translated(what), digits((row->min + unit - 1) / unit, arena));
	why->words[2] = digits(row->max / unit, arena);
	return ST_BAD;
}

static enum status
read_number(const struct option_row *row, const char *value, struct arena *arena, int64_t *number,
	struct error *why)
{
	struct slice at = slice_str(value);
	unsigned long long found;

	if (!scan_number(&at, (unsigned long long)row->max, &found) || at.n > 0 ||
		(int64_t)found < row->min)
		return range(row,
			row->kind == OPTION_NOW ? N_("`message' or a whole number")
						: N_("a whole number"),
			1, arena, why);
	*number = (int64_t)found;
	return ST_OK;
}

/* "5", "2.5", "0.125" */
static enum status
read_millis(const struct option_row *row, const char *value, struct arena *arena, int64_t *millis,
	struct error *why)
{
	struct slice at = slice_str(value);
	unsigned long long seconds, fraction = 0;

	if (!scan_number(&at, (unsigned long long)row->max / 1000, &seconds))
		return range(row, N_("seconds"), 1000, arena, why);
	if (scan_char(&at, '.')) {
		size_t digits = at.n;

		if (digits > 3 || !scan_number(&at, 999, &fraction)) {
			*why = setting_error(SETTING_E_DECIMALS, NULL, NULL);
			return ST_BAD;
		}
		for (; digits < 3; digits++)
			fraction *= 10;
	}
	*millis = (int64_t)(seconds * 1000 + fraction);
	if (at.n > 0 || *millis < row->min || *millis > row->max)
		return range(row, N_("seconds"), 1000, arena, why);
	return ST_OK;
}

static enum status
read_size(const struct option_row *row, const char *value, struct arena *arena, uint64_t *size,
	struct error *why)
{
	static const char units[] = "kmg";
	struct slice at = slice_str(value);
	unsigned long long found, unit = 1;

	if (scan_number(&at, (unsigned long long)row->max, &found)) {
		const char *letter = at.n == 1 ? strchr(units, slice_lower(at.p[0])) : NULL;

		if (letter != NULL) {
			unit = 1ULL << (10 * (letter - units + 1));
			at = slice_from(at, 1);
		}
		if (at.n == 0 && found <= (unsigned long long)row->max / unit &&
			found * unit >= (unsigned long long)row->min) {
			*size = found * unit;
			return ST_OK;
		}
	}
	return range(row, N_("octets (k, M or G may follow)"), 1, arena, why);
}

static void
append(struct strings *list, const char *value, struct arena *arena)
{
	/* the capacity doubles at every power of two */
	if ((list->n & (list->n - 1)) == 0) {
		const char **v = arena_array(arena, list->n == 0 ? 1 : list->n * 2, sizeof *v);

		if (list->n > 0)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n++] = value;
}

static enum status
append_net(struct nets *list, const char *value, struct arena *arena, struct error *why)
{
	struct ip_net net;

	if (!ip_net_parse(slice_str(value), &net)) {
		*why = setting_error(SETTING_E_NET, NULL, NULL);
		return ST_BAD;
	}
	if ((list->n & (list->n - 1)) == 0) {
		struct ip_net *v = arena_array(arena, list->n == 0 ? 1 : list->n * 2, sizeof *v);

		if (list->n > 0)
			memcpy(v, list->v, list->n * sizeof *v);
		list->v = v;
	}
	list->v[list->n++] = net;
	return ST_OK;
}

/* NAME=CODE. The program never exits with 1, and a tempfail of 0 would lose the message. */
static enum status
set_exit(const char *value, int *codes, struct error *why)
{
	static const char names[] = "accept|quarantine|reject|tempfail";
	struct slice at = slice_str(value), word;
	unsigned long long code;

	for (size_t i = 0; (word = option_word(names, i)).n > 0; i++) {
		struct slice rest = slice_from(at, word.n);

		if (!slice_starts(at, word) || !scan_char(&rest, '='))
			continue;
		if (!scan_number(&rest, EXIT_MAX, &code) || rest.n > 0 || code == 1) {
			*why = setting_error(SETTING_E_EXIT_CODE, NULL, NULL);
			return ST_BAD;
		}
		if (i == DISP_TEMPFAIL && code == 0) {
			*why = setting_error(SETTING_E_EXIT_LOSES, NULL, NULL);
			return ST_BAD;
		}
		codes[i] = (int)code;
		return ST_OK;
	}
	*why = setting_error(SETTING_E_EXIT, NULL, NULL);
	return ST_BAD;
}

static enum status
set_item(const struct option_row *row, const char *value, struct arena *arena,
	struct options *options, struct error *why)
{
	void *at = place(options, row->at);
	enum status st = ST_OK;

	if (row->kind == OPTION_NETS)
		return append_net(at, value, arena, why);
	if (row->kind == OPTION_EXITS)
		return set_exit(value, at, why);
	if (value[0] == '\0') {
		*why = setting_error(SETTING_E_EMPTY, NULL, NULL);
		return row->kind == OPTION_TEXTS ? ST_OK : ST_BAD;
	}
	if (row->kind == OPTION_IDS)
		st = options_id(value, arena, &value, why);
	else if (row->kind == OPTION_RELAYS)
		st = options_relay(value, row->file, arena, &value, why);
	else if (row->kind == OPTION_ACCEPTS)
		st = accept_read(value, arena, &value, why);
	else if (row->kind == OPTION_DOMAINS)
		st = options_domain(value, arena, &value, why);
	if (st == ST_OK)
		append(at, value, arena);
	return st;
}

/*
 * Reads one value from each line of a file; empty lines and lines that begin with '#' are ignored.
 */
static enum status
set_lines(const struct option_row *row, const char *path, struct arena *arena,
	struct options *options, struct error *why)
{
	struct slice rest, line;
	size_t number = 0;
	enum fault fault;

	if (wholefile_read(path, LINES_MAX, arena, &rest, &fault) != ST_OK) {
		*why = fault_error(fault, NULL, NULL);
		why->values = path;
		return ST_BAD;
	}
	while (line_next(&rest, &line)) {
		struct slice value = slice_trim(line);

		number++;
		if (value.n == 0 || value.p[0] == '#')
			continue;
		*why = setting_error(SETTING_E_NUL, NULL, NULL);
		if (slice_find(value, '\0') < value.n ||
			set_item(row, arena_cstr(arena, value), arena, options, why) != ST_OK) {
			why->values = path;
			why->line = number;
			return ST_BAD;
		}
	}
	return ST_OK;
}

static enum status
set_list(const struct option_row *row, const char *value, struct arena *arena,
	struct options *options, struct error *why)
{
	if (row->file && value[0] == '@')
		return set_lines(row, value + 1, arena, options, why);
	return set_item(row, value, arena, options, why);
}

static enum status
set_text(const struct option_row *row, const char *value, struct arena *arena, const char **at,
	struct error *why)
{
	struct ip ip;

	if (row->kind == OPTION_ID)
		return options_id(value, arena, at, why);
	if (row->kind == OPTION_PATH && value[0] == '\0') {
		*why = setting_error(SETTING_E_EMPTY, NULL, NULL);
		return ST_BAD;
	}
	if (row->kind == OPTION_CLIENT_IP && ip_client(slice_str(value), &ip) != ST_OK) {
		*why = setting_error(SETTING_E_ADDRESS, NULL, NULL);
		return ST_BAD;
	}
	*at = value[0] == '\0' && row->kind != OPTION_SENDER ? NULL : value;
	return ST_OK;
}

/* reads YYYY-MM-DD; *at: its first second, in UTC */
static enum status
read_day(const char *value, int64_t *at, struct error *why)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct slice text = slice_str(value);
	unsigned long long year, month, day;
	int64_t n;
	bool leap;

	*why = setting_error(SETTING_E_DAY, NULL, NULL);
	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
		!scan_number(&text, 9999, &year) || !scan_char(&text, '-') ||
		!scan_number(&text, 12, &month) || !scan_char(&text, '-') ||
		!scan_number(&text, 31, &day) || text.n > 0 || year < 1970 || month < 1 || day < 1)
		return ST_BAD;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if ((int)day > days[month - 1] + (leap && month == 2 ? 1 : 0))
		return ST_BAD;
	n = ((int64_t)year - 1970) * 365 + ((int64_t)year - 1969) / 4 -
	    ((int64_t)year - 1901) / 100 + ((int64_t)year - 1601) / 400 + (int64_t)day - 1 +
	    (leap && month > 2 ? 1 : 0);
	for (size_t i = 0; i + 1 < month; i++)
		n += days[i];
	*at = n * DAY_SECONDS;
	return ST_OK;
}

static enum status
set_number(const struct option_row *row, const char *value, struct arena *arena, void *at,
	struct error *why)
{
	int64_t number = 0;
	enum status st;

	if (row->kind == OPTION_NOW && strcmp(value, "message") == 0) {
		*(int64_t *)at = NOW_MESSAGE;
		return ST_OK;
	}
	if (row->kind == OPTION_DAY)
		return read_day(value, at, why);
	if (row->kind == OPTION_MILLIS)
		return read_millis(row, value, arena, at, why);
	if (row->kind == OPTION_SIZE)
		return read_size(row, value, arena, at, why);
	st = read_number(row, value, arena, &number, why);
	if (st != ST_OK)
		return st;
	if (row->kind == OPTION_COUNT)
		*(size_t *)at = (size_t)number;
	else if (row->kind == OPTION_BITS)
		*(unsigned *)at = (unsigned)number;
	else
		*(int64_t *)at = number;
	return ST_OK;
}

static enum status
set_word(const struct option_row *row, const char *value, struct arena *arena, void *at,
	struct error *why)
{
	int number;
	enum status st = find_word(row, value, arena, &number, why);

	_Static_assert(sizeof(enum profile) == sizeof number, "enums are stored as int");
	if (st != ST_OK)
		return st;
	if (row->kind == OPTION_YES)
		*(bool *)at = number == 1;
	else
		memcpy(at, &number, sizeof number);
	return ST_OK;
}

static enum status
set_flag(const char *value, bool *flag, struct error *why)
{
	*flag = value == NULL || strcmp(value, "true") == 0;
	if (*flag || strcmp(value, "false") == 0)
		return ST_OK;
	*why = setting_error(SETTING_E_FLAG, NULL, NULL);
	return ST_BAD;
}

static enum status
set_maybe_id(const char *value, struct arena *arena, const char **at, struct error *why)
{
	*at = "";
	return value != NULL && value[0] != '\0' ? options_id(value, arena, at, why) : ST_OK;
}

enum status
option_set(const struct option_row *row, const char *value, struct arena *arena,
	struct options *options, struct error *why)
{
	void *at = place(options, row->at);
	enum status st = ST_OK;

	switch (row->kind) {
	case OPTION_COMMAND:
		options->command = (enum command)row->min;
		break;
	case OPTION_CONFIG:
		break;
	case OPTION_FLAG:
		st = set_flag(value, at, why);
		break;
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_SENDER:
	case OPTION_CLIENT_IP:
	case OPTION_ID:
		st = set_text(row, value, arena, at, why);
		break;
	case OPTION_MAYBE_ID:
		st = set_maybe_id(value, arena, at, why);
		break;
	case OPTION_DOMAIN:
		st = options_domain(value, arena, at, why);
		break;
	case OPTION_SELECTOR:
		st = options_selector(value, arena, at, why);
		break;
	case OPTION_WORD:
	case OPTION_YES:
		st = set_word(row, value, arena, at, why);
		break;
	case OPTION_NUMBER:
	case OPTION_COUNT:
	case OPTION_BITS:
	case OPTION_MILLIS:
	case OPTION_SIZE:
	case OPTION_NOW:
	case OPTION_DAY:
		st = set_number(row, value, arena, at, why);
		break;
	case OPTION_TEXTS:
	case OPTION_IDS:
	case OPTION_SERVERS:
	case OPTION_RELAYS:
	case OPTION_DOMAINS:
	case OPTION_ACCEPTS:
	case OPTION_NETS:
	case OPTION_EXITS:
		st = set_list(row, value, arena, options, why);
		break;
	}
	if (st == ST_OK && row->given != 0)
		*(bool *)place(options, row->given) = true;
	return st;
}

const char *
option_preset(const struct option_row *row, enum profile profile)
{
	return row->server_preset != NULL && profile_is_host(profile) ? row->server_preset
								      : row->preset;
}

/* An option whose default differs for servers has a member that records whether it was given. */
void
option_set_server_presets(struct options *options)
{
	struct arena arena; /* needed for errors, but presets are always valid */
	struct error why;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < option_count && profile_is_host(options->profile); i++) {
		const struct option_row *row = &option_rows[i];

		if (row->server_preset == NULL || !option_is_for(row, options->command) ||
			*(bool *)((char *)options + row->given))
			continue;
		(void)option_set(row, row->server_preset, &arena, options, &why);
		*(bool *)((char *)options + row->given) = false;
	}
	arena_clear(&arena);
}
