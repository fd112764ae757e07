/* test_dmarc_align.c: relaxed alignment, and which results are certain if answers are missing. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/dmarc/dmarc_discover.h"
#include "tests/support/dmarc_rig.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* clang-format off */
/*
 * RFC 9989 4.4, 4.10.2: relaxed alignment. "?": unsure, because a query failed; "??": the query was
 * on the author domain's own walk.
 */
static const struct align_row {
	const char *name, *zone, *author, *identifier, *expected;
} align_rows[] = {
	{"parent, one record above both", RECORD("example.com", "p=none"), "news.example.com",
		"example.com", "yes"},
	{"child, one record above both", RECORD("example.com", "p=none"), "example.com",
		"news.example.com", "yes"},
	{"siblings", RECORD("example.com", "p=none"), "a.example.com", "b.example.com", "yes"},
	{"siblings, both with records",
		RECORD("example.com", "p=none") RECORD("a.example.com", "p=none")
		RECORD("b.example.com", "p=none"), "a.example.com", "b.example.com", "yes"},
	{"parent without a record", RECORD("news.example.com", "p=none"), "news.example.com",
		"example.com", "no"},
	{"sibling without a record above", RECORD("a.example.com", "p=none"), "a.example.com",
		"b.example.com", "no"},
	{"child of a record", RECORD("news.example.com", "p=none"), "news.example.com",
		"x.news.example.com", "yes"},
	{"other names", RECORD("example.com", "p=none"), "example.com", "example.net", "no"},
	{"one top-level domain", RECORD("example.com", "p=none"), "example.com", "other.com", "no"},
	{"a similar name", RECORD("example.com", "p=none"), "example.com", "badexample.com", "no"},
	{"a name with it inside", RECORD("example.com", "p=none"), "example.com",
		"example.com.evil.org", "no"},
	{"identifier has psd=n", RECORD("example.com","p=none") RECORD("a.example.com", "psd=n"),
		"example.com", "a.example.com", "no"},
	{"author has psd=n", RECORD("example.com", "p=none") RECORD("a.example.com", "psd=n"),
		"a.example.com", "example.com", "no"},
	{"author has psd=n, below it", RECORD("a.example.com", "psd=n"), "a.example.com",
		"b.a.example.com", "yes"},
	{"two banks of a public suffix",
		RECORD("bank.example", "psd=y") RECORD("giant.bank.example", "p=none"),
		"giant.bank.example", "mail.mega.bank.example", "no"},
	{"one bank of a public suffix",
		RECORD("bank.example", "psd=y") RECORD("giant.bank.example", "p=none"),
		"giant.bank.example", "mail.giant.bank.example", "yes"},
	{"the public suffix for its child",
		RECORD("bank.example","psd=y") RECORD("giant.bank.example","p=none"),
		"giant.bank.example", "bank.example", "no"},
	{"a child for the public suffix", RECORD("bank.example", "psd=y"), "bank.example",
		"giant.bank.example", "no"},
	{"a top-level domain without psd joins all",
		RECORD("com", "p=none") RECORD("example.com", "p=none"), "example.com", "evil.com",
		"yes"},
	{"twelve labels (B.4.2)",
		RECORD("example.com", "p=none") RECORD("signing.example.com", "p=none"),
		"a.b.c.d.e.f.g.h.i.j.example.com", "signing.example.com", "yes"},
	{"two long names with one suffix above the jump", RECORD("c.d.e.f.g.h.i", "psd=y"),
		"x.b.c.d.e.f.g.h.i", "y.b.c.d.e.f.g.h.i", "yes"},
	{"a long name and its skipped parent", RECORD("c.d.e.f.g.h.i", "psd=y"),
		"a.b.c.d.e.f.g.h.i", "b.c.d.e.f.g.h.i", "yes"},

	/* RFC 9989 5.3.6: a failed query matters only if it could change the result */
	{"above their common record", RECORD("example.com", "p=none") LAME("com"),
		"news.example.com", "example.com", "yes"},
	{"above their common name without a record", RECORD("a.example.com", "p=none") LAME("com"),
		"a.example.com", "example.com", "??"},
	{"at the identifier, which could have psd=n",
		RECORD("example.com", "p=none") LAME("a.example.com"), "example.com",
		"a.example.com", "?"},
	{"at the author, which could have psd=n",
		RECORD("example.com","p=none") LAME("a.example.com"), "a.example.com",
		"example.com", "??"},
	{"at a foreign identifier", RECORD("example.com", "p=none") LAME("other.com"),
		"example.com", "other.com", "no"},
	{"at a foreign identifier, top-level domain unknown",
		RECORD("example.com", "p=none") LAME("other.com") LAME("com"), "example.com",
		"other.com", "??"},
	{"top-level domain unknown, names apart below it",
		RECORD("example.com", "psd=n") LAME("com"), "example.com", "other.com", "no"},
	{"nothing in common",
		RECORD("example.com", "p=none") LAME("example.net") LAME("net") LAME("com"),
		"example.com", "example.net", "no"},
	{"below the author's psd=n", RECORD("example.com", "psd=n") LAME("b.example.com"),
		"example.com", "a.b.example.com", "?"},
	{"between, which could be a public suffix",
		RECORD("example.com", "p=none") LAME("b.example.com"), "a.b.example.com",
		"c.b.example.com", "??"},
	{"between, and one of them is it", RECORD("example.com", "p=none") LAME("b.example.com"),
		"a.b.example.com", "b.example.com", "??"},
	{"common name unknown, identifier has psd=n",
		LAME("example.com") RECORD("a.example.com", "psd=n"), "b.example.com",
		"a.example.com", "no"},
	{"everything unknown",
		LAME("a.example.com") LAME("b.example.com") LAME("example.com") LAME("com"),
		"a.example.com", "b.example.com", "??"},
	{"long names, everything unknown",
		LAME("a.b.c.d.e.f.g.h") LAME("b.c.d.e.f.g.h") LAME("c.d.e.f.g.h")
		LAME("d.e.f.g.h") LAME("e.f.g.h") LAME("f.g.h") LAME("g.h") LAME("h")
		LAME("z.c.d.e.f.g.h"), "a.b.c.d.e.f.g.h", "z.c.d.e.f.g.h", "??"},
};
/* clang-format on */

