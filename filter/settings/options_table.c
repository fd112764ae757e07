#include "filter/settings/options_table.h"

#include "auth/arc/arc.h"
#include "filter/io/clock.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

#define AT(member) offsetof(struct options, member)
#define TOP(headline)                                                                              \
	{                                                                                          \
		.help = (headline)                                                                 \
	}

/* the commands of a row */
enum {
	FILTER = 1 << COMMAND_FILTER,
	EXPLAIN = 1 << COMMAND_EXPLAIN,
	INSPECT = 1 << COMMAND_INSPECT,
	BATCH = 1 << COMMAND_BATCH,
	PRUNE = 1 << COMMAND_REPORT_PRUNE,
	IMPORT = 1 << COMMAND_REPORT_IMPORT,
	SEND = 1 << COMMAND_REPORT_SEND,
	BOUNCE = 1 << COMMAND_REPORT_BOUNCE,
	READ = 1 << COMMAND_REPORT_READ,
	SHOW = 1 << COMMAND_REPORT_SHOW,
	JUDGES = FILTER | EXPLAIN | BATCH | READ,
	EVERY = JUDGES | INSPECT,
	REPORTS = READ | SHOW | PRUNE | IMPORT | SEND | BOUNCE,
	ALL = EVERY | SHOW | PRUNE | IMPORT | SEND | BOUNCE,
	ASKED = ALL | 1 << COMMAND_REPORT
};

enum { CONFIG_TEXT = 1 << 20 }; /* octets that a list in the configuration file may have */
enum { MAX_SECONDS = DAY_SECONDS, MAX_MILLIS = MAX_SECONDS * 1000 };

/* enum mailbox; providers in the order of filter/provider/services.ini */
#define MAILBOXES "none|auto|fastmail|gmail|microsoft365|rackspace|yahoo|yandex"

#define MAX_SIZE ((int64_t)1 << 40)
#define MAX_TIME INT64_C(253402300799) /* the end of the year 9999 */

