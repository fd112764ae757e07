/*
 * json_parts.h: the parts of JSON objects, one function for each struct. For the files that write
 * JSON, such as json.c, inspect_json.c and run_head.c.
 *
 * When memory runs out, jansson's constructors return NULL and its setters leave the member out.
 * Only json_write detects this, and refuses the object.
 */
#ifndef FILTER_RESULT_JSON_PARTS_H
#define FILTER_RESULT_JSON_PARTS_H

#include <jansson.h>

#include "auth/auth.h"
#include "auth/base/report.h"

struct diagnosis;
struct dns;
struct findings;

/* Text as a JSON string; octets that are not UTF-8 become U+FFFD. */
json_t *json_from(struct slice text, struct arena *arena);
/* sets a member to text, or to null if it is NULL */
void json_text(json_t *object, const char *name, const char *text);

/* text, or null if it is empty */
json_t *json_known(struct slice text, struct arena *arena);

/*
 * For json_pack, the members of a reason: reason, reason_code and, if known, reason_about,
 * reason_at and reason_octet.
 */
#define JSON_REASON "s:s?,s:s?,s:o*,s:o*,s:o*,"
#define JSON_REASON_OF(reason, arena)                                                              \
	"reason", reason_text(reason), "reason_code", reason_code(reason), "reason_about",         \
		json_reason_about(reason, arena), "reason_at", json_reason_at(reason),             \
		"reason_octet", json_reason_octet(reason)
json_t *json_reason_about(const struct reason *reason, struct arena *arena);
json_t *json_reason_at(const struct reason *reason);
json_t *json_reason_octet(const struct reason *reason);

/* The same for a row of the report, with its result first. */
#define JSON_ROW "s:s," JSON_REASON
#define JSON_ROW_OF(row, arena)                                                                    \
	"result", auth_code_word((row)->code), JSON_REASON_OF(&(row)->reason, arena)

/*
 * Writes object as one line with its line end, in the arena; frees object, which may be NULL.
 * ST_TEMP if jansson ran out of memory since this thread's last line (json_start).
 */
enum status json_write(json_t *object, struct arena *arena, struct slice *line);

/*
 * Makes the result of a method from its row in the report, and from details that are not in the
 * row.
 */
json_t *json_spf(const struct report_row *row, const struct spf_result *spf, struct arena *arena);
json_t *json_arc(const struct report_row *row, const struct arc_result *arc, struct arena *arena);
json_t *json_dmarc(
	const struct report_row *row, const struct dmarc_result *dmarc, struct arena *arena);
/* All signatures; first: the first row of DKIM. */
json_t *json_dkim(
	const struct report_row *first, const struct dkim_result *dkim, struct arena *arena);

json_t *json_sealed(const struct arc_sealed *sealed, struct arena *arena);
json_t *json_diagnoses(const struct diagnosis *diagnoses, size_t n, struct arena *arena);
struct what_if_result;
/* the result under another record, or the other RFC */
json_t *json_what_if(const struct what_if_result *result, struct arena *arena);
json_t *json_what_ifs(const struct what_if_result *results, size_t n, struct arena *arena);
json_t *json_findings(const struct findings *findings);
json_t *json_dns(const struct dns *dns, struct arena *arena);

#endif
