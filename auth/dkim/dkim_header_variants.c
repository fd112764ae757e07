/* dkim_header_variants.c: what a header may have been before it was changed. */
#include "auth/dkim/dkim_variant.h"

enum { BASES_MAX = 6, TAGS_MAX = 4, CONTENT_MAX = 64 };

struct list {
	const struct field *fields;
	size_t n;
};

struct maker {
	const struct dkim_sig *sig;
	struct arena *arena;
	struct dkim_header *headers;
	size_t n;
};

static struct field
make_field(struct slice name, struct slice value, struct arena *arena)
{
	struct field field = {.name = name};
	struct buf text;

	buf_init(&text, arena, name.n + value.n + 16);
	buf_add(&text, name);
	buf_addc(&text, ':');
	buf_add(&text, value);
	buf_adds(&text, "\r\n");
	struct slice rest = buf_slice(&text);
	if (!fields_next(&rest, SIZE_MAX, &field) || rest.n > 0)
		field = (struct field){.flags = FIELD_JUNK};
	return field;
}

static struct field *
copy(struct list list, struct arena *arena)
{
	struct field *fields = arena_array(arena, list.n + 8, sizeof *fields);

	if (list.n > 0)
		memcpy(fields, list.fields, list.n * sizeof *fields);
	return fields;
}

static size_t
find(struct list list, const char *name)
{
	size_t i = 0;

	while (i < list.n && !field_is(&list.fields[i], name))
		i++;
	return i;
}

static struct list
replaced(struct list list, size_t at, struct slice value, struct arena *arena)
{
	struct field *fields = copy(list, arena);

	fields[at] = make_field(fields[at].name, value, arena);
	return (struct list){fields, list.n};
}

static struct list
removed(struct list list, size_t at, struct arena *arena)
{
	struct field *fields = copy(list, arena);

	memmove(fields + at, fields + at + 1, (list.n - at - 1) * sizeof *fields);
	return (struct list){fields, list.n - 1};
}

static struct list
added(struct list list, const char *name, struct slice value, struct arena *arena)
{
	struct field *fields = copy(list, arena);

	fields[list.n] = make_field(slice_str(name), value, arena);
	return (struct list){fields, list.n + 1};
}

static void
emit(struct maker *maker, struct list list, const struct dkim_change *a,
	const struct dkim_change *b)
{
	struct dkim_header *header;

	if (maker->n == DKIM_HEADERS_MAX)
		return;
	header = &maker->headers[maker->n++];
	*header = (struct dkim_header){.fields = list.fields, .n = list.n};
	if (a != NULL)
		header->changes[header->nchanges++] = *a;
	if (b != NULL)
		header->changes[header->nchanges++] = *b;
}

static bool
is_signed(const struct dkim_sig *sig, struct slice name)
{
	for (size_t i = 0; i < sig->nh; i++)
		if (slice_ieq(sig->h[i], name))
			return true;
	return false;
}

/* The message's fields with the Content- fields of the part that was its body, each of them once.
 */
static struct list
unwrap(struct list list, struct slice content, struct arena *arena)
{
	struct field *fields = arena_array(arena, list.n + CONTENT_MAX, sizeof *fields);
	struct field *own = arena_array(arena, CONTENT_MAX, sizeof *own);
	bool used[CONTENT_MAX] = {false};
	size_t n = 0, nown = 0;

	while (nown < CONTENT_MAX && fields_next(&content, SIZE_MAX, &own[nown]))
		nown++;
	for (size_t i = 0; i < list.n; i++) {
		if (!slice_istarts(list.fields[i].name, SLICE("Content-"))) {
			fields[n++] = list.fields[i];
			continue;
		}
		for (size_t k = 0; k < nown; k++)
			if (!used[k] && slice_ieq(own[k].name, list.fields[i].name)) {
				fields[n++] = own[k];
				used[k] = true;
			}
	}
	for (size_t k = 0; k < nown; k++)
		if (!used[k] && slice_istarts(own[k].name, SLICE("Content-")))
			fields[n++] = own[k];
	return (struct list){fields, n};
}

