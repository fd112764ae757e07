/*
 * diagnose_list.c: does what was added look like the work of a mailing list? Only text that
 * refers to nothing but the list counts, not links to other sites, HTML or files.
 */
#include "auth/diagnose/diagnose_head.h"

enum { TEXT_MAX = 600, DIGITS_MAX = 6, VIA_MAX = 60 };

/* The list that a message went through. */
struct list {
	struct slice domain; /* as the envelope or List-Id has it */
	struct slice name;   /* the local-part of its address */
};

static struct slice
domain_of(struct slice addr)
{
	size_t at = slice_rfind(addr, '@');

	return at < addr.n ? slice_from(addr, at + 1) : SLICE("");
}

/* Is a the domain b, or below it? */
static bool
is_below(struct slice a, struct slice b)
{
	if (b.n == 0 || a.n < b.n)
		return false;
	return slice_ieq(slice_from(a, a.n - b.n), b) && (a.n == b.n || a.p[a.n - b.n - 1] == '.');
}

/* An address in To or Cc whose domain the envelope's sender or List-Id names; it is not the
 * signer's. */
static bool
find_list(const struct auth_input *in, const struct dkim_sig *sig, struct arena *arena,
	struct list *list)
{
	const struct field *id = message_field(in->message, "List-Id", 0);
	struct slice sender = domain_of(in->envelope->mail_from);

	for (size_t i = 0; i < in->message->nfields; i++) {
		const struct field *field = &in->message->fields[i];
		struct slice addresses[DIAGNOSE_ADDRESSES_MAX];
		size_t n;

		if (!field_is(field, "To") && !field_is(field, "Cc"))
			continue;
		n = diagnose_addresses(slice_trim(field_unfold(field, arena)), addresses);
		for (size_t k = 0; k < n; k++) {
			struct diagnose_mailbox box, of;
			struct slice domain;
			bool named = false;

			diagnose_mailbox(addresses[k], &box);
			domain = domain_of(box.addr);
			if (id != NULL) {
				diagnose_mailbox(slice_trim(id->value), &of);
				named = is_below(of.addr, domain);
			}
			if (domain.n == 0 || is_below(domain, sig->d) || is_below(sig->d, domain) ||
				!(slice_ieq(domain, sender) || named))
				continue;
			list->domain = domain;
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

/* A dot between letters or digits: a host's name or address. */
static bool
is_host(struct slice word)
{
	for (size_t k = 1; k + 1 < word.n; k++)
		if (word.p[k] == '.')
			return true;
	return false;
}

/* A telephone or account number is no part of a list's footer. */
static bool
has_number(struct slice text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n && digits < DIGITS_MAX; i++)
		if (slice_is_digit(text.p[i]))
			digits++;
		else if (!slice_is_blank(text.p[i]) && text.p[i] != '-')
			digits = 0;
	return digits >= DIGITS_MAX;
}

/*
 * Is text plain, short, and does it name the list's domain and no other host? What follows "://" or
 * "@" must be the list's, dots or not.
 */
static bool
names_only(const struct list *list, struct slice text)
{
	bool named = false;

	if (text.n == 0 || text.n > TEXT_MAX || slice_find(text, '<') < text.n || has_number(text))
		return false;
	for (size_t i = 0; i < text.n;) {
		struct slice rest = slice_from(text, i), word = word_at(rest);
		bool leads = slice_starts(rest, SLICE("://")) || rest.p[0] == '@';

		if ((unsigned char)rest.p[0] < 32 && !slice_is_blank(rest.p[0]))
			return false;
		if (leads) {
			i += rest.p[0] == '@' ? 1 : 3;
			if (!is_below(word_at(slice_from(text, i)), list->domain))
				return false;
			named = true;
			continue;
		}
		i += word.n > 0 ? word.n : 1;
		if (!is_host(word) || (i < text.n && text.p[i] == '@'))
			continue; /* a local-part may have dots */
		if (!is_below(word, list->domain))
			return false;
		named = true;
	}
	return named;
}

/* [Club], [club:123] or (club 123) for club@lists.example.org */
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

/* From, as it is now: the list's own address, under the author's name, perhaps "via" the list. */
static bool
from_is_list(const struct auth_input *in, const struct list *list, struct slice before,
	struct arena *arena)
{
	const struct field *from = message_field(in->message, "From", 0);
	struct diagnose_mailbox box, old;
	struct slice behind;

	if (from == NULL || message_count(in->message, "From") != 1)
		return false;
	diagnose_mailbox(slice_trim(field_unfold(from, arena)), &box);
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

/* 1: as a list does it; 0: no evidence; -1: evidence against it */
static int
fits(const struct auth_input *in, const struct list *list, const struct diagnose_change *change,
	struct arena *arena)
{
	switch ((int)change->kind) {
	case DIAGNOSE_FOOTER:
	case DIAGNOSE_PART_FOOTER:
		if (change->kind == DIAGNOSE_PART_FOOTER &&
			!slice_ieq(change->field, SLICE("text/plain")))
			return -1;
		return names_only(list, change->text) ? 1 : -1;
	case DIAGNOSE_PART:
		return change->text.n == 0 && slice_ieq(change->field, SLICE("text/plain")) &&
				       names_only(list, change->more)
			       ? 1
			       : -1;
	case DIAGNOSE_SUBJECT:
		return is_tag(list, change->text) ? 1 : -1;
	case DIAGNOSE_FIELD_REWRITTEN:
		return slice_ieq(change->field, SLICE("From")) &&
				       from_is_list(in, list, change->more, arena)
			       ? 1
			       : -1;
	case DIAGNOSE_FIELD_ADDED:
		if (slice_ieq(change->field, SLICE("Cc")))
			return 0; /* where From was kept */
		return slice_ieq(change->field, SLICE("Sender")) ||
				       slice_ieq(change->field, SLICE("Reply-To"))
			       ? 0
			       : -1;
	case DIAGNOSE_TOP:
	case DIAGNOSE_BLOCK:
	case DIAGNOSE_META:
	case DIAGNOSE_LINKS:
	case DIAGNOSE_PREAMBLE_ADDED:
	case DIAGNOSE_FIELD_CHANGED:
		return -1;
	default:
		return 0;
	}
}

bool
diagnose_like_list(const struct auth_input *in, const struct dkim_sig *sig,
	const struct diagnose_body *body, const struct diagnose_header *header)
{
	struct list list;
	struct arena scratch;
	bool like = false, unlike = false;

	arena_init(&scratch, in->arena->oom, in->arena->oom_arg);
	if (find_list(in, sig, &scratch, &list)) {
		for (size_t i = 0; i < body->n; i++) {
			int one = fits(in, &list, &body->changes[i], &scratch);

			like |= one > 0;
			unlike |= one < 0;
		}
		for (size_t i = 0; i < header->n; i++) {
			int one = fits(in, &list, &header->changes[i], &scratch);

			like |= one > 0;
			unlike |= one < 0;
		}
	}
	arena_clear(&scratch);
	return like && !unlike;
}
