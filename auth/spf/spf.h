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
	enum spf_identity identity; /* HELO for the null path (RFC 7208 2.4) */
	struct slice domain;        /* the identity's domain, normal; empty if there is none */
	struct slice sender;        /* local@domain that was checked (postmaster@ for HELO) */
	struct slice record;        /* the record of that domain, or empty */
	struct slice term;          /* the directive that matched, as written, or empty; for
				       permerror and temperror the term that caused it */
	struct slice
		term_domain; /* the domain whose record has it (an include or redirect target) */
	struct slice explanation; /* exp= text, expanded, printable ASCII, 500 octets at most */
	unsigned lookups, voids;  /* terms that queried DNS; those of them without an answer */
	bool unsure;              /* temperror because a name did not answer */
	const char *engine;       /* "mailstamp" or "libspf2" */
};

/* An SPF record, parsed (RFC 7208 4.6, 5, 6, 12): no DNS, no clock. */
enum spf_mechanism { SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS };

struct spf_directive {
	enum auth_code qualifier; /* pass, fail, softfail or neutral */
	enum spf_mechanism mechanism;
	struct slice domain_spec; /* with its macros; empty if it is left out */
	struct ip ip;             /* ip4, ip6 */
	unsigned bits4, bits6;    /* 32 and 128 if left out; ip4 and ip6 use the one */
	struct slice text;        /* the term as written */
};

struct spf_record {
	const struct spf_directive *directives;
	size_t n;
	struct slice redirect; /* domain-spec, or empty */
	struct slice exp;      /* domain-spec, or empty */
};

/* Does this TXT text begin as an SPF record: "v=spf1" followed by a space or the end? */
bool spf_is_record(struct slice text);

/* ST_BAD if anything is wrong anywhere in it (RFC 7208 4.6: permerror before evaluation),
 * with the term in *bad_term; slices point into text. */
enum status spf_parse(
	struct slice text, struct arena *arena, struct spf_record *record, struct slice *bad_term);

/* The values that macros expand to (RFC 7208 7). */
struct spf_macro_context {
	struct slice sender, domain, helo, receiver; /* %{s} %{d} %{h} %{r} */
	const struct ip *client;
	struct slice validated; /* %{p}; "unknown" if there is none */
	int64_t now;
};

/*
 * Is the text a macro-string (RFC 7208 7.1)? exp: SP, %{c}, %{r} and %{t} are also allowed (an
 * explain-string, RFC 7208 6.2). *literals: how many octets follow the last macro.
 */
bool spf_macro_check(struct slice text, bool exp, size_t *literals);

/* Does the text hold %{p}, so that a validated name is needed first? */
bool spf_macro_needs_p(struct slice text);

/*
 * macro-string → text. exp: an explain-string, which is not cut. Otherwise a domain-spec: a final
 * dot is removed and labels are dropped from the left until the name has 253 octets at most (RFC
 * 7208 7.3); the labels themselves are ignored. ST_BAD for bad syntax, ST_LIMIT for an expansion
 * over 8,192 octets.
 */
enum status spf_macro_expand(struct slice text, const struct spf_macro_context *context, bool exp,
	struct arena *arena, struct slice *out);

/* Asks for the identity's TXT record. */
void spf_ask(const struct auth_input *in);

/* check_host() for the message's identity; *result is always set. */
enum status spf_check(const struct auth_input *in, struct spf_result *result);

/* Is libspf2 in this program (make SPF2=no)? Without it, spf_libspf2_check has no usable result. */
bool spf_libspf2_built(void);

/* The same by libspf2, over our DNS layer. */
enum status spf_libspf2_check(const struct auth_input *in, struct spf_result *result);

void spf_report(const struct spf_result *result, struct report *report);

/* The value of a Received-SPF field (RFC 7208 9.1), unfolded, ASCII, safe; in the arena. */
struct slice spf_received(const struct auth_input *in, const struct spf_result *result);

#endif
