#include <criterion/criterion.h>

#include "filter/intake/envelope.h"

#include "tests/support/arena_suite.h"

ARENA_SUITE(envelope_field);

/* Reads the envelope from a message with that header; the secret is "s 3%". */
static enum status
read_header(const char *header, size_t max_fields, struct envelope *envelope, enum fault *fault)
{
	struct options options = options_default();
	struct message message;
	struct intake intake;

	options.envelope = ENVELOPE_FIELD;
	options.limits.field_size = 2000;
	*fault = FAULT_NONE;
	message_parse(slice_str(header), max_fields, 2000, &arena, &message);
	cr_assert(envelope_take(&options, message.raw, &arena, &intake, fault) == ST_OK);
	enum status st = envelope_from_message(
		&options, &message, SLICE("s 3%"), NULL, &arena, &intake, fault);
	*envelope = intake.envelope;
	return st;
}

#define OURS "X-Mailstamp-Envelope: secret=s%203%25 sender=a@b.example client_address=192.0.2.1\n"
#define FORGED "X-Mailstamp-Envelope: sender=evil@b.example client_address=198.51.100.9\n"

static const struct row {
	const char *name, *header;
	const char *path; /* NULL: refused */
} rows[] = {
	{"on top", OURS "From: a\n\nb", "a@b.example"},
	{"at the end", "From: a\nTo: b\n" OURS "\nb", "a@b.example"},
	{"above a forged one", OURS FORGED "\n", "a@b.example"},
	{"below a forged one", FORGED OURS "\n", "a@b.example"},
	{"folded", "X-Mailstamp-Envelope:\r\n\tsecret=s%203%25\r\n\tsender=a@b.example\r\n\r\n",
		"a@b.example"},
	{"another case, spaced", "x-mailstamp-ENVELOPE : sender=a@b.example secret=s%203%25\n\n",
		"a@b.example"},
	{"encoded", "X-Mailstamp-Envelope: secret=s%203%25 sender=%22a%20b%22@b.example\n\n",
		"\"a b\"@b.example"},
	{"no end of the header", "X-Mailstamp-Envelope: secret=s%203%25 sender=a@b.example",
		"a@b.example"},
	{"none", "From: a\n\nb", NULL},
	{"without the secret", FORGED "\n", NULL},
	{"a wrong secret", "X-Mailstamp-Envelope: secret=s3 sender=a@b.example\n\n", NULL},
	{"a part of it", "X-Mailstamp-Envelope: secret=s%20 sender=a@b.example\n\n", NULL},
	{"it and more", "X-Mailstamp-Envelope: secret=s%203%25s%203%25 sender=a\n\n", NULL},
	{"an empty secret", "X-Mailstamp-Envelope: secret= sender=a@b.example\n\n", NULL},
	{"a badly encoded secret", "X-Mailstamp-Envelope: secret=s%203% sender=a\n\n", NULL},
	{"two", OURS OURS "\n", NULL},
	{"in the body", "From: a\n\n" OURS, NULL},
	{"in another field", "X-Other: secret=s%203%25\n sender=a@b.example\n\n", NULL},
	{"two senders", "X-Mailstamp-Envelope: secret=s%203%25 sender=a sender=b\n\n", NULL},
	{"two secrets", "X-Mailstamp-Envelope: secret=x secret=s%203%25 sender=b\n\n", NULL},
	{"a bad client", "X-Mailstamp-Envelope: secret=s%203%25 client_address=1.2\n\n", NULL},
	{"a word without =", "X-Mailstamp-Envelope: secret=s%203%25 hello\n\n", NULL},
};

Test(envelope_field, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct envelope envelope;
		enum fault fault;
		enum status st = read_header(row->header, 1000, &envelope, &fault);

		cr_expect((st == ST_OK) == (row->path != NULL), "%s: %s", row->name,
			fault_text(fault));
		if (st == ST_OK && row->path != NULL)
			cr_expect(slice_eq(envelope.mail_from, slice_str(row->path)), "%s: %.*s",
				row->name, (int)envelope.mail_from.n, envelope.mail_from.p);
		else
			cr_expect(fault != FAULT_NONE, "%s: error", row->name);
	}
}

/* Exim adds the envelope field below all others: the limit on fields must not hide it. */
Test(envelope_field, below_more_fields_than_we_index)
{
	struct envelope envelope;
	enum fault fault;

	cr_assert(read_header("A: 1\nB: 2\nC: 3\n" OURS "\n", 2, &envelope, &fault) == ST_OK);
	cr_expect(envelope.client_ip.family == 4);
}

Test(envelope_field, empty_and_missing_sender)
{
	struct envelope envelope;
	enum fault fault;

	cr_assert(read_header("X-Mailstamp-Envelope: secret=s%203%25 sender= helo_name=h\n\n", 9,
			  &envelope, &fault) == ST_OK);
	cr_expect(envelope.path == PATH_NULL && slice_eq(envelope.helo, SLICE("h")));
	cr_assert(read_header("X-Mailstamp-Envelope: secret=s%203%25\n\n", 9, &envelope, &fault) ==
		  ST_OK);
	cr_expect(envelope.path == PATH_UNKNOWN);
}

Test(envelope_field, no_secret_matches_nothing)
{
	struct options options = options_default();
	struct intake intake = {0};
	struct message message;
	enum fault fault;

	options.envelope = ENVELOPE_FIELD;
	message_parse(
		SLICE("X-Mailstamp-Envelope: secret= sender=a\n\n"), 9, 2000, &arena, &message);
	cr_expect(envelope_from_message(
			  &options, &message, SLICE(""), NULL, &arena, &intake, &fault) == ST_BAD);
}

Test(envelope_field, over_limit_is_not_read)
{
	static char header[5000];
	struct envelope envelope;
	enum fault fault;

	strcpy(header, "X-Mailstamp-Envelope: secret=s%203%25 other=");
	memset(header + strlen(header), 'x', 4000);
	strcat(header, "\n\n");
	cr_expect(read_header(header, 9, &envelope, &fault) == ST_BAD);
}

Test(envelope_field, which_fields_are_hidden)
{
	struct message message;

	message_parse(SLICE(FORGED "X-Mailstamp-Envelope-2: x\nX-Mailstamp-Envelope : x\n\n"), 9,
		2000, &arena, &message);
	cr_assert(message.nfields == 3);
	cr_expect(envelope_is_field(&message.fields[0]));
	cr_expect(!envelope_is_field(&message.fields[1]));
	cr_expect(envelope_is_field(&message.fields[2]));
}
