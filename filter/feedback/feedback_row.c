/*
 * feedback_row.c: maps the elements of an aggregate report to values, with warnings; the warnings
 * of all reports.
 */
#include "auth/base/ip.h"
#include "filter/feedback/feedback_xml.h"
#include "filter/io/clock.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { COUNT_MAX = 1000000000 };

static const struct {
	const char *code, *text;
} warnings_table[] = {
#define ROW_OF(id, code, text) {code, text},
	FEEDBACK_WARNINGS(ROW_OF)};

const char *
feedback_warning_code(enum feedback_warning what)
{
	return warnings_table[what].code;
}

const char *
feedback_warning_text(enum feedback_warning what)
{
	return warnings_table[what].text;
}

void
feedback_warn(struct feedback_warnings *warnings, enum feedback_warning what, struct slice sample)
{
	if (warnings->times[what]++ == 0)
		warnings->sample[what] =
			arena_dup(warnings->arena, slice_head(sample, FEEDBACK_VALUE / 4));
}

enum feedback_element
feedback_above(const struct feedback_reader *reader, size_t levels)
{
	return reader->depth > levels && reader->depth <= FEEDBACK_DEPTH
		       ? reader->stack[reader->depth - 1 - levels]
		       : ELEMENT_OTHER;
}

static void
warn(struct feedback_reader *reader, enum feedback_warning what, struct slice sample)
{
	feedback_warn(&reader->report->warnings, what, sample);
}

/* values */

/* The value in lower case if list has that word; otherwise unchanged, with a warning. */
static struct slice
word(struct feedback_reader *reader, struct slice value, const char *list,
	enum feedback_warning odd, struct arena *arena)
{
	struct slice rest = slice_str(list);

	while (rest.n > 0) {
		struct slice one = slice_head(rest, slice_find(rest, ' '));

		if (slice_ieq(one, value))
			return one;
		rest = slice_from(rest, one.n + 1);
	}
	warn(reader, odd, value);
	return arena_dup(arena, value);
}

static int64_t
bounded_number(struct slice text, unsigned long long max)
{
	unsigned long long value;

	if (!scan_number(&text, max, &value) || text.n > 0)
		return -1;
	return (int64_t)value;
}

static int64_t
date(struct feedback_reader *reader, struct slice value)
{
	int64_t seconds = bounded_number(value, INT64_C(253402300799));

	if (seconds >= 0)
		return seconds;
	warn(reader, FEEDBACK_WARN_DATE, value);
	return FEEDBACK_NO_TIME;
}

/* The name in lower case, without a dot at its end. */
static struct slice
domain(struct slice value, struct arena *arena)
{
	if (value.n > 1 && value.p[value.n - 1] == '.')
		value.n--;
	return arena_lower(arena, value);
}

static struct slice
source(struct feedback_reader *reader, struct slice value)
{
	struct ip ip;

	if (ip_parse(value, &ip))
		return ip_text(&ip, &reader->rows);
	if (ip_client(value, &ip) == ST_OK && ip.family != 0)
		return ip_text(&ip, &reader->rows);
	warn(reader, FEEDBACK_WARN_SOURCE, value);
	return arena_dup(&reader->rows, value);
}

static int64_t
count(struct feedback_reader *reader, struct slice value)
{
	int64_t n = bounded_number(value, COUNT_MAX);

	reader->has_count = value.n > 0;
	if (n > 0)
		return n;
	warn(reader, FEEDBACK_WARN_COUNT, value);
	return 0;
}

static void
add_error(struct feedback_reader *reader, struct slice value)
{
	struct buf all;

	buf_init(&all, reader->arena, (size_t)FEEDBACK_VALUE * 2);
	buf_add(&all, reader->report->errors);
	if (all.n > 0)
		buf_adds(&all, "; ");
	buf_add(&all, value);
	if (!all.over)
		reader->report->errors = buf_slice(&all);
}

/* storing values: for each element, its parent and the struct member that takes its value */

