#define _XOPEN_SOURCE 700
#include "filter/settings/config.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/cli/options.h"
#include "filter/settings/options_table.h"
#include "filter/text/error_words.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(config);

static const struct bad_row {
	const char *name;
	const char *text;
	const char *expected; /* in the error, besides the file's name */
} bad_rows[] = {
	{"unknown key", "[mailstamp]\nhello=x\n", "hello is not an option"},
	{"key with dashes", "[mailstamp]\n--helo=x\n", "--helo"},
	{"localised key", "[mailstamp]\nhelo[de]=x\n", "helo[de]"},
	{"no group", "helo=x\n", "file: "},
	{"another group", "[mailstamp]\nhelo=x\n[other]\nhelo=y\n", "other is a group"},
	{"no assignment", "[mailstamp]\nhelo\n", "file: "},
	{"bad number", "[mailstamp]\nmax-fields=many\n", "max-fields must be a whole number"},
	{"bad word", "[mailstamp]\nscrub=some\n", "scrub must be own, all or none"},
	{"bad flag", "[mailstamp]\nreceived-spf=1\n", "received-spf must be true or false"},
	{"empty flag", "[mailstamp]\nreceived-spf=\n", "received-spf must be true or false"},
	{"bad in a list", "[mailstamp]\ntrusted-client=10.0.0.0/8;x\n", "trusted-client must be"},
	{"empty in a list", "[mailstamp]\ntrusted-client=10.0.0.0/8;;\n", "trusted-client must be"},
	{"config in the file", "[mailstamp]\nconfig=/x\n", "config is allowed only on the command"},
	{"help in the file", "[mailstamp]\nhelp=true\n", "help is allowed only on the command"},
	{"bad escape", "[mailstamp]\nhelo=a\\qb\n", "file: "},
	{"not UTF-8", "[mailstamp]\nhelo=\xff\xfe\n", "file: "},
	{"exit 1", "[mailstamp]\nexit=reject=1\n", "exit must have a CODE"},
	{"a key twice", "[mailstamp]\nhelo=a\nhelo=b\n", "helo is there twice"},
	{"a list twice", "[mailstamp]\ntrusted-client=10.0.0.0/8\n\n trusted-client = ::1/128\n",
		"trusted-client is there twice"},
	{"a key twice, another command's", "[mailstamp]\njobs=1\njobs=2\n", "jobs is there twice"},
};

Test(config, errors_name_file_and_key)
{
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		const struct bad_row *row = &bad_rows[i];
		struct options options = options_default();
		struct error error = {.path = NULL};
		enum status st =
			config_apply(slice_str(row->text), "the file", &arena, &options, &error);

		cr_expect(st == ST_BAD, "%s", row->name);
		cr_expect(strncmp(error_words(&error, &arena), "the file: ", 10) == 0, "%s: %s",
			row->name, error_words(&error, &arena));
		cr_expect(strstr(error_words(&error, &arena), row->expected) != NULL, "%s: %s",
			row->name, error_words(&error, &arena));
		for (const char *c = error_words(&error, &arena); *c != '\0'; c++)
			cr_expect(*c >= ' ' && *c <= '~', "%s: one printable line", row->name);
	}
}

Test(config, white_space_at_the_end_is_ignored)
{
	static const char text[] = "[mailstamp] \t\n# x \nscrub=all \t \r\n"
				   "trusted-client=10.0.0.0/8;::1/128; \n \t\nhelo=a\\s \n";
	struct options options = options_default();
	struct error error = {.path = NULL};

	cr_expect(config_apply(slice_str(text), "f", &arena, &options, &error) == ST_OK, "%s",
		error_words(&error, &arena));
	cr_expect(options.scrub == SCRUB_ALL);
	cr_expect(options.trusted_clients.n == 2);
	cr_expect(strcmp(options.helo, "a ") == 0, "<%s>", options.helo);
}

Test(config, nul)
{
	struct options options = options_default();
	struct error error;

	cr_expect(config_apply(SLICE("[mailstamp]\nhelo=a\0b\n"), "f", &arena, &options, &error) ==
		  ST_BAD);
}

