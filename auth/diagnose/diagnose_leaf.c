/*
 * diagnose_leaf.c: decodes the text of MIME parts, changes it, and encodes it as it may have been
 * encoded before.
 */
#include "auth/diagnose/diagnose_mime.h"

enum { GROWTH = 4, WIDTH_DEFAULT = 76 };

static struct buf
new_buf(size_t n, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, GROWTH * n + 1024);
	return out;
}

struct buf
diagnose_buf(size_t n, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, GROWTH * n + 1024);
	out.p = arena_alloc(arena, n + 1);
	out.cap = n + 1;
	return out;
}

/* Converts LF line ends to CRLF, as in text that is encoded in base64. */
static struct slice
canonical_ends(struct slice text, struct arena *arena)
{
	struct buf out = new_buf(text.n, arena);
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

static bool
ends_line(struct slice text)
{
	return text.n > 0 && text.p[text.n - 1] == '\n';
}

/* Does the style turn decoded back into raw? again: a buffer for one line at a time. */
static bool
has_style(const struct diagnose_qp_style *style, struct slice decoded, struct slice raw,
	struct buf *again)
{
	struct slice line;

	while (line_next(&decoded, &line)) {
		again->n = 0;
		diagnose_qp_encode(style, line, again);
		if (!slice_starts(raw, buf_slice(again)))
			return false;
		raw = slice_from(raw, again->n);
	}
	return raw.n == 0;
}

/* The index of the quoted-printable style that turns decoded back into raw, or -1. */
static int
find_style(struct slice raw, struct slice decoded, struct arena *arena)
{
	struct arena scratch;
	struct buf again;
	int found = -1;

	arena_init(&scratch, arena->oom, arena->oom_arg);
	again = new_buf(raw.n, &scratch);
	raw = canonical_ends(raw, &scratch);
	for (int i = 0; i < DIAGNOSE_QP_STYLES && found < 0; i++)
		if (has_style(&diagnose_qp_styles[i], decoded, raw, &again))
			found = i;
	arena_clear(&scratch);
	return found;
}

static void
decode(struct diagnose_leaf *leaf, struct arena *arena)
{
	struct slice line, rest = leaf->raw;
	struct buf plain;

	leaf->qp_style = -1;
	leaf->width = WIDTH_DEFAULT;
	switch (leaf->coding) {
	case DIAGNOSE_PLAIN:
		leaf->decoded = leaf->raw;
		break;
	case DIAGNOSE_QP:
		plain = diagnose_buf(leaf->raw.n, arena);
		if (!diagnose_qp_decode(leaf->raw, &plain) || plain.n == 0)
			break;
		leaf->decoded = buf_slice(&plain);
		leaf->qp_style = find_style(leaf->raw, leaf->decoded, arena);
		break;
	case DIAGNOSE_BASE64:
		if (line_next(&rest, &line) && rest.n > 0)
			leaf->width = slice_trim(line).n;
		if (!diagnose_base64_decode(leaf->raw, arena, &leaf->decoded))
			leaf->decoded = (struct slice){0};
		break;
	}
}

static void
add_leaf(struct diagnose_plan *plan, struct diagnose_leaf leaf, struct slice encoding)
{
	struct slice type = slice_trim(leaf.type);

	leaf.type = slice_trim(slice_head(type, slice_find(type, ';')));
	leaf.html = slice_istarts(leaf.type, SLICE("text/html"));
	leaf.text = leaf.type.n == 0 || slice_istarts(leaf.type, SLICE("text/"));
	leaf.coding = diagnose_coding_of(encoding);
	leaf.raw = slice_from(slice_head(plan->body, leaf.to), leaf.from);
	if (leaf.text || leaf.coding == DIAGNOSE_BASE64) {
		bool fits = leaf.raw.n <= DIAGNOSE_LEAF_MAX &&
			    plan->decoded + leaf.raw.n <= DIAGNOSE_DECODED_MAX;

		plan->limited |= !fits;
		if (fits)
			decode(&leaf, plan->arena);
		plan->decoded += fits ? leaf.raw.n : 0;
	}
	plan->leaves[plan->nleaves++] = leaf;
}

void
diagnose_leaves(struct diagnose_plan *plan)
{
	const struct message *message = plan->in->message;
	const struct field *type = message_field(message, "Content-Type", 0);
	const struct field *encoding = message_field(message, "Content-Transfer-Encoding", 0);

	if (plan->nparts == 0 && plan->boundary.n == 0) {
		struct diagnose_leaf leaf = {.to = plan->body.n};

		leaf.type = type != NULL ? type->value : SLICE("text/plain");
		add_leaf(plan, leaf, encoding != NULL ? encoding->value : SLICE(""));
	}
	for (size_t i = 0; i < plan->nparts && plan->nleaves < DIAGNOSE_LEAVES_MAX; i++) {
		const struct diagnose_part *part = &plan->parts[i];
		struct slice lines = slice_from(slice_head(plan->body, part->body), part->header);
		struct diagnose_leaf leaf = {.header = part->header, .from = part->body};

		leaf.to = part->end > part->body ? part->end : part->body;
		leaf.type = diagnose_lines_field(lines, "Content-Type");
		if (!slice_istarts(slice_trim(leaf.type), SLICE("multipart/")))
			add_leaf(plan, leaf,
				diagnose_lines_field(lines, "Content-Transfer-Encoding"));
	}
	for (size_t i = 0; i < plan->nleaves && plan->ncut < DIAGNOSE_CUT_LEAVES; i++)
		if (plan->leaves[i].text && plan->leaves[i].decoded.n > 0)
			plan->cut[plan->ncut++] = &plan->leaves[i];
}

bool
diagnose_edits_apply(struct slice bytes, const struct diagnose_edit *edits, size_t n,
	struct arena *arena, struct slice *out)
{
	size_t at = 0, most = bytes.n;
	struct buf made;

	for (size_t i = 0; i < n; i++)
		most += edits[i].with.n;
	made = diagnose_buf(most, arena);
	for (size_t i = 0; i < n; i++) {
		const struct diagnose_edit *edit = &edits[i];

		if (edit->to <= at && edit->from < at)
			continue; /* inside a range that is already replaced */
		if (edit->from < at)
			return false;
		buf_add(&made, slice_from(slice_head(bytes, edit->from), at));
		buf_add(&made, edit->with);
		at = edit->to;
	}
	buf_add(&made, slice_from(bytes, at));
	*out = buf_slice(&made);
	return !made.over;
}

static struct slice
encode_as(const struct diagnose_leaf *leaf, enum diagnose_coding coding, int style, size_t width,
	struct slice text, struct arena *arena)
{
	struct buf coded = new_buf(text.n, arena);

	if (coding == DIAGNOSE_PLAIN)
		return text;
	if (coding == DIAGNOSE_QP) {
		diagnose_qp_encode(&diagnose_qp_styles[style < 0 ? 0 : style], text, &coded);
		return buf_slice(&coded);
	}
	if (leaf->coding != DIAGNOSE_BASE64)
		text = canonical_ends(text, arena);
	diagnose_base64_wrap(text, width, &coded, arena);
	/* keeps the line end at the end, if there is one; a whole body should have it */
	if (ends_line(leaf->raw))
		buf_adds(&coded, "\r\n");
	return buf_slice(&coded);
}

bool
diagnose_leaf_content(const struct diagnose_leaf *leaf, const struct diagnose_edit *cuts,
	size_t ncuts, int links, const struct diagnose_recode *recode, struct arena *arena,
	struct slice *out)
{
	struct slice text = leaf->decoded, host;
	struct buf linked;
	bool changed = false;

	if (leaf->decoded.p == NULL)
		return false;
	if (ncuts > 0) {
		if (!diagnose_edits_apply(text, cuts, ncuts, arena, &text))
			return false;
		changed = true;
	}
	if (links > 0 && leaf->text) {
		linked = new_buf(text.n, arena);
		if (diagnose_unlink(text, links, leaf->html, &linked, &host)) {
			text = buf_slice(&linked);
			changed = true;
		}
	}
	if (recode != NULL && (recode->from != leaf->coding ||
				      (!leaf->text && recode->kind != DIAGNOSE_REWRAPPED)))
		recode = NULL;
	if (recode == NULL && !changed)
		return false;
	if (recode != NULL)
		*out = encode_as(leaf, recode->to, recode->qp_style, recode->width, text, arena);
	else
		*out = encode_as(leaf, leaf->coding, leaf->qp_style, leaf->width, text, arena);
	return !slice_eq(*out, leaf->raw);
}

#define PLAIN DIAGNOSE_PLAIN
#define QP DIAGNOSE_QP
#define BASE64 DIAGNOSE_BASE64

/* clang-format off */
const struct diagnose_recode diagnose_recodes[DIAGNOSE_RECODES] = {
	{DIAGNOSE_TO_QP,       1, QP,     PLAIN,  0,        0,  "8bit"},
	{DIAGNOSE_TO_QP,       2, QP,     PLAIN,  0,        0,  "7bit"},
	{DIAGNOSE_TO_QP,       3, QP,     PLAIN,  0,        0,  ""},
	{DIAGNOSE_TO_BASE64,   1, BASE64, PLAIN,  0,        0,  "8bit"},
	{DIAGNOSE_TO_BASE64,   2, BASE64, PLAIN,  0,        0,  "7bit"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, PLAIN,  0,        0,  ""},
	{DIAGNOSE_TO_BASE64,   2, BASE64, QP,     0,        0,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        2,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        1,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        3,  "quoted-printable"},
	{DIAGNOSE_TO_BASE64,   3, BASE64, QP,     0,        6,  "quoted-printable"},
	{DIAGNOSE_REWRAPPED,   1, BASE64, BASE64, 76,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 72,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 64,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, 60,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   2, BASE64, BASE64, SIZE_MAX, 0,  NULL},
	{DIAGNOSE_REWRAPPED,   3, BASE64, BASE64, 74,       0,  NULL},
	{DIAGNOSE_REWRAPPED,   3, BASE64, BASE64, 75,       0,  NULL},
	{DIAGNOSE_FROM_QP,     2, PLAIN,  QP,     0,        0,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        2,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        1,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        3,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        5,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        6,  "quoted-printable"},
	{DIAGNOSE_FROM_QP,     3, PLAIN,  QP,     0,        8,  "quoted-printable"},
	{DIAGNOSE_FROM_BASE64, 2, PLAIN,  BASE64, 76,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, PLAIN,  BASE64, 72,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, PLAIN,  BASE64, 64,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 2, QP,     BASE64, 76,       0,  "base64"},
	{DIAGNOSE_FROM_BASE64, 3, QP,     BASE64, 64,       0,  "base64"},
	{DIAGNOSE_REQUOTED,    2, QP,     QP,     0,        0,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        1,  NULL},
	{DIAGNOSE_REQUOTED,    2, QP,     QP,     0,        2,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        3,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        4,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        5,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        6,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        7,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        8,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        9,  NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        10, NULL},
	{DIAGNOSE_REQUOTED,    3, QP,     QP,     0,        11, NULL},
};
/* clang-format on */

static bool
applies(const struct diagnose_plan *plan, const struct diagnose_recode *recode)
{
	for (size_t i = 0; i < plan->nleaves; i++) {
		const struct diagnose_leaf *leaf = &plan->leaves[i];

		if (leaf->decoded.p == NULL || leaf->coding != recode->from ||
			(!leaf->text && recode->kind != DIAGNOSE_REWRAPPED))
			continue;
		if (recode->kind == DIAGNOSE_REQUOTED && recode->qp_style == leaf->qp_style)
			continue;
		return true;
	}
	return false;
}

void
diagnose_recode_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	for (int i = 0; i < DIAGNOSE_RECODES; i++) {
		const struct diagnose_recode *recode = &diagnose_recodes[i];
		struct diagnose_option *option;

		/* for a whole body, the options of the header restore the name of the coding */
		if (plan->nparts == 0 && recode->to == DIAGNOSE_PLAIN &&
			strcmp(recode->named, "8bit") != 0)
			continue;
		if (!applies(plan, recode) ||
			(option = diagnose_choice_add(choice, recode->cost)) == NULL)
			continue;
		option->way = i + 1;
		/*
		 * text distinguishes conversions between base64 and quoted-printable from those to
		 * or from plain text
		 */
		diagnose_option_change(option, recode->kind, SLICE(""),
			(recode->from == DIAGNOSE_BASE64 && recode->to == DIAGNOSE_QP) ||
					(recode->from == DIAGNOSE_QP &&
						recode->to == DIAGNOSE_BASE64)
				? SLICE("quoted-printable")
				: SLICE(""));
		option->changes[0].octets = recode->width;
	}
}
