/*
 * main.c: dispatches the commands, and handles crashes: they end in a temporary failure, never in a
 * bounce.
 */
#define _GNU_SOURCE /* sigaltstack, SYS_SECCOMP */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/dns/dns_error.h"
#include "auth/dns/dns_server.h"
#include "filter/archive/batch.h"
#include "filter/cli/check_config.h"
#include "filter/cli/guard.h"
#include "filter/cli/options.h"
#include "filter/explain/explain.h"
#include "filter/feedback/feedback.h"
#include "filter/filter.h"
#include "filter/inspect/inspect.h"
#include "filter/intake/input.h"
#include "filter/io/fault.h"
#include "filter/log.h"
#include "filter/out/delivery_error.h"
#include "filter/out/runner.h"
#include "filter/plan/plan.h"
#include "filter/reporting/reporting.h"
#include "filter/result/json_library.h"
#include "filter/sandbox/calls.h"
#include "filter/sandbox/sandbox.h"
#include "filter/settings/profile.h"
#include "filter/store/store_prune.h"
#include "filter/text/error_words.h"
#include "filter/view/view.h"

enum { PARSE_SECONDS = 15 };

#ifndef SYS_SECCOMP
enum { SYS_SECCOMP = 1 }; /* a si_code that glibc 2.36 does not define */
#endif

/*
 * Logs why a signal ends the process: a system call that the sandbox forbids, a library that gave
 * up (abort() ends with a call that is forbidden in the sandbox, GLib with SIGTRAP), or anything
 * else.
 */
static void
on_fatal(int number, siginfo_t *info, void *context)
{
	const bool forbidden = number == SIGSYS && info->si_code == SYS_SECCOMP;

	if (forbidden && call_is_abort(info->si_syscall, context))
		log_library(SIGABRT);
	else if (forbidden)
		log_forbidden(info->si_syscall, call_name(info->si_syscall));
	else if ((number == SIGABRT || number == SIGTRAP) && info->si_code != SI_USER)
		log_library(number);
	else
		log_signal(number);
	runner_kill();
	_exit(EXIT_TEMPFAIL);
}

/*
 * Occupies the descriptors 0, 1 and 2 if the caller has closed them: otherwise our next file or
 * socket would get the number and be used as stdin, stdout or stderr. They are opened with the
 * wrong access mode, so that using them is still an error.
 */
static void
hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* For a mail server, before the log is open: its stderr could end up in a bounce. */
static void
on_no_memory(void *arg, enum arena_lack lack)
{
	(void)arg;
	(void)lack;
	_exit(EXIT_TEMPFAIL);
}

/* Reports a lack of memory. The line is not translated, because that might need memory. */
static void
on_no_memory_told(void *arg, enum arena_lack lack)
{
	char line[128];
	int n = snprintf(line, sizeof line, "mailstamp: %s\n", fault_text(fault_of_arena(lack)));

	if (n > 0 && (size_t)n < sizeof line)
		(void)!write(STDERR_FILENO, line, (size_t)n);
	on_no_memory(arg, lack);
}

/* Installs handlers with a separate stack, so that a stack overflow is also caught. */
static void
catch_signals(void)
{
	static char stack[64 * 1024];
	static const int fatal[] = {
		SIGSEGV,
		SIGBUS,
		SIGFPE,
		SIGILL,
		SIGABRT,
		SIGXCPU,
		SIGTERM,
		SIGINT,
		SIGHUP,
		SIGQUIT,
		SIGALRM,
		SIGVTALRM,
		SIGPROF,
		SIGTRAP,
		SIGUSR1,
		SIGUSR2,
		SIGPOLL,
#ifdef SIGPWR
		SIGPWR,
#endif
#ifdef SIGSTKFLT
		SIGSTKFLT,
#endif
		SIGSYS,
	};
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_ONSTACK | SA_SIGINFO};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	sigemptyset(&ignore.sa_mask);
	if (sigaltstack(&alternative, NULL) != 0)
		action.sa_flags = SA_SIGINFO;
	for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		(void)sigaction(fatal[i], &action, NULL);
	(void)signal(SIGCHLD,
		SIG_DFL); /* if the caller ignores it, the exit status of children is lost */
	/* a closed output is then EPIPE, and a file over RLIMIT_FSIZE EFBIG: both are 75 */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
}

/*
 * Redirects stderr to /dev/null. In an SMTP session all three descriptors are the connection to the
 * client, which would read output of a library on stderr as a reply. The program ends if stderr
 * cannot be redirected.
 */
