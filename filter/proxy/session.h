/*
 * session.h: the SMTP dialogue of --profile postfix-proxy: Postfix's smtpd(8) is on stdin and
 * stdout, one process per transaction (spawn(8)), and the next hop is behind us.
 *
 * MAIL and RCPT are relayed as they come, with all parameters, and so are their answers. The whole
 * message is read, and the verdict known, before DATA is sent to the next hop. A 2xx answer is sent
 * only if the next hop gave one.
 */
#ifndef FILTER_PROXY_SESSION_H
#define FILTER_PROXY_SESSION_H

#include "filter/io/fault.h"
#include "filter/out/delivery_error.h"
#include "filter/settings/settings.h"
#include "mime/arena.h"
#include "mime/status.h"

enum proxy_turn {
	PROXY_TURN_DATA, /* DATA: a message follows */
	PROXY_TURN_END   /* the client sent QUIT, or disconnected */
};

struct proxy;

/* Sends nothing yet. In the arena; options must outlive it; end with proxy_close. */
struct proxy *proxy_open(const struct options *options, struct arena *arena);

/*
 * From the greeting to DATA. *error: for the log. Each read may take 300 s (or --read-timeout, if
 * that is less), each answer of the next hop 60 s (or --command-timeout).
 */
enum proxy_turn proxy_converse(struct proxy *proxy, struct error *error);

/*
 * The options, with the envelope from the dialogue and a --deadline that leaves time to answer.
 */
const struct options *proxy_options(struct proxy *proxy);

/* An input_pull for the message; arg is the proxy. The 60 s to answer begin at its end. */
long proxy_pull(void *proxy, char *buffer, size_t size, enum fault *fault);

/* Did the message have a bare CR or LF? Valid after all of it was read. */
bool proxy_is_bare(const struct proxy *proxy);

/*
 * Sends our own answer to DATA or to the message, without its line end, after the whole message was
 * read. Only the first answer counts.
 */
void proxy_answer(struct proxy *proxy, struct slice line);

/*
 * Sends the message of size octets in the file fd to the next hop, and its answer to the client.
 * ST_OK: the next hop has the message. ST_BAD: it refused it, and the refusal was relayed; see
 * *error. ST_TEMP: nothing was answered yet, and the next hop does not have the message, or its
 * last answer was lost.
 */
enum status proxy_hand_on(struct proxy *proxy, int fd, int64_t size, struct error *error);

/* Waits for QUIT, once everything else is done. */
void proxy_close(struct proxy *proxy);

#endif
