/*
 * setting_error.h: all errors of the command line, the configuration file and the values in them.
 */
#ifndef FILTER_SETTINGS_SETTING_ERROR_H
#define FILTER_SETTINGS_SETTING_ERROR_H

#include "auth/base/reason.h"

/* clang-format off */
#define SETTING_ERRORS(R) \
	/* a value, after the option's name */ \
	R(WORD,           "setting_word",           "must be %s") \
	R(RANGE,          "setting_range",          "must be %s from %s to %s") \
	R(DECIMALS,       "setting_decimals",       "must be seconds with at most three decimals") \
	R(NET,            "setting_net",            "must be an address or a network ADDR/BITS") \
	R(EXIT_CODE,      "setting_exit_code",      "must have a CODE from 0 to 255 other than 1") \
	R(EXIT_LOSES,     "setting_exit_loses",     "must not be tempfail=0, which would lose the message") \
	R(EXIT,           "setting_exit",           "must be NAME=CODE with accept, quarantine, reject or tempfail for NAME") \
	R(EMPTY,          "setting_empty",          "must not be empty") \
	R(NUL,            "setting_nul",            "contains a NUL") \
	R(ADDRESS,        "setting_address",        "must be an IPv4 or IPv6 address") \
	R(DAY,            "setting_day",            "must be a day: YYYY-MM-DD") \
	R(FLAG,           "setting_flag",           "must be true or false") \
	R(ID,             "setting_id",             "must be an RFC 8601 authserv-id (a domain name, or a quoted string)") \
	R(RELAY,          "setting_relay",          "must be an address, a network ADDR/BITS or a host name") \
	R(DOMAIN,         "setting_domain",         "must be a domain name") \
	R(SELECTOR,       "setting_selector",       "must be a selector") \
	R(ACCEPT,         "setting_accept",         "must be `AUTHOR-DOMAIN via WHAT', WHAT a domain or a network") \
	R(ACCEPT_NET,     "setting_accept_net",     "must not have a network of that size after `via'") \
	R(ACCEPT_SHARED,  "setting_accept_shared",  "must not have a domain after `via' that a provider's customers share") \
	R(ACCEPT_SUFFIX,  "setting_accept_suffix",  "must not have a public suffix after `via'") \
	R(ACCEPT_NO_LIST, "setting_accept_no_list", "needs the public suffix list, which cannot be read") \
	/* the configuration file */ \
	R(NOT_AN_OPTION,  "setting_not_an_option",  "is not an option") \
	R(LINE_ONLY,      "setting_line_only",      "is allowed only on the command line") \
	R(GROUP,          "setting_group",          "is a group other than [mailstamp]") \
	R(TWICE,          "setting_twice",          "is there twice (a list is one line, its values separated by ;)") \
	R(FILE_NUL,       "setting_file_nul",       "it contains a NUL") \
	R(NO_GLIB,        "setting_no_glib",        "cannot be read: GLib cannot be loaded") \
	R(NOT_READ,       "setting_not_read",       "cannot be read") \
	R(SYNTAX,         "setting_syntax",         "%s") \
	/* the command line */ \
	R(UNKNOWN,        "line_unknown",           "unknown option: %s (see mailstamp --help)") \
	R(SHORT,          "line_short",             "unknown option: %s (options are written --NAME, see mailstamp --help)") \
	R(ANOTHERS,       "line_anothers",          "--%s is only for %s") \
	R(NO_VALUE,       "line_no_value",          "--%s takes no value") \
	R(NEEDS_VALUE,    "line_needs_value",       "--%s needs a value") \
	R(COMMAND,        "line_command",           "unknown command: %s (the commands are filter, batch, explain, inspect, plan and report)") \
	R(REPORT,         "line_report",            "unknown command: report %s (see mailstamp report --help)") \
	R(ARGUMENT,       "line_argument",          "unexpected argument: %s") \
	R(FILTER_ARG,     "line_filter_argument",   "unexpected argument: %s (COMMAND goes after --, a file after --input)") \
	R(EXPLAIN_ARG,    "line_explain_argument",  "unexpected argument: %s (explain takes one FILE)") \
	R(NO_COMMAND,     "line_no_command",        "-- needs a COMMAND after it") \
	R(NO_JANSSON,     "line_no_jansson",        "libjansson.so.4 cannot be loaded") \
	/* dependencies between options */ \
	R(ENVELOPE_FIELD, "line_envelope_field",    "--envelope field needs --envelope-secret-file") \
	R(NO_CLIENT,      "line_no_client",         "--trusted-relay needs --client-ip or --envelope headers, for a client that can be a relay") \
	R(RSA_BITS,       "line_rsa_bits",          "--rsa-min-bits must not be over --rsa-max-bits") \
	R(NO_LIBSPF2,     "line_no_libspf2",        "this program was built without libspf2, which --spf-engine libspf2 and --spf-compare need") \
	R(NO_DOMAIN,      "line_no_domain",         "inspect needs a DOMAIN") \
	R(NO_REPORT,      "line_no_report",         "report needs a command: see mailstamp report --help") \
	R(NO_LOG,         "line_no_log",            "report import needs a LOG") \
	R(UNDO,           "line_undo",              "--undo is only for explain") \
	R(SEALING,        "line_sealing",           "--arc-seal, --arc-selector and --arc-key must be given together") \
	R(SEALING_AV,     "line_sealing_exim_av",   "--arc-seal cannot be combined with --profile exim-av, which passes no message on") \
	R(PROXY_HOP,      "line_proxy_next_hop",    "--profile postfix-proxy needs --next-hop") \
	R(PROXY_ENVELOPE, "line_proxy_envelope",    "--profile postfix-proxy cannot be combined with --envelope or --input: it reads envelope and message from the SMTP session") \
	R(PROXY_EXIT,     "line_proxy_exit",        "--profile postfix-proxy cannot be combined with --exit: it answers by SMTP") \
	R(OUTPUT_HOST,    "line_output_host",       "--output other than message delivers nothing: it is only for --profile plain") \
	R(BOTH,           "line_both",              "--next-hop and -- COMMAND cannot be combined") \
	R(NEXT_HOP,       "line_next_hop",          "--next-hop must be HOST:PORT or unix:PATH") \
	R(OUTPUT_KEEPS,   "line_output_keeps",      "--output other than message delivers nothing: not with --next-hop or -- COMMAND") \
	R(EXIM_AV,        "line_exim_av",           "--profile exim-av cannot be combined with --next-hop or -- COMMAND: Exim keeps the message") \
	R(NEEDS_COMMAND,  "line_needs_command",     "this --profile needs --next-hop or -- COMMAND: its mail server discards stdout") \
	/* of batch */ \
	R(MANY_WHAT_IFS,  "line_many_what_ifs",     "--what-if may be given eight times at most") \
	R(MERGE_OUTPUT,   "line_merge_output",      "--merge takes --output summary, tsv, csv, json or none") \
	R(MERGE_ALONE,    "line_merge_alone",       "--merge reads the JSON of shards, and cannot be combined with --shard, --resume, --envelopes, --files-from, --json-log or --dns-record") \
	R(WORSE,          "line_worse",             "--fail-if-worse needs an --overlay or a --what-if to compare with") \
	R(STAMP,          "line_stamp",             "--output stamp and --into DIR must be given together") \
	R(ENVELOPES,      "line_envelopes",         "--envelopes takes one PATH, the folder that its paths are relative to, and no other list") \
	R(NO_PATH,        "line_no_path",           "batch needs a PATH, --files-from or --envelopes") \
	R(SHARD,          "line_shard",             "--shard must be I/N: the I-th of N parts, from 1/N to N/N, with N up to 100000") \
	R(SHARD_ORDER,    "line_shard_order",       "--unordered cannot be combined with the JSON of --shard: --merge needs the order") \
	R(PLAN_DOMAIN,    "line_plan_domain",       "plan needs a DOMAIN") \
	R(PLAN_MAIL,      "line_plan_mail",         "plan needs either an --archive or earlier --runs, or the reports of a --store") \
	R(PLAN_SINCE,     "line_plan_since",        "--since is for the reports of a --store") \
	R(PLAN_OWN,       "line_plan_own",          "--own-senders is for --archive and --store: earlier runs keep the classes with which they were made") \
	R(BASELINE_SHARD, "line_baseline_shard",    "--baseline compares a whole run: it cannot be combined with --shard; give it to --merge") \
	R(RESUME_LOG,     "line_resume_log",        "--resume and --json-log cannot be combined: use --output json") \
	/* a record of --what-if */ \
	R(PARTS,          "what_if_parts",          "it has too many parts") \
	R(NO_RECORD,      "what_if_no_record",      "it contains no record") \
	R(TAG,            "what_if_tag",            "not a DMARC tag: %s") \
	R(TAG_VALUE,      "what_if_tag_value",      "a DMARC tag has a bad value: %s") \
	R(TAG_TWICE,      "what_if_tag_twice",      "a DMARC tag appears twice: %s") \
	R(NO_P,           "what_if_no_p",           "the DMARC tag p is missing: %s") \
	R(TAGS,           "what_if_tags",           "a DMARC tag appears twice, or there are too many tags: %s") \
	R(RECORD_DOMAIN,  "what_if_domain",         "not a domain name: %s") \
	R(RECORDS,        "what_if_records",        "two records for one domain: %s")

#define SETTING_ERROR_ID(id, code, text) SETTING_E_##id,
enum setting_error REASON_ENUM(SETTING_E, REASON_SETTING, SETTING_ERRORS, SETTING_ERROR_ID);
/* clang-format on */

/* The words are inserted into the sentence and must be printable; NULL after the last one. */
struct error setting_error(enum setting_error id, const char *first, const char *second);

#endif
