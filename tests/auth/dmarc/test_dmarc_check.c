/* test_dmarc_check.c: policy and verdict (RFC 9989 4.7, 4.10, 5.3; RFC 7489 6.6). */
#include <criterion/criterion.h>

#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "mime/buf.h"
#include "tests/support/dmarc_rig.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/*
 * Returns "CODE TAG=PUBLISHED>POLICY at DOMAIN" and flags: POLICY if it differs from the published
 * one, DOMAIN if it is not the author's.
 */
static const char *
describe(const struct dmarc_result *result, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 1000);
	buf_adds(&buf, auth_code_word(result->code));
	if (result->selected != NULL)
		buf_addf(&buf, " %s=%s", result->selected, dmarc_policy_word(result->published));
	if (result->policy != result->published)
		buf_addf(&buf, ">%s", dmarc_policy_word(result->policy));
	if (result->has_record && result->source != DMARC_FROM_AUTHOR)
		buf_addf(&buf, " at %.*s", (int)result->record_domain.n, result->record_domain.p);
	buf_adds(&buf, result->unusable ? " unusable" : "");
	buf_adds(&buf, result->author_nonexistent ? " nonexistent" : "");
	buf_adds(&buf, result->spf_pass ? " spf-pass" : result->spf_aligned ? " spf" : "");
	buf_adds(&buf, result->dkim_pass ? " dkim-pass" : result->dkim_aligned ? " dkim" : "");
	buf_adds(&buf, result->only_message_names ? " names" : "");
	return arena_cstr(arena, buf_slice(&buf));
}

struct row {
	const char *name, *zone, *author, *auth, *expected;
};

#define NONE TXT("example.com", "no DMARC")
#define ORG(tags) RECORD("example.com", tags) HOST("sub.example.com")

