#include "filter/receiver/recorded.h"

#include "auth/base/authres_read.h"
#include "filter/provider/provider.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { TEXT_MAX = 64 * 1024 };

static struct slice
without_instance(struct slice text)
{
	struct slice rest = slice_trim(text);
	size_t at;

	/* RFC 8617 4.1.1: "i=1;" before the rest */
	if (!slice_istarts(rest, SLICE("i")))
		return SLICE("");
	at = slice_find(rest, ';');
	return at < rest.n ? slice_trim(slice_from(rest, at + 1)) : SLICE("");
}

/*
 * The index of the border's Received field, which shows the client; if the border is not known, of
 * the first Received field.
 */
static size_t
border_of(const struct message *message, const struct intake *intake)
{
	const size_t n =
		intake->source.headers && intake->source.border > 0 ? intake->source.border : 1;
	size_t received = 0;

	for (size_t i = 0; i < message->nfields; i++)
		if (field_is(&message->fields[i], "Received") && ++received == n)
			return i;
	return 0;
}

/* method [CFWS] ["/" version] [CFWS] "=": a result, where the authserv-id should be */
static bool
has_no_id(struct slice text)
{
	struct slice word;

	(void)scan_cfws(&text);
	if (!scan_token(&text, &word))
		return false;
	(void)scan_cfws(&text);
	if (scan_char(&text, '/')) {
		(void)scan_cfws(&text);
		if (!scan_token(&text, &word))
			return false;
		(void)scan_cfws(&text);
	}
	return scan_char(&text, '=');
}

/*
 * RFC 8601 2.2 has white space between authserv-id and version; some write "mx.example.net/1":
 * returns the text with a space in place of that slash, a copy in the arena if there is one.
 */
static struct slice
without_slash(struct slice text, struct arena *arena)
{
	struct slice rest = text, word;
	char *copy;

	(void)scan_cfws(&rest);
	if (!scan_token(&rest, &word))
		return text;
	(void)scan_cfws(&rest);
	if (rest.n == 0 || rest.p[0] != '/')
		return text;
	copy = arena_cstr(arena, text);
	copy[rest.p - text.p] = ' ';
	return slice_make(copy, text.n);
}

/*
 * Is it a field that may contain results of the receiver? *text is set to the input for
 * authres_read.
 */
static enum recorded_form
form_of(const struct field *field, struct arena *arena, struct slice *text)
{
	struct buf whole;

	if ((field->flags & FIELD_OVERSIZE) != 0)
		return RECORDED_NOTHING;
	if (field_is(field, "ARC-Authentication-Results")) {
		*text = without_instance(field_unfold(field, arena));
		return text->n > 0 ? RECORDED_ARC : RECORDED_NOTHING;
	}
	if (!field_is(field, "Authentication-Results"))
		return RECORDED_NOTHING;
	*text = slice_trim(field_unfold(field, arena));
	if (!has_no_id(*text)) {
		*text = without_slash(*text, arena);
		return RECORDED_FIELD;
	}
	buf_init(&whole, arena, TEXT_MAX + 16);
	buf_adds(&whole, "microsoft; ");
	buf_add(&whole, *text);
	*text = buf_slice(&whole);
	return whole.over ? RECORDED_NOTHING : RECORDED_NO_ID;
}

static struct recorded_word
word_of(struct slice word)
{
	struct recorded_word recorded = {.there = true, .word = word};

	for (int i = AUTH_NONE; i <= AUTH_PERMERROR; i++)
		if (slice_ieq(word, slice_str(auth_code_word((enum auth_code)i)))) {
			recorded.code = (enum auth_code)i;
			recorded.known = true;
		}
	if (slice_ieq(word, SLICE("hardfail"))) { /* a result word of RFC 5451 */
		recorded.code = AUTH_FAIL;
		recorded.known = true;
	}
	return recorded;
}

static struct slice
domain_in(struct slice value)
{
	const size_t at = slice_rfind(value, '@');

	return at < value.n ? slice_from(value, at + 1) : value;
}

static void
add_spf(const struct authres_result *result, struct recorded *recorded)
{
	const struct authres_prop *path = authres_prop(result, "smtp", "mailfrom");
	const struct authres_prop *helo = authres_prop(result, "smtp", "helo");

	if (recorded->spf.there && (path == NULL || recorded->spf_domain.n > 0))
		return;
	recorded->spf = word_of(result->result);
	recorded->spf_helo = path == NULL && helo != NULL ? helo->value : SLICE("");
	if (path != NULL)
		recorded->spf_domain = domain_in(path->value);
}

static void
add_dkim(const struct authres_result *result, struct recorded *recorded)
{
	const struct authres_prop *d = authres_prop(result, "header", "d");
	const struct recorded_word word = word_of(result->result);

	if (!recorded->dkim.there)
		recorded->dkim = word;
	if (d == NULL)
		d = authres_prop(result, "header", "i");
	if (d == NULL || d->value.n == 0 || recorded->nsignatures == RECORDED_SIGNATURES)
		return;
	recorded->signatures[recorded->nsignatures++] =
		(struct recorded_signature){domain_in(d->value), word};
}

