#include "filter/batch/providers.h"

#include "auth/base/domain.h"

static const struct {
	const char *domain, *name;
} providers[] = {
	{"gappssmtp.com",     "Google Workspace"          },
	{"google.com",        "Google Workspace"          },
	{"gmail.com",         "Gmail"                     },
	{"onmicrosoft.com",   "Microsoft 365"             },
	{"outlook.com",       "Microsoft 365"             },
	{"amazonses.com",     "Amazon SES"                },
	{"mcsv.net",          "Mailchimp"                 },
	{"mcdlv.net",         "Mailchimp"                 },
	{"mailchimpapp.net",  "Mailchimp"                 },
	{"rsgsv.net",         "Mailchimp"                 },
	{"mandrillapp.com",   "Mailchimp Transactional"   },
	{"sendgrid.net",      "SendGrid"                  },
	{"mailgun.org",       "Mailgun"                   },
	{"mailgun.net",       "Mailgun"                   },
	{"sparkpostmail.com", "SparkPost"                 },
	{"mtasv.net",         "Postmark"                  },
	{"exacttarget.com",   "Salesforce Marketing Cloud"},
	{"salesforce.com",    "Salesforce"                },
	{"zendesk.com",       "Zendesk"                   },
};

const char *
providers_find(struct slice domain)
{
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++)
		if (domain_within(domain, slice_str(providers[i].domain)))
			return providers[i].name;
	return NULL;
}
