/* feedback_tls.c: parses TLS reports (RFC 8460 4.4). */
#include <jansson.h>

#include "auth/base/ip.h"
#include "filter/feedback/feedback_report.h"
#include "filter/io/clock.h"
#include "filter/result/json_library.h"
#include "filter/text/printable.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum {
	STRINGS_MAX = 2000,
	COUNT_MAX = 1000000000, /* so that no sum overflows */
	NUMBER_OCTETS = 18
};

struct reader {
	struct feedback_report *report;
	struct arena *arena;
};

static struct slice
text_of(const struct reader *reader, json_t *value)
{
	struct slice text;

	if (!json_is_string(value))
		return SLICE("");
	text = slice_make(json_string_value(value), json_string_length(value));
	text = slice_trim(text);
	if (text.n > FEEDBACK_VALUE) {
		feedback_warn(&reader->report->warnings, FEEDBACK_WARN_LONG, text);
		text = slice_head(text, FEEDBACK_VALUE);
	}
	return arena_dup(reader->arena, text);
}

static struct slice
text_at(const struct reader *reader, json_t *object, const char *key)
{
	return text_of(reader, json_object_get(object, key));
}

/* The value of a key: a string, or a list of strings, joined with ", ". */
static struct slice
list_at(const struct reader *reader, json_t *object, const char *key)
{
	json_t *list = json_object_get(object, key);
	struct buf all;

	if (!json_is_array(list))
		return text_of(reader, list);
	buf_init(&all, reader->arena, STRINGS_MAX);
	for (size_t i = 0; i < json_array_size(list) && !all.over; i++) {
		buf_adds(&all, i > 0 ? ", " : "");
		buf_add(&all, text_of(reader, json_array_get(list, i)));
	}
	return buf_slice(&all);
}

/* A number of sessions; some reporters write it as a string. */
static int64_t
count_at(const struct reader *reader, json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	struct slice text = text_of(reader, value);
	unsigned long long n;

	if (json_is_integer(value) && json_integer_value(value) >= 0 &&
		json_integer_value(value) <= COUNT_MAX)
		return json_integer_value(value);
	if (scan_number(&text, COUNT_MAX, &n) && text.n == 0)
		return (int64_t)n;
	if (value != NULL)
		feedback_warn(&reader->report->warnings, FEEDBACK_WARN_COUNT, SLICE(""));
	return 0;
}

/* Reads exactly n digits; false if they are not there, or exceed max. */
static bool
scan_digits(struct slice *at, size_t n, int64_t max, int64_t *value)
{
	struct slice digits = slice_head(*at, n);
	unsigned long long number;

	if (digits.n < n || !scan_number(&digits, (unsigned long long)max, &number) || digits.n > 0)
		return false;
	*value = (int64_t)number;
	*at = slice_from(*at, n);
	return true;
}

/* Reads a colon and two digits. */
static bool
scan_colon(struct slice *at, int64_t max, int64_t *value)
{
	return scan_char(at, ':') && scan_digits(at, 2, max, value);
}

