/* diagnose_forms.c: address lists and dates written in another way with the same meaning. */
#include "auth/diagnose/diagnose_head.h"

enum { VALUE_MAX = 4000, DROPPED_MAX = 8 };

/* Changes of each address; an option is a sum of these. */
enum {
	UNQUOTE = 1, /* "Joe" <joe@a> to Joe <joe@a> */
	QUOTE = 2,
	BARE = 4,       /* <joe@a> to joe@a */
	ANGLE = 8,      /* joe@a to <joe@a> */
	SAME_NAME = 16, /* "joe@a" <joe@a> to joe@a */
	NO_NAME = 32,   /* Joe <joe@a> to joe@a */
	TIGHT = 64,     /* no space after commas */
	FOLDED = 128,   /* each address on its own line */
	SINGLE = 256    /* 'Joe' <joe@a> to Joe <joe@a> */
};

static const struct rule {
	int way;
	unsigned cost;
} rules[] = {
	{UNQUOTE, 1},
	{QUOTE, 1},
	{BARE, 1},
	{SAME_NAME | BARE, 1},
	{ANGLE, 2},
	{TIGHT, 2},
	{SAME_NAME | ANGLE, 2},
	{UNQUOTE | BARE, 2},
	{UNQUOTE | SAME_NAME, 2},
	{SINGLE, 2},
	{SINGLE | QUOTE, 2},
	{NO_NAME, 2},
	{NO_NAME | ANGLE, 3},
	{FOLDED, 2},
	{FOLDED | UNQUOTE, 3},
	{FOLDED | QUOTE, 3},
	{0, 2},
	{UNQUOTE | TIGHT, 3},
	{NO_NAME | TIGHT, 3},
};

static void
add_address(struct slice address, int way, struct buf *out)
{
	struct diagnose_mailbox box;

	diagnose_mailbox(address, &box);
	if ((way & SINGLE) && box.name.n > 1 && box.name.p[0] == '\'' &&
		box.name.p[box.name.n - 1] == '\'')
		box.name = slice_make(box.name.p + 1, box.name.n - 2);
	if ((way & NO_NAME) || ((way & SAME_NAME) && slice_ieq(box.name, box.addr)))
		box.name = SLICE("");
	if (box.name.n > 0) {
		bool quoted = (box.quoted || (way & QUOTE)) && (way & UNQUOTE) == 0;

		buf_adds(out, quoted ? "\"" : "");
		buf_add(out, box.name);
		buf_adds(out, quoted ? "\" " : " ");
	} else if ((way & ANGLE) == 0 && (!box.angle || (way & (BARE | NO_NAME | SAME_NAME)))) {
		buf_add(out, box.addr);
		return;
	}
	buf_addc(out, '<');
	buf_add(out, box.addr);
	buf_addc(out, '>');
}

/* Finds the first display name of a list of addresses. */
static struct slice
first_name(const struct slice *addresses, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct diagnose_mailbox box;

		diagnose_mailbox(addresses[i], &box);
		if (box.name.n > 0 && !slice_ieq(box.name, box.addr))
			return box.name;
	}
	return SLICE("");
}

static void
put_list(const struct diagnose_head *head, struct diagnose_choice *choice, size_t at,
	const struct slice *addresses, size_t n, int way, size_t without, unsigned cost)
{
	struct diagnose_option *option;
	struct buf out;
	size_t done = 0;

	buf_init(&out, head->arena, (size_t)2 * VALUE_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i == without)
			continue;
		if (done++ > 0)
			buf_adds(&out, way & TIGHT ? "," : way & FOLDED ? ",\r\n " : ", ");
		add_address(addresses[i], way, &out);
	}
	option = done > 0 ? diagnose_replace(head, choice, cost, at, buf_slice(&out)) : NULL;
	if (option == NULL)
		return;
	diagnose_option_change(
		option, DIAGNOSE_FIELD_FORM, head->fields[at].name, slice_trim(buf_slice(&out)));
	option->changes[0].more = without < n     ? addresses[without]
				  : way & NO_NAME ? first_name(addresses, n)
						  : SLICE("");
}

