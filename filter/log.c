#include "filter/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "filter/settings/profile.h"
#include "filter/text/printable.h"

enum where { TO_STDERR, TO_SYSLOG, TO_FILE };

struct log {
	enum where where;
	const char *path, *queue_id; /* path of the log file; --queue-id, or NULL */
	int fd;                      /* TO_FILE: -1 if it is not open */
	bool opened;
};

static struct log
make_log(const struct options *options)
{
	const char *name = options->log;

	if (name == NULL)
		name = profile_is_host(options->profile) ? "syslog" : "stderr";
	return (struct log){.where = strcmp(name, "syslog") == 0   ? TO_SYSLOG
				     : strcmp(name, "stderr") == 0 ? TO_STDERR
								   : TO_FILE,
		.path = name,
		.queue_id = options->queue_id,
		.fd = -1};
}

struct log *
log_open(const struct options *options)
{
	struct log *log = calloc(1, sizeof *log);

	if (log != NULL)
		*log = make_log(options);
	return log;
}

static void
open_once(struct log *log)
{
	if (log->opened)
		return;
	log->opened = true;
	if (log->where == TO_SYSLOG)
		openlog("mailstamp", LOG_PID, LOG_MAIL);
	if (log->where == TO_FILE) /* non-blocking: a FIFO without a reader must not block mail */
		log->fd = open(log->path,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
	if (log->where != TO_FILE || log->fd >= 0)
		return;
	/* reports lost lines to syslog, the only remaining place */
	openlog("mailstamp", LOG_PID, LOG_MAIL);
	syslog(LOG_ERR, "log file %s: %s", log->path, strerror(errno));
	closelog();
}

/*
 * Writes the beginning of a line: "2026-01-02T03:04:05Z mailstamp[123]: ", or only "mailstamp: "
 * for a person.
 */
static size_t
put_head(const struct log *log, char *line, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];
	int n;

	if (log->where == TO_FILE && gmtime_r(&now, &utc) != NULL &&
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
		n = snprintf(line, size, "%s mailstamp[%ld]: ", stamp, (long)getpid());
	else
		n = snprintf(line, size, "mailstamp: ");
	return n < 0 ? 0 : (size_t)n;
}

/* Replaces control characters, so that a line stays a single line. */
static void
blunt(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 32 || *text == 127)
			*text = '?';
}

void
log_line(struct log *log, const char *format, ...)
{
	char line[LOG_LINE_MAX + 1];
	size_t head = 0, n;
	va_list ap;

	if (log == NULL)
		return;
	open_once(log);
	if (log->where != TO_SYSLOG)
		head = put_head(log, line, sizeof line - 1);
	va_start(ap, format);
	if (vsnprintf(line + head, sizeof line - 1 - head, format, ap) < 0)
		line[head] = '\0';
	va_end(ap);
	blunt(line + head);
	if (log->where == TO_SYSLOG) {
		syslog(LOG_INFO, "%s", line);
		return;
	}
	n = strlen(line);
	line[n++] = '\n';
	if (log->where == TO_FILE && log->fd < 0)
		return;
	/* one write that does not block: a stuck reader must not delay mail */
	if (write(log->where == TO_FILE ? log->fd : STDERR_FILENO, line, n) < 0)
		return;
}

const char *
log_value(struct slice value, struct arena *arena)
{
	return printable(value, LOG_VALUE_MAX, arena);
}

static bool
needs_quotes(const char *text)
{
	for (; *text != '\0'; text++)
		if (!slice_is_alpha(*text) && !slice_is_digit(*text) &&
			strchr("-._@+:/<>[]%", *text) == NULL)
			return true;
	return false;
}

void
log_pair(struct buf *out, const char *key, struct slice value)
{
	const char *text = log_value(value, out->arena);

	buf_addf(out, "%s%s=", out->n > 0 ? " " : "", key);
	/* quotes inside are escaped */
	if (text[0] != '\0' && !needs_quotes(text)) {
		buf_adds(out, text);
		return;
	}
	buf_addc(out, '"');
	for (; *text != '\0'; text++)
		if (*text == '"')
			buf_adds(out, "\\x22");
		else
			buf_addc(out, *text);
	buf_addc(out, '"');
}

