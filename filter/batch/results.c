#include "filter/batch/results.h"

#include "filter/batch/line.h"
#include "filter/batch/view_print.h"
#include "filter/exitcode.h"
#include "filter/words.h"

bool
results_begin(struct results *results, const struct options *options, const char *const *labels,
	size_t n, bool compared)
{
	struct slice head = line_head(options->output);

	*results = (struct results){.options = options};
	if (options->output == OUTPUT_SUMMARY) {
		results->view = view_new(labels, n, compared);
		if (results->view == NULL)
			return false;
	}
	results->write_failed = fwrite(head.p, 1, head.n, stdout) != head.n;
	return true;
}

bool
results_add(struct results *results, const struct row *row, struct slice line)
{
	static const struct row lost = {.failed = true, .path = "?", .error = N_("no memory")};

	if (row == NULL) {
		results->lost = true;
		row = &lost;
	}
	if (row->failed)
		fprintf(stderr, "mailstamp: %s: %s\n", row->path, words(row->error));
	summary_add(&results->summary, row);
	if (line.n > 0 && fwrite(line.p, 1, line.n, stdout) != line.n)
		results->write_failed = true;
	if (results->view != NULL && !view_add(results->view, row)) {
		view_free(results->view);
		results->view = NULL;
		results->lost = true;
	}
	return !results->write_failed;
}

int
results_end(struct results *results, bool interrupted)
{
	const enum output_what output = results->options->output;

	if (output == OUTPUT_SUMMARY || output == OUTPUT_STAMP)
		summary_print(&results->summary, interrupted, stdout);
	if (results->view != NULL && !view_print(results->view, stdout))
		results->lost = true;
	if (fflush(stdout) != 0 || ferror(stdout) != 0 || results->write_failed) {
		fprintf(stderr, "mailstamp: %s\n", _("the output could not be written"));
		return EXIT_TEMPFAIL;
	}
	if (results->lost) {
		fprintf(stderr, "mailstamp: %s\n",
			_("no memory for all messages or for the tables of sources"));
		return EXIT_TEMPFAIL;
	}
	return results->summary.failed > 0 ? EXIT_QUARANTINED : 0;
}

void
results_clear(struct results *results)
{
	view_free(results->view);
	results->view = NULL;
}
