#include "filter/explain/fix.h"

#include "mime/buf.h"

enum { RECORD_MAX = 64 * 1024, SLIPS_MAX = 10 };

/* Removes the next term from *rest; empty at the end. */
static struct slice
next_term(struct slice *rest)
{
	size_t n = 0;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = slice_from(*rest, 1);
	while (n < rest->n && rest->p[n] != ' ')
		n++;
	struct slice term = slice_head(*rest, n);
	*rest = slice_from(*rest, n);
	return term;
}

static bool
is_all(struct slice term)
{
	if (term.n > 0 && strchr("+-~?", term.p[0]) != NULL)
		term = slice_from(term, 1);
	return slice_ieq(term, SLICE("all"));
}

static bool
is_redirect(struct slice term)
{
	return slice_istarts(term, SLICE("redirect="));
}

struct slice
fix_spf_replace(struct slice record, struct slice term, const char *instead, struct arena *arena)
{
	size_t at = (size_t)(term.p - record.p);
	struct slice before = slice_trim(slice_head(record, at));
	struct slice after = slice_trim(slice_from(record, at + term.n));
	struct buf out;

	buf_init(&out, arena, RECORD_MAX);
	buf_add(&out, before);
	if (instead != NULL && instead[0] != '\0')
		buf_addf(&out, " %s", instead);
	if (after.n > 0)
		buf_addc(&out, ' ');
	buf_add(&out, after);
	return buf_slice(&out);
}

struct slice
fix_spf_end(struct slice record, struct slice all, struct arena *arena)
{
	return arena_dup(arena, slice_head(record, (size_t)(all.p - record.p) + all.n));
}

struct slice
fix_spf_add(struct slice record, const char *term, struct arena *arena)
{
	struct slice rest = record, word;
	bool added = false;
	struct buf out;

	buf_init(&out, arena, RECORD_MAX);
	while ((word = next_term(&rest)).n > 0) {
		if (!added && (is_all(word) || is_redirect(word))) {
			buf_addf(&out, " %s", term);
			added = true;
		}
		if (out.n > 0)
			buf_addc(&out, ' ');
		buf_add(&out, word);
	}
	if (out.n == 0)
		buf_adds(&out, "v=spf1");
	if (!added)
		buf_addf(&out, " %s%s", term, record.n == 0 ? " ~all" : "");
	return buf_slice(&out);
}

static bool
has_term(struct slice text, struct slice term)
{
	struct slice word;

	while ((word = next_term(&text)).n > 0)
		if (slice_ieq(word, term))
			return true;
	return false;
}

/* What several records have at their end. */
struct ends {
	struct slice all, exp;               /* terms; empty if there is none */
	struct slice redirects[FIX_RECORDS]; /* different targets */
	size_t nredirects;
};

/* fail is the strictest "all", then softfail, neutral and pass. */
static int
mildness(struct slice all)
{
	return all.p[0] == '-' ? 0 : all.p[0] == '~' ? 1 : all.p[0] == '?' ? 2 : 3;
}

static void
take_redirect(struct ends *ends, struct slice target)
{
	for (size_t i = 0; i < ends->nredirects; i++)
		if (slice_ieq(ends->redirects[i], target))
			return;
	ends->redirects[ends->nredirects++] = target;
}

/* Appends the terms of a record that are in effect; false if it cannot be merged. */
static bool
join_record(struct slice record, struct arena *arena, struct ends *ends, struct buf *out)
{
	struct slice rest = record, word, bad;
	struct spf_record parsed;
	bool ended = false;

	if (spf_parse(record, arena, &parsed, &bad) != ST_OK)
		return false;
	for (size_t i = 0; i < parsed.n; i++)
		ended = ended || parsed.directives[i].mechanism == SPF_ALL;
	if (parsed.redirect.n > 0 && !ended) /* RFC 7208 6.1: not used beside "all" */
		take_redirect(ends, parsed.redirect);
	for (bool after = false; (word = next_term(&rest)).n > 0;) {
		if (is_all(word)) {
			if (!after && (ends->all.n == 0 || mildness(word) > mildness(ends->all)))
				ends->all = word;
			after = true;
		} else if (is_redirect(word)) {
			continue;
		} else if (slice_istarts(word, SLICE("exp="))) {
			ends->exp = ends->exp.n > 0 ? ends->exp : word;
		} else if (word.p[0] == '-' || word.p[0] == '~' || word.p[0] == '?') {
			return false;
		} else if (!after && !has_term(buf_slice(out), word)) {
			buf_addc(out, ' ');
			buf_add(out, word);
		}
	}
	return true;
}

static void
add_end(const struct ends *ends, struct buf *out)
{
	for (size_t i = 0; ends->all.n > 0 && i < ends->nredirects; i++) {
		const size_t before = out->n;
		struct slice term;

		buf_adds(out, " include:");
		buf_add(out, ends->redirects[i]);
		term = slice_from(buf_slice(out), before + 1);
		if (has_term(slice_head(buf_slice(out), before), term))
			out->n = before;
	}
	if (ends->all.n == 0 && ends->nredirects > 0) {
		buf_adds(out, " redirect=");
		buf_add(out, ends->redirects[0]);
	} else {
		buf_addc(out, ' ');
		buf_add(out, ends->all.n > 0 ? ends->all : SLICE("?all"));
	}
	if (ends->exp.n > 0) {
		buf_addc(out, ' ');
		buf_add(out, ends->exp);
	}
}

