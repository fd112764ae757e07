#include <criterion/criterion.h>

#include "auth/dns/dns.h"
#include "filter/intake/envelope.h"
#include "mime/buf.h"

static struct arena arena;
static struct dns *dns;

static const char zone[] = "relay.example. A 192.0.2.10\n"
			   "relay.example. AAAA 2001:db8::10\n"
			   "outside.example. A 198.51.100.1\n"
			   ";!SERVFAIL lame.example\n";

static void
make(void)
{
	struct error error = {.path = NULL};

	arena_init(&arena, NULL, NULL);
	cr_assert(dns_open_zone(slice_str(zone), &arena, &dns, &error) == ST_OK, "%s",
		reason_code(&error.reason));
}

static void
drop(void)
{
	dns_free(dns);
	arena_clear(&arena);
}

TestSuite(envelope_headers, .init = make, .fini = drop);

static void
read_header(const char *header, const char *relay, struct dns *with, struct envelope *envelope)
{
	const char *relays[] = {"10.0.0.0/8", relay};
	struct options options = options_default();
	struct message message;
	struct intake intake;
	enum fault fault;

	options.envelope = ENVELOPE_HEADERS;
	options.trusted_relays = (struct strings){relays, relay == NULL ? 1 : 2};
	message_parse(slice_str(header), 1000, 65536, &arena, &message);
	intake = (struct intake){.envelope = {.path = PATH_UNKNOWN}};
	cr_assert(envelope_from_message(
			  &options, &message, SLICE(""), with, &arena, &intake, &fault) == ST_OK);
	*envelope = intake.envelope;
}

#define OUTSIDE "Received: from h.example (o.example [198.51.100.1]) by mx.test; x\n"
#define INSIDE "Received: from i.example (i.test [10.1.2.3]) by mx.test; x\n"
#define RELAY "Received: from r.example (r.example [192.0.2.10]) by mx.test; x\n"
#define RELAY6 "Received: from r.example (r.example [IPv6:2001:db8::10]) by mx.test; x\n"
#define HIDDEN(by) "Received: by " by " with LMTP id 1; x\n"

static const struct client_row {
	const char *name, *header;
	const char *relay; /* beside 10.0.0.0/8 */
	const char *ip;    /* "": not known */
	const char *helo;
} client_rows[] = {
	{"the topmost", OUTSIDE RELAY "\n", NULL, "198.51.100.1", "h.example"},
	{"none", "From: a\n\n" OUTSIDE, NULL, "", ""},
	{"below a trusted network", INSIDE INSIDE OUTSIDE "\n", NULL, "198.51.100.1", "h.example"},
	{"all are trusted", INSIDE INSIDE "\n", NULL, "", ""},
	{"not below one outside", OUTSIDE INSIDE "\n", NULL, "198.51.100.1", "h.example"},
	{"a relay by name", RELAY OUTSIDE "\n", "relay.example", "198.51.100.1", "h.example"},
	{"a relay by name, IPv6", RELAY6 OUTSIDE "\n", "relay.example", "198.51.100.1",
		"h.example"},
	{"a name is not believed as text",
		"Received: from relay.example (relay.example [198.51.100.7]) by mx.test; "
		"x\n" OUTSIDE "\n",
		"relay.example", "198.51.100.7", "relay.example"},
	{"not a relay without its name", RELAY OUTSIDE "\n", NULL, "192.0.2.10", "r.example"},
	{"no such relay", RELAY OUTSIDE "\n", "none.example", "192.0.2.10", "r.example"},
	{"DNS does not tell who is trusted", RELAY OUTSIDE "\n", "lame.example", "", ""},
	{"but a network does first", INSIDE OUTSIDE "\n", "lame.example", "", ""},
	{"no address, by an unknown host", HIDDEN("x.example") OUTSIDE "\n", NULL, "", ""},
	{"no address, by an outside host", HIDDEN("outside.example") OUTSIDE "\n", NULL, "", ""},
	{"no address, by a trusted host", HIDDEN("relay.example") OUTSIDE "\n", "192.0.2.0/24",
		"198.51.100.1", "h.example"},
	{"no address, by a trusted name", HIDDEN("relay.example") OUTSIDE "\n", "relay.example",
		"198.51.100.1", "h.example"},
	{"no address, by a trusted address", HIDDEN("[10.0.0.1]") OUTSIDE "\n", NULL,
		"198.51.100.1", "h.example"},
	{"no address, by nobody", "Received: (qmail 1 invoked by uid 2); x\n" OUTSIDE "\n", NULL,
		"", ""},
	{"by localhost as text", HIDDEN("10.0.0.1.example") OUTSIDE "\n", NULL, "", ""},
	{"an unreadable Received", "Received: ?\n" OUTSIDE "\n", NULL, "", ""},
};

