/* diagnose_structure.c: MIME parts that were added, and the text between parts. */
#include "auth/diagnose/diagnose_mime.h"

enum { REMOVED_PARTS = 6, UNWRAPPED_PARTS = 3 };

static const struct diagnose_edit *
one_edit(struct arena *arena, size_t from, size_t to, struct slice with)
{
	struct diagnose_edit *edit = arena_alloc(arena, sizeof *edit);

	*edit = (struct diagnose_edit){from, to, with};
	return edit;
}

static struct diagnose_option *
edit_option(struct diagnose_plan *plan, struct diagnose_choice *choice, unsigned cost, size_t from,
	size_t to, struct slice with)
{
	struct diagnose_option *option = diagnose_choice_add(choice, cost);

	if (option == NULL)
		return NULL;
	option->edits = one_edit(plan->arena, from, to, with);
	option->nedits = 1;
	return option;
}

/* The offset of the delimiter line that ends a part of the outermost level. */
static size_t
next_top(const struct diagnose_plan *plan, size_t i)
{
	size_t k = i + 1;
	struct slice rest, line;

	while (k < plan->nparts && !plan->parts[k].top)
		k++;
	if (k < plan->nparts)
		return plan->parts[k].delimiter;
	rest = slice_from(plan->body, plan->parts[k - 1].next);
	while (line_next(&rest, &line))
		if (slice_starts(line, SLICE("--")) &&
			slice_starts(slice_from(line, 2), plan->boundary))
			return (size_t)(line.p - plan->body.p);
	return plan->body.n;
}

/* The displayed text of a part; empty if readers could differ. */
static struct slice
displayed_text(
	const struct diagnose_plan *plan, const struct diagnose_part *part, struct slice lines)
{
	struct slice rest = lines, text = slice_from(slice_head(plan->body, part->end), part->body);
	size_t types = 0, encodings = 0;
	struct field field;

	while (fields_next(&rest, SIZE_MAX, &field)) {
		types += field_is(&field, "Content-Type");
		encodings += field_is(&field, "Content-Transfer-Encoding");
	}
	if (types > 1 || encodings > 1)
		return SLICE("");
	return slice_trim(diagnose_shown(diagnose_lines_field(lines, "Content-Type"),
		diagnose_lines_field(lines, "Content-Transfer-Encoding"), text, plan->arena));
}

/* Adds a change that describes a part by its type and file name. */
static void
name_part(const struct diagnose_plan *plan, size_t i, size_t octets, struct diagnose_option *option)
{
	const struct diagnose_part *part = &plan->parts[i];
	struct slice lines = slice_from(slice_head(plan->body, part->body), part->header);
	struct slice type = diagnose_lines_field(lines, "Content-Type"), name = SLICE("");
	struct slice how = diagnose_lines_field(lines, "Content-Disposition");

	if (!diagnose_parameter(how, "filename", &name) && !diagnose_parameter(type, "name", &name))
		name = SLICE("");
	type = slice_trim(slice_head(type, slice_find(type, ';')));
	diagnose_option_change(
		option, DIAGNOSE_PART, type.n > 0 ? type : SLICE("text/plain"), name);
	option->changes[option->nchanges - 1].octets = octets;
	option->changes[option->nchanges - 1].more = displayed_text(plan, part, lines);
}

static void
parts_removed(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	for (size_t i = plan->nparts, done = 0; i > 0 && done < REMOVED_PARTS; i--) {
		const struct diagnose_part *part = &plan->parts[i - 1];
		struct diagnose_option *option;
		size_t next;

		if (!part->top)
			continue;
		next = next_top(plan, i - 1); /* including all parts nested in it */
		option = edit_option(
			plan, choice, done == 0 ? 1 : 2, part->delimiter, next, SLICE(""));
		if (option != NULL)
			name_part(plan, i - 1, next - part->delimiter, option);
		done++;
	}
}

