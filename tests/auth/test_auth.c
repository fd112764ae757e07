/*
 * test_auth.c: all mechanisms on one message: their order, what is skipped, comparisons.
 */
#include <criterion/criterion.h>

#include "auth/auth.h"
#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "mime/buf.h"
#include "tests/support/dmarc_rig.h"
#include "tests/support/libspf2.h"

#define ZONE                                                                                       \
	RECORD("example.com", "p=reject")                                                          \
	TXT("example.com", "v=spf1 ip4:192.0.2.1 -all")

/* well-formed, with a key that is not in the zone */
#define SIGNED                                                                                     \
	"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from; "                         \
	"bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n"

struct row {
	const char *name, *zone, *header, *client, *mail_from;
	bool trusted;
	const char *user;
	const char *expected;
};

/* clang-format off */
static const struct row rows[] = {
	{"SPF passes", ZONE, "", "192.0.2.1", "a@example.com", false, "",
		"spf=pass dkim=none arc=none dmarc=pass"},
	{"SPF fails", ZONE, "", "192.0.2.2", "a@example.com", false, "",
		"spf=fail dkim=none arc=none dmarc=fail"},
	{"SPF of another domain", ZONE TXT("example.net", "v=spf1 +all"), "", "192.0.2.2",
		"a@example.net", false, "", "spf=pass dkim=none arc=none dmarc=fail"},
	{"no record of any kind", "", "", "192.0.2.1", "a@example.com", false, "",
		"spf=none dkim=none arc=none dmarc=none"},
	{"a signature without its key", ZONE, SIGNED, "192.0.2.2", "a@example.com", false, "",
		"spf=fail dkim=permerror arc=none dmarc=fail"},
	{"a signature whose key is lost", ZONE LOST("s1._domainkey.example.com"), SIGNED,
		"192.0.2.2", "a@example.com", false, "", "spf=fail dkim=temperror arc=none dmarc=temperror"},
	{"a trusted client", ZONE, "", "192.0.2.1", "a@example.com", true, "",
		"spf=none:local dkim=none arc=none dmarc=none:local"},
	{"a signature from a trusted client", ZONE, SIGNED, "192.0.2.1", "a@example.com", true, "",
		"spf=none:local dkim=permerror arc=none dmarc=none:local"},
	{"a user of ours", ZONE, SIGNED, "192.0.2.1", "a@example.com", false, "me",
		"spf=none:local dkim=permerror arc=none dmarc=none:local"},
};
/* clang-format on */

struct all {
	struct dmarc_rig rig;
	struct auth_results results;
	struct report report;
};

static void
open_all(struct all *all, const struct row *row)
{
	struct dmarc_rig *rig = &all->rig;
	struct buf raw;

	dmarc_rig_open(rig, row->zone, "example.com");
	buf_init(&raw, &rig->arena, 10000);
	buf_adds(&raw, row->header);
	buf_adds(&raw, "From: a@example.com\n\nHello.\n");
	message_parse(buf_slice(&raw), 1000, 65536, &rig->arena, &rig->message);
	cr_assert(ip_parse(slice_str(row->client), &rig->envelope.client_ip));
	rig->envelope.helo = SLICE("mail.example.com");
	rig->envelope.path = PATH_GIVEN;
	rig->envelope.mail_from = slice_str(row->mail_from);
	rig->envelope.trusted_client = row->trusted;
	rig->envelope.authenticated = slice_str(row->user);
	rig->limits = (struct limits){.fields = 1000,
		.field_size = 65536,
		.dkim_signatures = 16,
		.arc_sets = 50,
		.rsa_min_bits = 1024,
		.keys = 10,
		.rsa_max_bits = 8192,
		.spf_ms = 20000};
	rig->options.receiver = SLICE("mx.example.org");
	rig->in.crypto = crypto_new();
	rig->in.now = 1800000000;
}

static void
close_all(struct all *all)
{
	crypto_free(all->rig.in.crypto);
	dmarc_rig_close(&all->rig);
}

/* Evaluates; returns `method=code[:local]` for every row of the report. */
static const char *
run(struct all *all)
{
	struct buf buf;

	cr_expect_eq(auth_run(&all->rig.in, &all->results), ST_OK);
	report_init(&all->report, &all->rig.arena);
	auth_report(&all->results, NULL, &all->report);
	buf_init(&buf, &all->rig.arena, 1000);
	for (size_t i = 0; i < all->report.n; i++) {
		const struct report_row *row = &all->report.rows[i];
		buf_addf(&buf, "%s%s=%s", i > 0 ? " " : "", row->method, auth_code_word(row->code));
		if (row->reason.id == SPF_R_LOCAL || row->reason.id == DMARC_R_LOCAL)
			buf_adds(&buf, ":local");
	}
	return arena_cstr(&all->rig.arena, buf_slice(&buf));
}

Test(auth, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct all asked, unasked;
		open_all(&asked, &rows[i]);
		const char *got = run(&asked);
		cr_expect_str_eq(got, rows[i].expected, "%s: %s", rows[i].name, got);
		cr_expect(slice_eq(asked.results.dmarc.from_domain, SLICE("example.com")), "%s",
			rows[i].name);

		/* early queries change the speed, but never a result */
		open_all(&unasked, &rows[i]);
		unasked.rig.options.no_ask = true;
		got = run(&unasked);
		cr_expect_str_eq(
			got, rows[i].expected, "%s, not asked before: %s", rows[i].name, got);
		close_all(&unasked);
		close_all(&asked);
	}
}

