/*
 * view_policies.c: fills the table of policies: as found by receivers, as applied, and as published
 * now.
 */
#include "filter/text/i18n.h"
#include "filter/view/view_parts.h"

/*
 * The policy that is published now, as a word such as "reject"; empty if there is no record, or DNS
 * does not answer.
 */
static const char *
published(struct show *show, struct slice domain)
{
	struct dmarc_result now;
	struct arena arena;
	const char *text = "";

	arena_init(&arena, show->arena->oom, show->arena->oom_arg);
	if (view_judge_policy(&show->judge, domain, &arena, &now))
		text = dmarc_policy_word(
			now.published >= DMARC_P_NONE ? now.published : DMARC_P_NONE);
	arena_clear(&arena);
	return text;
}

/* Lists the policies, with what was done to mail that did not pass. */
enum status
view_policies(struct show *show)
{
	struct store_query *query = store_query(show->store,
		"SELECT r.domain, r.p, r.sp, count(DISTINCT r.id), min(r.begins), max(r.begins), "
		"sum(CASE WHEN w.dkim = 'pass' OR w.spf = 'pass' THEN 0 ELSE w.messages END), "
		"sum(CASE WHEN w.dkim = 'pass' OR w.spf = 'pass' OR w.disposition IN "
		"('quarantine', 'reject') THEN 0 ELSE w.messages END), "
		"sum(CASE WHEN w.dkim <> 'pass' AND w.spf <> 'pass' AND w.disposition = "
		"'quarantine' THEN w.messages ELSE 0 END), "
		"sum(CASE WHEN w.dkim <> 'pass' AND w.spf <> 'pass' AND w.disposition = 'reject' "
		"THEN w.messages ELSE 0 END) FROM in_report "
		"r "
		"JOIN known k ON k.id = r.sender AND k.class >= ?2 LEFT JOIN in_row w ON w.report "
		"= "
		"r.id WHERE r.kind = 'aggregate' AND " VIEW_OF_ROW
		" GROUP BY r.domain, r.p, r.sp ORDER BY coalesce(max(r.begins), -1) DESC, "
		"r.domain, coalesce(r.p, ''), coalesce(r.sp, '')");
	struct cells *table = &show->tables[TABLE_POLICIES];
	enum store_step step;

	view_bind(show, query);
	while ((step = store_step(query)) == STORE_ROW) {
		struct cell *cells = cells_row(table);

		if (cells == NULL)
			continue;
		for (int i = 0; i < 3; i++)
			cells[i] = cells_text(store_text(query, i), show->arena);
		cells[3] = cells_number(store_int(query, 3), show->arena);
		for (int i = 4; i < 6; i++)
			cells[i] = view_day(show,
				store_is_null(query, i) ? FEEDBACK_NO_TIME : store_int(query, i));
		for (int i = 6; i < 10; i++)
			cells[i + 1] = cells_number(store_int(query, i), show->arena);
	}
	store_reset(query);
	for (size_t i = 0; i < table->n; i++)
		table->rows[i][6] =
			view_text(show, published(show, slice_str(table->rows[i][0].word)));
	return step == STORE_DONE ? ST_OK : ST_TEMP;
}
