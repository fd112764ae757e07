#define _DEFAULT_SOURCE
#include "filter/cli/options.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter/settings/options_table.h"
#include "filter/text/error_words.h"
#include "mime/buf.h"

enum { MAX_ARGS = 12 };
#include "tests/support/arena_suite.h"
static const char *const commands[] = {"filter", "explain", "inspect", "batch", "plan", "report",
	"report read", "report show", "report prune", "report import", "report send",
	"report bounce"};
static struct options options;
static struct error error;
static bool in_file;

ARENA_SUITE(options);

/* Parses "mailstamp" and args, which end with NULL; the host's configuration file is not read. */
static enum status
parse(const char *const *args)
{
	char *argv[MAX_ARGS + 4] = {arena_cstr(&arena, SLICE("mailstamp"))};
	bool named = false;
	int argc = 1;

	for (size_t i = 0; args[0] != NULL && i < sizeof commands / sizeof commands[0]; i++)
		named = named || strcmp(args[0], commands[i]) == 0;
	if (named) {
		char *words = arena_cstr(&arena, slice_str(*args++));

		argv[argc++] = strsep(&words, " ");
		if (words != NULL)
			argv[argc++] = words;
	}
	argv[argc++] = arena_cstr(&arena, SLICE("--config=/dev/null"));
	for (; *args != NULL; args++)
		argv[argc++] = arena_cstr(&arena, slice_str(*args));
	error = (struct error){.path = NULL};
	return options_parse(argc, argv, &arena, &options, &error, &in_file);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

/* the error must name the bad argument; its exact words do not matter */
static const struct bad_row {
	const char *name;
	const char *args[MAX_ARGS];
	const char *expected;
} bad_rows[] = {
	{"unknown option", {"--clientip", "1.2.3.4"}, "--clientip"},
	{"no abbreviations", {"--client", "x"}, "--client"},
	{"abbreviation with =", {"--dns-time=5"}, "--dns-time"},
	{"case matters", {"--Helo", "x"}, "--Helo"},
	{"no short options", {"-h"}, "-h"},
	{"no value", {"--helo"}, "--helo needs a value"},
	{"value for --help", {"--help=me"}, "--help"},
	{"bad address", {"--client-ip", "1.2.3"}, "--client-ip"},
	{"address with a network", {"--client-ip", "192.0.2.0/24"}, "--client-ip"},
	{"IPv6: before IPv4", {"--client-ip", "IPv6:192.0.2.1"}, "--client-ip"},
	{"bad mode", {"--envelope", "arg"}, "--envelope must be args, stdin, bsmtp"},
	{"gap in the words", {"--on-temperror", "-"}, "--on-temperror"},
	{"reject on temperror", {"--on-temperror", "reject"}, "accept, quarantine or tempfail"},
	{"empty word", {"--scrub="}, "--scrub"},
	{"words in one", {"--scrub", "own|all"}, "--scrub"},
	{"flag with a bad value", {"--received-spf=yes"}, "--received-spf must be true or false"},
	{"a flag takes no next value", {"--received-spf", "true"}, "unexpected argument: true"},
	{"argument without --", {"file.eml"}, "unexpected argument: file.eml"},
	{"nothing behind --", {"--"}, "COMMAND"},
	{"number with junk", {"--now", "12x"}, "--now"},
	{"negative number", {"--now", "-1"}, "--now"},
	{"empty number", {"--now", ""}, "--now"},
	{"number over 64 bits", {"--now", "99999999999999999999999"}, "--now"},
	{"zero signatures", {"--max-signatures", "0"}, "--max-signatures"},
	{"field size over what GMime is given", {"--max-field-size", "65537"}, "65536"},
	{"field size under a line", {"--max-field-size", "997"}, "998"},
	{"weak keys", {"--rsa-min-bits", "1023"}, "--rsa-min-bits"},
	{"limits crossed", {"--rsa-min-bits", "4096", "--rsa-max-bits", "2048"}, "--rsa-min-bits"},
	{"four decimals", {"--deadline", "1.2345"}, "--deadline"},
	{"no decimals after the dot", {"--deadline", "1."}, "--deadline"},
	{"no time", {"--deadline", "0"}, "--deadline"},
	{"more than a day", {"--deadline", "86400.001"}, "--deadline"},
	{"comma", {"--dns-timeout", "2,5"}, "--dns-timeout"},
	{"unknown unit", {"--max-size", "5T"}, "--max-size"},
	{"two units", {"--max-size", "5kk"}, "--max-size"},
	{"size that overflows", {"--max-size", "18446744073709551615G"}, "--max-size"},
	{"tiny size", {"--max-size", "1023"}, "--max-size"},
	{"bad network", {"--trusted-client", "10.0.0.0/33"}, "--trusted-client"},
	{"empty network", {"--trusted-client", ""}, "--trusted-client"},
	{"name as a client", {"--trusted-client", "mx.example"}, "--trusted-client"},
	{"mistyped address as a relay", {"--trusted-relay", "10.0.0.256"}, "--trusted-relay"},
	{"mistyped network as a relay", {"--trusted-relay", "10.0.0.0/x"}, "--trusted-relay"},
	{"relay that is no name", {"--trusted-relay", "a b"}, "--trusted-relay"},
	{"sealer that is no name", {"--trusted-sealer", "a b"}, "--trusted-sealer"},
	{"sealer that is an address", {"--trusted-sealer", "192.0.2.1"}, "--trusted-sealer"},
	{"empty sealer", {"--trusted-sealer", ""}, "--trusted-sealer"},
	{"file of sealers that is not there", {"--trusted-sealer", "@no/such/file"},
		"no/such/file"},
	{"file of sealers without a name", {"--trusted-sealer", "@"}, "--trusted-sealer"},
	{"mistyped network as a forwarder", {"--trusted-forwarder", "10.0.0.0/x"},
		"--trusted-forwarder"},
	{"a relay without a client", {"--trusted-relay", "192.0.2.8"},
		"--trusted-relay needs --client-ip"},
	{"a relay and a batch without a client",
		{"--envelope=bsmtp", "--trusted-relay", "192.0.2.8"}, "--trusted-relay needs"},
	{"a relay is read from no file", {"--trusted-relay", "@relays"}, "--trusted-relay"},
	{"no sets", {"--max-arc-sets", "0"}, "--max-arc-sets"},
	{"more sets than the standard", {"--max-arc-sets", "51"}, "--max-arc-sets"},
	{"exit 1", {"--exit", "reject=1"}, "0 to 255 other than 1"},
	{"exit 256", {"--exit", "reject=256"}, "--exit"},
	{"exit of nothing", {"--exit", "rejects=3"}, "--exit"},
	{"exit without a code", {"--exit", "reject"}, "--exit"},
	{"exit with junk", {"--exit", "reject=3x"}, "--exit"},
	{"tempfail of 0", {"--exit", "tempfail=0"}, "lose"},
	{"id with a blank", {"--authserv-id", "mx example"}, "--authserv-id"},
	{"empty id", {"--authserv-id", ""}, "--authserv-id"},
	{"id with ;", {"--authserv-id", "mx;dmarc=pass"}, "--authserv-id"},
	{"id with a line end", {"--authserv-id", "mx\r\nX: y"}, "--authserv-id"},
	{"open quote", {"--authserv-id", "\"mx"}, "--authserv-id"},
	{"empty quotes", {"--own-id", "\"\""}, "--own-id"},
	{"empty path", {"--zone", ""}, "--zone must not be empty"},
	{"secret field without a secret", {"--envelope", "field"}, "--envelope-secret-file"},
	{"json for Postfix", {"--profile", "postfix", "--output", "json", "--", "x"}, "--output"},
	{"no output for procmail", {"--profile", "procmail", "--output", "none"}, "--output"},
	{"json and COMMAND", {"--output", "json", "--", "cat"}, "COMMAND"},
	{"Postfix without COMMAND", {"--profile", "postfix"}, "COMMAND"},
	{"Exim's pipe without COMMAND", {"--profile=exim-pipe"}, "COMMAND"},
	{"unknown profile", {"--profile", "sendmail"}, "--profile must be plain, postfix"},
	{"inspect without a domain", {"inspect", "--zone", "z"}, "inspect needs a DOMAIN"},
	{"messages without a domain", {"inspect", "--messages", "x"}, "inspect needs a DOMAIN"},
	{"messages from nowhere", {"inspect", "a.example", "--messages"},
		"--messages needs a value"},
	{"batch's option", {"--what-if", "garbage", "--shard", "9/2"},
		"--what-if is only for batch"},
	{"the filter's option in batch", {"batch", "--log=x", "a"}, "--log is only for filter"},
	{"an option of two", {"inspect", "--profile", "plain", "a.example"},
		"--profile is only for filter or expla"},
	{"an option of three", {"inspect", "--envelope=args", "a.example"},
		"for filter, explain, batch or report read"},
	{"a flag of another", {"explain", "--arc-seal", "a.example"},
		"--arc-seal is only for filter"},
	{"another's --output", {"--output=summary"}, "must be message, json, header or none"},
	{"a message from explain", {"explain", "--output=header"}, "must be json, none or text"},
	{"two files for explain", {"explain", "a", "b"}, "unexpected argument: b"},
	{"a hostile value stays one line", {"--envelope", "x\n5.0.0 y"}, "--envelope"},
	{"a hostile option, too", {"--x\n5.0.0 y"}, "--x\\x0a5.0.0 y"},
};

Test(options, bad_use)
{
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		const struct bad_row *row = &bad_rows[i];
		enum status st = parse(row->args);

		cr_expect(st == ST_BAD, "%s: taken", row->name);
		if (st != ST_BAD)
			continue;
		cr_expect(strstr(error_words(&error, &arena), row->expected) != NULL, "%s: %s",
			row->name, error_words(&error, &arena));
		cr_expect(!in_file, "%s: a usage error", row->name);
		for (const char *c = error_words(&error, &arena); *c != '\0'; c++)
			cr_expect(*c >= ' ' && *c <= '~', "%s: one printable line", row->name);
	}
}

