#include "filter/stats/worse.h"

#include <stdlib.h>
#include <string.h>

#include "filter/text/i18n.h"

static struct worse_source *
source_of(struct worse *worse, const struct row *row)
{
	for (size_t i = 0; i < worse->n; i++)
		if (strcmp(worse->sources[i].name, row->worse_source) == 0 &&
			strcmp(worse->sources[i].author, row->author_domain) == 0)
			return &worse->sources[i];
	return NULL;
}

bool
worse_add(struct worse *worse, const struct row *row)
{
	struct worse_source *source;

	if (!row->worse)
		return true;
	if (worse->sources == NULL)
		worse->sources = calloc(WORSE_SOURCES, sizeof *worse->sources);
	if (worse->sources == NULL)
		return false;
	worse->messages++;
	source = source_of(worse, row);
	if (source != NULL) {
		source->messages++;
		return true;
	}
	if (worse->n == WORSE_SOURCES) {
		worse->beyond++;
		return true;
	}
	source = &worse->sources[worse->n];
	source->path = strdup(row->path);
	if (source->path == NULL)
		return false;
	worse->n++;
	(void)snprintf(source->name, sizeof source->name, "%s", row->worse_source);
	(void)snprintf(source->author, sizeof source->author, "%s", row->author_domain);
	source->dmarc = row->worse_dmarc;
	source->messages = 1;
	return true;
}

void
worse_print(const struct worse *worse, FILE *out)
{
	if (worse->messages == 0)
		return;
	fprintf(out, _("\n%zu messages passed DMARC and would no longer pass:\n"), worse->messages);
	for (size_t i = 0; i < worse->n; i++) {
		const struct worse_source *source = &worse->sources[i];

		fprintf(out, _("%10zu  of %s in the name of %s: dmarc=%s, the first of them %s\n"),
			source->messages, source->name[0] != '\0' ? source->name : "?",
			source->author, auth_code_word(source->dmarc), source->path);
	}
	if (worse->beyond > 0)
		fprintf(out, _("%10zu  of further senders\n"), worse->beyond);
}

void
worse_clear(struct worse *worse)
{
	for (size_t i = 0; i < worse->n; i++)
		free(worse->sources[i].path);
	free(worse->sources);
	*worse = (struct worse){.messages = 0};
}
