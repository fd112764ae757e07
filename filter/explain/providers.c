#include "filter/explain/providers.h"

#include "auth/base/domain.h"
#include "filter/text/words.h"

#define GOOGLE "Google Workspace", NULL, N_("in Google Workspace: Authenticate email")
#define MAILCHIMP "Mailchimp", NULL, N_("in Mailchimp: authenticate the domain (CNAMEs k2 and k3)")
#define MAILGUN                                                                                    \
	"Mailgun", N_("in Mailgun: an own sending domain"), N_("in Mailgun: an own sending domain")
#define MICROSOFT                                                                                  \
	"Microsoft 365", NULL, N_("in Microsoft 365: DKIM for the custom domain (two CNAMEs)")

/* clang-format off */
static const struct provider providers[] = {
	{"amazonses.com", "Amazon SES", N_("in Amazon SES: a custom MAIL FROM domain"),
		N_("in Amazon SES: Easy DKIM")},
	{"exacttarget.com", "Salesforce Marketing Cloud", NULL, NULL},
	{"gappssmtp.com", GOOGLE},
	{"gmail.com", "Gmail", NULL, NULL},
	{"google.com", GOOGLE},
	{"hubspotemail.net", "HubSpot", NULL, NULL},
	{"jcity.com", "J-City", N_("in J-City Mail: apply for an own envelope domain"),
		N_("in J-City Mail: the author signature (selector mmmg)")},
	{"mailchimpapp.net", MAILCHIMP},
	{"mailgun.net", MAILGUN},
	{"mailgun.org", MAILGUN},
	{"mailjet.com", "Mailjet", NULL, NULL},
	{"mandrillapp.com", "Mailchimp Transactional", NULL, NULL},
	{"mcdlv.net", MAILCHIMP},
	{"mcsv.net", MAILCHIMP},
	{"mtasv.net", "Postmark", N_("in Postmark: a custom Return-Path"), NULL},
	{"onmicrosoft.com", MICROSOFT},
	{"outlook.com", MICROSOFT},
	{"rsgsv.net", MAILCHIMP},
	{"salesforce.com", "Salesforce", NULL, NULL},
	{"sendgrid.net", "SendGrid", N_("in SendGrid: domain authentication"),
		N_("in SendGrid: domain authentication")},
	{"sparkpostmail.com", "SparkPost", NULL, NULL},
	{"zendesk.com", "Zendesk", NULL, NULL},
};
/* clang-format on */

const struct provider *
provider_of(struct slice domain)
{
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++)
		if (domain_within(domain, slice_str(providers[i].domain)))
			return &providers[i];
	return NULL;
}
