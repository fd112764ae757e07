/* test_dmarc_discover.c: tree walk, organizational domain, policy record (RFC 9989 4.10). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/base/domain.h"
#include "auth/dmarc/dmarc_discover.h"
#include "tests/support/dmarc_rig.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void
add(char *out, size_t size, struct slice s)
{
	size_t n = strlen(out);

	(void)snprintf(out + n, size - n, "%s%.*s", n > 0 ? " " : "", (int)s.n, s.p);
}

/* clang-format off */
/* RFC 9989 4.10: which names are queried, in which order, up to which one */
static const struct walk_row {
	const char *name, *zone, *start, *asked;
} walk_rows[] = {
	{"two labels", "", "example.com", "example.com com"},
	{"one label", "", "com", "com"},
	{"seven labels, none skipped", "", "a.b.c.d.e.f.g",
		"a.b.c.d.e.f.g b.c.d.e.f.g c.d.e.f.g d.e.f.g e.f.g f.g g"},
	{"eight labels, none skipped", "", "a.b.c.d.e.f.g.h",
		"a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h h"},
	{"nine labels, one skipped", "", "a.b.c.d.e.f.g.h.i",
		"a.b.c.d.e.f.g.h.i c.d.e.f.g.h.i d.e.f.g.h.i e.f.g.h.i f.g.h.i g.h.i h.i i"},
	{"thirteen labels (the RFC's example)", "", "a.b.c.d.e.f.g.h.i.j.mail.example.com",
		"a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com "
		"h.i.j.mail.example.com i.j.mail.example.com j.mail.example.com mail.example.com "
		"example.com com"},
	{"a record does not stop it",
		RECORD("a.example.com", "p=none") RECORD("example.com", "psd=u"), "a.example.com",
		"a.example.com example.com com"},
	{"psd=n stops it", RECORD("example.com", "psd=n") RECORD("com", "p=none"), "a.example.com",
		"a.example.com example.com"},
	{"psd=y stops it", RECORD("example.com", "psd=y"), "a.b.example.com",
		"a.b.example.com b.example.com example.com"},
	{"psd=n at the start stops it", RECORD("a.example.com", "psd=n"), "a.example.com",
		"a.example.com"},
	{"psd=y at the start stops it", RECORD("a.example.com", "psd=y"), "a.example.com",
		"a.example.com"},
	{"psd of several records stops nothing",
		RECORD("example.com", "psd=n") RECORD("example.com", "psd=n"), "example.com",
		"example.com com"},
	{"bad psd stops nothing", RECORD("example.com", "psd=maybe"), "example.com",
		"example.com com"},
	{"psd without p stops it", TXT("_dmarc.example.com", "v=DMARC1;psd=n"), "a.example.com",
		"a.example.com example.com"},
	{"a failure does not stop it", LAME("a.example.com") LAME("example.com"), "a.example.com",
		"a.example.com example.com com"},
};
/* clang-format on */

Test(dmarc_discover, walks)
{
	for (size_t i = 0; i < COUNT(walk_rows); i++) {
		const struct walk_row *row = &walk_rows[i];
		struct dmarc_rig rig;
		struct dmarc_walk walk;
		char asked[1024] = "";
		dmarc_rig_open(&rig, row->zone, row->start);
		struct dmarc_finder finder = {.in = &rig.in, .mode = DMARC_RFC9989};
		dmarc_walk(&finder, slice_str(row->start), &walk);
		for (size_t k = 0; k < walk.n; k++)
			add(asked, sizeof asked, walk.nodes[k]->name);
		cr_expect_str_eq(asked, row->asked, "%s: %s", row->name, asked);
		cr_expect_leq(dns_asked(rig.dns), 8, "%s", row->name);
		dmarc_rig_close(&rig);
	}
}

