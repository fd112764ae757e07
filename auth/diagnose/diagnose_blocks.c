/*
 * diagnose_blocks.c: text that was inserted into a part: banners, footers, elements of an HTML
 * head.
 */
#include "auth/diagnose/diagnose_mime.h"

enum { STOPS_MAX = 16, REACH = 8192, TOP_LINES = 12, TAIL_LINES = 14, METAS_MAX = 4 };

struct cutter {
	struct diagnose_plan *plan;
	const struct diagnose_leaf *leaf;
	struct diagnose_choice *choice;
	struct slice text;
	bool whole; /* the leaf is the whole body, in no encoding */
};

static struct slice
part_of(struct slice s, size_t from, size_t to)
{
	return slice_from(slice_head(s, to), from);
}

/* Adds an option in which the octets from..to of the text were added. */
static void
add_cut(struct cutter *cutter, unsigned cost, enum diagnose_kind kind, size_t from, size_t to)
{
	struct diagnose_choice *choice = cutter->choice;
	struct slice text = part_of(cutter->text, from, to);
	struct diagnose_option *option;
	struct diagnose_edit *edit;

	if (from >= to || to - from >= cutter->text.n || slice_trim(text).n == 0)
		return;
	for (size_t i = 1; i < choice->n; i++)
		if (choice->options[i].edits[0].from == from &&
			choice->options[i].edits[0].to == to)
			return;
	option = diagnose_choice_add(choice, cost);
	if (option == NULL)
		return;
	edit = arena_alloc(cutter->plan->arena, sizeof *edit);
	*edit = (struct diagnose_edit){from, to, SLICE("")};
	option->edits = edit;
	option->nedits = 1;
	diagnose_option_change(option, kind, cutter->leaf->type, slice_trim(text));
	option->changes[0].octets = to - from;
}

static size_t
crlf_at(struct slice text, size_t at)
{
	return line_end(slice_from(text, at));
}

/* The length of the line end directly before an offset. */
static size_t
crlf_before(struct slice text, size_t at)
{
	if (at == 0 || text.p[at - 1] != '\n')
		return 0;
	return at > 1 && text.p[at - 2] == '\r' ? 2 : 1;
}

/* Is it a line such as "-- ", "______" or "=====" that lists put above their footer? */
static bool
is_separator(struct slice line)
{
	size_t n = 0;

	line = slice_trim(line);
	if (slice_eq(line, SLICE("--")) || slice_starts(line, SLICE("<p></p>")))
		return true;
	while (n < line.n && line.p[n] == line.p[0])
		n++;
	return n >= 3 && line.n > 0 && strchr("_-=*~#+", line.p[0]) != NULL;
}

static void
plain_top(struct cutter *cutter)
{
	struct slice rest = cutter->text, line;
	bool was_blank = false;

	for (size_t i = 0; i < TOP_LINES && line_next(&rest, &line); i++) {
		bool blank = slice_trim(line).n == 0;
		size_t end = cutter->text.n - rest.n;

		add_cut(cutter, blank || was_blank || i == 0 || is_separator(line) ? 2 : 3,
			cutter->whole ? DIAGNOSE_TOP : DIAGNOSE_BLOCK, 0, end);
		was_blank = blank;
	}
}

static void
plain_tail(struct cutter *cutter)
{
	const struct slice text = cutter->text;
	size_t at = text.n, separators = 0;

	for (size_t i = 0; i < (size_t)3 * TAIL_LINES && at > 0; i++) {
		size_t start = at - crlf_before(text, at);
		unsigned cost = 3;

		while (start > 0 && text.p[start - 1] != '\n')
			start--;
		at = start;
		if (is_separator(part_of(
			    text, start, start + slice_find(slice_from(text, start), '\n'))))
			cost = separators++ < 3 ? 1 : 2;
		else if (i >= TAIL_LINES)
			continue;
		add_cut(cutter, cost, DIAGNOSE_PART_FOOTER, start, text.n);
		add_cut(cutter, cost + 1, DIAGNOSE_PART_FOOTER, start - crlf_before(text, start),
			text.n);
	}
}

/* Finds the first tag of that name, from an offset on. */
static bool
tag_end(struct slice text, size_t from, const char *name, size_t *begin, size_t *end)
{
	const struct slice word = slice_str(name);

	for (size_t i = from; i + word.n < text.n; i++) {
		struct slice at = slice_from(text, i);
		char next;

		if (text.p[i] != '<') {
			i += slice_find(at, '<') - 1;
			continue;
		}
		next = i + word.n < text.n ? text.p[i + word.n] : ' ';
		if (!slice_istarts(at, word) || slice_is_alpha(next) || slice_is_digit(next))
			continue;
		*begin = i;
		*end = i + slice_find(at, '>') + 1;
		return *end <= text.n;
	}
	return false;
}

/* Does a block end here? n: the length of the tag. */
static bool
closes_block(struct slice at, size_t *n)
{
	static const char *const tags[] = {"</div>", "</table>", "</p>", "</center>", "</span>",
		"</font>", "</blockquote>", "</section>", "-->", "<br>", "<br/>", "<br />", "<hr>",
		"<hr/>", "<hr />", "</h1>", "</h2>", "</h3>", "</h4>", "</style>", "</a>"};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (slice_istarts(at, slice_str(tags[i]))) {
			*n = strlen(tags[i]);
			return true;
		}
	if (slice_istarts(at, SLICE("<hr ")) || slice_istarts(at, SLICE("<br "))) {
		*n = slice_find(at, '>') + 1;
		return *n <= at.n;
	}
	return false;
}

