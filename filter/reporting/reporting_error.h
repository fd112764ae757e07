/* reporting_error.h: the errors of making reports, besides those of the store. */
#ifndef FILTER_REPORTING_REPORTING_ERROR_H
#define FILTER_REPORTING_REPORTING_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define REPORTING_ERRORS(R) \
	R(NO_MEMORY,   "reporting_no_memory",   "no memory") \
	R(NOT_READ,    "reporting_not_read",    "stdin cannot be read") \
	R(NOT_WRITTEN, "reporting_not_written", "a report could not be written: no memory, or libxml2 or zlib cannot be loaded") \
	R(NOT_SENT,    "reporting_not_sent",    "a mail could not be written: no memory, or GMime or OpenSSL cannot be loaded") \
	R(NO_PARTS,    "reporting_no_parts",    "the parts of the bounce could not be read: GMime cannot be loaded, or its process could not be started, or ended early") \
	R(NO_SECCOMP,  "reporting_no_seccomp",  "the parts of the bounce are not read: the kernel does not offer seccomp") \
	R(NO_ADDRESS,  "reporting_no_address",  "--bounce-address or --report-from is needed")

#define REPORTING_ERROR_ID(id, code, text) REPORTING_E_##id,
enum reporting_error REASON_ENUM(REPORTING_E, REASON_REPORTING, REPORTING_ERRORS, REPORTING_ERROR_ID);
/* clang-format on */

struct error reporting_error(enum reporting_error id);

/* The last error of the store, or `otherwise` if there is none. */
struct store;
struct error reporting_why(const struct store *store, enum reporting_error otherwise);

#endif