/* clang-format off */
/* Which policy applies; the author domain "sub" exists, "ghost" does not. */
static const struct row policy_rows[] = {
	{"p at the domain itself", ORG("p=reject; sp=none; np=none"), "example.com", "",
		"fail p=reject"},
	{"sp and np are not for the domain itself", ORG("p=none; sp=reject; np=reject"),
		"example.com", "", "fail p=none"},
	{"p for a subdomain", ORG("p=reject"), "sub.example.com", "",
		"fail p=reject at example.com"},
	{"sp for a subdomain", ORG("p=reject; sp=none"), "sub.example.com", "",
		"fail sp=none at example.com"},
	{"sp for a subdomain that exists, np beside it", ORG("p=none; sp=quarantine; np=reject"),
		"sub.example.com", "", "fail sp=quarantine at example.com"},
	{"p for a subdomain that exists, np beside it", ORG("p=none; np=reject"), "sub.example.com",
		"", "fail p=none at example.com"},
	{"np for one that does not exist", ORG("p=none; sp=quarantine; np=reject"),
		"ghost.example.com", "", "fail np=reject at example.com nonexistent"},
	{"a weaker np", ORG("p=reject; np=none"), "ghost.example.com", "",
		"fail np=none at example.com nonexistent"},
	{"no np: sp", ORG("p=none; sp=quarantine"), "ghost.example.com", "",
		"fail sp=quarantine at example.com"},
	{"no np, no sp: p", ORG("p=quarantine"), "ghost.example.com", "",
		"fail p=quarantine at example.com"},
	{"np as sp needs no question", ORG("p=none; sp=reject; np=reject"), "ghost.example.com", "",
		"fail sp=reject at example.com"},
	{"an empty non-terminal exists", ORG("p=none; np=reject") HOST("a.b.example.com"),
		"b.example.com", "", "fail p=none at example.com"},
	{"a name with other records only exists",
		ORG("p=none; np=reject") TXT("txt.example.com", "x"), "txt.example.com", "",
		"fail p=none at example.com"},
	{"a name with other text at _dmarc exists",
		ORG("p=none; np=reject") TXT("_dmarc.x.example.com", "x"), "x.example.com", "",
		"fail p=none at example.com"},
	{"several records show that it exists",
		ORG("p=none; np=reject") RECORD("x.example.com", "p=none")
		RECORD("x.example.com", "p=none"), "x.example.com", "",
		"fail p=none at example.com"},
	{"nothing is below what does not exist", ORG("p=none; np=reject"), "a.b.c.example.com", "",
		"fail np=reject at example.com nonexistent"},
	{"a failed question for existence leaves it existing",
		ORG("p=none; np=reject") ";!SERVFAIL x.example.com. A\n", "x.example.com", "",
		"fail p=none at example.com"},
	{"np of a public suffix", RECORD("com", "p=none; np=reject; psd=y"), "typo-example.com", "",
		"fail np=reject at com nonexistent"},
	{"sp of a public suffix", RECORD("com", "p=none; sp=quarantine; psd=y") HOST("example.com"),
		"example.com", "", "fail sp=quarantine at com"},
	{"p of a public suffix for itself", RECORD("com", "p=reject; sp=none; psd=y"), "com", "",
		"fail p=reject"},
	{"sp of a record between is not used",
		RECORD("b.example.com", "p=none; sp=none") ORG("p=reject; sp=quarantine"),
		"a.b.example.com", "", "fail sp=quarantine at example.com"},
	{"a public suffix's p=none does not reach in",
		RECORD("com", "p=none; psd=y") ORG("p=reject"), "sub.example.com", "",
		"fail p=reject at example.com"},
	{"t: reject", ORG("p=reject; t=y"), "example.com", "", "fail p=reject>quarantine"},
	{"t: quarantine", ORG("p=quarantine; t=y"), "example.com", "", "fail p=quarantine>none"},
	{"t: none", ORG("p=none; t=y"), "example.com", "", "fail p=none"},
	{"t: sp", ORG("p=none; sp=reject; t=y"), "sub.example.com", "",
		"fail sp=reject>quarantine at example.com"},
	{"t: np", ORG("p=none; np=quarantine; t=y"), "ghost.example.com", "",
		"fail np=quarantine>none at example.com nonexistent"},
	{"t=n", ORG("p=reject; t=n"), "example.com", "", "fail p=reject"},
	{"pct means nothing", ORG("p=reject; pct=0"), "example.com", "", "fail p=reject"},
	{"bad p without rua", ORG("p=bogus"), "example.com", "", "permerror unusable"},
	{"bad p with rua", ORG("p=bogus; rua=mailto:a@example.com"), "example.com", "",
		"fail p=none unusable"},
	{"no p without rua", ORG("adkim=s"), "example.com", "", "permerror unusable"},
	{"no p with rua", ORG("rua=mailto:a@example.com"), "example.com", "",
		"fail p=none unusable"},
	{"no p with a bad rua", ORG("rua=a@example.com"), "example.com", "", "permerror unusable"},
	{"version alone", TXT("_dmarc.example.com", "v=DMARC1"), "example.com", "",
		"permerror unusable"},
	{"bad sp without rua", ORG("p=reject; sp=x"), "example.com", "", "permerror unusable"},
	{"bad sp with rua", ORG("p=reject; sp=x; rua=mailto:a@b"), "example.com", "",
		"fail p=none unusable"},
	{"bad np with rua", ORG("p=reject; np=x; rua=mailto:a@b"), "sub.example.com", "",
		"fail p=none at example.com unusable"},
	{"no p, but sp, with rua", ORG("sp=reject; rua=mailto:a@b"), "sub.example.com", "",
		"fail p=none at example.com unusable"},
	{"no other record stands in for an unusable one",
		RECORD("sub.example.com", "p=x") ORG("p=reject"), "sub.example.com", "",
		"permerror unusable"},
	{"its psd counts all the same", RECORD("sub.example.com", "psd=n") ORG("p=reject"),
		"a.sub.example.com", "", "permerror at sub.example.com unusable"},
	{"strictness of an unusable record", ORG("adkim=s; rua=mailto:a@b"), "example.com",
		"dkim=pass:sub.example.com", "fail p=none unusable"},
	{"a pass under an unusable record", ORG("p=x; rua=mailto:a@b"), "example.com",
		"dkim=pass:sub.example.com", "pass p=none unusable dkim-pass"},
	{"no record", NONE, "example.com", "dkim=pass:example.com spf=pass:example.com", "none"},
	{"two records and nothing else", ORG("p=reject") ORG("p=none"), "example.com",
		"dkim=pass:example.com", "none"},
	{"two records and one above",
		RECORD("sub.example.com", "p=none") RECORD("sub.example.com", "p=none")
		ORG("p=reject"), "sub.example.com", "", "fail p=reject at example.com"},
};
/* clang-format on */

