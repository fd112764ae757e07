#include "filter/result/reply.h"

#include <criterion/criterion.h>

#include "tests/support/arena_suite.h"

ARENA_SUITE(reply);

enum {
	REPLY_LINE = 512, /* RFC 5321 4.5.3.1.5, with <CRLF> */
	LABELS = 4        /* 63 octets each, the last 61: 253, the longest name in DNS */
};

/* The octets around the text: "550 5.7.26 " and <CRLF>. */
static const size_t around = sizeof "550 5.7.26 " - 1 + 2;

static const char *
long_name(char fill)
{
	char *name = arena_alloc(&arena, LABELS * 64);
	size_t n = 0;

	for (size_t label = 0; label < LABELS; label++) {
		memset(name + n, fill, label + 1 < LABELS ? 63 : 61);
		n += label + 1 < LABELS ? 63 : 61;
		name[n++] = label + 1 < LABELS ? '.' : '\0';
	}
	return name;
}

static const char *
sentence(const char *author, const char *record, const char *tag, enum dmarc_policy policy)
{
	static struct options options;
	struct evaluation ev = {.options = &options, .arena = &arena, .evaluated = true};

	ev.ids.author_domain = slice_str(author);
	ev.results.dmarc.code = AUTH_FAIL;
	ev.results.dmarc.has_record = true;
	ev.results.dmarc.record_domain = slice_str(record);
	ev.results.dmarc.selected = tag;
	ev.results.dmarc.policy = policy;
	return reply_sentence(&ev);
}

Test(reply, names_the_domain_and_where_its_policy_is)
{
	cr_expect_str_eq(sentence("example.com", "example.com", "p", DMARC_REJECT),
		"Message from example.com (p=reject at _dmarc.example.com) failed DMARC");
	cr_expect_str_eq(sentence("a.example.com", "example.com", "sp", DMARC_REJECT),
		"Message from a.example.com (sp=reject at _dmarc.example.com) failed DMARC");
	cr_expect_str_eq(sentence("a.example.com", "example.com", "np", DMARC_QUARANTINE),
		"Message from a.example.com (np=quarantine at _dmarc.example.com) failed DMARC");
}

Test(reply, no_author_no_name)
{
	struct evaluation ev = {.arena = &arena, .evaluated = true};

	ev.results.dmarc.code = AUTH_PERMERROR;
	cr_expect_str_eq(reply_sentence(&ev), "Message has no author that DMARC could confirm");
}

/* The names are cut to fit the line; the result and its cause are kept. */
Test(reply, fits_a_reply_line)
{
	const char *author = long_name('a'), *record = long_name('r');
	const char *reply = sentence(author, record, "sp", DMARC_QUARANTINE);

	cr_assert(strlen(author) == 253 && strlen(record) == 253);
	cr_expect(around + strlen(reply) <= REPLY_LINE, "%zu octets", around + strlen(reply));
	cr_expect(strncmp(reply, "Message from aaa", 16) == 0, "%s", reply);
	cr_expect(strstr(reply, "... (sp=quarantine at _dmarc.rrr") != NULL, "%s", reply);
	cr_expect(
		strlen(reply) > 16 && strcmp(reply + strlen(reply) - 17, "...) failed DMARC") == 0,
		"%s", reply);
	cr_expect(strpbrk(reply, "\r\n") == NULL);
}

/* A name that need not be cut is complete. */
Test(reply, usual_names_are_whole)
{
	const char *name =
		"a-rather-long-label-of-a-company.and-another-one.department.example.co.jp";

	cr_expect(strstr(sentence(name, name, "p", DMARC_REJECT), "...") == NULL);
}
