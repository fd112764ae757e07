#define _XOPEN_SOURCE 700
#include "filter/log.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define S(lit) SLICE_INIT(lit)

#include "tests/support/arena_suite.h"
#include "tests/support/read_back.h"

ARENA_SUITE(log);

/*
 * What was passed to syslog(3): the functions below replace those of libc (__syslog_chk with
 * _FORTIFY_SOURCE).
 */
static struct {
	int lines, priority;
	char last[1024];
} told_syslog;

__attribute__((format(printf, 2, 0))) static void
note_syslog(int priority, const char *format, va_list args)
{
	told_syslog.lines++;
	told_syslog.priority = priority;
	vsnprintf(told_syslog.last, sizeof told_syslog.last, format, args);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	note_syslog(priority, format, args);
	va_end(args);
}

#undef syslog
void
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note_syslog(priority, format, args);
	va_end(args);
}

static const struct value_row {
	const char *name;
	struct slice value;
	const char *expected;
} value_rows[] = {
	{"plain", S("a@b.example"), "a@b.example"},
	{"nothing", {NULL, 0}, ""},
	{"a line end adds no line", S("a\r\nb"), "a\\x0d\\x0ab"},
	{"NUL and 8 bit", S("\0\xff"), "\\x00\\xff"},
	{"escape of a terminal", S("\033[31m"), "\\x1b[31m"},
	{"a backslash is no escape", S("\\x0a"), "\\x5cx0a"},
};

Test(log, values)
{
	for (size_t i = 0; i < sizeof value_rows / sizeof value_rows[0]; i++)
		cr_expect_str_eq(log_value(value_rows[i].value, &arena), value_rows[i].expected,
			"%s", value_rows[i].name);
}

Test(log, long_value_is_cut)
{
	static char text[10000];

	memset(text, 0x80, sizeof text);
	cr_expect(strlen(log_value(slice_make(text, sizeof text), &arena)) <=
		  4 * LOG_VALUE_MAX + sizeof "...");
}

static void
temporary(char *path)
{
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
}

Test(log, file_gets_whole_lines)
{
	char path[] = "/tmp/mailstamp-log.XXXXXX", text[2 * LOG_LINE_MAX];
	static char longer[LOG_LINE_MAX * 2];
	struct options options = options_default();
	struct log *log;
	size_t n;

	temporary(path);
	options.log = path;
	log = log_open(&options);
	log_line(log, "one %d", 1);
	log_line(log, "two\nlines \033[0m");
	memset(longer, 'x', sizeof longer - 1);
	log_line(log, "%s", longer);
	log_close(log);
	n = read_back(path, text, sizeof text);
	unlink(path);
	cr_expect(strstr(text, "]: one 1\n") != NULL, "%s", text);
	cr_expect(strstr(text, "]: two?lines ?[0m\n") != NULL);
	cr_expect(strstr(text, " mailstamp[") != NULL);
	cr_expect(text[4] == '-' && text[10] == 'T' && text[19] == 'Z', "a time stamp");
	cr_expect(n > 0 && text[n - 1] == '\n');
	cr_expect(n < LOG_LINE_MAX + 200, "a long line is cut: %zu", n);
}

/* Each of these must neither fail nor hang. */
Test(log, broken_logs_are_nothing, .timeout = 10)
{
	char path[] = "/tmp/mailstamp-fifo.XXXXXX";
	const char *const paths[] = {"/nonexistent/folder/log", "/", "/dev/full", path};
	struct options options = options_default();

	temporary(path);
	unlink(path);
	cr_assert(mkfifo(path, 0600) == 0);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct log *log;

		options.log = paths[i];
		log = log_open(&options);
		log_line(log, "text");
		log_line(log, "text");
		log_close(log);
	}
	log_line(NULL, "text");
	log_close(NULL);
	unlink(path);
}

/*
 * Writes a log line with that profile and --log; text gets what arrives on stderr; returns its
 * length.
 */
static size_t
stderr_gets(enum profile profile, const char *name, char *text, size_t size)
{
	char path[] = "/tmp/mailstamp-err.XXXXXX";
	struct options options = options_default();
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	struct log *log;
	size_t n;

	options.profile = profile;
	options.log = name;
	dup2(fd, STDERR_FILENO);
	log = log_open(&options);
	log_line(log, "text");
	log_close(log);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fd);
	n = read_back(path, text, size);
	unlink(path);
	return n;
}

Test(log, stderr_stays_silent_for_mail_servers)
{
	char text[100];

	cr_expect(stderr_gets(PROFILE_PLAIN, NULL, text, sizeof text) > 0);
	cr_expect_str_eq(text, "mailstamp: text\n");
	cr_expect(stderr_gets(PROFILE_POSTFIX, NULL, text, sizeof text) == 0);
	cr_expect(stderr_gets(PROFILE_MAILDROP, NULL, text, sizeof text) == 0);
	cr_expect(stderr_gets(PROFILE_POSTFIX, "stderr", text, sizeof text) > 0);
	cr_expect(stderr_gets(PROFILE_PLAIN, "syslog", text, sizeof text) == 0);
}

