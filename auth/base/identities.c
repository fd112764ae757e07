#include "auth/base/identities.h"

#include "auth/base/domain.h"
#include "mime/address_map.h"
#include "mime/address_tolerant.h"

struct finder {
	struct arena *arena;
	struct address_gmime *gmime;
	struct identities *ids;
	struct slice domains[IDENTITIES_DOMAINS_MAX];
	size_t ndomains;
	struct reason ambiguous; /* the first reason found; any other replaces NO_AUTHOR */
};

struct reason
from_reason(enum from_reason id)
{
	static const struct reason_row rows[] = {FROM_REASONS(REASON_ROW)};

	return reason_make(rows, REASON_FROM, id);
}

static void
ambiguous(struct finder *f, enum from_reason reason)
{
	if (f->ambiguous.id == FROM_R_NONE || f->ambiguous.id == FROM_R_NO_AUTHOR)
		f->ambiguous = from_reason(reason);
}

/*
 * Adds a normal domain. Beyond IDENTITIES_DOMAINS_MAX it is dropped: the message is ambiguous
 * anyway (FROM_R_SEVERAL_DOMAINS).
 */
static void
add_domain(struct finder *f, struct slice domain)
{
	for (size_t i = 0; i < f->ndomains; i++)
		if (slice_eq(f->domains[i], domain))
			return;
	if (f->ndomains < IDENTITIES_DOMAINS_MAX)
		f->domains[f->ndomains++] = domain;
}

/* Adds the author domains of one From field; *text is the first one as written. */
static enum status
read_from(struct finder *f, const struct field *field, struct slice *text)
{
	struct address_list list;
	enum status status;

	if ((field->flags & FIELD_OVERSIZE) != 0) {
		ambiguous(f, FROM_R_OVER_LIMIT);
		return ST_OK;
	}
	status = address_parse_list(field->value, f->arena, &list);
	if (status == ST_BAD) {
		f->ids->fault = list.fault;
		status = address_parse_tolerant(field->value, f->arena, &list);
		if (list.fault.cause != ADDRESS_NO_FAULT)
			f->ids->fault = list.fault;
		f->ids->tolerant = status == ST_OK;
	}
	if (status == ST_LIMIT) {
		ambiguous(f, FROM_R_OVER_LIMIT);
		return ST_OK;
	}
	if (list.n == 0) { /* RFC 6854: for example an empty group */
		bool nobody = address_names_nobody(field->value, f->arena);

		ambiguous(f, nobody            ? FROM_R_NO_AUTHOR
			     : status == ST_OK ? FROM_R_NO_DOMAIN
					       : FROM_R_UNREADABLE);
		return ST_OK;
	}
	for (size_t i = 0; i < list.n; i++) {
		struct slice domain;

		if (list.list[i].literal) { /* RFC 9989 5.3.1: DMARC needs a domain name */
			ambiguous(f, FROM_R_NO_DOMAIN);
			continue;
		}
		if (domain_normalize(list.list[i].domain, f->arena, &domain) != ST_OK) {
			ambiguous(f, FROM_R_BAD_DOMAIN);
			continue;
		}
		if (f->ndomains == 0)
			*text = list.list[i].domain;
		add_domain(f, domain);
	}
	return ST_OK;
}

/* Is a domain from GMime, which decodes A-labels, the one that we found? */
static bool
is_same(struct finder *f, struct slice domain)
{
	struct slice other;

	if (domain_normalize(domain, f->arena, &other) == ST_OK && slice_eq(other, f->domains[0]))
		return true;
	return domain_to_unicode(f->domains[0], f->arena, &other) == ST_OK &&
	       slice_ieq(other, domain);
}

/*
 * Checks that the second reader finds our domain and no other; if not, the message is ambiguous. If
 * our reading was tolerant, the second reader may also find no address.
 */
static enum status
ask_second(struct finder *f, struct slice value)
{
	struct slice *domains;
	enum status status;
	bool complete, same = true;
	size_t n;

	if (!f->ids->tolerant && address_is_plain(value))
		return ST_OK;
	status = address_gmime_domains(f->gmime, value, f->arena, &domains, &n, &complete);
	if (status == ST_TEMP)
		return ST_TEMP;
	if (status == ST_LIMIT)
		ambiguous(f, address_gmime_died(f->gmime) ? FROM_R_READER_DIED : FROM_R_OVER_LIMIT);
	else if (status != ST_OK)
		ambiguous(f, FROM_R_DIFFER);
	for (size_t i = 0; i < n && same; i++) {
		same = is_same(f, domains[i]);
		if (!same)
			f->ids->other_domain = domains[i];
	}
	if (!same || (!complete && !f->ids->tolerant))
		ambiguous(f, FROM_R_DIFFER);
	return ST_OK;
}

