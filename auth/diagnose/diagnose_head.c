/* diagnose_head.c: fields, and the edits that change them. */
#include "auth/diagnose/diagnose_head.h"

bool
diagnose_signed(const struct diagnose_head *head, struct slice name)
{
	for (size_t i = 0; i < head->sig->nh; i++)
		if (slice_ieq(head->sig->h[i], name))
			return true;
	return false;
}

size_t
diagnose_find(const struct diagnose_head *head, const char *name)
{
	size_t i = 0;

	if (!diagnose_signed(head, slice_str(name)))
		return head->n;
	while (i < head->n && !field_is(&head->fields[i], name))
		i++;
	return i;
}

struct field
diagnose_field(struct slice name, struct slice value, struct arena *arena)
{
	struct field field = {.name = name};
	struct buf text;
	struct slice rest;

	buf_init(&text, arena, name.n + value.n + 16);
	buf_add(&text, name);
	buf_addc(&text, ':');
	buf_add(&text, value);
	buf_adds(&text, "\r\n");
	rest = buf_slice(&text);
	if (!fields_next(&rest, SIZE_MAX, &field) || rest.n > 0)
		field = (struct field){.flags = FIELD_JUNK};
	return field;
}

struct slice
diagnose_value(const struct diagnose_head *head, size_t at)
{
	return slice_trim(field_unfold(&head->fields[at], head->arena));
}

void
diagnose_also(const struct diagnose_head *head, struct diagnose_option *option, size_t at,
	const struct field *field)
{
	struct diagnose_field_edit *edits =
		arena_array(head->arena, option->nfields + 1, sizeof *edits);

	if (option->nfields > 0)
		memcpy(edits, option->fields, option->nfields * sizeof *edits);
	edits[option->nfields] = (struct diagnose_field_edit){.at = at, .field = field};
	option->fields = edits;
	option->nfields++;
}

/* Does an option already consist of just this edit? */
static bool
has_edit(const struct diagnose_choice *choice, size_t at, struct slice raw)
{
	for (size_t i = 1; i < choice->n; i++) {
		const struct diagnose_option *option = &choice->options[i];

		if (option->nfields == 1 && option->fields[0].at == at &&
			option->fields[0].field != NULL &&
			slice_eq(option->fields[0].field->raw, raw))
			return true;
	}
	return false;
}

static struct diagnose_option *
put(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost, size_t at,
	struct slice name, struct slice value)
{
	struct field *field = arena_alloc(head->arena, sizeof *field);
	struct diagnose_option *option;

	*field = diagnose_field(name, value, head->arena);
	if (field->flags & FIELD_JUNK || has_edit(choice, at, field->raw))
		return NULL;
	option = diagnose_choice_add(choice, cost);
	if (option != NULL)
		diagnose_also(head, option, at, field);
	return option;
}

struct diagnose_option *
diagnose_replace(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost,
	size_t at, struct slice value)
{
	const struct field *old = &head->fields[at];
	struct buf text;

	value = slice_trim(value);
	if (slice_eq(value, slice_trim(old->value)))
		return NULL;
	buf_init(&text, head->arena, value.n + 1);
	buf_addc(&text, ' ');
	buf_add(&text, value);
	return put(head, choice, cost, at, old->name, buf_slice(&text));
}

struct diagnose_option *
diagnose_insert(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost,
	struct slice name, struct slice value)
{
	struct buf text;

	buf_init(&text, head->arena, value.n + 1);
	buf_addc(&text, ' ');
	buf_add(&text, slice_trim(value));
	return put(head, choice, cost, head->n, name, buf_slice(&text));
}

size_t
diagnose_addresses(struct slice value, struct slice out[DIAGNOSE_ADDRESSES_MAX])
{
	size_t n = 0, at = 0, depth = 0;
	bool quoted = false, angle = false;

	for (size_t i = 0; i <= value.n; i++) {
		char c = i < value.n ? value.p[i] : ',';

		if (c == '\\' && i + 1 < value.n)
			i++;
		else if (c == '"' && depth == 0)
			quoted = !quoted;
		else if (!quoted && c == '(')
			depth++;
		else if (!quoted && c == ')' && depth > 0)
			depth--;
		else if (!quoted && depth == 0 && c == '<')
			angle = true;
		else if (!quoted && depth == 0 && c == '>')
			angle = false;
		else if (i == value.n || (c == ',' && !quoted && depth == 0 && !angle)) {
			struct slice one = slice_trim(slice_from(slice_head(value, i), at));

			at = i + 1;
			if (one.n > 0 && n < DIAGNOSE_ADDRESSES_MAX)
				out[n++] = one;
		}
	}
	return n;
}

void
diagnose_mailbox(struct slice address, struct diagnose_mailbox *mailbox)
{
	size_t open = slice_rfind(address, '<');

	*mailbox = (struct diagnose_mailbox){.addr = slice_trim(address)};
	if (open == address.n || address.n == 0 || address.p[address.n - 1] != '>')
		return;
	mailbox->angle = true;
	mailbox->addr = slice_make(address.p + open + 1, address.n - open - 2);
	mailbox->name = slice_trim(slice_head(address, open));
	if (mailbox->name.n > 1 && mailbox->name.p[0] == '"' &&
		mailbox->name.p[mailbox->name.n - 1] == '"') {
		mailbox->quoted = true;
		mailbox->name = slice_make(mailbox->name.p + 1, mailbox->name.n - 2);
	}
}