/* Does the part have a Content-Disposition or no displayed text? Then it is described first. */
static bool
is_notable(const struct diagnose_plan *plan, size_t i)
{
	const struct diagnose_part *part = &plan->parts[i];
	struct slice lines = slice_from(slice_head(plan->body, part->body), part->header);

	return diagnose_lines_field(lines, "Content-Disposition").n > 0 ||
	       displayed_text(plan, part, lines).n == 0;
}

/*
 * Describes the outermost parts other than part i. Counts all of them, and anything after the last
 * delimiter as one more.
 */
static void
name_others(const struct diagnose_plan *plan, size_t i, struct diagnose_option *option)
{
	const size_t named = sizeof option->changes / sizeof *option->changes;
	size_t last = 0;
	struct slice rest, line;

	for (size_t k = 0; k < plan->nparts; k++)
		if (plan->parts[k].top) {
			last = k;
			option->changes[0].octets += k != i;
		}
	rest = slice_from(plan->body, next_top(plan, last));
	if (line_next(&rest, &line) && slice_trim(rest).n > 0)
		option->changes[0].octets++;
	for (int notable = 1; notable >= 0; notable--)
		for (size_t k = 0; k < plan->nparts && option->nchanges < named; k++)
			if (plan->parts[k].top && k != i && is_notable(plan, k) == notable)
				name_part(plan, k, next_top(plan, k) - plan->parts[k].delimiter,
					option);
}

/* Adds an option in which a part of the outermost level was the whole body. */
static void
unwrap(struct diagnose_plan *plan, struct diagnose_choice *choice, size_t i, unsigned cost)
{
	struct diagnose_edit *edits = arena_array(plan->arena, 2, sizeof *edits);
	struct diagnose_option *option = diagnose_choice_add(choice, cost);
	size_t end = next_top(plan, i);

	if (option == NULL)
		return;
	if (end > plan->parts[i].body && plan->body.p[end - 1] == '\n')
		end -= end > 1 && plan->body.p[end - 2] == '\r' ? 2 : 1;
	if (end < plan->parts[i].body)
		end = plan->parts[i].body;
	edits[0] = (struct diagnose_edit){0, plan->parts[i].body, SLICE("")};
	edits[1] = (struct diagnose_edit){end, plan->body.n, SLICE("")};
	option->edits = edits;
	option->nedits = 2;
	option->way = (int)i + 1;
	diagnose_option_change(option, DIAGNOSE_WRAPPED, SLICE(""), SLICE(""));
	name_others(plan, i, option);
}

static void
parts_unwrapped(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	for (size_t i = 0, done = 0; i < plan->nparts && done < UNWRAPPED_PARTS; i++)
		if (plan->parts[i].top)
			unwrap(plan, choice, i, done++ == 0 ? 1 : 2);
}

/* Adds an option in which the delimiters were rewritten, but not the header. */
static void
boundary(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	struct slice rest = plan->body, line, used = SLICE("");
	struct diagnose_option *option;
	struct buf out;

	while (used.n == 0 && line_next(&rest, &line))
		if (slice_starts(line, SLICE("--")) && slice_trim(line).n > 2)
			used = slice_from(slice_trim(line), 2);
	if (used.n == 0 || slice_find(used, ' ') < used.n)
		return;
	buf_init(&out, plan->arena, 4 * plan->body.n + 1024);
	rest = plan->body;
	while (line_next(&rest, &line)) {
		if (slice_starts(line, SLICE("--")) && slice_starts(slice_from(line, 2), used)) {
			buf_adds(&out, "--");
			buf_add(&out, plan->boundary);
			buf_add(&out, slice_from(line, 2 + used.n));
		} else {
			buf_add(&out, line);
		}
	}
	if (out.over)
		return;
	option = edit_option(plan, choice, 3, 0, plan->body.n, buf_slice(&out));
	if (option != NULL)
		diagnose_option_change(option, DIAGNOSE_BOUNDARY, SLICE(""), plan->boundary);
}

