#include "filter/intake/envelope.h"

#include <criterion/criterion.h>

#define S(lit) SLICE_INIT(lit)

#include "tests/support/arena_suite.h"

ARENA_SUITE(envelope);

static bool
is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

static const struct path_row {
	const char *name, *text;
	enum path_kind kind;
	const char *path;
} path_rows[] = {
	{"an address", "a@b.example", PATH_GIVEN, "a@b.example"},
	{"in <>", "<a@b.example>", PATH_GIVEN, "a@b.example"},
	{"empty", "", PATH_NULL, ""},
	{"<>", "<>", PATH_NULL, ""},
	{"< >", "< >", PATH_NULL, ""},
	{"Postfix's null path", "MAILER-DAEMON", PATH_NULL, ""},
	{"any case", "Mailer-Daemon", PATH_NULL, ""},
	{"in <>, too", "<mailer-daemon>", PATH_NULL, ""},
	{"an address of that name", "mailer-daemon@b.example", PATH_GIVEN,
		"mailer-daemon@b.example"},
	{"no domain", "root", PATH_GIVEN, "root"},
	{"source route", "<@x.example,@y.example:a@b.example>", PATH_GIVEN, "a@b.example"},
	{"quoted", "<\"a b\"@b.example>", PATH_GIVEN, "\"a b\"@b.example"},
	{"colon in quotes", "\"@:\"@b.example", PATH_GIVEN, "\"@:\"@b.example"},
	{"one bracket", "<a@b.example", PATH_GIVEN, "<a@b.example"},
};

Test(envelope, reverse_paths)
{
	for (size_t i = 0; i < sizeof path_rows / sizeof path_rows[0]; i++) {
		const struct path_row *row = &path_rows[i];
		struct envelope envelope = {0};

		envelope_path(slice_str(row->text), &envelope);
		cr_expect(envelope.path == row->kind, "%s", row->name);
		cr_expect(is(envelope.mail_from, row->path), "%s: %.*s", row->name,
			(int)envelope.mail_from.n, envelope.mail_from.p);
	}
}

