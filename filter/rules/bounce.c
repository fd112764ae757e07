#include "filter/rules/bounce.h"

#include <string.h>

#include "auth/base/domain.h"
#include "filter/text/i18n.h"
#include "mime/message.h"

enum {
	FIELDS_MAX = 100,
	FIELD_OCTETS = 65536,
	GROUPS_MAX = 1000,
	REPLY_MAX = 1000 /* octets of a reply in which a word of the table is looked for */
};

#define PAGE_GMAIL "https://support.google.com/a/answer/3726730"
#define PAGE_YAHOO "https://senders.yahooinc.com/smtp-error-codes/"
#define PAGE_APPLE "https://support.apple.com/102322"
#define PAGE_EXCHANGE                                                                              \
	"https://learn.microsoft.com/en-us/exchange/troubleshoot/email-delivery/ndr/"              \
	"non-delivery-reports-in-exchange-online"
#define PAGE_OUTLOOK                                                                               \
	"https://support.microsoft.com/en-au/topic/"                                               \
	"fix-ndr-error-550-5-7-515-in-outlook-com-34cfe8f8-6fbf-457e-9e8b-9e4dbaf4e0ef"
#define PAGE_IANA "https://www.iana.org/assignments/smtp-enhanced-status-codes/"

/* hosts: the domains of its mail servers, including all names below */
static const struct {
	const char *word, *hosts[4];
} sources[] = {
	[BOUNCE_NOBODY] = {"", {NULL}},
	[BOUNCE_GMAIL] = {"gmail", {"google.com", "googlemail.com", NULL}},
	[BOUNCE_YAHOO] = {"yahoo", {"yahoodns.net", "yahoo.com", "aol.com", NULL}},
	[BOUNCE_OUTLOOK] = {"outlook", {"outlook.com", "hotmail.com", "mx.microsoft", NULL}},
	[BOUNCE_APPLE] = {"apple", {"icloud.com", "me.com", "apple.com", NULL}},
	[BOUNCE_STANDARD] = {"RFC", {NULL}},
};

#define NO_PTR "bounce_no_ptr", N_("the sending address has no name that leads back to it (PTR)")
#define NO_RECORD                                                                                  \
	"bounce_no_record", N_("the author domain has no DMARC record, or one without a policy")
#define BANNED                                                                                     \
	"bounce_blocked", N_("the sending address is blocked; the page says how to have it "       \
			     "removed")
#define NO_SPF "bounce_no_spf_pass", N_("SPF did not pass")
#define NO_DKIM "bounce_no_dkim_pass", N_("no DKIM signature passed")
#define RATE                                                                                       \
	"bounce_rate",                                                                             \
		N_("too much mail, or complaints: the mail is slowed down or refused for a while")

/*
 * What a code means to whom: last is its third number, from first to last; class '4' or '5', 0:
 * both. word: only if the same reply contains it. The first row that fits counts.
 */
