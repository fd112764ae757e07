/*
 * aggregate_xml.h: writes an aggregate report as XML (RFC 9990 Appendix A), compressing on the fly,
 * so that memory does not grow with its size.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_XML_H
#define FILTER_AGGREGATE_AGGREGATE_XML_H

#include "filter/aggregate/aggregate_row.h"

struct aggregate_xml;

/* The part before the rows. Texts have passed aggregate_clean. */
struct aggregate_head {
	struct slice org, email, contact; /* contact may be empty */
	struct slice id;
	int64_t begin, end;
	const struct aggregate_policy *policy;
};

/* Begins a report. NULL if libxml2, zlib or memory is not available. */
struct aggregate_xml *aggregate_xml_new(const struct aggregate_head *head);

enum status aggregate_xml_row(
	struct aggregate_xml *xml, const struct aggregate_row *row, int64_t count);

/* Return the current size of the report: compressed, and uncompressed. */
size_t aggregate_xml_packed(const struct aggregate_xml *xml);
size_t aggregate_xml_octets(const struct aggregate_xml *xml);

/* Completes the report; the gzip file belongs to xml until that is freed. */
enum status aggregate_xml_end(struct aggregate_xml *xml, struct slice *file);

void aggregate_xml_free(struct aggregate_xml *xml); /* NULL is fine */

#endif