static void
add_results(const struct authres *authres, struct recorded *recorded)
{
	for (size_t i = 0; i < authres->n; i++) {
		const struct authres_result *result = &authres->results[i];

		if (slice_ieq(result->method, SLICE("spf")))
			add_spf(result, recorded);
		else if (slice_ieq(result->method, SLICE("dkim")))
			add_dkim(result, recorded);
		else if (slice_ieq(result->method, SLICE("dmarc")) && !recorded->dmarc.there)
			recorded->dmarc = word_of(result->result);
		else if (slice_ieq(result->method, SLICE("arc")) && !recorded->arc.there)
			recorded->arc = word_of(result->result);
	}
}

/*
 * The id that all fields of a receiver have in common: Apple writes one for each mechanism
 * (spf.icloud.com, dkim-verifier.icloud.com, dmarc.icloud.com).
 */
static struct slice
common_id(struct slice id)
{
	const struct slice apple = SLICE("icloud.com");
	const size_t at = id.n - apple.n - 1;

	return id.n > apple.n && id.p[at] == '.' && slice_ieq(slice_from(id, at + 1), apple) ? apple
											     : id;
}

/*
 * Uses the field if it has the requested id or, if none was requested, if it is the first; after
 * that, only fields of the same form and id. True if it was used.
 */
static bool
use_field(
	const struct field *field, struct slice id, struct arena *arena, struct recorded *recorded)
{
	struct authres authres;
	struct slice text;
	const enum recorded_form form = form_of(field, arena, &text);

	if (form == RECORDED_NOTHING || authres_read(text, arena, &authres) != ST_OK)
		return false;
	authres.id = common_id(authres.id);
	if (recorded->form == RECORDED_NOTHING
			? id.n > 0 && !slice_ieq(common_id(id), authres.id)
			: form != recorded->form || !slice_ieq(recorded->id, authres.id))
		return false;
	recorded->form = form;
	recorded->id = authres.id;
	add_results(&authres, recorded);
	return true;
}

/* Is it the one that Apple writes: `pass (spf.icloud.com: domain of a@example.com ...) ...`? */
static bool
is_apple_spf(struct slice value)
{
	const struct slice comment = SLICE("spf.icloud.com:");

	return slice_istarts(slice_from(value, slice_find(value, '(') + 1), comment);
}

/*
 * Apple's border host puts its fields directly below its Received, each above those before:
 * Received-SPF first, then results of one mechanism in each field, with X-ARC-Info and X-DMARC-*
 * beside them, and X-ICL-* last. It writes Received-SPF on all mail from outside, so that this is
 * where the sender's fields begin. If a field of another form comes before it, or no result of SPF,
 * nothing shows which fields are Apple's.
 */
static void
take_apple(const struct message *message, size_t border, struct arena *arena,
	struct recorded *recorded)
{
	static const char *const others[] = {"X-ICL-Score", "X-ICL-Info", "X-ICL-Repid",
		"X-ARC-Info", "X-DMARC-Info", "X-DMARC-Policy"};
	struct recorded found = {.form = RECORDED_NOTHING};

	for (size_t i = border + 1; i < message->nfields; i++) {
		const struct field *field = &message->fields[i];
		size_t other = 0;

		if (field_is(field, "Received-SPF")) {
			if (found.spf.there && is_apple_spf(field->value))
				*recorded = found;
			return;
		}
		if (use_field(field, SLICE("icloud.com"), arena, &found))
			continue;
		while (other < sizeof others / sizeof *others && !field_is(field, others[other]))
			other++;
		if (other == sizeof others / sizeof *others)
			return;
	}
}

/*
 * Fields of the border host below its Received. Gmail's own fields are directly below it, and have
 * its id; after any other field, those of the sender follow.
 */
static void
take_below(const struct message *message, const struct intake *intake, size_t border,
	struct slice id, struct arena *arena, struct recorded *recorded)
{
	const struct provider *provider = intake->source.headers ? intake->source.provider : NULL;

	if (provider != NULL && provider->mailbox.results_below &&
		(id.n == 0 || slice_ieq(common_id(id), SLICE("icloud.com"))))
		take_apple(message, border, arena, recorded);
	if (provider == NULL || provider->mailbox.word == NULL ||
		!provider_lists(provider->mailbox.border, SLICE("mx.google.com")))
		return;
	for (size_t i = border + 1; i < message->nfields && recorded->form == RECORDED_NOTHING;
		i++) {
		const struct field *field = &message->fields[i];

		if (!field_is(field, "Received-SPF") && !field_is(field, "Authentication-Results"))
			return;
		(void)use_field(field, id, arena, recorded);
		if (recorded->form == RECORDED_NO_ID)
			*recorded = (struct recorded){.form = RECORDED_NOTHING};
	}
}

bool
recorded_read(const struct message *message, const struct intake *intake, struct slice id,
	struct arena *arena, struct recorded *recorded)
{
	const size_t border = border_of(message, intake);

	*recorded = (struct recorded){.form = RECORDED_NOTHING};
	take_below(message, intake, border, id, arena, recorded);
	for (size_t i = border; recorded->form != RECORDED_ARC && i > 0; i--)
		if (field_is(&message->fields[i - 1], "Authentication-Results"))
			(void)use_field(&message->fields[i - 1], id, arena, recorded);
	/* the topmost set belongs to the receiver if it sealed the message on arrival */
	for (size_t i = 0; recorded->form == RECORDED_NOTHING && i < border; i++)
		if (field_is(&message->fields[i], "ARC-Authentication-Results"))
			(void)use_field(&message->fields[i], id, arena, recorded);
	return recorded->form != RECORDED_NOTHING;
}