/* clang-format off */
/* RFC 9989 4.10.2: the organizational domain */
static const struct org_row {
	const char *name, *zone, *start, *org;
} org_rows[] = {
	{"nothing found: the name itself", "", "a.b.example.com", "a.b.example.com"},
	{"own record only", RECORD("a.example.com", "p=none"), "a.example.com", "a.example.com"},
	{"the fewest labels", RECORD("mail.example.com", "p=none") RECORD("example.com", "p=none"),
		"a.mail.example.com", "example.com"},
	{"the fewest labels, own record included",
		RECORD("news.example.com", "p=none") RECORD("example.com", "p=none"),
		"news.example.com", "example.com"},
	{"a top-level domain without psd", RECORD("com","p=none") RECORD("example.com", "p=none"),
		"a.example.com", "com"},
	{"psd=n is it", RECORD("mail.example.com", "psd=n") RECORD("example.com", "p=none"),
		"a.mail.example.com", "mail.example.com"},
	{"psd=n over a record below",
		RECORD("a.mail.example.com", "p=none") RECORD("mail.example.com", "psd=n"),
		"a.mail.example.com", "mail.example.com"},
	{"psd=n at the start", RECORD("a.example.com", "psd=n") RECORD("example.com", "p=none"),
		"a.example.com", "a.example.com"},
	{"psd=n protects from its parent", RECORD("com","p=none") RECORD("example.com","psd=n"),
		"a.example.com", "example.com"},
	{"one below psd=y", RECORD("com", "psd=y"), "a.mail.example.com", "example.com"},
	{"one below psd=y, records between are nothing",
		RECORD("mail.example.com", "p=none") RECORD("com", "psd=y"), "a.mail.example.com",
		"example.com"},
	{"one below psd=y is the start", RECORD("com", "psd=y"), "example.com", "example.com"},
	{"psd=y at the start is itself",
		RECORD("bank.example", "psd=y") RECORD("example", "p=none"), "bank.example",
		"bank.example"},
	{"psd=y below psd=y", RECORD("bank.example", "psd=y") RECORD("example", "psd=y"),
		"mail.giant.bank.example", "giant.bank.example"},
	{"psd=y just above the jump", RECORD("c.d.e.f.g.h.i", "psd=y"), "a.b.c.d.e.f.g.h.i",
		"b.c.d.e.f.g.h.i"},
	{"psd=y above a longer jump", RECORD("c.d.e.f.g.h.i","psd=y"), "w.x.y.z.b.c.d.e.f.g.h.i",
		"b.c.d.e.f.g.h.i"},
	{"a record at a skipped name", RECORD("b.c.d.e.f.g.h.i", "psd=n"), "a.b.c.d.e.f.g.h.i",
		"a.b.c.d.e.f.g.h.i"},
	{"several records are none", RECORD("example.com", "p=none") RECORD("example.com", "p=none")
		RECORD("a.example.com", "p=none"), "b.a.example.com", "a.example.com"},
	{"a record without p marks the tree", TXT("_dmarc.example.com", "v=DMARC1"),
		"a.example.com", "example.com"},
	{"another text is none",
		TXT("_dmarc.example.com","v=spf1 -all") RECORD("a.example.com", "p=none"),
		"a.example.com", "a.example.com"},
	{"another text beside the record",
		TXT("_dmarc.example.com", "hello") RECORD("example.com", "p=none"), "a.example.com",
		"example.com"},
	{"a top-level domain alone", "", "com", "com"},
};
/* clang-format on */

Test(dmarc_discover, organizations)
{
	for (size_t i = 0; i < COUNT(org_rows); i++) {
		const struct org_row *row = &org_rows[i];
		struct dmarc_rig rig;
		struct dmarc_walk walk;
		dmarc_rig_open(&rig, row->zone, row->start);
		struct dmarc_finder finder = {.in = &rig.in, .mode = DMARC_RFC9989};
		dmarc_walk(&finder, slice_str(row->start), &walk);
		struct slice org = dmarc_walk_org(&walk);
		cr_expect(slice_eq(org, slice_str(row->org)), "%s: %.*s", row->name, (int)org.n,
			org.p);
		dmarc_rig_close(&rig);
	}
}