static void
preamble(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	static const char *const texts[] = {
		"This is a multi-part message in MIME format.\r\n",
		"This is a multi-part message in MIME format.\r\n\r\n",
		"This is a multipart message in MIME format.\r\n\r\n",
		"This is a MIME-encapsulated message\r\n\r\n",
		"This is a MIME-encapsulated message.\r\n\r\n",
		"This is a multi-part message in MIME format...\r\n\r\n",
		"This is a cryptographically signed message in MIME format.\r\n\r\n",
		"\r\n",
	};
	size_t first = plan->parts[0].delimiter;
	struct diagnose_option *option;

	if (first > 0 && (option = edit_option(plan, choice, 2, 0, first, SLICE(""))) != NULL) {
		diagnose_option_change(option, DIAGNOSE_PREAMBLE_ADDED, SLICE(""),
			slice_trim(slice_head(plan->body, first)));
		option->changes[0].octets = first;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		option = edit_option(plan, choice, 2, 0, first, slice_str(texts[i]));
		if (option != NULL)
			diagnose_option_change(option, DIAGNOSE_PREAMBLE, SLICE(""),
				slice_trim(slice_str(texts[i])));
	}
}

/* Before which delimiters an empty line was lost or added. */
enum where { BEFORE_ALL, BEFORE_FOLLOWING, BEFORE_CLOSING };

/*
 * Finds the delimiters that where selects, and sets at to the ends of the parts before them: all
 * delimiters, those that another part follows, or closing ones.
 */
static size_t
delimiters(const struct diagnose_plan *plan, enum where where, size_t *at, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nparts && n < max; i++) {
		const struct diagnose_part *part = &plan->parts[i];
		bool closing = true;

		if (part->next >= plan->body.n || part->end < part->body)
			continue;
		for (size_t k = i + 1; k < plan->nparts; k++)
			closing &= plan->parts[k].delimiter != part->next;
		if (where == BEFORE_ALL || closing == (where == BEFORE_CLOSING))
			at[n++] = part->end;
	}
	return n;
}

static void
delimiter_lines(struct diagnose_plan *plan, struct diagnose_choice *choice, enum where where)
{
	size_t at[DIAGNOSE_PARTS_MAX], n = delimiters(plan, where, at, DIAGNOSE_PARTS_MAX),
				       gone = 0;
	struct diagnose_edit *lost = arena_array(plan->arena, n, sizeof *lost);
	struct diagnose_edit *added = arena_array(plan->arena, n, sizeof *added);
	struct diagnose_option *option;

	for (size_t i = 0; i < n; i++) {
		size_t end = at[i], back = 0;

		lost[i] = (struct diagnose_edit){end, end, SLICE("\r\n")};
		if (end > 0 && plan->body.p[end - 1] == '\n')
			back = end > 1 && plan->body.p[end - 2] == '\r' ? 2 : 1;
		if (back > 0)
			added[gone++] = (struct diagnose_edit){end - back, end, SLICE("")};
	}
	if (n > 0 && (option = diagnose_choice_add(choice, 2)) != NULL) {
		option->edits = lost;
		option->nedits = n;
		diagnose_option_change(option, DIAGNOSE_DELIMITER_LINES, SLICE(""), SLICE(""));
	}
	if (gone > 0 && (option = diagnose_choice_add(choice, 3)) != NULL) {
		option->edits = added;
		option->nedits = gone;
		diagnose_option_change(option, DIAGNOSE_DELIMITER_LINES, SLICE(""), SLICE(""));
	}
}

void
diagnose_structure_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	if (plan->boundary.n == 0)
		return;
	if (plan->nparts == 0) {
		boundary(plan, choice);
		return;
	}
	parts_unwrapped(plan, choice);
	parts_removed(plan, choice);
	preamble(plan, choice);
	delimiter_lines(plan, choice, BEFORE_ALL);
	delimiter_lines(plan, choice, BEFORE_FOLLOWING);
	delimiter_lines(plan, choice, BEFORE_CLOSING);
}
