/*
 * failure.h: whether a failure report is due (RFC 9991), and which parts of the message it may
 * contain. This is only logged: the filter itself sends nothing.
 */
#ifndef FILTER_RESULT_FAILURE_H
#define FILTER_RESULT_FAILURE_H

#include "filter/verdict/evaluate.h"

enum { FAILURE_OCTETS = 16 * 1024 };

/* Does the fo tag request a report (RFC 9989 4.7)? fo: as written; empty means "0". */
bool failure_asked(const struct auth_results *results, struct slice fo);

/*
 * The header to be reported, with LF at the ends of lines, or empty if no report is due: the option
 * is off, the record has no ruf or has psd=y, fo does not request one, the reverse-path is null or
 * unknown, the message is a report itself, exempt or ambiguous. Redacted, it has a few fields that
 * do not identify a person: local parts, display names and Subject are replaced, and all other
 * fields are left out (RFC 9991 7, RFC 6590). Full, it has whole fields up to FAILURE_OCTETS.
 */
struct slice failure_header(const struct evaluation *evaluation);

#endif