Test(envelope_headers, clients)
{
	for (size_t i = 0; i < sizeof client_rows / sizeof client_rows[0]; i++) {
		const struct client_row *row = &client_rows[i];
		struct envelope envelope;
		struct slice ip;

		read_header(row->header, row->relay, dns, &envelope);
		ip = envelope.client_ip.family == 0 ? SLICE("")
						    : ip_text(&envelope.client_ip, &arena);
		cr_expect(slice_eq(ip, slice_str(row->ip)), "%s: ip %.*s", row->name, (int)ip.n,
			ip.p);
		cr_expect(slice_eq(envelope.helo, slice_str(row->helo)), "%s: helo %.*s", row->name,
			(int)envelope.helo.n, envelope.helo.p);
		cr_expect(envelope.client_name.n == 0, "%s: a name in text is not verified",
			row->name);
	}
}

Test(envelope_headers, without_dns_names_do_not_count)
{
	struct envelope envelope;

	read_header(RELAY OUTSIDE "\n", "relay.example", NULL, &envelope);
	cr_expect(slice_eq(ip_text(&envelope.client_ip, &arena), SLICE("192.0.2.10")));
	read_header(HIDDEN("relay.example") OUTSIDE "\n", "relay.example", NULL, &envelope);
	cr_expect(envelope.client_ip.family == 0);
}

static const struct path_row {
	const char *name, *header;
	enum path_kind kind;
	const char *path;
} path_rows[] = {
	{"Return-Path", "Return-Path: <a@b.example>\n" OUTSIDE "\n", PATH_GIVEN, "a@b.example"},
	{"X-Envelope-From", "X-Envelope-From: <a@b.example>\n" OUTSIDE "\n", PATH_GIVEN,
		"a@b.example"},
	{"without <>", "X-Envelope-From: a@b.example\n" OUTSIDE "\n", PATH_GIVEN, "a@b.example"},
	{"folded, with a tail", "Return-Path:\n <a@b.example> (x)\n" OUTSIDE "\n", PATH_GIVEN,
		"a@b.example"},
	{"the topmost of two", "Return-Path: <a@b.example>\nX-Envelope-From: <c@d>\n\n", PATH_GIVEN,
		"a@b.example"},
	{"null", "Return-Path: <>\n" OUTSIDE "\n", PATH_NULL, ""},
	{"null wins over the mbox line", "From c@d x\nReturn-Path: <>\n" OUTSIDE "\n", PATH_NULL,
		""},
	{"below a Received it is the sender's", OUTSIDE "Return-Path: <a@b.example>\n\n",
		PATH_UNKNOWN, ""},
	{"no Received at all", "Subject: x\nReturn-Path: <a@b.example>\n\n", PATH_GIVEN,
		"a@b.example"},
	{"mbox line", "From a@b.example Mon Jan  1 00:00:00 2024\n" OUTSIDE "\n", PATH_GIVEN,
		"a@b.example"},
	{"mbox line, not the one below", "From a@b.example x\n" OUTSIDE "Return-Path: <c@d>\n\n",
		PATH_GIVEN, "a@b.example"},
	{"mbox line, null", "From MAILER-DAEMON Mon Jan  1 00:00:00 2024\n" OUTSIDE "\n", PATH_NULL,
		""},
	{"mbox line, <>", "From <> Mon Jan  1 00:00:00 2024\n" OUTSIDE "\n", PATH_NULL, ""},
	{"mbox line, quoted", "From \"a b\"@b.example Mon Jan\n" OUTSIDE "\n", PATH_GIVEN,
		"\"a b\"@b.example"},
	{"mbox line of Mozilla", "From - Mon Jan  1 00:00:00 2024\n" OUTSIDE "\n", PATH_UNKNOWN,
		""},
	{"neither", OUTSIDE "From: a@b.example\n\n", PATH_UNKNOWN, ""},
	{"quoted >", "Return-Path: <\"a>b\"@b.example>\n\n", PATH_GIVEN, "\"a>b\"@b.example"},
	{"empty", "Return-Path:\n" OUTSIDE "\n", PATH_NULL, ""},
};

