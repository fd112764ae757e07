/* feedback_xml.c: an aggregate report, row by row, by libxml2's reader. */
#include <libxml/xmlreader.h>

#include "auth/base/ip.h"
#include "filter/feedback/feedback_report.h"
#include "mime/buf.h"
#include "mime/late.h"
#include "mime/scan.h"

enum { SECONDS_A_DAY = 86400, NAME_OCTETS = 40, COUNT_MAX = 1000000000 };

/* what we use of libxml2 */
struct library {
	__typeof__(&xmlReaderForMemory) open;
	__typeof__(&xmlFreeTextReader) free;
	__typeof__(&xmlTextReaderRead) read;
	__typeof__(&xmlTextReaderNodeType) type;
	__typeof__(&xmlTextReaderConstLocalName) name;
	__typeof__(&xmlTextReaderConstNamespaceUri) space;
	__typeof__(&xmlTextReaderConstValue) value;
	__typeof__(&xmlTextReaderIsEmptyElement) is_empty;
	__typeof__(&xmlTextReaderSetErrorHandler) set_error_handler;
};

/* clang-format off */
#define ELEMENTS(E) \
	E(FEEDBACK, "feedback") E(VERSION, "version") E(METADATA, "report_metadata") \
	E(ORG, "org_name") E(EMAIL, "email") E(CONTACT, "extra_contact_info") E(ID, "report_id") \
	E(DATES, "date_range") E(BEGIN, "begin") E(END, "end") E(ERROR, "error") \
	E(GENERATOR, "generator") E(POLICY, "policy_published") E(DOMAIN, "domain") E(P, "p") \
	E(SP, "sp") E(NP, "np") E(ADKIM, "adkim") E(ASPF, "aspf") E(PCT, "pct") E(FO, "fo") \
	E(TESTING, "testing") E(DISCOVERY, "discovery_method") E(RECORD, "record") E(ROW, "row") \
	E(SOURCE, "source_ip") E(COUNT, "count") E(EVALUATED, "policy_evaluated") \
	E(DISPOSITION, "disposition") E(DKIM, "dkim") E(SPF, "spf") E(REASON, "reason") \
	E(TYPE, "type") E(COMMENT, "comment") E(IDENTIFIERS, "identifiers") \
	E(HEADER_FROM, "header_from") E(ENVELOPE_FROM, "envelope_from") \
	E(ENVELOPE_TO, "envelope_to") E(RESULTS, "auth_results") E(SELECTOR, "selector") \
	E(RESULT, "result") E(SCOPE, "scope") E(HUMAN, "human_result")
#define ELEMENT_ID(id, name) ELEMENT_##id,
enum element { ELEMENT_OTHER, ELEMENTS(ELEMENT_ID) };
/* clang-format on */

struct reader {
	struct library lib;
	xmlTextReaderPtr xml;
	struct feedback_report *report;
	feedback_row_fn *on_row;
	void *arg;
	struct arena *arena; /* of the report */
	struct arena rows;   /* of one row */
	struct feedback_row row;
	bool in_record, in_feedback, seen, ended, has_spf, has_count;
	struct slice space; /* of the element feedback */
	enum element stack[FEEDBACK_DEPTH];
	size_t depth; /* of all elements, also of those below the stack */
	char text[FEEDBACK_VALUE];
	size_t n;
	bool cut;
	enum status status;
};

static bool
load(struct library *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, open, xmlReaderForMemory),
		LATE_ALWAYS(library, free, xmlFreeTextReader),
		LATE_ALWAYS(library, read, xmlTextReaderRead),
		LATE_ALWAYS(library, type, xmlTextReaderNodeType),
		LATE_ALWAYS(library, name, xmlTextReaderConstLocalName),
		LATE_ALWAYS(library, space, xmlTextReaderConstNamespaceUri),
		LATE_ALWAYS(library, value, xmlTextReaderConstValue),
		LATE_ALWAYS(library, is_empty, xmlTextReaderIsEmptyElement),
		LATE_ALWAYS(library, set_error_handler, xmlTextReaderSetErrorHandler),
	};

	return late_load("libxml2.so.2", names, sizeof names / sizeof *names, lib);
}

static enum element
element_of(const char *name)
{
	static const char *const names[] = {
#define ELEMENT_NAME(id, name) name,
		ELEMENTS(ELEMENT_NAME)};
	struct slice given = slice_str(name);

	if (slice_ieq(given, SLICE("identities"))) /* of the first drafts */
		return ELEMENT_IDENTIFIERS;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(given, slice_str(names[i])))
			return (enum element)(i + 1);
	return ELEMENT_OTHER;
}

static enum element
above(const struct reader *reader, size_t levels)
{
	return reader->depth > levels && reader->depth <= FEEDBACK_DEPTH
		       ? reader->stack[reader->depth - 1 - levels]
		       : ELEMENT_OTHER;
}

