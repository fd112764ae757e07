/* dkim_body_variants.c: what a body may have been before it was changed. */
#include "auth/dkim/dkim_variant.h"

enum { GROWTH = 4, REMOVED_PARTS = 6 };

struct maker {
	struct slice body;
	struct slice boundary; /* of the message, or empty */
	struct slice encoding; /* of the message, or empty */
	struct dkim_part parts[DKIM_PARTS_MAX];
	size_t nparts;
	struct arena *arena;
	struct dkim_variant *variants;
	size_t n;
};

static struct dkim_variant *
add(struct maker *maker, enum dkim_change_kind kind, struct slice body)
{
	struct dkim_variant *variant;

	if (maker->n == DKIM_VARIANTS_MAX || body.p == NULL || maker->body.p == NULL ||
		slice_eq(body, maker->body))
		return NULL;
	variant = &maker->variants[maker->n++];
	*variant = (struct dkim_variant){.body = body, .changed = true};
	variant->change.kind = kind;
	return variant;
}

static struct buf
new_buf(const struct maker *maker)
{
	struct buf out;

	buf_init(&out, maker->arena, GROWTH * maker->body.n + 1024);
	return out;
}

/* The body without what stands between two offsets. */
static struct slice
without(const struct maker *maker, size_t from, size_t to)
{
	struct buf out = new_buf(maker);

	buf_add(&out, slice_head(maker->body, from));
	buf_add(&out, slice_from(maker->body, to));
	return buf_slice(&out);
}

static void
parts_removed(struct maker *maker)
{
	for (size_t i = maker->nparts, done = 0; i > 0 && done < REMOVED_PARTS; i--) {
		const struct dkim_part *part = &maker->parts[i - 1];
		size_t next = part->next;

		if (!part->top)
			continue;
		for (size_t k = i; k < maker->nparts && !maker->parts[k].top; k++)
			next = maker->parts[k].next; /* with all that is nested in it */
		struct dkim_variant *variant =
			add(maker, DKIM_CHANGE_PART, without(maker, part->delimiter, next));
		if (variant != NULL)
			variant->change.octets = next - part->delimiter;
		done++;
	}
}

/* A part of the outermost level was the whole body. */
static void
parts_unwrapped(struct maker *maker)
{
	for (size_t i = 0, done = 0; i < maker->nparts && done < 3; i++) {
		const struct dkim_part *part = &maker->parts[i];
		size_t end = part->end;

		if (!part->top)
			continue;
		for (size_t k = i + 1; k < maker->nparts && !maker->parts[k].top; k++)
			end = maker->parts[k].next;
		/* a nested multipart ends before the next delimiter of the outermost level */
		if (end != part->end) {
			struct slice head = slice_head(maker->body, end), line;
			struct slice rest = slice_from(maker->body, end);
			while (line_next(&rest, &line) &&
				!(slice_starts(line, SLICE("--")) &&
					slice_starts(slice_from(line, 2), maker->boundary)))
				head.n += line.n;
			end = head.n;
		}
		struct dkim_variant *variant = add(maker, DKIM_CHANGE_WRAPPED,
			slice_from(slice_head(maker->body, end), part->body));
		if (variant != NULL) {
			variant->unwrapped = true;
			variant->content =
				slice_from(slice_head(maker->body, part->body), part->header);
		}
		done++;
	}
}

/* Blanks at line ends were added, or the one of "-- " was lost. */
static void
blanks(struct maker *maker)
{
	struct buf bare = new_buf(maker), dashes = new_buf(maker);
	struct slice rest = maker->body, line;

	while (line_next(&rest, &line)) {
		size_t end = line.n, content;

		while (end > 0 && (line.p[end - 1] == '\n' || line.p[end - 1] == '\r'))
			end--;
		content = end;
		while (content > 0 && (line.p[content - 1] == ' ' || line.p[content - 1] == '\t'))
			content--;
		buf_add(&bare, slice_head(line, content));
		buf_add(&dashes, slice_head(line, end));
		if (end == 2 && line.p[0] == '-' && line.p[1] == '-')
			buf_addc(&dashes, ' ');
		buf_add(&bare, slice_from(line, end));
		buf_add(&dashes, slice_from(line, end));
	}
	add(maker, DKIM_CHANGE_BLANKS, buf_slice(&bare));
	add(maker, DKIM_CHANGE_BLANKS, buf_slice(&dashes));
}

static void
line_ends(struct maker *maker)
{
	struct buf no_cr = new_buf(maker), from_cr = new_buf(maker), halved = new_buf(maker);
	struct slice rest = maker->body, line;
	bool was_blank = true, doubled = true;

	for (size_t i = 0; i < maker->body.n; i++) {
		char c = maker->body.p[i];
		bool lf = i + 1 < maker->body.n && maker->body.p[i + 1] == '\n';

		if (c != '\r')
			buf_addc(&no_cr, c);
		if (c == '\r' && !lf)
			buf_adds(&from_cr, "\r\n");
		else
			buf_addc(&from_cr, c);
	}
	/* each line is followed by an empty one that was not there */
	while (line_next(&rest, &line)) {
		bool blank = slice_trim(line).n == 0;

		if (blank && !was_blank) {
			was_blank = true;
			continue;
		}
		doubled &= blank || was_blank;
		was_blank = false;
		buf_add(&halved, line);
	}
	add(maker, DKIM_CHANGE_LINE_ENDS, buf_slice(&no_cr));
	add(maker, DKIM_CHANGE_LINE_ENDS, buf_slice(&from_cr));
	if (doubled)
		add(maker, DKIM_CHANGE_LINE_ENDS, buf_slice(&halved));
}

