/* test_dns_wire.c: questions and answers as octets (RFC 1035 4.1, RFC 2181, RFC 6891) */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/dns/dns_wire.h"
#include "tests/support/dns_packet.h"
#include "tests/support/dns_text.h"

enum { QR = 0x8180, NXDOMAIN = 3, NS = 2, SOA = 6 };

#define RAW(out, bytes) buf_add(out, SLICE(bytes))

static void
a_record(struct buf *out, const char *owner, unsigned last)
{
	packet_rr(out, owner, DNS_A, 4);
	RAW(out, "\300\000\002");
	buf_addc(out, (char)last);
}

static void
one_a(struct buf *out)
{
	packet_head(out, QR, 1, 1, 0);
	packet_name(out, "a.example");
	RAW(out, "\0\1\0\1");
	a_record(out, "a.example", 1);
}

static void
compressed(struct buf *out)
{
	packet_head(out, QR, 1, 1, 0);
	packet_name(out, "a.example");
	RAW(out, "\0\1\0\1\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\11");
}

static void
other_case(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	a_record(out, "A.EXAMPLE", 1);
	a_record(out, "a.Example", 2);
}

static void
other_owner(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	a_record(out, "b.example", 1);
}

static void
other_class(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_name(out, "a.example");
	RAW(out, "\0\1\0\3\0\0\0\5\0\4\300\0\2\11");
}

static void
secure(struct buf *out)
{
	packet_head(out, QR | 0x20, 0, 1, 0);
	a_record(out, "a.example", 1);
}

static void
secure_nxdomain(struct buf *out)
{
	packet_head(out, QR | 0x20 | NXDOMAIN, 0, 0, 0);
}

static void
alias(struct buf *out)
{
	packet_head(out, QR, 0, 3, 0);
	packet_rr_name(out, "a.example", DNS_CNAME, "B.example");
	packet_rr_name(out, "b.example", DNS_CNAME, "c.example");
	a_record(out, "c.example", 3);
}

static void
alias_out_of_order(struct buf *out)
{
	packet_head(out, QR, 0, 3, 0);
	a_record(out, "c.example", 3);
	packet_rr_name(out, "b.example", DNS_CNAME, "c.example");
	packet_rr_name(out, "a.example", DNS_CNAME, "b.example");
}

static void
alias_broken(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	packet_rr_name(out, "a.example", DNS_CNAME, "b.example");
	a_record(out, "c.example", 3);
}

static void
alias_to_nothing(struct buf *out)
{
	packet_head(out, QR | NXDOMAIN, 0, 1, 0);
	packet_rr_name(out, "a.example", DNS_CNAME, "b.example");
}

static void
alias_loop(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	packet_rr_name(out, "a.example", DNS_CNAME, "b.example");
	packet_rr_name(out, "b.example", DNS_CNAME, "a.example");
}

static void
chain(struct buf *out, unsigned links)
{
	char from[16] = "a.example", to[16];

	packet_head(out, QR, 0, links + 1, 0);
	for (unsigned i = 0; i < links; i++) {
		snprintf(to, sizeof to, "x%u", i);
		packet_rr_name(out, from, DNS_CNAME, to);
		memcpy(from, to, sizeof to);
	}
	a_record(out, from, 7);
}

static void
chain_16(struct buf *out)
{
	chain(out, 16);
}

static void
chain_17(struct buf *out)
{
	chain(out, 17);
}

static void
alias_malformed(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_CNAME, 2);
	RAW(out, "\5x");
}

static void
nodata(struct buf *out)
{
	packet_head(out, QR, 0, 0, 1);
	packet_rr(out, "example", SOA, 0);
}

static void
referral(struct buf *out)
{
	packet_head(out, 0x8000, 0, 0, 1);
	packet_rr_name(out, "example", NS, "ns.example");
}

static void
no_referral_with_soa(struct buf *out)
{
	packet_head(out, 0x8000, 0, 0, 2);
	packet_rr_name(out, "example", NS, "ns.example");
	packet_rr(out, "example", SOA, 0);
}

static void
no_referral_with_aa(struct buf *out)
{
	packet_head(out, 0x8400, 0, 0, 1);
	packet_rr_name(out, "example", NS, "ns.example");
}

static void
mx(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	packet_rr(out, "a.example", DNS_MX, 2 + 12);
	RAW(out, "\0\12\2Mx\7example\0");
	packet_rr(out, "a.example", DNS_MX, 3);
	RAW(out, "\377\377\0");
}

static void
mx_short(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_MX, 2);
	RAW(out, "\0\12");
}

static void
mx_long(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_MX, 6);
	RAW(out, "\0\12\1x\0\0");
}

static void
dot_in_label(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_MX, 7);
	RAW(out, "\0\12\3a.b\0");
}

static void
txt(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	packet_rr(out, "a.example", DNS_TXT, 11);
	RAW(out, "\3one\0\5 t\"w\0");
	packet_rr(out, "a.example", DNS_TXT, 1);
	RAW(out, "\0");
}

