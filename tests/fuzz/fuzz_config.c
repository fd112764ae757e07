/* the configuration file: whatever stands in it, options are set or one line says what is wrong */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/settings/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options = options_default();
	const char *error = NULL;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (config_apply(slice_make((const char *)data, size), "f", &arena, &options, &error) ==
		ST_OK) {
		assert(error == NULL);
		assert(options.exit_override[DISP_TEMPFAIL] != 0);
		assert(options.limits.field_size <= 65536);
	} else {
		assert(error != NULL && strncmp(error, "f: ", 3) == 0);
		for (; *error != '\0'; error++)
			assert(*error >= ' ' && *error <= '~');
	}
	arena_clear(&arena);
	return 0;
}
