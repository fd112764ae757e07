#include "filter/result/diagnosis.h"

#include <stdarg.h>
#include <time.h>

#include "filter/text/i18n.h"
#include "filter/text/phrase.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { SHOWN_MAX = 80 };

/* the language and the memory for a text */
struct wording {
	struct arena *arena;
	bool english;
};

static const char *const kinds[] = {
	[DIAGNOSE_FOOTER] = "footer",
	[DIAGNOSE_TOP] = "text-on-top",
	[DIAGNOSE_PART] = "part-added",
	[DIAGNOSE_WRAPPED] = "wrapped-in-multipart",
	[DIAGNOSE_BLANKS] = "trailing-blanks",
	[DIAGNOSE_LINE_ENDS] = "line-ends",
	[DIAGNOSE_BLANK_LINE] = "blank-line-removed",
	[DIAGNOSE_REWRAPPED] = "base64-rewrapped",
	[DIAGNOSE_TO_QP] = "to-quoted-printable",
	[DIAGNOSE_TO_BASE64] = "to-base64",
	[DIAGNOSE_FROM_QP] = "from-quoted-printable",
	[DIAGNOSE_FROM_BASE64] = "from-base64",
	[DIAGNOSE_BOUNDARY] = "boundary",
	[DIAGNOSE_PREAMBLE] = "preamble-removed",
	[DIAGNOSE_SUBJECT] = "subject-tag",
	[DIAGNOSE_FIELD_ADDED] = "field-added",
	[DIAGNOSE_FIELD_REWRITTEN] = "field-rewritten",
	[DIAGNOSE_FIELD_REMOVED] = "field-removed",
	[DIAGNOSE_FIELD_SPACE] = "field-blanks",
	[DIAGNOSE_FIELD_CASE] = "field-case",
	[DIAGNOSE_BLOCK] = "block-added",
	[DIAGNOSE_PART_FOOTER] = "footer-in-part",
	[DIAGNOSE_META] = "html-head",
	[DIAGNOSE_LINKS] = "links-rewritten",
	[DIAGNOSE_PART_FIELDS] = "part-fields",
	[DIAGNOSE_LONG_LINES] = "long-lines",
	[DIAGNOSE_FROM_LINES] = "from-lines",
	[DIAGNOSE_DOTS] = "dots",
	[DIAGNOSE_REQUOTED] = "quoted-printable-rewritten",
	[DIAGNOSE_PREAMBLE_ADDED] = "preamble-added",
	[DIAGNOSE_DELIMITER_LINES] = "delimiter-lines",
	[DIAGNOSE_FIELD_FORM] = "field-form",
	[DIAGNOSE_LIST_FIELDS] = "list-fields-added",
	[DIAGNOSE_FIELD_FOLDED] = "field-folded",
	[DIAGNOSE_FIELD_CHANGED] = "field-changed",
};

/*
 * Measures processor time, not wall-clock time: the load of the machine must not change the result.
 */