/* The offset +HH:MM or -HH:MM in seconds; 0 for Z and anything else. */
static int64_t
scan_offset(struct slice at)
{
	int64_t hours = 0, minutes = 0;
	const bool minus = at.n > 0 && at.p[0] == '-';

	if (!scan_char(&at, '+') && !scan_char(&at, '-'))
		return 0;
	if (!scan_digits(&at, 2, 23, &hours) || !scan_colon(&at, 59, &minutes))
		return 0;
	return (minus ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/* The number of days from 1970-01-01 to the first of the month; year must be 1970 or later. */
static int64_t
days_before(int64_t year, int64_t month)
{
	static const int days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400 +
	       days[month - 1] + (leap && month > 2 ? 1 : 0);
}

/* A date and time of RFC 3339 5.6; FEEDBACK_NO_TIME, with a warning, for anything else. */
static int64_t
time_at(const struct reader *reader, json_t *object, const char *key)
{
	const struct slice text = text_at(reader, object, key);
	int64_t year, month, day, hour, minute, second;
	struct slice at = text;
	unsigned long long fraction;

	if (!scan_digits(&at, 4, 9999, &year) || !scan_char(&at, '-') ||
		!scan_digits(&at, 2, 12, &month) || !scan_char(&at, '-') ||
		!scan_digits(&at, 2, 31, &day) || year < 1970 || month < 1 || day < 1 ||
		!(scan_char(&at, 'T') || scan_char(&at, 't') || scan_char(&at, ' ')) ||
		!scan_digits(&at, 2, 24, &hour) || !scan_colon(&at, 59, &minute) ||
		!scan_colon(&at, 60, &second)) {
		feedback_warn(&reader->report->warnings, FEEDBACK_WARN_DATE, text);
		return FEEDBACK_NO_TIME;
	}
	if (scan_char(&at, '.'))
		(void)scan_number(&at, UINT64_MAX, &fraction);
	return (days_before(year, month) + day - 1) * DAY_SECONDS + hour * 3600 + minute * 60 +
	       second - scan_offset(at);
}

static struct slice
address_at(const struct reader *reader, json_t *object, const char *key)
{
	struct slice text = text_at(reader, object, key);
	struct ip ip;

	if (text.n == 0 || ip_parse(text, &ip))
		return text.n == 0 ? text : ip_text(&ip, reader->arena);
	feedback_warn(&reader->report->warnings, FEEDBACK_WARN_SOURCE, text);
	return text;
}

static void
read_details(const struct reader *reader, json_t *list, struct feedback_tls_policy *policy)
{
	size_t n = json_is_array(list) ? json_array_size(list) : 0;

	if (n > FEEDBACK_TLS_FAILURES) {
		feedback_warn(&reader->report->warnings, FEEDBACK_WARN_MANY, SLICE(""));
		n = FEEDBACK_TLS_FAILURES;
	}
	policy->details = arena_array(reader->arena, n, sizeof *policy->details);
	policy->ndetails = n;
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array_get(list, i);

		policy->details[i] = (struct feedback_tls_failure){
			.result = text_at(reader, one, "result-type"),
			.sending_ip = address_at(reader, one, "sending-mta-ip"),
			.receiving_ip = address_at(reader, one, "receiving-ip"),
			.receiving_mx = text_at(reader, one, "receiving-mx-hostname"),
			.receiving_helo = text_at(reader, one, "receiving-mx-helo"),
			.reason = text_at(reader, one, "failure-reason-code"),
			.information = text_at(reader, one, "additional-information"),
			.sessions = count_at(reader, one, "failed-session-count"),
		};
	}
}

static void
read_policy(const struct reader *reader, json_t *from, struct feedback_tls_policy *policy)
{
	json_t *about = json_object_get(from, "policy");
	json_t *summary = json_object_get(from, "summary");

	*policy = (struct feedback_tls_policy){
		.type = text_at(reader, about, "policy-type"),
		.domain = arena_lower(reader->arena, text_at(reader, about, "policy-domain")),
		.mx = list_at(reader, about, "mx-host"),
		.text = list_at(reader, about, "policy-string"),
		.successes = count_at(reader, summary, "total-successful-session-count"),
		.failures = count_at(reader, summary, "total-failure-session-count"),
	};
	read_details(reader, json_object_get(from, "failure-details"), policy);
}

static void
read_report(const struct reader *reader, json_t *root, json_t *policies)
{
	struct feedback_report *report = reader->report;
	json_t *dates = json_object_get(root, "date-range");
	size_t n = json_array_size(policies);

	report->org = text_at(reader, root, "organization-name");
	report->contact = text_at(reader, root, "contact-info");
	report->id = text_at(reader, root, "report-id");
	report->begins = time_at(reader, dates, "start-datetime");
	report->ends = time_at(reader, dates, "end-datetime");
	if (n > FEEDBACK_POLICIES) {
		feedback_warn(&report->warnings, FEEDBACK_WARN_MANY, SLICE(""));
		n = FEEDBACK_POLICIES;
	}
	report->policies = arena_array(reader->arena, n, sizeof *report->policies);
	report->npolicies = n;
	for (size_t i = 0; i < n; i++)
		read_policy(reader, json_array_get(policies, i), &report->policies[i]);
	if (n > 0)
		report->domain = report->policies[0].domain;
	if (report->org.n == 0)
		feedback_warn(&report->warnings, FEEDBACK_WARN_ORG, report->contact);
	if (report->id.n == 0)
		feedback_warn(&report->warnings, FEEDBACK_WARN_ID, SLICE(""));
	if (report->domain.n == 0)
		feedback_warn(&report->warnings, FEEDBACK_WARN_DOMAIN, SLICE(""));
	if (n == 0)
		feedback_warn(&report->warnings, FEEDBACK_WARN_EMPTY, SLICE(""));
}

/* The text with \\xHH in place of octets that are not UTF-8, as in other reports. */
static struct slice
repaired(struct slice text, struct arena *arena, struct feedback_warnings *warnings)
{
	struct slice left = text, one;
	struct buf out;

	buf_init(&out, arena, FEEDBACK_TLS_OCTETS);
	while (left.n > 0 && !out.over)
		if (printable_next(&left, &one) != PRINTABLE_BAD) {
			buf_add(&out, one);
		} else {
			feedback_warn(warnings, FEEDBACK_WARN_OCTETS, one);
			buf_addc(&out, '\\');
			printable_octets(one, &out);
		}
	return out.over ? text : buf_slice(&out);
}

static size_t
number_octets(struct slice text)
{
	static const char others[] = "+-.eE";
	size_t n = 0;

	while (n < text.n &&
		(slice_is_digit(text.p[n]) || memchr(others, text.p[n], sizeof others - 1) != NULL))
		n++;
	return n;
}

/*
 * The text with 0 in place of each number that could be too large for jansson: one with an
 * exponent, or with more digits than 64 bits always hold. It is no count of sessions.
 */
static struct slice
bounded(struct slice text, struct arena *arena, struct feedback_warnings *warnings)
{
	bool quoted = false;
	struct buf out;

	buf_init(&out, arena, text.n);
	while (text.n > 0) {
		size_t n = quoted || (!slice_is_digit(text.p[0]) && text.p[0] != '-')
				   ? 0
				   : number_octets(text);
		const struct slice number = slice_head(text, n);

		if (n > NUMBER_OCTETS || slice_find(number, 'e') < n ||
			slice_find(number, 'E') < n) {
			feedback_warn(warnings, FEEDBACK_WARN_COUNT, number);
			buf_addc(&out, '0');
		} else {
			n = n == 0 ? 1 : n;
			n += n < text.n && quoted && text.p[0] == '\\';
			quoted = quoted != (text.p[0] == '"');
			buf_add(&out, slice_head(text, n));
		}
		text = slice_from(text, n);
	}
	return buf_slice(&out);
}

/*
 * Loads the JSON; NULL if it is none, or for lack of memory. Each kind of oddity is put right once,
 * with a warning. Of members with the same name the last one counts, as for most readers (RFC 8259
 * 4). What follows the JSON is ignored, unless it could be another report, which would be lost.
 */
static json_t *
load(struct slice octets, struct arena *arena, struct feedback_warnings *warnings)
{
	size_t flags = JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;
	bool is_utf8 = false, is_bounded = false;

	for (;;) {
		json_error_t error = {.position = 0};
		json_t *root = json_loadb(octets.p, octets.n, flags, &error);
		enum json_error_code code;

		if (root != NULL) {
			const struct slice rest = slice_from(octets, (size_t)error.position);

			if (slice_find(rest, '{') == rest.n)
				return root;
			json_decref(root);
			return NULL;
		}
		code = json_error_code(&error);
		if (code == json_error_invalid_utf8 && !is_utf8) {
			octets = repaired(octets, arena, warnings);
			is_utf8 = true;
		} else if (code == json_error_numeric_overflow && !is_bounded) {
			octets = bounded(octets, arena, warnings);
			is_bounded = true;
		} else if (code == json_error_duplicate_key && (flags & JSON_REJECT_DUPLICATES)) {
			feedback_warn(warnings, FEEDBACK_WARN_REPEATED, slice_str(error.text));
			flags -= JSON_REJECT_DUPLICATES;
		} else if (code == json_error_end_of_input_expected) {
			feedback_warn(warnings, FEEDBACK_WARN_MARKUP, SLICE(""));
			flags |= JSON_DISABLE_EOF_CHECK;
		} else {
			return NULL;
		}
	}
}

enum status
feedback_tls_parse(struct slice octets, struct arena *arena, struct feedback_report *report)
{
	struct reader reader = {.arena = arena};
	enum status st = ST_BAD;
	json_t *root, *policies;

	*report = (struct feedback_report){
		.begins = FEEDBACK_NO_TIME,
		.ends = FEEDBACK_NO_TIME,
		.warnings.arena = arena,
	};
	reader.report = report;
	if (octets.n > FEEDBACK_TLS_OCTETS)
		return ST_LIMIT;
	if (!json_start())
		return ST_TEMP;
	if (slice_starts(octets, SLICE("\xef\xbb\xbf")))
		octets = slice_from(octets, 3);
	(void)json_lacked_memory();
	root = load(octets, arena, &report->warnings);
	if (root == NULL)
		return json_lacked_memory() ? ST_TEMP : ST_BAD;
	policies = json_object_get(root, "policies");
	if (json_is_array(policies)) {
		read_report(&reader, root, policies);
		st = ST_OK;
	}
	json_decref(root);
	return st;
}
