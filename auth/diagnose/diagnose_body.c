/*
 * diagnose_body.c: the body half. A body rebuilt with one option of each choice is hashed up to the
 * end of each line, so that appended text needs no option.
 */
#include "auth/diagnose/diagnose_mime.h"

enum { WORK_A_TRY = 512, WORK_A_LINE = 24, ADDED_MAX = 4096, KEPT_MAX = 16 * 1024 * 1024 };

/* The indexes of the choices for the whole body; two choices for each leaf follow at LEAVES. */
enum { STRUCTURE, PART_FIELDS, RECODE, LINKS, LINES, LEAVES };

static const struct rule {
	const char *what;
	void (*options)(struct diagnose_plan *plan, struct diagnose_choice *choice);
} rules[LEAVES] = {
	[STRUCTURE] = {"parts and what is between them", diagnose_structure_options},
	[PART_FIELDS] = {"header fields of parts", diagnose_part_field_options},
	[RECODE] = {"transfer encodings", diagnose_recode_options},
	[LINKS] = {"links", diagnose_link_options},
	[LINES] = {"lines", diagnose_line_options},
};

struct body_search {
	const struct dkim_sig *sig;
	struct diagnose_budget *budget;
	struct arena scratch; /* the memory of one attempt */
	struct diagnose_plan *plan;
	struct diagnose_choice choices[DIAGNOSE_CHOICES_MAX];
	size_t n;
	struct arena *arena;
	struct diagnose_body *found;
};

static const struct diagnose_option *
picked(const struct body_search *search, const size_t *picks, size_t choice)
{
	return &search->choices[choice].options[picks[choice]];
}

/* Copies header lines with another Content-Transfer-Encoding; "" removes the field. */
static void
rename_encoding(struct slice lines, const char *named, struct buf *out)
{
	struct field field;

	while (fields_next(&lines, SIZE_MAX, &field)) {
		if (!field_is(&field, "Content-Transfer-Encoding"))
			buf_add(out, field.raw);
		else if (named[0] != '\0')
			buf_addf(out, "%.*s: %s\r\n", (int)field.name.n, field.name.p, named);
	}
	buf_add(out, lines); /* the empty line */
}

struct edits {
	struct diagnose_edit list[4 * DIAGNOSE_PARTS_MAX + 8];
	size_t n;
};

static void
add_edit(struct edits *edits, size_t from, size_t to, struct slice with)
{
	const size_t max = sizeof edits->list / sizeof *edits->list;
	size_t at = edits->n;

	if (edits->n == max)
		return;
	/*
	 * sorted; of two that begin at the same offset, the longer one first, because it contains
	 * the other
	 */
	while (at > 0 && (edits->list[at - 1].from > from ||
				 (edits->list[at - 1].from == from && edits->list[at - 1].to < to)))
		at--;
	memmove(&edits->list[at + 1], &edits->list[at], (edits->n - at) * sizeof *edits->list);
	edits->list[at] = (struct diagnose_edit){from, to, with};
	edits->n++;
}

/*
 * Adds the edit that restores a part's header: its former fields, and its former
 * Content-Transfer-Encoding.
 */
static void
edit_header(const struct body_search *search, const struct diagnose_part *part, int way,
	const char *named, struct arena *arena, struct edits *edits)
{
	struct slice lines = slice_from(slice_head(search->plan->body, part->body), part->header);
	struct slice again = lines;
	struct buf renamed, rewritten;

	if (named != NULL) {
		buf_init(&renamed, arena, 2 * lines.n + 256);
		rename_encoding(lines, named, &renamed);
		again = buf_slice(&renamed);
	}
	if (way != 0) {
		buf_init(&rewritten, arena, 2 * again.n + 256);
		if (diagnose_part_fields(again, way, &rewritten))
			again = buf_slice(&rewritten);
	}
	if (!slice_eq(again, lines))
		add_edit(edits, part->header, part->body, again);
}

