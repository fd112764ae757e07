/*
 * feedback_report.h: a parsed report: aggregate (RFC 9990, RFC 7489 appendix C), TLS (RFC 8460) or
 * failure (RFC 9991, RFC 6591, RFC 5965).
 *
 * Every value is the reporter's claim. Words of the standards are in lower case, everything else is
 * as reported, without white space around it; an empty slice is an absent or an empty value.
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_REPORT_H
#define FILTER_FEEDBACK_FEEDBACK_REPORT_H

#include "mime/arena.h"
#include "mime/slice.h"
#include "mime/status.h"

enum {
	FEEDBACK_OCTETS = 64 * 1024 * 1024,    /* of one report, uncompressed */
	FEEDBACK_TLS_OCTETS = 8 * 1024 * 1024, /* jansson needs up to 46 octets for each */
	FEEDBACK_ROWS = 1000000,
	FEEDBACK_DEPTH = 16,
	FEEDBACK_VALUE = 1000,  /* octets of a value; longer ones are truncated */
	FEEDBACK_RESULTS = 100, /* of a row (RFC 9990 3.1.1.12) */
	FEEDBACK_REASONS = 16,
	FEEDBACK_POLICIES = 1000,
	FEEDBACK_TLS_FAILURES = 10000
};

#define FEEDBACK_NO_TIME INT64_MIN

/* clang-format off */
/* Departures from the standard: code, as stored; description. */
#define FEEDBACK_WARNINGS(W) \
	W(RESULT,      "result",      "a result that the standard does not define") \
	W(DISPOSITION, "disposition", "a disposition that the standard does not define") \
	W(REASON,      "reason",      "an override reason that is empty or not of the standard") \
	W(SOURCE,      "source",      "a source that is not an IP address") \
	W(COUNT,       "count",       "a count that is not a number of messages") \
	W(DATE,        "date",        "a date that is not a time") \
	W(SPAN,        "span",        "a period of more than a day, or one that ends before it begins") \
	W(ORG,         "org",         "no organization") \
	W(ID,          "id",          "no report identifier") \
	W(DOMAIN,      "domain",      "no policy domain, or not a domain name") \
	W(HEADER_FROM, "header_from", "no header_from, or not a domain name") \
	W(NO_SPF,      "no_spf",      "a row without an SPF result") \
	W(SPF,         "spf",         "an SPF result without a domain, or for another identity than mfrom") \
	W(DKIM,        "dkim",        "a DKIM result without domain or selector") \
	W(ROW,         "row",         "a row without a source or count") \
	W(MANY,        "many",        "more results, rows or failures than are read") \
	W(LONG,        "long",        "a value that is too long was cut") \
	W(CUT,         "cut",         "the report ends early") \
	W(CHECKSUM,    "checksum",    "the packed file is damaged: its checksum or length is wrong") \
	W(OCTETS,      "octets",      "octets that are not of its character set") \
	W(MARKUP,      "markup",      "markup that is not XML, or text after the end of JSON") \
	W(WRAPPER,     "wrapper",     "the report, or a row, is inside another element") \
	W(REPEATED,    "repeated",    "values of a repeated element; the first one counts") \
	W(EMPTY,       "empty",       "the report has no rows")

#define FEEDBACK_WARNING_ID(id, code, text) FEEDBACK_WARN_##id,
enum feedback_warning { FEEDBACK_WARNINGS(FEEDBACK_WARNING_ID) FEEDBACK_WARNINGS_N };
/* clang-format on */

struct feedback_warnings {
	struct arena *arena; /* of the samples */
	int64_t times[FEEDBACK_WARNINGS_N];
	struct slice sample[FEEDBACK_WARNINGS_N]; /* of the first one */
};

void feedback_warn(
	struct feedback_warnings *warnings, enum feedback_warning what, struct slice sample);
const char *feedback_warning_code(enum feedback_warning what);
const char *feedback_warning_text(enum feedback_warning what); /* English */

struct feedback_result {
	bool spf;
	struct slice domain, selector, scope, result, human;
};

struct feedback_reason {
	struct slice type, comment;
};

struct feedback_row {
	struct slice source; /* canonical if it is an address */
	int64_t messages;
	struct slice disposition, dkim, spf; /* policy_evaluated */
	struct slice header_from, envelope_from, envelope_to;
	struct feedback_reason reasons[FEEDBACK_REASONS];
	size_t nreasons;
	struct feedback_result results[FEEDBACK_RESULTS];
	size_t nresults;
};

struct feedback_tls_failure {
	struct slice result, sending_ip, receiving_ip, receiving_mx, receiving_helo, reason,
		information;
	int64_t sessions;
};

struct feedback_tls_policy {
	struct slice type, domain, mx, text;
	int64_t successes, failures;
	struct feedback_tls_failure *details;
	size_t ndetails;
};

struct feedback_report {
	struct slice org, email, contact, id, domain;
	int64_t begins, ends; /* FEEDBACK_NO_TIME: unknown */
	/* aggregate */
	struct slice version, space, generator, errors;
	struct slice p, sp, np, adkim, aspf, pct, fo, testing, discovery;
	size_t rows;
	int64_t messages;
	/* TLS */
	struct feedback_tls_policy *policies;
	size_t npolicies;
	struct feedback_warnings warnings;
};

/* A report about one message (RFC 9991) */
struct feedback_failure {
	struct slice type, user_agent, source, source_port, auth_failure, delivery, alignment,
		original_from, original_to, results, domain, dkim_domain, dkim_selector,
		dkim_identity, spf_dns, header_from, message_id;
	int64_t arrival, incidents;
};

/* Called for each row; any status but ST_OK ends the parsing, which returns that status. */
typedef enum status feedback_row_fn(void *arg, const struct feedback_row *row);

/*
 * Parses an uncompressed aggregate report. Everything in report is in the arena; a row and its
 * contents are valid during the call of on_row, which may be NULL. ST_BAD: the octets are not an
 * aggregate report, and *report is undefined; ST_TEMP: libxml2 cannot be loaded, or out of memory.
 */
enum status feedback_aggregate_parse(struct slice octets, struct arena *arena,
	struct feedback_report *report, feedback_row_fn *on_row, void *arg);

/*
 * Makes well-formed XML of the octets: see feedback_clean.c. ST_BAD: they have a document type
 * declaration, which no report needs and XML bombs use, or are more than one report; ST_LIMIT: the
 * result is too long.
 */
enum status feedback_clean(struct slice octets, struct arena *arena,
	struct feedback_warnings *warnings, struct slice *cleaned);

/* Parses a report in JSON (RFC 8460 4.4). ST_BAD: not such a report; ST_TEMP when out of memory. */
enum status feedback_tls_parse(
	struct slice octets, struct arena *arena, struct feedback_report *report);

/*
 * Parses a failure report. feedback: the part message/feedback-report, decoded, or (plain) a whole
 * text that is searched for the same fields; header: the header of the reported message, or empty.
 * ST_BAD: not a report about authentication or abuse.
 */
enum status feedback_failure_parse(struct slice feedback, struct slice header, bool plain,
	struct arena *arena, struct feedback_failure *failure);

#endif