struct slice
fix_spf_join(const struct slice *records, size_t n, struct arena *arena)
{
	struct ends ends = {.nredirects = 0};
	struct buf out;

	if (n > FIX_RECORDS)
		return SLICE("");
	buf_init(&out, arena, RECORD_MAX);
	buf_adds(&out, "v=spf1");
	for (size_t i = 0; i < n; i++)
		if (!join_record(records[i], arena, &ends, &out))
			return SLICE("");
	if (ends.nredirects > 1 && ends.all.n == 0)
		return SLICE("");
	add_end(&ends, &out);
	return out.over ? SLICE("") : buf_slice(&out);
}

static const struct slip {
	struct slice wrong;
	const char *right;
} slips[] = {
	{SLICE_INIT("ipv4:"), "ip4:"},
	{SLICE_INIT("ipv6:"), "ip6:"},
	{SLICE_INIT("ip:"), "ip4:"},
	{SLICE_INIT("ip4="), "ip4:"},
	{SLICE_INIT("ip6="), "ip6:"},
	{SLICE_INIT("include="), "include:"},
	{SLICE_INIT("includes:"), "include:"},
	{SLICE_INIT("inlcude:"), "include:"},
	{SLICE_INIT("redirect:"), "redirect="},
	{SLICE_INIT("exp:"), "exp="},
	{SLICE_INIT("mx="), "mx:"},
	{SLICE_INIT("a="), "a:"},
};

static size_t
skip_qualifier(struct slice term)
{
	return term.n > 0 && strchr("+-~?", term.p[0]) != NULL ? 1 : 0;
}

/* Guesses what a bad term was meant to be; false if unknown. */
static bool
fix_term(struct slice term, struct arena *arena, struct slice *meant)
{
	struct slice text = term, head;
	struct ip ip;
	struct buf out;

	while (text.n > 0 && strchr(",;.\"'", text.p[text.n - 1]) != NULL)
		text.n--;
	head = slice_head(text, skip_qualifier(text));
	text = slice_from(text, head.n);
	buf_init(&out, arena, RECORD_MAX);
	buf_add(&out, head);
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
		if (slice_istarts(text, slips[i].wrong)) {
			buf_adds(&out, slips[i].right);
			text = slice_from(text, slips[i].wrong.n);
			break;
		}
	/* an address belongs after ip4: or ip6:, not after a: or mx: or alone */
	struct slice bare = text;
	if (slice_istarts(bare, SLICE("a:")) || slice_istarts(bare, SLICE("ip4:")) ||
		slice_istarts(bare, SLICE("ip6:")) || slice_istarts(bare, SLICE("mx:")))
		bare = slice_from(bare, slice_find(bare, ':') + 1);
	if (out.n == head.n && ip_parse(slice_head(bare, slice_find(bare, '/')), &ip)) {
		buf_adds(&out, ip.family == 6 ? "ip6:" : "ip4:");
		text = bare;
	}
	buf_add(&out, text);
	*meant = buf_slice(&out);
	return !slice_eq(*meant, term);
}

/* Removes a misplaced space, as in "include: x" and "ip4: 192.0.2.1". */
static bool
fix_gap(struct slice record, struct slice bad, struct arena *arena, struct slice *fixed)
{
	size_t end = (size_t)(bad.p - record.p) + bad.n;
	struct buf out;

	if (bad.n == 0 || bad.p[bad.n - 1] != ':' || end >= record.n)
		return false;
	buf_init(&out, arena, RECORD_MAX);
	buf_add(&out, slice_head(record, end));
	buf_add(&out, slice_trim(slice_from(record, end)));
	*fixed = buf_slice(&out);
	return true;
}

/* Replaces commas, semicolons and tabs by spaces. */
static struct slice
spaced(struct slice record, struct arena *arena)
{
	char *copy = arena_cstr(arena, record);

	for (size_t i = 0; i < record.n; i++)
		if (copy[i] == ',' || copy[i] == ';' || copy[i] == '\t')
			copy[i] = ' ';
	return slice_make(copy, record.n);
}

bool
fix_spf_syntax(struct slice record, struct arena *arena, struct slice *fixed)
{
	struct spf_record parsed;
	struct slice bad = SLICE(""), meant;

	*fixed = spaced(record, arena);
	for (int i = 0; i < SLIPS_MAX; i++) {
		if (spf_parse(*fixed, arena, &parsed, &bad) == ST_OK)
			return true;
		if (bad.n == 0 || bad.p < fixed->p || bad.p + bad.n > fixed->p + fixed->n)
			return false;
		if (fix_gap(*fixed, bad, arena, fixed))
			continue;
		if (!fix_term(bad, arena, &meant))
			return false;
		*fixed = fix_spf_replace(*fixed, bad, arena_cstr(arena, meant), arena);
	}
	return false;
}
