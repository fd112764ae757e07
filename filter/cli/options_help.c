#include "filter/cli/options.h"

#include "filter/settings/options_table.h"
#include "filter/text/i18n.h"

enum { TEXT_COLUMN = 30, INDENT = 4, WIDTH = 80 };

/*
 * Prints "a|b|c", without "-" for missing words, from that column on; words that do not fit go to
 * the next line.
 */
static int
put_words(FILE *out, const char *words, int column)
{
	struct slice word;
	bool first = true;

	for (size_t i = 0; (word = option_word(words, i)).n > 0; i++) {
		if (slice_eq(word, SLICE("-")))
			continue;
		if (!first)
			column += fprintf(out, "|");
		first = false;
		if (column + (int)word.n >= WIDTH)
			column = fprintf(out, "\n%*s", INDENT, "") - 1;
		column += fprintf(out, "%.*s", (int)word.n, word.p);
	}
	return column;
}

static void
put_row(FILE *out, const struct option_row *row)
{
	int column = fprintf(out, "  --%s", row->name);

	if (row->arg != NULL)
		column += fprintf(out, " %s", row->arg);
	else if (row->words != NULL)
		column = put_words(out, row->words, column + fprintf(out, " "));
	if (column > TEXT_COLUMN - 1) {
		fprintf(out, "\n");
		column = 0;
	}
	fprintf(out, "%*s%s", TEXT_COLUMN - column, "", translated(row->help));
	if (row->server_preset != NULL)
		fprintf(out, _(" (%s; servers: %s)"), row->preset, row->server_preset);
	else if (row->preset != NULL)
		fprintf(out, " (%s)", row->preset);
	fputc('\n', out);
}

/* Prints the command's options, in groups with headings. */
static void
put_options(FILE *out, enum command command)
{
	const char *headline = NULL;

	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->name == NULL)
			headline = row->help;
		if (row->help == NULL || !option_is_for(row, command))
			continue;
		if (headline != NULL)
			fprintf(out, "\n%s:\n", translated(headline));
		headline = NULL;
		put_row(out, row);
	}
}

static const char *
usage_of_report(enum command command)
{
	if (command == COMMAND_REPORT_IMPORT)
		return _("usage: mailstamp report import [OPTION]... LOG...\n"
			 "\n"
			 "Reads JSON logs of the filter into the store, compressed or not, each "
			 "line\n"
			 "once. The exit status is 0, or 75 if a log or the store failed.\n");
	if (command == COMMAND_REPORT_SEND)
		return _("usage: mailstamp report send [OPTION]...\n"
			 "\n"
			 "Makes the aggregate reports of finished days and sends them. The exit "
			 "status\n"
			 "is 0, or 75 if something waits for the next run.\n");
	if (command == COMMAND_REPORT_BOUNCE)
		return _("usage: mailstamp report bounce [OPTION]... <MESSAGE\n"
			 "\n"
			 "Reads a bounce of a report from stdin. The exit status is 0, or 75 if "
			 "the\n"
			 "store failed.\n");
	if (command == COMMAND_REPORT_READ)
		return _(
			"usage: mailstamp report read [OPTION]... [PATH]...\n"
			"\n"
			"Reads DMARC, TLS and failure reports, from one mail on stdin or from "
			"files,\n"
			"folders and archives, into the store. The exit status is 0 when they are\n"
			"stored or set aside, or 75 if the store cannot be written.\n");
	if (command == COMMAND_REPORT_SHOW)
		return _("usage: mailstamp report show [OPTION]... [DOMAIN]\n"
			 "\n"
			 "Shows what others report about mail in the name of DOMAIN and the names\n"
			 "below it, or of all. The exit status is 0, or 75 if the store cannot be\n"
			 "read.\n");
	if (command == COMMAND_REPORT_PRUNE)
		return _("usage: mailstamp report prune [OPTION]...\n"
			 "\n"
			 "Removes data older than --days from the store of reports. The exit\n"
			 "status is 0, or 75 if the store cannot be written.\n");
	return _("usage: mailstamp report COMMAND [OPTION]... [ARG]...\n"
		 "\n"
		 "DMARC, TLS and failure reports. The commands, each with its own --help:\n"
		 "  read    store incoming reports, from a mail on stdin or from files\n"
		 "  show    show what they report\n"
		 "  import  read logs of the filter, for reports to other domains\n"
		 "  send    make and send these reports\n"
		 "  bounce  process a bounce of one\n"
		 "  prune   remove old data\n");
}

