#include "filter/runs/run_reader.h"

#include <jansson.h>
#include <stdarg.h>

void
run_refuse(struct run_reader *reader, enum run_error error)
{
	if (reader->error == RUN_E_NONE)
		reader->error = error;
}

bool
run_unpack(struct run_reader *reader, json_t *object, const char *format, ...)
{
	va_list args;
	bool good;

	va_start(args, format);
	good = json_vunpack_ex(object, NULL, 0, format, args) == 0;
	va_end(args);
	if (!good)
		run_refuse(reader, RUN_E_MEMBER);
	return good;
}
