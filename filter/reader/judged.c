#include "filter/reader/judged.h"

#include <stdlib.h>
#include <string.h>

#include "filter/io/paths.h"
#include "filter/result/json.h"
#include "filter/stats/sources.h"
#include "filter/text/error_words.h"
#include "filter/verdict/again.h"

bool
judged_wants_json(const struct options *options)
{
	return options->output == OUTPUT_JSON || options->json_log != NULL ||
	       options->journal != NULL;
}

/* Stores copies of row and json in judged; if memory runs out, judged is left empty. */
static void
make(const struct row *row, struct slice json, struct judged *judged)
{
	judged->row = row_copy(row);
	judged->json = json.n > 0 ? malloc(json.n) : NULL;
	judged->njson = json.n;
	if (judged->row == NULL || (json.n > 0 && judged->json == NULL))
		judged_clear(judged);
	else if (json.n > 0)
		memcpy(judged->json, json.p, json.n);
}

void
judged_failure(const struct options *options, size_t index, const char *name,
	const struct error *error, struct arena *arena, struct judged *judged)
{
	const enum fault fault = fault_of_error(error);
	const char *shown = path_shown(name != NULL ? name : "?", arena);
	struct slice json = SLICE("");
	struct row row;

	*judged = (struct judged){.row = NULL};
	row_failure(index, shown, error_english(error, arena), arena, &row);
	row.not_mail = fault_is_not_mail(fault);
	if (judged_wants_json(options) && json_failure(index, shown, error, arena, &json) != ST_OK)
		return;
	judged->ours = fault_is_ours(fault);
	make(&row, json, judged);
}

void
judged_clear(struct judged *judged)
{
	free(judged->row);
	free(judged->json);
	*judged = (struct judged){.row = NULL};
}

/* The first result that is not a pass; AUTH_PASS if all are. */
static enum auth_code
after(const struct row *row)
{
	if (row->dmarc != AUTH_PASS)
		return row->dmarc;
	for (size_t i = 0; i < row->nwhat_ifs; i++)
		if (row->what_ifs[i].dmarc != AUTH_PASS)
			return row->what_ifs[i].dmarc;
	return AUTH_PASS;
}

enum status
judged_compare(const struct evaluation *ev, const struct outcome *outcome, struct row *row)
{
	struct evaluation again = *ev;
	struct outcome bare = {.path = outcome->path, .index = outcome->index};
	struct source_key source;
	struct row before;

	if (!ev->evaluated || after(row) == AUTH_PASS)
		return ST_OK;
	if (ev->below != NULL && evaluate_over(ev, ev->below, &again) != ST_OK)
		return ST_TEMP;
	if (again.results.dmarc.code != AUTH_PASS)
		return ST_OK;
	row_from_evaluation(&again, &bare, &before);
	sources_key(&before, &source);
	row->worse = true;
	row->worse_dmarc = after(row);
	row->worse_source = row_text(slice_str(source.name), ROW_TEXT, ev->arena);
	return ST_OK;
}