Test(options, unknown_commands)
{
	static const char *const words[] = {"batches", "Inspect", "mail.eml", "-", "", "Filter"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char *argv[] = {arena_cstr(&arena, SLICE("mailstamp")),
			arena_cstr(&arena, slice_str(words[i])), NULL};

		cr_expect(options_parse(2, argv, &arena, &options, &error, &in_file) == ST_BAD,
			"%s", words[i]);
		cr_expect(strncmp(error_words(&error, &arena), "unknown command: ", 17) == 0, "%s",
			error_words(&error, &arena));
		cr_expect(options.command == COMMAND_FILTER);
	}
}

Test(options, defaults)
{
	cr_assert(PARSE("--received-spf=false") == ST_OK);
	cr_expect(options.command == COMMAND_FILTER);
	cr_expect(options.profile == PROFILE_PLAIN && !options.profile_given);
	cr_expect(options.client_ip == NULL && options.mail_from == NULL && options.helo == NULL);
	cr_expect(options.max_size == 256ULL * 1024 * 1024);
	cr_expect(options.dns_timeout_ms == 5000 && options.deadline_ms == 60000);
	cr_expect(options.limits.fields == 1000 && options.limits.field_size == 65536);
	cr_expect(options.limits.dkim_signatures == 16 && options.limits.arc_sets == 50);
	cr_expect(options.limits.rsa_min_bits == 1024 && options.limits.rsa_max_bits == 8192);
	cr_expect(options.limits.spf_ms == 20000);
	cr_expect(options.auth.dmarc_mode == DMARC_RFC9989 && options.auth.drift == 300);
	cr_expect(!options.auth.dkim_l_allow && options.auth.spf_engine == SPF_OWN);
	cr_expect(options.reject_on == REJECT_ON_DIRECT && !options.on_temperror_given);
	cr_expect(options.ambiguous == DISP_QUARANTINE && !options.bounce_always);
	cr_expect(options.scrub == SCRUB_OWN && options.output == OUTPUT_MESSAGE);
	cr_expect(options.command_timeout == 600 && options.color == COLOR_AUTO);
	cr_expect(options.exit_override[DISP_REJECT] == -1 && options.exec_argv == NULL);
	cr_expect(options.log == NULL && options.config == NULL && !options.has_now);
}