#define REJECT RECORD("example.com", "p=reject")
#define STRICT RECORD("example.com", "p=reject; adkim=s; aspf=s")

/* clang-format off */
/* pass and fail */
static const struct row verdict_rows[] = {
	{"nothing", REJECT, "example.com", "", "fail p=reject"},
	{"SPF", REJECT, "example.com", "spf=pass:example.com", "pass p=reject spf-pass"},
	{"DKIM", REJECT, "example.com", "dkim=pass:example.com", "pass p=reject dkim-pass"},
	{"both", REJECT, "example.com", "spf=pass:example.com dkim=pass:example.com",
		"pass p=reject spf-pass dkim-pass"},
	{"SPF fail, DKIM pass", REJECT, "example.com", "spf=fail:example.com dkim=pass:example.com",
		"pass p=reject spf dkim-pass"},
	{"SPF pass, DKIM fail", REJECT, "example.com", "spf=pass:example.com dkim=fail:example.com",
		"pass p=reject spf-pass dkim"},
	{"a pass under p=none", RECORD("example.com", "p=none"), "example.com",
		"spf=pass:example.com", "pass p=none spf-pass"},
	{"the policy is told after t on a pass too", RECORD("example.com", "p=reject; t=y"),
		"example.com", "spf=pass:example.com", "pass p=reject>quarantine spf-pass"},
	{"other domains", REJECT, "example.com", "spf=pass:unrelated.test dkim=pass:other.example",
		"fail p=reject"},
	{"softfail is no pass", REJECT, "example.com", "spf=softfail:example.com",
		"fail p=reject spf"},
	{"neutral is no pass", REJECT, "example.com",
		"spf=neutral:example.com dkim=neutral:example.com", "fail p=reject spf dkim"},
	{"none is no pass", REJECT, "example.com", "spf=none:example.com", "fail p=reject spf"},
	{"policy is no pass", REJECT, "example.com", "dkim=policy:example.com",
		"fail p=reject dkim"},
	{"permerror is no pass and no temperror", REJECT, "example.com",
		"spf=permerror:example.com dkim=permerror:example.com", "fail p=reject spf dkim"},
	{"HELO of the null path", REJECT, "example.com", "helo=pass:example.com",
		"pass p=reject spf-pass"},
	{"HELO of the null path, below", REJECT, "example.com", "helo=pass:mta.example.com",
		"pass p=reject spf-pass"},
	{"upper case (no normal name, but the same)", REJECT, "example.com",
		"dkim=pass:EXAMPLE.com", "pass p=reject dkim-pass"},
	{"no d=", REJECT, "example.com", "dkim=permerror:", "fail p=reject"},
	{"SPF without a domain", REJECT, "example.com", "spf=none:", "fail p=reject"},
	{"one of many signatures", REJECT, "example.com",
		"dkim=pass:a.test dkim=fail:example.com dkim=pass:mail.example.com "
		"dkim=permerror:", "pass p=reject dkim-pass"},
	{"a pass of one name, a failure of the aligned one", REJECT, "example.com",
		"dkim=pass:a.test dkim=fail:example.com", "fail p=reject dkim"},
	{"relaxed: below", REJECT, "example.com", "dkim=pass:mail.example.com",
		"pass p=reject dkim-pass"},
	{"relaxed: above", REJECT, "news.example.com", "dkim=pass:example.com",
		"pass p=reject at example.com dkim-pass"},
	{"relaxed: beside", REJECT, "news.example.com", "spf=pass:bounce.example.com",
		"pass p=reject at example.com spf-pass"},
	{"strict: below", STRICT, "example.com",
		"dkim=pass:mail.example.com spf=pass:mail.example.com", "fail p=reject"},
	{"strict: above", STRICT, "news.example.com", "dkim=pass:example.com spf=pass:example.com",
		"fail p=reject at example.com"},
	{"strict: the same", STRICT, "news.example.com", "dkim=pass:news.example.com",
		"pass p=reject at example.com dkim-pass"},
	{"strict for DKIM only", RECORD("example.com", "p=reject; adkim=s"), "example.com",
		"dkim=pass:mail.example.com spf=pass:mail.example.com", "pass p=reject spf-pass"},
	{"strict for SPF only", RECORD("example.com", "p=reject; aspf=s"), "example.com",
		"dkim=pass:mail.example.com spf=pass:mail.example.com", "pass p=reject dkim-pass"},
	{"strictness is that of the record applied",
		RECORD("example.com", "p=reject; adkim=s") RECORD("a.example.com", "p=none"),
		"a.example.com", "dkim=pass:example.com", "pass p=none dkim-pass"},
	{"own record, none above: the parent is not aligned",
		RECORD("news.example.com", "p=reject"), "news.example.com", "dkim=pass:example.com",
		"fail p=reject"},
	{"two banks below a public suffix (B.4.3)",
		RECORD("giant.bank.example", "p=reject") RECORD("bank.example", "p=none; psd=y"),
		"giant.bank.example",
		"spf=pass:mail.giant.bank.example dkim=pass:mail.mega.bank.example",
		"pass p=reject spf-pass"},
	{"the other bank alone",
		RECORD("giant.bank.example", "p=reject") RECORD("bank.example", "p=none; psd=y"),
		"giant.bank.example", "dkim=pass:mail.mega.bank.example", "fail p=reject"},
	{"psd=n cuts a branch off", REJECT RECORD("a.example.com", "p=none; psd=n"), "example.com",
		"dkim=pass:a.example.com", "fail p=reject"},
	{"long author name (B.4.2)", REJECT RECORD("signing.example.com", "p=none"),
		"a.b.c.d.e.f.g.h.i.j.example.com",
		"dkim=pass:signing.example.com spf=pass:example.com",
		"pass p=reject at example.com spf-pass dkim-pass"},
};

