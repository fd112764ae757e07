#include "filter/result/finding.h"

#include <stdarg.h>

#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { SHOWN_MAX = 1024 };
enum {
	MARK_BEFORE = 36,
	MARK_OCTETS = 72
}; /* octets of a record that are shown before a mark, and in all */

void
findings_init(struct findings *findings, struct arena *arena)
{
	*findings = (struct findings){.arena = arena};
}

struct finding *
findings_new(struct findings *findings, enum finding_level level, const char *about, const char *id)
{
	struct finding *finding = arena_alloc(findings->arena, sizeof *finding);

	*finding = (struct finding){.level = level, .about = about, .id = id};
	if (findings->last != NULL)
		findings->last->next = finding;
	else
		findings->first = finding;
	findings->last = finding;
	findings->count[level]++;
	return finding;
}

struct finding *
findings_add(struct findings *findings, enum finding_level level, const char *about, const char *id,
	const char *format, ...)
{
	struct finding *finding = findings_new(findings, level, about, id);
	va_list args;

	va_start(args, format);
	phrase_make(&finding->sentence, findings->arena, format, args);
	va_end(args);
	finding->text = phrase_english(&finding->sentence, findings->arena);
	return finding;
}

const char *
findings_shown(const struct findings *findings, struct slice text)
{
	return printable(text, SHOWN_MAX, findings->arena);
}

const char *
finding_level_word(enum finding_level level)
{
	static const char *const words[] = {
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
	};
	return words[level];
}

const char *
finding_proof_word(enum finding_proof proof)
{
	static const char *const words[] = {
		[FINDING_UNPROVED] = NULL,
		[FINDING_PASSES] = "passes",
		[FINDING_USABLE] = "usable",
		[FINDING_MENDS] = "mends",
		[FINDING_AFTER] = "after-switch",
	};
	return words[proof];
}

const char *
finding_text(const struct finding *finding, struct arena *arena)
{
	return phrase_text(&finding->sentence, arena);
}

void
finding_mark(const struct findings *findings, struct finding *finding, struct slice record,
	size_t at, const char *cause)
{
	const size_t from = at > MARK_BEFORE ? at - 1 - MARK_BEFORE : 0;
	const struct slice part = slice_head(slice_from(record, from), MARK_OCTETS);
	char *text = arena_bytes(findings->arena, part.n + 1);

	/* prints one character for each octet, so that the mark is below its octet */
	for (size_t i = 0; i < part.n; i++)
		text[i] = part.p[i] >= ' ' && part.p[i] <= '~' ? part.p[i] : '?';
	text[part.n] = '\0';
	finding->marked = text;
	finding->mark = at > 0 ? at - 1 - from : MARK_OCTETS;
	finding->cause = cause;
}

static void
print_mark(const struct finding *finding, const char *indent, FILE *out)
{
	if (finding->marked == NULL || (finding->mark >= MARK_OCTETS && finding->cause == NULL))
		return;
	fprintf(out, "%s    %s\n", indent, finding->marked);
	if (finding->mark < MARK_OCTETS)
		fprintf(out, "%s    %*s^%s%s\n", indent, (int)finding->mark, "",
			finding->cause != NULL ? " " : "",
			finding->cause != NULL ? translated(finding->cause) : "");
	else if (finding->cause != NULL)
		fprintf(out, "%s    %s\n", indent, translated(finding->cause));
}

/* Prints a label in a column, then the record. */
static void
print_record(const char *indent, const char *word, const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s    ", indent);
	text_pad(word, 10, out);
	if (name != NULL && text != NULL)
		fprintf(out, "%s: ", name);
	fprintf(out, "%s\n", text != NULL ? text : _("(no record)"));
}

/* "name: text", or "name: CNAME text" */
static void
print_typed(const char *indent, const char *word, const char *type, const char *name,
	const char *text, FILE *out)
{
	fprintf(out, "%s    ", indent);
	text_pad(word, 10, out);
	if (name != NULL)
		fprintf(out, "%s: ", name);
	if (type != NULL)
		fprintf(out, "%s ", type);
	fprintf(out, "%s\n", text);
}

/* Prints the proposed record, the further records of the proposal, and the proof. */
static void
print_proposal(const struct finding *finding, const char *indent, FILE *out)
{
	static const char *const proofs[] = {
		[FINDING_UNPROVED] = NULL,
		[FINDING_PASSES] = N_("with it overlaid on DNS, this message passes"),
		[FINDING_USABLE] = N_("with it overlaid on DNS, the record can be used"),
		[FINDING_MENDS] =
			N_("with it overlaid on DNS, this finding is gone, and no error is "
			   "new"),
		[FINDING_AFTER] = N_("after you switch it on: this message, sent so, passes"),
	};

	if (finding->should != NULL)
		print_typed(
			indent, _("should be"), finding->type, finding->name, finding->should, out);
	for (size_t i = 0; i < finding->nmore; i++)
		print_typed(indent, _("and"), finding->more[i].type, finding->more[i].name,
			finding->more[i].text, out);
	if (finding->proof != FINDING_UNPROVED)
		print_record(indent, _("proof"), NULL, translated(proofs[finding->proof]), out);
	if (finding->judged > 0) {
		fprintf(out, "%s    ", indent);
		text_pad("", 10, out);
		fprintf(out,
			_("with this record %zu of %zu saved messages in its name pass DMARC, and "
			  "%zu SPF; no source is worse\n"),
			finding->dmarc_passes, finding->judged, finding->spf_passes);
	}
}

void
finding_print(const struct finding *finding, const char *indent, struct arena *arena, FILE *out)
{
	const char *text = finding_text(finding, arena);

	fputs(indent, out);
	switch (finding->level) {
	case FINDING_NOTE:
		fprintf(out, _("note: %s"), text);
		break;
	case FINDING_WARNING:
		fprintf(out, _("warning: %s"), text);
		break;
	case FINDING_ERROR:
		fprintf(out, _("error: %s"), text);
		break;
	}
	fputc('\n', out);
	print_mark(finding, indent, out);
	if (finding->now != NULL || finding->should != NULL)
		print_record(indent, _("as it is"), finding->name, finding->now, out);
	print_proposal(finding, indent, out);
}