/* Collects and sorts the cuts of one leaf; false if the second begins inside the first. */
static bool
leaf_cuts(const struct body_search *search, const size_t *picks, const struct diagnose_leaf *leaf,
	struct diagnose_edit cuts[2], size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < search->plan->ncut; i++) {
		if (search->plan->cut[i] != leaf)
			continue;
		for (size_t k = 0; k < 2; k++) {
			const struct diagnose_option *option =
				picked(search, picks, LEAVES + 2 * i + k);

			if (option->nedits > 0)
				cuts[(*n)++] = option->edits[0];
		}
	}
	if (*n == 2 && cuts[0].from > cuts[1].from) {
		struct diagnose_edit first = cuts[1];

		cuts[1] = cuts[0];
		cuts[0] = first;
	}
	return *n < 2 || cuts[0].to <= cuts[1].from;
}

/* Does the option remove the whole leaf, so that its own changes do not matter? */
static bool
is_removed(const struct diagnose_option *structure, const struct diagnose_leaf *leaf)
{
	for (size_t i = 0; i < structure->nedits; i++)
		if (structure->edits[i].from <= leaf->from && structure->edits[i].to >= leaf->to &&
			structure->edits[i].to > structure->edits[i].from)
			return true;
	return false;
}

/* Builds the body for these picks; false if they conflict. */
static bool
make_body(const struct body_search *search, const size_t *picks, struct arena *arena,
	struct slice *out)
{
	const struct diagnose_plan *plan = search->plan;
	const struct diagnose_option *structure = picked(search, picks, STRUCTURE);
	int recode_way = picked(search, picks, RECODE)->way,
	    lines = picked(search, picks, LINES)->way;
	const struct diagnose_recode *recode =
		recode_way > 0 ? &diagnose_recodes[recode_way - 1] : NULL;
	struct edits *edits = arena_alloc(arena, sizeof *edits);
	const char *named[DIAGNOSE_PARTS_MAX] = {NULL};

	for (size_t i = 0; i < structure->nedits; i++)
		add_edit(edits, structure->edits[i].from, structure->edits[i].to,
			structure->edits[i].with);
	for (size_t i = 0; i < plan->nleaves; i++) {
		const struct diagnose_leaf *leaf = &plan->leaves[i];
		struct diagnose_edit cuts[2];
		struct slice content;
		size_t n;

		if (!leaf_cuts(search, picks, leaf, cuts, &n))
			return false;
		if (is_removed(structure, leaf)) {
			if (n > 0)
				return false;
			continue;
		}
		if (!diagnose_leaf_content(leaf, cuts, n, picked(search, picks, LINKS)->way, recode,
			    arena, &content))
			continue;
		add_edit(edits, leaf->from, leaf->to, content);
		for (size_t k = 0; k < plan->nparts && recode != NULL; k++)
			if (plan->parts[k].header == leaf->header && leaf->coding == recode->from)
				named[k] = recode->named;
	}
	for (size_t k = 0; k < plan->nparts; k++)
		edit_header(search, &plan->parts[k], picked(search, picks, PART_FIELDS)->way,
			named[k], arena, edits);
	*out = plan->body;
	if (edits->n > 0 && !diagnose_edits_apply(plan->body, edits->list, edits->n, arena, out))
		return false;
	return lines == 0 || diagnose_lines(*out, lines, arena, out);
}

static void
add_change(struct diagnose_body *found, const struct diagnose_change *change, struct arena *arena)
{
	struct diagnose_change *copy;

	if (found->n == DIAGNOSE_CHANGES)
		return;
	copy = &found->changes[found->n++];
	*copy = *change;
	copy->field = arena_dup(arena, slice_head(change->field, ADDED_MAX));
	copy->text = arena_dup(arena, slice_head(change->text, ADDED_MAX));
	copy->more = arena_dup(arena, slice_head(change->more, ADDED_MAX));
}