/* RFC 9989 5.3.6: which failed questions matter */
static const struct row error_rows[] = {
	{"the author's record", LAME("example.com"), "example.com", "", "temperror"},
	{"the author's record, in spite of a pass", LAME("example.com"), "example.com",
		"dkim=pass:example.com spf=pass:example.com", "temperror"},
	{"the organization's record", LAME("example.com") HOST("mail.example.com"),
		"mail.example.com", "", "temperror"},
	{"above the author's own record", REJECT LAME("com"), "example.com", "", "fail p=reject"},
	{"above the author's own record, with an unaligned pass", REJECT LAME("com"), "example.com",
		"dkim=pass:other.net", "fail p=reject"},
	{"above the author's own record, with a pass below it", REJECT LAME("com"), "example.com",
		"dkim=pass:mail.example.com", "pass p=reject dkim-pass"},
	{"the public suffix could join two names", REJECT LAME("com"), "example.com",
		"dkim=pass:other.com", "temperror p=reject"},
	{"but not under strict alignment", STRICT LAME("com"), "example.com", "dkim=pass:other.com",
		"fail p=reject"},
	{"but not with another pass", REJECT LAME("com"), "example.com",
		"dkim=pass:other.com spf=pass:example.com", "pass p=reject spf-pass"},
	{"the walk of a d= that could align", REJECT LAME("mail.example.com"), "example.com",
		"dkim=pass:mail.example.com", "temperror p=reject names"},
	{"the walk of a reverse-path that could align", REJECT LAME("mail.example.com"),
		"example.com", "spf=pass:mail.example.com", "temperror p=reject names"},
	{"the walk of a d= that could not", REJECT LAME("mail.other.com"), "example.com",
		"dkim=pass:mail.other.com", "fail p=reject"},
	{"the walk of a d= that did not pass", REJECT LAME("mail.example.com"), "example.com",
		"dkim=fail:mail.example.com", "fail p=reject dkim"},
	{"the same beside a pass", REJECT LAME("mail.example.com"), "example.com",
		"dkim=pass:mail.example.com spf=pass:example.com", "pass p=reject spf-pass"},
	{"the key of an aligned d=", REJECT, "example.com", "dkim=temperror?:example.com",
		"temperror p=reject dkim names"},
	{"the key of an aligned d=, by the code alone", REJECT, "example.com",
		"dkim=temperror:example.com", "temperror p=reject dkim names"},
	{"the key of a d= elsewhere", REJECT, "example.com", "dkim=temperror?:other.example",
		"fail p=reject"},
	{"the key of an aligned d=, another passed", REJECT, "example.com",
		"dkim=temperror?:example.com spf=pass:example.com", "pass p=reject spf-pass dkim"},
	{"the key of a d= below, strict", STRICT, "example.com", "dkim=temperror?:mail.example.com",
		"fail p=reject"},
	{"the key of a d= that could align", REJECT LAME("mail.example.com"), "example.com",
		"dkim=temperror?:mail.example.com", "temperror p=reject names"},
	{"the key of a d= that the public suffix could join", REJECT LAME("com"), "example.com",
		"dkim=temperror?:other.com", "temperror p=reject"},
	{"SPF of an aligned path", REJECT, "example.com", "spf=temperror?:bounce.example.com",
		"temperror p=reject spf names"},
	{"SPF of a path elsewhere", REJECT, "example.com", "spf=temperror?:bounce.example.net",
		"fail p=reject"},
	{"under p=none too", RECORD("example.com", "p=none"), "example.com",
		"spf=temperror?:example.com", "temperror p=none spf names"},
	{"an answer that cannot be read", ";!BAD _dmarc.example.com. TXT\n", "example.com", "",
		"temperror"},
	{"a time-out above", ";!TIMEOUT _dmarc.example.com. TXT\n", "a.example.com", "",
		"temperror"},
	{"without a policy no identifier matters", NONE, "example.com",
		"dkim=temperror?:example.com", "none"},
	{"with an unusable one neither", RECORD("example.com", "p=x"), "example.com",
		"dkim=temperror?:example.com", "permerror unusable"},
};

