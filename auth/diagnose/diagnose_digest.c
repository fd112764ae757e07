/*
 * diagnose_digest.c: compares bh= with a body and with every prefix of it that ends at the end of a
 * line.
 */
#include "auth/diagnose/diagnose_search.h"

enum { GATHERED = 4096, LAST_LINES = 128, DIGEST_WORK = 256, LINE_WORK = 48, TIME_EVERY = 4096 };

struct canonical {
	struct crypto_hash *hash;
	enum dkim_canon canon;
	uint64_t left; /* octets that l= still allows */
	size_t n;
	char gathered[GATHERED];
};

static void
flush(struct canonical *canonical)
{
	size_t n = canonical->n < canonical->left ? canonical->n : (size_t)canonical->left;

	if (n > 0)
		crypto_hash_add(canonical->hash, slice_make(canonical->gathered, n));
	canonical->left -= n;
	canonical->n = 0;
}

static void
add_piece(struct canonical *canonical, struct slice text)
{
	if (text.n > GATHERED - canonical->n)
		flush(canonical);
	if (text.n <= GATHERED) {
		memcpy(canonical->gathered + canonical->n, text.p, text.n);
		canonical->n += text.n;
		return;
	}
	text = text.n < canonical->left ? text : slice_head(text, (size_t)canonical->left);
	crypto_hash_add(canonical->hash, text);
	canonical->left -= text.n;
}

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Adds a piece of a line, which must fit in the buffer. *blank is set if the line so far ends with
 * white space.
 */
static void
add_relaxed(struct canonical *canonical, struct slice piece, bool *blank)
{
	char *to;

	if (piece.n > GATHERED - canonical->n)
		flush(canonical);
	to = canonical->gathered + canonical->n;
	for (size_t i = 0; i < piece.n; i++) {
		const bool is_blank = is_wsp(piece.p[i]);

		*to = is_blank ? ' ' : piece.p[i];
		to += !(is_blank && *blank);
		*blank = is_blank;
	}
	canonical->n = (size_t)(to - canonical->gathered);
}

/* RFC 6376 3.4.3, 3.4.4: adds one line, which is given without its line end */
static void
add_line(struct canonical *canonical, struct slice line)
{
	bool blank = false;

	if (canonical->canon == DKIM_SIMPLE)
		add_piece(canonical, line);
	else
		for (; line.n > 0; line = slice_from(line, GATHERED))
			add_relaxed(canonical, slice_head(line, GATHERED), &blank);
	add_piece(canonical, SLICE("\r\n"));
}

static struct slice
content(enum dkim_canon canon, struct slice line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n -= line.n > 1 && line.p[line.n - 2] == '\r' ? 2 : 1;
	while (canon == DKIM_RELAXED && line.n > 0 && is_wsp(line.p[line.n - 1]))
		line.n--;
	return line;
}

static bool
agrees(struct crypto_hash *hash, const struct dkim_sig *sig)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	return hash != NULL && crypto_hash_end(hash, digest) == ST_OK &&
	       sig->bh.n == sizeof digest && memcmp(digest, sig->bh.p, sizeof digest) == 0;
}

/* Where a search that tries only the line ends of the last LAST_LINES lines begins. */
static size_t
last_lines(struct slice body)
{
	size_t at = body.n, lines = 0;

	while (at > 0 && lines <= LAST_LINES)
		lines += body.p[--at] == '\n';
	return at;
}

/*
 * Compares bh= with the body up to each line end, from the offset first on, at which a canonical
 * body can end. If sig has l=, only adds the body to the hash.
 */
static bool
search_ends(struct canonical *canonical, const struct dkim_sig *sig, struct slice body,
	size_t first, struct diagnose_budget *budget, size_t *to)
{
	struct slice rest = body, line;
	size_t empties = 0, ends = 0, lines = 0;
	bool found = false;

	while (!found && line_next(&rest, &line)) {
		struct slice text = content(canonical->canon, line);

		lines++;
		if (text.n == 0) {
			empties++;
			continue;
		}
		for (; empties > 0; empties--)
			add_piece(canonical, SLICE("\r\n"));
		add_line(canonical, text);
		*to = body.n - rest.n;
		if (sig->has_l || *to < first)
			continue;
		flush(canonical);
		found = agrees(crypto_hash_copy(canonical->hash), sig);
		if (++ends % TIME_EVERY == 0 &&
			budget->options->now_ms(budget->options->arg) >= budget->until_ms) {
			budget->stopped = true;
			break;
		}
	}
	diagnose_spend(budget, body.n + DIGEST_WORK * ends + LINE_WORK * lines);
	/* canonicalization drops empty lines at the end, so these belong to the match */
	while (found && line_next(&rest, &line) && content(canonical->canon, line).n == 0)
		*to = body.n - rest.n;
	return found;
}

bool
diagnose_digest(const struct auth_input *in, const struct dkim_sig *sig, struct slice body,
	bool all, struct diagnose_budget *budget, size_t *to)
{
	struct canonical canonical = {.canon = sig->body_canon, .left = UINT64_MAX};
	unsigned char unused[CRYPTO_SHA256_SIZE];
	bool found;

	*to = 0;
	if (sig->has_l)
		canonical.left = sig->l;
	canonical.hash = crypto_hash_new(in->crypto);
	if (canonical.hash == NULL)
		return false;
	found = search_ends(&canonical, sig, body, all ? 0 : last_lines(body), budget, to);
	flush(&canonical);
	if (sig->has_l) {
		/* RFC 6376 3.5 l=: the body must have that many octets */
		*to = body.n;
		return agrees(canonical.hash, sig) && canonical.left == 0;
	}
	(void)crypto_hash_end(canonical.hash, unused);
	return found;
}
