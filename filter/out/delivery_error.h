/*
 * delivery_error.h: the errors that can occur while a message or its outcome is passed on. They are
 * logged, in English.
 */
#ifndef FILTER_OUT_DELIVERY_ERROR_H
#define FILTER_OUT_DELIVERY_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define DELIVERY_ERRORS(R) \
	R(NOT_WRITTEN,     "delivery_not_written",     "the message could not be written") \
	R(OUTPUT,          "delivery_output",          "the output could not be written") \
	R(OUTCOME,         "delivery_outcome",         "the outcome could not be written") \
	R(NO_JSON,         "delivery_no_json",         "no memory for JSON") \
	R(NO_NEXT_HOP,     "delivery_no_next_hop",     "this profile needs --next-hop or -- COMMAND: its mail server discards stdout") \
	R(NO_SPOOL,        "delivery_no_spool",        "no spool file for the message") \
	R(NOT_SPOOLED,     "delivery_not_spooled",     "the message could not be spooled") \
	/* COMMAND */ \
	R(SIGNAL,          "delivery_signal",          "COMMAND was ended by a signal") \
	R(NOT_STARTED,     "delivery_not_started",     "COMMAND could not be started") \
	R(LATE,            "delivery_late",            "COMMAND did not end in time and was killed") \
	R(LOST,            "delivery_lost",            "COMMAND was lost and killed") \
	R(NOT_RUN,         "delivery_not_run",         "COMMAND could not be run") \
	R(FAILED,          "delivery_failed",          "COMMAND failed") \
	R(UNREAD,          "delivery_unread",          "COMMAND did not read the whole message") \
	/* SMTP */ \
	R(NO_PATH,         "delivery_no_path",         "--next-hop needs the reverse-path") \
	R(NO_RECIPIENTS,   "delivery_no_recipients",   "--next-hop needs the recipients (--rcpt)") \
	R(ADDRESS,         "delivery_address",         "an address of the envelope cannot be written in SMTP") \
	R(LONG_ADDRESS,    "delivery_long_address",    "an address of the envelope is too long") \
	R(NO_UTF8,         "delivery_no_utf8",         "the next hop does not offer SMTPUTF8, which an address needs") \
	R(NOT_READ,        "delivery_not_read",        "the message could not be read again") \
	R(UNREACHED,       "delivery_unreached",       "the next hop cannot be reached") \
	R(NO_ANSWER,       "delivery_no_answer",       "the next hop did not answer, or not in time") \
	R(UNASKED,         "delivery_unasked",         "the next hop answered what it was not asked") \
	R(REFUSED,         "delivery_refused",         "the next hop answered %s with %s %s") \
	/* --profile postfix-proxy */ \
	R(NO_CLIENT,       "delivery_no_client",       "no client address by XFORWARD") \
	R(CLIENT_LEFT,     "delivery_client_left",     "the client had left before the message was handed on") \
	R(TOO_LATE,        "delivery_too_late",        "too late to hand the message on") \
	R(BARE,            "delivery_bare_line_end",   "refused with 550 5.5.2: a bare CR or LF in the message")

#define DELIVERY_ERROR_ID(id, code, text) DELIVERY_E_##id,
enum delivery_error REASON_ENUM(DELIVERY_E, REASON_DELIVERY, DELIVERY_ERRORS, DELIVERY_ERROR_ID);
/* clang-format on */

struct error delivery_error(enum delivery_error id);

#endif