/* one paragraph for each option, to be read as a list */
/* clang-format off */
const struct option_row option_rows[] = {
	TOP(N_("Envelope and input")),
	{.name = "client-ip", .commands = JUDGES, .arg = "ADDR", .kind = OPTION_CLIENT_IP,
		.at = AT(client_ip), .help = N_("address of the SMTP client")},
	{.name = "client-name", .commands = JUDGES, .arg = "NAME", .kind = OPTION_TEXT,
		.at = AT(client_name), .help = N_("its name, as verified by the mail server")},
	{.name = "helo", .commands = JUDGES, .arg = "NAME", .kind = OPTION_TEXT, .at = AT(helo),
		.help = N_("argument of its EHLO or HELO")},
	{.name = "mail-from", .commands = JUDGES, .arg = "ADDR", .kind = OPTION_SENDER,
		.at = AT(mail_from), .help = N_("reverse-path; '' or <> is the null path")},
	{.name = "rcpt", .commands = JUDGES | BOUNCE, .arg = "ADDR", .kind = OPTION_TEXTS, .at = AT(rcpts),
		.help = N_("recipient; may be repeated")},
	{.name = "queue-id", .commands = JUDGES, .arg = "ID", .kind = OPTION_TEXT,
		.at = AT(queue_id), .help = N_("queue id, for the log")},
	{.name = "authenticated", .commands = JUDGES, .arg = "USER", .kind = OPTION_TEXT,
		.at = AT(authenticated),
		.help = N_("user who authenticated to the mail server")},
	{.name = "envelope", .commands = FILTER, .kind = OPTION_WORD, .at = AT(envelope),
		.words = "args|stdin|bsmtp|field|headers", .preset = "args",
		.help = N_("where the envelope is")},
	{.name = "envelope", .commands = EXPLAIN, .kind = OPTION_WORD, .at = AT(envelope),
		.given = AT(envelope_given), .words = "args|stdin|bsmtp|field|headers",
		.help = N_("where the envelope is (args; of a FILE headers)")},
	{.name = "envelope", .commands = BATCH | READ, .kind = OPTION_WORD, .at = AT(envelope),
		.words = "args|-|-|field|headers", .preset = "headers",
		.help = N_("where the envelope is")},
	{.name = "envelope-secret-file", .commands = JUDGES, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(envelope_secret_file), .help = N_("the secret of --envelope field")},
	{.name = "mailbox", .commands = FILTER, .kind = OPTION_WORD, .at = AT(mailbox),
		.words = MAILBOXES, .preset = "none",
		.help = N_("for --envelope headers: who stored the mail")},
	{.name = "mailbox", .commands = EXPLAIN | BATCH | READ, .kind = OPTION_WORD, .at = AT(mailbox),
		.words = MAILBOXES, .preset = "auto",
		.help = N_("for --envelope headers: who stored the mail")},
	{.name = "input", .commands = FILTER | EXPLAIN, .arg = "PATH", .kind = OPTION_PATH,
		.at = AT(input), .help = N_("read this file, or the one .eml in a folder")},
	{.name = "trusted-client", .commands = JUDGES, .arg = "CIDR", .kind = OPTION_NETS,
		.at = AT(trusted_clients),
		.help = N_("trusted clients: no policy; may be repeated")},
	{.name = "trusted-relay", .commands = JUDGES, .arg = "HOST", .kind = OPTION_RELAYS,
		.at = AT(trusted_relays), .help = N_("CIDR or name; for --envelope headers")},
	{.name = "read-timeout", .commands = FILTER | EXPLAIN | READ, .arg = "S", .kind = OPTION_NUMBER,
		.at = AT(read_timeout), .max = MAX_SECONDS, .preset = "600",
		.help = N_("time limit for reading stdin; 0: none")},
	{.name = "max-size", .commands = FILTER | EXPLAIN | BATCH, .arg = "SIZE", .kind = OPTION_SIZE,
		.at = AT(max_size), .min = 1024, .max = MAX_SIZE, .preset = "256M",
		.help = N_("largest message, in octets or k, M, G")},
	{.name = "oversize", .commands = FILTER | EXPLAIN | BATCH, .kind = OPTION_YES, .at = AT(oversize_tempfail),
		.words = "pass|tempfail", .preset = "pass",
		.help = N_("what to do with a larger message")},
	{.name = "spool-dir", .commands = JUDGES | SEND, .arg = "DIR", .kind = OPTION_PATH,
		.at = AT(spool_dir), .help = N_("folder for large messages ($TMPDIR, /var/tmp)")},
	{.name = "attached", .commands = EXPLAIN | BATCH, .kind = OPTION_FLAG, .at = AT(attached),
		.help = N_("judge messages attached to messages, too")},
	{.name = "mbox", .commands = INSPECT | BATCH | READ, .kind = OPTION_YES, .at = AT(mboxo),
		.words = "mboxrd|mboxo", .preset = "mboxrd",
		.help = N_("how From lines are quoted in mbox files")},

	TOP(N_("DNS")),
	{.name = "resolver", .commands = EVERY | SEND, .arg = "ADDR[:PORT]", .kind = OPTION_SERVERS,
		.at = AT(resolvers), .help = N_("DNS server; may be repeated (the system's)")},
	{.name = "dns-timeout", .commands = EVERY | SEND, .arg = "S", .kind = OPTION_MILLIS,
		.at = AT(dns_timeout_ms), .min = 1, .max = MAX_MILLIS, .preset = "5",
		.help = N_("time limit of a query, with retries")},
	{.name = "deadline", .commands = EVERY | SEND, .arg = "S", .kind = OPTION_MILLIS,
		.at = AT(deadline_ms), .given = AT(deadline_given), .min = 1, .max = MAX_MILLIS,
		.preset = "60", .server_preset = "20",
		.help = N_("time limit of the evaluation")},
	{.name = "zone", .commands = EVERY | SEND, .arg = "FILE", .kind = OPTION_PATH, .at = AT(zone),
		.help = N_("all answers from a master file, no network")},
	{.name = "overlay", .commands = EXPLAIN | INSPECT | BATCH, .arg = "FILE",
		.kind = OPTION_TEXTS, .at = AT(overlays),
		.help = N_("lay its records over DNS; may be repeated")},
	{.name = "dns-record", .commands = EVERY, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(dns_record), .help = N_("write the answers of this run as a zone")},
	{.name = "now", .commands = ALL, .arg = "UNIXTIME", .kind = OPTION_NOW, .at = AT(now),
		.given = AT(has_now), .max = MAX_TIME,
		.help = N_("evaluation time, or `message' (the system's)")},

	TOP(N_("Methods")),
	{.name = "dmarc-mode", .commands = EVERY, .kind = OPTION_WORD, .at = AT(auth.dmarc_mode),
		.words = "rfc9989|rfc7489", .preset = "rfc9989",
		.help = N_("which DMARC standard")},
	{.name = "dmarc-compare", .commands = FILTER | EXPLAIN | BATCH, .kind = OPTION_FLAG,
		.at = AT(auth.dmarc_compare),
		.help = N_("evaluate both, show where they differ")},
	{.name = "psl", .commands = EVERY | SEND, .arg = "FILE", .kind = OPTION_PATH, .at = AT(psl),
		.help = N_("public suffix list, for rfc7489")},
	{.name = "dkim-l", .commands = JUDGES, .kind = OPTION_YES, .at = AT(auth.dkim_l_allow),
		.words = "policy|allow", .preset = "policy",
		.help = N_("how to treat a signature with l=")},
	{.name = "dkim-drift", .commands = JUDGES, .arg = "S", .kind = OPTION_NUMBER,
		.at = AT(auth.drift), .max = MAX_SECONDS, .preset = "300",
		.help = N_("allowed clock difference")},
	{.name = "spf-engine", .commands = JUDGES, .kind = OPTION_WORD, .at = AT(auth.spf_engine),
		.words = "mailstamp|libspf2", .preset = "mailstamp",
		.help = N_("which SPF evaluator")},
	{.name = "spf-compare", .commands = FILTER | EXPLAIN | BATCH, .kind = OPTION_FLAG,
		.at = AT(auth.spf_compare), .help = N_("run both, show where they differ")},

	TOP(N_("Policy")),
	{.name = "reject-on", .commands = FILTER | EXPLAIN | INSPECT | BATCH, .kind = OPTION_WORD, .at = AT(reject_on),
		.words = "direct|published|never", .preset = "direct",
		.help = N_("when p=reject rejects")},
	{.name = "trusted-sealer", .commands = JUDGES, .arg = "DOMAIN|@FILE",
		.kind = OPTION_DOMAINS, .at = AT(trusted_sealers), .file = true,
		.help = N_("its ARC chain overrides a DMARC failure")},
	{.name = "trusted-forwarder", .commands = FILTER | EXPLAIN | BATCH, .arg = "HOST|@FILE",
		.kind = OPTION_RELAYS, .at = AT(trusted_forwarders), .file = true,
		.help = N_("CIDR, name or .suffix; overrides a failure, too")},
	{.name = "accept-from", .commands = FILTER | EXPLAIN | BATCH, .arg = "'DOMAIN via WHAT'",
		.kind = OPTION_ACCEPTS, .at = AT(accept_from), .file = true,
		.help = N_("this author may fail DMARC by that way")},
	{.name = "on-temperror", .commands = FILTER | EXPLAIN | INSPECT | BATCH, .kind = OPTION_WORD, .at = AT(on_temperror),
		.given = AT(on_temperror_given), .words = "accept|quarantine|-|tempfail",
		.help = N_("what to do on temperror under a known policy")},
	{.name = "tempfail-on", .commands = FILTER | EXPLAIN | INSPECT | BATCH, .kind = OPTION_YES, .at = AT(tempfail_on_dmarc),
		.words = "none|dmarc", .preset = "none",
		.help = N_("defer if the policy cannot be looked up")},
	{.name = "ambiguous", .commands = FILTER | EXPLAIN | BATCH, .kind = OPTION_WORD, .at = AT(ambiguous),
		.words = "accept|quarantine|reject", .preset = "quarantine",
		.help = N_("what to do with an ambiguous message")},
	{.name = "no-author", .commands = FILTER | EXPLAIN | BATCH, .kind = OPTION_YES,
		.at = AT(no_author_null_path), .words = "ambiguous|null-path",
		.preset = "ambiguous", .help = N_("accept no author if the path is null")},
	{.name = "on-error", .commands = FILTER, .kind = OPTION_YES, .at = AT(on_error_pass),
		.words = "tempfail|pass", .preset = "tempfail",
		.help = N_("what to do after an internal error")},
	{.name = "bounce", .commands = FILTER | EXPLAIN, .kind = OPTION_YES,
		.at = AT(bounce_always), .words = "safe|always", .preset = "safe",
		.help = N_("which rejects may become bounces")},

	TOP(N_("Caller")),
	{.name = "profile", .commands = FILTER | EXPLAIN, .kind = OPTION_WORD, .at = AT(profile),
		.given = AT(profile_given),
		.words = "plain|postfix|postfix-proxy|exim-pipe|exim-filter|exim-av|procmail|maildrop",
		.preset = "plain", .help = N_("how to report to the caller")},
	{.name = "exit", .commands = FILTER | EXPLAIN, .arg = "NAME=CODE", .kind = OPTION_EXITS,
		.at = AT(exit_override), .help = N_("exit status of an outcome; may be repeated")},
	{.name = "next-hop", .commands = FILTER, .arg = "HOST:PORT|unix:PATH", .kind = OPTION_PATH,
		.at = AT(next_hop), .help = N_("hand the message on by SMTP, not to stdout")},
	{.name = "command-timeout", .commands = FILTER | SEND, .arg = "S", .kind = OPTION_NUMBER,
		.at = AT(command_timeout), .min = 1, .max = MAX_SECONDS, .preset = "600",
		.help = N_("time limit for COMMAND or the next hop")},

	TOP(N_("Output")),
	{.name = "authserv-id", .commands = FILTER | EXPLAIN | BATCH, .arg = "ID", .kind = OPTION_ID,
		.at = AT(authserv_id), .help = N_("name in the field (the host's name)")},
	{.name = "own-id", .commands = FILTER | BATCH, .arg = "ID", .kind = OPTION_IDS,
		.at = AT(own_ids), .help = N_("another authserv-id of this site; may be repeated")},
	{.name = "scrub", .commands = FILTER | BATCH, .kind = OPTION_WORD, .at = AT(scrub),
		.words = "own|all|none", .preset = "own",
		.help = N_("result fields to remove from the message")},
	{.name = "received-spf", .commands = FILTER | BATCH, .kind = OPTION_FLAG,
		.at = AT(received_spf), .help = N_("add Received-SPF")},
	{.name = "disposition-field", .commands = FILTER | BATCH, .kind = OPTION_FLAG,
		.at = AT(disposition_field), .help = N_("add Mailstamp-Disposition")},
	{.name = "show-user", .commands = FILTER | BATCH, .kind = OPTION_FLAG, .at = AT(show_user),
		.help = N_("name the --authenticated user in the field")},
	{.name = "arc-seal", .commands = FILTER, .arg = "DOMAIN", .kind = OPTION_DOMAIN,
		.at = AT(arc_seal), .help = N_("add an ARC set in the name of this domain")},
	{.name = "arc-selector", .commands = FILTER, .arg = "S", .kind = OPTION_SELECTOR,
		.at = AT(arc_selector), .help = N_("selector of its key")},
	{.name = "arc-key", .commands = FILTER, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(arc_key),
		.help = N_("private key (PEM), readable by its owner only")},
	{.name = "output", .commands = FILTER, .kind = OPTION_WORD, .at = AT(output),
		.words = "message|json|header|none", .preset = "message",
		.help = N_("what to write to stdout")},
	{.name = "output", .commands = SHOW, .kind = OPTION_WORD, .at = AT(output),
		.words = "-|json|-|none|text|-|tsv|csv", .preset = "text",
		.help = N_("what to write to stdout")},
	{.name = "output", .commands = EXPLAIN | INSPECT, .kind = OPTION_WORD, .at = AT(output),
		.words = "-|json|-|none|text", .preset = "text",
		.help = N_("what to write to stdout")},
	{.name = "output", .commands = BATCH, .kind = OPTION_WORD, .at = AT(output),
		.words = "-|json|-|none|-|summary|tsv|csv|stamp", .preset = "summary",
		.help = N_("what to write to stdout")},
	{.name = "json-log", .commands = FILTER | BATCH, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(json_log), .help = N_("append one JSON object per message")},
	{.name = "failure-log", .commands = FILTER, .kind = OPTION_WORD, .at = AT(failure_log),
		.words = "none|redacted|full", .preset = "none",
		.help = N_("headers that it holds for failure reports")},
	{.name = "log", .commands = FILTER, .arg = "syslog|stderr|FILE", .kind = OPTION_PATH,
		.at = AT(log), .help = N_("where to log (stderr; for mail servers syslog)")},
	{.name = "color", .commands = EXPLAIN, .kind = OPTION_WORD, .at = AT(color),
		.words = "auto|never|always", .preset = "auto",
		.help = N_("colors in explain's output")},

	TOP(N_("Advice")),
	{.name = "own-senders", .commands = EXPLAIN | BATCH, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(own_senders), .help = N_("networks, domains, providers that are yours")},
	{.name = "compare-received", .commands = EXPLAIN | BATCH, .arg = "ID",
		.kind = OPTION_MAYBE_ID, .at = AT(compare_received), .help = N_("compare with what the receiver said of it")},
	{.name = "for", .commands = EXPLAIN, .arg = "LIST", .kind = OPTION_TEXT,
		.at = AT(rules_for), .help = N_("rules of gmail, yahoo, outlook for bulk senders")},
	{.name = "names", .commands = BATCH, .kind = OPTION_FLAG, .at = AT(names),
		.help = N_("ask DNS for names of hosts of unaligned mail")},

	TOP(N_("explain")),
	{.name = "undo", .commands = EXPLAIN, .arg = "FILE", .kind = OPTION_PATH, .at = AT(undo),
		.help = N_("write the message as it was signed")},

	TOP(N_("Keys")),
	{.name = "selector", .commands = INSPECT, .arg = "S", .kind = OPTION_TEXTS,
		.at = AT(selectors), .help = N_("selector of a key to check; may be repeated")},
	{.name = "messages", .commands = INSPECT, .arg = "PATH", .kind = OPTION_TEXTS,
		.at = AT(messages),
		.help = N_("saved mail whose signing keys to check")},

	TOP(N_("Batch")),
	{.name = "envelopes", .commands = BATCH, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(envelopes),
		.help = N_("list of paths below PATH with their envelopes")},
	{.name = "files-from", .commands = BATCH | READ, .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(files_from), .help = N_("read the paths from FILE; - is stdin")},
	{.name = "jobs", .commands = BATCH, .arg = "N", .kind = OPTION_COUNT, .at = AT(jobs),
		.min = 1, .max = 1024,
		.help = N_("messages at a time (number of processors)")},
	{.name = "unordered", .commands = BATCH, .kind = OPTION_FLAG, .at = AT(unordered),
		.help = N_("write results as they become available")},
	{.name = "diagnose", .commands = BATCH, .kind = OPTION_FLAG, .at = AT(diagnose),
		.help = N_("find what broke signatures (2 s per message)")},
	{.name = "resume", .commands = BATCH, .arg = "JOURNAL", .kind = OPTION_PATH,
		.at = AT(journal), .help = N_("continue a run that was interrupted")},
	{.name = "what-if", .commands = BATCH, .arg = "RECORD", .kind = OPTION_TEXTS,
		.at = AT(what_ifs),
		.help = N_("evaluate as if RECORD were published; repeatable")},
	{.name = "fail-if-worse", .commands = BATCH, .kind = OPTION_FLAG, .at = AT(fail_if_worse),
		.help = N_("12 where mail that passed no longer does")},
	{.name = "shard", .commands = BATCH, .arg = "I/N", .kind = OPTION_PATH, .at = AT(shard),
		.help = N_("evaluate only the I-th of N parts")},
	{.name = "merge", .commands = BATCH, .kind = OPTION_FLAG, .at = AT(merge),
		.help = N_("merge the JSON files of all shards")},
	{.name = "into", .commands = BATCH, .arg = "DIR", .kind = OPTION_PATH, .at = AT(into),
		.help = N_("folder or Maildir for --output stamp")},
	{.name = "into", .commands = SEND, .arg = "DIR", .kind = OPTION_PATH, .at = AT(into),
		.help = N_("write mail to this folder, send nothing")},
	{.name = "html", .commands = BATCH, .arg = "FILE", .kind = OPTION_PATH, .at = AT(html),
		.help = N_("write the summary as a web page with charts")},
	{.name = "cache-size", .commands = BATCH, .arg = "SIZE", .kind = OPTION_SIZE,
		.at = AT(cache_size), .max = MAX_SIZE, .preset = "64M",
		.help = N_("octets of DNS answers to keep")},

	TOP(N_("Reports")),
	{.name = "store", .commands = REPORTS, .arg = "PATH|postgresql://...", .kind = OPTION_PATH,
		.at = AT(store), .preset = "/var/lib/mailstamp/reports.sqlite",
		.help = N_("the store")},
	{.name = "report-from", .commands = IMPORT | SEND | BOUNCE, .arg = "ADDR",
		.kind = OPTION_PATH, .at = AT(report_from),
		.help = N_("address that reports come from")},
	{.name = "report-domain", .commands = SEND, .arg = "DOMAIN", .kind = OPTION_DOMAIN,
		.at = AT(report_domain),
		.help = N_("domain that reports (that of --report-from)")},
	{.name = "report-org", .commands = SEND, .arg = "TEXT", .kind = OPTION_TEXT,
		.at = AT(report_org), .help = N_("name of the organization (the domain)")},
	{.name = "report-contact", .commands = SEND, .arg = "TEXT", .kind = OPTION_TEXT,
		.at = AT(report_contact), .help = N_("further contact, for reports")},
	{.name = "bounce-address", .commands = IMPORT | SEND | BOUNCE, .arg = "ADDR",
		.kind = OPTION_PATH, .at = AT(bounce_address),
		.help = N_("where bounces go, with +TAG (--report-from)")},
	{.name = "own-address", .commands = IMPORT, .arg = "ADDR", .kind = OPTION_TEXTS,
		.at = AT(own_addresses),
		.help = N_("mail to it is not reported; may be repeated")},
	{.name = "settle", .commands = SEND, .arg = "S", .kind = OPTION_NUMBER, .at = AT(settle),
		.max = INT64_C(10) * MAX_SECONDS, .preset = "7200",
		.help = N_("wait after a day's end for late logs")},
	{.name = "report-size", .commands = SEND, .arg = "SIZE", .kind = OPTION_SIZE,
		.at = AT(report_size), .min = 65536, .max = 1 << 30, .preset = "10M",
		.help = N_("a report is split above it (packed)")},
	{.name = "max-mails", .commands = SEND, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(max_mails), .min = 1, .max = 10000000, .preset = "10000",
		.help = N_("mails that one run sends at most")},
	{.name = "failure-reports", .commands = SEND, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(failure_reports), .max = 10000, .preset = "0",
		.help = N_("failure reports per domain and day")},
	{.name = "sendmail", .commands = SEND, .arg = "PATH", .kind = OPTION_PATH,
		.at = AT(sendmail), .preset = "/usr/sbin/sendmail",
		.help = N_("the program that sends mail")},
	{.name = "trusted-reporter", .commands = SHOW, .arg = "DOMAIN|@FILE",
		.kind = OPTION_DOMAINS, .at = AT(trusted_reporters), .file = true,
		.help = N_("its reports count as a known receiver's")},
	{.name = "reporters", .commands = SHOW, .kind = OPTION_WORD, .at = AT(reporters),
		.words = "known|authenticated|mail|all", .preset = "known",
		.help = N_("whose reports the tables count")},
	{.name = "days", .commands = PRUNE, .arg = "N", .kind = OPTION_NUMBER, .at = AT(days),
		.min = 1, .max = 36500, .preset = "400",
		.help = N_("keep what is not older than N days")},

	TOP(N_("Limits")),
	{.name = "max-fields", .commands = EVERY, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.fields), .min = 1, .max = 100000, .preset = "1000",
		.help = N_("maximum number of header fields")},
	{.name = "max-field-size", .commands = EVERY, .arg = "OCTETS", .kind = OPTION_COUNT,
		.at = AT(limits.field_size), .min = 998, .max = 65536, .preset = "65536",
		.help = N_("largest field, in octets")},
	{.name = "max-signatures", .commands = JUDGES, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.dkim_signatures), .min = 1, .max = 1000, .preset = "16",
		.help = N_("maximum number of DKIM signatures")},
	{.name = "max-arc-sets", .commands = JUDGES, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.arc_sets), .min = 1, .max = ARC_SETS_MAX, .preset = "50",
		.help = N_("maximum number of ARC sets")},
	{.name = "max-keys", .commands = JUDGES, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.keys), .min = 1, .max = 1000, .preset = "10",
		.help = N_("key records of one name that are tried")},
	{.name = "max-verifications", .commands = JUDGES, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.verifications), .min = 1, .max = 1000000, .preset = "2000",
		.help = N_("signatures verified; large keys count more")},
	{.name = "max-signed", .commands = JUDGES, .arg = "OCTETS", .kind = OPTION_COUNT,
		.at = AT(limits.header_octets), .min = 65536, .max = 1 << 30, .preset = "8388608",
		.help = N_("header that signatures may cover, in all")},
	{.name = "max-questions", .commands = JUDGES, .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.questions), .min = 20, .max = 10000, .preset = "100",
		.help = N_("questions to DNS of one message")},
	{.name = "rsa-min-bits", .commands = EVERY, .arg = "BITS", .kind = OPTION_BITS,
		.at = AT(limits.rsa_min_bits), .min = 1024, .max = 16384, .preset = "1024",
		.help = N_("smallest RSA key")},
	{.name = "rsa-max-bits", .commands = EVERY, .arg = "BITS", .kind = OPTION_BITS,
		.at = AT(limits.rsa_max_bits), .min = 1024, .max = 16384, .preset = "8192",
		.help = N_("largest RSA key")},

	TOP(N_("Other")),
	{.name = "config", .commands = ALL, .arg = "FILE", .kind = OPTION_CONFIG,
		.at = AT(config), .help = N_("read options from FILE, group [mailstamp]")},
	{.name = "check-config", .commands = FILTER, .kind = OPTION_FLAG, .at = AT(check_config),
		.line_only = true, .help = N_("print what is set, where, and all errors")},
	{.name = "user", .commands = FILTER, .arg = "NAME", .kind = OPTION_PATH, .at = AT(user),
		.given = AT(user_given), .preset = "mailstamp", .help = N_("user to become when started as root")},
	{.name = "sandbox", .commands = EVERY, .kind = OPTION_WORD, .at = AT(sandbox),
		.words = "try|require|off", .preset = "try",
		.help = N_("give up rights before reading the message")},
	{.name = "lang", .commands = ASKED, .kind = OPTION_WORD, .at = AT(lang),
		.words = "-|en|ja", .help = N_("language of text for people (the locale's)")},
	{.name = "version", .commands = ASKED, .kind = OPTION_COMMAND, .min = COMMAND_VERSION,
		.help = N_("print the version")},
	{.name = "help", .commands = ASKED, .kind = OPTION_COMMAND, .min = COMMAND_HELP,
		.help = N_("print this")},
	{.name = "no-ask", .commands = EVERY, .kind = OPTION_FLAG, .at = AT(auth.no_ask)},
};
/* clang-format on */

