/* spf_case.h: one SPF question over a zone that is given as text. */
#ifndef TESTS_AUTH_SPF_SPF_CASE_H
#define TESTS_AUTH_SPF_SPF_CASE_H

#include <criterion/criterion.h>

#include "auth/dns/dns.h"
#include "auth/spf/spf.h"

struct spf_case {
	struct arena arena;
	struct envelope envelope;
	struct limits limits;
	struct auth_options options;
	struct auth_input in;
	struct dns *dns;
};

/* Opens a case. path: NULL if unknown, "" for the null path; client: NULL if there is none. */
static inline void
spf_case_open(struct spf_case *c, const char *zone, const char *client, const char *path,
	const char *helo)
{
	struct error error = {.path = NULL};

	*c = (struct spf_case){
		.limits = {.spf_ms = 20000}, .options = {.receiver = SLICE("mx.receiver.example")}};
	arena_init(&c->arena, NULL, NULL);
	if (client != NULL)
		cr_assert(ip_parse(slice_str(client), &c->envelope.client_ip), "%s", client);
	c->envelope.helo = slice_str(helo);
	c->envelope.mail_from = slice_str(path);
	c->envelope.path = path == NULL ? PATH_UNKNOWN : path[0] == '\0' ? PATH_NULL : PATH_GIVEN;
	cr_assert_eq(dns_open_zone(slice_str(zone), &c->arena, &c->dns, &error), ST_OK, "%s",
		reason_code(&error.reason));
	c->in = (struct auth_input){.envelope = &c->envelope,
		.limits = &c->limits,
		.options = &c->options,
		.now = 1700000000,
		.dns = c->dns,
		.arena = &c->arena};
}

static inline void
spf_case_close(struct spf_case *c)
{
	dns_free(c->dns);
	arena_clear(&c->arena);
}

static inline bool
same(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

/* lines of a zone */
#define TXT(name, text) name " 60 IN TXT \"v=spf1 " text "\"\n"
#define A(name, ip) name " 60 IN A " ip "\n"
#define PTR(name) "1.2.0.192.in-addr.arpa. 60 IN PTR " name "\n"
#define NINE_A                                                                                     \
	"a:x.example a:x.example a:x.example a:x.example a:x.example a:x.example "                 \
	"a:x.example a:x.example a:x.example"
#define X_HOST A("x.example.", "10.0.0.1")

/*
 * A query and its expected result; the sender is a@e.example unless the row says otherwise.
 */
struct spf_row {
	const char *name, *zone;
	enum auth_code code;
	const char *reason;
	const char *term, *term_domain;
	unsigned lookups, voids;
	const char *client; /* NULL: 192.0.2.1 */
	const char *path;   /* NULL: a@e.example */
};

static inline const char *
spf_case_reason(const struct spf_result *result)
{
	const char *text = reason_text(&result->reason);

	return text == NULL ? "" : text;
}

static inline void
spf_case_row(const struct spf_row *row, bool no_ask)
{
	struct spf_case c;
	struct spf_result r;

	spf_case_open(&c, row->zone, row->client == NULL ? "192.0.2.1" : row->client,
		row->path == NULL ? "a@e.example" : row->path, "h.example");
	c.options.no_ask = no_ask;
	cr_expect_eq(spf_check(&c.in, &r), ST_OK, "%s", row->name);
	cr_expect_eq(r.code, row->code, "%s: %s", row->name, auth_code_word(r.code));
	cr_expect_str_eq(
		spf_case_reason(&r), row->reason == NULL ? "" : row->reason, "%s", row->name);
	cr_expect(same(r.term, row->term), "%s: term %.*s", row->name, (int)r.term.n, r.term.p);
	cr_expect(same(r.term_domain, row->term_domain), "%s: term domain %.*s", row->name,
		(int)r.term_domain.n, r.term_domain.p);
	cr_expect_eq(r.lookups, row->lookups, "%s: %u lookups", row->name, r.lookups);
	cr_expect_eq(r.voids, row->voids, "%s: %u voids", row->name, r.voids);
	cr_expect_eq(r.unsure, r.code == AUTH_TEMPERROR, "%s", row->name);
	spf_case_close(&c);
}

static inline void
spf_case_rows(const struct spf_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		spf_case_row(&rows[i], false);
		spf_case_row(&rows[i], true); /* early queries change nothing */
	}
}

#define CHECK_ROWS(rows) spf_case_rows((rows), sizeof(rows) / sizeof(rows)[0])

#define LISTED "client address not listed"
#define MATCHED "client address matches a term with this result"
#define UNMATCHED "no term matches"

#endif
