#include "filter/cli/options.h"

#include "filter/settings/options_table.h"
#include "filter/text/words.h"

enum { TEXT_COLUMN = 30 };

/* "a|b|c", without the gaps */
static int
put_words(FILE *out, const char *words)
{
	struct slice word;
	int n = 0;

	for (size_t i = 0; (word = option_word(words, i)).n > 0; i++)
		if (!slice_eq(word, SLICE("-")))
			n += fprintf(out, "%s%.*s", n > 0 ? "|" : "", (int)word.n, word.p);
	return n;
}

static void
put_row(FILE *out, const struct option_row *row)
{
	int column = fprintf(out, "  --%s", row->name);

	if (row->arg != NULL)
		column += fprintf(out, " %s", row->arg);
	else if (row->words != NULL)
		column += fprintf(out, " ") + put_words(out, row->words);
	if (column > TEXT_COLUMN - 1) {
		fprintf(out, "\n");
		column = 0;
	}
	fprintf(out, "%*s%s\n", TEXT_COLUMN - column, "", words(row->help));
}

void
options_help(FILE *out)
{
	fputs(_("usage: mailstamp [filter] [OPTION]... [-- COMMAND [ARG]...]\n"
		"       mailstamp batch [OPTION]... PATH...\n"
		"       mailstamp explain [OPTION]... [FILE]\n"
		"       mailstamp inspect [OPTION]... DOMAIN...\n"
		"       mailstamp --version | --help\n"
		"\n"
		"Reads one message from stdin, evaluates SPF, DKIM, ARC and DMARC, and writes it\n"
		"with an Authentication-Results field on top to stdout, or to COMMAND's stdin.\n"
		"The exit status is the disposition: 0 accept, 10 quarantine, 11 reject, 75 try\n"
		"again later. explain shows the verdict in words. inspect checks the records of a\n"
		"domain: 0 clean, 10 warnings, 11 errors. batch judges saved messages: files,\n"
		"folders, Maildir, mbox, compressed or not. Defaults are in parentheses.\n"),
		out);
	for (size_t i = 0; i < option_count; i++) {
		if (option_rows[i].name == NULL)
			fprintf(out, "\n%s:\n", words(option_rows[i].help));
		else if (option_rows[i].help != NULL)
			put_row(out, &option_rows[i]);
	}
	fprintf(out, _("\nEvery option can also be set in %s.\nThe rest is in mailstamp(1).\n"),
		MAILSTAMP_CONFIG);
}