const size_t option_count = sizeof option_rows / sizeof option_rows[0];

void
option_set_presets(enum command command, struct options *options)
{
	struct arena arena; /* required, but a preset is never wrong */
	struct error why;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->preset == NULL || !option_is_for(row, command))
			continue;
		(void)option_set(row, row->preset, &arena, options, &why);
		if (row->given != 0)
			*(bool *)((char *)options + row->given) = false;
	}
	arena_clear(&arena);
}

struct options
options_default(void)
{
	struct options options = {
		.limits = {.spf_ms = 20000},
		.on_temperror = DISP_QUARANTINE,
		.exit_override = {-1, -1, -1, -1},
	};

	option_set_presets(COMMAND_FILTER, &options);
	return options;
}

const struct option_row *
option_find(struct slice name, enum command command)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].name != NULL && slice_eq(slice_str(option_rows[i].name), name) &&
			option_is_for(&option_rows[i], command))
			return &option_rows[i];
	return NULL;
}

const struct option_row *
option_find_any(struct slice name)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].name != NULL && slice_eq(slice_str(option_rows[i].name), name))
			return &option_rows[i];
	return NULL;
}

bool
option_is_for(const struct option_row *row, enum command command)
{
	return (row->commands >> command & 1U) != 0;
}

void
option_note(struct settings_report *report, const struct option_row *row, const char *text,
	bool line, struct arena *arena)
{
	struct option_setting *setting;
	struct buf both;

	if (report == NULL)
		return;
	setting = &report->settings[row - option_rows];
	text = text == NULL ? "true" : text;
	buf_init(&both, arena, strlen(text) + CONFIG_TEXT);
	if (option_is_list(row) && setting->text != NULL &&
		setting->from == (line ? FROM_LINE : FROM_FILE))
		buf_addf(&both, "%s;", setting->text);
	buf_adds(&both, text);
	setting->text = arena_cstr(arena, buf_slice(&both));
	setting->from = line ? FROM_LINE : FROM_FILE;
}

bool
option_takes_value(const struct option_row *row)
{
	return row->kind != OPTION_COMMAND && row->kind != OPTION_FLAG &&
	       row->kind != OPTION_MAYBE_ID;
}

bool
option_is_list(const struct option_row *row)
{
	return row->kind >= OPTION_TEXTS;
}

struct slice
option_word(const char *words, size_t n)
{
	struct slice rest = slice_str(words);

	for (; n > 0; n--)
		rest = slice_from(rest, slice_find(rest, '|') + 1);
	return slice_head(rest, slice_find(rest, '|'));
}

void
option_clear(const struct option_row *row, struct options *options)
{
	void *at = (char *)options + row->at;

	if (row->kind == OPTION_NETS) {
		*(struct nets *)at = (struct nets){NULL, 0};
	} else if (row->kind == OPTION_EXITS) {
		for (size_t i = 0; i < sizeof options->exit_override / sizeof(int); i++)
			options->exit_override[i] = -1;
	} else {
		*(struct strings *)at = (struct strings){NULL, 0};
	}
}
