#include "filter/verdict/override.h"

#include <criterion/criterion.h>

#include "auth/dns/dns.h"

#define ZONE                                                                                       \
	"25.2.0.192.in-addr.arpa. IN PTR out.example.org.\n"                                       \
	"out.example.org. IN A 192.0.2.25\n"                                                       \
	"26.2.0.192.in-addr.arpa. IN PTR out.example.org.\n" /* forward and reverse lookup do not  \
								agree */                           \
	"27.2.0.192.in-addr.arpa. IN PTR other.example.org.\n"                                     \
	"27.2.0.192.in-addr.arpa. IN PTR out2.example.org.\n"                                      \
	"other.example.org. IN A 192.0.2.27\n"                                                     \
	"out2.example.org. IN A 192.0.2.27\n"                                                      \
	";!TIMEOUT 28.2.0.192.in-addr.arpa. PTR\n"                                                 \
	"5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. IN PTR "        \
	"out6.example.org.\n"                                                                      \
	"out6.example.org. IN AAAA 2001:db8::25\n"

struct row {
	const char *name;
	const char *forwarder; /* of the list */
	const char *ip, *client_name;
	const char *by;          /* NULL: nobody */
	enum auth_code dmarc;    /* AUTH_NONE: fail */
	enum disposition before; /* DISP_ACCEPT: reject */
	enum from_reason ambiguous;
	bool local, spared; /* spared: the policy accepts it anyway */
};

/* clang-format off */
static const struct row rows[] = {
	{.name = "address", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .by = "192.0.2.25"},
	{.name = "network", .forwarder = "192.0.2.0/24", .ip = "192.0.2.25", .by = "192.0.2.25"},
	{.name = "network of IPv6", .forwarder = "2001:db8::/32", .ip = "2001:db8::25", .by = "2001:db8::25"},
	{.name = "another network", .forwarder = "192.0.3.0/24", .ip = "192.0.2.25"},
	{.name = "no client", .forwarder = "0.0.0.0/0", .ip = ""},
	{.name = "quarantined before", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .by = "192.0.2.25",
		.before = DISP_QUARANTINE},
	{.name = "the mail server's word", .forwarder = "out.example.org", .ip = "192.0.2.99",
		.client_name = "Out.Example.Org", .by = "out.example.org"},
	{.name = "its word for another", .forwarder = "out.example.org", .ip = "192.0.2.99",
		.client_name = "out.example.net"},
	{.name = "its word for a host below", .forwarder = "example.org", .ip = "192.0.2.99",
		.client_name = "out.example.org"},
	{.name = "its word that looks like a network", .forwarder = "192.0.2.25", .ip = "192.0.2.99",
		.client_name = "192.0.2.25"},
	{.name = "confirmed name", .forwarder = "out.example.org", .ip = "192.0.2.25", .by = "out.example.org"},
	{.name = "confirmed second name", .forwarder = "out2.example.org", .ip = "192.0.2.27", .by = "out2.example.org"},
	{.name = "confirmed name of IPv6", .forwarder = "out6.example.org", .ip = "2001:db8::25",
		.by = "out6.example.org"},
	{.name = "suffix", .forwarder = ".example.org", .ip = "192.0.2.25", .by = "out.example.org"},
	{.name = "suffix, IPv6", .forwarder = ".example.org", .ip = "2001:db8::25", .by = "out6.example.org"},
	{.name = "suffix, not confirmed", .forwarder = ".example.org", .ip = "192.0.2.26"},
	{.name = "suffix, the mail server's word alone", .forwarder = ".example.org", .ip = "192.0.2.99",
		.client_name = "out.example.org"},
	{.name = "suffix, the name itself", .forwarder = ".out.example.org", .ip = "192.0.2.25"},
	{.name = "suffix within a label", .forwarder = ".xample.org", .ip = "192.0.2.25"},
	{.name = "a name that does not lead back", .forwarder = "out.example.org", .ip = "192.0.2.26"},
	{.name = "a name without PTR", .forwarder = "out.example.org", .ip = "192.0.2.30"},
	{.name = "a PTR that does not answer", .forwarder = "out.example.org", .ip = "192.0.2.28"},

	{.name = "pass", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .dmarc = AUTH_PASS},
	{.name = "temperror", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .dmarc = AUTH_TEMPERROR},
	{.name = "permerror", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .dmarc = AUTH_PERMERROR},
	{.name = "ambiguous", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .ambiguous = FROM_R_SEVERAL_FROM},
	{.name = "local", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .local = true},
	{.name = "accepted anyway", .forwarder = "192.0.2.25", .ip = "192.0.2.25", .spared = true},
};
/* clang-format on */

