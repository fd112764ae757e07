#include "auth/arc/arc_trust.h"

#include <criterion/criterion.h>

#include "mime/buf.h"

#define GOOD "mx.example; dmarc=pass header.from=example.com"
#define BAD "mx.example; dmarc=fail header.from=example.com"

/*
 * A chain as arc_check returns it; each row tests one condition of the standard or of the manual
 * page.
 */
struct row {
	const char *name;
	const char *sealers[3], *results[3]; /* instance 1 first; NULL: no more */
	const char *trusted;                 /* one or more, separated by spaces */
	unsigned want;                       /* the instance, or 0 */
	enum auth_code code;                 /* AUTH_NONE: pass */
	const char *author;
	enum from_reason ambiguous;
	size_t from_fields; /* From fields beyond the first */
	bool partial, doubled;
	enum arc_reason doubt; /* why the newest trusted sealer does not vouch */
	unsigned doubted;      /* instance of that sealer; 0 with a doubt: 1 is expected */
};

/* clang-format off */
static const struct row rows[] = {
	{.name = "one trusted sealer", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .want = 1},
	{.name = "nobody is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = ""},
	{.name = "another is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "b.example"},
	{.name = "its parent is trusted", .sealers = {"s.a.example"}, .results = {GOOD}, .trusted = "a.example"},
	{.name = "below it is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "s.a.example"},
	{.name = "the chain fails", .doubt = ARC_R_SEALER_CHAIN, .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .code = AUTH_FAIL},
	{.name = "the chain could not be checked", .doubt = ARC_R_SEALER_CHAIN, .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example",
		.code = AUTH_TEMPERROR},
	{.name = "ambiguous", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .ambiguous = FROM_R_HAS_NUL},
	{.name = "two From", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .from_fields = 1},
	{.name = "no author domain", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .author = ""},
	{.name = "l= that leaves a part open", .doubt = ARC_R_SEALER_LENGTH, .sealers = {"a.example"}, .results = {GOOD},
		.trusted = "a.example", .partial = true},
	{.name = "a doubled field", .doubt = ARC_R_SEALER_DOUBLED, .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .doubled = true},

	{.name = "two, both trusted, the newest says pass", .sealers = {"a.example", "b.example"},
		.results = {GOOD, GOOD}, .trusted = "a.example b.example", .want = 2},
	{.name = "two, the newest trusted says pass", .sealers = {"a.example", "b.example"},
		.results = {BAD, GOOD}, .trusted = "b.example", .want = 2},
	{.name = "two, both trusted, the first says pass", .sealers = {"a.example", "b.example"},
		.results = {GOOD, BAD}, .trusted = "a.example b.example", .want = 1},
	{.name = "two, the newest trusted, the first says pass", .doubt = ARC_R_SEALER_NO_PASS, .doubted = 2, .sealers = {"a.example", "b.example"},
		.results = {GOOD, BAD}, .trusted = "b.example"},
	{.name = "two, the first trusted", .doubt = ARC_R_SEALER_LATER, .doubted = 1, .sealers = {"a.example", "b.example"},
		.results = {GOOD, GOOD}, .trusted = "a.example"},
	{.name = "three, the middle one not trusted", .doubt = ARC_R_SEALER_NO_PASS, .doubted = 3, .sealers = {"a.example", "b.example", "c.example"},
		.results = {GOOD, BAD, BAD}, .trusted = "a.example c.example"},
	{.name = "three, all trusted", .sealers = {"a.example", "b.example", "c.example"},
		.results = {GOOD, "x; none", "(unreadable"}, .trusted = "c.example a.example b.example", .want = 1},

	{.name = "fail", .doubt = ARC_R_SEALER_NO_PASS, .sealers = {"a.example"}, .results = {BAD}, .trusted = "a.example"},
	{.name = "words in any case", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; DMARC=Pass Header.From=EXAMPLE.com"}},
	{.name = "a dot at the end", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; dmarc=pass header.from=example.com."}},
	{.name = "in quotes", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; dmarc=pass header.from=\"example.com\""}},
	{.name = "an internationalized author", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.author = "xn--bcher-kva.example", .results = {"x; dmarc=pass header.from=\"b\xc3\xbc" "cher.example\""}},
	{.name = "the same without quotes (RFC 8616 4)", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.author = "xn--bcher-kva.example", .results = {"x; dmarc=pass header.from=b\xc3\xbc" "cher.example"}},
	{.name = "an address", .doubt = ARC_R_SEALER_AUTHOR, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=a@example.com"}},
	{.name = "another author", .doubt = ARC_R_SEALER_AUTHOR, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=example.org"}},
	{.name = "below the author", .doubt = ARC_R_SEALER_AUTHOR, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=m.example.com"}},
	{.name = "no author", .doubt = ARC_R_SEALER_FROM, .sealers = {"a.example"}, .trusted = "a.example", .results = {"x; dmarc=pass"}},
	{.name = "another type of property", .doubt = ARC_R_SEALER_FROM, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass smtp.from=example.com"}},
	{.name = "two authors", .doubt = ARC_R_SEALER_FROM, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=example.com header.from=example.com"}},
	{.name = "two results", .doubt = ARC_R_SEALER_DMARCS, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {GOOD "; dmarc=pass header.from=example.com"}},
	{.name = "pass and fail", .doubt = ARC_R_SEALER_DMARCS, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {GOOD "; DMARC=fail header.from=example.org"}},
	{.name = "another method passes", .doubt = ARC_R_SEALER_NO_DMARC, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dkim=pass header.from=example.com header.d=example.com"}},
	{.name = "in angle brackets", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; dmarc=pass header.from=<a@example.com>"}},
	{.name = "another author in angle brackets", .doubt = ARC_R_SEALER_AUTHOR, .sealers = {"a.example"},
		.trusted = "a.example", .results = {"x; dmarc=pass header.from=<example.com@evil.example>"}},
	{.name = "a slash in another result", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; dkim=pass header.b=a/b x-bits=2048; dmarc=pass header.from=example.com;"}},
	{.name = "dmarc= as a property of another result", .doubt = ARC_R_SEALER_DMARCS, .sealers = {"a.example"},
		.trusted = "a.example", .results = {"x; dkim=pass dmarc=pass; dmarc=pass header.from=example.com"}},
	{.name = "dmarc= only as a property", .doubt = ARC_R_SEALER_NO_DMARC, .sealers = {"a.example"},
		.trusted = "a.example", .results = {"x; dkim=pass dmarc=pass header.from=example.com"}},
	{.name = "dmarc= in a value of another result", .doubt = ARC_R_SEALER_DMARCS, .sealers = {"a.example"},
		.trusted = "a.example", .results = {"x; spf=fail smtp.mailfrom=a/dmarc=fail; dmarc=pass header.from=example.com"}},
	{.name = "an unreadable dmarc=", .doubt = ARC_R_SEALER_RESULTS, .sealers = {"a.example"}, .trusted = "a.example",
		.results = {GOOD "; dmarc=fail header.from=/"}},
	{.name = "a second one hidden by a quote in a value", .doubt = ARC_R_SEALER_RESULTS, .sealers = {"a.example"},
		.trusted = "a.example", .results = {"x; dmarc=pass header.from=example.com; spf=fail smtp.mailfrom=a/\"; dmarc=fail x=\""}},
	{.name = "dmarc= in a comment and in quotes", .sealers = {"a.example"}, .trusted = "a.example", .want = 1,
		.results = {"x; arc=pass (dmarc=fail) reason=\"dmarc=fail\"; dmarc=pass header.from=example.com"}},
	{.name = "unreadable behind it", .doubt = ARC_R_SEALER_RESULTS, .sealers = {"a.example"}, .trusted = "a.example", .results = {GOOD "; x"}},
};
/* clang-format on */

static unsigned
vouching(const struct row *row, struct arena *arena)
{
	struct arc_set sets[3] = {0};
	struct arc_result result = {
		.code = row->code == AUTH_NONE ? AUTH_PASS : row->code, .sets = sets};
	struct identities ids = {.ambiguous = from_reason(row->ambiguous),
		.from_fields = row->from_fields + 1,
		.author_domain = slice_str(row->author ? row->author : "example.com")};
	const char *trusted[3];
	struct slice words = slice_str(row->trusted);
	struct arc_vouch vouch;
	size_t n = 0;
	bool any;

	while (words.n > 0) {
		struct slice word = slice_head(words, slice_find(words, ' '));

		trusted[n++] = arena_cstr(arena, word);
		words = slice_from(words, word.n + 1);
	}
	for (; result.n < 3 && row->sealers[result.n] != NULL; result.n++) {
		sets[result.n].seal.sig.d = slice_str(row->sealers[result.n]);
		sets[result.n].payload = slice_str(row->results[result.n]);
	}
	sets[result.n - 1].ams.sig.has_l = true;
	sets[result.n - 1].ams.unsigned_bytes = row->partial ? 1 : 0;
	result.doubled = row->doubled;
	any = arc_vouches(&result, &ids, trusted, n, arena, &vouch);
	cr_expect_eq(any, vouch.instance > 0, "%s", row->name);
	if (any)
		cr_expect(slice_eq(vouch.sealer, slice_str(row->sealers[vouch.instance - 1])), "%s",
			row->name);
	cr_expect_eq(vouch.doubt.id, row->doubt, "%s: %s", row->name, reason_code(&vouch.doubt));
	cr_expect_eq(vouch.doubted, row->doubted > 0 ? row->doubted : row->doubt != ARC_R_NONE,
		"%s", row->name);
	return vouch.instance;
}

Test(arc_trust, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena;
		unsigned got;

		arena_init(&arena, NULL, NULL);
		got = vouching(&rows[i], &arena);
		cr_expect_eq(got, rows[i].want, "%s: %u", rows[i].name, got);
		arena_clear(&arena);
	}
}

/*
 * Where the results become unreadable, and how many departures are ignored in results that vouch.
 */
Test(arc_trust, places)
{
	static const struct {
		const char *results;
		unsigned instance;
		const char *from_there; /* the results from that octet on */
		size_t notes;
	} table[] = {
		{"x; dmarc=pass header.from=example.com", 1, "", 0},
		{"x; dkim=pass header.b=a/b; dmarc=pass header.from=example.com", 1,
			"/b; dmarc=pass header.from=example.com", 1},
		{"x; dkim=pass x-b=a/b; dmarc=pass header.from=<a@example.com>;", 1,
			"x-b=a/b; dmarc=pass header.from=<a@example.com>;", 4},
		{"x; dkim=pass yes; dmarc=pass header.from=example.com", 0,
			"; dmarc=pass header.from=example.com", 0},
	};
	const struct identities ids = {.from_fields = 1, .author_domain = SLICE("example.com")};
	const char *trusted[] = {"a.example"};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct field aar = {.name = SLICE("ARC-Authentication-Results")};
		struct arc_set set = {.aar = &aar};
		struct arc_result result = {.code = AUTH_PASS, .sets = &set, .n = 1};
		struct slice there = slice_str(table[i].from_there);
		struct arc_vouch vouch;
		struct arena arena;
		struct buf value;
		size_t notes = 0, at = 0;

		arena_init(&arena, NULL, NULL);
		buf_init(&value, &arena, 1000);
		buf_addf(&value, " i=1; %s", table[i].results);
		aar.value = buf_slice(&value);
		set.payload = slice_from(aar.value, 5);
		set.seal.sig.d = SLICE("a.example");
		(void)arc_vouches(&result, &ids, trusted, 1, &arena, &vouch);
		cr_expect_eq(vouch.instance, table[i].instance);
		for (const struct note *n = vouch.notes.first; n != NULL; n = n->next)
			notes++;
		cr_expect_eq(notes, table[i].notes, "%s: %zu", table[i].results, notes);
		if (notes > 0)
			at = vouch.notes.first->reason.at;
		else if (vouch.doubted > 0)
			at = vouch.doubt.at;
		cr_expect_eq(at, there.n == 0 ? 0 : aar.value.n - there.n + 1, "%s: %zu",
			table[i].results, at);
		arena_clear(&arena);
	}
}
