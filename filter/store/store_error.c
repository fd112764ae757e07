#include "filter/store/store_error.h"

struct error
store_error(enum store_error id)
{
	static const struct reason_row rows[] = {STORE_ERRORS(REASON_ROW)};

	return error_make(rows, REASON_STORE, id);
}
