#include "filter/source/item.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/io/paths.h"
#include "filter/io/wholefile.h"

enum { SIDE_FILE_MAX = 512 * 1024 };

void
item_take_side(struct item *item)
{
	static const char end[] = ".eml", other[] = ".envelope";
	struct slice bytes;
	struct arena arena;
	enum fault why;
	size_t n;
	char *side;

	if (item->error != FAULT_NONE || item->name == NULL || item->line != NULL ||
		!path_ends(item->name, end))
		return;
	n = strlen(item->name) - (sizeof end - 1);
	arena_init(&arena, NULL, NULL);
	side = arena_alloc(&arena, n + sizeof other);
	memcpy(side, item->name, n);
	memcpy(side + n, other, sizeof other);
	if (access(side, F_OK) == 0) {
		item->side_error = FAULT_SIDE_FILE;
		if (wholefile_read(side, SIDE_FILE_MAX, &arena, &bytes, &why) == ST_OK &&
			(item->side = malloc(bytes.n + 1)) != NULL) {
			if (bytes.n > 0)
				memcpy(item->side, bytes.p, bytes.n);
			item->nside = bytes.n;
			item->side_error = FAULT_NONE;
		}
	}
	arena_clear(&arena);
}

void
item_clear(struct item *item)
{
	free(item->name);
	free(item->bytes);
	free(item->line);
	free(item->side);
	if (item->fd >= 0)
		close(item->fd);
	*item = (struct item){.fd = -1};
}