enum { ABOUT_MAX = 4096, LAST_MAX = 128 };

/* Prepared in advance, for use in a signal handler. */
static struct {
	bool armed;
	int where;
	int fd;
	char head[64];
	size_t nhead;
	char about[ABOUT_MAX]; /* the message, with a space at the end */
	volatile size_t nabout;
} crash;

void
log_arm(struct log *log)
{
	struct arena arena;

	if (log == NULL)
		return;
	if (log->where == TO_FILE)
		open_once(log); /* because no file can be opened in the sandbox */
	crash.where = (int)log->where;
	crash.fd = log->where == TO_FILE ? log->fd : STDERR_FILENO;
	if (log->where == TO_SYSLOG) /* RFC 3164 4.1.1: mail.crit, as syslog(3) sends it */
		crash.nhead = (size_t)snprintf(crash.head, sizeof crash.head,
			"<%d>mailstamp[%ld]: ", LOG_MAIL | LOG_CRIT, (long)getpid());
	else
		crash.nhead = put_head(log, crash.head, sizeof crash.head);
	crash.nabout = 0;
	if (log->queue_id != NULL) {
		arena_init(&arena, NULL, NULL);
		log_about(slice_str(log->queue_id), SLICE(""), &arena);
		arena_clear(&arena);
	}
	crash.armed = true;
}

void
log_arm_alone(const struct options *options)
{
	struct log log = make_log(options); /* without malloc, which may be what fails */

	log_arm(&log);
}

void
log_about(struct slice queue_id, struct slice message_id, struct arena *arena)
{
	struct buf text;

	crash.nabout = 0; /* a signal may arrive while about changes */
	buf_init(&text, arena, ABOUT_MAX - 1);
	log_pair(&text, "id", queue_id);
	if (message_id.n > 0)
		log_pair(&text, "msgid", message_id);
	if (text.over)
		return;
	memcpy(crash.about, text.p, text.n);
	crash.about[text.n] = ' ';
	crash.nabout = text.n + 1;
}

static void
send_last(const char *line, size_t n)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
		(void)send(fd, line, n, MSG_NOSIGNAL);
	close(fd);
}

/* Writes one line: the head, the message, what and which. */
static void
write_last(const char *what, const char *which)
{
	char line[sizeof crash.head + sizeof crash.about + LAST_MAX + 1];
	size_t n = crash.nhead, nabout = crash.nabout;

	if (!crash.armed)
		return;
	memcpy(line, crash.head, n);
	memcpy(line + n, crash.about, nabout);
	n += nabout;
	for (; *what != '\0' && n < sizeof line - 1; what++)
		line[n++] = *what;
	for (; *which != '\0' && n < sizeof line - 1; which++)
		line[n++] = *which;
	if (crash.where == TO_SYSLOG) {
		send_last(line, n);
		return;
	}
	line[n++] = '\n';
	if (crash.fd >= 0 && write(crash.fd, line, n) < 0)
		return;
}

/* formats a number of at most three digits */
static const char *
digits(int number, char text[4])
{
	char *at = text + 3;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0 && at > text);
	return at;
}

void
log_signal(int number)
{
	char text[4];

	write_last("ended by signal ", digits(number, text));
}

void
log_library(int number)
{
	char text[4];

	write_last("temporary failure: a library ended the program, for lack of memory or another "
		   "fault: signal ",
		digits(number, text));
}

void
log_forbidden(int number, const char *name)
{
	char text[4];

	write_last("temporary failure: the sandbox forbids the system call ",
		name != NULL ? name : digits(number, text));
}

void
log_close(struct log *log)
{
	if (log == NULL)
		return;
	if (log->fd >= 0)
		close(log->fd);
	if (log->opened && log->where == TO_SYSLOG)
		closelog();
	free(log);
}