Test(options, both_ways_to_write_a_value)
{
	cr_assert(PARSE("--helo", "a.example", "--client-ip=192.0.2.1", "--mail-from=",
			  "--queue-id", "--helo", "--authserv-id=mx.example") == ST_OK);
	cr_expect_str_eq(options.helo, "a.example");
	cr_expect_str_eq(options.client_ip, "192.0.2.1");
	cr_expect_str_eq(options.mail_from, "");
	cr_expect_str_eq(options.queue_id, "--helo", "a value may look like an option");
	cr_expect_str_eq(options.authserv_id, "mx.example");
	cr_assert(PARSE("--psl", "--", "--helo=a=b") == ST_OK);
	cr_expect_str_eq(options.psl, "--");
	cr_expect_str_eq(options.helo, "a=b");
}

Test(options, empty_is_absent_but_for_the_sender)
{
	cr_assert(PARSE("--client-ip", "", "--helo", "", "--client-name=", "--authenticated", "",
			  "--rcpt", "", "--rcpt", "r@b.example", "--mail-from", "") == ST_OK);
	cr_expect(options.client_ip == NULL && options.helo == NULL);
	cr_expect(options.client_name == NULL && options.authenticated == NULL);
	cr_expect(options.rcpts.n == 1);
	cr_expect(options.mail_from != NULL && options.mail_from[0] == '\0');
	cr_assert(PARSE("--client-ip", "unknown") == ST_OK, "Postfix says so");
}

