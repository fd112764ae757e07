/*
 * diagnose_subject.c: removes tags from Subject, and restores its reply prefixes and encoded words.
 */
#include "auth/diagnose/diagnose_head.h"

enum { SUBJECT_MAX = 600, TAG_MAX = 60, STRIPPED_MAX = 10, CODED_TEXTS = 10 };

static const char *const prefixes[] = {
	"Re: ", "RE: ", "AW: ", "Aw: ", "re: ", "SV: ", "Sv: ", "VS: ", "Antw: ", "FW: ", "Fw: ",
	"Fwd: ", "WG: ", "TR: ", "R: ", "RV: ", "RES: ", "Re:", "RE:"};

/* Subject without an addition. */
struct stripped {
	struct slice prefix; /* "Re: " and the like before the tag, with its space */
	struct slice tag;    /* the removed tag, with the space after it */
	struct slice text;   /* the rest */
	unsigned cost;
	bool tail; /* the tag was after the text */
};

static size_t
skip_space(struct slice s, size_t n)
{
	while (n < s.n && slice_is_blank(s.p[n]))
		n++;
	return n;
}

static size_t
prefix_length(struct slice s)
{
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		struct slice word = slice_trim(slice_str(prefixes[i]));

		if (slice_istarts(s, word))
			return skip_space(s, word.n);
	}
	return 0;
}

/*
 * The length of a tag such as "[list]" or "***SPAM***" at the start, including the space after it;
 * 0 if there is none.
 */
static size_t
tag_length(struct slice text)
{
	static const char open[] = "[({<", close[] = "])}>";
	const char *at = text.n > 2 ? strchr(open, text.p[0]) : NULL;
	size_t n = 0;

	if (at != NULL && *at != '\0') {
		n = slice_find(text, close[at - open]) + 1;
	} else if (slice_starts(text, SLICE("**"))) {
		size_t stars = 0;

		while (n < text.n && text.p[n] == '*')
			n++;
		while (n < text.n && stars < 2) {
			stars = text.p[n] == '*' ? stars + 1 : 0;
			n++;
		}
		while (n < text.n && text.p[n] == '*')
			n++;
	} else if (slice_find(text, ':') <= 20) { /* "EXTERNAL: " */
		n = slice_find(text, ':') + 1;
	}
	if (n == 0 || n > text.n || n > TAG_MAX)
		return 0;
	return skip_space(text, n);
}

/* The beginning of a tag at the end, including the space before it; text.n if there is none. */
static size_t
tail_start(struct slice text)
{
	static const char open[] = "[({<*", close[] = "])}>*";
	const char *at = text.n > 2 ? strchr(close, text.p[text.n - 1]) : NULL;
	size_t n;

	if (at == NULL || *at == '\0')
		return text.n;
	n = slice_rfind(slice_head(text, text.n - 1), open[at - close]);
	if (n >= text.n - 1 || text.n - n > TAG_MAX)
		return text.n;
	while (n > 0 && (slice_is_blank(text.p[n - 1]) || text.p[n - 1] == '*'))
		n--;
	return n;
}

static size_t
add_candidate(struct stripped *list, size_t n, struct slice whole, size_t prefix, size_t tag,
	unsigned cost)
{
	if (n == STRIPPED_MAX || prefix + tag >= whole.n)
		return n;
	list[n] = (struct stripped){.prefix = slice_head(whole, prefix),
		.tag = slice_head(slice_from(whole, prefix), tag),
		.text = slice_from(whole, prefix + tag),
		.cost = cost};
	return n + 1;
}

/* The length of the given number of words at the start, including the space after them. */
static size_t
word_length(struct slice s, size_t words)
{
	size_t n = 0;

	for (; words > 0; words--) {
		while (n < s.n && !slice_is_blank(s.p[n]))
			n++;
		n = skip_space(s, n);
	}
	return n;
}

/* Lists possible additions to Subject, likeliest first; list[0] has none. Returns their number. */
static size_t
strip(struct slice whole, struct stripped list[STRIPPED_MAX])
{
	size_t prefix = prefix_length(whole), n = add_candidate(list, 0, whole, prefix, 0, 0), one,
	       two, tail;
	struct slice rest = slice_from(whole, prefix);

	one = tag_length(rest);
	two = one > 0 ? tag_length(slice_from(rest, one)) : 0;
	if (one > 0)
		n = add_candidate(list, n, whole, prefix, one, 1);
	if (two > 0)
		n = add_candidate(list, n, whole, prefix, one + two, 1);
	if (prefix > 0 && tag_length(whole) > 0 && tag_length(whole) != prefix)
		n = add_candidate(list, n, whole, 0, tag_length(whole), 2);
	tail = tail_start(rest);
	if (tail < rest.n && n < STRIPPED_MAX) {
		list[n] = list[0];
		list[n].text = slice_head(rest, tail);
		list[n].tag = slice_from(rest, tail);
		list[n].tail = true;
		list[n++].cost = 1;
	}
	n = add_candidate(list, n, whole, prefix, word_length(rest, 1), 3);
	n = add_candidate(list, n, whole, prefix, word_length(rest, 2), 4);
	return n;
}

