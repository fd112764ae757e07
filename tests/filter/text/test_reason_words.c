#include "filter/text/reason_words.h"

#include <criterion/criterion.h>

#include "auth/dkim/dkim_reason.h"
#include "filter/text/i18n.h"

struct row {
	const char *name;
	enum dkim_reason id;
	const char *about; /* a name from our sources */
	struct slice octets;
	size_t at;
	const char *want;
	int octet; /* the octet at fault; 0: none */
};

static const struct row rows[] = {
	{"none", DKIM_R_NONE, NULL, {0}, 0, "", 0},
	{"a sentence", DKIM_R_KEY_NO_P, NULL, {0}, 0, "the key record has no p=", 0},
	{"a name", DKIM_R_MISSING, "bh", {0}, 0, "a required tag is missing: bh", 0},
	{"a name and octets", DKIM_R_MISSING, "bh", {"x", 1}, 0, "a required tag is missing: bh",
		0},
	{"octets", DKIM_R_TAGS, NULL, {"a b", 3}, 0, "the tag list is malformed: a b", 0},
	{"octets of a terminal", DKIM_R_TAGS, NULL, {"\033[2J\\", 5}, 0,
		"the tag list is malformed: \\x1b[2J\\x5c", 0},
	{"a place", DKIM_R_TAG_TWICE, NULL, {"d", 1}, 39, "duplicate tag: d, from octet 39 on", 0},
	{"an octet", DKIM_R_TAGS, NULL, {0}, 7, "the tag list is malformed: octet 0x3b at 7", ';'},
	{"octets and one of them", DKIM_R_TAGS, NULL, {"a.b", 3}, 7,
		"the tag list is malformed: a.b, octet 0x2e at 7", '.'},
};

Test(reason_words, english)
{
	struct arena arena;

	i18n_choose(I18N_EN);
	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reason reason = dkim_reason(rows[i].id);

		reason.name = rows[i].about;
		reason.octets = rows[i].octets;
		reason.at = rows[i].at;
		reason.has_octet = rows[i].octet != 0;
		reason.octet = (unsigned char)rows[i].octet;
		cr_expect_str_eq(reason_words(&reason, &arena), rows[i].want, "%s: %s",
			rows[i].name, reason_words(&reason, &arena));
	}
	arena_clear(&arena);
}

/* Untrusted octets are truncated. */
Test(reason_words, long_octets)
{
	struct reason reason = dkim_reason(DKIM_R_TAGS);
	static char octets[10000];
	struct arena arena;

	i18n_choose(I18N_EN);
	arena_init(&arena, NULL, NULL);
	memset(octets, 'x', sizeof octets);
	reason.octets = slice_make(octets, sizeof octets);
	cr_expect_lt(strlen(reason_words(&reason, &arena)), (size_t)120);
	memset(octets, '\377', sizeof octets);
	cr_expect_lt(strlen(reason_words(&reason, &arena)), (size_t)400);
	arena_clear(&arena);
}
