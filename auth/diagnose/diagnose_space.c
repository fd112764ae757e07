/*
 * diagnose_space.c: changes of folds, white space and case that only some canonicalizations detect.
 */
#include "auth/diagnose/diagnose_head.h"

enum { LONG_LINE = 900 };

/* Other ways to write signed fields, which only the simple canonicalization detects. */
enum space {
	AS_IS,
	ONE_LEAD,
	UNFOLDED,
	SINGLE,
	NO_TRAILING,
	FOLD_TAB,
	FOLD_SPACE,
	NO_LEAD,
	SPACES
};

static struct slice
respace(struct slice value, enum space way, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, 2 * value.n + 8);
	if (way == SINGLE || way == NO_LEAD || way == ONE_LEAD)
		value = slice_trim(value);
	if (way == SINGLE || way == ONE_LEAD)
		buf_addc(&text, ' ');
	for (size_t k = 0; k < value.n; k++) {
		char c = value.p[k];
		bool fold = c == '\r' || c == '\n', wsp = c == ' ' || c == '\t';
		bool folded = wsp && k > 0 && value.p[k - 1] == '\n';

		if (fold && (way == UNFOLDED || way == SINGLE))
			continue;
		if (way == SINGLE && wsp && text.n > 0 && text.p[text.n - 1] == ' ')
			continue;
		if (way == SINGLE && wsp)
			c = ' ';
		if (folded && (way == FOLD_TAB || way == FOLD_SPACE))
			c = way == FOLD_TAB ? '\t' : ' ';
		buf_addc(&text, c);
	}
	while (way == NO_TRAILING && text.n > 0 && slice_is_blank(text.p[text.n - 1]))
		text.n--;
	return buf_slice(&text);
}

/* Spellings of field names: as in h=, the usual one, and another common one. */
enum letters { LETTERS_AS_IS, AS_H, USUAL, OTHER, LETTERS };

static struct slice
rename_field(const struct diagnose_head *head, struct slice name, enum letters way)
{
	static const char *const usual[] = {"From", "To", "Cc", "Subject", "Date", "Message-ID",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Reply-To", "Sender",
		"References", "In-Reply-To", "List-Unsubscribe", "List-Id"};
	static const char *const other[] = {"Message-Id", "Mime-Version", "CC", "List-ID"};
	struct slice found = name;

	for (size_t k = 0; way == AS_H && k < head->sig->nh; k++)
		if (slice_ieq(head->sig->h[k], name))
			found = head->sig->h[k];
	for (size_t k = 0; way >= USUAL && k < sizeof usual / sizeof *usual; k++)
		if (slice_ieq(slice_str(usual[k]), name))
			found = slice_str(usual[k]);
	for (size_t k = 0; way == OTHER && k < sizeof other / sizeof *other; k++)
		if (slice_ieq(slice_str(other[k]), name))
			found = slice_str(other[k]);
	return found;
}

/* Changes all signed fields at once, because software that changes one changes all. */
static void
put_way(const struct diagnose_head *head, struct diagnose_choice *choice, enum space space,
	enum letters letters)
{
	struct diagnose_field_edit *edits = arena_array(head->arena, head->n, sizeof *edits);
	struct diagnose_option *option;
	size_t n = 0;

	for (size_t i = 0; i < head->n; i++) {
		const struct field *old = &head->fields[i];
		struct field *field;

		if (!diagnose_signed(head, old->name) || old->flags != 0)
			continue;
		field = arena_alloc(head->arena, sizeof *field);
		*field = diagnose_field(rename_field(head, old->name, letters),
			respace(old->value, space, head->arena), head->arena);
		if ((field->flags & FIELD_JUNK) == 0 && !slice_eq(field->raw, old->raw))
			edits[n++] = (struct diagnose_field_edit){i, field, true};
	}
	if (n == 0 || (option = diagnose_choice_add(
			       choice, space != AS_IS && letters != LETTERS_AS_IS ? 3 : 1)) == NULL)
		return;
	option->fields = edits;
	option->nfields = n;
	if (space != AS_IS)
		diagnose_option_change(option, DIAGNOSE_FIELD_SPACE, SLICE(""), SLICE(""));
	if (letters != LETTERS_AS_IS)
		diagnose_option_change(option, DIAGNOSE_FIELD_CASE, SLICE(""), SLICE(""));
}

void
diagnose_space_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	if (head->sig->header_canon != DKIM_SIMPLE)
		return;
	for (int space = ONE_LEAD; space < SPACES; space++)
		put_way(head, choice, (enum space)space, LETTERS_AS_IS);
	for (int letters = AS_H; letters < LETTERS; letters++)
		put_way(head, choice, AS_IS, (enum letters)letters);
	for (int space = ONE_LEAD; space < SPACES; space++)
		for (int letters = AS_H; letters < LETTERS; letters++)
			put_way(head, choice, (enum space)space, (enum letters)letters);
}

/*
 * Joins lines of about the maximum length with the next one, removing the line end between them and
 * the given number of octets after it.
 */
static struct slice
join_lines(struct slice value, size_t least, size_t octets, struct arena *arena)
{
	struct slice line;
	struct buf out;

	buf_init(&out, arena, value.n);
	while (line_next(&value, &line)) {
		size_t n = line.n;

		while (n > 0 && (line.p[n - 1] == '\n' || line.p[n - 1] == '\r'))
			n--;
		if (n >= least && value.n > octets) {
			buf_add(&out, slice_head(line, n));
			value = slice_from(value, octets);
		} else {
			buf_add(&out, line);
		}
	}
	return buf_slice(&out);
}

void
diagnose_folded_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	for (size_t octets = 0; octets < 2; octets++)
		for (size_t i = 0; i < head->n; i++) {
			const struct field *field = &head->fields[i];
			struct slice rest = field->value, line;
			size_t longest = 0, name = field->name.n + 1;
			struct diagnose_option *option;

			if (!diagnose_signed(head, field->name) || field->flags != 0)
				continue;
			while (line_next(&rest, &line))
				if (line.n + name > longest)
					longest = line.n + name;
			if (longest < LONG_LINE)
				continue;
			/* the first line also has the name, so its part of the value is shorter */
			option = diagnose_replace(head, choice, 2, i,
				join_lines(
					field->value, longest - name - 8, 1 - octets, head->arena));
			if (option != NULL)
				diagnose_option_change(
					option, DIAGNOSE_FIELD_FOLDED, field->name, SLICE(""));
		}
}
