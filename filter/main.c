/*
 * main.c: which command, and the last line of defence: a bug that the kernel catches ends in a
 * temporary failure, never in a bounce.
 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter/deliver.h"
#include "filter/exitcode.h"
#include "filter/explain/explain.h"
#include "filter/explain/inspect.h"
#include "filter/filter.h"
#include "filter/log.h"
#include "filter/options.h"

static void
on_fatal(int number)
{
	(void)number;
	deliver_kill();
	_exit(EXIT_TEMPFAIL);
}

static void
on_no_memory(void *arg)
{
	(void)arg;
	_exit(EXIT_TEMPFAIL);
}

/* On a stack of its own, so that an overflown stack can be told, too. */
static void
catch_signals(void)
{
	static char stack[64 * 1024];
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU,
		SIGXFSZ, SIGTERM, SIGINT, SIGHUP, SIGALRM};
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	sigemptyset(&ignore.sa_mask);
	if (sigaltstack(&alternative, NULL) != 0)
		action.sa_flags = 0;
	for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		(void)sigaction(fatal[i], &action, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL); /* a reader that went away is EPIPE: 75 */
}

/* A host may take a filter that leaves stdin unread for a failed one, whatever its status. */
static void
drain(void)
{
	char buffer[4096];

	if (isatty(STDIN_FILENO) == 0)
		while (read(STDIN_FILENO, buffer, sizeof buffer) > 0)
			continue;
}

/* A host hears the line that defers the message; its administrator reads why in the log. */
static void
tell_host(enum profile profile, const char *error)
{
	struct options options = options_default();
	const char *line;
	struct log *log;

	options.profile = profile;
	log = log_open(&options);
	log_line(log, "%s", error);
	log_close(log);
	line = exitcode_delivery(&options, DISP_TEMPFAIL, false, false).say;
	if (line != NULL)
		puts(line);
}

static int
misuse(int argc, char **argv, const char *error, bool in_file)
{
	bool given;
	enum profile profile = options_scan_profile(argc, argv, &given);
	bool person =
		isatty(STDIN_FILENO) != 0 || options_scan_command(argc, argv) != COMMAND_FILTER;

	if (exitcode_is_host(profile))
		tell_host(profile, error);
	else
		fprintf(stderr, "mailstamp: %s\n", error);
	drain();
	return exitcode_misuse(given, profile, person, in_file);
}

static int
run(int argc, char **argv, struct arena *arena)
{
	struct options options;
	const char *error;
	bool in_file;

	if (options_parse(argc, argv, arena, &options, &error, &in_file) != ST_OK)
		return misuse(argc, argv, error, in_file);
	switch (options.command) {
	case COMMAND_FILTER:
		return filter_main(&options, arena);
	case COMMAND_EXPLAIN:
		return explain_main(&options, arena);
	case COMMAND_INSPECT:
		return inspect_main(&options, arena);
	case COMMAND_VERSION:
		puts("mailstamp " MAILSTAMP_VERSION);
		break;
	case COMMAND_HELP:
		options_help(stdout);
		break;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct arena arena;
	int status;

	catch_signals();
	arena_init(&arena, on_no_memory, NULL);
	status = run(argc, argv, &arena);
	if (fflush(stdout) != 0)
		status = EXIT_TEMPFAIL;
	arena_clear(&arena);
	return status;
}