static void
check(const struct row *row)
{
	const char *list[] = {row->forwarder};
	struct error error;
	struct options options = options_default();
	struct auth_results results = {.local = row->local};
	struct identities ids = {.ambiguous = from_reason(row->ambiguous), .from_fields = 1};
	struct envelope envelope = {.client_name = slice_str(row->client_name)};
	struct verdict verdict = {
		.indicator = "a sign", .reason = policy_reason(POLICY_R_FAIL_REJECT)};
	struct auth_input in = {.ids = &ids, .envelope = &envelope};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	in.arena = &arena;
	cr_assert_eq(dns_open_zone(SLICE(ZONE), &arena, &in.dns, &error), ST_OK, "%s",
		reason_code(&error.reason));
	(void)ip_parse(slice_str(row->ip), &envelope.client_ip);
	options.trusted_forwarders = (struct strings){list, 1};
	results.dmarc.code = row->dmarc == AUTH_NONE ? AUTH_FAIL : row->dmarc;
	verdict.disposition = row->before == DISP_ACCEPT ? DISP_REJECT : row->before;
	if (row->spared)
		verdict.disposition = DISP_ACCEPT;
	override_decide(&options, &in, &results, &verdict);
	if (row->by != NULL) {
		cr_expect_eq(verdict.disposition, DISP_ACCEPT, "%s", row->name);
		cr_expect_str_eq(verdict.override.type, "trusted_forwarder", "%s", row->name);
		cr_expect(slice_eq(verdict.override.by, slice_str(row->by)), "%s: %.*s", row->name,
			(int)verdict.override.by.n, verdict.override.by.p);
		cr_expect_null(verdict.indicator, "%s", row->name);
	} else {
		cr_expect_eq(verdict.disposition, row->spared ? DISP_ACCEPT : DISP_REJECT, "%s",
			row->name);
		cr_expect_null(verdict.override.type, "%s", row->name);
		cr_expect_eq(verdict.reason.id, POLICY_R_FAIL_REJECT, "%s", row->name);
	}
	dns_free(in.dns);
	arena_clear(&arena);
}

Test(override, forwarders)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&rows[i]);
}

/* arc_vouches judges the chain; this tests that it is called and its result is reported. */
Test(override, sealers)
{
	const char *list[] = {"lists.example.org"};
	struct options options = options_default();
	struct arc_set set = {.seal.sig.d = SLICE_INIT("lists.example.org"),
		.payload = SLICE_INIT("x; dmarc=pass header.from=example.com")};
	struct auth_results results = {.arc = {.code = AUTH_PASS, .sets = &set, .n = 1}};
	struct identities ids = {.from_fields = 1, .author_domain = SLICE_INIT("example.com")};
	struct envelope envelope = {0};
	struct auth_input in = {.ids = &ids, .envelope = &envelope};
	struct verdict verdict = {.disposition = DISP_QUARANTINE, .indicator = "a sign"};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	in.arena = &arena;
	results.dmarc.code = AUTH_FAIL;
	override_decide(&options, &in, &results, &verdict);
	cr_expect_eq(verdict.disposition, DISP_QUARANTINE);
	options.trusted_sealers = (struct strings){list, 1};
	override_decide(&options, &in, &results, &verdict);
	cr_expect_eq(verdict.disposition, DISP_ACCEPT);
	cr_expect_str_eq(verdict.override.type, "local_policy");
	cr_expect_str_eq(verdict.override.reason, "arc");
	cr_expect_eq(verdict.override.instance, 1);
	cr_expect_null(verdict.indicator);
	arena_clear(&arena);
}

