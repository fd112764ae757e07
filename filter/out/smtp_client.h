/* smtp_client.h: passes the stamped message on by SMTP (mailstamp(1), --next-hop). */
#ifndef FILTER_OUT_SMTP_CLIENT_H
#define FILTER_OUT_SMTP_CLIENT_H

#include "auth/base/input.h"
#include "filter/out/delivery_error.h"
#include "mime/status.h"

struct smtp_job {
	const char *next_hop; /* HOST:PORT or unix:PATH */
	const char *our_name; /* the name for EHLO */
	const struct envelope *envelope;
	int fd;          /* a file with the message, read from its current offset */
	int64_t size;    /* octets of the message */
	int64_t timeout; /* seconds for the whole dialogue */
};

/*
 * Performs one transaction (RFC 5321): XFORWARD if the server accepts it, MAIL with the parameters
 * that the message needs, every recipient, DATA as smtp_text writes it.
 *
 * ST_OK: the server accepted the message for all recipients. ST_TEMP with *error: the server
 * accepted it for none of them, or its last reply was lost.
 */
enum status smtp_send(const struct smtp_job *job, struct arena *arena, struct error *error);

#endif
