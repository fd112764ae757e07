/* diagnose_content.c: other forms of Content-Type and Content-Transfer-Encoding. */
#include "auth/diagnose/diagnose_head.h"
#include "auth/diagnose/diagnose_mime.h"

enum { SEGMENTS_MAX = 12, VALUE_MAX = 1000 };

/* Changes of one parameter; an option is a sum of these. */
enum {
	TOGGLE = 1, /* quotes put around the value, or removed */
	LOWER = 2,
	UPPER = 4,
	GONE = 8
};

struct segments {
	struct slice type;
	struct slice
		list[SEGMENTS_MAX]; /* including white space before and after them, without ';' */
	size_t n;
};

static bool
split_segments(struct slice value, struct segments *segments)
{
	bool quoted = false;
	size_t at = 0;

	*segments = (struct segments){0};
	for (size_t i = 0; i <= value.n; i++) {
		if (i < value.n && value.p[i] == '"')
			quoted = !quoted;
		if (i < value.n && (quoted || value.p[i] != ';'))
			continue;
		struct slice one = slice_from(slice_head(value, i), at);

		if (at == 0)
			segments->type = one;
		else if (segments->n < SEGMENTS_MAX)
			segments->list[segments->n++] = one;
		else
			return false;
		at = i + 1;
	}
	return true;
}

static bool
is_parameter(struct slice segment, const char *name)
{
	segment = slice_trim(segment);
	return slice_ieq(
		slice_trim(slice_head(segment, slice_find(segment, '='))), slice_str(name));
}

static void
add_segment(struct slice segment, int way, struct buf *out)
{
	size_t equals = slice_find(segment, '=');
	struct slice value = slice_trim(slice_from(segment, equals + 1));
	bool quoted = value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"';

	buf_addc(out, ';');
	if (way == 0 || equals == segment.n) {
		buf_add(out, segment);
		return;
	}
	if (quoted)
		value = slice_make(value.p + 1, value.n - 2);
	buf_add(out, slice_head(segment, equals + 1));
	if (way & TOGGLE)
		quoted = !quoted;
	buf_adds(out, quoted ? "\"" : "");
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (way & LOWER)
			c = slice_lower(c);
		else if ((way & UPPER) && c >= 'a' && c <= 'z')
			c = (char)(c - ('a' - 'A'));
		buf_addc(out, c);
	}
	buf_adds(out, quoted ? "\"" : "");
}

struct type {
	const struct diagnose_head *head;
	struct diagnose_choice *choice;
	size_t at;
	struct segments segments;
};

/* How to write one version of the value. */
struct version {
	unsigned cost;
	int charset;      /* the changes of charset= */
	bool format_gone; /* format=, delsp= and reply-type= are removed */
	const char *more; /* a parameter to append, or NULL */
	int boundary;
	int type;          /* the change of the type: LOWER, or 0 */
	const char *space; /* white space between ';' and each parameter; NULL: unchanged */
};

static void
put(const struct type *type, const struct version *version)
{
	const struct diagnose_head *head = type->head;
	struct diagnose_option *option;
	struct buf out;

	buf_init(&out, head->arena, VALUE_MAX + 400);
	for (size_t i = 0; i < type->segments.type.n; i++)
		buf_addc(&out, version->type == LOWER ? slice_lower(type->segments.type.p[i])
						      : type->segments.type.p[i]);
	for (size_t i = 0; i < type->segments.n; i++) {
		struct slice one = type->segments.list[i];
		bool charset = is_parameter(one, "charset");
		bool format = is_parameter(one, "format") || is_parameter(one, "delsp") ||
			      is_parameter(one, "reply-type");
		int way = charset                         ? version->charset
			  : is_parameter(one, "boundary") ? version->boundary
							  : 0;
		struct buf spaced;

		if ((format && version->format_gone) || (way & GONE))
			continue;
		if (version->space != NULL) {
			buf_init(&spaced, head->arena, one.n + 8);
			buf_adds(&spaced, version->space);
			buf_add(&spaced, slice_trim(one));
			one = buf_slice(&spaced);
		}
		add_segment(one, way, &out);
	}
	buf_adds(&out, version->more != NULL ? version->more : "");
	if (out.over)
		return;
	option = diagnose_replace(head, type->choice, version->cost, type->at, buf_slice(&out));
	if (option != NULL)
		diagnose_option_change(option, DIAGNOSE_FIELD_FORM, head->fields[type->at].name,
			slice_trim(buf_slice(&out)));
}

