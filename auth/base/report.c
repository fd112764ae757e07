#include "auth/base/report.h"

void
report_init(struct report *report, struct arena *arena)
{
	*report = (struct report){.arena = arena};
}

struct report_row *
report_add(struct report *report, const char *method, enum auth_code code, struct reason reason)
{
	struct report_row *row;

	if (report->n == report->cap) {
		size_t cap = report->cap == 0 ? 8 : report->cap * 2;
		struct report_row *rows = arena_array(report->arena, cap, sizeof *rows);

		if (report->n > 0)
			memcpy(rows, report->rows, report->n * sizeof *rows);
		report->rows = rows;
		report->cap = cap;
	}
	row = &report->rows[report->n++];
	*row = (struct report_row){.method = method, .code = code, .reason = reason};
	return row;
}

void
report_prop(struct report_row *row, const char *name, enum report_kind kind, struct slice value)
{
	if (value.n == 0 || row->nprops == REPORT_PROPS)
		return;
	row->props[row->nprops++] =
		(struct report_prop){.name = name, .kind = kind, .value = value};
}

struct slice
report_value(const struct report_row *row, const char *name)
{
	for (size_t i = 0; i < row->nprops; i++)
		if (strcmp(row->props[i].name, name) == 0)
			return row->props[i].value;
	return SLICE("");
}

const struct report_row *
report_first(const struct report *report, const char *method)
{
	for (size_t i = 0; i < report->n; i++)
		if (strcmp(report->rows[i].method, method) == 0)
			return &report->rows[i];
	return NULL;
}