static void
txt_overrun(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_TXT, 4);
	RAW(out, "\4one");
	RAW(out, "x");
}

static void
txt_empty(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_TXT, 0);
}

static void
aaaa(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_AAAA, 16);
	RAW(out, "\040\001\015\270\0\0\0\0\0\0\0\0\0\0\0\1");
}

static void
a_of_five(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_rr(out, "a.example", DNS_A, 5);
	RAW(out, "\300\0\2\1\0");
}

static void
large_ttl(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	packet_name(out, "a.example");
	RAW(out, "\0\1\0\1\377\377\377\377\0\4\300\0\2\11");
}

static void
forward_pointer(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	RAW(out, "\300\016\1a\0\0\1\0\1\0\0\0\5\0\4\300\0\2\11");
}

static void
pointer_to_itself(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	RAW(out, "\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\11");
}

static void
pointers_without_end(struct buf *out)
{
	/* each points to the one before it */
	packet_head(out, QR, 400, 0, 0);
	for (unsigned i = 0; i < 400; i++) {
		if (i == 0)
			RAW(out, "\1a\0\0\1\0\1");
		else
			packet_u16(out, 0xc000 + (i == 1 ? 12 : 19 + (i - 2) * 6));
		if (i > 0)
			RAW(out, "\0\1\0\1");
	}
}

static void
label_of_64(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	RAW(out, "\100");
	for (int i = 0; i < 80; i++)
		buf_addc(out, 'x');
}

static void
name_of_256(struct buf *out)
{
	packet_head(out, QR, 0, 1, 0);
	for (int i = 0; i < 256; i++)
		buf_addc(out, i % 2 == 0 ? '\1' : 'x');
	RAW(out, "\0\0\1\0\1\0\0\0\5\0\4\300\0\2\11");
}

static void
fewer_records(struct buf *out)
{
	packet_head(out, QR, 0, 2, 0);
	a_record(out, "a.example", 1);
}

static void
truncated(struct buf *out)
{
	packet_head(out, QR | 0x200, 0, 1, 0);
	a_record(out, "a.example", 1);
}

static void
a_question(struct buf *out)
{
	packet_head(out, 0x0100, 0, 1, 0);
	a_record(out, "a.example", 1);
}

static void
short_header(struct buf *out)
{
	RAW(out, "\0\0\201\200\0\0\0\0\0\0\0");
}

static void
nothing(struct buf *out)
{
	(void)out;
}

static void
rcode_servfail(struct buf *out)
{
	packet_head(out, QR | 2, 0, 0, 0);
}

static void
rcode_refused(struct buf *out)
{
	packet_head(out, QR | 5, 0, 0, 0);
}

static void
rcode_formerr(struct buf *out)
{
	packet_head(out, QR | 1, 0, 0, 0);
}

static void
rcode_notimp(struct buf *out)
{
	packet_head(out, QR | 4, 0, 0, 0);
}

static void
rcode_yxdomain(struct buf *out)
{
	packet_head(out, QR | 6, 0, 0, 0);
}

static void
servfail_with_garbage(struct buf *out)
{
	packet_head(out, QR | 2, 9, 9, 0);
}

