#include "filter/rules/bounce.h"

#include <stdio.h>

#include "filter/text/i18n.h"

static const struct {
	const char *code;
	char class; /* '4' or '5'; 0: both */
	enum rules_of provider;
	const char *text;
} known[BOUNCE_CODES] = {
	{"7.26", 0, RULES_GMAIL,
		N_("the mail is not authenticated: neither SPF nor DKIM passed, or DMARC's policy "
		   "refuses it")},
	{"7.27", 0, RULES_GMAIL, N_("SPF did not pass")},
	{"7.30", 0, RULES_GMAIL, N_("no DKIM signature passed")},
	{"7.32", 0, RULES_GMAIL,
		N_("neither SPF nor DKIM passed for the domain of From (alignment)")},
	{"7.40", 0, RULES_GMAIL,
		N_("the author domain has no DMARC record, or one without a policy")},
	{"7.31", 0, RULES_GMAIL,
		N_("the author domain has no DMARC record, or one without a policy")},
	/* only 4.7.23: by RFC 7372, 5.7.23 is a failure of SPF */
	{"7.23", '4', RULES_GMAIL,
		N_("the sending address has no name that leads back to it (PTR)")},
	{"7.25", 0, RULES_GMAIL, N_("the sending address has no name that leads back to it (PTR)")},
	{"7.515", 0, RULES_OUTLOOK,
		N_("the author domain does not meet the level of authentication for bulk senders: "
		   "SPF, DKIM and DMARC")},
	{"7.9", 0, RULES_YAHOO, N_("SPF, DKIM or DMARC failed, and the policy refuses it")},
};

static bool
is_digit(const struct slice text, size_t at)
{
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/*
 * Does the text contain the code as a separate word, with the given class (0: with class 4 or 5)?
 * 5.7.26 is not in 15.7.26, 5.7.261 or 5.7.26.1.
 */
static bool
has_code(struct slice text, struct slice code, char class, struct slice *found)
{
	for (size_t i = 2; i + code.n <= text.n; i++) {
		const size_t end = i + code.n;

		if (text.p[i - 1] != '.' || (text.p[i - 2] != '4' && text.p[i - 2] != '5') ||
			(class != 0 && text.p[i - 2] != class) ||
			!slice_eq(slice_head(slice_from(text, i), code.n), code))
			continue;
		if ((i > 2 && (is_digit(text, i - 3) || text.p[i - 3] == '.')) ||
			is_digit(text, end) ||
			(end < text.n && text.p[end] == '.' && is_digit(text, end + 1)))
			continue;
		*found = slice_head(slice_from(text, i - 2), code.n + 2);
		return true;
	}
	return false;
}

static size_t
find(struct slice text, struct slice what)
{
	for (size_t i = 0; i + what.n <= text.n; i++)
		if (slice_ieq(slice_head(slice_from(text, i), what.n), what))
			return i;
	return text.n;
}

/*
 * Returns the offset of the first Content-Type field in the body that announces a returned message
 * or header; the size of the body if there is none.
 */
static size_t
returned_at(struct slice body)
{
	static const char *const types[] = {
		"message/rfc822", "text/rfc822-headers", "message/global"};
	const struct slice name = SLICE("\nContent-Type:");

	for (size_t at = find(body, name); at < body.n;) {
		const struct slice value = slice_trim(slice_from(body, at + name.n));

		for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
			if (slice_istarts(value, slice_str(types[i])) &&
				!slice_istarts(value, SLICE("message/global-delivery-status")))
				return at + 1;
		at += name.n;
		at += find(slice_from(body, at), name);
	}
	return body.n;
}

/*
 * Returns the content of the part that begins with its Content-Type field, if the part is a header:
 * from the empty line to the next boundary.
 */
static struct slice
returned_header(struct slice part)
{
	const struct slice type = slice_trim(slice_from(part, slice_find(part, ':') + 1));
	const size_t crlf = find(part, SLICE("\r\n\r\n")), lf = find(part, SLICE("\n\n"));
	struct slice rest;

	if ((!slice_istarts(type, SLICE("text/rfc822-headers")) &&
		    !slice_istarts(type, SLICE("message/global-headers"))) ||
		(crlf == part.n && lf == part.n))
		return SLICE("");
	rest = slice_from(part, crlf < lf ? crlf + 4 : lf + 2);
	return slice_head(rest, find(rest, SLICE("\n--")));
}

bool
bounce_find(const struct message *message, struct arena *arena, struct bounce *bounce)
{
	const struct field *field = message_field(message, "Content-Type", 0);
	const struct slice body = slice_head(message->body, BOUNCE_OCTETS);
	struct slice type;
	size_t returned;

	*bounce = (struct bounce){.n = 0};
	if (field == NULL)
		return false;
	type = slice_trim(field_unfold(field, arena));
	if (!slice_istarts(type, SLICE("multipart/report")) ||
		find(type, SLICE("delivery-status")) == type.n)
		return false;
	returned = returned_at(body);
	for (size_t i = 0; i < BOUNCE_CODES; i++) {
		struct slice found;

		/* a code in the returned message was written by its sender and proves nothing */
		if (!has_code(slice_head(body, returned), slice_str(known[i].code), known[i].class,
			    &found))
			continue;
		bounce->codes[bounce->n].code = found;
		bounce->codes[bounce->n].provider = known[i].provider;
		bounce->codes[bounce->n++].text = known[i].text;
	}
	bounce->returned = returned_header(slice_from(body, returned));
	return true;
}

void
bounce_print(const struct bounce *bounce)
{
	if (bounce->n > 0)
		printf("\n%s\n", _("This is a bounce. Its codes:"));
	for (size_t i = 0; i < bounce->n; i++)
		printf("  %.*s (%s): %s\n    %s\n", (int)bounce->codes[i].code.n,
			bounce->codes[i].code.p, rules_word(bounce->codes[i].provider),
			translated(bounce->codes[i].text), rules_page(bounce->codes[i].provider));
}
