/* feedback_xml.c: parses an aggregate report, row by row, with libxml2's reader. */
#include "filter/feedback/feedback_xml.h"

#include <errno.h>
#include <libxml/xmlreader.h>

#include "mime/buf.h"
#include "mime/late.h"

enum { NAME_OCTETS = 40 };

/* the functions of libxml2 that we use */
struct library {
	__typeof__(&xmlReaderForMemory) open;
	__typeof__(&xmlFreeTextReader) free;
	__typeof__(&xmlTextReaderRead) read;
	__typeof__(&xmlTextReaderNodeType) type;
	__typeof__(&xmlTextReaderConstLocalName) name;
	__typeof__(&xmlTextReaderConstNamespaceUri) space;
	__typeof__(&xmlTextReaderConstValue) value;
	__typeof__(&xmlTextReaderIsEmptyElement) is_empty;
	__typeof__(&xmlSetStructuredErrorFunc) set_errors;
};

struct reader {
	struct library lib;
	xmlTextReaderPtr xml;
	struct feedback_reader rows;
	bool in_feedback, seen;
	size_t repeated; /* the depth of an element that is skipped because it repeats one; or 0 */
	bool no_memory; /* libxml2 ran out of memory, and may have skipped what it could not keep */
	struct slice space; /* of the element feedback */
	char text[FEEDBACK_VALUE];
	size_t n;
	bool cut;
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
		LATE_ALWAYS(library, set_errors, xmlSetStructuredErrorFunc),
	};

	return late_load("libxml2.so.2", names, sizeof names / sizeof *names, lib);
}

static enum feedback_element
element_of(const char *name)
{
	static const char *const names[] = {
#define ELEMENT_NAME(id, name) name,
		ELEMENTS(ELEMENT_NAME)};
	struct slice given = slice_str(name);

	if (slice_ieq(given, SLICE("identities"))) /* the name in the first drafts */
		return ELEMENT_IDENTIFIERS;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(given, slice_str(names[i])))
			return (enum feedback_element)(i + 1);
	return ELEMENT_OTHER;
}

static void
warn(struct reader *reader, enum feedback_warning what, struct slice sample)
{
	feedback_warn(&reader->rows.report->warnings, what, sample);
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
	enum feedback_element element = element_of((const char *)reader->lib.name(reader->xml));
	struct feedback_reader *rows = &reader->rows;

	if (!reader->in_feedback && element == ELEMENT_FEEDBACK && !reader->seen) {
		const char *space = (const char *)reader->lib.space(reader->xml);

		if (rows->depth > 0)
			warn(reader, FEEDBACK_WARN_WRAPPER, SLICE(""));
		rows->depth = 0;
		reader->in_feedback = reader->seen = true;
		reader->space = arena_dup(rows->arena, slice_str(space));
		rows->report->space = reader->space;
	} else if (!reader->in_feedback || !same_space(reader)) {
		element = ELEMENT_OTHER; /* an extension, which is skipped */
	} else if (element == ELEMENT_RECORD) {
		reader->repeated = 0; /* no row is lost to an element that was not closed */
	} else if (reader->repeated > 0 || feedback_row_repeats(rows, element)) {
		element = ELEMENT_OTHER;
		if (reader->repeated == 0)
			reader->repeated = rows->depth + 1;
	}
	if (rows->depth < FEEDBACK_DEPTH) {
		rows->stack[rows->depth] = element;
		rows->inside[rows->depth] = 0;
	}
	rows->depth++;
	reader->n = 0;
	reader->cut = false;
	feedback_row_begin(rows);
}

