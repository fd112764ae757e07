#include "filter/aggregate/aggregate_xml.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>

#include "filter/aggregate/aggregate_gzip.h"
#include "mime/late.h"

#define NAMESPACE "urn:ietf:params:xml:ns:dmarc-2.0" /* RFC 9990 3.1.1.1 */

struct library {
	__typeof__(&xmlBufferCreate) buffer_new;
	__typeof__(&xmlBufferFree) buffer_free;
	__typeof__(&xmlBufferContent) content;
	__typeof__(&xmlBufferLength) length;
	__typeof__(&xmlBufferEmpty) empty;
	__typeof__(&xmlNewTextWriterMemory) writer;
	__typeof__(&xmlFreeTextWriter) writer_free;
	__typeof__(&xmlTextWriterFlush) flush;
	__typeof__(&xmlTextWriterSetIndent) indent;
	__typeof__(&xmlTextWriterStartDocument) document;
	__typeof__(&xmlTextWriterEndDocument) document_end;
	__typeof__(&xmlTextWriterStartElement) element;
	__typeof__(&xmlTextWriterEndElement) element_end;
	__typeof__(&xmlTextWriterWriteAttribute) attribute;
	__typeof__(&xmlTextWriterWriteString) string;
};

struct aggregate_xml {
	struct library lib;
	xmlBufferPtr buffer;
	xmlTextWriterPtr writer;
	struct aggregate_gzip *gzip;
	struct arena arena; /* for the text of one element */
	size_t octets;
	bool failed;
};

static bool
load_libxml2_writer(struct library *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(library, buffer_new, xmlBufferCreate),
		LATE_ALWAYS(library, buffer_free, xmlBufferFree),
		LATE_ALWAYS(library, content, xmlBufferContent),
		LATE_ALWAYS(library, length, xmlBufferLength),
		LATE_ALWAYS(library, empty, xmlBufferEmpty),
		LATE_ALWAYS(library, writer, xmlNewTextWriterMemory),
		LATE_ALWAYS(library, writer_free, xmlFreeTextWriter),
		LATE_ALWAYS(library, flush, xmlTextWriterFlush),
		LATE_ALWAYS(library, indent, xmlTextWriterSetIndent),
		LATE_ALWAYS(library, document, xmlTextWriterStartDocument),
		LATE_ALWAYS(library, document_end, xmlTextWriterEndDocument),
		LATE_ALWAYS(library, element, xmlTextWriterStartElement),
		LATE_ALWAYS(library, element_end, xmlTextWriterEndElement),
		LATE_ALWAYS(library, attribute, xmlTextWriterWriteAttribute),
		LATE_ALWAYS(library, string, xmlTextWriterWriteString),
	};

	return late_load("libxml2.so.2", names, sizeof names / sizeof *names, lib);
}

static void
open_element(struct aggregate_xml *xml, const char *name)
{
	xml->failed |= xml->lib.element(xml->writer, (const xmlChar *)name) < 0;
}

static void
close_element(struct aggregate_xml *xml)
{
	xml->failed |= xml->lib.element_end(xml->writer) < 0;
}

static void
text(struct aggregate_xml *xml, const char *name, struct slice value)
{
	const char *copy = arena_cstr(&xml->arena, value);

	open_element(xml, name);
	xml->failed |= xml->lib.string(xml->writer, (const xmlChar *)copy) < 0;
	close_element(xml);
}

static void
word(struct aggregate_xml *xml, const char *name, const char *value)
{
	text(xml, name, slice_str(value));
}

static void
integer_element(struct aggregate_xml *xml, const char *name, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%" PRId64, value);
	word(xml, name, digits);
}

static void
known(struct aggregate_xml *xml, const char *name, struct slice value)
{
	if (value.n > 0)
		text(xml, name, value);
}

/* Compresses the writer's output. */
static enum status
drain(struct aggregate_xml *xml)
{
	struct slice octets;

	if (xml->failed || xml->lib.flush(xml->writer) < 0)
		return ST_TEMP;
	octets = slice_make(
		(const char *)xml->lib.content(xml->buffer), (size_t)xml->lib.length(xml->buffer));
	if (aggregate_gzip_add(xml->gzip, octets) != ST_OK)
		return ST_TEMP;
	xml->octets += octets.n;
	xml->lib.empty(xml->buffer);
	arena_reset(&xml->arena);
	return ST_OK;
}

/* Writes report_metadata: RFC 9990 3.1.1.3 to 3.1.1.5 */
static void
metadata(struct aggregate_xml *xml, const struct aggregate_head *head)
{
	open_element(xml, "report_metadata");
	text(xml, "org_name", head->org);
	text(xml, "email", head->email);
	known(xml, "extra_contact_info", head->contact);
	text(xml, "report_id", head->id);
	open_element(xml, "date_range");
	integer_element(xml, "begin", head->begin);
	integer_element(xml, "end", head->end);
	close_element(xml);
	known(xml, "error", head->policy->error);
	word(xml, "generator", "mailstamp " MAILSTAMP_VERSION);
	close_element(xml);
}