/* Adds options in which charset= had other quotes or another case, with or without format=. */
static void
put_charsets(const struct type *type, const char *space, unsigned cost)
{
	static const int ways[] = {0, TOGGLE, LOWER, UPPER, TOGGLE | LOWER, TOGGLE | UPPER};
	static const char *const formats[] = {NULL, "; format=flowed", "; format=flowed; delsp=yes",
		"; format=\"flowed\"", "; delsp=yes; format=flowed"};

	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
		struct version version = {.charset = ways[w], .space = space};

		version.cost = cost + (w == 0 ? 0 : 1);
		put(type, &version);
		version.cost++;
		version.format_gone = true;
		for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
			version.more = formats[f];
			put(type, &version);
			version.cost += f == 1; /* the other formats are less common */
		}
	}
}

/* Adds options in which charset= was missing, or was another common one. */
static void
put_without_charset(const struct type *type)
{
	static const char *const added[] = {NULL, "; charset=us-ascii", "; charset=utf-8",
		"; charset=UTF-8", "; charset=\"utf-8\"", "; charset=\"UTF-8\"",
		"; charset=US-ASCII", "; charset=\"us-ascii\"", "; charset=\"US-ASCII\"",
		"; charset=iso-8859-1", "; charset=ISO-8859-1", "; charset=\"iso-8859-1\"",
		"; charset=ISO-2022-JP", "; charset=iso-2022-jp", "; charset=\"ISO-2022-JP\"",
		"; charset=\"iso-2022-jp\"", "; charset=windows-1252",
		"; charset=\"Windows-1252\""};

	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		for (int gone = 0; gone < 2; gone++)
			put(type, &(struct version){.cost = i == 0 ? 1 : 2 + (unsigned)gone,
					  .charset = GONE,
					  .format_gone = gone == 1,
					  .more = added[i]});
}

/*
 * Adds options in which the type was another common one, because the body has become a part, a
 * file, or plain text.
 */
static void
put_usual(const struct type *type)
{
	static const char *const types[] = {"text/plain; charset=", "text/html; charset="};
	static const char *const charsets[] = {"utf-8", "\"utf-8\"", "UTF-8", "\"UTF-8\"",
		"us-ascii", "\"us-ascii\"", "ISO-2022-JP", "\"ISO-2022-JP\"", "iso-2022-jp",
		"\"iso-2022-jp\"", "iso-8859-1", "\"iso-8859-1\"", "ISO-8859-1", "US-ASCII"};
	const struct diagnose_head *head = type->head;

	for (size_t i = 0; i < 3 * (sizeof charsets / sizeof *charsets); i++) {
		const char *charset = charsets[i / 3];
		struct diagnose_option *option;
		struct buf text;

		buf_init(&text, head->arena, 100);
		buf_adds(&text, types[i % 3 == 2]);
		buf_adds(&text, charset);
		buf_adds(&text, i % 3 == 1 ? "; format=flowed" : "");
		option = diagnose_replace(
			head, type->choice, i < 12 ? 2 : 3, type->at, buf_slice(&text));
		if (option != NULL)
			diagnose_option_change(option, DIAGNOSE_FIELD_FORM, SLICE("Content-Type"),
				buf_slice(&text));
	}
}

/*
 * Adds options in which boundary= was that of the delimiters in the body, with or without quotes.
 */