static void
report(struct body_search *search, const size_t *picks, struct slice body, size_t to)
{
	const struct diagnose_plan *plan = search->plan;
	const struct diagnose_option *structure = picked(search, picks, STRUCTURE);
	struct diagnose_body *found = search->found;

	found->bytes = arena_dup(search->arena, slice_head(body, to));
	found->same = slice_eq(found->bytes, plan->body);
	found->recoded = picks[RECODE] > 0 && plan->nparts == 0;
	if (found->recoded)
		found->coding = diagnose_recodes[picked(search, picks, RECODE)->way - 1].to;
	if (structure->way > 0) {
		const struct diagnose_part *part = &plan->parts[structure->way - 1];

		found->unwrapped = true;
		found->content = slice_from(slice_head(plan->body, part->body), part->header);
	}
	for (size_t i = 0; i < search->n; i++) {
		const struct diagnose_option *option = picked(search, picks, i);

		for (size_t k = 0; k < option->nchanges; k++)
			add_change(found, &option->changes[k], search->arena);
	}
	if (to < body.n && slice_trim(slice_from(body, to)).n > 0)
		add_change(found,
			&(struct diagnose_change){.kind = DIAGNOSE_FOOTER,
				.octets = body.n - to,
				.text = slice_trim(slice_from(body, to))},
			search->arena);
}

static bool
try_body(void *arg, const size_t *picks)
{
	struct body_search *search = arg;
	bool first = true, found = false;
	struct slice body = SLICE("");
	size_t to;

	for (size_t i = 0; i < search->n; i++)
		first &= picks[i] == 0;
	if (diagnose_may_try(search->budget) && make_body(search, picks, &search->scratch, &body) &&
		(first || !slice_eq(body, search->plan->body))) {
		found = diagnose_digest(
			search->plan->in, search->sig, body, first, search->budget, &to);
		if (found)
			report(search, picks, body, to);
	}
	diagnose_spend(search->budget, WORK_A_TRY + 2 * search->plan->body.n +
					       WORK_A_LINE * search->plan->nlines + body.n);
	arena_reset_within(&search->scratch, KEPT_MAX);
	return found;
}

static struct diagnose_plan *
make_plan(const struct auth_input *in, struct arena *arena)
{
	struct diagnose_plan *plan = arena_alloc(arena, sizeof *plan);
	const struct field *type = message_field(in->message, "Content-Type", 0);

	*plan = (struct diagnose_plan){.in = in, .arena = arena, .body = in->message->body};
	if (type == NULL || !diagnose_parameter(type->value, "boundary", &plan->boundary))
		plan->boundary = SLICE("");
	if (plan->boundary.n > 0)
		plan->nparts = diagnose_parts(plan->body, plan->boundary, plan->parts);
	diagnose_leaves(plan);
	for (size_t at = 0; at < plan->body.n; at++, plan->nlines++)
		at += slice_find(slice_from(plan->body, at), '\n');
	return plan;
}

bool
diagnose_body_search(const struct auth_input *in, const struct dkim_sig *sig,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_body *found)
{
	struct body_search *search = arena_alloc(arena, sizeof *search);
	bool done;

	*found = (struct diagnose_body){0};
	*search = (struct body_search){
		.sig = sig, .budget = budget, .arena = arena, .found = found, .n = LEAVES};
	search->plan = make_plan(in, arena);
	arena_init(&search->scratch, arena->oom, arena->oom_arg);
	for (size_t i = 0; i < LEAVES; i++) {
		diagnose_choice_init(&search->choices[i], arena);
		rules[i].options(search->plan, &search->choices[i]);
	}
	for (size_t i = 0; i < search->plan->ncut; i++) {
		diagnose_choice_init(&search->choices[search->n], arena);
		diagnose_top_options(
			search->plan, search->plan->cut[i], &search->choices[search->n++]);
		diagnose_choice_init(&search->choices[search->n], arena);
		diagnose_tail_options(
			search->plan, search->plan->cut[i], &search->choices[search->n++]);
	}
	done = diagnose_combine(search->choices, search->n, budget, try_body, search);
	budget->stopped |= !done && search->plan->limited;
	arena_clear(&search->scratch);
	return done;
}
