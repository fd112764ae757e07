/* Finds the reverse-path of stored mail. */
#include "auth/base/authres_read.h"
#include "auth/base/domain.h"
#include "filter/intake/envelope_modes.h"
#include "filter/intake/received.h"
#include "filter/provider/provider.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { DOMAIN_OCTETS = 1024 };

/*
 * Reads the address of `From ADDR DATE`. The address may have quoted spaces; `-` (Mozilla) and
 * N@xxx (Google Takeout) are not addresses
 */
static bool
mbox_path(struct slice line, struct slice *path)
{
	struct slice at = slice_from(line, sizeof "From " - 1), start;

	(void)scan_wsp(&at);
	start = at;
	scan_until(&at, " \t\r\n");
	*path = slice_head(start, start.n - at.n);
	if (slice_ieq(slice_from(*path, slice_rfind(*path, '@')), SLICE("@xxx")))
		return false;
	return path->n > 0 && !slice_eq(*path, SLICE("-"));
}

/* The address in a Return-Path: the text in <>, else the first word. */
static struct slice
field_path(struct slice value)
{
	struct slice at;

	value = slice_trim(value);
	at = value;
	if (scan_char(&at, '<')) {
		scan_until(&at, ">");
		return slice_head(value, value.n - at.n + (at.n > 0 ? 1 : 0));
	}
	scan_until(&at, " \t\r\n");
	return slice_head(value, value.n - at.n);
}

/* Takes the topmost X-Envelope-From or Return-Path above the border. */
static bool
path_above(const struct message *message, size_t border, struct arena *arena, struct intake *intake)
{
	for (size_t i = 0; i < border; i++) {
		const struct field *field = &message->fields[i];
		bool x = field_is(field, "X-Envelope-From");

		if ((field->flags & FIELD_OVERSIZE) != 0 || !(x || field_is(field, "Return-Path")))
			continue;
		envelope_path(field_path(field_unfold(field, arena)), &intake->envelope);
		intake->source.path = x ? PLACE_X_ENVELOPE_FROM : PLACE_RETURN_PATH;
		intake->source.path_field = 1;
		return true;
	}
	return false;
}

/*
 * Takes name, and the word after it up to white space, `;` or a comment, from *at. False if *at
 * begins with something else.
 */
static bool
word_behind(struct slice *at, struct slice name, struct slice *word)
{
	size_t n = 0;

	if (!scan_word(at, name))
		return false;
	while (n < at->n && !slice_is_blank(at->p[n]) && at->p[n] != ';' && at->p[n] != '(')
		n++;
	*word = slice_head(*at, n);
	*at = slice_from(*at, n);
	return true;
}

/*
 * Reads the domain that SPF checked: `spf=pass (sender IP is ADDR) smtp.mailfrom=DOMAIN; ...`
 * without an authserv-id, as Microsoft writes it. *null: the value is a HELO name, which means the
 * null path.
 */
static bool
noted_domain(struct slice at, struct slice *domain, bool *null)
{
	struct slice word;

	(void)scan_cfws(&at);
	if (!word_behind(&at, SLICE("spf="), &word))
		return false;
	for (;;) {
		(void)scan_cfws(&at);
		*null = word_behind(&at, SLICE("smtp.helo="), domain);
		if (*null || word_behind(&at, SLICE("smtp.mailfrom="), domain))
			break;
		if (at.n == 0 || at.p[0] == ';' || at.p[0] == '(')
			return false;
		if (!word_behind(&at, SLICE(""), &word) || word.n == 0)
			return false;
	}
	*domain = slice_from(
		*domain, slice_find(*domain, '@') == domain->n ? 0 : slice_rfind(*domain, '@') + 1);
	return domain->n > 0;
}

/* The last Return-Path below the border, or NULL. */
static const struct field *
last_path(const struct message *message, size_t border, size_t *number)
{
	const struct field *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < message->nfields; i++) {
		if (!field_is(&message->fields[i], "Return-Path"))
			continue;
		n++;
		if (i > border && (message->fields[i].flags & FIELD_OVERSIZE) == 0) {
			last = &message->fields[i];
			*number = n;
		}
	}
	return last;
}

