#define _DEFAULT_SOURCE /* initgroups */
#include "filter/cli/check_config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "filter/cli/options.h"
#include "filter/io/fault.h"
#include "filter/settings/options_table.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { SHOWN_MAX = 1024 };

bool
check_config_asked(int argc, char **argv, const char **user)
{
	bool asked = false;

	*user = NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--check-config") == 0)
			asked = true;
		else if (strncmp(argv[i], "--user=", sizeof "--user=" - 1) == 0)
			*user = argv[i] + sizeof "--user=" - 1;
		else if (strcmp(argv[i], "--user") == 0 && i + 1 < argc)
			*user = argv[++i];
	}
	return asked;
}

/* Changes to that user: from here on files are read with its permissions. */
static bool
become(const char *user)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (entry == NULL) {
		fprintf(stderr, _("mailstamp: there is no user %s\n"), user);
		return false;
	}
	if (entry->pw_uid == geteuid())
		return true;
	if (initgroups(user, entry->pw_gid) == 0 && setgid(entry->pw_gid) == 0 &&
		setuid(entry->pw_uid) == 0)
		return true;
	fprintf(stderr, _("mailstamp: cannot become the user %s\n"), user);
	return false;
}

static const char *
where(const struct options *options, const struct option_setting *setting)
{
	if (setting->from == FROM_LINE)
		return _("command line");
	return setting->from == FROM_FILE ? options->config : _("default");
}

static void
print_settings(const struct options *options, struct arena *arena)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const struct option_setting *setting = &options->report->settings[i];
		const char *text = setting->text != NULL ? setting->text
							 : option_preset(row, options->profile);

		if (row->name == NULL || row->help == NULL || row->line_only || text == NULL ||
			!option_is_for(row, COMMAND_FILTER))
			continue;
		printf("%s=%s  # %s\n", row->name, printable(slice_str(text), SHOWN_MAX, arena),
			where(options, setting));
	}
}

/*
 * Checks access to a file that is read or written for each message; returns the number of errors.
 */
static size_t
check_file(const char *option, const char *path, int mode)
{
	if (path == NULL || access(path, mode) == 0)
		return 0;
	if ((mode & W_OK) != 0 && errno == ENOENT) { /* a missing log will be created */
		const char *slash = strrchr(path, '/');
		char folder[4096];

		snprintf(folder, sizeof folder, "%.*s",
			slash == NULL   ? 1
			: slash == path ? 1
					: (int)(slash - path),
			slash == NULL ? "." : path);
		if (access(folder, W_OK | X_OK) == 0)
			return 0;
	}
	fprintf(stderr, "mailstamp: %s %s: %s\n", option, path,
		translated(fault_text(fault_of_path(errno))));
	return 1;
}

static size_t
check_files(const struct options *options)
{
	const char *log = options->log;
	size_t wrong = check_file("arc-key", options->arc_key, R_OK) +
		       check_file("envelope-secret-file", options->envelope_secret_file, R_OK) +
		       check_file("psl", options->psl, R_OK) +
		       check_file("zone", options->zone, R_OK) +
		       check_file("spool-dir", options->spool_dir, W_OK | X_OK) +
		       check_file("json-log", options->json_log, W_OK);

	if (log != NULL && strcmp(log, "syslog") != 0 && strcmp(log, "stderr") != 0)
		wrong += check_file("log", log, W_OK);
	return wrong;
}

int
check_config_main(int argc, char **argv, const char *user, struct arena *arena)
{
	struct settings_report report = {
		.settings = arena_array(arena, option_count, sizeof *report.settings)};
	struct options options;
	struct error error;
	size_t wrong;
	bool in_file;
	enum status st;

	if (user != NULL && !become(user))
		return EXIT_CONFIG_ERROR;
	st = options_parse_report(argc, argv, arena, &report, &options, &error, &in_file);
	print_settings(&options, arena);
	for (size_t i = 0; i < report.errors.n; i++)
		fprintf(stderr, "mailstamp: %s\n", report.errors.v[i]);
	if (st != ST_OK && report.errors.n == 0) {
		error_print(&error, arena);
		report.transient = profile_failure(&error) == EXIT_TEMPFAIL;
	}
	wrong = report.errors.n + check_files(&options);
	if (report.transient)
		return EXIT_TEMPFAIL;
	return st == ST_OK && wrong == 0 ? 0 : EXIT_CONFIG_ERROR;
}
