#include "filter/explain/providers.h"

#include "auth/base/domain.h"
#include "filter/text/words.h"

#define GOOGLE                                                                                     \
	.name = "Google Workspace", .dkim = N_("in Google Workspace: Authenticate email"),         \
	.include = "_spf.google.com"
#define MAILCHIMP                                                                                  \
	.name = "Mailchimp",                                                                       \
	.dkim = N_("in Mailchimp: authenticate the domain (CNAMEs k2 and k3)"),                    \
	.cnames = "k2 dkim2.mcsv.net k3 dkim3.mcsv.net"
#define MAILGUN                                                                                    \
	.name = "Mailgun", .mail_from = N_("in Mailgun: an own sending domain"),                   \
	.dkim = N_("in Mailgun: an own sending domain"), .include = "mailgun.org"
#define MICROSOFT                                                                                  \
	.name = "Microsoft 365",                                                                   \
	.dkim = N_("in Microsoft 365: DKIM for the custom domain (two CNAMEs)"),                   \
	.include = "spf.protection.outlook.com"

/* clang-format off */
const struct provider provider_table[] = {
	{.domain = "amazonses.com", .name = "Amazon SES",
		.mail_from = N_("in Amazon SES: a custom MAIL FROM domain"),
		.dkim = N_("in Amazon SES: Easy DKIM"), .include = "amazonses.com",
		.mx = "10 feedback-smtp.%s.amazonses.com", .cnames = "* %s.dkim.amazonses.com"},
	{.domain = "exacttarget.com", .name = "Salesforce Marketing Cloud"},
	{.domain = "gappssmtp.com", GOOGLE},
	{.domain = "gmail.com", .name = "Gmail"},
	{.domain = "google.com", GOOGLE},
	{.domain = "hubspotemail.net", .name = "HubSpot"},
	{.domain = "jcity.com", .name = "J-City",
		.mail_from = N_("in J-City Mail: apply for an own envelope domain"),
		.dkim = N_("in J-City Mail: the author signature (selector mmmg)")},
	{.domain = "mailchimpapp.net", MAILCHIMP},
	{.domain = "mailgun.net", MAILGUN},
	{.domain = "mailgun.org", MAILGUN},
	{.domain = "mailjet.com", .name = "Mailjet"},
	{.domain = "mandrillapp.com", .name = "Mailchimp Transactional"},
	{.domain = "mcdlv.net", MAILCHIMP},
	{.domain = "mcsv.net", MAILCHIMP},
	{.domain = "mtasv.net", .name = "Postmark",
		.mail_from = N_("in Postmark: a custom Return-Path")},
	{.domain = "onmicrosoft.com", MICROSOFT},
	{.domain = "outlook.com", MICROSOFT},
	{.domain = "rsgsv.net", MAILCHIMP},
	{.domain = "salesforce.com", .name = "Salesforce"},
	{.domain = "sendgrid.net", .name = "SendGrid",
		.mail_from = N_("in SendGrid: domain authentication"),
		.dkim = N_("in SendGrid: domain authentication")},
	{.domain = "sparkpostmail.com", .name = "SparkPost"},
	{.domain = "zendesk.com", .name = "Zendesk"},
};
/* clang-format on */

const size_t provider_count = sizeof provider_table / sizeof provider_table[0];

const struct provider *
provider_of(struct slice domain)
{
	for (size_t i = 0; i < provider_count; i++)
		if (domain_within(domain, slice_str(provider_table[i].domain)))
			return &provider_table[i];
	return NULL;
}