/* The header with what the body's variant says of it. */
static size_t
make_bases(struct list list, const struct dkim_variant *variant, struct arena *arena,
	struct list bases[BASES_MAX])
{
	static const char *const plain[] = {"8bit", "7bit", "binary"};
	size_t at = find(list, "Content-Transfer-Encoding"), n = 0;
	struct buf value;

	if (variant->unwrapped) {
		bases[n++] = unwrap(list, variant->content, arena);
		return n;
	}
	if (variant->encoding == NULL) {
		bases[n++] = list;
		return n;
	}
	if (strcmp(variant->encoding, "8bit") == 0) {
		for (size_t i = 0; i < 3 && at < list.n; i++) {
			buf_init(&value, arena, 32);
			buf_addf(&value, " %s", plain[i]);
			bases[n++] = replaced(list, at, buf_slice(&value), arena);
		}
		if (at < list.n)
			bases[n++] = removed(list, at, arena);
	} else {
		buf_init(&value, arena, 32);
		buf_addf(&value, " %s", variant->encoding);
		bases[n++] = at < list.n ? replaced(list, at, buf_slice(&value), arena)
					 : added(list, "Content-Transfer-Encoding",
						   buf_slice(&value), arena);
	}
	bases[n++] = list; /* the coding is not signed, or was not changed */
	return n;
}

/* The length of a tag such as "[list]" or "***SPAM***" at the start, blanks behind it included. */
static size_t
tag_length(struct slice text)
{
	size_t n = 0;

	if (text.n > 2 && text.p[0] == '[')
		n = slice_find(text, ']') + 1;
	else if (text.n > 2 && text.p[0] == '(')
		n = slice_find(text, ')') + 1;
	else if (slice_starts(text, SLICE("***")))
		while (n < text.n && !slice_is_blank(text.p[n]))
			n++;
	else if (slice_find(text, ':') <= 20) /* "EXTERNAL: " */
		n = slice_find(text, ':') + 1;
	if (n == 0 || n > text.n)
		return 0;
	while (n < text.n && slice_is_blank(text.p[n]))
		n++;
	return n;
}

/* Subject without one tag, at its start or behind "Re: ". */
static bool
untag(struct list list, struct arena *arena, unsigned way, struct list *out,
	struct dkim_change *change)
{
	size_t at = find(list, "Subject"), lead = 0, skip = 0, n;
	struct slice value, rest;
	struct buf text;

	if (at == list.n)
		return false;
	value = list.fields[at].value;
	while (lead < value.n && slice_is_blank(value.p[lead]))
		lead++;
	rest = slice_from(value, lead);
	if (way == 1) { /* Re: [tag] text */
		skip = slice_find(rest, ':') + 1;
		while (skip < rest.n && slice_is_blank(rest.p[skip]))
			skip++;
		if (skip >= rest.n || skip > 12)
			return false;
	}
	n = tag_length(slice_from(rest, skip));
	if (n == 0)
		return false;
	*change = (struct dkim_change){.kind = DKIM_CHANGE_SUBJECT,
		.field = SLICE("Subject"),
		.text = slice_trim(slice_head(slice_from(rest, skip), n))};
	buf_init(&text, arena, value.n + 1);
	buf_add(&text, slice_head(value, lead + skip));
	buf_add(&text, slice_from(rest, skip + n));
	*out = replaced(list, at, buf_slice(&text), arena);
	return true;
}

/* From as another field says that it was, and that field gone where it was not there either. */
static void
from_again(struct maker *maker, struct list list, const char *source)
{
	struct arena *arena = maker->arena;
	size_t from = find(list, "From"), at = find(list, source);
	struct list again, bare = {NULL, 0};
	struct dkim_change change, tag = {.kind = DKIM_CHANGE_SUBJECT}, extra;

	if (from == list.n || at == list.n)
		return;
	change = (struct dkim_change){.kind = DKIM_CHANGE_FIELD_REWRITTEN,
		.field = SLICE("From"),
		.text = list.fields[at].name};
	extra = (struct dkim_change){
		.kind = DKIM_CHANGE_FIELD_ADDED, .field = list.fields[at].name};
	again = replaced(list, from, list.fields[at].value, arena);
	emit(maker, again, &change, NULL);
	if (untag(again, arena, 0, &bare, &tag) || untag(again, arena, 1, &bare, &tag))
		emit(maker, bare, &change, &tag);
	if (!is_signed(maker->sig, list.fields[at].name))
		return;
	emit(maker, removed(again, at, arena), &change, &extra);
	if (bare.fields != NULL && bare.n == list.n && maker->n < DKIM_HEADERS_MAX) {
		emit(maker, removed(bare, at, arena), &change, &extra);
		struct dkim_header *last = &maker->headers[maker->n - 1];
		last->changes[last->nchanges++] = tag;
	}
}