static void
silence_stderr(void)
{
	int fd = open("/dev/null", O_WRONLY);

	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(EXIT_TEMPFAIL);
	if (fd != STDERR_FILENO) /* also 0 and 1, if the caller had closed them */
		close(fd);
}

/*
 * Silences stderr if this is an SMTP session. Scans argv, because options are not parsed yet; a
 * value that looks like the option does no harm.
 */
static void
silence_session(int argc, char **argv)
{
	static const char option[] = "--profile", session[] = "postfix-proxy";
	const size_t n = sizeof option - 1;

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], option, n) == 0 &&
			((argv[i][n] == '=' && strcmp(argv[i] + n + 1, session) == 0) ||
				(argv[i][n] == '\0' && i + 1 < argc &&
					strcmp(argv[i + 1], session) == 0)))
			silence_stderr();
}

/*
 * Runs before the constructors of libraries, which take most of the time before main(), so that a
 * signal in that time is also handled. Only the kernel and the dynamic loader run earlier.
 */
#if defined(__linux__) && defined(__ELF__) && defined(__GLIBC__)
enum { HAS_EARLY = 1 };

static void
catch_signals_early(int argc, char **argv, char **environment)
{
	(void)environment;
	silence_session(argc, argv);
	catch_signals();
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(
	int, char **, char **) = catch_signals_early;
#else
enum { HAS_EARLY = 0 };
#endif

/* Logs the error, and prints the line with which the mail server defers the message. */
static void
tell_host(enum profile profile, const char *queue_id, const char *error)
{
	struct options options = options_default();
	const char *line;
	struct log *log;

	options.profile = profile;
	log = log_open(&options);
	if (queue_id != NULL)
		log_line(log, "id=%s %s", queue_id, error);
	else
		log_line(log, "%s", error);
	log_close(log);
	line = profile_delivery(&options, DISP_TEMPFAIL, false, false).say;
	if (line != NULL)
		printf("%s%s", line, profile_speaks_smtp(profile) ? "\r\n" : "\n");
	(void)fflush(stdout); /* before stdin is read, because the caller may wait for the line */
}

static void
say_error(enum profile profile, const char *queue_id, const char *error)
{
	if (profile_is_host(profile))
		tell_host(profile, queue_id, error);
	else
		fprintf(stderr, "mailstamp: %s\n", error);
}

static int
misuse(int argc, char **argv, const struct options *options, const struct error *error,
	struct arena *arena, bool in_file)
{
	bool given;
	enum profile profile = options_scan_profile(argc, argv, &given);
	const enum command command = options_scan_command(argc, argv);
	/* the commands that get a mail from a mail server on stdin */
	const bool reader = command == COMMAND_FILTER || command == COMMAND_REPORT_READ ||
			    command == COMMAND_REPORT_BOUNCE;
	const bool person = isatty(STDIN_FILENO) != 0 || !reader;

	say_error(profile, options->queue_id, error_words(error, arena));
	input_discard(options->read_timeout);
	if (profile_failure(error) == EXIT_TEMPFAIL)
		return EXIT_TEMPFAIL;
	return profile_misuse(given, profile, person, in_file);
}

/*
 * Does the command need jansson? If so, it is loaded before a message is read, so that no message
 * is lost if the library is missing.
 */
static bool
needs_json(const struct options *options)
{
	switch (options->command) {
	case COMMAND_REPORT_SHOW:
		return options->output == OUTPUT_JSON || options->archive.n > 0;
	case COMMAND_FILTER:
	case COMMAND_EXPLAIN:
		return options->output == OUTPUT_JSON || options->json_log != NULL;
	case COMMAND_BATCH:
	case COMMAND_PLAN:
	case COMMAND_INSPECT:
	case COMMAND_REPORT_IMPORT:
		return true;
	case COMMAND_REPORT:
	case COMMAND_REPORT_READ: /* needed only for a report in JSON */
	case COMMAND_REPORT_PRUNE:
	case COMMAND_REPORT_SEND:
	case COMMAND_REPORT_BOUNCE:
	case COMMAND_VERSION:
	case COMMAND_HELP:
		break;
	}
	return false;
}

static int
refuse(const struct options *options, struct error error, struct arena *arena)
{
	say_error(options->profile, options->queue_id, error_words(&error, arena));
	input_discard(options->read_timeout);
	return EXIT_TEMPFAIL;
}

/*
 * Reads the addresses of the system's resolvers, for commands that open DNS in the sandbox, where
 * the file cannot be opened: it is often a link to one that is replaced at run time. The filter
 * opens DNS before. False if the file cannot be read.
 */
static bool
read_servers(struct options *options, struct arena *arena)
{
	const enum command command = options->command;
	const bool asks = command == COMMAND_BATCH || command == COMMAND_EXPLAIN ||
			  command == COMMAND_INSPECT || command == COMMAND_PLAN ||
			  command == COMMAND_REPORT_READ || command == COMMAND_REPORT_SHOW ||
			  command == COMMAND_REPORT_SEND;
	struct dns_servers *servers;

	if (!asks || options->zone != NULL || options->resolvers.n > 0)
		return true;
	servers = arena_alloc(arena, sizeof *servers);
	if (dns_servers_read("/etc/resolv.conf", servers) != ST_OK)
		return false;
	options->system_servers = servers;
	return true;
}

static int
run_command(int argc, char **argv, struct arena *arena)
{
	struct options options;
	struct error error;
	const char *user;
	enum status st;
	bool in_file;

	/* GLib, loaded for the file, can deadlock when out of memory */
	(void)alarm(PARSE_SECONDS);
	if (check_config_asked(argc, argv, &user))
		return check_config_main(argc, argv, user, arena);
	st = options_parse(argc, argv, arena, &options, &error, &in_file);
	(void)alarm(0);
	if (profile_speaks_smtp(options.profile)) /* the config file may set the profile */
		silence_stderr();
	if (st == ST_OK && needs_json(&options) && !json_start())
		return refuse(&options, setting_error(SETTING_E_NO_JANSSON, NULL, NULL), arena);
	if (st == ST_OK && !read_servers(&options, arena))
		return refuse(&options, dns_error(DNS_E_RESOLV_CONF), arena);
	if (st != ST_OK)
		return misuse(argc, argv, &options, &error, arena, in_file);
	if (options.command != COMMAND_FILTER)
		log_arm_alone(&options);
	switch (options.command) {
	case COMMAND_FILTER:
		i18n_choose(I18N_EN); /* the output is a log */
		return filter_main(&options, arena);
	case COMMAND_BATCH:
		return batch_main(&options, arena);
	case COMMAND_PLAN:
		return plan_main(&options, arena);
	case COMMAND_EXPLAIN:
		return explain_main(&options, arena);
	case COMMAND_INSPECT:
		return inspect_main(&options, arena);
	case COMMAND_REPORT_READ:
		return feedback_read_main(&options, arena);
	case COMMAND_REPORT_SHOW:
		return view_main(&options, arena);
	case COMMAND_REPORT_PRUNE:
		return store_prune_main(&options, arena);
	case COMMAND_REPORT_IMPORT:
		return reporting_import_main(&options, arena);
	case COMMAND_REPORT_SEND:
		return reporting_send_main(&options, arena);
	case COMMAND_REPORT_BOUNCE:
		return reporting_bounce_main(&options, arena);
	case COMMAND_REPORT: /* refused without a subcommand, except with --help */
	case COMMAND_VERSION:
		puts("mailstamp " MAILSTAMP_VERSION);
		sandbox_print(stdout);
		break;
	case COMMAND_HELP:
		options_help(options_scan_command(argc, argv), stdout);
		break;
	}
	return 0;
}

/* For a person or cron, a crash is reported on stderr before the options are known, too. */
static void
arm_early(int argc, char **argv)
{
	const struct options options = options_default();
	const char *user;

	if (options_scan_command(argc, argv) != COMMAND_FILTER ||
		check_config_asked(argc, argv, &user))
		log_arm_alone(&options);
}

static void
tell_output(struct arena *arena)
{
	const struct error error = delivery_error(DELIVERY_E_OUTPUT);

	error_print(&error, arena);
}

int
main(int argc, char **argv)
{
	const enum command command = options_scan_command(argc, argv);
	const bool guarded = guard_is_wanted(command);
	struct arena arena;
	bool given, silent;
	int status;

	if (!HAS_EARLY)
		silence_session(argc, argv);
	catch_signals(); /* again: a library may have changed them */
	hold_standard_streams();
	i18n_choose(options_scan_lang(argc, argv));
	if (guarded && guard_begin(command, &status))
		return status;
	arm_early(argc, argv);
	silent = command == COMMAND_FILTER &&
		 profile_is_host(options_scan_profile(argc, argv, &given));
	arena_init(&arena, silent ? on_no_memory : on_no_memory_told, NULL);
	status = run_command(argc, argv, &arena);
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && status != EXIT_TEMPFAIL) {
		status = EXIT_TEMPFAIL;
		if (!silent)
			tell_output(&arena);
	}
	arena_clear(&arena);
	guard_end(status);
	return status;
}
