/* test_own_senders.c: the list of who sends mail for a domain's owner. */
#include "filter/settings/own_senders.h"

#include <criterion/criterion.h>

#include "filter/io/fault.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(own_senders);

static const struct good_row {
	const char *name, *text;
	const char *address, *domain, *provider; /* one that is in the list, or NULL */
	const char *other;                       /* a domain that is not in the list */
} good_rows[] = {
	{"empty", "", NULL, NULL, NULL, "example.com"},
	{"comments", "# all\n\n   # nothing\n", NULL, NULL, NULL, "example.com"},
	{"a network", "192.0.2.0/24\n", "192.0.2.9", NULL, NULL, "example.com"},
	{"an address", "2001:db8::1", "2001:db8::1", NULL, NULL, NULL},
	{"with a comment", "192.0.2.0/24 # office\r\n", "192.0.2.200", NULL, NULL, NULL},
	{"a domain", "Example.COM\n", NULL, "mail.example.com", NULL, "notexample.com"},
	{"a domain in its own letters", "m\303\274nchen.example\n", NULL, "xn--mnchen-3ya.example",
		NULL, NULL},
	{"a provider", "provider Amazon SES\n", NULL, NULL, "amazon ses", NULL},
	{"a service by its domain", "amazonses.com\n", NULL, "ap-northeast-1.amazonses.com",
		"Amazon SES", "example.com"},
	{"a service, and none of its customers", "onmicrosoft.com\n", NULL, "onmicrosoft.com",
		"Microsoft 365", "shop.onmicrosoft.com"},
	{"one customer of a service", "shop.onmicrosoft.com\n", NULL, "shop.onmicrosoft.com", NULL,
		"other.onmicrosoft.com"},
	{"the widest networks", "10.0.0.0/8\n2001::/16\n", "10.1.2.3", NULL, NULL, NULL},
	{"a short name that is no registry's", "db.de\nco.example\nx.co\n", NULL, "db.de", NULL,
		"co.jp"},
	{"names that only look like a registry's", "ad.nl\ngr.ch\nne.ch\nne.se\nco.de\norg.de\n",
		NULL, "ne.ch", NULL, "lu.ch"},
	{"a name below a registry's", "example.co.jp\nexample.com.au\n", NULL, "x.example.co.jp",
		NULL, "other.co.jp"},
	{"all of them", "provider Mailchimp\n192.0.2.1\nexample.net", "192.0.2.1", "example.net",
		"Mailchimp", "example.com"},
};

static const struct bad_row {
	const char *name, *text;
	size_t line;
	enum fault fault; /* FAULT_NONE: FAULT_OWN_SENDER */
} bad_rows[] = {
	{"a whole top-level domain", "com\n", 1, FAULT_NONE},
	{"the second line", "192.0.2.1\nnot a name\n", 2, FAULT_NONE},
	{"a prefix that is too long", "192.0.2.0/33\n", 1, FAULT_NONE},
	{"provider without a name", "# x\n\nprovider\n", 3, FAULT_NONE},
	{"everybody", "0.0.0.0/0\n", 1, FAULT_OWN_WIDE},
	{"half of everybody", "# x\n128.0.0.0/1\n", 2, FAULT_OWN_WIDE},
	{"everybody, mapped", "::ffff:0:0/96\n", 1, FAULT_OWN_WIDE},
	{"everybody of IPv6", "::/0\n", 1, FAULT_OWN_WIDE},
	{"an eighth of IPv6", "2000::/3\n", 1, FAULT_OWN_WIDE},
	{"a registry's name", "co.jp\n", 1, FAULT_OWN_SUFFIX},
	{"a registry's name in capitals", "Com.AU\n", 1, FAULT_OWN_SUFFIX},
	{"another registry's name", "go.kr\n", 1, FAULT_OWN_SUFFIX},
	{"the third line", "ne.ch\nexample.co.uk\nac.uk\n", 3, FAULT_OWN_SUFFIX},
	{"one of many top-level domains", "com.tw\n", 1, FAULT_OWN_SUFFIX},
	{"an unknown service", "provider Amazn SES\n", 1, FAULT_OWN_PROVIDER},
	{"an address literal", "[192.0.2.1]\n", 1, FAULT_NONE},
};

Test(own_senders, good)
{
	for (size_t i = 0; i < sizeof good_rows / sizeof good_rows[0]; i++) {
		const struct good_row *row = &good_rows[i];
		struct own_senders own;
		struct ip ip;
		struct error why = {.path = NULL};

		cr_assert_eq(own_senders_parse(slice_str(row->text), &arena, &own, &why), ST_OK,
			"%s", row->name);
		if (row->address != NULL) {
			cr_assert(ip_parse(slice_str(row->address), &ip));
			cr_expect(own_senders_have_address(&own, &ip), "%s", row->name);
		}
		cr_assert(ip_parse(SLICE("203.0.113.1"), &ip));
		cr_expect_not(own_senders_have_address(&own, &ip), "%s", row->name);
		if (row->domain != NULL)
			cr_expect(own_senders_have_domain(&own, slice_str(row->domain)), "%s",
				row->name);
		if (row->other != NULL)
			cr_expect_not(own_senders_have_domain(&own, slice_str(row->other)), "%s",
				row->name);
		if (row->provider != NULL)
			cr_expect(own_senders_have_provider(&own, row->provider), "%s", row->name);
		cr_expect_not(own_senders_have_provider(&own, "Postmark"), "%s", row->name);
	}
}

Test(own_senders, bad)
{
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		struct own_senders own;
		struct error why = {.path = NULL};

		cr_expect_eq(own_senders_parse(slice_str(bad_rows[i].text), &arena, &own, &why),
			ST_BAD, "%s", bad_rows[i].name);
		cr_expect_eq(why.line, bad_rows[i].line, "%s: %zu", bad_rows[i].name, why.line);
		cr_expect_eq(why.reason.id,
			(unsigned)REASON_FAULT + (bad_rows[i].fault != FAULT_NONE
								 ? bad_rows[i].fault
								 : FAULT_OWN_SENDER),
			"%s", bad_rows[i].name);
	}
}

Test(own_senders, no_list)
{
	const struct ip none = {.family = 0};

	cr_expect_not(own_senders_have_address(NULL, &none));
	cr_expect_not(own_senders_have_domain(NULL, SLICE("example.com")));
	cr_expect_not(own_senders_have_provider(NULL, "Mailchimp"));
}
