#include "auth/base/reason.h"

#include <stdint.h>

struct reason
reason_make(const struct reason_row *rows, enum reason_table first, unsigned id)
{
	if (id == REASON_NONE)
		return (struct reason){.id = REASON_NONE};
	return (struct reason){.id = id, .row = &rows[id - (unsigned)first - 1]};
}

const char *
reason_text(const struct reason *reason)
{
	return reason->row != NULL ? reason->row->text : NULL;
}

const char *
reason_code(const struct reason *reason)
{
	return reason->row != NULL ? reason->row->code : NULL;
}

struct slice
reason_about(const struct reason *reason)
{
	return reason->name != NULL ? slice_str(reason->name) : reason->octets;
}

size_t
reason_place(struct slice whole, struct slice part)
{
	const uintptr_t begin = (uintptr_t)whole.p, at = (uintptr_t)part.p;

	return whole.p != NULL && at >= begin && at - begin < whole.n ? at - begin + 1 : 0;
}
