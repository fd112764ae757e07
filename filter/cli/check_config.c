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

/* Do these errors of getpwnam(3) and setuid(2) mean an answer, rather than none? */
static enum fault
doubt(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM
		       ? FAULT_NONE
		       : fault_of_path(error);
}

/*
 * Changes to that user: from here on files are read with its permissions. Returns 0, or the exit
 * status.
 */
static int
become(const char *user)
{
	const struct passwd *entry;
	enum fault unknown;

	errno = 0;
	entry = getpwnam(user);
	unknown = doubt(errno);
	if (entry == NULL && unknown == FAULT_NONE) {
		fprintf(stderr, _("mailstamp: there is no user %s\n"), user);
		return EXIT_CONFIG_ERROR;
	}
	if (entry != NULL && (entry->pw_uid == geteuid() || (initgroups(user, entry->pw_gid) == 0 &&
								    setgid(entry->pw_gid) == 0 &&
								    setuid(entry->pw_uid) == 0)))
		return 0;
	unknown = doubt(errno);
	fprintf(stderr, _("mailstamp: cannot become the user %s\n"), user);
	if (unknown == FAULT_NONE)
		return EXIT_CONFIG_ERROR;
	fprintf(stderr, "mailstamp: %s\n", translated(fault_text(unknown)));
	return EXIT_TEMPFAIL;
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

/* the files that cannot be used, and those among them for which memory or descriptors lacked */
struct unusable {
	size_t n, lacking;
};

/* Checks access to a file that is read or written for each message. */
static void
check_file(struct unusable *unusable, const char *option, const char *path, int mode)
{
	enum fault fault;

	if (path == NULL || access(path, mode) == 0)
		return;
	if ((mode & W_OK) != 0 && errno == ENOENT) { /* a missing log will be created */
		const char *slash = strrchr(path, '/');
		char folder[4096];

		snprintf(folder, sizeof folder, "%.*s",
			slash == NULL   ? 1
			: slash == path ? 1
					: (int)(slash - path),
			slash == NULL ? "." : path);
		if (access(folder, W_OK | X_OK) == 0)
			return;
	}
	fault = fault_of_path(errno);
	unusable->n++;
	unusable->lacking += fault_is_ours(fault) ? 1 : 0;
	fprintf(stderr, "mailstamp: %s %s: %s\n", option, path, translated(fault_text(fault)));
}

static struct unusable
check_files(const struct options *options)
{
	const char *log = options->log;
	struct unusable unusable = {0, 0};

	check_file(&unusable, "arc-key", options->arc_key, R_OK);
	check_file(&unusable, "envelope-secret-file", options->envelope_secret_file, R_OK);
	check_file(&unusable, "psl", options->psl, R_OK);
	check_file(&unusable, "zone", options->zone, R_OK);
	check_file(&unusable, "spool-dir", options->spool_dir, W_OK | X_OK);
	check_file(&unusable, "json-log", options->json_log, W_OK);
	if (log != NULL && strcmp(log, "syslog") != 0 && strcmp(log, "stderr") != 0)
		check_file(&unusable, "log", log, W_OK);
	return unusable;
}

int
check_config_main(int argc, char **argv, const char *user, struct arena *arena)
{
	struct settings_report report = {
		.settings = arena_array(arena, option_count, sizeof *report.settings)};
	struct options options;
	struct error error;
	struct unusable unusable;
	const int changed = user != NULL ? become(user) : 0;
	bool in_file;
	enum status st;

	if (changed != 0)
		return changed;
	st = options_parse_report(argc, argv, arena, &report, &options, &error, &in_file);
	print_settings(&options, arena);
	for (size_t i = 0; i < report.errors.n; i++)
		fprintf(stderr, "mailstamp: %s\n", report.errors.v[i]);
	if (st != ST_OK && report.errors.n == 0) {
		error_print(&error, arena);
		report.transient = profile_failure(&error) == EXIT_TEMPFAIL;
	}
	unusable = check_files(&options);
	if (report.transient || unusable.lacking > 0)
		return EXIT_TEMPFAIL;
	return st == ST_OK && report.errors.n == 0 && unusable.n == 0 ? 0 : EXIT_CONFIG_ERROR;
}