static struct slice
join_texts(const struct diagnose_head *head, struct slice a, struct slice b, struct slice c)
{
	struct buf out;

	buf_init(&out, head->arena, a.n + b.n + c.n);
	buf_add(&out, a);
	buf_add(&out, b);
	buf_add(&out, c);
	return buf_slice(&out);
}

struct subject {
	const struct diagnose_head *head;
	struct diagnose_choice *choice;
	size_t at;
	bool coded; /* the text was decoded from encoded words */
	struct slice charset;
	size_t texts; /* number of texts that were written as encoded words */
};

static void
put(struct subject *subject, unsigned cost, struct slice before, struct slice text,
	struct slice tag)
{
	const struct diagnose_head *head = subject->head;
	struct diagnose_change change = {
		.kind = DIAGNOSE_SUBJECT, .field = SLICE("Subject"), .text = slice_trim(tag)};
	struct diagnose_option *option;

	if (subject->coded && subject->texts < CODED_TEXTS) {
		const struct diagnose_worded worded = {
			.before = before, .text = text, .charset = subject->charset};

		subject->texts++;
		diagnose_word_options(head, subject->choice, cost, subject->at, &worded, &change);
		return;
	}
	if (subject->coded)
		return;
	option = diagnose_replace(head, subject->choice, cost, subject->at,
		join_texts(head, before, SLICE(""), text));
	if (option == NULL)
		return;
	if (change.text.n > 0)
		diagnose_option_change(option, change.kind, change.field, change.text);
	else
		diagnose_option_change(option, DIAGNOSE_FIELD_FORM, SLICE("Subject"),
			join_texts(head, before, SLICE(""), text));
}

/*
 * Adds options in which a list rewrote "AW: x" or "Re: [tag] x" into "Re: [tag] x" or "[tag] Re:
 * x".
 */
static void
put_prefixes(struct subject *subject, const struct stripped *one)
{
	struct slice tag = one->tag, prefix = one->prefix, text = one->text;
	size_t behind = prefix.n == 0 && !one->tail ? prefix_length(text) : 0;

	if (behind > 0) {
		prefix = slice_head(text, behind);
		text = slice_from(text, behind);
	}
	if (one->tail || (prefix.n == 0 && tag.n == 0))
		return;
	if (tag.n > 0 && prefix.n > 0)
		put(subject, one->cost + 1, SLICE(""), join_texts(subject->head, prefix, tag, text),
			SLICE(""));
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		struct slice other = slice_str(prefixes[i]);
		unsigned cost = one->cost + (i < 4 ? 2 : 3);

		if (slice_eq(other, prefix))
			continue;
		put(subject, cost, SLICE(""), join_texts(subject->head, other, text, SLICE("")),
			tag);
		if (tag.n > 0 && prefix.n > 0 && i < 4)
			put(subject, cost + 1, SLICE(""),
				join_texts(subject->head, other, tag, text), SLICE(""));
	}
}

static void
put_all(struct subject *subject, struct slice whole)
{
	struct stripped list[STRIPPED_MAX];
	size_t n = strip(whole, list);

	for (size_t i = 0; i < n; i++) {
		struct slice text = slice_trim(list[i].text);

		if (text.n == 0)
			continue;
		put(subject, list[i].cost, SLICE(""),
			join_texts(subject->head, list[i].prefix, text, SLICE("")), list[i].tag);
		if (subject->coded && list[i].prefix.n > 0) /* "Re: " is often not encoded */
			put(subject, list[i].cost + 1, list[i].prefix, text, list[i].tag);
		if (list[i].cost > 0 && list[i].prefix.n > 0 && !list[i].tail)
			put(subject, list[i].cost + 1, SLICE(""), text, list[i].tag);
	}
	for (size_t i = 0; i < n; i++)
		if (list[i].cost < 3)
			put_prefixes(subject, &list[i]);
}

void
diagnose_subject_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	struct subject subject = {
		.head = head, .choice = choice, .at = diagnose_find(head, "Subject")};
	struct slice text, raw;

	if (subject.at == head->n)
		return;
	/* with its folds, which do not change if a list only adds text before them */
	raw = slice_trim(head->fields[subject.at].value);
	if (raw.n == 0 || raw.n > SUBJECT_MAX)
		return;
	put_all(&subject, raw);
	if (diagnose_words_decode(
		    diagnose_value(head, subject.at), head->arena, &text, &subject.charset)) {
		subject.coded = true;
		put_all(&subject, slice_trim(text));
	}
}
