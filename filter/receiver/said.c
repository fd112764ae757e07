#include "filter/receiver/said.h"

#include "auth/base/authres_read.h"
#include "filter/provider/provider.h"
#include "mime/buf.h"

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

/*
 * Is it a field that may contain results of the receiver? *text is set to the input for
 * authres_read.
 */
static enum said_form
form_of(const struct field *field, struct arena *arena, struct slice *text)
{
	struct buf whole;

	if ((field->flags & FIELD_OVERSIZE) != 0)
		return SAID_NOTHING;
	if (field_is(field, "ARC-Authentication-Results")) {
		*text = without_instance(field_unfold(field, arena));
		return text->n > 0 ? SAID_ARC : SAID_NOTHING;
	}
	if (!field_is(field, "Authentication-Results"))
		return SAID_NOTHING;
	*text = slice_trim(field_unfold(field, arena));
	if (!slice_istarts(*text, SLICE("spf=")) && !slice_istarts(*text, SLICE("dkim=")))
		return SAID_FIELD;
	buf_init(&whole, arena, TEXT_MAX + 16);
	buf_adds(&whole, "microsoft; ");
	buf_add(&whole, *text);
	*text = buf_slice(&whole);
	return whole.over ? SAID_NOTHING : SAID_NO_ID;
}

static struct said_word
word_of(struct slice word)
{
	struct said_word said = {.there = true, .word = word};

	for (int i = AUTH_NONE; i <= AUTH_PERMERROR; i++)
		if (slice_ieq(word, slice_str(auth_code_word((enum auth_code)i)))) {
			said.code = (enum auth_code)i;
			said.known = true;
		}
	if (slice_ieq(word, SLICE("hardfail"))) { /* a result word of RFC 5451 */
		said.code = AUTH_FAIL;
		said.known = true;
	}
	return said;
}

static struct slice
domain_in(struct slice value)
{
	const size_t at = slice_rfind(value, '@');

	return at < value.n ? slice_from(value, at + 1) : value;
}

static void
add_spf(const struct authres_result *result, struct said *said)
{
	const struct authres_prop *path = authres_prop(result, "smtp", "mailfrom");
	const struct authres_prop *helo = authres_prop(result, "smtp", "helo");

	if (said->spf.there && (path == NULL || said->spf_domain.n > 0))
		return;
	said->spf = word_of(result->result);
	said->spf_helo = path == NULL && helo != NULL ? helo->value : SLICE("");
	if (path != NULL)
		said->spf_domain = domain_in(path->value);
}

static void
add_dkim(const struct authres_result *result, struct said *said)
{
	const struct authres_prop *d = authres_prop(result, "header", "d");
	const struct said_word word = word_of(result->result);

	if (!said->dkim.there)
		said->dkim = word;
	if (d == NULL)
		d = authres_prop(result, "header", "i");
	if (d == NULL || d->value.n == 0 || said->nsignatures == SAID_SIGNATURES)
		return;
	said->signatures[said->nsignatures++] = (struct said_signature){domain_in(d->value), word};
}

static void
add_results(const struct authres *authres, struct said *said)
{
	for (size_t i = 0; i < authres->n; i++) {
		const struct authres_result *result = &authres->results[i];

		if (slice_ieq(result->method, SLICE("spf")))
			add_spf(result, said);
		else if (slice_ieq(result->method, SLICE("dkim")))
			add_dkim(result, said);
		else if (slice_ieq(result->method, SLICE("dmarc")) && !said->dmarc.there)
			said->dmarc = word_of(result->result);
		else if (slice_ieq(result->method, SLICE("arc")) && !said->arc.there)
			said->arc = word_of(result->result);
	}
}

/*
 * Uses the field if it has the requested id or, if none was requested, if it is the first; after
 * that, only fields of the same form and id.
 */
static void
use_field(const struct field *field, struct slice id, struct arena *arena, struct said *said)
{
	struct authres authres;
	struct slice text;
	const enum said_form form = form_of(field, arena, &text);

	if (form == SAID_NOTHING || authres_read(text, arena, &authres) != ST_OK)
		return;
	if (said->form == SAID_NOTHING ? id.n > 0 && !slice_ieq(id, authres.id)
				       : form != said->form || !slice_ieq(said->id, authres.id))
		return;
	said->form = form;
	said->id = authres.id;
	add_results(&authres, said);
}

/*
 * Gmail's own fields are directly below its Received; after any other field, those of the sender
 * follow.
 */
static void
take_below(const struct message *message, const struct intake *intake, size_t border,
	struct slice id, struct arena *arena, struct said *said)
{
	const struct provider *provider = intake->source.headers ? intake->source.provider : NULL;

	if (provider == NULL || provider->mailbox.word == NULL ||
		!provider_lists(provider->mailbox.border, SLICE("mx.google.com")))
		return;
	for (size_t i = border + 1; i < message->nfields && said->form == SAID_NOTHING; i++) {
		const struct field *field = &message->fields[i];

		if (!field_is(field, "Received-SPF") && !field_is(field, "Authentication-Results"))
			return;
		use_field(field, id, arena, said);
	}
}

bool
said_read(const struct message *message, const struct intake *intake, struct slice id,
	struct arena *arena, struct said *said)
{
	const size_t border = border_of(message, intake);

	*said = (struct said){.form = SAID_NOTHING};
	take_below(message, intake, border, id, arena, said);
	for (size_t i = border; said->form != SAID_ARC && i > 0; i--)
		if (field_is(&message->fields[i - 1], "Authentication-Results"))
			use_field(&message->fields[i - 1], id, arena, said);
	/* the topmost set belongs to the receiver if it sealed the message on arrival */
	for (size_t i = 0; said->form == SAID_NOTHING && i < border; i++)
		if (field_is(&message->fields[i], "ARC-Authentication-Results"))
			use_field(&message->fields[i], id, arena, said);
	return said->form != SAID_NOTHING;
}