/*
 * Adds options in which text was added from an offset to a position after it where a block or a
 * line ends.
 */
static void
html_top(struct cutter *cutter, size_t from, unsigned more)
{
	const struct slice text = cutter->text;
	size_t second = from + crlf_at(text, from), stops = 0;

	for (size_t i = from; i < text.n && i - from < REACH && stops < STOPS_MAX;) {
		struct slice at = slice_from(text, i);
		size_t n = line_end(at);
		bool block = n == 0 && closes_block(at, &n);
		unsigned cost = more + (stops < 6 ? 1 : stops < 10 ? 2 : 3);

		if (n == 0 && !block) {
			i++;
			continue;
		}
		i += n;
		if (i <= second)
			continue;
		stops++;
		add_cut(cutter, cost, DIAGNOSE_BLOCK, from, i);
		add_cut(cutter, cost, DIAGNOSE_BLOCK, second, i);
	}
}

static bool
opens_block(struct slice at)
{
	static const char *const tags[] = {"<div", "<table", "<p>", "<p ", "<hr", "<br", "<span",
		"<img", "<blockquote", "<center", "<!--", "<font", "<section", "<a ", "<style",
		"<h"};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (slice_istarts(at, slice_str(tags[i])))
			return true;
	return false;
}

/*
 * Adds options in which text was added directly before an offset; it begins where a block or a line
 * begins.
 */
static void
html_tail(struct cutter *cutter, size_t to)
{
	const struct slice text = cutter->text;
	size_t bare = to - crlf_before(text, to), stops = 0;

	for (size_t i = to; i-- > 0 && to - i < REACH && stops < STOPS_MAX;) {
		bool line = crlf_before(text, i) > 0;
		unsigned cost = stops < 6 ? 1 : stops < 10 ? 2 : 3;

		if (!line && !opens_block(slice_from(text, i)))
			continue;
		stops++;
		add_cut(cutter, cost, DIAGNOSE_PART_FOOTER, i, to);
		add_cut(cutter, cost + 1, DIAGNOSE_PART_FOOTER, i, bare);
		if (line)
			add_cut(cutter, cost + 1, DIAGNOSE_PART_FOOTER, i - crlf_before(text, i),
				to);
	}
}

/* Adds options in which elements were inserted into the head. */
static void
html_head(struct cutter *cutter, const char *name, unsigned cost)
{
	const struct slice text = slice_head(cutter->text, REACH);
	size_t begin, end, at = 0;

	for (size_t i = 0; i < METAS_MAX && tag_end(text, at, name, &begin, &end); i++) {
		size_t unused, close;

		if (strcmp(name, "<style") == 0 && tag_end(text, end, "</style", &unused, &close))
			end = close;
		add_cut(cutter, cost, DIAGNOSE_META, begin, end + crlf_at(text, end));
		add_cut(cutter, cost, DIAGNOSE_META, begin, end);
		add_cut(cutter, cost, DIAGNOSE_META, begin - crlf_before(text, begin), end);
		at = end;
	}
}

static struct cutter
make_cutter(struct diagnose_plan *plan, const struct diagnose_leaf *leaf,
	struct diagnose_choice *choice)
{
	return (struct cutter){
		.plan = plan,
		.leaf = leaf,
		.choice = choice,
		.text = leaf->decoded,
		.whole = plan->nparts == 0 && leaf->coding == DIAGNOSE_PLAIN,
	};
}

void
diagnose_top_options(struct diagnose_plan *plan, const struct diagnose_leaf *leaf,
	struct diagnose_choice *choice)
{
	struct cutter cutter = make_cutter(plan, leaf, choice);
	size_t begin, end;

	if (!leaf->html) {
		plain_top(&cutter);
		return;
	}
	if (tag_end(leaf->decoded, 0, "<body", &begin, &end)) {
		html_top(&cutter, end, 0);
		html_top(&cutter, 0, 2);
	} else {
		html_top(&cutter, 0, 0);
	}
}

void
diagnose_tail_options(struct diagnose_plan *plan, const struct diagnose_leaf *leaf,
	struct diagnose_choice *choice)
{
	struct cutter cutter = make_cutter(plan, leaf, choice);
	size_t begin = leaf->decoded.n, end, at = 0;

	if (!leaf->html) {
		if (!cutter.whole) /* the ends of a whole body are examined in any case */
			plain_tail(&cutter);
		return;
	}
	/* the last one counts: a quoted message may hold others */
	while (tag_end(leaf->decoded, at, "</body", &begin, &end))
		at = end;
	html_tail(&cutter, begin);
	if (tag_end(leaf->decoded, at, "</html", &begin, &end))
		add_cut(&cutter, 2, DIAGNOSE_PART_FOOTER, end + crlf_at(leaf->decoded, end),
			leaf->decoded.n);
	html_head(&cutter, "<meta", 2);
	html_head(&cutter, "<base", 3);
	html_head(&cutter, "<style", 3);
	html_head(&cutter, "<link", 3);
}