/* RFC 7489 */
static const struct row old_rows[] = {
	{"p", REJECT, "example.com", "", "fail p=reject"},
	{"the organization's", REJECT, "a.b.example.com", "", "fail p=reject at example.com"},
	{"sp", RECORD("example.com", "p=reject; sp=none"), "a.b.example.com", "",
		"fail sp=none at example.com"},
	{"np, psd and t are unknown", RECORD("example.com", "p=reject; np=none; psd=y; t=y"),
		"ghost.example.com", "", "fail p=reject at example.com"},
	{"a bad np is nothing", RECORD("example.com", "p=reject; np=bad"), "example.com", "",
		"fail p=reject"},
	{"p not directly after v", RECORD("example.com", "adkim=s; p=reject"), "example.com", "",
		"permerror unusable"},
	{"p not directly after v, with rua", RECORD("example.com", "rua=mailto:a@b; p=reject"),
		"example.com", "", "fail p=none unusable"},
	{"bad sp with rua", RECORD("example.com", "p=reject; sp=x; rua=mailto:a@b"), "example.com",
		"", "fail p=none unusable"},
	{"several records end it",
		RECORD("a.example.com", "p=none") RECORD("a.example.com", "p=none") REJECT,
		"a.example.com", "dkim=pass:a.example.com", "none"},
	{"records between and above are not asked",
		RECORD("b.example.com", "p=none") RECORD("com", "p=none"), "a.b.example.com", "",
		"none"},
	{"the parent aligns without a record of its own", RECORD("news.example.com", "p=reject"),
		"news.example.com", "dkim=pass:example.com", "pass p=reject dkim-pass"},
	{"siblings too", RECORD("news.example.com", "p=reject"), "news.example.com",
		"spf=pass:x.y.example.com", "pass p=reject spf-pass"},
	{"a public suffix does not join", RECORD("example.co.uk", "p=reject"), "example.co.uk",
		"dkim=pass:other.co.uk dkim=pass:co.uk", "fail p=reject"},
	{"strict", STRICT, "example.com", "dkim=pass:a.example.com", "fail p=reject"},
	{"failed question at the author", LAME("a.example.com") REJECT, "a.example.com", "",
		"temperror"},
	{"failed question at the organization", LAME("example.com"), "a.example.com", "",
		"temperror"},
	{"failed question elsewhere", LAME("com") LAME("b.example.com") REJECT, "a.b.example.com",
		"dkim=pass:b.example.com", "pass p=reject at example.com dkim-pass"},
	{"the key of an aligned d=", REJECT, "example.com", "dkim=temperror?:x.example.com",
		"temperror p=reject dkim names"},
	{"the key of a d= elsewhere", REJECT, "example.com", "dkim=temperror?:other.com",
		"fail p=reject"},
	{"no record", NONE, "example.com", "dkim=pass:example.com", "none"},
};
/* clang-format on */

