#include "filter/reporting/reporting_target.h"

#include <criterion/criterion.h>

static const struct uri_row {
	const char *name, *uri, *address; /* NULL: none */
} uri_rows[] = {
	{"plain", "mailto:a@b.example", "a@b.example"},
	{"scheme in other case", "MAILTO:a@b.example", "a@b.example"},
	{"obsolete size (RFC 9989 4.8)", "mailto:a@b.example!10m", "a@b.example"},
	{"hfields (RFC 6068 2)", "mailto:a@b.example?subject=x", "a@b.example"},
	{"percent-encoded (RFC 3986 2.1)", "mailto:a%2Bb%2c@b.example", NULL},
	{"plus, encoded", "mailto:a%2Bb@b.example", "a+b@b.example"},
	{"plus", "mailto:a+b@b.example", "a+b@b.example"},
	{"domain is made normal", "mailto:A@B.Example", "A@b.example"},
	{"dots", "mailto:a.b.c@b.example", "a.b.c@b.example"},
	{"two dots", "mailto:a..b@b.example", NULL},
	{"dot at an end", "mailto:a.@b.example", NULL},
	{"https", "https://b.example/", NULL},
	{"no scheme", "a@b.example", NULL},
	{"no domain", "mailto:a", NULL},
	{"no local part", "mailto:@b.example", NULL},
	{"a domain that is none", "mailto:a@b..example", NULL},
	{"an address literal", "mailto:a@[192.0.2.1]", NULL},
	{"an option of sendmail", "mailto:-bs@b.example", NULL},
	{"a line end", "mailto:a%0aBcc:x@b.example", NULL},
	{"a space", "mailto:a%20b@b.example", NULL},
	{"a NUL", "mailto:a%00b@b.example", NULL},
	{"half an octet", "mailto:a%2@b.example", NULL},
	{"8 bits", "mailto:%c3%a4@b.example", NULL},
	{"a second address", "mailto:a@x.example%2Cb@b.example", NULL},
	{"local part of 65 octets",
		"mailto:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b."
		"example",
		NULL},
	{"nothing", "", NULL},
};

Test(reporting_target, uris)
{
	for (size_t i = 0; i < sizeof uri_rows / sizeof *uri_rows; i++) {
		const struct uri_row *row = &uri_rows[i];
		struct slice address = SLICE("");
		struct arena arena;
		bool good;

		arena_init(&arena, NULL, NULL);
		good = reporting_address_uri(slice_str(row->uri), &arena, &address);
		cr_expect_eq(good, row->address != NULL, "%s", row->name);
		if (good && row->address != NULL)
			cr_expect(slice_eq(address, slice_str(row->address)), "%s: %.*s", row->name,
				(int)address.n, address.p);
		arena_clear(&arena);
	}
}

/* RFC 9990 3.5: the addresses keep their order; malformed ones are ignored */
static const struct list_row {
	const char *name, *list, *addresses;
} list_rows[] = {
	{"one", "mailto:a@b.example", "a@b.example"},
	{"two", "mailto:a@b.example, mailto:c@d.example!1k", "a@b.example c@d.example"},
	{"one twice", "mailto:a@b.example,mailto:A@B.example", "a@b.example"},
	{"bad ones between", "x,mailto:a@b.example,,https://x/,mailto:c@d.example,",
		"a@b.example c@d.example"},
	{"at most ten",
		"mailto:1@a.b,mailto:2@a.b,mailto:3@a.b,mailto:4@a.b,mailto:5@a.b,mailto:6@a.b,"
		"mailto:7@a.b,mailto:8@a.b,mailto:9@a.b,mailto:10@a.b,mailto:11@a.b",
		"1@a.b 2@a.b 3@a.b 4@a.b 5@a.b 6@a.b 7@a.b 8@a.b 9@a.b 10@a.b"},
	{"none", "", ""},
};

Test(reporting_target, lists)
{
	for (size_t i = 0; i < sizeof list_rows / sizeof *list_rows; i++) {
		struct slice got;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		got = reporting_addresses(slice_str(list_rows[i].list), &arena);
		cr_expect(slice_eq(got, slice_str(list_rows[i].addresses)), "%s: %.*s",
			list_rows[i].name, (int)got.n, got.p);
		arena_clear(&arena);
	}
}
