#include "auth/arc/arc_trust.h"

#include <criterion/criterion.h>

#include "mime/buf.h"

#define GOOD "mx.example; dmarc=pass header.from=example.com"
#define BAD "mx.example; dmarc=fail header.from=example.com"

/* A chain as arc_check leaves it; the conditions of issue and contract, one a row. */
struct row {
	const char *name;
	const char *sealers[3], *results[3]; /* instance 1 first; NULL: no more */
	const char *trusted;                 /* one or more, with blanks between */
	unsigned want;                       /* the instance, or 0 */
	enum auth_code code;                 /* AUTH_NONE: pass */
	const char *author;
	enum from_reason ambiguous;
	size_t from_fields; /* one more than these */
	bool has_l, doubled;
};

/* clang-format off */
static const struct row rows[] = {
	{.name = "one trusted sealer", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .want = 1},
	{.name = "nobody is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = ""},
	{.name = "another is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "b.example"},
	{.name = "its parent is trusted", .sealers = {"s.a.example"}, .results = {GOOD}, .trusted = "a.example"},
	{.name = "below it is trusted", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "s.a.example"},
	{.name = "the chain fails", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .code = AUTH_FAIL},
	{.name = "the chain could not be checked", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example",
		.code = AUTH_TEMPERROR},
	{.name = "ambiguous", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .ambiguous = FROM_R_HAS_NUL},
	{.name = "two From", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .from_fields = 1},
	{.name = "no author domain", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .author = ""},
	{.name = "l=", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .has_l = true},
	{.name = "a doubled field", .sealers = {"a.example"}, .results = {GOOD}, .trusted = "a.example", .doubled = true},

	{.name = "two, both trusted, the newest says pass", .sealers = {"a.example", "b.example"},
		.results = {GOOD, GOOD}, .trusted = "a.example b.example", .want = 2},
	{.name = "two, the newest trusted says pass", .sealers = {"a.example", "b.example"},
		.results = {BAD, GOOD}, .trusted = "b.example", .want = 2},
	{.name = "two, both trusted, the first says pass", .sealers = {"a.example", "b.example"},
		.results = {GOOD, BAD}, .trusted = "a.example b.example", .want = 1},
	{.name = "two, the newest trusted, the first says pass", .sealers = {"a.example", "b.example"},
		.results = {GOOD, BAD}, .trusted = "b.example"},
	{.name = "two, the first trusted", .sealers = {"a.example", "b.example"},
		.results = {GOOD, GOOD}, .trusted = "a.example"},
	{.name = "three, the middle one not trusted", .sealers = {"a.example", "b.example", "c.example"},
		.results = {GOOD, BAD, BAD}, .trusted = "a.example c.example"},
	{.name = "three, all trusted", .sealers = {"a.example", "b.example", "c.example"},
		.results = {GOOD, "x; none", "(unreadable"}, .trusted = "c.example a.example b.example", .want = 1},

	{.name = "fail", .sealers = {"a.example"}, .results = {BAD}, .trusted = "a.example"},
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
	{.name = "an address", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=a@example.com"}},
	{.name = "another author", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=example.org"}},
	{.name = "below the author", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=m.example.com"}},
	{.name = "no author", .sealers = {"a.example"}, .trusted = "a.example", .results = {"x; dmarc=pass"}},
	{.name = "another type of property", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass smtp.from=example.com"}},
	{.name = "two authors", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dmarc=pass header.from=example.com header.from=example.com"}},
	{.name = "two results", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {GOOD "; dmarc=pass header.from=example.com"}},
	{.name = "pass and fail", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {GOOD "; DMARC=fail header.from=example.org"}},
	{.name = "another method passes", .sealers = {"a.example"}, .trusted = "a.example",
		.results = {"x; dkim=pass header.from=example.com header.d=example.com"}},
	{.name = "unreadable behind it", .sealers = {"a.example"}, .trusted = "a.example", .results = {GOOD "; x"}},
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
	sets[result.n - 1].ams.sig.has_l = row->has_l;
	result.doubled = row->doubled;
	any = arc_vouches(&result, &ids, trusted, n, arena, &vouch);
	cr_expect_eq(any, vouch.instance > 0, "%s", row->name);
	if (any)
		cr_expect(slice_eq(vouch.sealer, slice_str(row->sealers[vouch.instance - 1])), "%s",
			row->name);
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
