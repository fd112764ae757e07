/*
 * diagnose_list.c: do the additions look like those of a mailing list? They must refer only to the
 * list, without links to other sites, HTML or files.
 */
#include "auth/diagnose/diagnose_head.h"
#include "auth/diagnose/diagnose_mime.h"

enum { TEXT_MAX = 600, DIGITS_MAX = 6, VIA_MAX = 60, WRAPPED_NAMED = 2 };

/* The list that a message went through. */
struct list {
	const struct auth_input *in;
	const struct diagnose_header *header; /* as it was signed */
	struct arena *arena;
	struct slice domain; /* that of its address, which the envelope or List-Id confirms */
	struct slice name;   /* the local-part of its address */
};

static struct slice
domain_of(struct slice addr)
{
	size_t at = slice_rfind(addr, '@');

	return at < addr.n ? slice_from(addr, at + 1) : SLICE("");
}

/* Is domain a the same as domain b, or below it? */
static bool
is_below(struct slice a, struct slice b)
{
	if (b.n == 0 || a.n < b.n)
		return false;
	return slice_ieq(slice_from(a, a.n - b.n), b) && (a.n == b.n || a.p[a.n - b.n - 1] == '.');
}

/* Is the field of the rebuilt header one that b= covers? The lowest are taken (RFC 6376 5.4.2). */
static bool
is_covered(const struct list *list, const struct dkim_sig *sig, size_t at)
{
	const struct diagnose_header *header = list->header;
	size_t named = 0, below = 0;

	for (size_t i = 0; i < sig->nh; i++)
		named += slice_ieq(sig->h[i], header->fields[at].name);
	for (size_t i = at + 1; i < header->nfields; i++)
		below += slice_ieq(header->fields[i].name, header->fields[at].name);
	return below < named;
}

/* Does the envelope's sender or List-Id name the domain, and is it not the signer's? */
static bool
is_named(const struct auth_input *in, const struct dkim_sig *sig, struct slice domain)
{
	const struct field *id = message_field(in->message, "List-Id", 0);
	struct diagnose_mailbox of = {.addr = SLICE("")};

	if (id != NULL)
		diagnose_mailbox(slice_trim(id->value), &of);
	return domain.n > 0 && !is_below(domain, sig->d) && !is_below(sig->d, domain) &&
	       (slice_ieq(domain, domain_of(in->envelope->mail_from)) || is_below(of.addr, domain));
}

/* Finds the list's address in a signed To or Cc, where nobody but the author can have put it. */
static bool
find_list(struct list *list, const struct dkim_sig *sig)
{
	for (size_t i = 0; i < list->header->nfields; i++) {
		const struct field *field = &list->header->fields[i];
		struct slice addresses[DIAGNOSE_ADDRESSES_MAX];
		size_t n;

		if ((!field_is(field, "To") && !field_is(field, "Cc")) || !is_covered(list, sig, i))
			continue;
		n = diagnose_addresses(slice_trim(field_unfold(field, list->arena)), addresses);
		for (size_t k = 0; k < n; k++) {
			struct diagnose_mailbox box;

			diagnose_mailbox(addresses[k], &box);
			if (!is_named(list->in, sig, domain_of(box.addr)))
				continue;
			list->domain = domain_of(box.addr);
			list->name = slice_head(box.addr, slice_rfind(box.addr, '@'));
			return true;
		}
	}
	return false;
}

static bool
is_name_octet(char c)
{
	return slice_is_alpha(c) || slice_is_digit(c) || c == '-' || c == '.' || c == '_';
}

/* The word at the start of text. */
static struct slice
word_at(struct slice text)
{
	size_t n = 0;

	while (n < text.n && is_name_octet(text.p[n]))
		n++;
	while (n > 0 && (text.p[n - 1] == '.' || text.p[n - 1] == '-'))
		n--; /* the full stop of a sentence */
	return slice_head(text, n);
}

/* Is there a dot between letters or digits, as in a host name or address? */
static bool
is_host(struct slice word)
{
	for (size_t k = 1; k + 1 < word.n; k++)
		if (word.p[k] == '.')
			return true;
	return false;
}

/*
 * Does the text contain a telephone or account number, in any grouping? A list's footer has none.
 */
static bool
has_number(struct slice text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n && digits < DIGITS_MAX; i++)
		if (slice_is_digit(text.p[i]))
			digits++;
		else if (slice_is_alpha(text.p[i]))
			digits = 0;
	return digits >= DIGITS_MAX;
}

/*
 * Does the text contain U+3002 or any of U+F000 to U+FFFF? Some of these are dots, digits and
 * letters that readers may take for those of ASCII.
 */
static bool
has_lookalike(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (slice_starts(slice_from(text, i), SLICE("\xE3\x80\x82")) ||
			(unsigned char)text.p[i] == 0xEF)
			return true;
	return false;
}

/*
 * Is it the list's local-part, alone or as in club-leave or club+unsubscribe, for
 * club@lists.example.org?
 */
static bool
is_mailbox(const struct list *list, struct slice local)
{
	return list->name.n > 0 && slice_istarts(local, list->name) &&
	       (local.n == list->name.n || strchr("-+", local.p[list->name.n]) != NULL);
}