static void
without_each(struct maker *maker, struct list list, const struct dkim_change *other)
{
	for (size_t i = 0; i < list.n; i++) {
		struct dkim_change change = {
			.kind = DKIM_CHANGE_FIELD_ADDED, .field = list.fields[i].name};

		if (is_signed(maker->sig, list.fields[i].name) &&
			list.fields[i].raw.p != maker->sig->field->raw.p)
			emit(maker, removed(list, i, maker->arena), &change, other);
	}
}

/* Signed fields that are missing and whose value can hardly be another. */
static void
with_missing(struct maker *maker, struct list list, const struct dkim_change *other)
{
	static const char *const usual[][2] = {
		{"MIME-Version",              " 1.0"                          },
		{"Content-Transfer-Encoding", " 7bit"                         },
		{"Content-Transfer-Encoding", " 8bit"                         },
		{"Content-Transfer-Encoding", " quoted-printable"             },
		{"Content-Type",              " text/plain; charset=utf-8"    },
		{"Content-Type",              " text/plain; charset=\"utf-8\""},
		{"Content-Type",              " text/plain; charset=UTF-8"    },
	};
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct dkim_change change = {.kind = DKIM_CHANGE_FIELD_REMOVED,
			.field = slice_str(usual[i][0]),
			.text = slice_trim(slice_str(usual[i][1]))};

		if (is_signed(maker->sig, change.field) && find(list, usual[i][0]) == list.n)
			emit(maker, added(list, usual[i][0], slice_str(usual[i][1]), maker->arena),
				&change, other);
	}
}

/* simple: signed fields written another way. way 0: unfolded; 1: one blank behind the colon and
 * single blanks; 2: no blanks at the end; 3: folds with a tab; 4: folds with a blank */
static struct list
respaced(struct maker *maker, struct list list, unsigned way)
{
	struct field *fields = copy(list, maker->arena);

	for (size_t i = 0; i < list.n; i++) {
		struct slice value = list.fields[i].value;
		struct buf text;

		if (!is_signed(maker->sig, list.fields[i].name) || (list.fields[i].flags != 0))
			continue;
		buf_init(&text, maker->arena, 2 * value.n + 8);
		if (way == 1)
			value = slice_trim(value), buf_addc(&text, ' ');
		for (size_t k = 0; k < value.n; k++) {
			char c = value.p[k];
			bool fold = c == '\r' || c == '\n';
			bool blank = c == ' ' || c == '\t';
			bool folded = blank && k > 0 && value.p[k - 1] == '\n';

			if (fold && way < 2)
				continue;
			if (way == 1 && blank && text.n > 0 && text.p[text.n - 1] == ' ')
				continue;
			if (way == 1 && blank)
				c = ' ';
			if (folded && way >= 3)
				c = way == 3 ? '\t' : ' ';
			buf_addc(&text, c);
		}
		while (way == 2 && text.n > 0 && slice_is_blank(text.p[text.n - 1]))
			text.n--;
		fields[i] = make_field(list.fields[i].name, buf_slice(&text), maker->arena);
	}
	return (struct list){fields, list.n};
}

