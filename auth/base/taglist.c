#include "auth/base/taglist.h"

#include "mime/scan.h"

static bool
is_alphanumeric(char c)
{
	return slice_is_alpha(c) || slice_is_digit(c);
}

/* The first octet that does not belong in tag-name = ALPHA *ALNUMPUNC (RFC 6376 3.2), or NULL. */
static const char *
find_outside_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!slice_is_alpha(name.p[i]) &&
			(i == 0 || !(slice_is_digit(name.p[i]) || name.p[i] == '_')))
			return name.p + i;
	return NULL;
}

/* Like find_outside_name, but for the names that the rule lenient_names accepts. */
static const char *
find_outside_odd_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alphanumeric(name.p[i]) &&
			(i == 0 || !(name.p[i] == '_' || name.p[i] == '-')))
			return name.p + i;
	return NULL;
}

static bool
is_exempt_tag(struct slice name, const char *const *known)
{
	for (; *known != NULL; known++)
		if (slice_is(name, *known))
			return true;
	return false;
}

/*
 * The first octet that does not belong in [FWS] tag-value [FWS], or NULL; UTF-8 counts as VALCHAR
 * (RFC 8616 3). eight_bit, unless NULL: other 8-bit octets are ignored, and the first of them is
 * stored there.
 */
static const char *
find_outside_value(struct slice text, const char **eight_bit)
{
	while (text.n > 0) {
		const size_t n = scan_printable_run(text, '!');

		text = slice_from(text, n);
		if (n == 0 && !scan_fws(&text) && !scan_utf8_non_ascii(&text)) {
			if (eight_bit == NULL || (unsigned char)text.p[0] < 0x80)
				return text.p;
			if (*eight_bit == NULL)
				*eight_bit = text.p;
			text = slice_from(text, 1);
		}
	}
	return NULL;
}

/* Checks the tag's name and value; equals: the offset in whole of the '=' between them. */
static void
judge_tag(struct tag *tag, size_t equals, const struct taglist_rules *rules, struct taglist *list)
{
	const char *odd = find_outside_name(tag->name);
	struct slice rest = slice_from(slice_head(tag->whole, equals), tag->name.n);
	bool tolerated;

	(void)scan_fws(&rest); /* between the name and the '=' */
	if (tag->name.n == 0 || tag->name.p != tag->whole.p || rest.n > 0) {
		tag->fault = rest.n > 0 && tag->name.p == tag->whole.p ? rest.p : tag->whole.p;
		return;
	}
	if (odd != NULL && rules->lenient_names) {
		tag->fault = find_outside_odd_name(tag->name);
		if (tag->fault == NULL && list->lenient_name == NULL)
			list->lenient_name = odd;
	} else {
		tag->fault = odd;
	}
	if (tag->fault != NULL)
		return;
	tolerated = rules->known != NULL && !is_exempt_tag(tag->name, rules->known);
	tag->fault = find_outside_value(
		slice_from(tag->whole, equals + 1), tolerated ? &list->eight_bit : NULL);
	tag->well_formed = tag->fault == NULL;
}

/* Parses one element, the text between two ";" (tag-spec of RFC 6376 3.2). */
static struct tag
parse_tag(struct slice element, const struct taglist_rules *rules, struct taglist *list)
{
	struct tag tag = {.name = slice_trim(element), .whole = element};
	size_t equals;

	(void)scan_fws(&tag.whole);
	equals = slice_find(tag.whole, '=');
	if (equals == tag.whole.n)
		return tag;
	tag.name = slice_trim(slice_head(tag.whole, equals));
	tag.value = slice_trim(slice_from(tag.whole, equals + 1));
	judge_tag(&tag, equals, rules, list);
	return tag;
}

const struct tag *
taglist_duplicate(const struct taglist *list)
{
	for (size_t i = 1; i < list->n; i++) {
		const struct slice name = list->tags[i].name;

		for (size_t j = 0; j < i; j++) {
			const struct slice other = list->tags[j].name;

			if (name.n == other.n && (name.n == 0 || name.p[0] == other.p[0]) &&
				slice_eq(name, other))
				return &list->tags[i];
		}
	}
	return NULL;
}

const struct tag *
taglist_malformed(const struct taglist *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!list->tags[i].well_formed)
			return &list->tags[i];
	return NULL;
}

/* The maximum number of tags in text, so that no list takes more memory than it needs. */
static size_t
count_tags(struct slice text)
{
	size_t n = 1, end;

	while (n < TAGLIST_MAX && (end = slice_find(text, ';')) < text.n) {
		text = slice_from(text, end + 1);
		n++;
	}
	return n;
}

enum status
taglist_parse(struct slice text, const struct taglist_rules *rules, struct arena *arena,
	struct taglist *list)
{
	static const struct taglist_rules grammar;
	struct taglist found = {0};
	struct tag *tags = arena_array(arena, count_tags(text), sizeof *tags);

	*list = found;
	for (;;) {
		size_t end = slice_find(text, ';');
		struct slice element = slice_head(text, end), blank = element;

		(void)scan_fws(&blank);
		if (blank.n > 0) {
			if (found.n == TAGLIST_MAX)
				return ST_LIMIT;
			tags[found.n] =
				parse_tag(element, rules != NULL ? rules : &grammar, &found);
			found.malformed = found.malformed || !tags[found.n].well_formed;
			found.n++;
		} else if (end < text.n) {
			/* RFC 6376 3.2: only the last element may be empty */
			found.malformed = true;
			if (found.empty == NULL)
				found.empty = text.p + end;
		}
		if (end == text.n)
			break;
		text = slice_from(text, end + 1);
	}
	found.tags = tags;
	*list = found;
	list->duplicate = taglist_duplicate(list) != NULL;
	return ST_OK;
}

const struct tag *
taglist_get(const struct taglist *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_is(list->tags[i].name, name))
			return &list->tags[i];
	return NULL;
}
