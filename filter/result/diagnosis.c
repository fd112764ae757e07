#include "filter/result/diagnosis.h"

#include <stdarg.h>
#include <time.h>

#include "filter/text/phrase.h"
#include "filter/text/printable.h"
#include "filter/text/words.h"

enum { SHOWN_MAX = 80 };

/* for whom, and where the words are kept */
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

/* The processor's time that was spent, not the clock's: how busy the machine is, and with how many
 * other messages, must not change what is found. */
static int64_t
now_ms(void *arg)
{
	struct timespec now;

	(void)arg;
	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
		return INT64_MAX; /* without a clock nothing is tried */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct diagnosis *
diagnosis_run(const struct auth_input *in, const struct dkim_result *result, size_t *n)
{
	const struct diagnose_options clock = {.now_ms = now_ms};

	return diagnose(in, result, &clock, n);
}

const char *
diagnosis_kind(enum diagnose_kind kind)
{
	return kinds[kind];
}

const char *
diagnosis_half(enum diagnose_half half)
{
	static const char *const halves[] = {
		[DIAGNOSE_HEADER] = "header", [DIAGNOSE_BODY] = "body", [DIAGNOSE_KEY] = "key"};

	return halves[half];
}

static const char *say(const struct teller *teller, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *
say(const struct teller *teller, const char *format, ...)
{
	struct phrase phrase;
	va_list args;

	va_start(args, format);
	phrase_make(&phrase, teller->arena, format, args);
	va_end(args);
	return teller->english ? phrase_english(&phrase, teller->arena)
			       : phrase_text(&phrase, teller->arena);
}

static const char *
tell_change(const struct diagnose_change *change, const struct teller *teller)
{
	const char *field = printable(change->field, SHOWN_MAX, teller->arena);
	const char *text = printable(change->text, SHOWN_MAX, teller->arena);

	switch (change->kind) {
	case DIAGNOSE_FOOTER:
		return say(teller, "without the last %zu bytes (a footer)", change->octets);
	case DIAGNOSE_TOP:
		return say(teller, "without the first %zu bytes of the body", change->octets);
	case DIAGNOSE_PART:
		return say(
			teller, "without a MIME part of %zu bytes that was added", change->octets);
	case DIAGNOSE_WRAPPED:
		return say(teller, "with its one part as the body again (it was made a multipart)");
	case DIAGNOSE_BLANKS:
		return say(teller, "with the blanks at line ends as they were");
	case DIAGNOSE_LINE_ENDS:
		return say(teller, "with the line ends as they were");
	case DIAGNOSE_BLANK_LINE:
		return say(teller, "with an empty line on top of the body, which was taken away");
	case DIAGNOSE_REWRAPPED:
		return say(teller, "with the base64 lines as long as they were");
	case DIAGNOSE_TO_QP:
		return say(teller,
			"with quoted-printable taken off again (it was 8-bit or plain text)");
	case DIAGNOSE_TO_BASE64:
		return say(teller, "with base64 taken off again");
	case DIAGNOSE_FROM_QP:
		return say(teller, "in quoted-printable again, which was decoded");
	case DIAGNOSE_FROM_BASE64:
		return say(teller, "in base64 again, which was decoded");
	case DIAGNOSE_BOUNDARY:
		return say(teller, "with the boundary `%s` again, which was rewritten", text);
	case DIAGNOSE_PREAMBLE:
		return say(teller, "with the text before the first part, which was taken away");
	case DIAGNOSE_SUBJECT:
		return say(teller, "without `%s` in Subject", text);
	case DIAGNOSE_FIELD_ADDED:
		return say(teller, "without one %s field, which was added", field);
	case DIAGNOSE_FIELD_REWRITTEN:
		return say(teller, "with %s as %s has it", field, text);
	case DIAGNOSE_FIELD_REMOVED:
		return say(teller, "with `%s: %s`, which was taken away", field, text);
	case DIAGNOSE_FIELD_SPACE:
		return say(teller, "with the blanks and folds of the signed fields as they were");
	case DIAGNOSE_FIELD_CASE:
		return say(teller, "with the names of the signed fields as they were written");
	}
	return "";
}

/* Who does such things. */
static const char *
by_whom(const struct diagnosis *diagnosis, const struct teller *teller)
{
	bool list = false, recoded = false;

	for (size_t i = 0; i < diagnosis->n; i++)
		switch (diagnosis->changes[i].kind) {
		case DIAGNOSE_FOOTER:
		case DIAGNOSE_TOP:
		case DIAGNOSE_PART:
		case DIAGNOSE_WRAPPED:
		case DIAGNOSE_SUBJECT:
		case DIAGNOSE_FIELD_REWRITTEN:
			list = true;
			break;
		case DIAGNOSE_REWRAPPED:
		case DIAGNOSE_TO_QP:
		case DIAGNOSE_TO_BASE64:
		case DIAGNOSE_FROM_QP:
		case DIAGNOSE_FROM_BASE64:
			recoded = true;
			break;
		case DIAGNOSE_BLANKS:
		case DIAGNOSE_LINE_ENDS:
		case DIAGNOSE_BLANK_LINE:
		case DIAGNOSE_BOUNDARY:
		case DIAGNOSE_PREAMBLE:
		case DIAGNOSE_FIELD_ADDED:
		case DIAGNOSE_FIELD_REMOVED:
		case DIAGNOSE_FIELD_SPACE:
		case DIAGNOSE_FIELD_CASE:
			break;
		}
	if (list)
		return say(teller,
			"changed by a mailing list or a gateway that adds text, after signing");
	return recoded ? say(teller, "changed by a server that encodes anew, after signing")
		       : say(teller, "changed by a server on the way, after signing");
}

static const char *
tell(const struct diagnosis *diagnosis, const struct teller *teller)
{
	const char *all;

	if (!diagnosis->found && diagnosis->stopped)
		return say(teller, "nothing known explains it, as far as time allowed to try");
	if (!diagnosis->found)
		return say(teller, "nothing known explains it");
	if (diagnosis->n == 0)
		return say(teller, "passes again %s", by_whom(diagnosis, teller));
	all = tell_change(&diagnosis->changes[0], teller);
	for (size_t i = 1; i < diagnosis->n; i++) {
		const char *one = tell_change(&diagnosis->changes[i], teller);

		all = i + 1 == diagnosis->n ? say(teller, "%s and %s", all, one)
					    : say(teller, "%s, %s", all, one);
	}
	return say(teller, "passes again %s: %s", all, by_whom(diagnosis, teller));
}

const char *
diagnosis_text(const struct diagnosis *diagnosis, struct arena *arena)
{
	return tell(diagnosis, &(struct teller){.arena = arena, .english = true});
}

const char *
diagnosis_words(const struct diagnosis *diagnosis, struct arena *arena)
{
	return tell(diagnosis, &(struct teller){.arena = arena});
}