/*
 * --accept-from: an unconditional exception for one author domain by one route, and messages that
 * must not benefit from it.
 */
static const struct accept_row {
	const char *name, *accept;
	const char *signer, *mail_from, *client, *author;
	enum auth_code dkim, spf; /* AUTH_NONE: pass */
	bool l, testing, by_helo, ambiguous, local, taken;
} accept_rows[] = {
	{.name = "signature",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.taken = true},
	{.name = "MAIL FROM",
		.accept = "shop.example via mailer.example",
		.mail_from = "mailer.example",
		.taken = true},
	{.name = "network",
		.accept = "shop.example via 192.0.2.0/24",
		.client = "192.0.2.9",
		.taken = true},
	{.name = "another author",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.author = "bank.example"},
	{.name = "an author below",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.author = "www.shop.example"},
	{.name = "a signer below",
		.accept = "shop.example via mailer.example",
		.signer = "x.mailer.example"},
	{.name = "a signer that ends so",
		.accept = "shop.example via mailer.example",
		.signer = "xmailer.example"},
	{.name = "a signature that fails",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.dkim = AUTH_FAIL},
	{.name = "policy of our own",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.dkim = AUTH_POLICY},
	{.name = "l=",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.l = true},
	{.name = "a testing key",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.testing = true},
	{.name = "SPF fails",
		.accept = "shop.example via mailer.example",
		.mail_from = "mailer.example",
		.spf = AUTH_FAIL},
	{.name = "SPF softfails",
		.accept = "shop.example via mailer.example",
		.mail_from = "mailer.example",
		.spf = AUTH_SOFTFAIL},
	{.name = "HELO",
		.accept = "shop.example via mailer.example",
		.mail_from = "mailer.example",
		.by_helo = true},
	{.name = "another network",
		.accept = "shop.example via 192.0.3.0/24",
		.client = "192.0.2.9"},
	{.name = "no client", .accept = "shop.example via 192.0.2.0/24"},
	{.name = "ambiguous",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.ambiguous = true},
	{.name = "local",
		.accept = "shop.example via mailer.example",
		.signer = "mailer.example",
		.local = true},
};

static void
check_accept(const struct accept_row *row)
{
	const char *list[] = {"other.example via mailer.example", row->accept};
	const char *author = row->author != NULL ? row->author : "shop.example";
	struct options options = options_default();
	struct dkim_sig_result sig = {.code = row->dkim == AUTH_NONE ? AUTH_PASS : row->dkim,
		.key_testing = row->testing,
		.sig = {.d = slice_str(row->signer), .has_l = row->l}};
	struct auth_results results = {.local = row->local};
	struct identities ids = {.author_domain = slice_str(author),
		.from_fields = 1,
		.ambiguous = from_reason(row->ambiguous ? FROM_R_SEVERAL_FROM : FROM_R_NONE)};
	struct envelope envelope = {0};
	struct verdict verdict = {.disposition = DISP_REJECT};
	struct auth_input in = {.ids = &ids, .envelope = &envelope};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	in.arena = &arena;
	(void)ip_parse(slice_str(row->client), &envelope.client_ip);
	if (row->signer != NULL)
		results.dkim = (struct dkim_result){.sigs = &sig, .n = 1};
	results.spf.code = row->mail_from == NULL  ? AUTH_NONE
			   : row->spf == AUTH_NONE ? AUTH_PASS
						   : row->spf;
	results.spf.identity = row->by_helo ? SPF_ID_HELO : SPF_ID_MAILFROM;
	results.spf.domain = slice_str(row->mail_from);
	results.dmarc.code = AUTH_FAIL;
	options.accept_from = (struct strings){list, 2};
	override_decide(&options, &in, &results, &verdict);
	cr_expect_eq(verdict.disposition, row->taken ? DISP_ACCEPT : DISP_REJECT, "%s", row->name);
	if (row->taken)
		cr_expect_str_eq(verdict.override.type, "local_policy", "%s", row->name);
	arena_clear(&arena);
}

Test(override, accept_from)
{
	for (size_t i = 0; i < sizeof accept_rows / sizeof *accept_rows; i++)
		check_accept(&accept_rows[i]);
}