/*
 * Takes a Return-Path below the border only if its domain is the one that SPF checked, because the
 * sender may have written it; otherwise only that domain.
 */
static void
path_below(const struct message *message, size_t border, struct slice domain, bool null,
	struct arena *arena, struct intake *intake)
{
	const struct field *field = last_path(message, border, &intake->source.path_field);
	struct envelope found = {.path = PATH_UNKNOWN};
	struct slice at;
	struct buf text;

	if (null) {
		intake->envelope.path = PATH_NULL;
		intake->source.path = PLACE_NOTED;
		return;
	}
	if (field != NULL)
		envelope_path(field_path(field_unfold(field, arena)), &found);
	at = slice_from(found.mail_from, slice_rfind(found.mail_from, '@') + 1);
	if (found.path == PATH_GIVEN && slice_ieq(at, domain)) {
		envelope_path(found.mail_from, &intake->envelope);
		intake->source.path = PLACE_BELOW;
		return;
	}
	buf_init(&text, arena, DOMAIN_OCTETS);
	buf_addc(&text, '@'); /* RFC 7208 4.3: a missing local-part */
	buf_add(&text, domain);
	if (text.over)
		return;
	envelope_path(buf_slice(&text), &intake->envelope);
	intake->source.path = PLACE_NOTED;
}

/* The domain in smtp.mail of the SPF result in this field, if host wrote the field; else empty. */
static struct slice
mail_of(const struct field *field, struct slice host, struct arena *arena)
{
	struct authres authres;

	if (authres_read(field_unfold(field, arena), arena, &authres) != ST_OK ||
		!slice_ieq(authres.id, host))
		return SLICE("");
	for (size_t i = 0; i < authres.n; i++) {
		const struct authres_result *result = &authres.results[i];
		const struct authres_prop *mail = authres_prop(result, "smtp", "mail");

		if (slice_ieq(result->method, SLICE("spf")) && mail != NULL)
			return slice_from(mail->value, slice_rfind(mail->value, '@') + 1);
	}
	return SLICE("");
}

/*
 * Uses the SPF result that the border's host recorded below its Received: the fields between it and
 * the next Received were added by the same host.
 */
static bool
path_of_border(
	const struct message *message, size_t border, struct arena *arena, struct intake *intake)
{
	struct received received;
	struct slice domain;
	size_t i = border + 1;

	if (intake->source.provider == NULL || !intake->source.provider->mailbox.noted_below ||
		border >= message->nfields)
		return false;
	while (i < message->nfields && !field_is(&message->fields[i], "Received") &&
		!field_is(&message->fields[i], "Authentication-Results"))
		i++;
	received_parse(message->fields[border].value, &received);
	if (i == message->nfields || !field_is(&message->fields[i], "Authentication-Results") ||
		(message->fields[i].flags & FIELD_OVERSIZE) != 0 || received.by.n == 0)
		return false;
	domain = mail_of(&message->fields[i], received.by, arena);
	if (domain.n > 0)
		path_below(message, border, domain, false, arena, intake);
	return domain.n > 0;
}

/* Uses the SPF result that the provider recorded above its border. */
static bool
path_noted(const struct message *message, size_t border, struct arena *arena, struct intake *intake)
{
	struct slice domain;
	bool null;

	if (intake->source.provider == NULL || !intake->source.provider->mailbox.path_below)
		return false;
	for (size_t i = 0; i < border; i++) {
		const struct field *field = &message->fields[i];

		if (!field_is(field, "Authentication-Results") ||
			(field->flags & FIELD_OVERSIZE) != 0 ||
			!noted_domain(field_unfold(field, arena), &domain, &null))
			continue;
		path_below(message, border, domain, null, arena, intake);
		return true;
	}
	return false;
}

void
envelope_stored_path(
	const struct message *message, size_t border, struct arena *arena, struct intake *intake)
{
	struct slice path;

	if (path_above(message, border, arena, intake) ||
		path_noted(message, border, arena, intake) ||
		path_of_border(message, border, arena, intake))
		return;
	if (message->mbox_from.n > 0 && mbox_path(message->mbox_from, &path)) {
		envelope_path(path, &intake->envelope);
		intake->source.path = PLACE_MBOX;
	}
}