Test(dmarc_align, alignments)
{
	static const char *const words[] = {"no", "yes", "?", "??"};

	for (size_t i = 0; i < COUNT(align_rows); i++) {
		const struct align_row *row = &align_rows[i];
		struct dmarc_rig rig;
		struct slice org = slice_make(NULL, 0);
		dmarc_rig_open(&rig, row->zone, row->author);
		struct dmarc_finder finder = {.in = &rig.in, .mode = DMARC_RFC9989};
		enum dmarc_alignment got = dmarc_align_relaxed(
			&finder, slice_str(row->author), slice_str(row->identifier), &org);
		cr_expect_str_eq(words[got], row->expected, "%s: %s", row->name, words[got]);
		for (struct dmarc_node *node = finder.nodes; node != NULL; node = node->next)
			cr_expect_eq(node->assumed, '\0', "%s: a supposition is left", row->name);
		dmarc_rig_close(&rig);
	}
}

/*
 * Compares the shortcut with brute force: each lost answer is replaced by every possible record,
 * and only results on which all of these agree are certain.
 */
enum { NAMES = 4, LOST_ANSWER = 4, KINDS };

static const char *const world_names[NAMES] = {"a.b.c", "d.b.c", "b.c", "c"};
static const char *const world_tags[] = {NULL, "p=none", "p=none; psd=n", "p=none; psd=y"};

static void
world_zone(const unsigned kinds[NAMES], char *zone, size_t size)
{
	size_t n = 0;

	zone[0] = '\0';
	for (unsigned i = 0; i < NAMES; i++) {
		if (kinds[i] == LOST_ANSWER)
			n += (size_t)snprintf(
				zone + n, size - n, ";!SERVFAIL _dmarc.%s. TXT\n", world_names[i]);
		else if (kinds[i] > 0)
			n += (size_t)snprintf(zone + n, size - n,
				"_dmarc.%s. IN TXT \"v=DMARC1; %s\"\n", world_names[i],
				world_tags[kinds[i]]);
	}
}

static enum dmarc_alignment
world_align(const unsigned kinds[NAMES], const char *const pair[2])
{
	struct dmarc_rig rig;
	struct slice org;
	char zone[1024];

	world_zone(kinds, zone, sizeof zone);
	dmarc_rig_open(&rig, zone, pair[0]);
	struct dmarc_finder finder = {.in = &rig.in, .mode = DMARC_RFC9989};
	enum dmarc_alignment got =
		dmarc_align_relaxed(&finder, slice_str(pair[0]), slice_str(pair[1]), &org);
	dmarc_rig_close(&rig);
	return got;
}

/*
 * Tries every record in place of each lost answer; the result is certain only if all of them agree.
 */
static enum dmarc_alignment
all_worlds(const unsigned kinds[NAMES], const char *const pair[2])
{
	bool same = false, different = false, more = true;
	unsigned world[NAMES];

	for (unsigned i = 0; i < NAMES; i++)
		world[i] = kinds[i] == LOST_ANSWER ? 0 : kinds[i];
	while (more) {
		bool aligned = world_align(world, pair) == DMARC_ALIGNED;
		same |= aligned;
		different |= !aligned;
		more = false;
		for (unsigned i = 0; i < NAMES && !more; i++) {
			if (kinds[i] != LOST_ANSWER)
				continue;
			world[i] = (world[i] + 1) % COUNT(world_tags);
			more = world[i] != 0;
		}
	}
	return same && different ? DMARC_UNSURE : same ? DMARC_ALIGNED : DMARC_NOT_ALIGNED;
}

Test(dmarc_align, suppositions_cover_every_world)
{
	static const char *const pairs[][2] = {{"a.b.c", "d.b.c"}, {"a.b.c", "b.c"},
		{"b.c", "a.b.c"}, {"b.c", "c"}, {"c", "a.b.c"}};

	for (unsigned state = 0; state < KINDS * KINDS * KINDS * KINDS; state++) {
		unsigned kinds[NAMES] = {state % KINDS, state / KINDS % KINDS,
			state / KINDS / KINDS % KINDS, state / KINDS / KINDS / KINDS};
		for (size_t i = 0; i < COUNT(pairs); i++) {
			enum dmarc_alignment got = world_align(kinds, pairs[i]);
			enum dmarc_alignment expected = all_worlds(kinds, pairs[i]);
			if (got == DMARC_UNSURE_AUTHOR)
				got = DMARC_UNSURE;
			cr_expect_eq(got, expected, "%s and %s, state %u: %d", pairs[i][0],
				pairs[i][1], state, got);
		}
	}
}
