/*
 * session.h: the SMTP dialogue of --profile postfix-proxy: Postfix's smtpd(8) on stdin and stdout,
 * one process a transaction by spawn(8), and behind us the next hop.
 *
 * MAIL and RCPT are relayed live, with all parameters, and so are their answers. The message is
 * taken whole, and the verdict is known, before the next hop hears of DATA. Nothing is answered
 * with 2xx that the next hop has not answered so.
 */
#ifndef FILTER_PROXY_SESSION_H
#define FILTER_PROXY_SESSION_H

#include "filter/io/fault.h"
#include "filter/out/delivery_error.h"
#include "filter/settings/settings.h"
#include "mime/arena.h"
#include "mime/status.h"

enum proxy_turn {
	PROXY_TURN_DATA, /* a message is to be taken */
	PROXY_TURN_END   /* the client said QUIT, or left */
};

struct proxy;

/* Nothing is said yet. Lives in the arena; options must outlive it; end with proxy_close. */
struct proxy *proxy_open(const struct options *options, struct arena *arena);

/*
 * From the greeting to DATA. *error: what the log must hear. Each read has 300 s (or
 * --read-timeout, where that is less), each answer of the next hop 60 s (or --command-timeout).
 */
enum proxy_turn proxy_converse(struct proxy *proxy, struct error *error);

/* The options with the envelope of the dialogue, and a --deadline that leaves time to answer. */
const struct options *proxy_options(struct proxy *proxy);

/* The message, as an input_pull: proxy is arg. From its end on the clock of 60 s runs. */
long proxy_pull(void *proxy, char *buffer, size_t size, enum fault *fault);

/* Was a CR or LF in the message alone? To be asked when all of it was read. */
bool proxy_is_bare(const struct proxy *proxy);

/* Our own answer to DATA or to the message, without its line end; all of the message is read
 * before. The first answer counts. */
void proxy_answer(struct proxy *proxy, struct slice line);

/*
 * The message of size octets in the file fd to the next hop, and its answer to the client.
 * ST_OK: it has the message. ST_BAD: it refused it, which was passed on; *error says so. ST_TEMP:
 * no answer yet, and the next hop does not have the message, or its last answer was lost.
 */
enum status proxy_hand_on(struct proxy *proxy, int fd, int64_t size, struct error *error);

/* Waits for QUIT, once everything else is done. */
void proxy_close(struct proxy *proxy);

#endif