/* clang-format off */
/* RFC 9989 4.10.1 and RFC 7489 6.6.3: which record is used, as "DOMAIN SOURCE ORGANIZATION". */
static const struct policy_row {
	const char *name, *zone, *author, *rfc9989, *rfc7489;
} policy_rows[] = {
	{"no record", "", "a.example.com", "none", "none"},
	{"the author's own", RECORD("a.example.com", "p=none") RECORD("example.com","p=none"),
		"a.example.com", "a.example.com author", "a.example.com author example.com"},
	{"own record with psd=y", RECORD("a.example.com", "psd=y"), "a.example.com",
		"a.example.com author", "a.example.com author example.com"},
	{"the organization's", RECORD("example.com", "p=none"), "a.example.com",
		"example.com org example.com", "example.com org example.com"},
	{"not one between", RECORD("b.example.com", "p=none") RECORD("example.com","p=none"),
		"a.b.example.com", "example.com org example.com", "example.com org example.com"},
	{"one between alone", RECORD("b.example.com", "p=none"), "a.b.example.com",
		"b.example.com org b.example.com", "none"},
	{"one between with psd=n", RECORD("b.example.com", "psd=n") RECORD("example.com","p=none"),
		"a.b.example.com", "b.example.com org b.example.com",
		"example.com org example.com"},
	{"the public suffix's", RECORD("com", "psd=y"), "a.example.com", "com psd example.com",
		"none"},
	{"the public suffix's, direct child", RECORD("com", "psd=y"), "example.com",
		"com psd example.com", "none"},
	{"not the public suffix's beside the organization's",
		RECORD("com", "psd=y") RECORD("example.com","p=none"), "a.example.com",
		"example.com org example.com", "example.com org example.com"},
	{"nor the public suffix's beside the author's",
		RECORD("com", "psd=y") RECORD("a.example.com","p=none"), "a.example.com",
		"a.example.com author", "a.example.com author example.com"},
	{"below a public suffix, one between is nothing",
		RECORD("com", "psd=y") RECORD("b.example.com","p=none"), "a.b.example.com",
		"com psd example.com", "none"},
	{"a top-level domain without psd takes all",
		RECORD("com", "p=none") RECORD("example.com","p=none"), "a.example.com",
		"com org com", "example.com org example.com"},
	{"psd=n keeps it off", RECORD("com","p=none") RECORD("example.com","psd=n"),
		"a.example.com", "example.com org example.com", "example.com org example.com"},
	{"several at the author",
		RECORD("a.example.com", "p=none") RECORD("a.example.com", "p=none")
		RECORD("example.com","p=none"), "a.example.com", "example.com org example.com",
		"several"},
	{"several at the organization",
		RECORD("example.com", "p=none") RECORD("example.com","p=reject"), "a.example.com",
		"several", "several"},
	{"several at the organization, one above",
		RECORD("example.com", "p=none") RECORD("example.com","p=reject")
		RECORD("com","psd=y"), "a.example.com", "com psd example.com", "several"},
	{"one record and another text",
		RECORD("example.com", "p=none") TXT("_dmarc.example.com","v=DMARC2; p=none"),
		"example.com", "example.com author", "example.com author example.com"},
	{"a wrong version is no record",
		TXT("_dmarc.a.example.com", "v=dmarc1; p=none") RECORD("example.com","p=none"),
		"a.example.com", "example.com org example.com", "example.com org example.com"},
	{"a record behind a CNAME", "_dmarc.a.example.com. IN CNAME x.example.net.\n"
		TXT("x.example.net","v=DMARC1; p=none"), "a.example.com", "a.example.com author",
		"a.example.com author example.com"},
	{"a record in two strings", "_dmarc.example.com. IN TXT \"v=DMA\" \"RC1; p=reject\"\n",
		"example.com", "example.com author", "example.com author example.com"},
	{"the author's question failed", LAME("a.example.com") RECORD("example.com", "p=none"),
		"a.example.com", "unknown", "unknown"},
	{"a question above the author's record failed",
		RECORD("a.example.com", "p=none") LAME("example.com"), "a.example.com",
		"a.example.com author", "a.example.com author example.com"},
	{"the organization's question failed", LAME("example.com"), "a.example.com", "unknown",
		"unknown"},
	{"a question between failed", LAME("b.example.com") RECORD("example.com", "p=none"),
		"a.b.example.com", "unknown", "example.com org example.com"},
	{"a question above the organization failed", RECORD("example.com", "p=none") LAME("com"),
		"a.example.com", "unknown", "example.com org example.com"},
	{"a question above psd=n failed", RECORD("example.com", "psd=n") LAME("com"),
		"a.example.com", "example.com org example.com", "example.com org example.com"},
	{"the jump finds the organization", RECORD("example.com", "p=none"),
		"a.b.c.d.e.f.g.h.i.example.com", "example.com org example.com",
		"example.com org example.com"},
	{"the jump passes a record by", RECORD("i.a.b.c.d.e.f.example.com", "p=none"),
		"j.i.a.b.c.d.e.f.example.com", "none", "none"},
	{"a two-level public suffix", RECORD("co.uk", "p=none") RECORD("example.co.uk","p=none"),
		"a.example.co.uk", "co.uk org co.uk", "example.co.uk org example.co.uk"},
	{"the author is a public suffix", RECORD("co.uk", "p=none"), "co.uk", "co.uk author",
		"co.uk author co.uk"},
};
/* clang-format on */

