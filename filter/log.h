/* log.h: the administrator's log. A failure to log never affects delivery. */
#ifndef FILTER_LOG_H
#define FILTER_LOG_H

#include "filter/settings/settings.h"
#include "mime/buf.h"

enum { LOG_VALUE_MAX = 255, LOG_LINE_MAX = 4096 };

struct log; /* to syslog, a file, stderr or nowhere; owned by the caller */

/*
 * Creates a log; NULL when out of memory. All functions here accept NULL and do nothing. Nothing is
 * opened before the first line or log_arm; a log file that cannot be written is reported to syslog.
 * Without --log: stderr for plain, syslog for the profiles of mail servers, because their stderr
 * ends up in a bounce or in the message.
 */
struct log *log_open(const struct options *options);

/*
 * Writes one line of at most LOG_LINE_MAX octets (the rest is cut) with one write, so that several
 * processes can share the file. Control characters become '?'. Text from a message, an envelope or
 * DNS must be passed through log_value.
 */
void log_line(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Appends "key=value", after a space if out is not empty, with quotes if value needs them; value is
 * escaped as in log_value.
 */
void log_pair(struct buf *out, const char *key, struct slice value);

/*
 * The value as printable (filter/text/printable.h) writes it, at most LOG_VALUE_MAX octets of it.
 * Owned by the arena.
 */
const char *log_value(struct slice value, struct arena *arena);

/*
 * Prepares log_signal, which logs that a signal ended the process, with --queue-id. log_signal is
 * safe in a signal handler; before this call it writes nothing.
 */
void log_arm(struct log *log);

/* The same for a command without a log: its file stays open for that line alone. */
void log_arm_alone(const struct options *options);
void log_signal(int number);

/*
 * Adds the queue id and Message-ID of the current message, which may be empty, to the line of
 * log_signal. arena is only used during the call.
 */
void log_about(struct slice queue_id, struct slice message_id, struct arena *arena);

/* The same as log_signal, for a forbidden system call; name: its name, or NULL. */
void log_forbidden(int number, const char *name);

/* The same for a library that ended the process itself, as GLib does when out of memory. */
void log_library(int number);

void log_close(struct log *log);

#endif
