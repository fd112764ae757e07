#include "filter/stats/sources.h"

#include <criterion/criterion.h>

static const struct key_row {
	const char *name;
	struct row_signature signatures[2];
	enum auth_code spf;
	const char *spf_domain, *client_name, *client_ip;
	enum source_by by;
	const char *want, *provider;
} rows[] = {
	{"aligned before the first",
		{{"a.example", "s", AUTH_PASS, false, ""}, {"b.example", "s", AUTH_PASS, true, ""}},
		AUTH_PASS, "c.example", "", "", SOURCE_BY_SIGNATURE, "b.example", NULL},
	{"the first that passed",
		{{"a.example", "s", AUTH_FAIL, true, ""}, {"b.example", "s", AUTH_PASS, false, ""}},
		AUTH_PASS, "c.example", "", "", SOURCE_BY_SIGNATURE, "b.example", NULL},
	{"the envelope", {{"a.example", "s", AUTH_FAIL, true, ""}}, AUTH_PASS, "c.example",
		"h.d.example", "192.0.2.1", SOURCE_BY_ENVELOPE, "c.example", NULL},
	{"the host's organization", {{.d = NULL}}, AUTH_FAIL, "c.example",
		"mx1.mail.sender.example", "192.0.2.1", SOURCE_BY_NAME, "sender.example", NULL},
	{"below a short second level", {{.d = NULL}}, AUTH_FAIL, "", "mx1.mail.d.co.jp",
		"192.0.2.1", SOURCE_BY_NAME, "d.co.jp", NULL},
	{"a network of IPv4", {{.d = NULL}}, AUTH_FAIL, "c.example", "", "192.0.2.77",
		SOURCE_BY_ADDRESS, "192.0.2.0/24", NULL},
	{"a network of IPv6", {{.d = NULL}}, AUTH_FAIL, "", "", "2001:db8:1:2::3",
		SOURCE_BY_ADDRESS, "2001:db8:1::/48", NULL},
	{"an inside hop", {{.d = NULL}}, AUTH_FAIL, "c.example", "", "10.1.2.3", SOURCE_BY_NOTHING,
		"", NULL},
	{"an inside hop of IPv6", {{.d = NULL}}, AUTH_FAIL, "c.example", "", "::1",
		SOURCE_BY_NOTHING, "", NULL},
	{"nothing", {{.d = NULL}}, AUTH_NONE, "", "", "", SOURCE_BY_NOTHING, "", NULL},
	{"a service", {{"amazonses.com", "s", AUTH_PASS, false, ""}}, AUTH_NONE, "", "", "",
		SOURCE_BY_SIGNATURE, "amazonses.com", "Amazon SES"},
	{"a service behind the customer", {{"a.example", "s", AUTH_PASS, true, ""}}, AUTH_PASS,
		"eu.amazonses.com", "", "", SOURCE_BY_SIGNATURE, "a.example", "Amazon SES"},
	{"no service by a name alone", {{"amazonses.com.evil.example", "s", AUTH_PASS, false, ""}},
		AUTH_NONE, "", "", "", SOURCE_BY_SIGNATURE, "amazonses.com.evil.example", NULL},
};

Test(sources, key)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct key_row *want = &rows[i];
		struct row row = {.spf = want->spf,
			.spf_domain = want->spf_domain,
			.client_name = want->client_name,
			.client_ip = want->client_ip};
		struct source_key key;

		row.signatures = want->signatures;
		while (row.nsignatures < 2 && want->signatures[row.nsignatures].d != NULL)
			row.nsignatures++;
		sources_key(&row, &key);
		cr_expect_eq(key.by, want->by, "%s", want->name);
		cr_expect_str_eq(key.name, want->want, "%s", want->name);
		cr_expect_str_eq(key.provider != NULL ? key.provider : "-",
			want->provider != NULL ? want->provider : "-", "%s", want->name);
	}
}
