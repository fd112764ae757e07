/*
 * settings.h: all settings of the command line and the configuration file, in one plain struct.
 * cli/options.h fills it.
 */
#ifndef FILTER_SETTINGS_SETTINGS_H
#define FILTER_SETTINGS_SETTINGS_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "auth/base/input.h"
#include "filter/text/i18n.h"

enum command {
	COMMAND_FILTER,
	COMMAND_EXPLAIN,
	COMMAND_INSPECT,
	COMMAND_BATCH,
	COMMAND_PLAN,
	COMMAND_REPORT, /* only to select one of the report commands */
	COMMAND_REPORT_READ,
	COMMAND_REPORT_SHOW,
	COMMAND_REPORT_PRUNE,
	COMMAND_REPORT_IMPORT,
	COMMAND_REPORT_SEND,
	COMMAND_REPORT_BOUNCE,
	COMMAND_VERSION,
	COMMAND_HELP
};

enum profile {
	PROFILE_PLAIN,
	PROFILE_POSTFIX,
	PROFILE_POSTFIX_PROXY,
	PROFILE_EXIM_PIPE,
	PROFILE_EXIM_FILTER,
	PROFILE_EXIM_AV,
	PROFILE_PROCMAIL,
	PROFILE_MAILDROP
};

enum envelope_mode {
	ENVELOPE_ARGS,
	ENVELOPE_STDIN,
	ENVELOPE_BSMTP,
	ENVELOPE_FIELD,
	ENVELOPE_HEADERS
};

/*
 * --mailbox: which hops of stored mail are internal. From MAILBOX_FIRST on: the mailbox providers,
 * in the order of filter/provider/services.ini
 */
enum mailbox { MAILBOX_NONE, MAILBOX_AUTO, MAILBOX_FIRST };

enum disposition { DISP_ACCEPT, DISP_QUARANTINE, DISP_REJECT, DISP_TEMPFAIL };

enum reject_on { REJECT_ON_DIRECT, REJECT_ON_PUBLISHED, REJECT_ON_NEVER };

enum scrub_what { SCRUB_OWN, SCRUB_ALL, SCRUB_NONE };

enum output_what {
	OUTPUT_MESSAGE,
	OUTPUT_JSON,
	OUTPUT_HEADER,
	OUTPUT_NONE,
	OUTPUT_TEXT, /* explain, inspect */
	/* batch only */
	OUTPUT_SUMMARY,
	OUTPUT_TSV,
	OUTPUT_CSV,
	OUTPUT_STAMP
};

/* which part of a failing message the JSON log has, for failure reports (RFC 9991) */
enum failure_what { FAILURE_NONE, FAILURE_REDACTED, FAILURE_FULL };

enum color { COLOR_AUTO, COLOR_NEVER, COLOR_ALWAYS };

/* what to do if the kernel lacks a part of the sandbox (settings/confine.h) */
enum sandbox_mode { SANDBOX_TRY, SANDBOX_REQUIRE, SANDBOX_OFF };

enum { SHARDS_MAX = 100000 };

/* the value of now that means the date of each message (filter/intake/msgtime.h) */
#define NOW_MESSAGE INT64_MIN

struct strings {
	const char **v;
	size_t n;
};

struct nets {
	struct ip_net *v;
	size_t n;
};

struct what_if;

/* for --check-config: the value of each option, by its row of the table, and all errors */
struct settings_report {
	struct option_setting {
		const char *text; /* as written; list items are separated by ; */
		enum { FROM_DEFAULT, FROM_FILE, FROM_LINE } from;
	} * settings;
	struct strings errors;
	bool transient; /* after one of the errors a retry may succeed (profile_failure) */
};

struct options {
	enum command command;
	enum profile profile;
	bool profile_given; /* true even for plain */
	const char *config; /* the file that was read, or NULL */
	bool check_config;
	const char *user; /* the user that the filter becomes if root starts it */
	bool user_given;
	enum sandbox_mode sandbox;
	struct settings_report *report; /* NULL: not requested; reading ends at the first error */
	enum i18n_lang lang;

	/* envelope and input */
	enum envelope_mode envelope;
	bool envelope_given; /* by an option */
	/* NULL: absent; only mail_from may be empty: the null path */
	const char *client_ip, *client_name, *helo, *mail_from;
	struct strings rcpts;
	const char *queue_id, *authenticated;
	const char *envelope_secret_file;
	enum mailbox mailbox;
	struct strings trusted_relays; /* CIDR, or a normal host name (auth/base/domain.h) */
	struct nets trusted_clients;
	const char *input;     /* path, or NULL for stdin; also explain's FILE */
	int64_t read_timeout;  /* seconds for all of stdin; 0: none */
	uint64_t max_size;     /* octets; fits a size_t */
	const char *spool_dir; /* NULL: $TMPDIR, then /var/tmp */

	/* DNS and time */
	struct strings resolvers;
	/* of resolv.conf, read before the sandbox; NULL: it is read when DNS is opened */
	const struct dns_servers *system_servers;
	int64_t dns_timeout_ms, deadline_ms;
	bool deadline_given; /* otherwise the default of the profile applies */
	const char *zone, *dns_record;
	const char *compare_received; /* an authserv-id, "" for any, NULL: not compared */
	const char *rules_for;        /* mailbox providers whose rules are checked, or NULL */
	bool names;                   /* confirm the names of clients whose mail is not aligned */
	const char *own_senders;      /* path of --own-senders, or NULL */
	struct strings overlays;      /* master files that are overlaid on DNS */
	struct slice laid; /* the text of one more master file, set by a command that tries a
			      record; not an option */
	bool has_now;
	int64_t now; /* seconds since the epoch, or NOW_MESSAGE */