Test(envelope_headers, reverse_paths)
{
	for (size_t i = 0; i < sizeof path_rows / sizeof path_rows[0]; i++) {
		const struct path_row *row = &path_rows[i];
		struct envelope envelope;

		read_header(row->header, NULL, dns, &envelope);
		cr_expect(envelope.path == row->kind, "%s", row->name);
		cr_expect(slice_eq(envelope.mail_from, slice_str(row->path)), "%s: %.*s", row->name,
			(int)envelope.mail_from.n, envelope.mail_from.p);
	}
}

static const struct rcpt_row {
	const char *name, *header;
	const char *rcpts; /* one per line */
} rcpt_rows[] = {
	{"one", "X-Envelope-To: a@b.example\n" OUTSIDE "\n", "a@b.example\n"},
	{"three, folded",
		"X-Envelope-To: a@b.example,\n c@d.example , <e@f.example>\n" OUTSIDE "\n",
		"a@b.example\nc@d.example\ne@f.example\n"},
	{"a comma in a local part", "X-Envelope-To: \"a, b\"@c.example, d@e.example\n" OUTSIDE "\n",
		"\"a, b\"@c.example\nd@e.example\n"},
	{"a quote that never ends", "X-Envelope-To: \"a, b@c.example\n" OUTSIDE "\n",
		"\"a\nb@c.example\n"},
	{"the topmost", "X-Envelope-To: a@b.example\nX-Envelope-To: c@d.example\n" OUTSIDE "\n",
		"a@b.example\n"},
	{"empty", "X-Envelope-To: , ,\n" OUTSIDE "\n", ""},
	{"below a Received it is the sender's", OUTSIDE "X-Envelope-To: a@b.example\n\n", ""},
	{"the author's To is not one", "To: a@b.example\n" OUTSIDE "\n", ""},
};

Test(envelope_headers, recipients)
{
	for (size_t i = 0; i < sizeof rcpt_rows / sizeof rcpt_rows[0]; i++) {
		const struct rcpt_row *row = &rcpt_rows[i];
		struct envelope envelope;
		struct buf text;

		read_header(row->header, NULL, dns, &envelope);
		buf_init(&text, &arena, 1000);
		for (size_t k = 0; k < envelope.nrcpts; k++) {
			buf_add(&text, envelope.rcpts[k]);
			buf_addc(&text, '\n');
		}
		cr_expect(slice_eq(buf_slice(&text), slice_str(row->rcpts)), "%s: %.*s", row->name,
			(int)buf_slice(&text).n, buf_slice(&text).p);
	}
}

/* The command line overrides the text of a message. */
Test(envelope_headers, options_count_first)
{
	struct options options = options_default();
	struct message message;
	struct intake intake;
	enum fault fault;

	options.envelope = ENVELOPE_HEADERS;
	options.client_ip = "203.0.113.5";
	options.mail_from = "";
	message_parse(
		SLICE("Return-Path: <a@b.example>\n" OUTSIDE "\n"), 9, 2000, &arena, &message);
	cr_assert(envelope_take(&options, message.raw, &arena, &intake, &fault) == ST_OK);
	cr_assert(envelope_from_message(
			  &options, &message, SLICE(""), dns, &arena, &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.path == PATH_NULL);
	cr_expect(slice_eq(ip_text(&intake.envelope.client_ip, &arena), SLICE("203.0.113.5")));
	cr_expect(intake.envelope.helo.n == 0, "another host's HELO is not taken");
	cr_expect(slice_eq(envelope_source_text(&intake, &arena),
			  SLICE("client: option; path: option")),
		"explain says so");
}