/* Adds options that encode the display name in other ways, because lists re-encode such names. */
static void
put_words(const struct diagnose_head *head, struct diagnose_choice *choice, size_t at)
{
	struct slice value = diagnose_value(head, at), text, charset, raw;
	struct diagnose_mailbox box;
	struct buf after;

	diagnose_mailbox(value, &box);
	raw = box.name;
	if (box.name.n == 0 || !diagnose_words_decode(raw, head->arena, &text, &charset))
		return;
	buf_init(&after, head->arena, box.addr.n + 4);
	buf_adds(&after, " <");
	buf_add(&after, box.addr);
	buf_addc(&after, '>');
	diagnose_word_options(head, choice, 2, at,
		&(struct diagnose_worded){
			.text = text, .charset = charset, .after = buf_slice(&after)},
		NULL);
}

void
diagnose_address_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	static const char *const names[] = {"To", "Cc", "From", "Reply-To", "Sender"};
	struct slice addresses[DIAGNOSE_ADDRESSES_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t at = diagnose_find(head, names[i]), n;

		if (at == head->n || head->fields[at].value.n > VALUE_MAX)
			continue;
		n = diagnose_addresses(diagnose_value(head, at), addresses);
		for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
			put_list(head, choice, at, addresses, n, rules[k].way, SIZE_MAX,
				rules[k].cost);
		for (size_t k = n; n > 1 && i < 2 && k-- > 0 && n - k <= DROPPED_MAX;) {
			put_list(head, choice, at, addresses, n, 0, k, 2);
			put_list(head, choice, at, addresses, n, TIGHT, k, 3);
		}
		if (n == 1)
			put_words(head, choice, at);
	}
}

/* Dates (RFC 5322 3.3) */

static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct date {
	int64_t minute; /* since 1970, UTC */
	unsigned second;
};

/* The number of days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
day_number(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void
from_day_number(int64_t number, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = number + 719468, era = z / 146097, in_era = z - era * 146097;
	int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;

	*day = in_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

static bool
read_unsigned(struct slice *at, unsigned max, unsigned *value)
{
	size_t n = 0;

	*value = 0;
	while (at->n > 0 && slice_is_blank(at->p[0]))
		*at = slice_from(*at, 1);
	while (n < at->n && n < 5 && slice_is_digit(at->p[n]))
		*value = 10 * *value + (unsigned)(at->p[n++] - '0');
	*at = slice_from(*at, n);
	return n > 0 && *value <= max;
}

static bool
take_char(struct slice *at, char c)
{
	if (at->n == 0 || at->p[0] != c)
		return false;
	*at = slice_from(*at, 1);
	return true;
}

static bool
read_zone(struct slice at, int64_t *minutes)
{
	unsigned digits;
	bool minus;

	at = slice_trim(at);
	*minutes = 0;
	if (slice_istarts(at, SLICE("GMT")) || slice_istarts(at, SLICE("UT")) ||
		slice_eq(at, SLICE("Z")))
		return true;
	minus = at.n > 0 && at.p[0] == '-';
	if (at.n < 5 || (at.p[0] != '+' && !minus))
		return false;
	at = slice_from(at, 1);
	if (!read_unsigned(&at, 1500, &digits))
		return false;
	*minutes = (int64_t)(digits / 100 * 60 + digits % 100) * (minus ? -1 : 1);
	return true;
}

static bool
read_date(struct slice at, struct date *date, int64_t *zone)
{
	unsigned day, year, hour, minute, month = 0;
	size_t comma = slice_find(at, ',');

	at = slice_trim(slice_from(at, comma < at.n ? comma + 1 : 0));
	if (!read_unsigned(&at, 31, &day))
		return false;
	at = slice_trim(at);
	while (month < 12 && !slice_istarts(at, slice_str(months[month])))
		month++;
	at = slice_from(at, 3);
	if (month == 12 || !read_unsigned(&at, 9999, &year) || year < 1970 ||
		!read_unsigned(&at, 23, &hour) || !take_char(&at, ':') ||
		!read_unsigned(&at, 59, &minute))
		return false;
	date->second = 0;
	if (take_char(&at, ':') && !read_unsigned(&at, 60, &date->second))
		return false;
	if (!read_zone(at, zone))
		return false;
	date->minute =
		day_number(year, month + 1, day) * 1440 + (int64_t)hour * 60 + minute - *zone;
	return true;
}

/* How a date is written. */
struct date_style {
	bool zero, day_name;
	const char *zone_text; /* NULL: as digits */
	const char *comment;
};