static bool
set_head(struct feedback_reader *reader, enum feedback_element in, enum feedback_element what,
	struct slice value)
{
	struct feedback_report *report = reader->report;
	const struct {
		enum feedback_element in, what;
		struct slice *at;
	} places[] = {
		{ELEMENT_FEEDBACK, ELEMENT_VERSION, &report->version},
		{ELEMENT_METADATA, ELEMENT_ORG, &report->org},
		{ELEMENT_METADATA, ELEMENT_EMAIL, &report->email},
		{ELEMENT_METADATA, ELEMENT_CONTACT, &report->contact},
		{ELEMENT_METADATA, ELEMENT_ID, &report->id},
		{ELEMENT_METADATA, ELEMENT_GENERATOR, &report->generator},
		{ELEMENT_POLICY, ELEMENT_P, &report->p},
		{ELEMENT_POLICY, ELEMENT_SP, &report->sp},
		{ELEMENT_POLICY, ELEMENT_NP, &report->np},
		{ELEMENT_POLICY, ELEMENT_ADKIM, &report->adkim},
		{ELEMENT_POLICY, ELEMENT_ASPF, &report->aspf},
		{ELEMENT_POLICY, ELEMENT_PCT, &report->pct},
		{ELEMENT_POLICY, ELEMENT_FO, &report->fo},
		{ELEMENT_POLICY, ELEMENT_TESTING, &report->testing},
		{ELEMENT_POLICY, ELEMENT_DISCOVERY, &report->discovery},
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].in == in && places[i].what == what) {
			if (places[i].at->n == 0)
				*places[i].at = in == ELEMENT_POLICY
							? arena_lower(reader->arena, value)
							: arena_dup(reader->arena, value);
			return true;
		}
	if (in == ELEMENT_POLICY && what == ELEMENT_DOMAIN)
		report->domain = domain(value, reader->arena);
	else if (in == ELEMENT_DATES && what == ELEMENT_BEGIN)
		report->begins = date(reader, value);
	else if (in == ELEMENT_DATES && what == ELEMENT_END)
		report->ends = date(reader, value);
	else if (in == ELEMENT_METADATA && what == ELEMENT_ERROR && value.n > 0)
		add_error(reader, value);
	return in == ELEMENT_POLICY || in == ELEMENT_DATES || in == ELEMENT_METADATA;
}

#define DKIM_RESULTS "none pass fail policy neutral temperror permerror"
#define SPF_RESULTS "none pass fail softfail policy neutral temperror permerror"

static void
set_result(struct feedback_reader *reader, bool spf, enum feedback_element what, struct slice value)
{
	struct feedback_row *row = &reader->row;
	struct feedback_result *result;

	if (row->nresults == 0)
		return;
	result = &row->results[row->nresults - 1];
	if (what == ELEMENT_RESULT)
		result->result = word(reader, value, spf ? SPF_RESULTS : DKIM_RESULTS,
			FEEDBACK_WARN_RESULT, &reader->rows);
	else if (what == ELEMENT_DOMAIN)
		result->domain = domain(value, &reader->rows);
	else if (what == ELEMENT_SELECTOR)
		result->selector = arena_dup(&reader->rows, value);
	else if (what == ELEMENT_SCOPE)
		result->scope = arena_lower(&reader->rows, value);
	else if (what == ELEMENT_HUMAN)
		result->human = arena_dup(&reader->rows, value);
}

static void
set_evaluated(struct feedback_reader *reader, enum feedback_element what, struct slice value)
{
	struct feedback_row *row = &reader->row;

	if (what == ELEMENT_DISPOSITION)
		row->disposition = word(reader, value, "none pass quarantine reject",
			FEEDBACK_WARN_DISPOSITION, &reader->rows);
	else if (what == ELEMENT_DKIM)
		row->dkim = word(reader, value, "pass fail", FEEDBACK_WARN_RESULT, &reader->rows);
	else if (what == ELEMENT_SPF)
		row->spf = word(reader, value, "pass fail", FEEDBACK_WARN_RESULT, &reader->rows);
}

