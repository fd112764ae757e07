/*
 * spf.h: Sender Policy Framework (RFC 7208).
 */
#ifndef AUTH_SPF_SPF_H
#define AUTH_SPF_SPF_H

#include "auth/base/input.h"
#include "auth/base/report.h"
#include "auth/spf/spf_reason.h"

enum spf_identity { SPF_ID_NONE, SPF_ID_MAILFROM, SPF_ID_HELO };

struct spf_result {
	enum auth_code code;
	struct reason reason;
	enum spf_identity identity; /* HELO for a null path (RFC 7208 2.4) */
	struct slice domain;        /* the identity's domain, normal; empty if there is none */
	struct slice sender;        /* local@domain that was checked (postmaster@ for HELO) */
	struct slice record;        /* the SPF record of that domain, or empty */
	struct slice term; /* the directive that matched, as written, or empty; for permerror and
			      temperror, the term that caused the result */
	struct slice term_domain; /* the domain whose record contains term (an include or redirect
				     target) */
	struct slice explanation; /* expanded text of exp=: printable ASCII, at most 500 octets */
	unsigned lookups, voids;  /* terms that queried DNS; terms with a void lookup */
	bool unsure;              /* code is temperror because DNS failed or took too long */
	const char *engine;       /* "mailstamp" or "libspf2" */
};

/* A parsed SPF record (RFC 7208 4.6, 5, 6, 12). Parsing uses neither DNS nor the clock. */
enum spf_mechanism { SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS };

struct spf_directive {
	enum auth_code qualifier; /* pass, fail, softfail or neutral */
	enum spf_mechanism mechanism;
	struct slice domain_spec; /* with macros; empty if missing */
	struct ip ip;             /* ip4, ip6 */
	unsigned bits4, bits6;    /* 32 and 128 if missing; ip4 and ip6 use one of them */
	struct slice text;        /* the term as written */
};

struct spf_record {
	const struct spf_directive *directives;
	size_t n;
	struct slice redirect; /* domain-spec, or empty */
	struct slice exp;      /* domain-spec, or empty */
};

/* Is this TXT text an SPF record: "v=spf1" followed by a space or the end? */
bool spf_is_record(struct slice text);

/*
 * ST_BAD for any syntax error (RFC 7208 4.6: permerror before evaluation), with the term in
 * *bad_term; slices point into text.
 */
enum status spf_parse(
	struct slice text, struct arena *arena, struct spf_record *record, struct slice *bad_term);

/* The values for macros (RFC 7208 7). */
struct spf_macro_context {
	struct slice sender, domain, helo, receiver; /* %{s} %{d} %{h} %{r} */
	const struct ip *client;
	struct slice validated; /* %{p}: the validated name, or "unknown" */
	int64_t now;
};

/*
 * Is the text a macro-string (RFC 7208 7.1)? exp: SP, %{c}, %{r} and %{t} are also allowed (an
 * explain-string, RFC 7208 6.2). *literals: the number of octets after the last macro.
 */
bool spf_macro_check(struct slice text, bool exp, size_t *literals);

/* Does the text contain %{p}, for which a validated name is needed first? */
bool spf_macro_needs_p(struct slice text);

/*
 * Expands a macro-string. exp: an explain-string, which is not truncated. Otherwise a domain-spec:
 * a final dot is removed, and labels are dropped from the left until the name has at most 253
 * octets (RFC 7208 7.3); labels are not validated. ST_BAD for a syntax error, ST_LIMIT for an
 * expansion over 8,192 octets.
 */
enum status spf_macro_expand(struct slice text, const struct spf_macro_context *context, bool exp,
	struct arena *arena, struct slice *out);

/* Starts the query for the TXT records of the identity's domain. */
void spf_ask(const struct auth_input *in);

/* check_host() for the message's identity; *result is always set. */
enum status spf_check(const struct auth_input *in, struct spf_result *result);

/*
 * Was the program built with libspf2 (not make SPF2=no)? Without it, spf_libspf2_check has no
 * usable result.
 */
bool spf_libspf2_built(void);

/* Like spf_check, but libspf2 evaluates the record, with our DNS layer. */
enum status spf_libspf2_check(const struct auth_input *in, struct spf_result *result);

void spf_report(const struct spf_result *result, struct report *report);

/* The value of a Received-SPF field (RFC 7208 9.1), unfolded, ASCII, safe; in the arena. */
struct slice spf_received(const struct auth_input *in, const struct spf_result *result);

#endif
