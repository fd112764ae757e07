/*
 * session.h: the SMTP dialogue of --profile postfix-proxy: Postfix's smtpd(8) is on stdin and
 * stdout, one process per transaction (spawn(8)), and the next hop is behind us.
 *
 * MAIL and RCPT are relayed at once, with all parameters, and so are the answers. DATA is sent to
 * the next hop only after the whole message has been read and evaluated. A 2xx answer to the
 * message is sent only if the next hop gave one.
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

/*
 * Creates a session in the arena; sends nothing yet. options must outlive it. Call proxy_close at
 * the end.
 */
struct proxy *proxy_open(const struct options *options, struct arena *arena);

/*
 * Runs the dialogue from the greeting to DATA. *error: for the log. Each read may take 300 s (or
 * --read-timeout, if that is less), each answer of the next hop 60 s (or --command-timeout).
 */
enum proxy_turn proxy_converse(struct proxy *proxy, struct error *error);

/*
 * A copy of the options with the envelope from the dialogue, and a --deadline that leaves time to
 * answer.
 */
const struct options *proxy_options(struct proxy *proxy);

/*
 * An input_pull for the message; arg is the proxy. The 60 s for the answer begin at the end of the
 * message.
 */
long proxy_pull(void *proxy, char *buffer, size_t size, enum fault *fault);

/* Did the message contain a bare CR or LF? Valid after all of it was read. */
bool proxy_is_bare(const struct proxy *proxy);

/*
 * Sends our own answer to DATA or to the message, given without its line end, after the rest of the
 * message has been read. Only the first answer counts.
 */
void proxy_answer(struct proxy *proxy, struct slice line);

/*
 * Sends the message of size octets in the file fd to the next hop, and its answer to the client.
 * ST_OK: the next hop has accepted the message. ST_BAD with *error: it refused the message, and the
 * refusal was relayed. ST_TEMP: the client has no answer yet, and the next hop has not accepted the
 * message or its last answer was lost.
 */
enum status proxy_hand_on(struct proxy *proxy, int fd, int64_t size, struct error *error);

/* Waits for QUIT, after everything else is done. */
void proxy_close(struct proxy *proxy);

#endif