/* including those of RFC 7489 */
#define REASONS                                                                                    \
	"local_policy mailing_list other policy_test_mode trusted_forwarder forwarded sampled_out"

static void
set_row(struct feedback_reader *reader, enum feedback_element in, enum feedback_element what,
	struct slice value)
{
	struct feedback_row *row = &reader->row;
	struct arena *arena = &reader->rows;

	if (in == ELEMENT_ROW && what == ELEMENT_SOURCE)
		row->source = source(reader, value);
	else if (in == ELEMENT_ROW && what == ELEMENT_COUNT)
		row->messages = count(reader, value);
	else if (in == ELEMENT_EVALUATED)
		set_evaluated(reader, what, value);
	else if (in == ELEMENT_REASON && what == ELEMENT_TYPE && row->nreasons > 0)
		row->reasons[row->nreasons - 1].type =
			word(reader, value, REASONS, FEEDBACK_WARN_REASON, arena);
	else if (in == ELEMENT_REASON && what == ELEMENT_COMMENT && row->nreasons > 0)
		row->reasons[row->nreasons - 1].comment = arena_dup(arena, value);
	else if (in == ELEMENT_IDENTIFIERS && what == ELEMENT_HEADER_FROM)
		row->header_from = domain(value, arena);
	else if (in == ELEMENT_IDENTIFIERS && what == ELEMENT_ENVELOPE_FROM)
		row->envelope_from = domain(value, arena);
	else if (in == ELEMENT_IDENTIFIERS && what == ELEMENT_ENVELOPE_TO)
		row->envelope_to = domain(value, arena);
	else if ((in == ELEMENT_DKIM || in == ELEMENT_SPF) &&
		 feedback_above(reader, 2) == ELEMENT_RESULTS)
		set_result(reader, in == ELEMENT_SPF, what, value);
}

/* rows */

static void
begin_result(struct feedback_reader *reader, bool spf)
{
	struct feedback_row *row = &reader->row;

	reader->has_spf = reader->has_spf || spf;
	if (row->nresults == FEEDBACK_RESULTS) {
		warn(reader, FEEDBACK_WARN_MANY, SLICE(""));
		return;
	}
	row->results[row->nresults++] = (struct feedback_result){.spf = spf};
}

static void
begin_reason(struct feedback_reader *reader)
{
	struct feedback_row *row = &reader->row;

	if (row->nreasons == FEEDBACK_REASONS) {
		warn(reader, FEEDBACK_WARN_MANY, SLICE(""));
		return;
	}
	row->reasons[row->nreasons++] = (struct feedback_reason){.type = SLICE("")};
}

static void
begin_record(struct feedback_reader *reader)
{
	arena_reset(&reader->rows);
	reader->row = (struct feedback_row){.messages = 0};
	reader->in_record = true;
	reader->has_spf = reader->has_count = false;
}

static void
warn_of_results(struct feedback_reader *reader)
{
	for (size_t i = 0; i < reader->row.nresults; i++) {
		const struct feedback_result *result = &reader->row.results[i];
		bool mfrom = result->scope.n == 0 || slice_eq(result->scope, SLICE("mfrom"));

		if (result->spf && (result->domain.n == 0 || !mfrom))
			warn(reader, FEEDBACK_WARN_SPF, result->scope);
		if (!result->spf && (result->domain.n == 0 || result->selector.n == 0))
			warn(reader, FEEDBACK_WARN_DKIM, result->domain);
	}
}

static bool
is_domain(struct slice name)
{
	if (name.n == 0 || name.n > 253)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!slice_is_alpha(name.p[i]) && !slice_is_digit(name.p[i]) &&
			strchr("-._", name.p[i]) == NULL)
			return false;
	return true;
}