static void
describe(enum dmarc_discovery discovery, const struct dmarc_selection *selection, char *out,
	size_t size)
{
	static const char *const sources[] = {"author", "org", "psd"};

	out[0] = '\0';
	switch (discovery) {
	case DMARC_SELECTED:
		add(out, size, selection->node->name);
		add(out, size, slice_str(sources[selection->source]));
		if (selection->org.n > 0)
			add(out, size, selection->org);
		return;
	case DMARC_NOTHING:
		add(out, size, SLICE("none"));
		return;
	case DMARC_NOTHING_SEVERAL:
		add(out, size, SLICE("several"));
		return;
	case DMARC_UNKNOWN:
		add(out, size, SLICE("unknown"));
	}
}

static void
check_policy(const struct policy_row *row, enum dmarc_mode mode, struct domain_psl *psl)
{
	const char *expected = mode == DMARC_RFC9989 ? row->rfc9989 : row->rfc7489;
	struct dmarc_rig rig;
	struct dmarc_selection selection;
	char got[1024];

	dmarc_rig_open(&rig, row->zone, row->author);
	rig.in.psl = psl;
	struct dmarc_finder finder = {.in = &rig.in, .mode = mode};
	enum dmarc_discovery discovery =
		dmarc_discover(&finder, slice_str(row->author), &selection);
	describe(discovery, &selection, got, sizeof got);
	cr_expect_str_eq(got, expected, "%s, mode %d: %s", row->name, mode, got);
	dmarc_rig_close(&rig);
}

Test(dmarc_discover, policies)
{
	struct domain_psl *psl = domain_psl_open(NULL);

	cr_assert_neq(psl, NULL);
	for (size_t i = 0; i < COUNT(policy_rows); i++) {
		check_policy(&policy_rows[i], DMARC_RFC9989, psl);
		check_policy(&policy_rows[i], DMARC_RFC7489, psl);
	}
	domain_psl_free(psl);
}

/* If _dmarc. and a name are too long to be queried, the walk continues with shorter names. */
Test(dmarc_discover, a_name_too_long_to_ask)
{
	char author[254];
	struct dmarc_rig rig;
	struct dmarc_selection selection;

	for (size_t i = 0; i < 253; i++)
		author[i] = i % 50 == 41 ? '.' : 'x';
	memcpy(author + 253 - 12, ".example.com", 13);
	dmarc_rig_open(&rig, RECORD("example.com", "p=reject"), author);
	struct dmarc_finder finder = {.in = &rig.in, .mode = DMARC_RFC9989};
	cr_assert_eq(dmarc_discover(&finder, slice_str(author), &selection), DMARC_SELECTED);
	cr_expect(slice_eq(selection.node->name, SLICE("example.com")));
	cr_expect_eq(dmarc_node(&finder, slice_str(author))->found, DMARC_TOO_LONG);
	dmarc_rig_close(&rig);
}
