/* since_print.c: what is new, worse and gone since the earlier run, as tables for a person. */
#include <inttypes.h>

#include "filter/stats/since.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { LINES = 20, CLASS_COLUMNS = 29, NAME_COLUMNS = 32 };

static void
print_source(const struct since_source *source, FILE *out)
{
	const struct since_counts *before = &source->before, *now = &source->now;

	fprintf(out, "%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  ", before->messages,
		before->failing, now->messages, now->failing);
	text_pad(now->messages > 0 ? sender_class_text(since_class(source)) : "-", CLASS_COLUMNS,
		out);
	fputs(" ", out);
	text_pad(stats_author_text(source->author), NAME_COLUMNS, out);
	fprintf(out, " %s %s%s%s%s\n", stats_by_text(source->by), source->name,
		source->provider != NULL ? " (" : "",
		source->provider != NULL ? source->provider : "",
		source->provider != NULL ? ")" : "");
}

static void
print_list(const struct since *since, enum since_change change, FILE *out)
{
	static const char *const titles[] = {
		[SINCE_NEW] = N_("New senders"),
		[SINCE_WORSE] = N_("Senders of whose mail a larger share is not aligned"),
		[SINCE_GONE] = N_("Senders that are gone"),
	};
	size_t n;
	const struct since_source *const *list = since_list(since, change, &n);

	fprintf(out, "\n%s: %zu\n", _(titles[change]), n);
	if (n == 0)
		return;
	text_pad(_("Before"), -10, out);
	text_pad(_("Unal."), -11, out);
	text_pad(_("Now"), -11, out);
	text_pad(_("Unal."), -11, out);
	fputs("  ", out);
	text_pad(_("Class"), CLASS_COLUMNS + 1, out);
	text_pad(_("Author domain"), NAME_COLUMNS + 1, out);
	fprintf(out, "%s\n", _("Sender"));
	for (size_t i = 0; i < n && i < LINES; i++)
		print_source(list[i], out);
	if (n > LINES)
		fprintf(out, _("%10zu  more lines are not shown\n"), n - LINES);
}

void
since_print(const struct since *since, FILE *out)
{
	const struct since_counts beyond = since_beyond(since);

	fprintf(out,
		_("\nSince the baseline of %llu messages: %llu senders have mail that is not "
		  "aligned, and had none before\n"),
		(unsigned long long)since_messages(since),
		(unsigned long long)since_failing(since));
	for (int change = SINCE_NEW; change <= SINCE_GONE; change++)
		print_list(since, (enum since_change)change, out);
	if (beyond.messages > 0)
		fprintf(out,
			_("%10llu  messages of further senders are not compared, %llu of them are "
			  "not aligned\n"),
			(unsigned long long)beyond.messages, (unsigned long long)beyond.failing);
}