static void
warn_of_repeated(struct reader *reader, struct slice value)
{
	struct buf sample;

	if (reader->repeated == 0 || value.n == 0)
		return;
	if (reader->rows.report->warnings.times[FEEDBACK_WARN_REPEATED] > 0) {
		warn(reader, FEEDBACK_WARN_REPEATED, SLICE("")); /* only the first is kept */
		return;
	}
	buf_init(&sample, reader->rows.arena, NAME_OCTETS + FEEDBACK_VALUE);
	buf_add(&sample, slice_head(slice_str((const char *)reader->lib.name(reader->xml)),
				 NAME_OCTETS - 1));
	buf_addc(&sample, ' ');
	buf_add(&sample, value);
	warn(reader, FEEDBACK_WARN_REPEATED, buf_slice(&sample));
}

static void
end_element(struct reader *reader)
{
	struct feedback_reader *rows = &reader->rows;
	struct slice value = slice_trim(slice_make(reader->text, reader->n));

	warn_of_repeated(reader, value);
	if (reader->cut)
		warn(reader, FEEDBACK_WARN_LONG, slice_head(value, NAME_OCTETS));
	feedback_row_end(rows, value);
	if (rows->depth > 0)
		rows->depth--;
	if (rows->depth < reader->repeated)
		reader->repeated = 0;
	reader->n = 0;
	reader->cut = false;
	if (reader->in_feedback && rows->depth == 0)
		reader->in_feedback = false, rows->ended = true;
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

/* libxml2 declares the error const from 2.12 on. */
#if LIBXML_VERSION >= 21200
typedef const xmlError library_error;
#else
typedef xmlError library_error;
#endif

/*
 * Receives libxml2's errors. Malformed input is read as far as possible, so only lack of memory
 * counts. libxml2 reports that for values over its own limits as well, although malloc did not
 * fail: hence the test of errno. Nothing is printed.
 */
static void
note_error(void *arg, library_error *error)
{
	struct reader *reader = arg;

	if (error != NULL && error->code == XML_ERR_NO_MEMORY && errno == ENOMEM)
		reader->no_memory = true;
}

/* Reads and handles the next node. False at the end, or on an error. */
static bool
read_node(struct reader *reader)
{
	errno = 0;
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
		reader->rows.status = ST_BAD;
		break;
	default:
		break;
	}
	return reader->rows.status == ST_OK && !reader->rows.ended;
}

enum status
feedback_aggregate_parse(struct slice octets, struct arena *arena, struct feedback_report *report,
	feedback_row_fn *on_row, void *arg)
{
	struct reader *reader = arena_alloc(arena, sizeof *reader);
	struct slice cleaned;
	enum status st;

	*report = (struct feedback_report){
		.begins = FEEDBACK_NO_TIME,
		.ends = FEEDBACK_NO_TIME,
		.warnings.arena = arena,
	};
	reader->rows = (struct feedback_reader){
		.report = report, .on_row = on_row, .arg = arg, .arena = arena, .status = ST_OK};
	if (octets.n > FEEDBACK_OCTETS)
		return ST_BAD;
	st = feedback_clean(octets, arena, &report->warnings, &cleaned);
	if (st != ST_OK || cleaned.n == 0)
		return ST_BAD;
	if (!load(&reader->lib))
		return ST_TEMP;
	/* set for the thread, because errors can also occur outside of a document */
	reader->lib.set_errors(reader, note_error);
	errno = 0;
	reader->xml = reader->lib.open(cleaned.p, (int)cleaned.n, NULL, "UTF-8",
		XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (reader->xml != NULL) {
		arena_init(&reader->rows.rows, arena->oom, arena->oom_arg);
		while (read_node(reader))
			;
		/* whatever ended it before the root's end tag, which feedback_clean always adds */
		if (reader->in_feedback && !reader->rows.ended && reader->rows.status == ST_OK)
			warn(reader, FEEDBACK_WARN_CUT, SLICE(""));
		feedback_row_finish(&reader->rows);
		arena_clear(&reader->rows.rows);
		reader->lib.free(reader->xml);
	}
	reader->lib.set_errors(NULL, NULL);
	if (reader->xml == NULL || reader->no_memory)
		return ST_TEMP;
	if (reader->rows.status != ST_OK)
		return reader->rows.status;
	return reader->seen ? ST_OK : ST_BAD;
}