static int64_t
now_ms(void *arg)
{
	struct timespec now;

	(void)arg;
	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
		return INT64_MAX; /* without a clock, nothing is tried */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct diagnosis *
diagnosis_run(
	const struct auth_input *in, const struct dkim_result *result, bool rebuild, size_t *n)
{
	const struct diagnose_options options = {.now_ms = now_ms, .rebuild = rebuild};

	return diagnose(in, result, &options, n);
}

const char *
diagnosis_kind(enum diagnose_kind kind)
{
	return kinds[kind];
}

const char *
diagnosis_half(enum diagnose_half half)
{
	static const char *const halves[] = {[DIAGNOSE_HEADER] = "header",
		[DIAGNOSE_BODY] = "body",
		[DIAGNOSE_KEY] = "key",
		[DIAGNOSE_GENUINE] = "signature"};

	return halves[half];
}

static const char *textf(const struct wording *wording, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *
textf(const struct wording *wording, const char *format, ...)
{
	struct phrase phrase;
	va_list args;

	va_start(args, format);
	phrase_make(&phrase, wording->arena, format, args);
	va_end(args);
	return wording->english ? phrase_english(&phrase, wording->arena)
				: phrase_text(&phrase, wording->arena);
}

/* The added or former text as one line. */
static const char *
one_line(struct slice text, const struct wording *wording)
{
	struct buf line;
	bool space = false;

	buf_init(&line, wording->arena, (size_t)4 * SHOWN_MAX);
	for (size_t i = 0; i < text.n && !line.over; i++) {
		if (slice_is_blank(text.p[i])) {
			space = true;
			continue;
		}
		if (space && line.n > 0)
			buf_addc(&line, ' ');
		space = false;
		buf_addc(&line, text.p[i]);
	}
	return printable(buf_slice(&line), SHOWN_MAX, wording->arena);
}

static const char *
describe_field(const struct diagnose_change *change, const struct wording *wording)
{
	const char *field = one_line(change->field, wording),
		   *text = one_line(change->text, wording);

	switch ((int)change->kind) {
	case DIAGNOSE_SUBJECT:
		return textf(wording, "without `%s` in Subject", text);
	case DIAGNOSE_FIELD_ADDED:
		return textf(wording, "without `%s: %s`, which was added", field, text);
	case DIAGNOSE_FIELD_REWRITTEN:
		return textf(wording, "with %s as %s has it, `%s`", field, text,
			one_line(change->more, wording));
	case DIAGNOSE_FIELD_REMOVED:
		return textf(wording, "with `%s: %s`, which was removed", field, text);
	case DIAGNOSE_FIELD_SPACE:
		return textf(wording, "with the white space of the signed fields as it was");
	case DIAGNOSE_FIELD_CASE:
		return textf(wording, "with the names of the signed fields as they were written");
	case DIAGNOSE_FIELD_FORM:
		if (change->more.n > 0)
			return textf(wording, "with %s without `%s`", field,
				one_line(change->more, wording));
		return textf(wording, "with %s written as `%s`", field, text);
	case DIAGNOSE_FIELD_FOLDED:
		return textf(wording, "with %s in one line again", field);
	case DIAGNOSE_FIELD_CHANGED:
		return textf(wording, "with %s as z= of the signature has it, `%s`", field, text);
	case DIAGNOSE_LIST_FIELDS:
		return textf(wording, "without the fields %s, which were added", text);
	default:
		return "";
	}
}

/*
 * Describes a change that added text or rewrote links, for a person; describe_field describes
 * others.
 */
static const char *
describe_added(const struct diagnose_change *change, const struct wording *wording)
{
	const char *field = one_line(change->field, wording),
		   *text = one_line(change->text, wording);

	switch ((int)change->kind) {
	case DIAGNOSE_FOOTER:
		return textf(wording, "without the last %zu bytes, which begin with `%s`",
			change->octets, text);
	case DIAGNOSE_TOP:
		return textf(wording, "without the first %zu bytes of the body, `%s`",
			change->octets, text);
	case DIAGNOSE_PART:
		if (text[0] != '\0')
			return textf(wording,
				"without a MIME part of %zu bytes that was added (%s, file `%s`)",
				change->octets, field, text);
		return textf(wording, "without a MIME part of %zu bytes that was added (%s)",
			change->octets, field);
	case DIAGNOSE_BLOCK:
		return textf(wording, "without %zu bytes that were added to the %s part, `%s`",
			change->octets, field, text);
	case DIAGNOSE_PART_FOOTER:
		return textf(wording,
			"without %zu bytes that were added at the end of the %s part, `%s`",
			change->octets, field, text);
	case DIAGNOSE_META:
		return textf(wording, "without `%s`, which was added to the HTML", text);
	case DIAGNOSE_PREAMBLE_ADDED:
		return textf(wording,
			"without the %zu bytes before the first part, which were added",
			change->octets);
	case DIAGNOSE_LINKS:
		return textf(wording, "with the links as they were, which now lead to `%s`", text);
	default:
		return describe_field(change, wording);
	}
}

static const char *
describe_change(const struct diagnose_change *change, const struct wording *wording)
{
	switch ((int)change->kind) {
	case DIAGNOSE_WRAPPED:
		if (change->octets > 2)
			return textf(wording,
				"with one of its parts as the whole body again (%zu other parts "
				"were put around it)",
				change->octets);
		return textf(wording,
			"with one of its parts as the whole body again (the message was "
			"made a multipart)");
	case DIAGNOSE_BLANKS:
		return textf(wording, "with the white space at line ends as it was");
	case DIAGNOSE_LINE_ENDS:
		return textf(wording, "with the line ends as they were");
	case DIAGNOSE_BLANK_LINE:
		return textf(
			wording, "with an empty line at the top of the body, which was removed");
	case DIAGNOSE_REWRAPPED:
		if (change->octets == SIZE_MAX)
			return textf(wording, "with its base64 in one line again");
		return textf(wording, "with base64 lines of %zu characters again", change->octets);
	case DIAGNOSE_TO_QP:
		return textf(
			wording, "decoded from quoted-printable again (it was 8-bit or plain)");
	case DIAGNOSE_TO_BASE64:
		if (change->text.n > 0)
			return textf(wording, "in quoted-printable again (it was made base64)");
		return textf(wording, "decoded from base64 again (it was 8-bit or plain)");
	case DIAGNOSE_FROM_QP:
		return textf(wording, "in quoted-printable again (it was decoded)");
	case DIAGNOSE_FROM_BASE64:
		if (change->text.n > 0)
			return textf(wording, "in base64 again (it was made quoted-printable)");
		return textf(wording, "in base64 again (it was decoded)");
	case DIAGNOSE_BOUNDARY:
		return textf(wording, "with the boundary `%s` again, which was rewritten",
			one_line(change->text, wording));
	case DIAGNOSE_PREAMBLE:
		return textf(wording, "with the text before the first part, which was removed");
	case DIAGNOSE_PART_FIELDS:
		return textf(wording, "with the header fields of its parts as they were");
	case DIAGNOSE_LONG_LINES:
		return textf(wording, "with its long lines in one piece again");
	case DIAGNOSE_FROM_LINES:
		return textf(wording, "with `From ` at line starts, where `>From ` is now");
	case DIAGNOSE_DOTS:
		return textf(wording, "with the dots at line starts as they were");
	case DIAGNOSE_REQUOTED:
		return textf(wording, "with its quoted-printable as another encoder writes it");
	case DIAGNOSE_DELIMITER_LINES:
		return textf(wording, "with the empty lines before MIME delimiters as they were");
	default:
		return describe_added(change, wording);
	}
}

/* Was anything added that a reader sees, or a link changed? */
static bool
is_addition(const struct diagnose_change *change)
{
	switch ((int)change->kind) {
	case DIAGNOSE_FOOTER:
	case DIAGNOSE_TOP:
	case DIAGNOSE_PART:
	case DIAGNOSE_BLOCK:
	case DIAGNOSE_PART_FOOTER:
	case DIAGNOSE_META:
	case DIAGNOSE_LINKS:
	case DIAGNOSE_PREAMBLE_ADDED:
	case DIAGNOSE_SUBJECT:
	case DIAGNOSE_FIELD_ADDED:
	case DIAGNOSE_FIELD_REWRITTEN:
	case DIAGNOSE_FIELD_CHANGED:
	case DIAGNOSE_LIST_FIELDS:
		return true;
	case DIAGNOSE_FIELD_FORM:
		return change->more.n > 0;
	default:
		return false;
	}
}

static bool
is_recoding(enum diagnose_kind kind)
{
	return kind == DIAGNOSE_REWRAPPED || kind == DIAGNOSE_TO_QP || kind == DIAGNOSE_TO_BASE64 ||
	       kind == DIAGNOSE_FROM_QP || kind == DIAGNOSE_FROM_BASE64 ||
	       kind == DIAGNOSE_REQUOTED;
}

/*
 * A hint about the cause: it only names the kind of software that makes such changes. No hint for
 * visible additions that do not look like a list's.
 */
static const char *
who(const struct diagnosis *diagnosis, const struct wording *wording)
{
	bool added = false, recoded = diagnosis->n > 0;

	for (size_t i = 0; i < diagnosis->n; i++) {
		added |= is_addition(&diagnosis->changes[i]);
		recoded &= is_recoding(diagnosis->changes[i].kind);
	}
	if (diagnosis->like_list)
		return textf(wording, "changed after signing as mailing lists do");
	if (added)
		return textf(wording,
			"changed after signing, by whom is not known; look at what was "
			"added before you trust it");
	return recoded ? textf(wording, "changed after signing as servers do that re-encode")
		       : textf(wording, "changed after signing");
}

/* All changes in one phrase; NULL if there are none. */
static const char *
describe_changes(const struct diagnosis *diagnosis, const struct wording *wording)
{
	const char *all = NULL;

	for (size_t i = 0; i < diagnosis->n; i++) {
		const char *one = describe_change(&diagnosis->changes[i], wording);

		if (all == NULL)
			all = one;
		else if (i + 1 == diagnosis->n)
			all = textf(wording, "%s and %s", all, one);
		else
			all = textf(wording, "%s, %s", all, one);
	}
	return all;
}

static const char *
describe_half(const struct diagnosis *diagnosis, const struct wording *wording)
{
	const char *changes = describe_changes(diagnosis, wording);

	switch (diagnosis->half) {
	case DIAGNOSE_HEADER:
		if (changes == NULL)
			return textf(wording,
				"still verifies over the header: the body was changed, "
				"in a way that is not known");
		return textf(wording,
			"verifies over the header %s; the body was changed as well, in "
			"a way that is not known",
			changes);
	case DIAGNOSE_BODY:
		if (changes != NULL)
			return textf(wording,
				"agrees with the body %s; a signed field was changed as "
				"well, in a way that is not known",
				changes);
		if (!diagnosis->key_proved)
			return textf(wording,
				"agrees with the body: a signed field was changed, in a "
				"way that is not known, or another key signed");
		return textf(wording,
			"agrees with the body: a signed field was changed, in a way that "
			"is not known");
	case DIAGNOSE_GENUINE:
		return textf(wording, "was made with the published key; header and body were "
				      "changed, in ways that are not known");
	case DIAGNOSE_KEY:
		if (diagnosis->body_proved && changes == NULL)
			return textf(wording, "was not made with the published key, or its b= was "
					      "changed; the body is as it was signed");
		return textf(wording, "was not made with the published key, or its b= was changed");
	case DIAGNOSE_WHOLE:
	default:
		return textf(wording, "no known change explains it");
	}
}

static const char *
describe(const struct diagnosis *diagnosis, const struct wording *wording)
{
	const char *text;

	if (diagnosis->found && diagnosis->n == 0)
		return textf(wording, "passes again: %s", who(diagnosis, wording));
	if (diagnosis->found)
		return textf(wording, "passes again %s: %s", describe_changes(diagnosis, wording),
			who(diagnosis, wording));
	text = describe_half(diagnosis, wording);
	return diagnosis->stopped
		       ? textf(wording, "%s (the limits were reached before all was tried)", text)
		       : text;
}

const char *
diagnosis_text(const struct diagnosis *diagnosis, struct arena *arena)
{
	return describe(diagnosis, &(struct wording){.arena = arena, .english = true});
}

const char *
diagnosis_words(const struct diagnosis *diagnosis, struct arena *arena)
{
	return describe(diagnosis, &(struct wording){.arena = arena});
}