static const struct row {
	const char *name;
	void (*make)(struct buf *out);
	enum dns_type type;
	const char *answer;
} rows[] = {
	{"address", one_a, DNS_A, "ok 300 192.0.2.1"},
	{"compressed owner", compressed, DNS_A, "ok 5 192.0.2.9"},
	{"owners in other case", other_case, DNS_A, "ok 300 192.0.2.1, 192.0.2.2"},
	{"another type", one_a, DNS_TXT, "nodata"},
	{"another owner", other_owner, DNS_A, "nodata"},
	{"another class", other_class, DNS_A, "nodata"},
	{"AD", secure, DNS_A, "ok 300 192.0.2.1 secure"},
	{"AD and NXDOMAIN", secure_nxdomain, DNS_A, "nxdomain secure"},
	{"CNAMEs", alias, DNS_A, "ok 300 192.0.2.3"},
	{"CNAMEs out of order", alias_out_of_order, DNS_A, "ok 300 192.0.2.3"},
	{"CNAME asked for", alias, DNS_CNAME, "ok 300 b.example"},
	{"CNAME whose target is not there", alias_broken, DNS_A, "nodata"},
	{"CNAME to no name", alias_to_nothing, DNS_A, "nxdomain"},
	{"CNAME loop", alias_loop, DNS_A, "bad CNAME chain too long"},
	{"16 CNAMEs", chain_16, DNS_A, "ok 300 192.0.2.7"},
	{"17 CNAMEs", chain_17, DNS_A, "bad CNAME chain too long"},
	{"CNAME that leaves the message", alias_malformed, DNS_A, "bad malformed answer"},
	{"NODATA", nodata, DNS_A, "nodata"},
	{"referral", referral, DNS_A, "temp the server does not recurse"},
	{"SOA: no referral", no_referral_with_soa, DNS_A, "nodata"},
	{"AA: no referral", no_referral_with_aa, DNS_A, "nodata"},
	{"MX and null MX", mx, DNS_MX, "ok 300 10 mx.example, 65535 "},
	{"MX without a name", mx_short, DNS_MX, "bad malformed answer"},
	{"MX with octets left", mx_long, DNS_MX, "bad malformed answer"},
	{"target with a dot inside a label", dot_in_label, DNS_MX, "bad malformed answer"},
	{"TXT", txt, DNS_TXT, "ok 300 \"one t\"w\\000\", \"\""},
	{"TXT string longer than its data", txt_overrun, DNS_TXT, "bad malformed answer"},
	{"TXT without a string", txt_empty, DNS_TXT, "bad malformed answer"},
	{"AAAA", aaaa, DNS_AAAA, "ok 300 2001:db8::1"},
	{"A of five octets", a_of_five, DNS_A, "bad malformed answer"},
	{"TTL with the top bit", large_ttl, DNS_A, "ok 0 192.0.2.9"},
	{"pointer forwards", forward_pointer, DNS_A, "bad malformed answer"},
	{"pointer to itself", pointer_to_itself, DNS_A, "bad malformed answer"},
	{"400 pointers", pointers_without_end, DNS_A, "bad malformed answer"},
	{"label of 64 octets", label_of_64, DNS_A, "bad malformed answer"},
	{"name of 256 octets", name_of_256, DNS_A, "bad malformed answer"},
	{"fewer records than it says", fewer_records, DNS_A, "bad malformed answer"},
	{"truncated", truncated, DNS_A, "bad malformed answer"},
	{"no answer but a question", a_question, DNS_A, "bad malformed answer"},
	{"short header", short_header, DNS_A, "bad malformed answer"},
	{"nothing", nothing, DNS_A, "bad malformed answer"},
	{"SERVFAIL", rcode_servfail, DNS_A, "temp SERVFAIL"},
	{"REFUSED", rcode_refused, DNS_A, "temp REFUSED"},
	{"FORMERR", rcode_formerr, DNS_A, "temp FORMERR"},
	{"NOTIMP", rcode_notimp, DNS_A, "temp NOTIMP"},
	{"YXDOMAIN", rcode_yxdomain, DNS_A, "temp unexpected response code"},
	{"SERVFAIL with garbage", servfail_with_garbage, DNS_A, "temp SERVFAIL"},
};

Test(dns_wire, answers)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct arena arena;
		struct buf message;
		struct dns_answer answer;
		const char *text;

		arena_init(&arena, NULL, NULL);
		buf_init(&message, &arena, 65535);
		row->make(&message);
		dns_answer_parse(
			SLICE("a.example"), row->type, buf_slice(&message), &arena, &answer);
		text = dns_text(&answer, row->type, &arena);
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		arena_clear(&arena);
	}
}

Test(dns_wire, every_truncation_is_bad)
{
	struct arena arena;
	struct buf message;
	struct dns_answer answer;

	arena_init(&arena, NULL, NULL);
	buf_init(&message, &arena, 65535);
	alias(&message);
	for (size_t n = 0; n < message.n; n++) {
		char *exact = malloc(n + 1); /* so that the sanitizer detects a read past the end */

		memcpy(exact, message.p, n);
		dns_answer_parse(SLICE("a.example"), DNS_A, slice_make(exact, n), &arena, &answer);
		cr_expect_eq(answer.status, DNS_BAD, "%zu octets", n);
		free(exact);
	}
	arena_clear(&arena);
}

static const struct query_row {
	const char *name;
	const char *text;
	enum dns_type type;
	bool edns;
	struct slice query;
} query_rows[] = {
	{"with EDNS", "A.b", DNS_TXT, true,
		{"\022\064\001\040\0\1\0\0\0\0\0\1\1a\1b\0\0\020\0\1\0\0\051\004\320\0\0\0\0\0\0",
			12 + 5 + 4 + 11}},
	{"without", "a\\.b", DNS_AAAA, false,
		{"\022\064\001\040\0\1\0\0\0\0\0\0\2a\\\1b\0\0\034\0\1", 12 + 6 + 4}},
	{"no name", "a..b", DNS_A, true, {"", 0}},
};

Test(dns_wire, queries)
{
	for (size_t i = 0; i < sizeof query_rows / sizeof query_rows[0]; i++) {
		const struct query_row *row = &query_rows[i];
		unsigned char query[DNS_QUERY_MAX];
		size_t n =
			dns_query_write(slice_str(row->text), row->type, 0x1234, row->edns, query);

		cr_expect(
			slice_eq(slice_make((const char *)query, n), row->query), "%s", row->name);
	}
}