static void
warn(struct reader *reader, enum feedback_warning what, struct slice sample)
{
	feedback_warn(&reader->report->warnings, what, sample);
}

/* values */

/* A word of the list, in lower case; or as it is, with a warning. */
static struct slice
word(struct reader *reader, struct slice value, const char *list, enum feedback_warning odd,
	struct arena *arena)
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
number(struct slice text, unsigned long long max)
{
	unsigned long long value;

	if (!scan_number(&text, max, &value) || text.n > 0)
		return -1;
	return (int64_t)value;
}

static int64_t
date(struct reader *reader, struct slice value)
{
	int64_t seconds = number(value, INT64_C(253402300799));

	if (seconds >= 0)
		return seconds;
	warn(reader, FEEDBACK_WARN_DATE, value);
	return FEEDBACK_NO_TIME;
}

/* In lower case, without a dot at its end. */
static struct slice
domain(struct slice value, struct arena *arena)
{
	if (value.n > 1 && value.p[value.n - 1] == '.')
		value.n--;
	return arena_lower(arena, value);
}

static struct slice
source(struct reader *reader, struct slice value)
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
count(struct reader *reader, struct slice value)
{
	int64_t n = number(value, COUNT_MAX);

	reader->has_count = value.n > 0;
	if (n > 0)
		return n;
	warn(reader, FEEDBACK_WARN_COUNT, value);
	return 0;
}

static void
add_error(struct reader *reader, struct slice value)
{
	struct buf all;

	buf_init(&all, reader->arena, FEEDBACK_VALUE * 2);
	buf_add(&all, reader->report->errors);
	if (all.n > 0)
		buf_adds(&all, "; ");
	buf_add(&all, value);
	if (!all.over)
		reader->report->errors = buf_slice(&all);
}

/* where a value belongs; the tables of what may be in what */

