#include "filter/text/error_words.h"

#include <stdio.h>

#include "filter/text/i18n.h"
#include "filter/text/phrase.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { LINE_OCTETS = 64 * 1024 };

static const char *
sentence(const struct error *error, bool english, struct arena *arena)
{
	const char *text = reason_text(&error->reason);
	struct phrase_arg args[ERROR_WORDS];
	struct phrase phrase = {.format = text, .args = args};

	while (phrase.n < ERROR_WORDS && error->words[phrase.n] != NULL) {
		args[phrase.n] = (struct phrase_arg){.text = error->words[phrase.n]};
		phrase.n++;
	}
	if (phrase.n == 0)
		return english ? text : translated(text);
	return english ? phrase_english(&phrase, arena) : phrase_text(&phrase, arena);
}

static void
put_place(const struct error *error, bool english, struct buf *out)
{
	const char *values =
		error->values != NULL ? printable_utf8(slice_str(error->values), out->arena) : NULL;

	if (values != NULL && error->line == 0)
		buf_addf(out, "%s ", values);
	else if (values != NULL)
		buf_addf(out, english ? "%s line %zu " : _("%s line %zu "), values, error->line);
	else if (error->line > 0)
		buf_addf(out, english ? "line %zu: " : _("line %zu: "), error->line);
}

static const char *
line_of(const struct error *error, bool english, struct arena *arena)
{
	const char *text;
	struct buf out;

	if (error->reason.id == REASON_NONE)
		return "";
	text = sentence(error, english, arena);
	if (error->what == NULL && error->path == NULL && error->option == NULL &&
		error->values == NULL && error->line == 0)
		return text; /* works even when out of memory */
	buf_init(&out, arena, LINE_OCTETS);
	if (error->what != NULL)
		buf_addf(&out, "%s%s", english ? error->what : translated(error->what),
			error->path != NULL ? " " : ": ");
	if (error->path != NULL)
		buf_addf(&out, "%s: ", printable_utf8(slice_str(error->path), arena));
	if (error->option != NULL)
		buf_addf(&out, "%s%s ", error->path != NULL ? "" : "--", error->option);
	put_place(error, english, &out);
	buf_adds(&out, text);
	buf_addc(&out, '\0');
	return out.over ? text : out.p;
}

const char *
error_words(const struct error *error, struct arena *arena)
{
	return line_of(error, false, arena);
}

const char *
error_english(const struct error *error, struct arena *arena)
{
	return line_of(error, true, arena);
}

void
error_print(const struct error *error, struct arena *arena)
{
	fprintf(stderr, "mailstamp: %s\n", error_words(error, arena));
}
