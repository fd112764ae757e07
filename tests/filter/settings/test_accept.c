#include "filter/settings/accept.h"

#include <criterion/criterion.h>

#include "filter/text/error_words.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(accept);

static const struct row {
	const char *value;
	const char *normal; /* NULL: refused, for the reason in why */
	const char *why;
} rows[] = {
	{"shop.example via mailer.example", "shop.example via mailer.example", NULL},
	{" Shop.Example.  via  MAILER.example ", "shop.example via mailer.example", NULL},
	{"b\xc3\xbc"
	 "cher.example via mailer.example",
		"xn--bcher-kva.example via mailer.example", NULL},
	{"shop.example via 192.0.2.0/24", "shop.example via 192.0.2.0/24", NULL},
	{"shop.example via 2001:db8::/32", "shop.example via 2001:db8::/32", NULL},
	{"shop.example via shop.onmicrosoft.com", "shop.example via shop.onmicrosoft.com", NULL},
	{"shop.example via a.gappssmtp.com", "shop.example via a.gappssmtp.com", NULL},
	{"gmail.com via lists.example.org", "gmail.com via lists.example.org", NULL},

	{"shop.example", NULL, "must be `AUTHOR-DOMAIN via WHAT'"},
	{"shop.example via", NULL, "must be"},
	{"shop.example via ", NULL, "must be"},
	{" via mailer.example", NULL, "must be"},
	{"shop.example via a via b", NULL, "must be"},
	{"shop.example via 192.0.2.0/33", NULL, "must be"},
	{"a@shop.example via mailer.example", NULL, "must be"},
	/* anyone can get a pass for a name below these */
	{"shop.example via com", NULL, "public suffix"},
	{"shop.example via co.jp", NULL, "public suffix"},
	{"shop.example via github.io", NULL, "public suffix"},
	{"shop.example via amazonses.com", NULL, "customers share"},
	{"shop.example via us-west-2.amazonses.com", NULL, "customers share"},
	{"shop.example via AmazonSES.com.", NULL, "customers share"},
	{"shop.example via gmail.com", NULL, "customers share"},
	{"shop.example via onmicrosoft.com", NULL, "customers share"},
	{"shop.example via gappssmtp.com", NULL, "customers share"},
	{"shop.example via sendgrid.net", NULL, "customers share"},
	{"shop.example via yahoo.co.jp", NULL, "customers share"},
	{"shop.example via 0.0.0.0/0", NULL, "network of that size"},
	{"shop.example via 128.0.0.0/1", NULL, "network of that size"},
	{"shop.example via ::/0", NULL, "network of that size"},
};

Test(accept, values)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		const char *normal = "";
		struct error why = {.path = NULL};
		enum status st = accept_read(row->value, &arena, &normal, &why);

		cr_expect(st == (row->normal != NULL ? ST_OK : ST_BAD), "%s: %s", row->value,
			error_words(&why, &arena));
		if (row->normal != NULL)
			cr_expect_str_eq(normal, row->normal, "%s", row->value);
		else
			cr_expect(strstr(error_words(&why, &arena), row->why) != NULL, "%s: %s",
				row->value, error_words(&why, &arena));
	}
}

Test(accept, parts)
{
	struct accept domain = accept_of("shop.example via mailer.example");
	struct accept net = accept_of("shop.example via 192.0.2.0/24");
	struct ip ip;

	cr_expect(slice_eq(domain.author, SLICE("shop.example")));
	cr_expect(slice_eq(domain.domain, SLICE("mailer.example")));
	cr_expect(slice_eq(net.author, SLICE("shop.example")) && net.domain.n == 0);
	cr_expect(ip_parse(SLICE("192.0.2.9"), &ip) && ip_net_has(&net.net, &ip));
}
