#include "filter/reporting/reporting_error.h"

#include "filter/store/store.h"

struct error
reporting_error(enum reporting_error id)
{
	static const struct reason_row rows[] = {REPORTING_ERRORS(REASON_ROW)};

	return error_make(rows, REASON_REPORTING, id);
}

struct error
reporting_why(const struct store *store, enum reporting_error otherwise)
{
	const struct error error = store_last_error(store);

	return error.reason.id != REASON_NONE ? error : reporting_error(otherwise);
}