static void
put_boundary(const struct type *type)
{
	const struct diagnose_head *head = type->head;
	struct slice value = head->fields[type->at].value, body = head->in->message->body, old,
		     line;

	if (!diagnose_parameter(value, "boundary", &old))
		return;
	while (line_next(&body, &line)) {
		struct slice used = slice_from(slice_trim(line), 2);
		size_t start = (size_t)(old.p - value.p), end = start + old.n;
		bool quoted = start > 0 && value.p[start - 1] == '"';

		if (!slice_starts(line, SLICE("--")) || used.n == 0 || used.n > 70)
			continue;
		if (slice_find(used, ' ') < used.n)
			return;
		for (int quotes = 0; quotes < 2; quotes++) {
			const char *quote = quotes == (quoted ? 0 : 1) ? "\"" : "";
			struct diagnose_option *option;
			struct buf text;

			buf_init(&text, head->arena, value.n + used.n + 8);
			buf_add(&text, slice_head(value, quoted ? start - 1 : start));
			buf_adds(&text, quote);
			buf_add(&text, used);
			buf_adds(&text, quote);
			buf_add(&text, slice_from(value, quoted ? end + 1 : end));
			option =
				diagnose_replace(head, type->choice, 1, type->at, buf_slice(&text));
			if (option == NULL)
				continue;
			if (slice_eq(used, old))
				diagnose_option_change(option, DIAGNOSE_FIELD_FORM,
					SLICE("Content-Type"), slice_trim(buf_slice(&text)));
			else
				diagnose_option_change(option, DIAGNOSE_BOUNDARY, SLICE(""), used);
		}
		return;
	}
}

void
diagnose_type_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	static const char *const spaces[] = {" ", "\r\n\t", "\r\n ", ""};
	struct type type = {
		.head = head, .choice = choice, .at = diagnose_find(head, "Content-Type")};
	bool simple = head->sig->header_canon == DKIM_SIMPLE;
	struct slice value;

	if (type.at == head->n)
		return;
	value = slice_trim(head->fields[type.at].value);
	if (value.n > VALUE_MAX || !split_segments(value, &type.segments))
		return;
	put_boundary(&type);
	put_charsets(&type, NULL, 0);
	put_without_charset(&type);
	put(&type, &(struct version){.cost = 3, .type = LOWER});
	put(&type, &(struct version){.cost = 3, .type = LOWER, .charset = LOWER});
	/* with relaxed, the amount of white space does not matter, but its presence does */
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (simple || i == 0 || i == 3) {
			put(&type, &(struct version){
					   .cost = 2, .space = spaces[i], .boundary = TOGGLE});
			put_charsets(&type, spaces[i], 2);
		}
	put(&type, &(struct version){.cost = 2, .boundary = TOGGLE});
	put_usual(&type);
}

void
diagnose_encoding_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	static const char *const names[] = {"7bit", "8bit", "quoted-printable", "base64", "binary",
		"7BIT", "8BIT", "QUOTED-PRINTABLE", "Quoted-printable", "Quoted-Printable",
		"BASE64", "Base64", "7Bit", "8Bit"};
	const struct slice name = SLICE("Content-Transfer-Encoding");
	size_t at = diagnose_find(head, "Content-Transfer-Encoding");
	bool known = head->body != NULL && head->body->recoded;
	enum diagnose_coding before = known ? head->body->coding : DIAGNOSE_PLAIN;
	struct diagnose_option *option;

	if (!diagnose_signed(head, name))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice value = slice_str(names[i]);
		unsigned cost = i < 4 ? 1 : at < head->n ? 3 : 2;

		/* the rebuilt body leaves no doubt about its encoding */
		if (known && i < 4 && diagnose_coding_of(value) == before)
			cost = 0;
		if (at < head->n)
			option = diagnose_replace(head, choice, cost, at, value);
		else if (i < 5)
			option = diagnose_insert(head, choice, cost, name, value);
		else
			return;
		if (option != NULL && !known)
			diagnose_option_change(option,
				at < head->n ? DIAGNOSE_FIELD_FORM : DIAGNOSE_FIELD_REMOVED, name,
				value);
	}
	if (at == head->n || (option = diagnose_choice_add(choice, 1)) == NULL)
		return;
	diagnose_also(head, option, at, NULL);
	if (!known)
		diagnose_option_change(
			option, DIAGNOSE_FIELD_ADDED, name, slice_trim(head->fields[at].value));
}