/* Exim's message id is the name of the folder that its scanner gets. */
Test(envelope, id_of_a_scan)
{
	static const struct {
		enum profile profile;
		const char *input, *queue_id, *id;
	} rows[] = {
		{PROFILE_EXIM_AV, "/var/spool/exim4/scan/1xXmkF-0000-2A", NULL, "1xXmkF-0000-2A"},
		{PROFILE_EXIM_AV, "scan/1xXmkF-0000-2A//", NULL, "1xXmkF-0000-2A"},
		{PROFILE_EXIM_AV, "1xXmkF-0000-2A", NULL, "1xXmkF-0000-2A"},
		{PROFILE_EXIM_AV, "/a/b", "c", "c"},
		{PROFILE_EXIM_AV, "/", NULL, ""},
		{PROFILE_EXIM_AV, NULL, NULL, ""},
		{PROFILE_PLAIN, "/a/b.eml", NULL, ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct options options = options_default();
		struct intake intake;
		enum fault fault;

		options.profile = rows[i].profile;
		options.input = rows[i].input;
		options.queue_id = rows[i].queue_id;
		cr_assert(envelope_take(&options, SLICE("m"), &arena, &intake, &fault) == ST_OK);
		cr_expect(is(intake.envelope.queue_id, rows[i].id), "row %zu: %.*s", i,
			(int)intake.envelope.queue_id.n, intake.envelope.queue_id.p);
	}
}

Test(envelope, from_options)
{
	const char *rcpts[] = {"<r@b.example>", "", "s@b.example"};
	struct options options = options_default();
	struct intake intake;
	enum fault fault;

	cr_assert(envelope_take(&options, SLICE("m"), &arena, &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.path == PATH_UNKNOWN && intake.envelope.client_ip.family == 0);
	cr_expect(is(intake.message, "m") && intake.envelope.nrcpts == 0);
	options.client_ip = "192.0.2.1";
	options.client_name = "unknown";
	options.helo = "h.example";
	options.mail_from = "";
	options.rcpts = (struct strings){rcpts, 3};
	options.queue_id = "Q1";
	options.authenticated = "joe";
	cr_assert(envelope_take(&options, SLICE("m"), &arena, &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.path == PATH_NULL && intake.envelope.client_ip.family == 4);
	cr_expect(intake.envelope.client_name.n == 0 && is(intake.envelope.helo, "h.example"));
	cr_expect(intake.envelope.nrcpts == 2 && is(intake.envelope.rcpts[0], "r@b.example"));
	cr_expect(is(intake.envelope.queue_id, "Q1") && is(intake.envelope.authenticated, "joe"));
	envelope_release(&intake);
}

Test(envelope, trusted_clients)
{
	struct ip_net nets[2];
	struct options options = options_default();
	struct envelope envelope = {0};

	cr_assert(ip_net_parse(SLICE("10.0.0.0/8"), &nets[0]));
	cr_assert(ip_net_parse(SLICE("::/0"), &nets[1]));
	options.trusted_clients = (struct nets){nets, 2};
	envelope_trust(&options, &envelope);
	cr_expect(!envelope.trusted_client, "no address is in no network");
	(void)ip_client(SLICE("11.0.0.1"), &envelope.client_ip);
	envelope_trust(&options, &envelope);
	cr_expect(!envelope.trusted_client);
	(void)ip_client(SLICE("::ffff:10.9.8.7"), &envelope.client_ip);
	envelope_trust(&options, &envelope);
	cr_expect(envelope.trusted_client);
}

static const struct decode_row {
	const char *name, *text;
	const char *out; /* NULL: refused */
} decode_rows[] = {
	{"nothing", "", ""},
	{"plain", "a+b=c d", "a+b=c d"},
	{"line end", "a%0d%0Ab", "a\r\nb"},
	{"percent", "100%25", "100%"},
	{"only once", "%2541", "%41"},
	{"cut off", "a%", NULL},
	{"one digit", "a%4", NULL},
	{"no digit", "a%zz", NULL},
	{"second no digit", "a%4g", NULL},
	{"sign", "a%+1", NULL},
};

Test(envelope, percent_decoding)
{
	struct slice out;

	for (size_t i = 0; i < sizeof decode_rows / sizeof decode_rows[0]; i++) {
		const struct decode_row *row = &decode_rows[i];
		enum status st = envelope_decode(slice_str(row->text), &arena, &out);

		cr_expect((st == ST_OK) == (row->out != NULL), "%s", row->name);
		if (st == ST_OK)
			cr_expect(is(out, row->out), "%s", row->name);
	}
	cr_assert(envelope_decode(SLICE("a%00b"), &arena, &out) == ST_OK);
	cr_expect(slice_eq(out, SLICE("a\0b")));
}

#define MAGIC "mailstamp-envelope=1\n"

static enum status
take(struct slice bytes, struct intake *intake, enum fault *fault)
{
	struct options options = options_default();

	options.envelope = ENVELOPE_STDIN;
	*fault = FAULT_NONE;
	return envelope_take(&options, bytes, &arena, intake, fault);
}

static const struct bad_row {
	const char *name;
	struct slice bytes;
} bad_rows[] = {
	{"nothing", {NULL, 0}},
	{"a message", S("From: a\n\nb\n")},
	{"another version", S("mailstamp-envelope=2\n\nm")},
	{"no line end", S("mailstamp-envelope=1")},
	{"magic later", S("helo_name=x\nmailstamp-envelope=1\n\n")},
	{"blank before", S(" mailstamp-envelope=1\n\n")},
	{"no empty line", S(MAGIC "helo_name=x\n")},
	{"line without =", S(MAGIC "helo_name\n\n")},
	{"line without a name", S(MAGIC "=x\n\n")},
	{"two senders", S(MAGIC "sender=a\nsender=a\n\n")},
	{"two empty senders", S(MAGIC "sender=\nsender=\n\n")},
	{"two client addresses", S(MAGIC "client_address=1.2.3.4\nclient_address=1.2.3.4\n\n")},
	{"bad client address", S(MAGIC "client_address=1.2.3\n\n")},
	{"bad escape", S(MAGIC "helo_name=a%\n\n")},
	{"bad escape in what is ignored", S(MAGIC "other=a%\n\n")},
	{"bare CR", S(MAGIC "helo_name=a\rsender=b\n\n")},
	{"NUL", S(MAGIC "helo_name=a\0\n\n")},
};

Test(envelope, bad_preambles)
{
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		struct intake intake;
		enum fault fault;

		cr_expect(
			take(bad_rows[i].bytes, &intake, &fault) == ST_BAD, "%s", bad_rows[i].name);
		cr_expect(fault != FAULT_NONE, "%s: error", bad_rows[i].name);
	}
}

Test(envelope, preamble)
{
	static const char text[] = MAGIC "client_address=2001:db8::1\r\nclient_name=c.example\n"
					 "reverse_client_name=ignored\nhelo_name=h.example\n"
					 "sender=a%25b@c.example\nrecipient=r@b.example\n"
					 "recipient=s@b.example\nqueue_id=Q1\nsasl_username=joe\n"
					 "request=smtpd_access_policy\nother=1\nother=2\nsecret=x\n"
					 "\r\nFrom: a\n\nbody\n";
	struct intake intake;
	enum fault fault;

	cr_assert(take(slice_str(text), &intake, &fault) == ST_OK, "%s", fault_text(fault));
	cr_expect(intake.envelope.client_ip.family == 6);
	cr_expect(is(intake.envelope.client_name, "c.example"));
	cr_expect(is(intake.envelope.helo, "h.example"));
	cr_expect(intake.envelope.path == PATH_GIVEN);
	cr_expect(is(intake.envelope.mail_from, "a%b@c.example"));
	cr_expect(intake.envelope.nrcpts == 2 && is(intake.envelope.rcpts[1], "s@b.example"));
	cr_expect(is(intake.envelope.queue_id, "Q1") && is(intake.envelope.authenticated, "joe"));
	cr_expect(is(intake.message, "From: a\n\nbody\n"));
}

Test(envelope, preamble_missing_and_empty)
{
	struct intake intake;
	enum fault fault;

	cr_assert(take(SLICE(MAGIC "\n"), &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.path == PATH_UNKNOWN && intake.message.n == 0);
	cr_assert(take(SLICE(MAGIC "sender=\nclient_address=\nclient_name=unknown\n\n\nx"), &intake,
			  &fault) == ST_OK);
	cr_expect(intake.envelope.path == PATH_NULL, "an empty sender is the null path");
	cr_expect(intake.envelope.client_ip.family == 0 && intake.envelope.client_name.n == 0);
	cr_expect(is(intake.message, "\nx"), "the message may begin with an empty line");
}

/* A hostile HELO that is encoded adds no line; the message cannot add to the envelope. */
Test(envelope, hostile_values)
{
	struct intake intake;
	enum fault fault;

	cr_assert(take(SLICE(MAGIC "helo_name=x%0Asender=evil\n\nsender=late\n"), &intake,
			  &fault) == ST_OK);
	cr_expect(is(intake.envelope.helo, "x\nsender=evil"));
	cr_expect(intake.envelope.path == PATH_UNKNOWN);
	cr_expect(is(intake.message, "sender=late\n"));
}

Test(envelope, preamble_wins_over_options)
{
	struct options options = options_default();
	struct intake intake;
	const char *rcpts[] = {"o@b.example"};
	enum fault fault;

	options.envelope = ENVELOPE_STDIN;
	options.helo = "o.example";
	options.mail_from = "o@b.example";
	options.client_ip = "192.0.2.1";
	options.rcpts = (struct strings){rcpts, 1};
	cr_assert(envelope_take(&options, SLICE(MAGIC "helo_name=p\nrecipient=p@b.example\n\n"),
			  &arena, &intake, &fault) == ST_OK);
	cr_expect(is(intake.envelope.helo, "p"));
	cr_expect(intake.envelope.path == PATH_UNKNOWN, "a missing sender is unknown");
	cr_expect(intake.envelope.client_ip.family == 4, "what it does not say an option may");
	cr_expect(intake.envelope.nrcpts == 1 && is(intake.envelope.rcpts[0], "p@b.example"));
}

Test(envelope, preamble_is_bounded)
{
	static char text[ENVELOPE_MAX + 100];
	struct intake intake;
	enum fault fault;
	size_t n = sizeof MAGIC - 1;

	memcpy(text, MAGIC, n);
	while (n + 12 < ENVELOPE_MAX / 4) {
		memcpy(text + n, "recipient=r\n", 12);
		n += 12;
	}
	text[n] = '\n';
	cr_assert(take(slice_make(text, n + 1), &intake, &fault) == ST_OK);
	cr_expect(intake.envelope.nrcpts == ENVELOPE_RCPTS, "more are ignored");
	memset(text + n, 'x', sizeof text - n);
	text[n + 1] = '=';
	text[sizeof text - 2] = text[sizeof text - 1] = '\n';
	cr_expect(take(slice_make(text, sizeof text), &intake, &fault) == ST_BAD);
	cr_expect(fault == FAULT_ENVELOPE_LONG, "%s", fault_text(fault));
}