Test(config, values)
{
	static const char text[] = "# our own\n"
				   "[mailstamp]\n"
				   "authserv-id = mx.example\n"
				   "trusted-client=10.0.0.0/8;2001:db8::/32;\n"
				   "own-id=a.example;\"b\\;c\"\n"
				   "received-spf=true\n"
				   "dns-timeout=2.5\n"
				   "profile=exim-filter\n"
				   "exit=reject=75\n"
				   "log=/var/log/a\\sb\n";
	struct options options = options_default();
	struct error error = {.path = NULL};

	cr_assert(config_apply(slice_str(text), "f", &arena, &options, &error) == ST_OK, "%s",
		error_words(&error, &arena));
	cr_expect_str_eq(options.authserv_id, "mx.example");
	cr_expect(options.trusted_clients.n == 2);
	cr_expect(options.own_ids.n == 2);
	cr_expect_str_eq(options.own_ids.v[1], "b;c", "an escaped separator");
	cr_expect(options.received_spf && options.dns_timeout_ms == 2500);
	cr_expect(options.profile == PROFILE_EXIM_FILTER && options.profile_given);
	cr_expect(options.exit_override[DISP_REJECT] == 75);
	cr_expect_str_eq(options.log, "/var/log/a b");
}

/* One file serves all commands: a value that only another command has is ignored. */
Test(config, keys_of_other_commands)
{
	static const char text[] = "[mailstamp]\n"
				   "profile=postfix\n"
				   "what-if=garbage\n"
				   "output=header\n"
				   "envelope=bsmtp\n"
				   "color=never\n"
				   "arc-seal=a.example\n";
	static const struct {
		enum command command;
		enum profile profile;
		enum output_what output;
		enum envelope_mode envelope;
		enum color color;
		size_t what_ifs;
		bool seals;
	} rows[] = {
		{COMMAND_FILTER, PROFILE_POSTFIX, OUTPUT_HEADER, ENVELOPE_BSMTP, COLOR_AUTO, 0,
			true},
		{COMMAND_EXPLAIN, PROFILE_POSTFIX, OUTPUT_TEXT, ENVELOPE_BSMTP, COLOR_NEVER, 0,
			false},
		{COMMAND_INSPECT, PROFILE_PLAIN, OUTPUT_TEXT, ENVELOPE_ARGS, COLOR_AUTO, 0, false},
		{COMMAND_BATCH, PROFILE_PLAIN, OUTPUT_SUMMARY, ENVELOPE_HEADERS, COLOR_AUTO, 1,
			false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct options options = options_default();
		struct error error = {.path = NULL};

		options.command = rows[i].command;
		option_set_presets(rows[i].command, &options);
		cr_expect(config_apply(slice_str(text), "f", &arena, &options, &error) == ST_OK,
			"%zu: %s", i, error_words(&error, &arena));
		cr_expect(options.profile == rows[i].profile, "%zu", i);
		cr_expect(options.output == rows[i].output, "%zu", i);
		cr_expect(options.envelope == rows[i].envelope, "%zu", i);
		cr_expect(options.color == rows[i].color, "%zu", i);
		cr_expect(options.what_ifs.n == rows[i].what_ifs, "%zu", i);
		cr_expect((options.arc_seal != NULL) == rows[i].seals, "%zu", i);
		cr_expect(config_apply(SLICE("[mailstamp]\noutput=all\n"), "f", &arena, &options,
				  &error) == ST_BAD,
			"%zu: no command has it", i);
	}
}

Test(config, nothing_in_it)
{
	static const char *const texts[] = {"", "\n\n", "# only a comment\n", "[mailstamp]\n",
		" \r\n", "#\n[mailstamp]\n# helo=x\n"};
	struct options options = options_default();
	struct error error = {.path = NULL};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect(config_apply(slice_str(texts[i]), "f", &arena, &options, &error) == ST_OK,
			"%zu: %s", i, error_words(&error, &arena));
}

/* Creates a file with that text; path is a mkstemp template. */
static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	cr_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static enum status
parse(char *path, char *a, char *b, struct options *options, struct error *error, bool *in_file)
{
	char name[] = "mailstamp", option[] = "--config";
	char *argv[] = {name, option, path, a, b, NULL};
	int argc = a == NULL ? 3 : b == NULL ? 4 : 5;

	return options_parse(argc, argv, &arena, options, error, in_file);
}

Test(config, the_command_line_wins)
{
	char path[] = "/tmp/mailstamp-conf.XXXXXX";
	char flag[] = "--received-spf=false", list[] = "--own-id=c.example";
	struct options options;
	struct error error = {.path = NULL};
	bool in_file;

	write_file(path, "[mailstamp]\nreceived-spf=true\nown-id=a.example;b.example\n"
			 "trusted-client=10.0.0.0/8\nhelo=x\n");
	cr_assert(parse(path, NULL, NULL, &options, &error, &in_file) == ST_OK, "%s",
		error_words(&error, &arena));
	cr_expect(options.received_spf && options.own_ids.n == 2);
	cr_expect_str_eq(options.config, path);
	cr_assert(parse(path, flag, list, &options, &error, &in_file) == ST_OK, "%s",
		error_words(&error, &arena));
	unlink(path);
	cr_expect(!options.received_spf);
	cr_expect(options.own_ids.n == 1, "the file's list is replaced");
	cr_expect_str_eq(options.own_ids.v[0], "c.example");
	cr_expect(options.trusted_clients.n == 1, "another list is not");
	cr_expect_str_eq(options.helo, "x");
}

Test(config, a_bad_file_is_told_apart)
{
	char path[] = "/tmp/mailstamp-conf.XXXXXX", none[] = "/nonexistent.conf", folder[] = "/tmp";
	char empty[] = "", bad[] = "--bad";
	struct options options;
	struct error error = {.path = NULL};
	bool in_file;

	write_file(path, "[mailstamp]\nhello=x\n");
	cr_expect(parse(path, NULL, NULL, &options, &error, &in_file) == ST_BAD && in_file);
	cr_expect(strstr(error_words(&error, &arena), path) != NULL &&
		  strstr(error_words(&error, &arena), "hello") != NULL);
	cr_expect(parse(none, NULL, NULL, &options, &error, &in_file) == ST_BAD && in_file);
	cr_expect(parse(folder, NULL, NULL, &options, &error, &in_file) == ST_BAD && in_file);
	cr_expect(parse(empty, NULL, NULL, &options, &error, &in_file) == ST_BAD && in_file);
	cr_expect(parse(path, bad, NULL, &options, &error, &in_file) == ST_BAD && !in_file,
		"bad use is told first");
	unlink(path);
	write_file(strcpy(path, "/tmp/mailstamp-conf.XXXXXX"), "[mailstamp]\noutput=json\n");
	cr_expect(parse(path, NULL, NULL, &options, &error, &in_file) == ST_OK);
	unlink(path);
}

Test(config, default_file_may_be_missing)
{
	struct options options = options_default();
	struct error error = {.path = NULL};

	cr_expect(config_read("/nonexistent.conf", false, &arena, &options, &error) == ST_OK);
	cr_expect(options.config == NULL);
	cr_expect(config_read("/nonexistent.conf", true, &arena, &options, &error) == ST_BAD);
	cr_expect(config_read("/dev/null", true, &arena, &options, &error) == ST_OK);
}

Test(config, too_large)
{
	char path[] = "/tmp/mailstamp-conf.XXXXXX";
	struct options options = options_default();
	struct error error = {.path = NULL};

	write_file(path, "[mailstamp]\n");
	cr_assert(truncate(path, CONFIG_MAX + 1) == 0);
	cr_expect(config_read(path, true, &arena, &options, &error) == ST_BAD);
	unlink(path);
}

/* Only a missing file is ignored: an inaccessible one may contain the policy. */
Test(config, unreachable_is_an_error)
{
	struct options options = options_default();
	struct error error = {.path = NULL};

	cr_expect(config_read("/etc/passwd/mailstamp.conf", false, &arena, &options, &error) ==
		  ST_OK);
	if (geteuid() == 0)
		cr_assert(chdir("/") == 0 && setgid(65534) == 0 && setuid(65534) == 0);
	{
		char folder[] = "/tmp/mailstamp-config-XXXXXX", path[64];

		cr_assert(mkdtemp(folder) != NULL);
		snprintf(path, sizeof path, "%s/mailstamp.conf", folder);
		cr_expect(config_read(path, false, &arena, &options, &error) == ST_OK);
		cr_assert(chmod(folder, 0) == 0);
		cr_expect(config_read(path, false, &arena, &options, &error) == ST_BAD);
		cr_expect(strstr(error_words(&error, &arena), "permission denied") != NULL, "%s",
			error_words(&error, &arena));
		cr_assert(chmod(folder, 0700) == 0 && rmdir(folder) == 0);
	}
}
