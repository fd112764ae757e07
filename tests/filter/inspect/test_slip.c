#include "filter/inspect/slip.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/result/finding.h"

static const struct {
	const char *name;
	enum slip_kind kind;
	const char *record;
	size_t stopped, at;
	const char *says; /* a word of the cause, or NULL */
} rows[] = {
	{"a backslash before the semicolon", SLIP_DMARC, "v=DMARC1\\; p=none\\;", 0, 9,
		"backslash"},
	{"the same in a key", SLIP_KEY, "v=DKIM1\\; k=rsa\\; p=MII", 8, 8, "backslash"},
	{"quotes around p=", SLIP_KEY, "v=DKIM1; p=\"MII\"", 12, 12, "quotation"},
	{"quotes around SPF", SLIP_SPF, "\"v=spf1 -all\"", 0, 1, "quotation"},
	{"a line end in p=", SLIP_KEY, "v=DKIM1; p=MII\nMII", 0, 15, "line end"},
	{"a carriage return first", SLIP_KEY_DATA, "p=MII\r\nMII", 0, 6, "line end"},
	{"a wildcard's SPF at a selector", SLIP_KEY, "v=spf1 -all", 3, 3, "wildcard"},
	{"SPF at _dmarc", SLIP_DMARC, " V=SPF1 -all", 0, 0, "wildcard"},
	{"SPF where it belongs", SLIP_SPF, "v=spf1 ip4:x -all", 8, 8, NULL},
	{"a CNAME's target as text", SLIP_KEY, "s1.dkim.service.example.", 1, 1, "CNAME"},
	{"one label is no target", SLIP_KEY, "test", 1, 1, NULL},
	{"an algorithm in h=", SLIP_KEY, "v=DKIM1; h=rsa-sha256; p=MII", 0, 12, "hashes"},
	{"which has no part in p=", SLIP_KEY_DATA, "v=DKIM1; h=rsa-sha256; p=MII", 0, 0, NULL},
	{"a full-width sign", SLIP_SPF,
		"v=spf1 ip4\xef\xbc\x9a"
		"192.0.2.1 -all",
		0, 11, "script"},
	{"nothing of the kind", SLIP_KEY, "v=DKIM1; p=MII!", 15, 15, NULL},
	{"an empty record", SLIP_KEY, "", 0, 0, NULL},
};

Test(slip, find)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct slip slip =
			slip_find(rows[i].kind, slice_str(rows[i].record), rows[i].stopped);

		cr_expect_eq(slip.at, rows[i].at, "%s: %zu", rows[i].name, slip.at);
		cr_expect_eq(slip.text == NULL, rows[i].says == NULL, "%s", rows[i].name);
		if (slip.text != NULL && rows[i].says != NULL)
			cr_expect(strstr(slip.text, rows[i].says) != NULL, "%s: %s", rows[i].name,
				slip.text);
	}
}

/* What inspect shows of the record: the mark stands below the octet; a cause of all of it has none.
 */
Test(slip, shown)
{
	static const struct {
		size_t at;
		const char *cause, *want;
	} shown[] = {
		{4, "why", "  error: text\n      abcdef\n         ^ why\n"},
		{4, NULL, "  error: text\n      abcdef\n         ^\n"},
		{0, "why", "  error: text\n      abcdef\n      why\n"},
		{0, NULL, "  error: text\n"},
	};

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		struct findings findings;
		struct finding *finding;
		struct arena arena;
		char *text = NULL;
		size_t n = 0;
		FILE *out = open_memstream(&text, &n);

		cr_assert_not_null(out);
		arena_init(&arena, NULL, NULL);
		findings_init(&findings, &arena);
		finding = findings_add(&findings, FINDING_ERROR, "spf", "spf", "text");
		finding_mark(&findings, finding, SLICE("abcdef"), shown[i].at, shown[i].cause);
		finding_print(finding, "  ", &arena, out);
		cr_assert_eq(fclose(out), 0);
		cr_expect_str_eq(text, shown[i].want, "%zu", i);
		free(text);
		arena_clear(&arena);
	}
}