static enum auth_code
run(struct dmarc_rig *rig, const struct row *row, const struct domain_psl *psl, bool no_ask,
	struct dmarc_result *result)
{
	rig->in.psl = psl;
	rig->options.dmarc_mode = psl != NULL ? DMARC_RFC7489 : DMARC_RFC9989;
	rig->options.no_ask = no_ask;
	dmarc_rig_auth(rig, row->auth);
	if (!no_ask)
		dmarc_ask(&rig->in);
	cr_expect_eq(dmarc_check(&rig->in, rig->options.dmarc_mode, &rig->spf, &rig->dkim, result),
		ST_OK, "%s", row->name);
	return result->code;
}

struct question {
	struct slice name;
	enum dns_type type;
};

struct questions {
	struct arena *arena;
	struct question list[256];
	size_t n;
};

static void
collect(void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer)
{
	struct questions *questions = arg;

	(void)answer;
	cr_assert_lt(questions->n, COUNT(questions->list));
	questions->list[questions->n++] =
		(struct question){arena_dup(questions->arena, name), type};
}

/* A lost answer leaves the result as it was, or makes it temperror; it never causes a pass. */
static void
check_lost_answers(const struct row *row, const struct domain_psl *psl, struct dmarc_rig *whole,
	const struct dmarc_result *result)
{
	struct questions questions = {.arena = &whole->arena};

	dns_each(whole->dns, collect, &questions);
	for (size_t i = 0; i < questions.n; i++) {
		struct question lost = questions.list[i];
		struct dmarc_rig rig;
		struct dmarc_result other;
		dmarc_rig_open(&rig, row->zone, row->author);
		dns_break(rig.dns, lost.name, lost.type);
		enum auth_code code = run(&rig, row, psl, false, &other);
		cr_expect(code != AUTH_PASS || result->code == AUTH_PASS, "%s: a pass without %.*s",
			row->name, (int)lost.name.n, lost.name.p);
		cr_expect(code == result->code || code == AUTH_TEMPERROR, "%s: %s without %.*s",
			row->name, auth_code_word(code), (int)lost.name.n, lost.name.p);
		dmarc_rig_close(&rig);
	}
}

static void
check_rows(const struct row *rows, size_t n, const struct domain_psl *psl)
{
	for (size_t i = 0; i < n; i++) {
		struct dmarc_rig rig, slow;
		struct dmarc_result result, unasked;
		dmarc_rig_open(&rig, rows[i].zone, rows[i].author);
		run(&rig, &rows[i], psl, false, &result);
		const char *got = describe(&result, &rig.arena);
		cr_expect_str_eq(got, rows[i].expected, "%s: %s", rows[i].name, got);
		cr_expect_eq((result.reason.id == DMARC_R_NONE), result.code == AUTH_PASS,
			"%s: reason", rows[i].name);

		dmarc_rig_open(&slow, rows[i].zone, rows[i].author);
		run(&slow, &rows[i], psl, true, &unasked);
		cr_expect_str_eq(
			describe(&unasked, &slow.arena), got, "%s: not asked before", rows[i].name);
		cr_expect_eq(unasked.nsteps, result.nsteps, "%s: steps", rows[i].name);
		dmarc_rig_close(&slow);

		check_lost_answers(&rows[i], psl, &rig, &result);
		dmarc_rig_close(&rig);
	}
}

Test(dmarc_check, policies)
{
	check_rows(policy_rows, COUNT(policy_rows), NULL);
}

Test(dmarc_check, verdicts)
{
	check_rows(verdict_rows, COUNT(verdict_rows), NULL);
}

Test(dmarc_check, errors)
{
	check_rows(error_rows, COUNT(error_rows), NULL);
}

Test(dmarc_check, rfc7489)
{
	struct domain_psl *psl = domain_psl_open(NULL);

	cr_assert_neq(psl, NULL);
	check_rows(old_rows, COUNT(old_rows), psl);
	domain_psl_free(psl);
}
