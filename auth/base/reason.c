#include "auth/base/reason.h"

#include <stdint.h>

struct reason
reason_make(const struct reason_row *rows, enum reason_table first, unsigned id)
{
	if (id == REASON_NONE)
		return (struct reason){.id = REASON_NONE};
	return (struct reason){.id = id, .row = &rows[id - (unsigned)first - 1]};
}

struct error
error_make(const struct reason_row *rows, enum reason_table first, unsigned id)
{
	return (struct error){.reason = reason_make(rows, first, id)};
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

void
reason_set_octet(struct reason *reason, struct slice whole, const char *octet)
{
	const size_t at = octet == NULL ? 0 : reason_place(whole, slice_make(octet, 1));

	if (at == 0)
		return;
	reason->at = at;
	reason->has_octet = true;
	reason->octet = (unsigned char)whole.p[at - 1];
}

void
notes_add(struct notes *notes, struct reason reason, struct slice whole, const char *octet,
	struct arena *arena)
{
	struct note *note;

	for (const struct note *n = notes->first; n != NULL; n = n->next)
		if (n->reason.id == reason.id && n->reason.name == reason.name)
			return;
	note = arena_alloc(arena, sizeof *note);
	*note = (struct note){.reason = reason, .whole = whole};
	reason_set_octet(&note->reason, whole, octet);
	if (notes->last != NULL)
		notes->last->next = note;
	else
		notes->first = note;
	notes->last = note;
}

size_t
reason_place(struct slice whole, struct slice part)
{
	const uintptr_t begin = (uintptr_t)whole.p, at = (uintptr_t)part.p;

	return whole.p != NULL && at >= begin && at - begin < whole.n ? at - begin + 1 : 0;
}

const char *
auth_code_word(enum auth_code code)
{
	switch (code) {
	case AUTH_NONE:
		return "none";
	case AUTH_PASS:
		return "pass";
	case AUTH_FAIL:
		return "fail";
	case AUTH_SOFTFAIL:
		return "softfail";
	case AUTH_NEUTRAL:
		return "neutral";
	case AUTH_POLICY:
		return "policy";
	case AUTH_TEMPERROR:
		return "temperror";
	case AUTH_PERMERROR:
		return "permerror";
	}
	return "none";
}