static const char *
usage(enum command command)
{
	switch (command) {
	case COMMAND_BATCH:
		return _("usage: mailstamp batch [OPTION]... PATH...\n"
			 "\n"
			 "Evaluates saved messages: files, folders, Maildir, mbox, compressed or "
			 "not. The\n"
			 "exit status is 0, or 10 if a message could not be evaluated.\n");
	case COMMAND_EXPLAIN:
		return _("usage: mailstamp explain [OPTION]... [FILE]\n"
			 "\n"
			 "Shows the verdict on one message, from FILE or stdin, in words, with "
			 "what to\n"
			 "do about it. The exit status is that of the filter.\n");
	case COMMAND_INSPECT:
		return _("usage: mailstamp inspect [OPTION]... DOMAIN...\n"
			 "\n"
			 "Checks the SPF, DKIM, DMARC and MX records of domains. The exit status "
			 "is 0\n"
			 "clean, 10 warnings, 11 errors.\n");
	case COMMAND_PLAN:
		return _("usage: mailstamp plan [OPTION]... DOMAIN --archive PATH...\n"
			 "       mailstamp plan [OPTION]... DOMAIN --runs RUN...\n"
			 "       mailstamp plan [OPTION]... DOMAIN --store STORE\n"
			 "\n"
			 "Lists the DMARC records to publish from the current one to p=reject, "
			 "step by\n"
			 "step, and the observed mail that each would hurt. The exit status is 0 "
			 "if the\n"
			 "next step can be taken, 10 if something must be fixed or decided "
			 "first.\n");
	case COMMAND_REPORT:
	case COMMAND_REPORT_READ:
	case COMMAND_REPORT_SHOW:
	case COMMAND_REPORT_PRUNE:
	case COMMAND_REPORT_IMPORT:
	case COMMAND_REPORT_SEND:
	case COMMAND_REPORT_BOUNCE:
		return usage_of_report(command);
	case COMMAND_FILTER:
	case COMMAND_VERSION:
	case COMMAND_HELP:
		break;
	}
	return _(
		"usage: mailstamp [filter] [OPTION]... [-- COMMAND [ARG]...]\n"
		"       mailstamp batch|explain|inspect|plan [OPTION]... ARG...\n"
		"       mailstamp report COMMAND [OPTION]... [ARG]...\n"
		"       mailstamp --version | [COMMAND] --help\n"
		"\n"
		"Reads one message from stdin, evaluates SPF, DKIM, ARC and DMARC, and writes it\n"
		"with an Authentication-Results field on top to stdout, or to COMMAND's stdin.\n"
		"The exit status is the disposition: 0 accept, 10 quarantine, 11 reject, 75 try\n"
		"again later. batch evaluates saved messages, explain shows one verdict in words,\n"
		"inspect checks a domain's records, plan lists its steps to p=reject, report\n"
		"reads and sends DMARC reports; for the options of each see its --help.\n");
}

void
options_help(enum command command, FILE *out)
{
	const char *page = "mailstamp(1)";

	if (command == COMMAND_BATCH)
		page = "mailstamp-batch(1)";
	if (command == COMMAND_INSPECT)
		page = "mailstamp-inspect(1)";
	if (command == COMMAND_PLAN)
		page = "mailstamp-plan(1)";
	if (command >= COMMAND_REPORT && command < COMMAND_VERSION)
		page = "mailstamp-report(1)";
	fputs(usage(command), out);
	put_options(out, command);
	fprintf(out,
		_("\nDefaults are in parentheses. Options can also be set in\n%s.\nThe rest is "
		  "in %s.\n"),
		MAILSTAMP_CONFIG, page);
}