/* Opens a log that reports crashes, in a new file at path, which is a template of temporary(). */
static struct log *
armed(char *path, const char *queue_id)
{
	struct options options = options_default();
	struct log *log;

	temporary(path);
	options.log = path;
	options.queue_id = queue_id;
	log = log_open(&options);
	log_arm(log);
	return log;
}

/* Reads up to size - 1 octets of the log's file into text, closes the log and removes the file. */
static void
disarm(struct log *log, const char *path, char *text, size_t size)
{
	(void)read_back(path, text, size);
	log_close(log);
	unlink(path);
}

/* A signal handler can write to the log, even before the first line. */
Test(log, a_crash_is_told)
{
	static const struct {
		int signal;
		const char *expected;
		void (*log)(int);
	} rows[] = {{9, "]: ended by signal 9\n", log_signal},
		{11, "]: ended by signal 11\n", log_signal},
		{6,
			"]: temporary failure: a library ended the program, for lack of memory or "
			"another fault: signal 6\n",
			log_library}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[] = "/tmp/mailstamp-log.XXXXXX", text[1000];
		struct log *log = armed(path, NULL);

		rows[i].log(rows[i].signal);
		disarm(log, path, text, sizeof text);
		cr_expect(strstr(text, rows[i].expected) != NULL, "%s", text);
		cr_expect(strstr(text, " mailstamp[") != NULL && text[19] == 'Z', "%s", text);
	}
}

/* A crash is reported with the message that caused it, however its ids are written. */
Test(log, a_crash_names_the_message)
{
	static const struct {
		struct slice id, message_id;
		const char *expected;
	} rows[] = {
		{SLICE_INIT("4F2A"), SLICE_INIT("<a@b.example>"),
			"]: id=4F2A msgid=<a@b.example> temporary failure: the sandbox forbids the "
			"system "
			"call ptrace\n"},
		{SLICE_INIT("4F2A"), SLICE_INIT(""), "]: id=4F2A temporary failure: "},
		{SLICE_INIT(""), SLICE_INIT("<a b>"), "]: id=\"\" msgid=\"<a b>\" temporary"},
		{SLICE_INIT("x\ny"), SLICE_INIT("\"\x1b"),
			"]: id=\"x\\x0ay\" msgid=\"\\x22\\x1b\" temp"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[] = "/tmp/mailstamp-log.XXXXXX", text[1000];
		struct log *log = armed(path, NULL);

		log_about(rows[i].id, rows[i].message_id, &arena);
		log_forbidden(101, "ptrace");
		disarm(log, path, text, sizeof text);
		cr_expect(strstr(text, rows[i].expected) != NULL, "%s", text);
	}
}

/* The ids given on the command line are known from the beginning. */
Test(log, a_crash_before_the_message)
{
	char path[] = "/tmp/mailstamp-log.XXXXXX", text[1000];
	struct log *log = armed(path, "4F2A");

	log_signal(11);
	disarm(log, path, text, sizeof text);
	cr_expect(strstr(text, "]: id=4F2A ended by signal 11\n") != NULL, "%s", text);
}

/* Ids of any length are cut so that the line still has its end. */
Test(log, a_crash_with_long_ids)
{
	char path[] = "/tmp/mailstamp-log.XXXXXX", text[8000], long_id[5000];
	struct log *log = armed(path, NULL);

	memset(long_id, '"', sizeof long_id);
	log_about(slice_make(long_id, sizeof long_id), slice_make(long_id, sizeof long_id), &arena);
	log_signal(11);
	disarm(log, path, text, sizeof text);
	cr_expect(strstr(text, "...\" ended by signal 11\n") != NULL, "%s", text);
}

/* Lost lines are reported to syslog, once per run, and mail goes on. */
Test(log, unwritable_file_is_reported_once)
{
	static const char *const paths[] = {
		"/nowhere/mailstamp.log", "/", "/dev/full/x", "/dev/null/mailstamp.log"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct options options = options_default();
		struct log *log;

		told_syslog.lines = 0;
		options.log = paths[i];
		log = log_open(&options);
		cr_expect(told_syslog.lines == 0, "%s: nothing before the first line", paths[i]);
		log_line(log, "one");
		log_line(log, "two");
		log_line(log, "three");
		log_close(log);
		cr_expect(told_syslog.lines == 1, "%s: %d lines", paths[i], told_syslog.lines);
		cr_expect((told_syslog.priority & LOG_PRIMASK) == LOG_ERR, "%s", paths[i]);
		cr_expect(strstr(told_syslog.last, paths[i]) != NULL, "%s", told_syslog.last);
	}
}

Test(log, writable_file_is_not_reported)
{
	char path[] = "/tmp/mailstamp-log.XXXXXX";
	struct options options = options_default();
	struct log *log;

	temporary(path);
	options.log = path;
	log = log_open(&options);
	log_line(log, "one");
	log_close(log);
	cr_expect(told_syslog.lines == 0, "%s", told_syslog.last);
	unlink(path);
}
