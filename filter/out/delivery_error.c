#include "filter/out/delivery_error.h"

struct error
delivery_error(enum delivery_error id)
{
	static const struct reason_row rows[] = {DELIVERY_ERRORS(REASON_ROW)};

	return error_make(rows, REASON_DELIVERY, id);
}
