/* a date-time: any result is near the years that can be written */
#include <assert.h>
#include <stdint.h>

#include "filter/intake/msgtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t when = -1;

	if (message_date_parse(slice_make((const char *)data, size), &when))
		assert(when > -INT64_C(2300000000) && when < INT64_C(253500000000));
	else
		assert(when == -1);
	return 0;
}
