/* dns_error.h: the errors of setting up DNS and of reading a master file. */
#ifndef AUTH_DNS_DNS_ERROR_H
#define AUTH_DNS_DNS_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define DNS_ERRORS(R) \
	R(NO_MEMORY,     "dns_no_memory",      "no memory") \
	R(NO_PIPE,       "dns_no_pipe",        "no pipe for DNS") \
	R(RESOLV_CONF,   "dns_resolv_conf",    "resolv.conf cannot be read") \
	R(RESOLVERS,     "dns_many_resolvers", "more than 16 resolvers") \
	R(RESOLVER,      "dns_bad_resolver",   "not a resolver's ADDR, ADDR:PORT or [ADDR]:PORT") \
	/* a line of a master file */ \
	R(LONG,          "zone_long",          "the zone is longer than 64 MiB") \
	R(UNREADABLE,    "zone_unreadable",    "not readable") \
	R(OPEN_STRING,   "zone_open_string",   "a quoted string does not end on its line") \
	R(CLOSES,        "zone_closes",        "a parenthesis that was not opened") \
	R(OPEN,          "zone_open",          "a parenthesis is not closed") \
	R(MUCH,          "zone_much",          "more than the entry can hold") \
	R(NO_NAME,       "zone_no_name",       "a name is missing") \
	R(NAME,          "zone_name",          "not a name") \
	R(DOT,           "zone_dot",           "a name with a dot inside a label") \
	R(LONG_TXT,      "zone_long_txt",      "TXT data longer than 65535 octets") \
	R(ESCAPE,        "zone_escape",        "a bad escape in a string") \
	R(LONG_STRING,   "zone_long_string",   "a string longer than 255 octets") \
	R(NO_STRING,     "zone_no_string",     "TXT without a string") \
	R(NO_ADDRESS,    "zone_no_address",    "an address is missing") \
	R(ADDRESS,       "zone_address",       "not an address of this family") \
	R(NO_PREFERENCE, "zone_no_preference", "an MX preference is missing") \
	R(PREFERENCE,    "zone_preference",    "not an MX preference") \
	R(NO_TYPE,       "zone_no_type",       "a type is missing") \
	R(CLASS,         "zone_class",         "a class other than IN") \
	R(TYPE,          "zone_type",          "not a type") \
	R(NO_OWNER,      "zone_no_owner",      "no name before this record") \
	R(NO_TTL,        "zone_no_ttl",        "a TTL is missing") \
	R(TTL,           "zone_ttl",           "not a TTL") \
	R(DIRECTIVE,     "zone_directive",     "a directive other than $ORIGIN and $TTL") \
	R(NO_PRAGMA,     "zone_no_pragma",     "a pragma without its word") \
	R(PRAGMA,        "zone_pragma",        "unknown pragma") \
	R(PRAGMA_MUCH,   "zone_pragma_much",   "more than the pragma can hold") \
	R(STRING,        "zone_string",        "a string where a name should be") \
	R(CONTRADICTION, "zone_contradiction", "a record and a line that says that it does not exist")

#define DNS_ERROR_ID(id, code, text) DNS_E_##id,
enum dns_error REASON_ENUM(DNS_E, REASON_DNS_SETUP, DNS_ERRORS, DNS_ERROR_ID);
/* clang-format on */

struct error dns_error(enum dns_error id);

#endif