/* After an error the queue id (for the log) and the read time-out (for stdin) are still needed. */
Test(options, after_an_error)
{
	cr_assert(PARSE("--queue-id", "4F1", "--read-timeout", "7", "--no-such-option") == ST_BAD);
	cr_expect(options.read_timeout == 7);
	cr_expect(options.queue_id != NULL && strcmp(options.queue_id, "4F1") == 0);
}

Test(options, numbers_and_sizes)
{
	cr_assert(PARSE("--deadline", "0.5", "--dns-timeout=2.125", "--now", "0", "--max-size",
			  "5k", "--read-timeout", "0") == ST_OK);
	cr_expect(options.deadline_ms == 500 && options.dns_timeout_ms == 2125);
	cr_expect(options.has_now && options.now == 0);
	cr_expect(options.max_size == 5 * 1024 && options.read_timeout == 0);
	cr_assert(PARSE("--max-size", "1048576", "--deadline", "86400", "--now", "4294967296") ==
		  ST_OK);
	cr_expect(options.max_size == 1024 * 1024 && options.deadline_ms == 86400000);
	cr_expect(options.now == 4294967296);
	cr_assert(PARSE("--max-size", "2G") == ST_OK);
	cr_expect(options.max_size == 2ULL << 30);
	cr_assert(PARSE("--max-size", "3M", "--dns-timeout", "0.01") == ST_OK);
	cr_expect(options.max_size == 3 << 20 && options.dns_timeout_ms == 10);
}

