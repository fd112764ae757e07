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

/* Who signs for customers by a domain of its own shares that domain. */
Test(provider, every_domain_is_shared)
{
	for (size_t i = 0; i < provider_count; i++) {
		struct slice list = slice_str(provider_table[i].domains), word;

		while (provider_next_word(&list, &word))
			cr_expect(provider_is_shared(word), "%.*s", (int)word.n, word.p);
	}
}
