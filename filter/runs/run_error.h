/* run_error.h: the errors of reading, resuming and merging stored runs. */
#ifndef FILTER_RUNS_RUN_ERROR_H
#define FILTER_RUNS_RUN_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define RUN_ERRORS(R) \
	R(NO_MEMORY,      "run_no_memory",      "no memory") \
	/* the file */ \
	R(NO_LINE_END,    "run_no_line_end",    "it is truncated: its last line has no end") \
	R(EMPTY,          "run_empty",          "it is truncated: it is empty") \
	R(NO_END,         "run_no_end",         "it is truncated: it has no end line") \
	R(LONG,           "run_long_line",      "a line of it is too long") \
	R(NEWER,          "run_newer",          "it was written by a newer version of mailstamp") \
	R(OTHER,          "run_other_file",     "it was not written by --resume, or by --shard with --output json") \
	R(END_LINE,       "run_end",            "its end line does not match its contents") \
	R(CONTINUES,      "run_continues",      "it continues after its end line") \
	R(ORDER,          "run_order",          "a message is repeated, or messages are out of order") \
	R(MISSING,        "run_missing",        "a message is missing") \
	R(DIFFERENT,      "run_different",      "a message was evaluated differently than the first line says") \
	/* a message's line */ \
	R(LONG_ROW,       "run_row_long",       "the line is too long") \
	R(NO_OBJECT,      "run_row_no_object",  "the line is not a JSON object") \
	R(BYTES,          "run_row_bytes",      "the line contains non-printable bytes") \
	R(MEMBER,         "run_row_member",     "a member is missing or has the wrong type") \
	R(TEXT,           "run_row_text",       "a member that must be text is not") \
	R(ARRAY,          "run_row_array",      "a member that must be an array is not, or is too long") \
	R(RESULT,         "run_row_result",     "an unknown result") \
	R(DISPOSITION,    "run_row_disposition","an unknown disposition") \
	R(POLICY,         "run_row_policy",     "an unknown policy") \
	R(CHANGE,         "run_row_change",     "an unknown kind of change") \
	R(HALF,           "run_row_half",       "an unknown half") \
	R(DATE,           "run_row_date",       "a date is not a number") \
	R(SENDER,         "run_row_sender",     "an unknown class of sender") \
	R(INDEX,          "run_row_index",      "its index is below zero") \
	R(NEITHER,        "run_row_neither",    "it has neither a disposition nor an error") \
	/* whole runs */ \
	R(RUN_TWICE,      "run_twice",           "a run with the same options and paths, or the same shard of it, is given twice") \
	R(MANY_FILES,     "run_many_files",      "there are more than 4096 files of earlier runs") \
	R(SENDERS,        "run_senders",         "it has more than 1048576 senders") \
	R(ONE_SHARD,      "run_one_shard",       "it is one shard of a run: the others are missing") \
	/* an earlier inspection */ \
	R(LONG_TEXT,      "run_row_long_text",   "a member that must be text is not, or is too long") \
	R(NUMBER,         "run_row_number",      "a number is out of range") \
	R(NETWORK,        "run_row_network",     "a network is invalid") \
	R(NOT_INSPECT,    "run_not_inspect",     "it is not what inspect --output json wrote") \
	R(DOMAIN_TWICE,   "run_domain_twice",    "it has the same domain twice") \
	/* a plan from earlier runs */ \
	R(NO_DOMAIN,      "plan_no_domain",      "not a domain name") \
	R(NO_DMARC,       "plan_no_dmarc",       "DNS did not answer for the DMARC record: try again later") \
	/* the journal */ \
	R(NOT_WRITTEN,    "journal_not_written", "the journal cannot be written") \
	R(NOT_OPENED,     "journal_not_opened",  "the journal cannot be opened") \
	R(OTHER_RUN,      "journal_other_run",   "the journal belongs to another run, or is not a journal") \
	R(IN_USE,         "journal_in_use",      "another process uses the journal") \
	R(NOT_REGULAR,    "journal_not_regular", "is not a regular file") \
	/* shards that are merged */ \
	R(SHARDS,         "merge_shards",        "it belongs to a run with another number of shards") \
	R(OPTIONS,        "merge_other_run",     "it belongs to another run: the options, paths and version must be the same") \
	R(TWICE,          "merge_twice",         "this shard is given twice") \
	R(MORE,           "merge_more",          "it has more messages than another shard: they are not of the same archive") \
	R(COUNTED,        "merge_counted",       "it counted other messages in the archive than another shard: files changed, or could not be read") \
	R(UNORDERED,      "merge_unordered",     "its messages are not in order: it was made with --unordered")

#define RUN_ERROR_ID(id, code, text) RUN_E_##id,
enum run_error REASON_ENUM(RUN_E, REASON_RUN, RUN_ERRORS, RUN_ERROR_ID);
/* clang-format on */

struct error run_error(enum run_error id);

#endif