static void
end_record(struct feedback_reader *reader)
{
	struct feedback_row *row = &reader->row;

	if (!reader->in_record)
		return;
	reader->in_record = false;
	if (row->source.n == 0 || !reader->has_count)
		warn(reader, FEEDBACK_WARN_ROW, row->source);
	if (row->source.n == 0 && !reader->has_count)
		return;
	if (reader->report->rows == FEEDBACK_ROWS) {
		warn(reader, FEEDBACK_WARN_MANY, SLICE(""));
		reader->ended = true;
		return;
	}
	if (!reader->has_spf)
		warn(reader, FEEDBACK_WARN_NO_SPF, SLICE(""));
	if (!is_domain(row->header_from))
		warn(reader, FEEDBACK_WARN_HEADER_FROM, row->header_from);
	for (size_t i = 0; i < row->nreasons; i++)
		if (row->reasons[i].type.n == 0 && row->reasons[i].comment.n == 0)
			warn(reader, FEEDBACK_WARN_REASON, SLICE(""));
	warn_of_results(reader);
	reader->report->rows++;
	reader->report->messages += row->messages;
	if (reader->on_row != NULL)
		reader->status = reader->on_row(reader->arg, row);
}

bool
feedback_row_repeats(struct feedback_reader *reader, enum feedback_element element)
{
	const enum feedback_element in = feedback_above(reader, 0);
	const uint64_t bit = UINT64_C(1) << element;
	uint64_t *seen;

	if (in == ELEMENT_OTHER || element == ELEMENT_OTHER || element == ELEMENT_RECORD ||
		element == ELEMENT_RESULTS || element == ELEMENT_REASON ||
		element == ELEMENT_ERROR ||
		(in == ELEMENT_RESULTS && (element == ELEMENT_DKIM || element == ELEMENT_SPF)))
		return false;
	seen = &reader->inside[reader->depth - 1];
	if ((*seen & bit) != 0)
		return true;
	*seen |= bit;
	return false;
}

void
feedback_row_begin(struct feedback_reader *reader)
{
	const enum feedback_element element = feedback_above(reader, 0);
	const enum feedback_element in = feedback_above(reader, 1);

	if (element == ELEMENT_RECORD) {
		/* under any parent: that may be a wrapper, or an element that was not closed */
		if (in == ELEMENT_OTHER)
			warn(reader, FEEDBACK_WARN_WRAPPER, SLICE(""));
		end_record(reader); /* if the last one was not closed */
		begin_record(reader);
	} else if (element == ELEMENT_REASON && in == ELEMENT_EVALUATED) {
		begin_reason(reader);
	} else if ((element == ELEMENT_DKIM || element == ELEMENT_SPF) && in == ELEMENT_RESULTS) {
		begin_result(reader, element == ELEMENT_SPF);
	}
}

void
feedback_row_end(struct feedback_reader *reader, struct slice value)
{
	const enum feedback_element element = feedback_above(reader, 0);
	const enum feedback_element in = feedback_above(reader, 1);

	if (element == ELEMENT_RECORD)
		end_record(reader);
	else if (element != ELEMENT_OTHER && !set_head(reader, in, element, value) &&
		 reader->in_record)
		set_row(reader, in, element, value);
}

static void
warn_of_report(struct feedback_reader *reader)
{
	const struct feedback_report *report = reader->report;

	if (report->rows == 0)
		warn(reader, FEEDBACK_WARN_EMPTY, SLICE(""));
	if (report->org.n == 0)
		warn(reader, FEEDBACK_WARN_ORG, report->email);
	if (report->id.n == 0)
		warn(reader, FEEDBACK_WARN_ID, SLICE(""));
	if (!is_domain(report->domain))
		warn(reader, FEEDBACK_WARN_DOMAIN, report->domain);
	if (report->begins != FEEDBACK_NO_TIME && report->ends != FEEDBACK_NO_TIME &&
		(report->ends < report->begins || report->ends - report->begins > DAY_SECONDS))
		warn(reader, FEEDBACK_WARN_SPAN, SLICE(""));
}

void
feedback_row_finish(struct feedback_reader *reader)
{
	if (reader->in_record && reader->status == ST_OK)
		end_record(reader);
	warn_of_report(reader);
}
