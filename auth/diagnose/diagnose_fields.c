/* diagnose_fields.c: fields that were added, removed, or kept under another name. */
#include "auth/diagnose/diagnose_head.h"

enum { EACH_MAX = 40, OLD_MAX = 24, NAMES_MAX = 300, LIST_FIELDS_MAX = 20 };

static bool
is_list_field(struct slice name)
{
	return slice_istarts(name, SLICE("List-"));
}

/* Can the field at index at have been added? */
static bool
may_go(const struct diagnose_head *head, size_t at)
{
	const struct field *field = &head->fields[at];

	return (field->flags & FIELD_JUNK) == 0 && diagnose_signed(head, field->name) &&
	       field->raw.p != head->sig->field->raw.p && !field_is(field, "From");
}

/*
 * Adds an option in which all list fields were added at once, with or without Sender and Reply-To.
 */
static void
list_fields(const struct diagnose_head *head, struct diagnose_choice *choice, bool sender,
	bool reply_to)
{
	struct diagnose_option *option = NULL;
	size_t at[LIST_FIELDS_MAX], n = 0;
	struct buf names;

	buf_init(&names, head->arena, NAMES_MAX);
	for (size_t i = 0; i < head->n && n < LIST_FIELDS_MAX; i++) {
		const struct field *field = &head->fields[i];

		if (!may_go(head, i) ||
			!(is_list_field(field->name) || (sender && field_is(field, "Sender")) ||
				(reply_to && field_is(field, "Reply-To")) ||
				field_is(field, "Precedence")))
			continue;
		at[n++] = i;
		buf_adds(&names, names.n > 0 ? ", " : "");
		buf_add(&names, field->name);
	}
	if (n < 2 || (option = diagnose_choice_add(choice, 1)) == NULL)
		return; /* a single field has its own option */
	for (size_t i = 0; i < n; i++)
		diagnose_also(head, option, at[i], NULL);
	diagnose_option_change(option, DIAGNOSE_LIST_FIELDS, SLICE(""), buf_slice(&names));
}

void
diagnose_added_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	list_fields(head, choice, true, false);
	list_fields(head, choice, true, true);
	list_fields(head, choice, false, false);
	list_fields(head, choice, false, true);
	for (size_t i = 0, done = 0; i < head->n && done < EACH_MAX; i++) {
		const struct field *field = &head->fields[i];
		bool usual = field_is(field, "Sender") || field_is(field, "Reply-To");
		struct diagnose_option *option;

		if (!may_go(head, i) ||
			(option = diagnose_choice_add(choice, usual ? 1 : 2)) == NULL)
			continue;
		diagnose_also(head, option, i, NULL);
		diagnose_option_change(
			option, DIAGNOSE_FIELD_ADDED, field->name, slice_trim(field->value));
		done++;
	}
}

/*
 * For a signed field that is missing, adds the options that somebody removed it and that it had one
 * of a few common values.
 */
void
diagnose_missing_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	static const char *const usual[][2] = {
		{"MIME-Version", "1.0"},
		{"Content-Transfer-Encoding", "7bit"},
		{"Content-Transfer-Encoding", "8bit"},
		{"Content-Transfer-Encoding", "quoted-printable"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Type", "text/plain; charset=\"utf-8\""},
		{"Content-Type", "text/plain; charset=UTF-8"},
		{"Content-Type", "text/plain; charset=\"UTF-8\""},
		{"Content-Type", "text/plain; charset=us-ascii"},
		{"Content-Type", "text/plain; charset=\"us-ascii\""},
		{"Content-Type", "text/plain"},
		{"Content-Type", "text/html; charset=utf-8"},
		{"Content-Language", "en-US"},
		{"Content-Language", "en"},
		{"Precedence", "bulk"},
		{"Precedence", "list"},
		{"Auto-Submitted", "auto-generated"},
		{"X-Priority", "3"},
		{"Importance", "normal"},
		{"Feedback-ID", ""},
		{"Cc", ""},
		{"Reply-To", ""},
		{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
	};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct slice name = slice_str(usual[i][0]), value = slice_str(usual[i][1]);
		struct diagnose_option *option;

		if (!diagnose_signed(head, name) || diagnose_find(head, usual[i][0]) < head->n)
			continue;
		option = diagnose_insert(head, choice, i < 8 ? 2 : 3, name, value);
		if (option != NULL)
			diagnose_option_change(option, DIAGNOSE_FIELD_REMOVED, name, value);
	}
}

