/* diagnose_from.c: restores the former From from other fields. */
#include "auth/diagnose/diagnose_head.h"

enum { ADDRESSES_TRIED = 4, VALUE_MAX = 2000 };

static const char *const sources[] = {"X-Original-From", "Reply-To", "X-Google-Original-From", "Cc",
	"Old-From", "Original-From", "X-Original-Sender", "X-Mailman-Original-From",
	"Mail-Reply-To", "Sender", "Resent-From", "X-From", "X-Sender"};

struct from {
	const struct diagnose_head *head;
	struct diagnose_choice *choice;
	size_t at, source;
	struct slice rest;    /* the source without the address, or empty */
	struct slice address; /* the address that is tried */
};

static struct slice
format(const struct diagnose_head *head, const char *before, struct slice name, const char *between,
	struct slice addr, const char *after)
{
	struct buf out;

	buf_init(&out, head->arena, name.n + addr.n + 16);
	buf_adds(&out, before);
	buf_add(&out, name);
	buf_adds(&out, between);
	buf_add(&out, addr);
	buf_adds(&out, after);
	return buf_slice(&out);
}

static struct diagnose_option *
one_option(const struct from *from, unsigned cost, struct slice value)
{
	const struct diagnose_head *head = from->head;
	struct diagnose_option *option;
	struct field *field = arena_alloc(head->arena, sizeof *field);
	struct buf text;

	buf_init(&text, head->arena, value.n + 1);
	buf_addc(&text, ' ');
	buf_add(&text, value);
	*field = diagnose_field(head->fields[from->at].name, buf_slice(&text), head->arena);
	if (field->flags & FIELD_JUNK || (option = diagnose_choice_add(from->choice, cost)) == NULL)
		return NULL;
	diagnose_also(head, option, from->at, field);
	diagnose_option_change(option, DIAGNOSE_FIELD_REWRITTEN, head->fields[from->at].name,
		head->fields[from->source].name);
	option->changes[0].more = value;
	return option;
}

/*
 * Adds options in which From was value, and the source field existed, did not exist, or did not
 * have this address.
 */
static void
put(const struct from *from, unsigned cost, struct slice value)
{
	const struct diagnose_head *head = from->head;
	const struct field *source = &head->fields[from->source];
	struct diagnose_option *option;

	if (value.n == 0 || slice_eq(value, slice_trim(head->fields[from->at].value)))
		return;
	(void)one_option(from, cost, value);
	if (!diagnose_signed(head, source->name))
		return;
	option = one_option(from, cost, value);
	if (option != NULL) {
		diagnose_also(head, option, from->source, NULL);
		diagnose_option_change(
			option, DIAGNOSE_FIELD_ADDED, source->name, slice_trim(source->value));
	}
	if (from->rest.n > 0 && (option = one_option(from, cost + 1, value)) != NULL) {
		struct field *field = arena_alloc(head->arena, sizeof *field);

		*field = diagnose_field(source->name,
			format(head, " ", from->rest, "", SLICE(""), ""), head->arena);
		diagnose_also(head, option, from->source, field);
		diagnose_option_change(option, DIAGNOSE_FIELD_FORM, source->name, from->rest);
	}
}

/* From's name without the text that lists append. */
static struct slice
bare_name(struct slice name)
{
	static const char *const behind[] = {
		" via ", " (via ", " on behalf of ", " - via ", " through "};

	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
		for (size_t k = name.n; k-- > 0;)
			if (slice_istarts(slice_from(name, k), slice_str(behind[i])))
				return slice_trim(slice_head(name, k));
	return name;
}

static void
put_names(const struct from *from, unsigned cost, struct slice name, struct slice addr)
{
	const struct diagnose_head *head = from->head;

	if (name.n == 0)
		return;
	put(from, cost, format(head, "", name, " <", addr, ">"));
	put(from, cost, format(head, "\"", name, "\" <", addr, ">"));
}

/* Adds options for the forms of one address. */
static void
put_address(const struct from *from, unsigned cost)
{
	const struct diagnose_head *head = from->head;
	struct diagnose_mailbox old, now;
	struct slice name;

	diagnose_mailbox(from->address, &old);
	diagnose_mailbox(diagnose_value(head, from->at), &now);
	name = bare_name(now.name);
	/*
	 * the name may have been put in single quotes; put_names tries it with and without double
	 * ones
	 */
	if (name.n > 1 && name.p[0] == '\'' && name.p[name.n - 1] == '\'')
		name = slice_make(name.p + 1, name.n - 2);
	put(from, cost, from->address);
	put_names(from, cost + 1, old.name, old.addr);
	put_names(from, cost + 1, name, old.addr);
	put(from, cost + 1, old.addr);
	put(from, cost + 2, format(head, "<", old.addr, "", SLICE(""), ">"));
}

static struct slice
without_address(
	const struct diagnose_head *head, const struct slice *addresses, size_t n, size_t which)
{
	struct buf out;

	buf_init(&out, head->arena, VALUE_MAX + 4 * DIAGNOSE_ADDRESSES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i == which)
			continue;
		buf_adds(&out, out.n > 0 ? ", " : "");
		buf_add(&out, addresses[i]);
	}
	return buf_slice(&out);
}

void
diagnose_from_options(const struct diagnose_head *head, struct diagnose_choice *choice)
{
	struct from from = {.head = head, .choice = choice, .at = diagnose_find(head, "From")};
	struct slice addresses[DIAGNOSE_ADDRESSES_MAX];

	for (size_t s = 0; s < sizeof sources / sizeof *sources && from.at < head->n; s++) {
		struct slice value;
		size_t n;

		for (from.source = 0; from.source < head->n; from.source++)
			if (field_is(&head->fields[from.source], sources[s]))
				break;
		if (from.source == head->n || head->fields[from.source].value.n > VALUE_MAX)
			continue;
		value = slice_trim(head->fields[from.source].value);
		n = diagnose_addresses(value, addresses);
		for (size_t i = 0; i < n && i < ADDRESSES_TRIED; i++) {
			from.address = addresses[i];
			from.rest = n > 1 ? without_address(head, addresses, n, i) : SLICE("");
			put_address(&from, s < 4 ? 1 : 2);
		}
	}
}
