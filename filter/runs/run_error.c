#include "filter/runs/run_error.h"

struct error
run_error(enum run_error id)
{
	static const struct reason_row rows[] = {RUN_ERRORS(REASON_ROW)};

	return error_make(rows, REASON_RUN, id);
}