/* simple: names as h= writes them, and as they are usually written. */
static struct list
renamed(struct maker *maker, struct list list, unsigned way)
{
	static const char *const usual[] = {"From", "To", "Cc", "Subject", "Date", "Message-ID",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Reply-To", "Sender",
		"References", "In-Reply-To"};
	static const char *const other[] = {"Message-Id", "Mime-Version", "CC"};
	struct field *fields = copy(list, maker->arena);

	for (size_t i = 0; i < list.n; i++) {
		struct slice name = list.fields[i].name, found = name;

		if (!is_signed(maker->sig, name) || list.fields[i].flags != 0)
			continue;
		for (size_t k = 0; way == 0 && k < maker->sig->nh; k++)
			if (slice_ieq(maker->sig->h[k], name))
				found = maker->sig->h[k];
		for (size_t k = 0; way > 0 && k < sizeof usual / sizeof *usual; k++)
			if (slice_ieq(slice_str(usual[k]), name))
				found = slice_str(usual[k]);
		for (size_t k = 0; way > 1 && k < sizeof other / sizeof *other; k++)
			if (slice_ieq(slice_str(other[k]), name))
				found = slice_str(other[k]);
		if (!slice_eq(found, name))
			fields[i] = make_field(found, list.fields[i].value, maker->arena);
	}
	return (struct list){fields, list.n};
}

static void
simple_forms(struct maker *maker, struct list list)
{
	const struct dkim_change space = {.kind = DKIM_CHANGE_FIELD_SPACE};
	const struct dkim_change letters = {.kind = DKIM_CHANGE_FIELD_CASE};

	if (maker->sig->header_canon != DKIM_SIMPLE)
		return;
	for (unsigned way = 0; way < 5; way++)
		emit(maker, respaced(maker, list, way), &space, NULL);
	for (unsigned way = 0; way < 3; way++)
		emit(maker, renamed(maker, list, way), &letters, NULL);
}

/* boundary= as the delimiters of the body have it, with quotes or without. */
static void
boundary_again(struct maker *maker, struct list list, struct slice body)
{
	size_t at = find(list, "Content-Type");
	struct slice line, old, value;

	if (at == list.n || !dkim_parameter(list.fields[at].value, "boundary", &old))
		return;
	value = list.fields[at].value;
	while (line_next(&body, &line)) {
		struct slice used = slice_from(slice_trim(line), 2);
		struct buf text;

		if (!slice_starts(line, SLICE("--")) || used.n == 0 || used.n > 70)
			continue;
		if (slice_find(used, ' ') < used.n)
			return;
		size_t start = (size_t)(old.p - value.p), end = start + old.n;
		bool quoted = start > 0 && value.p[start - 1] == '"';
		struct dkim_change change = {.kind = DKIM_CHANGE_BOUNDARY, .text = used};
		for (int quotes = 0; quotes < 2; quotes++) {
			buf_init(&text, maker->arena, value.n + used.n + 8);
			buf_add(&text, slice_head(value, quoted ? start - 1 : start));
			buf_adds(&text, quotes == (quoted ? 0 : 1) ? "\"" : "");
			buf_add(&text, used);
			buf_adds(&text, quotes == (quoted ? 0 : 1) ? "\"" : "");
			buf_add(&text, slice_from(value, quoted ? end + 1 : end));
			if (!slice_eq(buf_slice(&text), value))
				emit(maker, replaced(list, at, buf_slice(&text), maker->arena),
					&change, NULL);
		}
		return;
	}
}

size_t
dkim_header_variants(const struct message *message, const struct dkim_sig *sig,
	const struct dkim_variant *variant, struct arena *arena,
	struct dkim_header headers[DKIM_HEADERS_MAX])
{
	static const char *const sources[] = {
		"X-Original-From", "Old-From", "X-Original-Sender", "Reply-To", "Sender"};
	struct maker maker = {.sig = sig, .arena = arena, .headers = headers};
	struct list bases[BASES_MAX], list;
	struct dkim_change tag;
	size_t n =
		make_bases((struct list){message->fields, message->nfields}, variant, arena, bases);

	for (size_t i = 0; i < n; i++)
		emit(&maker, bases[i], NULL, NULL);
	for (size_t i = 0; i < n; i++)
		for (unsigned way = 0; way < 2; way++)
			if (untag(bases[i], arena, way, &list, &tag))
				emit(&maker, list, &tag, NULL);
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		from_again(&maker, bases[0], sources[i]);
	boundary_again(&maker, bases[0], variant->body);
	simple_forms(&maker, bases[0]);
	with_missing(&maker, bases[0], NULL);
	without_each(&maker, bases[0], NULL);
	for (unsigned way = 0; way < 2; way++)
		if (untag(bases[0], arena, way, &list, &tag)) {
			without_each(&maker, list, &tag);
			break;
		}
	return maker.n;
}
