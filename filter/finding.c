#include "filter/finding.h"

#include <stdarg.h>

#include "filter/printable.h"

enum { SHOWN_MAX = 1024 };

void
findings_init(struct findings *findings, struct arena *arena)
{
	*findings = (struct findings){.arena = arena};
}

struct finding *
findings_add(struct findings *findings, enum finding_level level, const char *about, const char *id,
	const char *format, ...)
{
	struct finding *finding = arena_alloc(findings->arena, sizeof *finding);
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	n = n < 0 ? 0 : n;
	text = arena_alloc(findings->arena, (size_t)n + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	*finding = (struct finding){.level = level, .about = about, .id = id, .text = text};
	if (findings->last != NULL)
		findings->last->next = finding;
	else
		findings->first = finding;
	findings->last = finding;
	findings->count[level]++;
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

static void
print_record(const char *indent, const char *word, const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s    %-10s", indent, word);
	if (name != NULL && text != NULL)
		fprintf(out, "%s: ", name);
	fprintf(out, "%s\n", text != NULL ? text : "(no record)");
}

void
finding_print(const struct finding *finding, const char *indent, FILE *out)
{
	fprintf(out, "%s%s: %s\n", indent, finding_level_word(finding->level), finding->text);
	if (finding->now != NULL || finding->should != NULL)
		print_record(indent, "as it is", finding->name, finding->now, out);
	if (finding->should != NULL)
		print_record(indent, "should be", finding->name, finding->should, out);
}