Test(options, words)
{
	cr_assert(PARSE("--envelope", "headers", "--on-temperror", "tempfail", "--ambiguous",
			  "reject", "--tempfail-on=dmarc", "--oversize", "tempfail") == ST_OK);
	cr_expect(options.envelope == ENVELOPE_HEADERS);
	cr_expect(options.on_temperror == DISP_TEMPFAIL && options.on_temperror_given);
	cr_expect(options.ambiguous == DISP_REJECT && options.tempfail_on_dmarc);
	cr_expect(options.oversize_tempfail);
	cr_assert(PARSE("--dkim-l=allow", "--spf-engine=mailstamp", "--dmarc-mode=rfc7489",
			  "--bounce=always", "--on-error=pass", "--reject-on=never",
			  "--scrub=none") == ST_OK);
	cr_expect(options.auth.dkim_l_allow && options.auth.spf_engine == SPF_OWN);
	cr_expect(options.auth.dmarc_mode == DMARC_RFC7489 && options.bounce_always);
	cr_expect(options.on_error_pass && options.reject_on == REJECT_ON_NEVER);
	cr_expect(options.scrub == SCRUB_NONE);
	cr_assert(PARSE("explain", "--color=never") == ST_OK && options.color == COLOR_NEVER);
	cr_assert(PARSE("explain", "--color=always") == ST_OK && options.color == COLOR_ALWAYS);
	cr_assert(PARSE("--dmarc-compare=true", "--no-ask", "--dkim-l=policy", "--output=header") ==
		  ST_OK);
	cr_expect(options.auth.dmarc_compare);
	cr_expect(options.auth.no_ask && !options.auth.dkim_l_allow &&
		  options.output == OUTPUT_HEADER);
}

Test(options, lists)
{
	cr_assert(PARSE("--trusted-client=10.0.0.0/8", "--trusted-client", "2001:db8::/32",
			  "--envelope=headers", "--trusted-relay", "Mx1.Example",
			  "--trusted-relay=192.0.2.1", "--own-id=a.example", "--own-id=\"b c\"",
			  "--exit=accept=3", "--exit=tempfail=70") == ST_OK);
	cr_expect(options.trusted_clients.n == 2);
	cr_expect(options.trusted_clients.v[1].bits == 32);
	cr_expect(options.trusted_relays.n == 2);
	cr_expect_str_eq(options.trusted_relays.v[0], "mx1.example");
	cr_expect(options.own_ids.n == 2);
	cr_expect_str_eq(options.own_ids.v[1], "b c", "quotes are taken off");
	cr_expect(options.exit_override[DISP_ACCEPT] == 3);
	cr_expect(options.exit_override[DISP_REJECT] == -1);
	cr_expect(options.exit_override[DISP_TEMPFAIL] == 70);
}

static const char *
file_with(struct slice text)
{
	char path[] = "/tmp/test_options.XXXXXX";
	struct buf name;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text.p, text.n), (ssize_t)text.n);
	cr_assert_eq(close(fd), 0);
	buf_init(&name, &arena, 100);
	buf_addf(&name, "@%s", path);
	return arena_cstr(&arena, buf_slice(&name));
}

Test(options, lists_in_files)
{
	const char *good = file_with(SLICE("# sealers\n\n b.example \r\nXn--Bcher-Kva.example"));
	const char *bad = file_with(SLICE("b.example\n\nc d\n"));
	const char *nul = file_with(SLICE("b.example\0.evil\n"));
	const char *hosts = file_with(SLICE("192.0.2.0/24\nMX.example\n"));

	cr_assert(PARSE("--trusted-sealer=a.example", "--trusted-sealer", good,
			  "--trusted-forwarder", hosts) == ST_OK);
	cr_assert_eq(options.trusted_sealers.n, 3);
	cr_expect_str_eq(options.trusted_sealers.v[0], "a.example");
	cr_expect_str_eq(options.trusted_sealers.v[1], "b.example");
	cr_expect_str_eq(options.trusted_sealers.v[2], "xn--bcher-kva.example");
	cr_assert_eq(options.trusted_forwarders.n, 2);
	cr_expect_str_eq(options.trusted_forwarders.v[1], "mx.example");
	cr_expect(PARSE("--trusted-sealer", bad) == ST_BAD);
	cr_expect_not_null(strstr(error_words(&error, &arena), "line 3 must be a domain name"),
		"%s", error_words(&error, &arena));
	cr_expect(PARSE("--trusted-sealer", nul) == ST_BAD);
	cr_expect_not_null(strstr(error_words(&error, &arena), "line 1 contains a NUL"), "%s",
		error_words(&error, &arena));
	(void)remove(good + 1);
	(void)remove(bad + 1);
	(void)remove(nul + 1);
	(void)remove(hosts + 1);
}

