/* test_dns_large.c: how much memory the records of an answer may take. */
#include <criterion/criterion.h>

#include "auth/dns/dns_wire.h"
#include "tests/support/dns_packet.h"

enum { QR = 0x8180 };

#define RAW(out, bytes) buf_add(out, SLICE(bytes))

/* n records of one octet of text each */
static void
txt_records(struct buf *out, size_t n)
{
	packet_head(out, QR, 0, (unsigned)n, 0);
	for (size_t i = 0; i < n; i++) {
		packet_rr(out, "a.example", DNS_TXT, 2);
		RAW(out, "\1x");
	}
}

enum { RECORDS_MAX = DNS_ANSWER_MAX / (sizeof(struct dns_rr) + 1) };

static void
as_many_records(struct buf *out)
{
	txt_records(out, RECORDS_MAX);
}

static void
too_many_records(struct buf *out)
{
	txt_records(out, RECORDS_MAX + 1);
}

/* They are too many, whatever is in them. */
static void
many_records(struct buf *out)
{
	txt_records(out, DNS_ANSWER_MAX / sizeof(struct dns_rr) + 1);
}

/* One record of n octets of text. */
static void
long_text(struct buf *out, size_t n)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_TXT, n + (n + 254) / 255);
	for (size_t k; n > 0; n -= k) {
		k = n < 255 ? n : 255;
		buf_addc(out, (char)k);
		for (size_t i = 0; i < k; i++)
			buf_addc(out, 'x');
	}
}

/* The longest text that a message has room for. */
static void
longest_text(struct buf *out)
{
	long_text(out, (size_t)255 * 255);
}

/* Names that are 16 times as long as what refers to them. */
static void
compressed_names(struct buf *out)
{
	const char *target = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example";

	packet_head(out, QR, 0, 600, 0);
	packet_rr_name(out, "a.example", DNS_PTR, target);
	for (size_t i = 1; i < 600; i++) {
		packet_rr(out, "a.example", DNS_PTR, 2);
		RAW(out, "\300\041"); /* the target: after the header, the owner and 10 octets */
	}
}

static const struct row {
	const char *name;
	void (*make)(struct buf *out);
	enum dns_type type;
	enum dns_status status;
	enum dns_outcome_id outcome;
} rows[] = {
	{"as many records as are kept", as_many_records, DNS_TXT, DNS_OK, DNS_OUT_NODATA},
	{"one record too many", too_many_records, DNS_TXT, DNS_BAD, DNS_OUT_LARGE},
	{"far too many", many_records, DNS_TXT, DNS_BAD, DNS_OUT_LARGE},
	{"a text of 65,025 octets", longest_text, DNS_TXT, DNS_OK, DNS_OUT_NODATA},
	{"names by pointers to one", compressed_names, DNS_PTR, DNS_BAD, DNS_OUT_LARGE},
	{"records of another type are not counted", too_many_records, DNS_A, DNS_NODATA,
		DNS_OUT_NODATA},
};

Test(dns_large, answers)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct dns_answer answer;
		struct arena arena;
		struct buf message;

		arena_init(&arena, NULL, NULL);
		buf_init(&message, &arena, 65535);
		row->make(&message);
		dns_answer_parse(
			SLICE("a.example"), row->type, buf_slice(&message), &arena, &answer);
		cr_expect_eq(answer.status, row->status, "%s: %d", row->name, answer.status);
		cr_expect(answer.status != DNS_BAD || answer.outcome == row->outcome, "%s: %d",
			row->name, (int)answer.outcome);
		arena_clear(&arena);
	}
}