static const struct {
	enum bounce_source by;
	unsigned first, last;
	char class;
	const char *word, *id, *text, *page;
} meanings[] = {
	{BOUNCE_GMAIL, 23, 23, '4', NULL, NO_PTR, PAGE_GMAIL},
	{BOUNCE_GMAIL, 24, 24, 0, NULL, "bounce_spf_entries",
		N_("the SPF record of the sender has entries that look wrong"), PAGE_GMAIL},
	{BOUNCE_GMAIL, 25, 25, 0, NULL, NO_PTR, PAGE_GMAIL},
	{BOUNCE_GMAIL, 26, 26, 0, NULL, "bounce_not_authenticated",
		N_("the mail is not authenticated: neither SPF nor DKIM passed, or DMARC's policy "
		   "refuses it"),
		PAGE_GMAIL},
	{BOUNCE_GMAIL, 27, 27, 0, NULL, NO_SPF, PAGE_GMAIL},
	{BOUNCE_GMAIL, 28, 28, 0, NULL, RATE, PAGE_GMAIL},
	{BOUNCE_GMAIL, 29, 29, 0, NULL, "bounce_no_tls", N_("the mail was not sent over TLS"),
		PAGE_GMAIL},
	{BOUNCE_GMAIL, 30, 30, 0, NULL, NO_DKIM, PAGE_GMAIL},
	{BOUNCE_GMAIL, 31, 31, 0, NULL, NO_RECORD, PAGE_GMAIL},
	{BOUNCE_GMAIL, 32, 32, 0, NULL, "bounce_not_aligned",
		N_("neither SPF nor DKIM passed for the domain of From (alignment)"), PAGE_GMAIL},
	{BOUNCE_GMAIL, 40, 40, 0, NULL, NO_RECORD, PAGE_GMAIL},
	{BOUNCE_YAHOO, 0, 0, '4', "[TS", RATE, PAGE_YAHOO},
	{BOUNCE_YAHOO, 1, 1, 0, "[TS", RATE, PAGE_YAHOO},
	{BOUNCE_YAHOO, 1, 1, '5', "[BL", BANNED, PAGE_YAHOO},
	{BOUNCE_YAHOO, 9, 9, 0, NULL, "bounce_provider_rule_or_authentication",
		N_("the mail is refused by a rule of the provider: SPF, DKIM or DMARC failed, or "
		   "its "
		   "content is not wanted"),
		PAGE_YAHOO},
	{BOUNCE_OUTLOOK, 23, 23, '5', NULL, NO_SPF, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 25, 25, 0, NULL, NO_PTR, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 26, 26, 0, NULL, "bounce_ipv6_not_authenticated",
		N_("the mail came over IPv6, and neither SPF nor DKIM passed"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 506, 506, 0, NULL, "bounce_helo",
		N_("the sending host introduced itself with a name that is not its own (HELO)"),
		PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 509, 509, 0, NULL, "bounce_dmarc_reject",
		N_("DMARC failed, and the policy of the author domain is reject"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 510, 510, 0, NULL, "bounce_no_ipv6",
		N_("the recipient's domain accepts no mail over IPv6"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 501, 503, '5', NULL, "bounce_account_blocked",
		N_("the sending account is blocked because it sent spam"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 508, 508, '5', NULL, RATE, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 511, 511, '5', NULL, BANNED, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 512, 512, '5', NULL, "bounce_from_invalid",
		N_("the From field has no valid address"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 513, 513, '5', NULL, "bounce_blocked_by_recipient",
		N_("the recipient's domain blocks the sending address"), PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 515, 515, 0, NULL, "bounce_bulk_level",
		N_("the author domain does not meet the level of authentication for bulk senders: "
		   "SPF, DKIM and DMARC"),
		PAGE_OUTLOOK},
	{BOUNCE_OUTLOOK, 606, 649, '5', NULL, BANNED, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 500, 699, '4', NULL, RATE, PAGE_EXCHANGE},
	{BOUNCE_OUTLOOK, 850, 899, '4', NULL, RATE, PAGE_EXCHANGE},
	{BOUNCE_APPLE, 1, 1, '5', "DMARC", "bounce_dmarc_policy",
		N_("DMARC failed, and the policy of the author domain refuses the mail"),
		PAGE_APPLE},
	{BOUNCE_APPLE, 1, 1, '5', "local policy", "bounce_provider_rule",
		N_("the mail is refused by a rule of the provider, which does not say which; its "
		   "page "
		   "has what it requires"),
		PAGE_APPLE},
	{BOUNCE_APPLE, 1, 1, '4', "excessive volume", RATE, PAGE_APPLE},
	/* RFC 7372 3.1 to 3.4, RFC 7505 4.2, RFC 8617 9.1 */
	{BOUNCE_STANDARD, 20, 20, 0, NULL, NO_DKIM, PAGE_IANA},
	{BOUNCE_STANDARD, 21, 21, 0, NULL, "bounce_dkim_not_acceptable",
		N_("no DKIM signature that passed is acceptable"), PAGE_IANA},
	{BOUNCE_STANDARD, 22, 22, 0, NULL, "bounce_no_author_signature",
		N_("no DKIM signature of the author passed"), PAGE_IANA},
	{BOUNCE_STANDARD, 23, 23, 0, NULL, NO_SPF, PAGE_IANA},
	{BOUNCE_STANDARD, 24, 24, 0, NULL, "bounce_spf_not_evaluated",
		N_("SPF could not be evaluated"), PAGE_IANA},
	{BOUNCE_STANDARD, 25, 25, 0, NULL, NO_PTR, PAGE_IANA},
	{BOUNCE_STANDARD, 26, 26, 0, NULL, "bounce_several_failed",
		N_("several checks of authentication failed"), PAGE_IANA},
	{BOUNCE_STANDARD, 27, 27, 0, NULL, "bounce_null_mx",
		N_("the sender's domain has a null MX record: it accepts no mail"), PAGE_IANA},
	{BOUNCE_STANDARD, 29, 29, 0, NULL, "bounce_arc_fails",
		N_("the ARC chain of the mail fails"), PAGE_IANA},
};

enum { MEANINGS = sizeof meanings / sizeof meanings[0] };

/* The name at the beginning of the text, without a dot at its end; empty if it has no dot inside.
 */
static struct slice
host_at(struct slice text)
{
	size_t n = 0;

	while (n < text.n && (slice_is_digit(text.p[n]) || slice_is_alpha(text.p[n]) ||
				     text.p[n] == '-' || text.p[n] == '.' || text.p[n] == '_'))
		n++;
	while (n > 0 && text.p[n - 1] == '.')
		n--;
	text = slice_head(text, n);
	return slice_find(text, '.') < n ? text : SLICE("");
}

/* Whose host is it? BOUNCE_NOBODY for all others. */
static enum bounce_source
source_of(struct slice host)
{
	if (host_at(host).n != host.n)
		return BOUNCE_NOBODY;
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		for (size_t k = 0; sources[i].hosts[k] != NULL; k++)
			if (domain_within(host, slice_str(sources[i].hosts[k])))
				return (enum bounce_source)i;
	return BOUNCE_NOBODY;
}

/* A code of class 4 or 5 about security and policy: X.7.N. */
struct policy_code {
	struct slice text;
	unsigned last; /* N */
};

static bool
is_digit(const struct slice text, size_t at)
{
	return at < text.n && slice_is_digit(text.p[at]);
}

/*
 * Finds the first code in the text, and removes from it all up to its end. A code is a separate
 * word: 5.7.26 is not in 15.7.26, 5.7.2612 or 5.7.26.1.
 */
static bool
next_status(struct slice *text, struct policy_code *status)
{
	for (size_t i = 0; i + 5 <= text->n; i++) {
		size_t end = i + 4;

		if ((text->p[i] != '4' && text->p[i] != '5') ||
			!slice_starts(slice_from(*text, i + 1), SLICE(".7.")) ||
			(i > 0 && (is_digit(*text, i - 1) || text->p[i - 1] == '.')))
			continue;
		status->last = 0;
		while (end < i + 7 && is_digit(*text, end))
			status->last = status->last * 10 + (unsigned)(text->p[end++] - '0');
		if (end == i + 4 || is_digit(*text, end) ||
			(end < text->n && text->p[end] == '.' && is_digit(*text, end + 1)))
			continue;
		status->text = slice_make(text->p + i, end - i);
		*text = slice_from(*text, end);
		return true;
	}
	return false;
}

/* The row of what the code means to `by`; MEANINGS: it has none. reply: what has the code in it. */
static size_t
meaning_of(enum bounce_source by, const struct policy_code *status, struct slice reply)
{
	size_t i;

	for (i = 0; i < MEANINGS; i++)
		if (meanings[i].by == by && status->last >= meanings[i].first &&
			status->last <= meanings[i].last &&
			(meanings[i].class == 0 || meanings[i].class == status->text.p[0]) &&
			(meanings[i].word == NULL ||
				slice_ifind(reply, slice_str(meanings[i].word)) < reply.n))
			break;
	return i;
}

/* The provider that uses the code, whoever said it. */
static enum bounce_source
user_of(const struct policy_code *status)
{
	for (size_t i = 0; i < MEANINGS; i++)
		if (meanings[i].by != BOUNCE_STANDARD && meanings[i].word == NULL &&
			meaning_of(meanings[i].by, status, SLICE("")) == i)
			return meanings[i].by;
	return BOUNCE_NOBODY;
}

/* Who said a code, about whom. */
struct saying {
	struct slice reply, host, recipient; /* recipient: empty in the text for people */
	size_t group;                        /* of fields: its number from 1; 0: the text */
};

/*
 * Adds a code, unless nobody is known to use it, or it is there: a code in the text, without a
 * recipient, usually repeats one of the status, and a group of fields usually has one in both
 * Status and Diagnostic-Code.
 */
static void
add_code(struct bounce *bounce, const struct policy_code *status, const struct saying *saying)
{
	const enum bounce_source by = source_of(saying->host);
	struct bounce_code code = {.code = status->text,
		.host = saying->host,
		.recipient = saying->recipient,
		.group = saying->group};
	size_t row = meaning_of(by, status, saying->reply);

	for (size_t i = 0; i < bounce->n; i++) {
		struct bounce_code *there = &bounce->codes[i];

		if (!slice_eq(there->code, code.code))
			continue;
		if (saying->recipient.n == 0)
			return;
		if (slice_ieq(there->host, saying->host)) {
			if (there->group != saying->group)
				there->others += !slice_eq(there->recipient, saying->recipient);
			there->group = saying->group;
			return;
		}
	}
	if (row == MEANINGS) {
		code.also = user_of(status);
		row = meaning_of(BOUNCE_STANDARD, status, saying->reply);
	}
	if (row < MEANINGS) {
		code.by = meanings[row].by;
		code.id = meanings[row].id;
		code.text = meanings[row].text;
		code.page = meanings[row].page;
	} else if (code.also == BOUNCE_NOBODY) {
		return;
	}
	if (bounce->n == BOUNCE_CODES)
		bounce->all_codes = false;
	else
		bounce->codes[bounce->n++] = code;
}

/* the hosts */

/* The text up to white space, for a host that is an address. */
static struct slice
word_at(struct slice text)
{
	size_t n = 0;

	while (n < text.n && !slice_is_blank(text.p[n]))
		n++;
	return slice_head(text, n);
}

/* The value of a field after its type: "dns; mx.example (192.0.2.1)" gives mx.example. */
static struct slice
after_type(struct slice value)
{
	const size_t semicolon = slice_find(value, ';');

	return slice_trim(semicolon < value.n ? slice_from(value, semicolon + 1) : value);
}

/* The last host that the text names as one that said something. */
static struct slice
host_named(struct slice text)
{
	const struct slice before = SLICE("host "), after = SLICE(" gave this error"),
			   server = SLICE("Generating server:");
	struct slice host = SLICE("");

	for (size_t i = 0; i < text.n; i++) {
		const struct slice rest = slice_from(text, i);
		struct slice name = SLICE("");

		if (slice_istarts(rest, before)) {
			name = host_at(slice_from(rest, before.n));
		} else if (slice_istarts(rest, server)) {
			name = host_at(slice_trim(slice_from(rest, server.n)));
		} else if (slice_istarts(rest, after)) {
			size_t from = i;

			while (from > 0 && !slice_is_blank(text.p[from - 1]))
				from--;
			name = host_at(slice_make(text.p + from, i - from));
		}
		host = name.n > 0 ? name : host;
	}
	return host;
}

/* the status */

static struct slice
value_of(const struct message *group, const char *name, struct arena *arena)
{
	const struct field *field = message_field(group, name, 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0
		       ? SLICE("")
		       : slice_trim(field_unfold(field, arena));
}

/*
 * Reads the group of one recipient (RFC 3464 2.3). The host is that of Remote-MTA; without it, the
 * one that the diagnosis names, or the reporter.
 */
static void
read_group(struct bounce *bounce, const struct message *group, struct slice reporter,
	struct arena *arena)
{
	const struct slice reply = value_of(group, "Diagnostic-Code", arena);
	struct slice recipient = after_type(value_of(group, "Original-Recipient", arena));
	struct slice host = host_at(after_type(value_of(group, "Remote-MTA", arena))), rest;
	struct slice told[] = {reply, value_of(group, "Status", arena)};
	struct saying saying = {.reply = slice_head(reply, REPLY_MAX), .group = ++bounce->groups};
	struct policy_code status;

	if (recipient.n == 0)
		recipient = after_type(value_of(group, "Final-Recipient", arena));
	if (host.n == 0)
		host = word_at(after_type(value_of(group, "Remote-MTA", arena)));
	if (host.n == 0)
		host = host_named(reply);
	saying.host = host.n > 0 ? host : reporter;
	saying.recipient = recipient;
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		for (rest = told[i]; next_status(&rest, &status);)
			add_code(bounce, &status, &saying);
}

/* Reads the groups of fields; the first one is about the whole message (RFC 3464 2.2). */
static void
read_status(struct bounce *bounce, struct slice fields, struct arena *arena)
{
	struct slice reporter = SLICE("");
	struct message group;

	for (size_t groups = 0; fields.n > 0; groups++) {
		if (groups == GROUPS_MAX) {
			bounce->all_codes = false;
			return;
		}
		message_parse(fields, FIELDS_MAX, FIELD_OCTETS, arena, &group);
		if (message_field(&group, "Reporting-MTA", 0) != NULL && reporter.n == 0)
			reporter = host_at(after_type(value_of(&group, "Reporting-MTA", arena)));
		read_group(bounce, &group, reporter, arena);
		if (group.body.n >= fields.n)
			return;
		fields = group.body;
	}
}

/* Reads the text for people; a code belongs to the host that is named last before it. */
static void
read_text(struct bounce *bounce, struct slice text)
{
	struct slice rest = text;
	struct saying saying = {.group = 0};
	const char *from = text.p;
	struct policy_code status;

	while (next_status(&rest, &status)) {
		const struct slice named =
			host_named(slice_make(from, (size_t)(status.text.p - from)));

		saying.host = named.n > 0 ? named : saying.host;
		from = status.text.p;
		saying.reply = slice_head(slice_from(text, (size_t)(from - text.p)), REPLY_MAX);
		add_code(bounce, &status, &saying);
	}
}

enum bounce_found
bounce_find(const struct apart *apart, struct address_gmime *gmime, struct slice raw,
	struct arena *arena, struct bounce *bounce)
{
	/* an encoded message may hide the word; then only a failure to read it is not reported */
	const bool likely = slice_ifind(raw, SLICE("delivery-status")) < raw.n;
	struct bounce_part *parts;
	enum apart_end end;
	size_t n;

	*bounce = (struct bounce){.all_codes = true};
	if (!likely && slice_ifind(raw, SLICE("message/")) == raw.n)
		return BOUNCE_NONE;
	parts = arena_array(arena, BOUNCE_PARTS, sizeof *parts);
	end = bounce_parts(apart, gmime, raw, arena, parts, &n, &bounce->whole);
	if (end != APART_DONE)
		return !likely ? BOUNCE_NONE : end == APART_DIED ? BOUNCE_UNREAD : BOUNCE_FAILED;
	if (n == 0)
		return likely && !bounce->whole ? BOUNCE_LIMIT : BOUNCE_NONE;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].kind == BOUNCE_STATUS)
			read_status(bounce, parts[i].bytes, arena);
		if (parts[i].kind >= BOUNCE_HEADER && bounce->nreturned < BOUNCE_REPORTS)
			bounce->returned[bounce->nreturned++] = parts[i];
	}
	for (size_t i = 0; i < n; i++)
		if (parts[i].kind == BOUNCE_TEXT)
			read_text(bounce, parts[i].bytes);
	return BOUNCE_READ;
}

const char *
bounce_source_word(enum bounce_source source)
{
	return sources[source].word;
}

/* The source in JSON; NULL for BOUNCE_NOBODY. */
static const char *
json_word(enum bounce_source source)
{
	if (source == BOUNCE_NOBODY)
		return NULL;
	return source == BOUNCE_STANDARD ? "rfc" : sources[source].word;
}

const struct said *
bounce_said(const struct bounce *bounce, enum bounce_found found, struct arena *arena)
{
	struct said_code *codes = arena_array(arena, BOUNCE_CODES, sizeof *codes);
	struct said *said = arena_alloc(arena, sizeof *said);

	if (found == BOUNCE_NONE)
		return NULL;
	for (size_t i = 0; i < bounce->n; i++) {
		const struct bounce_code *code = &bounce->codes[i];

		codes[i] = (struct said_code){
			.code = code->code,
			.host = code->host,
			.recipient = code->recipient,
			.more = code->others,
			.by = json_word(code->by),
			.also = json_word(code->also),
			.id = code->id,
			.meaning = code->text,
			.page = code->page,
		};
	}
	*said = (struct said){
		.codes = codes,
		.n = bounce->n,
		.returned = bounce->nreturned,
		.read = found == BOUNCE_READ,
		.whole = found == BOUNCE_READ && bounce->whole && bounce->all_codes,
	};
	return said;
}
