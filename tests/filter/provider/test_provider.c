#include "filter/provider/provider.h"

#include <criterion/criterion.h>

Test(provider, of)
{
	static const struct {
		const char *domain, *name; /* NULL: none */
	} rows[] = {
		{"amazonses.com", "Amazon SES"},
		{"eu-west-1.amazonses.com", "Amazon SES"},
		{"example-com.20230601.gappssmtp.com", "Google Workspace"},
		{"mail-ej1-f41.google.com", "Google Workspace"},
		{"example.onmicrosoft.com", "Microsoft 365"},
		{"mail-db3eur04.outbound.protection.outlook.com", "Microsoft 365"},
		{"mail123.atl11.rsgsv.net", "Mailchimp"},
		{"mail.mcdlv.net", "Mailchimp"},
		{"em123.sendgrid.net", "SendGrid"},
		{"pm.mtasv.net", "Postmark"},
		{"jcity.com", "J-City"},
		{"mail.jcity.com", "J-City"},
		{"mail.JCITY.com", "J-City"},
		{"_spf.google.com", "Google Workspace"},
		{"spf.mtasv.net", "Postmark"},
		{"a123.cuenote.jp", "Cuenote"},
		{"www1234.sakura.ne.jp", "Sakura Internet"},
		{"gmx.net", "GMX"}, /* it has only mailboxes */
		{"hotmail.co.jp", "Microsoft 365"},
		{"jcity.com.example", NULL},
		{"notjcity.com", NULL},
		{"com", NULL},
		{"", NULL},
		{"example.com", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct provider *found = provider_of(slice_str(rows[i].domain));

		cr_expect_eq(found == NULL, rows[i].name == NULL, "%s", rows[i].domain);
		if (found != NULL && rows[i].name != NULL)
			cr_expect_str_eq(found->name, rows[i].name, "%s", rows[i].domain);
	}
}

Test(provider, table_is_in_order)
{
	cr_expect(provider_count >= 150, "%zu", provider_count);
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];

		cr_expect(i == 0 || strcmp(provider_table[i - 1].name, one->name) < 0, "%s",
			one->name);
		cr_expect(one->page != NULL && strncmp(one->page, "http", 4) == 0, "%s", one->name);
		cr_expect_eq(provider_named(slice_str(one->name)), one, "%s", one->name);
	}
	for (size_t i = 1; i < provider_names_count; i++)
		cr_expect(strcmp(provider_names[i - 1].domain, provider_names[i].domain) < 0,
			"%s: twice, or of two services", provider_names[i].domain);
}

/* A map of host names says nothing about a customer's records. */
Test(provider, nothing_is_proposed_from_a_map)
{
	const struct slice map = SLICE("https://github.com/domainaware/parsedmarc/");

	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];
		struct slice pages = slice_str(one->page), page;
		bool documented = false;

		while (provider_next_word(&pages, &page))
			documented |= !slice_starts(page, map);
		cr_expect(documented ||
				  (one->include == NULL && one->mx == NULL && one->cnames == NULL &&
					  one->dkim == NULL && one->mail_from == NULL),
			"%s", one->name);
	}
}

Test(provider, forwards)
{
	static const struct {
		const char *domain;
		bool forwards;
	} rows[] = {
		{"googlegroups.com", true},
		{"bounces.groups.io", true},
		{"google.com", false},
		{"sub.google.com", false},
		{"google.com.example", false},
		{"notgoogle.com", false},
		{"messagingengine.com", false}, /* it also signs its customers' mail */
		{"", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct slice domain = slice_str(rows[i].domain);

		cr_expect_eq(
			provider_forwards(domain) != NULL, rows[i].forwards, "%s", rows[i].domain);
	}
}

Test(provider, shared)
{
	static const struct {
		const char *domain;
		bool is;
	} rows[] = {
		{"amazonses.com", true},
		{"us-west-2.amazonses.com", true},
		{"onmicrosoft.com", true},
		{"shop.onmicrosoft.com", false}, /* one customer's */
		{"gappssmtp.com", true},
		{"shop-example.20230601.gappssmtp.com", false},
		{"yahoo.co.jp", true},
		{"notgmail.com", false},
		{"gmail.com.example", false},
		{"com", false},
		{"", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(provider_is_shared(slice_str(rows[i].domain)), rows[i].is, "%s",
			rows[i].domain);
}

Test(provider, customers)
{
	static const struct {
		const char *domain;
		bool customer, sends;
	} rows[] = {
		{"shop.onmicrosoft.com", true, false},
		{"mail.shop.onmicrosoft.com", true, false},
		{"SHOP.onmicrosoft.com", true, false},
		{"onmicrosoft.com", false, true},
		{"shop-example.20230601.gappssmtp.com", true, false},
		{"shop.zendesk.com", true, false},
		{"zendesk.com", false, true},
		{"sandbox1.mailgun.org", true, false},
		{"mailgun.org", false, true},
		{"us-west-2.amazonses.com", false, true},
		{"mail123.atl11.rsgsv.net", false, true},
		{"googlegroups.com", false, true},
		{"www1234.sakura.ne.jp", false, false}, /* a name of a host, or of a customer */
		{"shop.myshopify.com", false, false},
		{"notonmicrosoft.com", false, false},
		{"com", false, false},
		{"", false, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct slice domain = slice_str(rows[i].domain);

		cr_expect_eq(provider_of_customer(domain) != NULL, rows[i].customer, "%s",
			rows[i].domain);
		cr_expect_eq(
			provider_sends_as(domain) != NULL, rows[i].sends, "%s", rows[i].domain);
	}
}

/* A service that signs for customers with its own domain shares that domain. */
Test(provider, every_domain_is_shared)
{
	for (size_t i = 0; i < provider_count; i++) {
		const char *const lists[] = {provider_table[i].signs, provider_table[i].paths};

		for (size_t k = 0; k < 2; k++) {
			struct slice list = slice_str(lists[k]), word;

			while (provider_next_word(&list, &word))
				cr_expect(provider_is_shared(word), "%.*s", (int)word.n, word.p);
		}
	}
}

/* A shared domain with which the service itself neither signs nor sends is one of public mailboxes.
 */
Test(provider, mailboxes)
{
	static const char *const others[] = {"google.com", "amazonses.com", "mout.gmx.net",
		"protection.outlook.com", "notgmx.net", "net", ""};
	size_t n = 0;

	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *one = &provider_table[i];
		struct slice list = slice_str(one->shared), word;

		while (provider_next_word(&list, &word))
			if (!provider_lists(one->signs, word) &&
				!provider_lists(one->paths, word)) {
				cr_expect(
					provider_has_mailboxes(word), "%.*s", (int)word.n, word.p);
				cr_expect_null(
					provider_sends_as(word), "%.*s", (int)word.n, word.p);
				n++;
			}
	}
	cr_expect(n >= 200, "%zu", n);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect_not(provider_has_mailboxes(slice_str(others[i])), "%s", others[i]);
}
