#include "filter/provider/provider.h"

#include "filter/text/i18n.h"

/* one service a paragraph, by name */
/* clang-format off */
const struct provider provider_table[] = {
	{.name = "Amazon SES", .domains = "amazonses.com",
		.mail_from = N_("in Amazon SES: a custom MAIL FROM domain"),
		.dkim = N_("in Amazon SES: Easy DKIM"),
		.include = "amazonses.com",
		.mx = "10 feedback-smtp.%s.amazonses.com",
		.cnames = "* %s.dkim.amazonses.com",
		.shared = "amazonses.com",
		.reporters = "amazonses.com"},

	{.name = "Apple iCloud", .shared = "icloud.com me.com"},

	{.name = "Brevo", .shared = "sendinblue.com"},

	{.name = "Campaign Monitor", .shared = "createsend.com"},

	{.name = "docomo", .shared = "docomo.ne.jp"},

	{.name = "Fastmail",
		.mailbox = {.word = "fastmail",
			.inside = "internal messagingengine.com",
			.border = "messagingengine.com"},
		.shared = "fastmail.com messagingengine.com"},

	/* 2002:a00::/24 is 10.0.0.0/8 as 6to4 */
	{.name = "Gmail", .domains = "gmail.com",
		.mailbox = {.word = "gmail",
			.inside = "2002:a00::/24 10.0.0.0/8",
			.border = "google.com",
			.networks = "2002:a00::/24"},
		.shared = "gmail.com googlemail.com"},

	{.name = "GMX", .shared = "gmx.de gmx.net", .reporters = "sicher.gmx.net"},

	{.name = "Google Workspace", .domains = "gappssmtp.com google.com",
		.dkim = N_("in Google Workspace: Authenticate email"),
		.include = "_spf.google.com",
		.shared = "google.com", .shared_alone = "gappssmtp.com",
		.reporters = "google.com"},

	{.name = "HubSpot", .domains = "hubspotemail.net",
		.shared = "hubspotemail.net"},

	{.name = "J-City", .domains = "jcity.com",
		.mail_from = N_("in J-City Mail: apply for an own envelope domain"),
		.dkim = N_("in J-City Mail: the author signature (selector mmmg)"),
		.shared = "jcity.com"},

	{.name = "KDDI", .shared = "au.com ezweb.ne.jp"},

	{.name = "Mail.ru", .shared = "mail.ru", .reporters = "corp.mail.ru"},

	{.name = "Mailchimp", .domains = "mailchimpapp.net mcdlv.net mcsv.net rsgsv.net",
		.dkim = N_("in Mailchimp: authenticate the domain (CNAMEs k2 and k3)"),
		.cnames = "k2 dkim2.mcsv.net k3 dkim3.mcsv.net",
		.shared = "mailchimpapp.net mcdlv.net mcsv.net rsgsv.net"},

	{.name = "Mailchimp Transactional", .domains = "mandrillapp.com",
		.shared = "mandrillapp.com"},

	{.name = "Mailgun", .domains = "mailgun.net mailgun.org",
		.mail_from = N_("in Mailgun: an own sending domain"),
		.dkim = N_("in Mailgun: an own sending domain"),
		.include = "mailgun.org",
		.shared = "mailgun.net mailgun.org"},

	{.name = "Mailjet", .domains = "mailjet.com",
		.shared = "mailjet.com"},

	/* worldwide, then the clouds of the United States' government and of China */
	{.name = "Microsoft 365", .domains = "onmicrosoft.com outlook.com",
		.reporters = "microsoft.com",
		.dkim = N_("in Microsoft 365: DKIM for the custom domain (two CNAMEs)"),
		.include = "spf.protection.outlook.com",
		.mailbox = {.word = "microsoft365",
			.inside = "prod.outlook.com prod.protection.outlook.com office365.com "
				"exchangelabs.com office365.us partner.outlook.cn",
			.border = "protection.outlook.com hotmail.com protection.office365.us "
				"protection.partner.outlook.cn",
			.networks = "2603:1000::/24",
			.path_below = true},
		.shared = "hotmail.com live.com msn.com outlook.com", .shared_alone = "onmicrosoft.com"},

	{.name = "NetEase", .shared = "163.com"},

	{.name = "Postmark", .domains = "mtasv.net",
		.mail_from = N_("in Postmark: a custom Return-Path"),
		.shared = "mtasv.net"},

	{.name = "Proton", .shared = "proton.me protonmail.com"},

	{.name = "QQ", .shared = "qq.com"},

	{.name = "Rackspace Email",
		.mailbox = {.word = "rackspace",
			.inside = "rsapps.net emailsrvr.com",
			.border = "rsapps.net emailsrvr.com"}},

	{.name = "Salesforce", .domains = "salesforce.com",
		.shared = "salesforce.com"},

	{.name = "Salesforce Marketing Cloud", .domains = "exacttarget.com",
		.shared = "exacttarget.com"},

	{.name = "SendGrid", .domains = "sendgrid.net",
		.mail_from = N_("in SendGrid: domain authentication"),
		.dkim = N_("in SendGrid: domain authentication"),
		.shared = "sendgrid.net"},

	{.name = "SoftBank", .shared = "softbank.jp softbank.ne.jp"},

	{.name = "SparkPost", .domains = "sparkpostmail.com",
		.shared = "sparkpostmail.com"},

	{.name = "WEB.DE", .shared = "web.de"},

	{.name = "Yahoo", .reporters = "dmarc.yahoo.com",
		.mailbox = {.word = "yahoo",
			.inside = "yahoo.com aol.com yahoodns.net",
			.border = "yahoo.com aol.com yahoodns.net 10.0.0.0/8"},
		.shared = "aol.com yahoo.com"},

	{.name = "Yahoo! JAPAN", .shared = "yahoo.co.jp"},

	{.name = "Yandex",
		.mailbox = {.word = "yandex",
			.inside = "yandex.net",
			.border = "yandex.net",
			.networks = "2a02:6b8::/29",
			.noted_below = true},
		.shared = "yandex.ru"},

	{.name = "Zendesk", .domains = "zendesk.com", .shared = "zendesk.com"},

	{.name = "Zoho", .shared = "zoho.com"},
};
/* clang-format on */

const size_t provider_count = sizeof provider_table / sizeof provider_table[0];
