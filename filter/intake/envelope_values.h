/*
 * envelope_values.h: the struct that every envelope mode fills, and the readers of single values
 * that they share.
 */
#ifndef FILTER_INTAKE_ENVELOPE_VALUES_H
#define FILTER_INTAKE_ENVELOPE_VALUES_H

#include "auth/base/input.h"
#include "mime/arena.h"
#include "mime/status.h"

enum {
	ENVELOPE_MAX = 512 * 1024, /* octets of a preamble, or of the commands before DATA */
	ENVELOPE_RCPTS = 1000      /* the maximum number of recipients; more are ignored */
};

/* Why the header of stored mail does not show the client. */
enum client_unknown {
	CLIENT_KNOWN,
	CLIENT_NO_RECEIVED, /* no Received field, or only internal ones */
	CLIENT_NO_ADDRESS,  /* the border's field has no reliable address */
	CLIENT_OTHER_HOST,  /* the field below an internal hop was not written by its host */
	CLIENT_NO_ANSWER,   /* DNS did not answer whether the host is a trusted relay */
	CLIENT_TOO_LONG     /* a field over the limit, or too many fields */
};

/* Where the reverse-path was found. */
enum path_place {
	PLACE_NONE,
	PLACE_OPTION,
	PLACE_X_ENVELOPE_FROM,
	PLACE_RETURN_PATH,
	PLACE_BELOW, /* a Return-Path below the border, confirmed by the SPF result that the
			provider recorded */
	PLACE_NOTED, /* only the domain, from the SPF result that the provider recorded */
	PLACE_MBOX
};

struct provider;

enum { SOURCE_HOPS = 50 };

/* From which lines of the header the envelope was taken (mode headers). */
struct envelope_source {
	bool headers;                     /* the mode is headers; otherwise the rest is not set */
	size_t hops;                      /* Received fields skipped from the top as internal */
	unsigned char kinds[SOURCE_HOPS]; /* the enum hop of each */
	const struct provider *provider;  /* the mailbox provider, or NULL */
	bool client_option;               /* the client is from --client-ip */
	size_t border;                    /* the number, from 1, of the Received with the client */
	enum client_unknown unknown;
	enum path_place path;
	size_t path_field; /* number of its field, from 1, among the fields of the same name */
};

struct intake {
	struct envelope envelope;
	struct envelope_source source;
	struct slice message; /* the message's bytes, without the envelope around them */
	struct slice mapped;  /* bsmtp: a spooled copy without stuffed dots, or empty */
};

/*
 * Sets envelope->path and mail_from from a reverse-path: <> and a source route (RFC 5321 4.1.1.3)
 * are removed; an empty text and MAILER-DAEMON are the null path.
 */
void envelope_path(struct slice text, struct envelope *envelope);

/* A client name; `unknown` gives an empty one. */
struct slice envelope_name(struct slice text);

/* Adds a recipient, without <>; list becomes envelope->rcpts, and has room for all. */
void envelope_rcpt(struct slice text, struct slice *list, struct envelope *envelope);

/*
 * Percent-decodes a preamble value (%XX); ST_BAD for a bad escape. *out points into text or the
 * arena.
 */
enum status envelope_decode(struct slice text, struct arena *arena, struct slice *out);

/* Are all values that SPF needs known? Can be false only in mode headers. */
bool envelope_is_known(const struct intake *intake);

/*
 * The lines that the envelope was taken from, for lists and programs: `client: Received 3, below
 * mailbox mailbox (gmail); path: Return-Path`. Empty in other modes. In the arena.
 */
struct slice envelope_source_text(const struct intake *intake, struct arena *arena);

/* "Return-Path" and the like, for programs: fixed words; NULL for PLACE_NONE */
const char *envelope_place_word(enum path_place place);
/* "no_address" and the like; NULL if the client is known */
const char *envelope_unknown_word(enum client_unknown unknown);

/* Is this X-Mailstamp-Envelope (any instance; hidden from DKIM and removed in mode field)? */
bool envelope_is_field(const struct field *field);

#endif