struct seen {
	bool any, policy_first, dmarc, spf;
};

static void
look(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	struct seen *seen = arg;
	bool dmarc = slice_starts(name, SLICE("_dmarc."));

	(void)answer;
	if (!seen->any)
		seen->policy_first = dmarc && type == DNS_TXT;
	seen->any = true;
	seen->dmarc |= dmarc;
	seen->spf |= slice_eq(name, SLICE("example.com"));
}

Test(auth, the_authors_policy_is_asked_first)
{
	struct all all;
	struct seen seen = {0};

	open_all(&all, &rows[4]);
	run(&all);
	dns_each(all.rig.dns, look, &seen);
	cr_expect(seen.policy_first && seen.spf);
	close_all(&all);
}

/* A limit on queries never changes which policy applies, and never causes a pass or a temperror. */
Test(auth, no_limit_of_questions_changes_the_policy)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t max = 0; max < 12; max++)
			for (int ahead = 0; ahead <= 1; ahead++) {
				struct all all, free_of_it;

				open_all(&free_of_it, &rows[i]);
				run(&free_of_it);
				open_all(&all, &rows[i]);
				all.rig.options.no_ask = ahead == 0;
				dns_limit(all.rig.dns, max);
				run(&all);
				cr_expect_eq(all.results.dmarc.policy,
					free_of_it.results.dmarc.policy, "%s, %zu", rows[i].name,
					max);
				cr_expect(all.results.dmarc.code != AUTH_PASS ||
						  free_of_it.results.dmarc.code == AUTH_PASS,
					"%s, %zu", rows[i].name, max);
				cr_expect(all.results.dmarc.code != AUTH_TEMPERROR ||
						  free_of_it.results.dmarc.code == AUTH_TEMPERROR,
					"%s, %zu", rows[i].name, max);
				close_all(&all);
				close_all(&free_of_it);
			}
}

Test(auth, local_mail_asks_for_keys_only)
{
	struct all all;
	struct seen seen = {0};

	open_all(&all, &rows[7]);
	run(&all);
	cr_expect(all.results.local);
	dns_each(all.rig.dns, look, &seen);
	cr_expect(seen.any && !seen.dmarc && !seen.spf);
	cr_expect_eq(all.results.dmarc.policy, DMARC_ABSENT);
	close_all(&all);
}

Test(auth, ambiguous_mail_earns_no_pass)
{
	struct all all;

	open_all(&all, &rows[0]);
	all.rig.ids.ambiguous = from_reason(FROM_R_SEVERAL_FROM);
	cr_expect_str_eq(run(&all), "spf=pass dkim=none arc=none dmarc=permerror");
	close_all(&all);
}

Test(auth, the_other_engine)
{
	need_libspf2();
	for (int engine = SPF_OWN; engine <= SPF_LIBSPF2; engine++) {
		struct all all;
		open_all(&all, &rows[1]);
		all.rig.options.spf_engine = (enum spf_engine)engine;
		cr_expect_str_eq(run(&all), rows[1].expected);
		cr_expect_not(all.results.has_spf_other);
		all.rig.options.spf_compare = true;
		run(&all);
		cr_expect(all.results.has_spf_other);
		cr_expect_eq(all.results.spf_other.code, AUTH_FAIL);
		cr_expect_str_eq(
			all.results.spf.engine, engine == SPF_OWN ? "mailstamp" : "libspf2");
		cr_expect_str_eq(
			all.results.spf_other.engine, engine == SPF_OWN ? "libspf2" : "mailstamp");
		close_all(&all);
	}
}

/*
 * SPF passes for the parent domain, which has no record: it is aligned by the public suffix list,
 * but not by the tree walk.
 */
Test(auth, the_other_mode)
{
	static const struct row row = {"a parent signs",
		RECORD("news.example.com", "p=reject") TXT("example.com", "v=spf1 +all"), "",
		"192.0.2.1", "a@example.com", false, "", NULL};
	struct domain_psl *psl = domain_psl_open(NULL);
	struct all all;

	cr_assert_neq(psl, NULL);
	open_all(&all, &row);
	all.rig.ids.author_domain = SLICE("news.example.com");
	all.rig.options.dmarc_compare = true;
	cr_expect_str_eq(run(&all), "spf=pass dkim=none arc=none dmarc=fail");
	cr_expect_not(all.results.has_dmarc_other, "no list, no comparison");
	all.rig.in.psl = psl;
	cr_expect_str_eq(run(&all), "spf=pass dkim=none arc=none dmarc=fail");
	cr_expect(all.results.has_dmarc_other);
	cr_expect_eq(all.results.dmarc_other.code, AUTH_PASS);
	all.rig.options.dmarc_mode = DMARC_RFC7489;
	cr_expect_str_eq(run(&all), "spf=pass dkim=none arc=none dmarc=pass");
	cr_expect_eq(all.results.dmarc_other.code, AUTH_FAIL);
	cr_expect_eq(all.results.dmarc_other.mode, DMARC_RFC9989);
	close_all(&all);
	domain_psl_free(psl);
}