/* Writes policy_published: RFC 9990 3.1.1.7 */
static void
policy_published(struct aggregate_xml *xml, const struct aggregate_policy *policy)
{
	open_element(xml, "policy_published");
	text(xml, "domain", policy->domain);
	word(xml, "discovery_method", policy->mode == DMARC_RFC7489 ? "psl" : "treewalk");
	word(xml, "p", dmarc_policy_word(policy->p));
	word(xml, "sp", dmarc_policy_word(policy->sp));
	if (policy->np != DMARC_ABSENT)
		word(xml, "np", dmarc_policy_word(policy->np));
	text(xml, "fo", policy->fo);
	word(xml, "adkim", policy->adkim_strict ? "s" : "r");
	word(xml, "aspf", policy->aspf_strict ? "s" : "r");
	if (policy->mode == DMARC_RFC9989)
		word(xml, "testing", policy->testing ? "y" : "n");
	close_element(xml);
}

struct aggregate_xml *
aggregate_xml_new(const struct aggregate_head *head)
{
	struct aggregate_xml *xml = calloc(1, sizeof *xml);

	if (xml == NULL)
		return NULL;
	arena_init(&xml->arena, NULL, NULL);
	if (load_libxml2_writer(&xml->lib))
		xml->buffer = xml->lib.buffer_new();
	if (xml->buffer != NULL)
		xml->writer = xml->lib.writer(xml->buffer, 0);
	xml->gzip = aggregate_gzip_new();
	if (xml->writer == NULL || xml->gzip == NULL) {
		aggregate_xml_free(xml);
		return NULL;
	}
	xml->failed |= xml->lib.indent(xml->writer, 1) < 0;
	xml->failed |= xml->lib.document(xml->writer, "1.0", "UTF-8", NULL) < 0;
	open_element(xml, "feedback");
	xml->failed |= xml->lib.attribute(xml->writer, (const xmlChar *)"xmlns",
			       (const xmlChar *)NAMESPACE) < 0;
	word(xml, "version", "1.0");
	metadata(xml, head);
	policy_published(xml, head->policy);
	if (drain(xml) != ST_OK) {
		aggregate_xml_free(xml);
		return NULL;
	}
	return xml;
}

/* Writes policy_evaluated: RFC 9990 3.1.1.11, 3.1.1.15 */
static void
policy_evaluated(struct aggregate_xml *xml, const struct aggregate_row *row)
{
	struct slice rest = row->reasons, line;

	open_element(xml, "policy_evaluated");
	word(xml, "disposition", row->disposition);
	word(xml, "dkim", row->dkim ? "pass" : "fail");
	word(xml, "spf", row->spf ? "pass" : "fail");
	while (aggregate_line(&rest, &line)) {
		open_element(xml, "reason");
		text(xml, "type", aggregate_part(&line));
		known(xml, "comment", aggregate_part(&line));
		close_element(xml);
	}
	close_element(xml);
}

/* Writes identifiers: RFC 9990 3.1.1.12 */
static void
identifiers(struct aggregate_xml *xml, const struct aggregate_row *row)
{
	open_element(xml, "identifiers");
	text(xml, "header_from", row->header_from);
	if (row->has_path)
		text(xml, "envelope_from", row->envelope_from);
	known(xml, "envelope_to", row->envelope_to);
	close_element(xml);
}

/*
 * Writes auth_results: RFC 9990 3.1.1.13, 3.1.1.14; DMARC uses one SPF identity, which a report
 * always calls mfrom
 */
static void
auth_results(struct aggregate_xml *xml, const struct aggregate_row *row)
{
	struct slice rest = row->results, line;

	open_element(xml, "auth_results");
	while (aggregate_line(&rest, &line)) {
		const bool dkim = slice_eq(aggregate_part(&line), SLICE("dkim"));

		open_element(xml, dkim ? "dkim" : "spf");
		text(xml, "domain", aggregate_part(&line));
		if (dkim)
			text(xml, "selector", aggregate_part(&line));
		else
			word(xml, "scope", "mfrom");
		text(xml, "result", aggregate_part(&line));
		known(xml, "human_result", aggregate_part(&line));
		close_element(xml);
	}
	close_element(xml);
}

enum status
aggregate_xml_row(struct aggregate_xml *xml, const struct aggregate_row *row, int64_t count)
{
	open_element(xml, "record");
	open_element(xml, "row");
	text(xml, "source_ip", row->source_ip);
	integer_element(xml, "count", count);
	policy_evaluated(xml, row);
	close_element(xml);
	identifiers(xml, row);
	auth_results(xml, row);
	close_element(xml);
	return drain(xml);
}

size_t
aggregate_xml_packed(const struct aggregate_xml *xml)
{
	return aggregate_gzip_size(xml->gzip);
}

size_t
aggregate_xml_octets(const struct aggregate_xml *xml)
{
	return xml->octets;
}

enum status
aggregate_xml_end(struct aggregate_xml *xml, struct slice *file)
{
	xml->failed |= xml->lib.document_end(xml->writer) < 0;
	return drain(xml) == ST_OK ? aggregate_gzip_end(xml->gzip, file) : ST_TEMP;
}

void
aggregate_xml_free(struct aggregate_xml *xml)
{
	if (xml == NULL)
		return;
	if (xml->writer != NULL)
		xml->lib.writer_free(xml->writer);
	if (xml->buffer != NULL)
		xml->lib.buffer_free(xml->buffer);
	aggregate_gzip_free(xml->gzip);
	arena_clear(&xml->arena);
	free(xml);
}