static void
blank_line(struct maker *maker)
{
	struct buf out = new_buf(maker);

	buf_adds(&out, "\r\n");
	buf_add(&out, maker->body);
	add(maker, DKIM_CHANGE_BLANK_LINE, buf_slice(&out));
}

/* One way to write the content of a part again. */
struct recode {
	enum dkim_change_kind kind;
	const char *from, *to; /* codings; "" for 7bit, 8bit and binary */
	size_t width;          /* of base64 lines */
	const char *named;     /* what Content-Transfer-Encoding was called */
};

static const struct recode recodes[] = {
	{DKIM_CHANGE_REWRAPPED,   "base64",           "base64",           76,       NULL              },
	{DKIM_CHANGE_REWRAPPED,   "base64",           "base64",           72,       NULL              },
	{DKIM_CHANGE_REWRAPPED,   "base64",           "base64",           64,       NULL              },
	{DKIM_CHANGE_REWRAPPED,   "base64",           "base64",           60,       NULL              },
	{DKIM_CHANGE_REWRAPPED,   "base64",           "base64",           SIZE_MAX, NULL              },
	{DKIM_CHANGE_TO_QP,       "quoted-printable", "",                 0,        "8bit"            },
	{DKIM_CHANGE_TO_QP,       "quoted-printable", "",                 0,        "7bit"            },
	{DKIM_CHANGE_TO_BASE64,   "base64",           "",                 0,        "8bit"            },
	{DKIM_CHANGE_TO_BASE64,   "base64",           "",                 0,        "7bit"            },
	{DKIM_CHANGE_TO_BASE64,   "base64",           "quoted-printable", 0,        "quoted-printable"},
	{DKIM_CHANGE_FROM_QP,     "",                 "quoted-printable", 0,        "quoted-printable"},
	{DKIM_CHANGE_FROM_BASE64, "",                 "base64",           76,       "base64"          },
	{DKIM_CHANGE_FROM_BASE64, "",                 "base64",           72,       "base64"          },
	{DKIM_CHANGE_FROM_BASE64, "",                 "base64",           64,       "base64"          },
	{DKIM_CHANGE_FROM_BASE64, "quoted-printable", "base64",           76,       "base64"          },
};

static bool
coding_is(struct slice encoding, const char *name)
{
	encoding = slice_trim(encoding);
	if (name[0] != '\0')
		return slice_ieq(encoding, slice_str(name));
	return !slice_ieq(encoding, SLICE("base64")) &&
	       !slice_ieq(encoding, SLICE("quoted-printable"));
}

/* LF line ends become CRLF: what is encoded in base64 has these. */
static struct slice
canonical_ends(const struct maker *maker, struct slice text)
{
	struct buf out = new_buf(maker);
	struct slice line;

	while (line_next(&text, &line)) {
		size_t end = line.n;
		if (end > 0 && line.p[end - 1] == '\n')
			end -= end > 1 && line.p[end - 2] == '\r' ? 2 : 1;
		buf_add(&out, slice_head(line, end));
		if (end < line.n)
			buf_adds(&out, "\r\n");
	}
	return buf_slice(&out);
}

/* One content in another coding; false where it is not of the first one. */
static bool
recode(const struct maker *maker, const struct recode *how, struct slice text, struct slice *out)
{
	struct buf plain = new_buf(maker), coded = new_buf(maker);
	struct slice bytes = text;

	if (how->from[0] == 'b' && !dkim_b64_decode(text, maker->arena, &bytes))
		return false;
	if (how->from[0] == 'q') {
		if (!dkim_qp_decode(text, &plain))
			return false;
		bytes = buf_slice(&plain);
	}
	if (how->to[0] == 'q') {
		dkim_qp_encode(bytes, &coded);
		bytes = buf_slice(&coded);
	} else if (how->to[0] == 'b') {
		if (how->from[0] != 'b')
			bytes = canonical_ends(maker, bytes);
		dkim_b64_wrap(bytes, how->width, &coded, maker->arena);
		if (text.n > 0 && text.p[text.n - 1] == '\n')
			buf_adds(&coded, "\r\n");
		bytes = buf_slice(&coded);
	}
	*out = bytes;
	return !coded.over && !plain.over;
}