/* The local-part before an '@'. */
static struct slice
local_before(struct slice text, size_t at)
{
	size_t from = at;

	while (from > 0 &&
		(is_name_octet(text.p[from - 1]) || strchr("+=", text.p[from - 1]) != NULL))
		from--;
	return slice_from(slice_head(text, at), from);
}

/* Does the list's domain follow the "://" or "@" at i? *end: the offset after it. */
static bool
leads_to_list(const struct list *list, struct slice text, size_t i, size_t *end)
{
	bool mailbox = text.p[i] == '@';
	struct slice host = word_at(slice_from(text, i + (mailbox ? 1 : 3)));

	*end = i + (mailbox ? 1 : 3) + host.n;
	return is_below(host, list->domain) && (*end == text.n || text.p[*end] != '@') &&
	       (!mailbox || is_mailbox(list, local_before(text, i)));
}

/*
 * 1 if the text refers to the list and to no other host, address or mailbox; 0 if it refers to
 * nothing; -1 otherwise.
 */
static int
refers_to(const struct list *list, struct slice text)
{
	int named = 0;

	for (size_t i = 0; i < text.n;) {
		struct slice rest = slice_from(text, i), word = word_at(rest);

		if ((unsigned char)rest.p[0] < 32 && !slice_is_blank(rest.p[0]))
			return -1;
		if (slice_starts(rest, SLICE("://")) || rest.p[0] == '@') {
			if (!leads_to_list(list, text, i, &i))
				return -1;
			named = 1;
			continue;
		}
		i += word.n > 0 ? word.n : 1;
		if (!is_host(word) || (i < text.n && text.p[i] == '@'))
			continue; /* a local-part may have dots */
		if (!is_below(word, list->domain))
			return -1;
		named = 1;
	}
	return named;
}

/* Is text, as displayed, plain and short, and does it refer only to the list? */
static bool
names_only(const struct list *list, struct slice text)
{
	return text.n > 0 && text.n <= TEXT_MAX && slice_find(text, '<') == text.n &&
	       !has_number(text) && !has_lookalike(text) && refers_to(list, text) > 0;
}

/* Are all addresses those of the list or the author? */
static bool
are_addresses(const struct list *list, struct slice value)
{
	struct slice addresses[DIAGNOSE_ADDRESSES_MAX], author = SLICE("");
	size_t n = diagnose_addresses(value, addresses);
	struct diagnose_mailbox box;

	for (size_t i = 0; i < list->header->nfields; i++)
		if (field_is(&list->header->fields[i], "From")) {
			diagnose_mailbox(
				slice_trim(field_unfold(&list->header->fields[i], list->arena)),
				&box);
			author = box.addr;
		}
	for (size_t i = 0; i < n; i++) {
		diagnose_mailbox(addresses[i], &box);
		if ((author.n == 0 || !slice_ieq(box.addr, author)) &&
			!(slice_ieq(domain_of(box.addr), list->domain) &&
				is_mailbox(list, slice_head(box.addr, slice_rfind(box.addr, '@')))))
			return false;
	}
	return n > 0 && n < DIAGNOSE_ADDRESSES_MAX;
}

/* Do the list fields that were added refer only to the list? */
static bool
are_list_fields(const struct list *list)
{
	for (size_t i = 0; i < list->in->message->nfields; i++) {
		const struct field *field = &list->in->message->fields[i];
		struct slice value = slice_trim(field_unfold(field, list->arena));
		bool kept = false;

		for (size_t k = 0; k < list->header->nfields && !kept; k++)
			kept = list->header->fields[k].raw.p == field->raw.p;
		if (kept)
			continue;
		if ((field_is(field, "Sender") || field_is(field, "Reply-To")) &&
			!are_addresses(list, value))
			return false;
		if (slice_istarts(field->name, SLICE("List-")) &&
			(refers_to(list, value) < 0 || has_lookalike(value)))
			return false;
	}
	return true;
}

/* Is it a tag such as [Club], [club:123] or (club 123), for club@lists.example.org? */
static bool
is_tag(const struct list *list, struct slice tag)
{
	struct slice inner;
	size_t n = 0;

	if (tag.n < 3 || (tag.p[0] != '[' && tag.p[0] != '('))
		return false;
	inner = slice_make(tag.p + 1, tag.n - 2);
	while (n < inner.n && is_name_octet(inner.p[n]))
		n++;
	if (!slice_ieq(slice_head(inner, n), list->name))
		return false;
	for (; n < inner.n; n++)
		if (!slice_is_digit(inner.p[n]) && strchr(" :,#-", inner.p[n]) == NULL)
			return false;
	return true;
}

