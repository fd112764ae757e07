#include "filter/source/item.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/io/paths.h"
#include "filter/io/wholefile.h"

enum { SIDE_FILE_MAX = 512 * 1024 };

/*
 * Copies the side file, if there is one, to the item. Without its envelope a message would have
 * another result, so every other error counts.
 */
static enum fault
read_side(const char *side, struct arena *arena, struct item *item)
{
	struct slice bytes;
	enum fault why;

	if (wholefile_read(side, SIDE_FILE_MAX, arena, &bytes, &why) != ST_OK)
		return why == FAULT_NO_FILE || why == FAULT_LONG_NAME ? FAULT_NONE
		       : fault_is_ours(why)                           ? why
								      : FAULT_SIDE_FILE;
	item->side = malloc(bytes.n + 1);
	if (item->side == NULL)
		return FAULT_NO_MEMORY;
	if (bytes.n > 0)
		memcpy(item->side, bytes.p, bytes.n);
	item->nside = bytes.n;
	return FAULT_NONE;
}

void
item_take_side(struct item *item)
{
	static const char end[] = ".eml", other[] = ".envelope";
	struct arena arena;
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
	item->side_error = read_side(side, &arena, item);
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