	/* methods */
	struct auth_options auth; /* receiver is set by filter.c */
	struct limits limits;
	const char *psl; /* path, or NULL for the system's */

	/* policy */
	enum reject_on reject_on;
	struct strings trusted_sealers;    /* normal names (auth/base/domain.h) */
	struct strings trusted_forwarders; /* CIDR, or a normal host name */
	struct strings accept_from;        /* settings/accept.h */
	bool on_temperror_given;
	enum disposition on_temperror; /* accept, quarantine or tempfail */
	bool tempfail_on_dmarc;        /* --tempfail-on dmarc */
	enum disposition ambiguous;    /* accept, quarantine or reject */
	bool no_author_null_path;      /* --no-author null-path */
	bool oversize_tempfail;        /* --oversize tempfail */
	bool on_error_pass;            /* --on-error pass */
	bool bounce_always;            /* --bounce always */
	int exit_override[4];          /* by enum disposition; -1: none */

	/* explain */
	const char *undo; /* path of the message as it was signed, or NULL */

	/* inspect */
	struct strings domains;
	struct strings selectors;
	const char *baseline;    /* what inspect --output json wrote earlier, or NULL */
	struct strings messages; /* files and folders whose signatures name keys */

	/* output */
	const char *authserv_id; /* without quotes; NULL: the host's name */
	bool authserv_is_host;   /* authserv_id was not given, and is the host's name */
	struct strings own_ids;
	enum scrub_what scrub;
	bool received_spf, disposition_field;
	bool show_user; /* put the login name into the field */
	/* the sealer: all three or none */
	const char *arc_seal, *arc_selector; /* normal names */
	const char *arc_key;                 /* path */
	enum output_what output;
	const char *json_log;
	enum failure_what failure_log;
	const char *log;         /* "stderr", "syslog", a path; NULL: the profile's default */
	enum color color;        /* explain; auto: if stdout is a terminal */
	int64_t command_timeout; /* seconds */
	/* batch */
	struct strings paths;   /* the paths to read */
	const char *envelopes;  /* the manifest, or NULL */
	const char *files_from; /* a list of paths; "-" is stdin; or NULL */
	size_t jobs;         /* threads that work at the same time; 0: the number of processors */
	bool unordered;      /* output results in the order in which they are ready */
	bool diagnose;       /* find what broke each signature */
	struct strings runs; /* earlier runs, of plan */
	struct strings baselines;       /* earlier runs */
	bool fail_if_worse;             /* exit 12 if messages that passed no longer do */
	struct strings what_ifs;        /* DMARC records to assume, at most WHAT_IF_MAX */
	const struct what_if *supposed; /* the same, parsed (filter/verdict/whatif.h) */
	bool attached;                  /* also evaluate attached messages; of explain as well */
	bool mboxo;                     /* unquote `>From ` but not `>>From ` */
	const char *journal;            /* --resume, or NULL */
	const char *shard;   /* --shard as given, or NULL; the next two are parsed from it */
	size_t shard_at;     /* from 0 */
	size_t shard_of;     /* every shard_of-th message; 0 or 1: all */
	const char *into;    /* where --output stamp writes, or NULL */
	const char *html;    /* --html: the page, or NULL */
	bool merge;          /* paths are the JSON output of a run's shards */
	uint64_t cache_size; /* octets of DNS answers */

	/* report */
	const char *store;                /* path or postgresql://... */
	int64_t days;                     /* prune */
	struct strings trusted_reporters; /* normal names */
	struct strings archive;           /* paths of mail to compare with reports */
	bool has_since;
	int64_t since; /* seconds since the epoch: sources first seen later are new */
	enum { REPORTERS_KNOWN, REPORTERS_AUTHENTICATED, REPORTERS_MAIL, REPORTERS_ALL } reporters;
	/* reports to others */
	const char *report_from;      /* an address; NULL: not set */
	const char *report_domain;    /* the submitter, a normal name; NULL: that of report_from */
	const char *report_org;       /* name of the organization; NULL: the submitter */
	const char *report_contact;   /* or NULL */
	const char *bounce_address;   /* where bounces of reports go; NULL: report_from */
	struct strings own_addresses; /* mail to them is not reported */
	const char *sendmail;         /* the program */
	uint64_t report_size;         /* octets of a compressed report */
	size_t max_mails;             /* per run */
	size_t failure_reports;       /* for each domain and day; 0: none */
	int64_t settle;               /* seconds after the end of a day until it is reported */

	char **exec_argv;     /* after `--`, NULL-terminated; or NULL */
	const char *next_hop; /* HOST:PORT or unix:PATH, or NULL */
};

/* Seconds since the epoch: --now, or the current time. */
static inline int64_t
options_now(const struct options *options)
{
	return options->has_now && options->now != NOW_MESSAGE ? options->now : (int64_t)time(NULL);
}

/* Does the message go to COMMAND or to the next hop, and not to stdout? */
static inline bool
options_keep_stdout(const struct options *options)
{
	return options->exec_argv != NULL || options->next_hop != NULL;
}

/* The defaults of the filter (settings/options_table.h). */
struct options options_default(void);

#endif
