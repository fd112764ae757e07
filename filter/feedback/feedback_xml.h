/*
 * feedback_xml.h: the state of parsing an aggregate report, for feedback_xml.c and feedback_row.c.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_XML_H
#define FILTER_FEEDBACK_FEEDBACK_XML_H

#include "filter/feedback/feedback_report.h"

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
enum feedback_element { ELEMENT_OTHER, ELEMENTS(ELEMENT_ID) };
/* clang-format on */

struct feedback_reader {
	struct feedback_report *report;
	feedback_row_fn *on_row;
	void *arg;
	struct arena *arena; /* of the report */
	struct arena rows;   /* of one row */
	struct feedback_row row;
	bool in_record, ended, has_spf, has_count;
	enum feedback_element stack[FEEDBACK_DEPTH];
	uint64_t inside[FEEDBACK_DEPTH]; /* bits of the elements that each of the stack contained */
	size_t depth; /* of all elements, including those too deep for the stack */
	enum status status;
};

/*
 * The element that is `levels` levels above the current one; ELEMENT_OTHER if there is none, or if
 * it is too deep or an extension.
 */
enum feedback_element feedback_above(const struct feedback_reader *reader, size_t levels);

/*
 * Must an element that begins now be skipped, because its parent already has one, and may have only
 * one? The first one counts, as for those who search a document for a path.
 */
bool feedback_row_repeats(struct feedback_reader *reader, enum feedback_element element);

/* Handles the beginning of the current element. */
void feedback_row_begin(struct feedback_reader *reader);

/* Handles the end of the current element. value: its text, trimmed. */
void feedback_row_end(struct feedback_reader *reader, struct slice value);

/* Handles the end of the document: completes an open row, and adds warnings about the report. */
void feedback_row_finish(struct feedback_reader *reader);

#endif
