/*
 * test_dns_transport.c: which query a packet answers. Sockets: test_dns_resolver.c, tests/dns/run.
 */
#include "auth/dns/dns_transport.h"

#include <criterion/criterion.h>

/* Does the message answer the question for a.example A, whose id is 0x1234? */
static const struct match_row {
	const char *name;
	struct slice message;
	bool match;
} match_rows[] = {
	{"an answer", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), true},
	{"with more behind it",
		SLICE_INIT("\x12\x34\x81\x80\0\1\0\1\0\0\0\0\1a\7example\0\0\1\0\1\xff"), true},
	{"SERVFAIL", SLICE_INIT("\x12\x34\x81\x82\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), true},
	{"another id", SLICE_INIT("\x12\x35\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), false},
	{"a question", SLICE_INIT("\x12\x34\1\x20\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), false},
	{"another opcode", SLICE_INIT("\x12\x34\xa9\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"),
		false},
	{"another name", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1b\7example\0\0\1\0\1"),
		false},
	{"another case", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1A\7example\0\0\1\0\1"),
		false},
	{"another type", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\x10\0\1"),
		false},
	{"another class", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\3"),
		false},
	{"a longer name", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\1b\0\0\1\0\1"),
		false},
	{"cut in the question", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0"),
		false},
	{"two questions",
		SLICE_INIT("\x12\x34\x81\x80\0\2\0\0\0\0\0\0\1a\7example\0\0\1\0\1\1a\7example\0\0"
			   "\1\0\1"),
		false},
	{"FORMERR without a question", SLICE_INIT("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), true},
	{"REFUSED without a question", SLICE_INIT("\x12\x34\x81\x85\0\0\0\0\0\0\0\0"), true},
	{"no data without a question", SLICE_INIT("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), false},
	{"NXDOMAIN without a question", SLICE_INIT("\x12\x34\x81\x83\0\0\0\0\0\0\0\0"), false},
	{"cut in the header", SLICE_INIT("\x12\x34\x81\x81\0\0\0\0\0\0\0"), false},
	{"nothing", SLICE_INIT(""), false},
};

Test(dns_transport, whose_answer)
{
	for (size_t i = 0; i < sizeof match_rows / sizeof match_rows[0]; i++)
		for (int edns = 0; edns < 2; edns++) {
			const struct match_row *row = &match_rows[i];
			unsigned char query[DNS_QUERY_MAX];
			size_t n = dns_query_write(
				SLICE("a.example"), DNS_A, 0x1234, edns == 1, query);

			cr_expect_eq(
				dns_answer_is_to(row->message, slice_make((const char *)query, n)),
				row->match, "%s", row->name);
		}
}
