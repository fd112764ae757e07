#include "filter/result/finding.h"

#include <stdarg.h>

#include "filter/text/printable.h"
#include "filter/text/words.h"

enum { SHOWN_MAX = 1024 };

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
	phrase_make(&finding->said, findings->arena, format, args);
	va_end(args);
	finding->text = phrase_english(&finding->said, findings->arena);
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
finding_text(const struct finding *finding, struct arena *arena)
{
	return phrase_text(&finding->said, arena);
}

/* A word in a column, and the record. */
static void
print_record(const char *indent, const char *word, const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s    ", indent);
	words_pad(word, 10, out);
	if (name != NULL && text != NULL)
		fprintf(out, "%s: ", name);
	fprintf(out, "%s\n", text != NULL ? text : _("(no record)"));
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
	if (finding->now != NULL || finding->should != NULL)
		print_record(indent, _("as it is"), finding->name, finding->now, out);
	if (finding->should != NULL)
		print_record(indent, _("should be"), finding->name, finding->should, out);
}
