#include "filter/settings/options_table.h"

#include "auth/arc/arc.h"
#include "filter/text/words.h"

#define AT(member) offsetof(struct options, member)
#define TOP(headline)                                                                              \
	{                                                                                          \
		.help = (headline)                                                                 \
	}

enum { MAX_SECONDS = 86400, MAX_MILLIS = MAX_SECONDS * 1000 };

#define MAX_SIZE ((int64_t)1 << 40)
#define MAX_TIME INT64_C(253402300799) /* the end of the year 9999 */

/* one option a paragraph, read as a list */
/* clang-format off */
const struct option_row option_rows[] = {
	TOP(N_("Envelope and input")),
	{.name = "client-ip", .arg = "ADDR", .kind = OPTION_CLIENT_IP, .at = AT(client_ip),
		.help = N_("address of the SMTP client")},
	{.name = "client-name", .arg = "NAME", .kind = OPTION_TEXT, .at = AT(client_name),
		.help = N_("its name, as verified by the mail server")},
	{.name = "helo", .arg = "NAME", .kind = OPTION_TEXT, .at = AT(helo),
		.help = N_("argument of its EHLO or HELO")},
	{.name = "mail-from", .arg = "ADDR", .kind = OPTION_SENDER, .at = AT(mail_from),
		.help = N_("reverse-path; '' or <> is the null path")},
	{.name = "rcpt", .arg = "ADDR", .kind = OPTION_TEXTS, .at = AT(rcpts),
		.help = N_("recipient; may be repeated")},
	{.name = "queue-id", .arg = "ID", .kind = OPTION_TEXT, .at = AT(queue_id),
		.help = N_("queue id, for the log")},
	{.name = "authenticated", .arg = "USER", .kind = OPTION_TEXT, .at = AT(authenticated),
		.help = N_("the user who logged in at the mail server")},
	{.name = "envelope", .kind = OPTION_WORD, .at = AT(envelope),
		.given = AT(envelope_given),
		.words = "args|stdin|bsmtp|field|headers", .help = N_("where the envelope is (args)")},
	{.name = "envelope-secret-file", .arg = "FILE", .kind = OPTION_PATH,
		.at = AT(envelope_secret_file), .help = N_("the secret of --envelope field")},
	{.name = "mailbox", .kind = OPTION_WORD, .at = AT(mailbox), .given = AT(mailbox_given),
		.words = "none|auto|fastmail|gmail|microsoft365|rackspace|yahoo|yandex",
		.help = N_("for --envelope headers: who stored the mail (none; stored: auto)")},
	{.name = "input", .arg = "PATH", .kind = OPTION_PATH, .at = AT(input),
		.help = N_("a file, or a folder with one .eml, not stdin")},
	{.name = "trusted-client", .arg = "CIDR", .kind = OPTION_NETS, .at = AT(trusted_clients),
		.help = N_("own network: no policy; may be repeated")},
	{.name = "trusted-relay", .arg = "HOST", .kind = OPTION_RELAYS, .at = AT(trusted_relays),
		.help = N_("CIDR or name; for --envelope headers")},
	{.name = "read-timeout", .arg = "S", .kind = OPTION_NUMBER, .at = AT(read_timeout),
		.max = MAX_SECONDS, .help = N_("time limit for reading stdin (600; 0: none)")},
	{.name = "max-size", .arg = "SIZE", .kind = OPTION_SIZE, .at = AT(max_size), .min = 1024,
		.max = MAX_SIZE, .help = N_("largest message, in octets or k, M, G (256M)")},
	{.name = "oversize", .kind = OPTION_YES, .at = AT(oversize_tempfail),
		.words = "pass|tempfail", .help = N_("what to do with a larger message (pass)")},
	{.name = "spool-dir", .arg = "DIR", .kind = OPTION_PATH, .at = AT(spool_dir),
		.help = N_("for large messages ($TMPDIR or /var/tmp)")},

	TOP(N_("DNS")),
	{.name = "resolver", .arg = "ADDR[:PORT]", .kind = OPTION_SERVERS, .at = AT(resolvers),
		.help = N_("DNS server; may be repeated (the system's)")},
	{.name = "dns-timeout", .arg = "S", .kind = OPTION_MILLIS, .at = AT(dns_timeout_ms),
		.min = 1, .max = MAX_MILLIS, .help = N_("time limit of a query, with retries (5)")},
	{.name = "deadline", .arg = "S", .kind = OPTION_MILLIS, .at = AT(deadline_ms), .min = 1,
		.max = MAX_MILLIS, .help = N_("time limit of the whole evaluation (60)")},
	{.name = "zone", .arg = "FILE", .kind = OPTION_PATH, .at = AT(zone),
		.help = N_("all answers from a master file, no network")},
	{.name = "dns-record", .arg = "FILE", .kind = OPTION_PATH, .at = AT(dns_record),
		.help = N_("write the answers of this run as a zone")},
	{.name = "now", .arg = "UNIXTIME", .kind = OPTION_NOW, .at = AT(now), .given = AT(has_now),
		.max = MAX_TIME, .help = N_("time to judge at, or `message' (the system's)")},

	TOP(N_("Methods")),
	{.name = "dmarc-mode", .kind = OPTION_WORD, .at = AT(auth.dmarc_mode),
		.words = "rfc9989|rfc7489", .help = N_("which DMARC standard (rfc9989)")},
	{.name = "dmarc-compare", .kind = OPTION_FLAG, .at = AT(auth.dmarc_compare),
		.help = N_("evaluate both, say where they differ")},
	{.name = "psl", .arg = "FILE", .kind = OPTION_PATH, .at = AT(psl),
		.help = N_("public suffix list, for rfc7489")},
	{.name = "dkim-l", .kind = OPTION_YES, .at = AT(auth.dkim_l_allow), .words = "policy|allow",
		.help = N_("how a signature with l= counts (policy)")},
	{.name = "dkim-drift", .arg = "S", .kind = OPTION_NUMBER, .at = AT(auth.drift),
		.max = MAX_SECONDS, .help = N_("allowed difference of clocks (300)")},
	{.name = "spf-engine", .kind = OPTION_WORD, .at = AT(auth.spf_engine),
		.words = "mailstamp|libspf2", .help = N_("which SPF evaluator (mailstamp)")},
	{.name = "spf-compare", .kind = OPTION_FLAG, .at = AT(auth.spf_compare),
		.help = N_("run both, say where they differ")},

	TOP(N_("Policy")),
	{.name = "reject-on", .kind = OPTION_WORD, .at = AT(reject_on),
		.words = "direct|published|never", .help = N_("when p=reject rejects (direct)")},
	{.name = "trusted-sealer", .arg = "DOMAIN|@FILE", .kind = OPTION_DOMAINS,
		.at = AT(trusted_sealers), .file = true,
		.help = N_("its ARC chain overrides a DMARC failure")},
	{.name = "trusted-forwarder", .arg = "HOST|@FILE", .kind = OPTION_RELAYS,
		.at = AT(trusted_forwarders), .file = true,
		.help = N_("CIDR or name; overrides a DMARC failure, too")},
	{.name = "on-temperror", .kind = OPTION_WORD, .at = AT(on_temperror),
		.given = AT(on_temperror_given), .words = "accept|quarantine|-|tempfail",
		.help = N_("what to do on temperror under a known policy")},
	{.name = "tempfail-on", .kind = OPTION_YES, .at = AT(tempfail_on_dmarc),
		.words = "none|dmarc", .help = N_("defer if the policy cannot be looked up (none)")},
	{.name = "ambiguous", .kind = OPTION_WORD, .at = AT(ambiguous),
		.words = "accept|quarantine|reject",
		.help = N_("what to do with an ambiguous message (quarantine)")},
	{.name = "no-author", .kind = OPTION_YES, .at = AT(no_author_null_path),
		.words = "ambiguous|null-path",
		.help = N_("accept no author with a null path (ambiguous)")},
	{.name = "on-error", .kind = OPTION_YES, .at = AT(on_error_pass), .words = "tempfail|pass",
		.help = N_("what to do after an internal error (tempfail)")},
	{.name = "bounce", .kind = OPTION_YES, .at = AT(bounce_always), .words = "safe|always",
		.help = N_("which rejects may become bounces (safe)")},

	TOP(N_("Caller")),
	{.name = "profile", .kind = OPTION_WORD, .at = AT(profile), .given = AT(profile_given),
		.words = "plain|postfix|exim-pipe|exim-filter|exim-av|procmail|maildrop",
		.help = N_("how to report to the caller (plain)")},
	{.name = "exit", .arg = "NAME=CODE", .kind = OPTION_EXITS, .at = AT(exit_override),
		.help = N_("status of an outcome; may be repeated")},
	{.name = "command-timeout", .arg = "S", .kind = OPTION_NUMBER, .at = AT(command_timeout),
		.min = 1, .max = MAX_SECONDS, .help = N_("time limit for COMMAND (600)")},

	TOP(N_("Output")),
	{.name = "authserv-id", .arg = "ID", .kind = OPTION_ID, .at = AT(authserv_id),
		.help = N_("our name in the field (the host's name)")},
	{.name = "own-id", .arg = "ID", .kind = OPTION_IDS, .at = AT(own_ids),
		.help = N_("another authserv-id of ours; may be repeated")},
	{.name = "scrub", .kind = OPTION_WORD, .at = AT(scrub), .words = "own|all|none",
		.help = N_("result fields to remove from the message (own)")},
	{.name = "received-spf", .kind = OPTION_FLAG, .at = AT(received_spf),
		.help = N_("add Received-SPF")},
	{.name = "disposition-field", .kind = OPTION_FLAG, .at = AT(disposition_field),
		.help = N_("add Mailstamp-Disposition")},
	{.name = "arc-seal", .arg = "DOMAIN", .kind = OPTION_DOMAIN, .at = AT(arc_seal),
		.help = N_("add an ARC set in the name of this domain")},
	{.name = "arc-selector", .arg = "S", .kind = OPTION_SELECTOR, .at = AT(arc_selector),
		.help = N_("where its key is published")},
	{.name = "arc-key", .arg = "FILE", .kind = OPTION_PATH, .at = AT(arc_key),
		.help = N_("its private key (PEM), readable by its owner only")},
	{.name = "output", .kind = OPTION_WORD, .at = AT(output),
		.given = AT(output_given), .words = "message|json|header|none|summary|tsv|csv|stamp",
		.help = N_("what goes to stdout (message; batch: summary)")},
	{.name = "json-log", .arg = "FILE", .kind = OPTION_PATH, .at = AT(json_log),
		.help = N_("append one JSON object a message")},
	{.name = "log", .arg = "syslog|stderr|FILE", .kind = OPTION_PATH, .at = AT(log),
		.help = N_("where to log (stderr; for mail servers syslog)")},
	{.name = "color", .kind = OPTION_WORD, .at = AT(color), .words = "never|always|auto",
		.help = N_("colors in explain's output (auto)")},

	TOP(N_("inspect")),
	{.name = "selector", .arg = "S", .kind = OPTION_TEXTS, .at = AT(selectors),
		.help = N_("a DKIM key to look at; may be repeated")},
	{.name = "messages", .arg = "PATH", .kind = OPTION_TEXTS, .at = AT(messages),
		.help = N_("saved mail whose signatures name further keys")},

	TOP(N_("Batch")),
	{.name = "envelopes", .arg = "FILE", .kind = OPTION_PATH, .at = AT(envelopes),
		.help = N_("list of paths below PATH with their envelopes")},
	{.name = "files-from", .arg = "FILE", .kind = OPTION_PATH, .at = AT(files_from),
		.help = N_("a list of paths; - is stdin")},
	{.name = "jobs", .arg = "N", .kind = OPTION_COUNT, .at = AT(jobs), .min = 1, .max = 1024,
		.help = N_("messages judged at once (number of processors)")},
	{.name = "unordered", .kind = OPTION_FLAG, .at = AT(unordered),
		.help = N_("write results as they come, in any order")},
	{.name = "diagnose", .kind = OPTION_FLAG, .at = AT(diagnose),
		.help = N_("find what broke signatures (2 s a message at most)")},
	{.name = "attached", .kind = OPTION_FLAG, .at = AT(attached),
		.help = N_("judge messages attached to messages, too (also explain)")},
	{.name = "mbox", .kind = OPTION_YES, .at = AT(mboxo), .words = "mboxrd|mboxo",
		.help = N_("how From lines are quoted in mbox files (mboxrd)")},
	{.name = "resume", .arg = "JOURNAL", .kind = OPTION_PATH, .at = AT(journal),
		.help = N_("go on where a killed run stopped")},
	{.name = "what-if", .arg = "RECORD", .kind = OPTION_TEXTS, .at = AT(what_ifs),
		.help = N_("judge as if it were published; may be repeated")},
	{.name = "shard", .arg = "I/N", .kind = OPTION_PATH, .at = AT(shard),
		.help = N_("only the I-th of N parts of the messages")},
	{.name = "merge", .kind = OPTION_FLAG, .at = AT(merge),
		.help = N_("PATHs are the JSON of all shards: join them")},
	{.name = "into", .arg = "DIR", .kind = OPTION_PATH, .at = AT(into),
		.help = N_("folder or Maildir for --output stamp")},
	{.name = "html", .arg = "FILE", .kind = OPTION_PATH, .at = AT(html),
		.help = N_("write the tables as one web page, with charts")},
	{.name = "cache-size", .arg = "SIZE", .kind = OPTION_SIZE, .at = AT(cache_size),
		.max = MAX_SIZE, .help = N_("octets of DNS answers to keep (64M)")},

	TOP(N_("Limits")),
	{.name = "max-fields", .arg = "N", .kind = OPTION_COUNT, .at = AT(limits.fields), .min = 1,
		.max = 100000, .help = N_("header fields that are read (1000)")},
	{.name = "max-field-size", .arg = "OCTETS", .kind = OPTION_COUNT,
		.at = AT(limits.field_size), .min = 998, .max = 65536,
		.help = N_("largest field, in octets (65536)")},
	{.name = "max-signatures", .arg = "N", .kind = OPTION_COUNT,
		.at = AT(limits.dkim_signatures), .min = 1, .max = 1000,
		.help = N_("DKIM signatures that are verified (16)")},
	{.name = "max-arc-sets", .arg = "N", .kind = OPTION_COUNT, .at = AT(limits.arc_sets),
		.min = 1, .max = ARC_SETS_MAX, .help = N_("sets of a chain that is validated (50)")},
	{.name = "rsa-min-bits", .arg = "BITS", .kind = OPTION_BITS, .at = AT(limits.rsa_min_bits),
		.min = 1024, .max = 16384, .help = N_("smallest RSA key (1024)")},
	{.name = "rsa-max-bits", .arg = "BITS", .kind = OPTION_BITS, .at = AT(limits.rsa_max_bits),
		.min = 1024, .max = 16384, .help = N_("largest RSA key (8192)")},

	TOP(N_("Other")),
	{.name = "config", .arg = "FILE", .kind = OPTION_CONFIG, .at = AT(config),
		.help = N_("read options from it, group [mailstamp]")},
	{.name = "lang", .kind = OPTION_WORD, .at = AT(lang), .words = "-|en|ja",
		.help = N_("language of text for people (the locale's)")},
	{.name = "version", .kind = OPTION_COMMAND, .min = COMMAND_VERSION,
		.help = N_("print the version")},
	{.name = "help", .kind = OPTION_COMMAND, .min = COMMAND_HELP, .help = N_("print this")},
	{.name = "no-ask", .kind = OPTION_FLAG, .at = AT(auth.no_ask)},
};
/* clang-format on */

const size_t option_count = sizeof option_rows / sizeof option_rows[0];

const struct option_row *
option_find(struct slice name)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_rows[i].name != NULL && slice_eq(slice_str(option_rows[i].name), name))
			return &option_rows[i];
	return NULL;
}

bool
option_takes_value(const struct option_row *row)
{
	return row->kind != OPTION_COMMAND && row->kind != OPTION_FLAG;
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
