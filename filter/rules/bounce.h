/*
 * bounce.h: reads a bounce (RFC 3464 in a multipart/report): the status codes of authentication and
 * policy in it, who said them, and what they mean there; and the returned message.
 */
#ifndef FILTER_RULES_BOUNCE_H
#define FILTER_RULES_BOUNCE_H

#include "filter/result/json.h"
#include "filter/rules/bounce_parts.h"
#include "filter/structure/structure.h"

enum { BOUNCE_CODES = 50 }; /* codes of all bounces in a message */

/* Who defined the meaning of a code. */
enum bounce_source {
	BOUNCE_NOBODY,
	BOUNCE_GMAIL,
	BOUNCE_YAHOO,
	BOUNCE_OUTLOOK,
	BOUNCE_APPLE,
	BOUNCE_STANDARD /* an RFC, in IANA's registry */
};

struct bounce_code {
	struct slice code;       /* "5.7.26", as written */
	struct slice host;       /* that said it, or empty: the bounce does not name it */
	struct slice recipient;  /* the first one with it; empty: only the text has the code */
	size_t others;           /* how many more recipients */
	size_t group;            /* the number of the last group of fields with it; 0: none */
	const char *id;          /* the meaning for programs; NULL if text is */
	const char *text;        /* the meaning, English (N_), or NULL if host gave it none */
	const char *page;        /* where that is documented; NULL if text is */
	enum bounce_source by;   /* whose meaning it is */
	enum bounce_source also; /* if text is NULL or an RFC's: a provider that uses the code */
};

struct bounce {
	struct bounce_code codes[BOUNCE_CODES]; /* each once for a host, in their order */
	size_t n;
	struct bounce_part returned[BOUNCE_REPORTS]; /* BOUNCE_HEADER or BOUNCE_MESSAGE */
	size_t nreturned;
	size_t groups;  /* of fields, that were read */
	bool whole;     /* no part was left out because of a limit */
	bool all_codes; /* nor a code or group of fields in these parts */
};

enum bounce_found {
	BOUNCE_NONE,   /* there is no bounce in the message */
	BOUNCE_READ,   /* at least one was read */
	BOUNCE_UNREAD, /* the process that reads its parts ended early, or took too long */
	BOUNCE_LIMIT,  /* none was found before a limit was reached */
	BOUNCE_FAILED  /* that process could not be started */
};

/*
 * Finds and reads the bounces in raw: in the message itself, or attached to it. Codes are taken
 * only from the status and from the text before it, never from a returned message. Without
 * BOUNCE_READ, *bounce is empty. Of a message that does not contain the word "delivery-status", a
 * failure to read it is not reported.
 */
enum bounce_found bounce_find(const struct apart *apart, struct address_gmime *gmime,
	struct slice raw, struct arena *arena, struct bounce *bounce);

/* The source as people write it, "gmail" or "RFC"; "" for BOUNCE_NOBODY. */
const char *bounce_source_word(enum bounce_source source);

/* The same for JSON, in the arena; NULL if there is no bounce. */
const struct said *bounce_said(
	const struct bounce *bounce, enum bounce_found found, struct arena *arena);

#endif
