#include "filter/result/authres.h"

#include "mime/buf.h"
#include "mime/scan.h"

enum {
	LINE_COLUMNS = 78,        /* RFC 5322 2.1.1 */
	TAB_COLUMNS = 8,          /* the assumed width of the tab of a folded line */
	VALUE_MAX = 255,          /* octets of a value before quoting */
	WORD_MAX = 4 * VALUE_MAX, /* a name, =, and the value with every octet quoted */
	FIELD_MAX = 4 << 20       /* 1,000 signatures (--max-signatures) of four values each */
};

struct writer {
	struct buf out;
	const char *eol;
	size_t column;
};

static void
fold(struct writer *w, bool deeper)
{
	buf_adds(&w->out, w->eol);
	buf_adds(&w->out, deeper ? "\t  " : "\t");
	w->column = deeper ? TAB_COLUMNS + 2 : TAB_COLUMNS;
}

/* Adds a space and text, on a new line if the line would be too long. */
static void
word(struct writer *w, struct slice text)
{
	if (w->column + 1 + text.n > LINE_COLUMNS) {
		fold(w, true);
	} else {
		buf_addc(&w->out, ' ');
		w->column++;
	}
	buf_add(&w->out, text);
	w->column += text.n;
}

/*
 * The same for a quoted-string that is longer than a line: it is folded before the spaces between
 * its words, so that unfolding restores it (RFC 5322 2.2.3, 3.2.4).
 */
static void
long_word(struct writer *w, struct slice text)
{
	if (text.n <= LINE_COLUMNS - TAB_COLUMNS - 2) {
		word(w, text);
		return;
	}
	fold(w, true);
	for (bool first = true; text.n > 0; first = false) {
		struct slice piece = slice_head(text, slice_find(text, ' '));

		if (!first && w->column + 1 + piece.n > LINE_COLUMNS) {
			buf_adds(&w->out, w->eol);
			w->column = 0;
		}
		if (!first) {
			buf_addc(&w->out, ' ');
			w->column++;
		}
		buf_add(&w->out, piece);
		w->column += piece.n;
		text = slice_from(text, piece.n + 1);
	}
}

/* The printable ASCII characters of the value, at most VALUE_MAX. */
static struct slice
clean(struct slice value, struct arena *arena)
{
	char *p = arena_alloc(arena, VALUE_MAX);
	size_t n = 0;

	for (size_t i = 0; i < value.n && n < VALUE_MAX; i++)
		if (value.p[i] >= ' ' && value.p[i] <= '~')
			p[n++] = value.p[i];
	return slice_make(p, n);
}

static bool
is_token(struct slice s)
{
	struct slice at = s, out;

	return scan_token(&at, &out) && at.n == 0;
}

static bool
is_domain(struct slice s)
{
	struct slice at = s, out;

	if (!scan_dot_atom(&at, false, &out) || at.n != 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			    (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_' ||
			    s.p[i] == '.'))
			return false;
	return true;
}

/* [ [ local-part ] "@" ] domain-name with a dot-atom for the local-part (RFC 8601 2.2) */
static bool
is_mailbox(struct slice s)
{
	size_t at = slice_rfind(s, '@');
	struct slice local = slice_head(s, at), rest = local, out;

	if (at == s.n || !is_domain(slice_from(s, at + 1)))
		return false;
	return local.n == 0 || (scan_dot_atom(&rest, false, &out) && rest.n == 0);
}

static struct slice
quote(struct slice s, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, 2 * VALUE_MAX + 2);
	buf_addc(&out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(&out, '\\');
		buf_addc(&out, s.p[i]);
	}
	buf_addc(&out, '"');
	return buf_slice(&out);
}

/* Reduces a mailbox to its domain if the local-part is not ASCII or is too long. */
static struct slice
mailbox_value(struct slice value)
{
	size_t at = slice_rfind(value, '@');
	bool domain_only = value.n > VALUE_MAX;

	for (size_t i = 0; i < at && at < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~')
			domain_only = true;
	return domain_only && at < value.n ? slice_from(value, at + 1) : value;
}

static void
property(struct writer *w, const struct report_prop *prop)
{
	struct arena *arena = w->out.arena;
	struct slice value = prop->value;
	struct buf text;

	if (prop->kind == REPORT_MAILBOX)
		value = mailbox_value(value);
	value = clean(value, arena);
	if (value.n == 0)
		return;
	if (!is_token(value) && !is_domain(value) && !is_mailbox(value))
		value = quote(value, arena);
	buf_init(&text, arena, WORD_MAX);
	buf_addf(&text, "%s=", prop->name);
	buf_add(&text, value);
	word(w, buf_slice(&text));
}

/*
 * "PART: SENTENCE: NAME, NOTE", without the missing ones; the name is a literal, never text of the
 * message
 */
static struct slice
row_reason(const struct report_row *r, struct arena *arena)
{
	const char *text = reason_text(&r->reason);
	struct buf out;

	buf_init(&out, arena, WORD_MAX);
	if (text != NULL && r->part != NULL)
		buf_addf(&out, "%s: ", r->part);
	if (text != NULL)
		buf_adds(&out, text);
	if (text != NULL && r->reason.name != NULL)
		buf_addf(&out, ": %s", r->reason.name);
	if (r->note != NULL)
		buf_addf(&out, "%s%s", text != NULL ? ", " : "", r->note);
	return buf_slice(&out);
}

static void
row(struct writer *w, const struct report_row *r)
{
	struct slice reason;
	struct buf text;

	fold(w, false);
	buf_addf(&w->out, "%s=%s", r->method, auth_code_word(r->code));
	w->column += strlen(r->method) + 1 + strlen(auth_code_word(r->code));
	reason = row_reason(r, w->out.arena);
	if (reason.n > 0) {
		buf_init(&text, w->out.arena, WORD_MAX);
		buf_adds(&text, "reason=");
		buf_add(&text, quote(clean(reason, w->out.arena), w->out.arena));
		long_word(w, buf_slice(&text));
	}
	for (size_t i = 0; i < r->nprops; i++)
		property(w, &r->props[i]);
}

struct authres
authres_field(const char *id, const struct report *report, const char *eol, struct arena *arena)
{
	struct writer w = {.eol = eol};
	struct slice name = clean(slice_str(id), arena), field;
	size_t start, end;

	buf_init(&w.out, arena, FIELD_MAX);
	if (!is_token(name) && !is_domain(name))
		name = quote(name, arena);
	buf_adds(&w.out, "Authentication-Results:");
	w.column = strlen("Authentication-Results:");
	if (w.column + 1 + name.n + 1 > LINE_COLUMNS)
		fold(&w, false);
	else
		buf_addc(&w.out, ' ');
	start = w.out.n;
	buf_add(&w.out, name);
	buf_addc(&w.out, ';');
	if (report->n == 0)
		buf_adds(&w.out, " none");
	for (size_t i = 0; i < report->n; i++) {
		row(&w, &report->rows[i]);
		if (i + 1 < report->n)
			buf_addc(&w.out, ';');
	}
	end = w.out.n;
	buf_adds(&w.out, eol);
	field = buf_slice(&w.out);
	return (struct authres){field, slice_make(field.p + start, end - start)};
}
