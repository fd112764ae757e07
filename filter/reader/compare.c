#include "filter/reader/compare.h"

#include "filter/result/json.h"
#include "filter/stats/sources.h"
#include "filter/verdict/again.h"

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
compare_before(const struct evaluation *ev, const struct outcome *outcome, struct row *row)
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
