/* the configuration file: for any input, either options are set or one line reports the error */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/settings/config.h"
#include "filter/text/error_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options = options_default();
	struct error error = {.path = NULL};
	const char *line;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (config_apply(slice_make((const char *)data, size), "f", &arena, &options, &error) ==
		ST_OK) {
		assert(error.reason.id == REASON_NONE);
		assert(options.exit_override[DISP_TEMPFAIL] != 0);
		assert(options.limits.field_size <= 65536);
	} else {
		line = error_words(&error, &arena);
		assert(strncmp(line, "f: ", 3) == 0);
		for (; *line != '\0'; line++)
			assert((unsigned char)*line >= ' ' && *line != 0x7f);
	}
	arena_clear(&arena);
	return 0;
}