/* The header lines of a part with another Content-Transfer-Encoding. */
static void
add_header(struct buf *out, struct slice lines, const char *named)
{
	struct field field;

	while (fields_next(&lines, SIZE_MAX, &field)) {
		if (named != NULL && field_is(&field, "Content-Transfer-Encoding"))
			buf_addf(out, "%.*s: %s\r\n", (int)field.name.n, field.name.p, named);
		else
			buf_add(out, field.raw);
	}
	buf_add(out, lines); /* the empty line */
}

/* All parts of that coding at once: what changes one changes all. */
static void
recode_parts(struct maker *maker, const struct recode *how)
{
	struct buf out = new_buf(maker);
	size_t at = 0, changed = 0;

	for (size_t i = 0; i < maker->nparts; i++) {
		const struct dkim_part *part = &maker->parts[i];
		struct slice lines = slice_from(slice_head(maker->body, part->body), part->header);
		struct slice coding = dkim_lines_field(lines, "Content-Transfer-Encoding");
		struct slice content = slice_from(slice_head(maker->body, part->end), part->body);
		struct slice type = dkim_lines_field(lines, "Content-Type"), again;

		if (coding.n == 0 || !coding_is(coding, how->from) || part->end < part->body ||
			slice_istarts(slice_trim(type), SLICE("multipart/")) ||
			!recode(maker, how, content, &again))
			continue;
		buf_add(&out, slice_from(slice_head(maker->body, part->header), at));
		add_header(&out, lines, how->named);
		buf_add(&out, again);
		at = part->end;
		changed++;
	}
	buf_add(&out, slice_from(maker->body, at));
	if (changed > 0)
		add(maker, how->kind, buf_slice(&out));
}

static void
recoded(struct maker *maker)
{
	for (size_t i = 0; i < sizeof recodes / sizeof *recodes; i++) {
		const struct recode *how = &recodes[i];
		struct dkim_variant *variant;
		struct slice again;

		if (maker->boundary.n > 0) {
			recode_parts(maker, how);
			continue;
		}
		/* which name the plain coding had is the header's question */
		if (how->to[0] == '\0' && strcmp(how->named, "7bit") == 0)
			continue;
		if (!coding_is(maker->encoding, how->from) ||
			!recode(maker, how, maker->body, &again))
			continue;
		variant = add(maker, how->kind, again);
		if (variant != NULL && how->named != NULL)
			variant->encoding = how->named;
	}
}

/* The delimiters were rewritten and the header was not. */
static void
boundary(struct maker *maker)
{
	struct slice rest = maker->body, line, used = SLICE("");
	struct buf out = new_buf(maker);

	while (maker->nparts == 0 && used.n == 0 && line_next(&rest, &line))
		if (slice_starts(line, SLICE("--")) && slice_trim(line).n > 2)
			used = slice_from(slice_trim(line), 2);
	if (used.n == 0 || slice_find(used, ' ') < used.n)
		return;
	rest = maker->body;
	while (line_next(&rest, &line)) {
		if (slice_starts(line, SLICE("--")) && slice_starts(slice_from(line, 2), used)) {
			buf_adds(&out, "--");
			buf_add(&out, maker->boundary);
			buf_add(&out, slice_from(line, 2 + used.n));
		} else {
			buf_add(&out, line);
		}
	}
	struct dkim_variant *variant = add(maker, DKIM_CHANGE_BOUNDARY, buf_slice(&out));
	if (variant != NULL)
		variant->change.text = maker->boundary;
}

static void
preamble(struct maker *maker)
{
	static const char *const texts[] = {
		"This is a multi-part message in MIME format.\r\n",
		"This is a multi-part message in MIME format.\r\n\r\n",
		"This is a MIME-encapsulated message\r\n\r\n",
		"This is a cryptographically signed message in MIME format.\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf out = new_buf(maker);

		if (maker->nparts == 0)
			return;
		buf_adds(&out, texts[i]);
		buf_add(&out, slice_from(maker->body, maker->parts[0].delimiter));
		add(maker, DKIM_CHANGE_PREAMBLE, buf_slice(&out));
	}
}

size_t
dkim_body_variants(const struct message *message, struct arena *arena,
	struct dkim_variant variants[DKIM_VARIANTS_MAX])
{
	const struct field *type = message_field(message, "Content-Type", 0);
	const struct field *encoding = message_field(message, "Content-Transfer-Encoding", 0);
	struct maker *maker = arena_alloc(arena, sizeof *maker);

	*maker =
		(struct maker){.body = message->body, .arena = arena, .variants = variants, .n = 1};
	variants[0] = (struct dkim_variant){.body = message->body};
	if (encoding != NULL)
		maker->encoding = encoding->value;
	if (type == NULL || !dkim_parameter(type->value, "boundary", &maker->boundary))
		maker->boundary = SLICE("");
	if (maker->boundary.n > 0)
		maker->nparts = dkim_parts(message->body, maker->boundary, maker->parts);
	parts_unwrapped(maker);
	parts_removed(maker);
	blanks(maker);
	line_ends(maker);
	if (maker->boundary.n > 0) {
		boundary(maker);
		preamble(maker);
	}
	recoded(maker);
	blank_line(maker);
	return maker->n;
}