Test(options, many_recipients)
{
	enum { MANY = 3000 };
	char **argv = arena_array(&arena, MANY + 2, sizeof *argv);

	argv[0] = arena_cstr(&arena, SLICE("mailstamp"));
	argv[1] = arena_cstr(&arena, SLICE("--config=/dev/null"));
	for (int i = 2; i < MANY + 2; i++)
		argv[i] = arena_cstr(&arena, SLICE("--rcpt=r@b.example"));
	cr_assert(options_parse(MANY + 2, argv, &arena, &options, &error, &in_file) == ST_OK);
	cr_expect(options.rcpts.n == MANY);
	cr_expect_str_eq(options.rcpts.v[MANY - 1], "r@b.example");
}

Test(options, command_behind_the_dashes)
{
	cr_assert(
		PARSE("--profile", "postfix", "--", "/usr/sbin/sendmail", "--", "--helo") == ST_OK);
	cr_expect_str_eq(options.exec_argv[0], "/usr/sbin/sendmail");
	cr_expect_str_eq(options.exec_argv[2], "--helo");
	cr_expect(options.exec_argv[3] == NULL);
	cr_expect(options.profile == PROFILE_POSTFIX && options.profile_given);
}

Test(options, commands)
{
	cr_assert(PARSE("--version") == ST_OK && options.command == COMMAND_VERSION);
	cr_assert(PARSE("--help", "--profile", "postfix") == ST_OK, "does without the rest");
	cr_expect(options.command == COMMAND_HELP);
	cr_assert(PARSE("explain", "--zone", "z", "mail.eml") == ST_OK);
	cr_expect(options.command == COMMAND_EXPLAIN);
	cr_expect_str_eq(options.input, "mail.eml");
	cr_assert(PARSE("explain", "--", "--mail.eml") == ST_OK);
	cr_expect_str_eq(options.input, "--mail.eml");
	cr_assert(PARSE("explain", "-") == ST_OK && options.input == NULL);
	cr_assert(PARSE("inspect", "a.example", "--messages", "b", "--messages=c") == ST_OK);
	cr_expect(options.command == COMMAND_INSPECT && options.domains.n == 1);
	cr_assert_eq(options.messages.n, 2);
	cr_expect_str_eq(options.messages.v[1], "c");
	cr_expect(options.exec_argv == NULL);
}

static const struct scan_row {
	const char *name;
	const char *args[MAX_ARGS];
	enum profile profile;
	bool given;
} scan_rows[] = {
	{"none", {"--helo", "x"}, PROFILE_PLAIN, false},
	{"with =", {"--bad", "--profile=postfix"}, PROFILE_POSTFIX, true},
	{"apart", {"--profile", "procmail"}, PROFILE_PROCMAIL, true},
	{"plain", {"--profile", "plain"}, PROFILE_PLAIN, true},
	{"misspelt", {"--profile=postfx"}, PROFILE_PLAIN, false},
	{"no value", {"--profile"}, PROFILE_PLAIN, false},
	{"the last one counts", {"--profile=plain", "--profile=maildrop"}, PROFILE_MAILDROP, true},
	{"a client's HELO is none", {"--profile=postfix", "--helo", "--profile=plain"},
		PROFILE_POSTFIX, true},
	{"behind -- it is COMMAND's", {"--", "--profile=postfix"}, PROFILE_PLAIN, false},
	{"of a command without", {"batch", "--profile=postfix"}, PROFILE_PLAIN, false},
	{"after a word", {"explain", "--profile=exim-filter"}, PROFILE_EXIM_FILTER, true},
	{"after a short option", {"-x", "--profile=exim-pipe"}, PROFILE_EXIM_PIPE, true},
};

