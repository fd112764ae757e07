#include "filter/stats/handlers.h"

#include <stdlib.h>

#include "filter/text/i18n.h"

enum { PRINTED = 10, KINDS_PRINTED = 3 };

/*
 * Counts the advice of the row that names a setting; such advice is based on a proof
 * (filter/explain/setting.h).
 */
static void
add_settings(struct handler *handler, const struct row *row)
{
	for (size_t i = 0; i < row->nadvice; i++) {
		const struct setting *setting = setting_find(row->advice[i].id);
		size_t k = 0;

		while (k < handler->nsettings && handler->settings[k].setting != setting)
			k++;
		if (setting == NULL || k == HANDLER_SETTINGS)
			continue;
		if (k == handler->nsettings)
			handler->settings[handler->nsettings++].setting = setting;
		handler->settings[k].n++;
	}
}

void
handlers_add(struct handlers *handlers, const struct row *row)
{
	struct source_key key;
	size_t i = 0;

	if (row->damage.signatures == 0)
		return;
	sources_key(row, &key);
	if (handlers->list == NULL)
		handlers->list = calloc(HANDLERS_MAX, sizeof *handlers->list);
	while (i < handlers->n && strcmp(handlers->list[i].name, key.name) != 0)
		i++;
	if (handlers->list == NULL || i == HANDLERS_MAX) {
		damage_add(&handlers->others, &row->damage);
		return;
	}
	if (i == handlers->n)
		memcpy(handlers->list[handlers->n++].name, key.name, sizeof key.name);
	damage_add(&handlers->list[i].damage, &row->damage);
	add_settings(&handlers->list[i], row);
}

/* More signatures first, then by name, so that the order of messages does not matter. */
static int
compare_handlers(const void *a, const void *b)
{
	const struct handler *x = *(const struct handler *const *)a;
	const struct handler *y = *(const struct handler *const *)b;

	if (x->damage.signatures != y->damage.signatures)
		return x->damage.signatures > y->damage.signatures ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
print_kinds(const struct damage *damage, FILE *out)
{
	bool printed[DAMAGE_KINDS] = {false};

	for (int i = 0; i < KINDS_PRINTED; i++) {
		size_t most = DAMAGE_KINDS;

		for (size_t k = 0; k < DAMAGE_KINDS; k++)
			if (damage->kinds[k] > 0 && !printed[k] &&
				(most == DAMAGE_KINDS || damage->kinds[k] > damage->kinds[most]))
				most = k;
		if (most == DAMAGE_KINDS)
			return;
		printed[most] = true;
		fprintf(out, "%10s  %10zu  %s\n", "", damage->kinds[most], damage_word(most));
	}
}

static void
print_one(const char *name, const struct damage *damage, FILE *out)
{
	fprintf(out, "%10zu  %10zu  %s\n", damage->signatures,
		damage->signatures - damage->unexplained, name);
	print_kinds(damage, out);
}

void
handlers_sort(const struct handlers *handlers, const struct handler **sorted)
{
	for (size_t i = 0; i < handlers->n; i++)
		sorted[i] = &handlers->list[i];
	if (handlers->n > 0)
		qsort(sorted, handlers->n, sizeof *sorted, compare_handlers);
}

void
handlers_print(const struct handlers *handlers, FILE *out)
{
	const struct handler *sorted[HANDLERS_MAX];
	struct damage rest = handlers->others;

	if (handlers->n == 0)
		return;
	handlers_sort(handlers, sorted);
	fprintf(out, "\n%s\n", _("Hosts that delivered these messages"));
	text_pad(_("Signatures"), -10, out);
	text_pad(_("Explained"), -12, out);
	fprintf(out, "  %s\n", _("Sender"));
	for (size_t i = 0; i < handlers->n; i++)
		if (i < PRINTED)
			print_one(sorted[i]->name[0] != '\0' ? sorted[i]->name : "-",
				&sorted[i]->damage, out);
		else
			damage_add(&rest, &sorted[i]->damage);
	if (rest.signatures > 0)
		print_one(_("all others"), &rest, out);
}

void
handlers_free(struct handlers *handlers)
{
	free(handlers->list);
	*handlers = (struct handlers){0};
}