/*
 * The name of the field whose old value a field such as X-Google-Original-Message-ID keeps, or
 * empty.
 */
static struct slice
kept_name(struct slice name)
{
	static const char *const words[] = {"Original-", "Old-", "Orig-", "Prev-", "Previous-"};

	for (size_t at = 0; at < name.n; at++) {
		if (at > 0 && name.p[at - 1] != '-')
			continue;
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (slice_istarts(slice_from(name, at), slice_str(words[i])))
				return slice_from(name, at + strlen(words[i]));
	}
	return SLICE("");
}

static size_t
find_name(const struct diagnose_head *head, struct slice name)
{
	size_t i = 0;

	while (i < head->n && !slice_ieq(head->fields[i].name, name))
		i++;
	return i;
}

static void
kept_elsewhere(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	for (size_t i = 0; i < head->n; i++) {
		const struct field *field = &head->fields[i];
		struct slice name = kept_name(field->name);
		struct diagnose_option *option;
		size_t at = find_name(head, name);

		if (name.n == 0 || !diagnose_signed(head, name) || (field->flags & FIELD_OVERSIZE))
			continue;
		if (at < head->n)
			option = diagnose_replace(head, choice, 1, at, field->value);
		else
			option = diagnose_insert(head, choice, 1, name, field->value);
		if (option == NULL)
			continue;
		diagnose_option_change(option, DIAGNOSE_FIELD_REWRITTEN, name, field->name);
		option->changes[0].more = slice_trim(field->value);
	}
}

/* RFC 6376 2.11: white space is ignored, =XX is an octet */
static struct slice
copied_value(struct slice text, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, text.n);
	for (size_t i = 0; i < text.n; i++) {
		int high = i + 2 < text.n ? slice_hex_digit(text.p[i + 1]) : -1;
		int low = high >= 0 ? slice_hex_digit(text.p[i + 2]) : -1;

		if (slice_is_blank(text.p[i]))
			continue;
		if (text.p[i] == '=' && low >= 0) {
			buf_addc(&out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_addc(&out, text.p[i]);
		}
	}
	return buf_slice(&out);
}

/*
 * RFC 6376 3.5 z=: adds options from its copies of fields as they were signed, which are for
 * diagnosis
 */
static void
copied(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	const struct tag *tag = taglist_get(&head->sig->tags, "z");
	struct slice rest = tag != NULL ? tag->value : SLICE("");
	struct {
		size_t at;
		struct slice name, value;
	} old[OLD_MAX];
	struct diagnose_option *option;
	size_t n = 0;

	while (rest.n > 0 && n < OLD_MAX) {
		size_t end = slice_find(rest, '|'), colon;
		struct slice one = slice_head(rest, end);

		rest = slice_from(rest, end + 1);
		colon = slice_find(one, ':');
		old[n].name = slice_trim(slice_head(one, colon));
		old[n].value = copied_value(slice_from(one, colon + 1), head->arena);
		old[n].at = find_name(head, old[n].name);
		if (colon < one.n && diagnose_signed(head, old[n].name) &&
			(old[n].at == head->n || !slice_eq(slice_trim(old[n].value),
							 diagnose_value(head, old[n].at))))
			n++;
	}
	for (size_t i = 0; i < n; i++) {
		option = old[i].at < head->n
				 ? diagnose_replace(head, choice, 1, old[i].at, old[i].value)
				 : diagnose_insert(head, choice, 1, old[i].name, old[i].value);
		if (option != NULL)
			diagnose_option_change(
				option, DIAGNOSE_FIELD_CHANGED, old[i].name, old[i].value);
	}
	if (n < 2 || (option = diagnose_choice_add(choice, 1)) == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		struct field *field = arena_alloc(head->arena, sizeof *field);
		struct buf text;

		buf_init(&text, head->arena, old[i].value.n + 1);
		buf_addc(&text, ' ');
		buf_add(&text, slice_trim(old[i].value));
		*field = diagnose_field(old[i].name, buf_slice(&text), head->arena);
		if (field->flags & FIELD_JUNK)
			continue;
		diagnose_also(head, option, old[i].at, field);
		diagnose_option_change(option, DIAGNOSE_FIELD_CHANGED, old[i].name, old[i].value);
	}
}

void
diagnose_kept_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	copied(head, choice);
	kept_elsewhere(head, choice);
}