Test(options, profile_is_known_first)
{
	for (size_t i = 0; i < sizeof scan_rows / sizeof scan_rows[0]; i++) {
		const struct scan_row *row = &scan_rows[i];
		char *argv[MAX_ARGS + 1] = {NULL};
		int argc = 1;
		bool given;

		for (; row->args[argc - 1] != NULL; argc++)
			argv[argc] = arena_cstr(&arena, slice_str(row->args[argc - 1]));
		cr_expect(
			options_scan_profile(argc, argv, &given) == row->profile, "%s", row->name);
		cr_expect(given == row->given, "%s: given", row->name);
	}
}

/* Returns the number of options in the command's help; each line must fit 80 columns. */
static size_t
help_lines(enum command command)
{
	char line[400];
	FILE *out = tmpfile();
	size_t found = 0;

	cr_assert(out != NULL);
	options_help(command, out);
	rewind(out);
	while (fgets(line, sizeof line, out) != NULL) {
		cr_expect(strlen(line) <= 81, "%s", line);
		found += strncmp(line, "  --", 4) == 0;
		cr_expect(strstr(line, "no-ask") == NULL, "for tests only");
	}
	fclose(out);
	return found;
}

Test(options, help_has_the_command_s_options)
{
	for (int command = COMMAND_FILTER; command < COMMAND_VERSION; command++) {
		size_t wanted = 0;

		for (size_t i = 0; i < option_count; i++)
			wanted += option_is_for(&option_rows[i], (enum command)command) &&
				  option_rows[i].help != NULL;
		cr_expect_eq(help_lines((enum command)command), wanted, "command %d", command);
	}
}

/* Giving an option its default changes nothing, in any command that has the option. */
static void
give_default(const struct option_row *row, enum command command)
{
	const size_t size = row->kind == OPTION_YES ? sizeof(bool) : sizeof(int);
	struct options without = options_default();
	char option[200];
	enum status st;

	(void)snprintf(option, sizeof option, "--%s=%s", row->name, row->preset);
	option_set_presets(command, &without);
	st = PARSE(commands[command], option,
		command == COMMAND_FILTER ||
				(command >= COMMAND_REPORT && command != COMMAND_REPORT_IMPORT)
			? NULL
			: "a",
		command == COMMAND_PLAN ? "--archive=b" : NULL);
	cr_expect(st == ST_OK, "%s %s: %s", commands[command], option, error_words(&error, &arena));
	if (row->kind == OPTION_PATH)
		cr_expect_str_eq(*(char **)((char *)&options + row->at),
			*(char **)((char *)&without + row->at));
	else
		cr_expect(memcmp((char *)&options + row->at, (char *)&without + row->at, size) == 0,
			"%s", option);
}

Test(options, defaults_can_be_given)
{
	for (size_t i = 0; i < option_count; i++)
		for (int command = COMMAND_FILTER; command < COMMAND_VERSION; command++)
			if (option_rows[i].preset != NULL &&
				option_is_for(&option_rows[i], (enum command)command))
				give_default(&option_rows[i], (enum command)command);
}

Test(options, inspect_takes_domains)
{
	cr_assert(PARSE("inspect", "a.example", "--selector", "s1", "b.example", "--selector=s2",
			  "--", "--c") == ST_OK,
		"%s", error_words(&error, &arena));
	cr_expect(options.command == COMMAND_INSPECT);
	cr_assert(options.domains.n == 3 && options.selectors.n == 2);
	cr_expect_str_eq(options.domains.v[0], "a.example");
	cr_expect_str_eq(options.domains.v[1], "b.example");
	cr_expect_str_eq(options.domains.v[2], "--c");
	cr_expect_str_eq(options.selectors.v[1], "s2");
	cr_expect(options.exec_argv == NULL);
}
