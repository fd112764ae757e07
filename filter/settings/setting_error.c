#include "filter/settings/setting_error.h"

struct error
setting_error(enum setting_error id, const char *first, const char *second)
{
	static const struct reason_row rows[] = {SETTING_ERRORS(REASON_ROW)};
	struct error error = error_make(rows, REASON_SETTING, id);

	error.words[0] = first;
	error.words[1] = second;
	return error;
}
