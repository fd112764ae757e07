#include "filter/result/warnings.h"

struct collector {
	struct warning *list; /* NULL: only count */
	size_t n;
	struct arena *arena;
};

static void
add_notes(struct collector *to, const struct notes *notes, struct slice about,
	const struct dkim_sig *sig)
{
	for (const struct note *note = notes->first; note != NULL; note = note->next) {
		struct warning *warning = to->list == NULL ? NULL : &to->list[to->n];

		to->n++;
		if (warning == NULL)
			continue;
		*warning = (struct warning){.about = about, .note = note};
		if (sig != NULL) {
			warning->d = sig->d;
			warning->s = sig->s;
		}
		if (note->reason.name !=
			NULL) /* the note is about a field other than the signature */
			warning->about = slice_str(note->reason.name);
	}
}

static void
add_signature(struct collector *to, const struct dkim_sig_result *result)
{
	const struct dkim_sig *sig = &result->sig;
	struct slice name;

	if (sig->field == NULL)
		return;
	add_notes(to, &sig->notes, sig->field->name, sig);
	if (result->key_notes.first != NULL && dkim_key_name(sig->s, sig->d, to->arena, &name))
		add_notes(to, &result->key_notes, name, sig);
}

static void
add_all(struct collector *to, const struct evaluation *ev)
{
	const struct auth_results *results = &ev->results;

	for (size_t i = 0; i < results->dkim.n; i++)
		add_signature(to, &results->dkim.sigs[i]);
	for (size_t i = 0; i < results->arc.n; i++) {
		add_signature(to, &results->arc.sets[i].ams);
		add_signature(to, &results->arc.sets[i].seal);
	}
	add_notes(to, &ev->verdict.sealers.notes, SLICE("ARC-Authentication-Results"), NULL);
}

const struct warning *
warnings_collect(const struct evaluation *ev, size_t *n)
{
	struct collector to = {.arena = ev->arena};

	*n = 0;
	if (!ev->evaluated)
		return NULL;
	add_all(&to, ev);
	if (to.n == 0)
		return NULL;
	to.list = arena_array(ev->arena, to.n, sizeof *to.list);
	to.n = 0;
	add_all(&to, ev);
	*n = to.n;
	return to.list;
}