/* Reads the only From field of the message, with the checks of RFC 9989 5.3.1. */
static enum status
read_only_from(struct finder *f, const struct field *field)
{
	struct slice text = {0};
	enum status status;

	f->ids->from = field->value;
	status = read_from(f, field, &text);

	if (f->ndomains > 1)
		ambiguous(f, FROM_R_SEVERAL_DOMAINS); /* RFC 9989 5.3.1 */
	if (status == ST_OK && f->ambiguous.id == FROM_R_NONE)
		status = ask_second(f, field->value);
	if (status != ST_OK || f->ambiguous.id != FROM_R_NONE)
		return status;
	f->ids->author_domain = f->domains[0];
	f->ids->author_text = text;
	return ST_OK;
}

/*
 * Is the text before the first colon "From" for a reader that ignores white space, folds, control
 * characters and octets over 126 (a byte order mark)?
 */
static bool
looks_like_from(struct slice line)
{
	static const char from[] = "from";
	size_t n = 0;

	for (size_t i = 0; i < line.n && line.p[i] != ':'; i++) {
		if (line.p[i] <= 32 || line.p[i] > 126)
			continue;
		if (n == 4 || slice_lower(line.p[i]) != from[n])
			return false;
		n++;
	}
	return n == 4 && slice_find(line, ':') < line.n;
}

/* Is there a line that we do not read as a field, but another reader may take for a second From? */
static bool
hides_from(const struct message *message)
{
	if (looks_like_from(message->mbox_from))
		return true;
	for (size_t i = 0; i < message->nfields; i++) {
		struct slice rest = message->fields[i].raw, line;

		if ((message->fields[i].flags & FIELD_JUNK) == 0)
			continue;
		if (looks_like_from(rest))
			return true;
		while (line_next(&rest, &line))
			if (looks_like_from(line))
				return true;
	}
	return false;
}

static enum status
read_from_fields(struct finder *f, const struct message *message)
{
	const struct field *only = NULL;
	struct slice text;
	size_t n = 0;

	for (size_t i = 0; i < message->nfields; i++) {
		const struct field *field = &message->fields[i];

		if (!field_is(field, "From"))
			continue;
		only = field;
		n++;
	}
	f->ids->from_fields = n;
	if (n == 1)
		return read_only_from(f, only);
	if (n > 1)
		ambiguous(f, FROM_R_SEVERAL_FROM);
	else if ((message->flags & MESSAGE_MANY_FIELDS) == 0)
		ambiguous(f, FROM_R_NO_FROM); /* otherwise From may be among the fields that were
						 not kept */
	for (size_t i = 0; i < n && i < IDENTITIES_FROM_MAX; i++) {
		enum status status = read_from(f, message_field(message, "From", i), &text);

		if (status != ST_OK)
			return status;
	}
	f->ids->fault = (struct address_fault){0};
	f->ids->tolerant = false;
	return ST_OK;
}

enum status
identities_find(const struct message *message, struct address_gmime *gmime, struct arena *arena,
	struct identities *ids)
{
	struct finder f = {.arena = arena, .gmime = gmime, .ids = ids};
	struct slice *domains;
	enum status status;

	*ids = (struct identities){0};
	status = read_from_fields(&f, message);
	if (status != ST_OK)
		ambiguous(&f, FROM_R_NOT_ASKED);
	if ((message->flags & MESSAGE_MANY_FIELDS) != 0)
		ambiguous(&f, FROM_R_MANY_FIELDS);
	if (hides_from(message))
		ambiguous(&f, FROM_R_LOOKS_LIKE_FROM);
	if ((message->flags & MESSAGE_BLANK_FIRST) != 0)
		ambiguous(&f, FROM_R_BLANK_FIRST);
	if ((message->flags & MESSAGE_NUL) != 0)
		ambiguous(&f, FROM_R_HAS_NUL);
	if ((message->flags & MESSAGE_BARE_CR) != 0)
		ambiguous(&f, FROM_R_HAS_BARE_CR);

	domains = arena_array(arena, f.ndomains, sizeof *domains);
	memcpy(domains, f.domains, f.ndomains * sizeof *domains);
	ids->all_domains = domains;
	ids->ndomains = f.ndomains;
	ids->ambiguous = f.ambiguous;
	return status;
}
