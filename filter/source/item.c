#include "filter/source/item.h"

#include <stdlib.h>
#include <unistd.h>

void
item_clear(struct item *item)
{
	free(item->name);
	free(item->bytes);
	free(item->line);
	if (item->fd >= 0)
		close(item->fd);
	*item = (struct item){.fd = -1};
}