/* Is the current From the list's address with the author's name, perhaps with "via" the list? */
static bool
from_is_list(const struct list *list, struct slice before)
{
	const struct message *message = list->in->message;
	const struct field *from = message_field(message, "From", 0);
	struct diagnose_mailbox box, old;
	struct slice behind;

	if (from == NULL || message_count(message, "From") != 1)
		return false;
	diagnose_mailbox(slice_trim(field_unfold(from, list->arena)), &box);
	diagnose_mailbox(before, &old);
	if (!slice_ieq(domain_of(box.addr), list->domain) ||
		!slice_ieq(slice_head(box.addr, slice_rfind(box.addr, '@')), list->name))
		return false;
	if (box.name.n == 0)
		return true;
	if (old.name.n == 0)
		old.name = slice_head(old.addr, slice_rfind(old.addr, '@'));
	if (old.name.n == 0 || !slice_starts(box.name, old.name))
		return false;
	behind = slice_from(box.name, old.name.n);
	return behind.n == 0 || (behind.n <= VIA_MAX && slice_istarts(behind, SLICE(" via ")) &&
					slice_istarts(slice_from(behind, 5), list->name));
}

/*
 * Is the text after the body, as displayed with the message's own fields, the footer of the list?
 */
static bool
is_footer(const struct list *list, struct slice text)
{
	const struct message *message = list->in->message;
	const struct field *type = message_field(message, "Content-Type", 0);
	const struct field *encoding = message_field(message, "Content-Transfer-Encoding", 0);

	return message_count(message, "Content-Type") <= 1 &&
	       message_count(message, "Content-Transfer-Encoding") <= 1 &&
	       names_only(list,
		       diagnose_shown(type != NULL ? type->value : SLICE(""),
			       encoding != NULL ? encoding->value : SLICE(""), text, list->arena));
}

/* Does the field in its other form display the same names and addresses? */
static bool
is_same_form(const struct list *list, const struct diagnose_change *change)
{
	const struct field *now = NULL;

	for (size_t i = 0; i < list->in->message->nfields && now == NULL; i++)
		if (slice_ieq(list->in->message->fields[i].name, change->field))
			now = &list->in->message->fields[i];
	if (change->more.n > 0 || now == NULL)
		return false;
	if (field_is(now, "Content-Type"))
		return diagnose_usual_charset(now->value);
	return !field_is(now, "Content-Transfer-Encoding") ||
	       diagnose_coding_of(now->value) == diagnose_coding_of(change->text);
}

/* 1: a list makes such a change; 0: no evidence; -1: evidence against a list */
static int
fits_field(const struct list *list, const struct diagnose_change *change)
{
	switch ((int)change->kind) {
	case DIAGNOSE_SUBJECT:
		return is_tag(list, change->text) ? 1 : -1;
	case DIAGNOSE_FIELD_REWRITTEN:
		return slice_ieq(change->field, SLICE("From")) && from_is_list(list, change->more)
			       ? 1
			       : -1;
	case DIAGNOSE_FIELD_ADDED:
		/* these fields may only name the list or the author */
		return (slice_ieq(change->field, SLICE("Cc")) ||
			       slice_ieq(change->field, SLICE("Sender")) ||
			       slice_ieq(change->field, SLICE("Reply-To"))) &&
				       are_addresses(list, change->text)
			       ? 0
			       : -1;
	case DIAGNOSE_FIELD_FORM:
		return is_same_form(list, change) ? 0 : -1;
	case DIAGNOSE_LIST_FIELDS:
		return are_list_fields(list) ? 1 : -1;
	case DIAGNOSE_FIELD_CHANGED:
		return -1;
	default:
		return 0;
	}
}

static int
fits(const struct list *list, const struct diagnose_change *change)
{
	switch ((int)change->kind) {
	case DIAGNOSE_FOOTER:
		return is_footer(list, change->text) ? 1 : -1;
	case DIAGNOSE_PART_FOOTER:
		return slice_ieq(change->field, SLICE("text/plain")) &&
				       names_only(list, change->text)
			       ? 1
			       : -1;
	case DIAGNOSE_PART:
		return change->text.n == 0 && slice_ieq(change->field, SLICE("text/plain")) &&
				       names_only(list, change->more)
			       ? 1
			       : -1;
	case DIAGNOSE_WRAPPED:
		return change->octets <= WRAPPED_NAMED
			       ? 0
			       : -1; /* 0: so few parts are also checked separately */
	case DIAGNOSE_TOP:
	case DIAGNOSE_BLOCK:
	case DIAGNOSE_META:
	case DIAGNOSE_LINKS:
	case DIAGNOSE_PREAMBLE_ADDED:
		return -1;
	default:
		return fits_field(list, change);
	}
}

bool
diagnose_like_list(const struct auth_input *in, const struct dkim_sig *sig,
	const struct diagnose_body *body, const struct diagnose_header *header)
{
	struct arena scratch;
	struct list list = {.in = in, .header = header, .arena = &scratch};
	bool like = false, unlike = false;

	arena_init(&scratch, in->arena->oom, in->arena->oom_arg);
	if (find_list(&list, sig)) {
		for (size_t i = 0; i < body->n; i++) {
			int one = fits(&list, &body->changes[i]);

			like |= one > 0;
			unlike |= one < 0;
		}
		for (size_t i = 0; i < header->n; i++) {
			int one = fits(&list, &header->changes[i]);

			like |= one > 0;
			unlike |= one < 0;
		}
	}
	arena_clear(&scratch);
	return like && !unlike;
}