static bool
set_head(struct reader *reader, enum element in, enum element what, struct slice value)
{
	struct feedback_report *report = reader->report;
	const struct {
		enum element in, what;
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
set_result(struct reader *reader, bool spf, enum element what, struct slice value)
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
set_evaluated(struct reader *reader, enum element what, struct slice value)
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

/* those of RFC 7489, too */
#define REASONS                                                                                    \
	"local_policy mailing_list other policy_test_mode trusted_forwarder forwarded sampled_out"

static void
set_row(struct reader *reader, enum element in, enum element what, struct slice value)
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
	else if ((in == ELEMENT_DKIM || in == ELEMENT_SPF) && above(reader, 2) == ELEMENT_RESULTS)
		set_result(reader, in == ELEMENT_SPF, what, value);
}

/* rows */

static void
begin_result(struct reader *reader, bool spf)
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
begin_reason(struct reader *reader)
{
	struct feedback_row *row = &reader->row;

	if (row->nreasons == FEEDBACK_REASONS) {
		warn(reader, FEEDBACK_WARN_MANY, SLICE(""));
		return;
	}
	row->reasons[row->nreasons++] = (struct feedback_reason){.type = SLICE("")};
}

static void
begin_record(struct reader *reader)
{
	arena_reset(&reader->rows);
	reader->row = (struct feedback_row){.messages = 0};
	reader->in_record = true;
	reader->has_spf = reader->has_count = false;
}

static void
warn_of_results(struct reader *reader)
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
end_record(struct reader *reader)
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

/* the document */

static bool
same_space(const struct reader *reader)
{
	const char *space = (const char *)reader->lib.space(reader->xml);

	return slice_eq(slice_str(space), reader->space);
}

static void
begin_element(struct reader *reader)
{
	enum element element = element_of((const char *)reader->lib.name(reader->xml));

	if (!reader->in_feedback && element == ELEMENT_FEEDBACK && !reader->seen) {
		const char *space = (const char *)reader->lib.space(reader->xml);

		if (reader->depth > 0)
			warn(reader, FEEDBACK_WARN_WRAPPER, SLICE(""));
		reader->depth = 0;
		reader->in_feedback = reader->seen = true;
		reader->space = arena_dup(reader->arena, slice_str(space));
		reader->report->space = reader->space;
	} else if (!reader->in_feedback || !same_space(reader)) {
		element = ELEMENT_OTHER; /* an extension, which is passed over */
	}
	if (reader->depth < FEEDBACK_DEPTH)
		reader->stack[reader->depth] = element;
	reader->depth++;
	reader->n = 0;
	reader->cut = false;
	if (element == ELEMENT_RECORD && above(reader, 1) == ELEMENT_FEEDBACK) {
		end_record(reader); /* one that was not closed */
		begin_record(reader);
	} else if (element == ELEMENT_REASON && above(reader, 1) == ELEMENT_EVALUATED) {
		begin_reason(reader);
	} else if ((element == ELEMENT_DKIM || element == ELEMENT_SPF) &&
		   above(reader, 1) == ELEMENT_RESULTS) {
		begin_result(reader, element == ELEMENT_SPF);
	}
}

static void
end_element(struct reader *reader)
{
	const enum element element = above(reader, 0), in = above(reader, 1);
	struct slice value = slice_trim(slice_make(reader->text, reader->n));

	if (reader->cut)
		warn(reader, FEEDBACK_WARN_LONG, slice_head(value, NAME_OCTETS));
	if (element == ELEMENT_RECORD && in == ELEMENT_FEEDBACK)
		end_record(reader);
	else if (element != ELEMENT_OTHER && !set_head(reader, in, element, value) &&
		 reader->in_record)
		set_row(reader, in, element, value);
	if (reader->depth > 0)
		reader->depth--;
	reader->n = 0;
	reader->cut = false;
	if (reader->in_feedback && reader->depth == 0)
		reader->in_feedback = false, reader->ended = true;
}

static void
add_text(struct reader *reader)
{
	struct slice text = slice_str((const char *)reader->lib.value(reader->xml));
	size_t room = sizeof reader->text - reader->n;

	if (reader->n == 0)
		while (text.n > 0 && slice_is_blank(text.p[0]))
			text = slice_from(text, 1);
	if (text.n > room)
		reader->cut = true;
	text = slice_head(text, room);
	if (text.n > 0)
		memcpy(reader->text + reader->n, text.p, text.n);
	reader->n += text.n;
}

static void
be_quiet(void *arg, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr at)
{
	(void)arg;
	(void)message;
	(void)severity;
	(void)at;
}

/* False at its end, however that comes. */
static bool
read_node(struct reader *reader)
{
	if (reader->lib.read(reader->xml) != 1)
		return false;
	switch (reader->lib.type(reader->xml)) {
	case XML_READER_TYPE_ELEMENT:
		begin_element(reader);
		if (reader->lib.is_empty(reader->xml) == 1)
			end_element(reader);
		break;
	case XML_READER_TYPE_END_ELEMENT:
		end_element(reader);
		break;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		add_text(reader);
		break;
	case XML_READER_TYPE_DOCUMENT_TYPE:
		reader->status = ST_BAD;
		break;
	default:
		break;
	}
	return reader->status == ST_OK && !reader->ended;
}

static void
warn_of_report(struct reader *reader)
{
	const struct feedback_report *report = reader->report;

	if (!reader->ended)
		warn(reader, FEEDBACK_WARN_CUT, SLICE(""));
	if (report->rows == 0)
		warn(reader, FEEDBACK_WARN_EMPTY, SLICE(""));
	if (report->org.n == 0)
		warn(reader, FEEDBACK_WARN_ORG, report->email);
	if (report->id.n == 0)
		warn(reader, FEEDBACK_WARN_ID, SLICE(""));
	if (!is_domain(report->domain))
		warn(reader, FEEDBACK_WARN_DOMAIN, report->domain);
	if (report->begins != FEEDBACK_NO_TIME && report->ends != FEEDBACK_NO_TIME &&
		(report->ends < report->begins || report->ends - report->begins > SECONDS_A_DAY))
		warn(reader, FEEDBACK_WARN_SPAN, SLICE(""));
}

enum status
feedback_aggregate_parse(struct slice octets, struct arena *arena, struct feedback_report *report,
	feedback_row_fn *on_row, void *arg)
{
	struct reader *reader = arena_alloc(arena, sizeof *reader);
	struct slice cleaned;
	enum status st;
	bool utf8;

	*report = (struct feedback_report){
		.begins = FEEDBACK_NO_TIME,
		.ends = FEEDBACK_NO_TIME,
		.warnings.arena = arena,
	};
	*reader = (struct reader){
		.report = report, .on_row = on_row, .arg = arg, .arena = arena, .status = ST_OK};
	if (octets.n > FEEDBACK_OCTETS)
		return ST_BAD;
	st = feedback_clean(octets, arena, &report->warnings, &cleaned, &utf8);
	if (st != ST_OK || cleaned.n == 0)
		return ST_BAD;
	if (!load(&reader->lib))
		return ST_TEMP;
	reader->xml = reader->lib.open(cleaned.p, (int)cleaned.n, NULL, utf8 ? "UTF-8" : NULL,
		XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (reader->xml == NULL)
		return ST_TEMP;
	reader->lib.set_error_handler(reader->xml, be_quiet, NULL);
	arena_init(&reader->rows, arena->oom, arena->oom_arg);
	while (read_node(reader))
		;
	if (reader->status == ST_OK && reader->in_record)
		end_record(reader);
	arena_clear(&reader->rows);
	reader->lib.free(reader->xml);
	if (reader->status != ST_OK)
		return reader->status;
	if (!reader->seen)
		return ST_BAD;
	warn_of_report(reader);
	return ST_OK;
}
