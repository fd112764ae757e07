#include "filter/result/diagnosis.h"

#include <stdarg.h>
#include <time.h>

#include "filter/text/i18n.h"
#include "filter/text/phrase.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { SHOWN_MAX = 80 };

/* the language and the memory for a text */
struct teller {
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

static const char *textf(const struct teller *teller, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *
textf(const struct teller *teller, const char *format, ...)
{
	struct phrase phrase;
	va_list args;

	va_start(args, format);
	phrase_make(&phrase, teller->arena, format, args);
	va_end(args);
	return teller->english ? phrase_english(&phrase, teller->arena)
			       : phrase_text(&phrase, teller->arena);
}

/* The added or former text as one line. */
static const char *
one_line(struct slice text, const struct teller *teller)
{
	struct buf line;
	bool space = false;

	buf_init(&line, teller->arena, (size_t)4 * SHOWN_MAX);
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
	return printable(buf_slice(&line), SHOWN_MAX, teller->arena);
}

static const char *
tell_field(const struct diagnose_change *change, const struct teller *teller)
{
	const char *field = one_line(change->field, teller), *text = one_line(change->text, teller);

	switch ((int)change->kind) {
	case DIAGNOSE_SUBJECT:
		return textf(teller, "without `%s` in Subject", text);
	case DIAGNOSE_FIELD_ADDED:
		return textf(teller, "without `%s: %s`, which was added", field, text);
	case DIAGNOSE_FIELD_REWRITTEN:
		return textf(teller, "with %s as %s has it, `%s`", field, text,
			one_line(change->more, teller));
	case DIAGNOSE_FIELD_REMOVED:
		return textf(teller, "with `%s: %s`, which was removed", field, text);
	case DIAGNOSE_FIELD_SPACE:
		return textf(teller, "with the white space of the signed fields as it was");
	case DIAGNOSE_FIELD_CASE:
		return textf(teller, "with the names of the signed fields as they were written");
	case DIAGNOSE_FIELD_FORM:
		if (change->more.n > 0)
			return textf(teller, "with %s without `%s`", field,
				one_line(change->more, teller));
		return textf(teller, "with %s written as `%s`", field, text);
	case DIAGNOSE_FIELD_FOLDED:
		return textf(teller, "with %s in one line again", field);
	case DIAGNOSE_FIELD_CHANGED:
		return textf(teller, "with %s as z= of the signature has it, `%s`", field, text);
	case DIAGNOSE_LIST_FIELDS:
		return textf(teller, "without the fields %s, which were added", text);
	default:
		return "";
	}
}

/*
 * Describes a change that added text or rewrote links, for a person; tell_field describes others.
 */
static const char *
tell_added(const struct diagnose_change *change, const struct teller *teller)
{
	const char *field = one_line(change->field, teller), *text = one_line(change->text, teller);

	switch ((int)change->kind) {
	case DIAGNOSE_FOOTER:
		return textf(teller, "without the last %zu bytes, which begin with `%s`",
			change->octets, text);
	case DIAGNOSE_TOP:
		return textf(teller, "without the first %zu bytes of the body, `%s`",
			change->octets, text);
	case DIAGNOSE_PART:
		if (text[0] != '\0')
			return textf(teller,
				"without a MIME part of %zu bytes that was added (%s, file `%s`)",
				change->octets, field, text);
		return textf(teller, "without a MIME part of %zu bytes that was added (%s)",
			change->octets, field);
	case DIAGNOSE_BLOCK:
		return textf(teller, "without %zu bytes that were added to the %s part, `%s`",
			change->octets, field, text);
	case DIAGNOSE_PART_FOOTER:
		return textf(teller,
			"without %zu bytes that were added at the end of the %s part, `%s`",
			change->octets, field, text);
	case DIAGNOSE_META:
		return textf(teller, "without `%s`, which was added to the HTML", text);
	case DIAGNOSE_PREAMBLE_ADDED:
		return textf(teller,
			"without the %zu bytes before the first part, which were added",
			change->octets);
	case DIAGNOSE_LINKS:
		return textf(teller, "with the links as they were, which now lead to `%s`", text);
	default:
		return tell_field(change, teller);
	}
}

static const char *
tell_change(const struct diagnose_change *change, const struct teller *teller)
{
	switch ((int)change->kind) {
	case DIAGNOSE_WRAPPED:
		if (change->octets > 2)
			return textf(teller,
				"with one of its parts as the whole body again (%zu other parts "
				"were put around it)",
				change->octets);
		return textf(teller,
			"with one of its parts as the whole body again (the message was "
			"made a multipart)");
	case DIAGNOSE_BLANKS:
		return textf(teller, "with the white space at line ends as it was");
	case DIAGNOSE_LINE_ENDS:
		return textf(teller, "with the line ends as they were");
	case DIAGNOSE_BLANK_LINE:
		return textf(
			teller, "with an empty line at the top of the body, which was removed");
	case DIAGNOSE_REWRAPPED:
		if (change->octets == SIZE_MAX)
			return textf(teller, "with its base64 in one line again");
		return textf(teller, "with base64 lines of %zu characters again", change->octets);
	case DIAGNOSE_TO_QP:
		return textf(teller, "decoded from quoted-printable again (it was 8-bit or plain)");
	case DIAGNOSE_TO_BASE64:
		if (change->text.n > 0)
			return textf(teller, "in quoted-printable again (it was made base64)");
		return textf(teller, "decoded from base64 again (it was 8-bit or plain)");
	case DIAGNOSE_FROM_QP:
		return textf(teller, "in quoted-printable again (it was decoded)");
	case DIAGNOSE_FROM_BASE64:
		if (change->text.n > 0)
			return textf(teller, "in base64 again (it was made quoted-printable)");
		return textf(teller, "in base64 again (it was decoded)");
	case DIAGNOSE_BOUNDARY:
		return textf(teller, "with the boundary `%s` again, which was rewritten",
			one_line(change->text, teller));
	case DIAGNOSE_PREAMBLE:
		return textf(teller, "with the text before the first part, which was removed");
	case DIAGNOSE_PART_FIELDS:
		return textf(teller, "with the header fields of its parts as they were");
	case DIAGNOSE_LONG_LINES:
		return textf(teller, "with its long lines in one piece again");
	case DIAGNOSE_FROM_LINES:
		return textf(teller, "with `From ` at line starts, where `>From ` is now");
	case DIAGNOSE_DOTS:
		return textf(teller, "with the dots at line starts as they were");
	case DIAGNOSE_REQUOTED:
		return textf(teller, "with its quoted-printable as another encoder writes it");
	case DIAGNOSE_DELIMITER_LINES:
		return textf(teller, "with the empty lines before MIME delimiters as they were");
	default:
		return tell_added(change, teller);
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
who(const struct diagnosis *diagnosis, const struct teller *teller)
{
	bool added = false, recoded = diagnosis->n > 0;

	for (size_t i = 0; i < diagnosis->n; i++) {
		added |= is_addition(&diagnosis->changes[i]);
		recoded &= is_recoding(diagnosis->changes[i].kind);
	}
	if (diagnosis->like_list)
		return textf(teller, "changed after signing as mailing lists do");
	if (added)
		return textf(teller,
			"changed after signing, by whom is not known; look at what was "
			"added before you trust it");
	return recoded ? textf(teller, "changed after signing as servers do that re-encode")
		       : textf(teller, "changed after signing");
}

/* All changes in one phrase; NULL if there are none. */
static const char *
tell_changes(const struct diagnosis *diagnosis, const struct teller *teller)
{
	const char *all = NULL;

	for (size_t i = 0; i < diagnosis->n; i++) {
		const char *one = tell_change(&diagnosis->changes[i], teller);

		if (all == NULL)
			all = one;
		else if (i + 1 == diagnosis->n)
			all = textf(teller, "%s and %s", all, one);
		else
			all = textf(teller, "%s, %s", all, one);
	}
	return all;
}

static const char *
tell_half(const struct diagnosis *diagnosis, const struct teller *teller)
{
	const char *changes = tell_changes(diagnosis, teller);

	switch (diagnosis->half) {
	case DIAGNOSE_HEADER:
		if (changes == NULL)
			return textf(teller,
				"still verifies over the header: the body was changed, "
				"in a way that is not known");
		return textf(teller,
			"verifies over the header %s; the body was changed as well, in "
			"a way that is not known",
			changes);
	case DIAGNOSE_BODY:
		if (changes != NULL)
			return textf(teller,
				"agrees with the body %s; a signed field was changed as "
				"well, in a way that is not known",
				changes);
		if (!diagnosis->key_proved)
			return textf(teller,
				"agrees with the body: a signed field was changed, in a "
				"way that is not known, or another key signed");
		return textf(teller,
			"agrees with the body: a signed field was changed, in a way that "
			"is not known");
	case DIAGNOSE_GENUINE:
		return textf(teller, "was made with the published key; header and body were "
				     "changed, in ways that are not known");
	case DIAGNOSE_KEY:
		if (diagnosis->body_proved && changes == NULL)
			return textf(teller, "was not made with the published key, or its b= was "
					     "changed; the body is as it was signed");
		return textf(teller, "was not made with the published key, or its b= was changed");
	case DIAGNOSE_WHOLE:
	default:
		return textf(teller, "no known change explains it");
	}
}

static const char *
describe(const struct diagnosis *diagnosis, const struct teller *teller)
{
	const char *text;

	if (diagnosis->found && diagnosis->n == 0)
		return textf(teller, "passes again: %s", who(diagnosis, teller));
	if (diagnosis->found)
		return textf(teller, "passes again %s: %s", tell_changes(diagnosis, teller),
			who(diagnosis, teller));
	text = tell_half(diagnosis, teller);
	return diagnosis->stopped
		       ? textf(teller, "%s (the limits were reached before all was tried)", text)
		       : text;
}

const char *
diagnosis_text(const struct diagnosis *diagnosis, struct arena *arena)
{
	return describe(diagnosis, &(struct teller){.arena = arena, .english = true});
}

const char *
diagnosis_words(const struct diagnosis *diagnosis, struct arena *arena)
{
	return describe(diagnosis, &(struct teller){.arena = arena});
}
