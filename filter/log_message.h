/* log_message.h: writes the log line of one message. */
#ifndef FILTER_LOG_MESSAGE_H
#define FILTER_LOG_MESSAGE_H

#include "filter/log.h"
#include "filter/result/json.h"

/*
 * key=value pairs, separated by spaces: id client helo from rcpts author msgid spf dkim arc dmarc
 * policy disposition removed, seal if requested, reason_code status time_ms reason. The results are
 * those of the field's rows; dkim has the first four signatures and the number of those over the
 * limit. A value is in double quotes if it is empty or contains characters other than letters,
 * digits and -._@+:/<>[]%, and is cut at LOG_VALUE_MAX octets.
 */
void log_message(struct log *log, const struct evaluation *ev, const struct outcome *outcome,
	int64_t milliseconds);

/* Makes the log line of a crash name this message (log_about). */
void log_message_known(const struct evaluation *ev);

#endif
