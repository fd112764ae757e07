#include "auth/base/taglist.h"

#include "mime/scan.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* tag-name = ALPHA *ALNUMPUNC (RFC 6376 3.2) */
static bool
is_tag_name(struct slice name)
{
	if (name.n == 0 || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !(name.p[i] >= '0' && name.p[i] <= '9') &&
			name.p[i] != '_')
			return false;
	return true;
}

/* [FWS] tag-value [FWS] without a ";"; UTF-8 is VALCHAR too (RFC 8616 3) */
static bool
is_tag_value(struct slice text)
{
	while (text.n > 0) {
		size_t n = 0;

		while (n < text.n && text.p[n] > ' ' && text.p[n] <= '~')
			n++;
		text = slice_from(text, n);
		if (n == 0 && !scan_fws(&text) && !scan_utf8_non_ascii(&text))
			return false;
	}
	return true;
}

/* element: what stands between two ";" (tag-spec of RFC 6376 3.2) */
static struct tag
parse_tag(struct slice element)
{
	struct slice at = element, name;
	struct tag tag = {.name = slice_trim(element)};
	size_t equals;

	(void)scan_fws(&at);
	tag.whole = at;
	equals = slice_find(at, '=');
	if (equals == at.n)
		return tag;
	name = slice_head(at, equals);
	tag.name = slice_trim(name);
	tag.value = slice_trim(slice_from(at, equals + 1));
	name = slice_from(name, tag.name.n);
	(void)scan_fws(&name);
	tag.well_formed =
		name.n == 0 && is_tag_name(tag.name) && is_tag_value(slice_from(at, equals + 1));
	return tag;
}

const struct tag *
taglist_duplicate(const struct taglist *list)
{
	for (size_t i = 1; i < list->n; i++)
		for (size_t j = 0; j < i; j++)
			if (slice_eq(list->tags[i].name, list->tags[j].name))
				return &list->tags[i];
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

enum status
taglist_parse(struct slice text, struct arena *arena, struct taglist *list)
{
	struct tag *tags = NULL;
	size_t n = 0, cap = 0;
	bool malformed = false;

	*list = (struct taglist){0};
	for (;;) {
		size_t end = slice_find(text, ';');
		struct slice element = slice_head(text, end), blank = element;

		(void)scan_fws(&blank);
		if (blank.n > 0) {
			if (n == TAGLIST_MAX)
				return ST_LIMIT;
			if (n == cap) {
				struct tag *more;

				cap = cap == 0 ? 16 : TAGLIST_MAX;
				more = arena_array(arena, cap, sizeof *more);
				if (n > 0)
					memcpy(more, tags, n * sizeof *more);
				tags = more;
			}
			tags[n] = parse_tag(element);
			malformed = malformed || !tags[n].well_formed;
			n++;
		} else if (end < text.n) {
			malformed = true; /* RFC 6376 3.2: only the last may be missing */
		}
		if (end == text.n)
			break;
		text = slice_from(text, end + 1);
	}
	*list = (struct taglist){.tags = tags, .n = n, .malformed = malformed};
	list->duplicate = taglist_duplicate(list) != NULL;
	return ST_OK;
}

const struct tag *
taglist_get(const struct taglist *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_eq(list->tags[i].name, slice_str(name)))
			return &list->tags[i];
	return NULL;
}