static void
put_date(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost, size_t at,
	const struct date *date, int64_t zone, const struct date_style *style)
{
	int64_t minute = date->minute + zone, number = minute / 1440, rest = minute % 1440;
	int64_t year, month, day, off = zone < 0 ? -zone : zone;
	struct diagnose_option *option;
	struct buf out;

	if (minute < 0)
		return;
	from_day_number(number, &year, &month, &day);
	buf_init(&out, head->arena, 100);
	if (style->day_name)
		buf_addf(&out, "%s, ", days[(number + 4) % 7]);
	buf_addf(&out, style->zero ? "%02d %s %04d %02d:%02d:%02u " : "%d %s %04d %02d:%02d:%02u ",
		(int)day, months[month - 1], (int)year, (int)(rest / 60), (int)(rest % 60),
		date->second);
	if (style->zone_text != NULL)
		buf_adds(&out, style->zone_text);
	else
		buf_addf(
			&out, "%c%02d%02d", zone < 0 ? '-' : '+', (int)(off / 60), (int)(off % 60));
	buf_adds(&out, style->comment);
	option = diagnose_replace(head, choice, cost, at, buf_slice(&out));
	if (option != NULL)
		diagnose_option_change(option, DIAGNOSE_FIELD_FORM, SLICE("Date"), buf_slice(&out));
}

void
diagnose_date_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	static const int16_t zones[] = {0, 60, 120, 540, -300, -240, -480, -420, -360, 330, 480,
		180, 600, -180, 240, 660, 345, 390, 420, 300, 360, 210, 270, 570, 720, 780, 765,
		840, -60, -120, -150, -210, -540, -600, -660, -720, 630, 525, 690};
	static const char *const utc[] = {
		"GMT", "+0000 (UTC)", "-0000", "UT", "UTC", "Z", "+0000 (GMT)"};
	static const char *const comments[] = {" (JST)", " (CET)", " (CEST)", " (UTC)", " (GMT)",
		" (BST)", " (EST)", " (EDT)", " (PST)", " (PDT)", " (CST)", " (CDT)", " (IST)"};
	size_t at = diagnose_find(head, "Date");
	struct date date;
	int64_t zone;

	if (at == head->n || !read_date(diagnose_value(head, at), &date, &zone))
		return;
	for (int k = 0; k < 4; k++) {
		struct date_style style = {.zero = k % 2 == 0, .day_name = k < 2, .comment = ""};

		put_date(head, choice, k < 2 ? 1 : 2, at, &date, zone, &style);
		for (size_t i = 0; k < 2 && i < sizeof comments / sizeof *comments; i++) {
			style.comment = comments[i];
			put_date(head, choice, 2, at, &date, zone, &style);
		}
		style.comment = "";
		for (size_t i = 0; k < 2 && i < sizeof zones / sizeof *zones; i++)
			put_date(head, choice,
				i < 2    ? 1
				: i < 12 ? 2
					 : 3,
				at, &date, zones[i], &style);
		for (size_t i = 0; k < 2 && i < sizeof utc / sizeof *utc; i++) {
			style.zone_text = utc[i];
			put_date(head, choice, i == 0 ? 1 : 2, at, &date, 0, &style);
		}
	}
}
