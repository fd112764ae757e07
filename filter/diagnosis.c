#include "filter/diagnosis.h"

#include <time.h>

#include "filter/printable.h"
#include "mime/buf.h"

enum { TEXT_MAX = 4096, SHOWN_MAX = 80 };

static const char *const kinds[] = {
	[DKIM_CHANGE_FOOTER] = "footer",
	[DKIM_CHANGE_TOP] = "text-on-top",
	[DKIM_CHANGE_PART] = "part-added",
	[DKIM_CHANGE_WRAPPED] = "wrapped-in-multipart",
	[DKIM_CHANGE_BLANKS] = "trailing-blanks",
	[DKIM_CHANGE_LINE_ENDS] = "line-ends",
	[DKIM_CHANGE_BLANK_LINE] = "blank-line-removed",
	[DKIM_CHANGE_REWRAPPED] = "base64-rewrapped",
	[DKIM_CHANGE_TO_QP] = "to-quoted-printable",
	[DKIM_CHANGE_TO_BASE64] = "to-base64",
	[DKIM_CHANGE_FROM_QP] = "from-quoted-printable",
	[DKIM_CHANGE_FROM_BASE64] = "from-base64",
	[DKIM_CHANGE_BOUNDARY] = "boundary",
	[DKIM_CHANGE_PREAMBLE] = "preamble-removed",
	[DKIM_CHANGE_SUBJECT] = "subject-tag",
	[DKIM_CHANGE_FIELD_ADDED] = "field-added",
	[DKIM_CHANGE_FIELD_REWRITTEN] = "field-rewritten",
	[DKIM_CHANGE_FIELD_REMOVED] = "field-removed",
	[DKIM_CHANGE_FIELD_SPACE] = "field-blanks",
	[DKIM_CHANGE_FIELD_CASE] = "field-case",
};

static int64_t
now_ms(void *arg)
{
	struct timespec now;

	(void)arg;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return INT64_MAX; /* without a clock nothing is tried */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct dkim_diagnosis *
diagnosis_run(const struct auth_input *in, const struct dkim_result *result, size_t *n)
{
	const struct dkim_clock clock = {.now_ms = now_ms};

	return dkim_diagnose(in, result, &clock, n);
}

const char *
diagnosis_kind(enum dkim_change_kind kind)
{
	return kinds[kind];
}

static void
add_change(const struct dkim_change *change, struct arena *arena, struct buf *out)
{
	const char *field = printable(change->field, SHOWN_MAX, arena);
	const char *text = printable(change->text, SHOWN_MAX, arena);

	switch (change->kind) {
	case DKIM_CHANGE_FOOTER:
		buf_addf(out, "without the last %zu bytes (a footer)", change->octets);
		break;
	case DKIM_CHANGE_TOP:
		buf_addf(out, "without the first %zu bytes of the body", change->octets);
		break;
	case DKIM_CHANGE_PART:
		buf_addf(out, "without a MIME part of %zu bytes that was added", change->octets);
		break;
	case DKIM_CHANGE_WRAPPED:
		buf_adds(out, "with its one part as the body again (it was made a multipart)");
		break;
	case DKIM_CHANGE_BLANKS:
		buf_adds(out, "with the blanks at line ends as they were");
		break;
	case DKIM_CHANGE_LINE_ENDS:
		buf_adds(out, "with the line ends as they were");
		break;
	case DKIM_CHANGE_BLANK_LINE:
		buf_adds(out, "with an empty line on top of the body, which was taken away");
		break;
	case DKIM_CHANGE_REWRAPPED:
		buf_adds(out, "with the base64 lines as long as they were");
		break;
	case DKIM_CHANGE_TO_QP:
		buf_adds(out, "with quoted-printable taken off again (it was 8-bit or plain text)");
		break;
	case DKIM_CHANGE_TO_BASE64:
		buf_adds(out, "with base64 taken off again");
		break;
	case DKIM_CHANGE_FROM_QP:
		buf_adds(out, "in quoted-printable again, which was decoded");
		break;
	case DKIM_CHANGE_FROM_BASE64:
		buf_adds(out, "in base64 again, which was decoded");
		break;
	case DKIM_CHANGE_BOUNDARY:
		buf_addf(out, "with the boundary `%s` again, which was rewritten", text);
		break;
	case DKIM_CHANGE_PREAMBLE:
		buf_adds(out, "with the text before the first part, which was taken away");
		break;
	case DKIM_CHANGE_SUBJECT:
		buf_addf(out, "without `%s` in Subject", text);
		break;
	case DKIM_CHANGE_FIELD_ADDED:
		buf_addf(out, "without one %s field, which was added", field);
		break;
	case DKIM_CHANGE_FIELD_REWRITTEN:
		buf_addf(out, "with %s as %s has it", field, text);
		break;
	case DKIM_CHANGE_FIELD_REMOVED:
		buf_addf(out, "with `%s: %s`, which was taken away", field, text);
		break;
	case DKIM_CHANGE_FIELD_SPACE:
		buf_adds(out, "with the blanks and folds of the signed fields as they were");
		break;
	case DKIM_CHANGE_FIELD_CASE:
		buf_adds(out, "with the names of the signed fields as they were written");
		break;
	}
}

/* Who does such things. */
static const char *
by_whom(const struct dkim_diagnosis *diagnosis)
{
	bool list = false, recoded = false;

	for (size_t i = 0; i < diagnosis->n; i++)
		switch (diagnosis->changes[i].kind) {
		case DKIM_CHANGE_FOOTER:
		case DKIM_CHANGE_TOP:
		case DKIM_CHANGE_PART:
		case DKIM_CHANGE_WRAPPED:
		case DKIM_CHANGE_SUBJECT:
		case DKIM_CHANGE_FIELD_REWRITTEN:
			list = true;
			break;
		case DKIM_CHANGE_REWRAPPED:
		case DKIM_CHANGE_TO_QP:
		case DKIM_CHANGE_TO_BASE64:
		case DKIM_CHANGE_FROM_QP:
		case DKIM_CHANGE_FROM_BASE64:
			recoded = true;
			break;
		case DKIM_CHANGE_BLANKS:
		case DKIM_CHANGE_LINE_ENDS:
		case DKIM_CHANGE_BLANK_LINE:
		case DKIM_CHANGE_BOUNDARY:
		case DKIM_CHANGE_PREAMBLE:
		case DKIM_CHANGE_FIELD_ADDED:
		case DKIM_CHANGE_FIELD_REMOVED:
		case DKIM_CHANGE_FIELD_SPACE:
		case DKIM_CHANGE_FIELD_CASE:
			break;
		}
	if (list)
		return "changed by a mailing list or a gateway that adds text, after signing";
	return recoded ? "changed by a server that encodes anew, after signing"
		       : "changed by a server on the way, after signing";
}

const char *
diagnosis_text(const struct dkim_diagnosis *diagnosis, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, TEXT_MAX);
	if (!diagnosis->found)
		return diagnosis->stopped
			       ? "nothing known explains it, as far as time allowed to try"
			       : "nothing known explains it";
	buf_adds(&out, "passes again ");
	for (size_t i = 0; i < diagnosis->n; i++) {
		buf_adds(&out, i == 0 ? "" : i + 1 == diagnosis->n ? " and " : ", ");
		add_change(&diagnosis->changes[i], arena, &out);
	}
	buf_addf(&out, "%s%s", diagnosis->n > 0 ? ": " : "", by_whom(diagnosis));
	buf_addc(&out, '\0');
	return out.over ? "passes again after changes" : out.p;
}
