/*
 * report_mail.h: is a message itself a report about mail? The answer depends only on the header,
 * which anybody can forge, so nothing important may depend on it.
 */
#ifndef FILTER_RESULT_REPORT_MAIL_H
#define FILTER_RESULT_REPORT_MAIL_H

#include "mime/message.h"

enum report_mail {
	REPORT_MAIL_NONE,
	REPORT_MAIL_DMARC,   /* RFC 9990 3.5.2: by its Subject */
	REPORT_MAIL_FAILURE, /* RFC 5965 2, RFC 9991: by its Content-Type */
	REPORT_MAIL_TLS      /* RFC 8460 5.3: by its Content-Type or TLS-Report-Domain */
};

enum report_mail report_mail_of(const struct message *message, struct arena *arena);

/* "dmarc", "failure", "tls"; NULL for none */
const char *report_mail_word(enum report_mail kind);

#endif
