/* dns_zone_read.c: RFC 1035 5.1 master files and our pragmas */
#include "auth/dns/dns_zone.h"

enum token_kind { TOKEN_WORD, TOKEN_STRING, TOKEN_END, TOKEN_ERROR };

struct reader {
	struct zone *zone;
	bool strict;   /* contradictions are errors */
	bool recorded; /* it was written by dns_record */
	struct slice rest;
	size_t line;       /* the line where rest begins */
	size_t token_line; /* where the last token began */
	unsigned depth;    /* open parentheses */
	enum dns_error error;
	struct dns_name origin, owner; /* owner.n 0: none yet */
	uint32_t default_ttl;
	struct slice token; /* strings without their quotes, escapes as written */
};

static bool
fail_entry(struct reader *r, enum dns_error error)
{
	if (r->error == DNS_E_NONE)
		r->error = error;
	return false;
}

static void
skip_comment(struct reader *r)
{
	r->rest = slice_from(r->rest, slice_find(r->rest, '\n'));
}

static enum token_kind
read_string(struct reader *r)
{
	struct slice at = slice_from(r->rest, 1);
	size_t i = 0;

	while (i < at.n && at.p[i] != '"' && at.p[i] != '\n')
		i += at.p[i] == '\\' && i + 1 < at.n && at.p[i + 1] != '\n' ? 2 : 1;
	if (i >= at.n || at.p[i] != '"') {
		fail_entry(r, DNS_E_OPEN_STRING);
		return TOKEN_ERROR;
	}
	r->token = slice_head(at, i);
	r->rest = slice_from(at, i + 1);
	return TOKEN_STRING;
}

static enum token_kind
read_word(struct reader *r)
{
	size_t i = 0;

	while (i < r->rest.n && !slice_is_blank(r->rest.p[i]) &&
		memchr("\"();", r->rest.p[i], 4) == NULL)
		i += r->rest.p[i] == '\\' && i + 1 < r->rest.n && r->rest.p[i + 1] != '\n' ? 2 : 1;
	r->token = slice_head(r->rest, i);
	r->rest = slice_from(r->rest, i);
	return TOKEN_WORD;
}

/* The next token of the entry. TOKEN_END is the end of a line outside parentheses. */
static enum token_kind
next_token(struct reader *r)
{
	while (r->rest.n > 0) {
		char c = r->rest.p[0];
		r->token_line = r->line;
		if (c == '"')
			return read_string(r);
		if (c == ';') {
			skip_comment(r);
			continue;
		}
		if (!slice_is_blank(c) && c != '(' && c != ')')
			return read_word(r);
		r->rest = slice_from(r->rest, 1);
		if (c == '(') {
			r->depth++;
		} else if (c == ')') {
			if (r->depth == 0) {
				fail_entry(r, DNS_E_CLOSES);
				return TOKEN_ERROR;
			}
			r->depth--;
		} else if (c == '\n') {
			r->line++;
			if (r->depth == 0)
				return TOKEN_END;
		}
	}
	if (r->depth > 0) {
		fail_entry(r, DNS_E_OPEN);
		return TOKEN_ERROR;
	}
	return TOKEN_END;
}

static bool
want_word(struct reader *r, enum dns_error error)
{
	return next_token(r) == TOKEN_WORD || fail_entry(r, error);
}

static bool
want_end(struct reader *r)
{
	return next_token(r) == TOKEN_END || fail_entry(r, DNS_E_MUCH);
}

static bool
read_number(struct slice s, unsigned long max, unsigned long *value)
{
	unsigned long n = 0;

	if (s.n == 0 || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (unsigned long)(s.p[i] - '0');
	}
	*value = n;
	return n <= max;
}

/* seconds, or 1w2d3h4m5s as name servers write it (RFC 2308 4 has only seconds) */
static bool
read_ttl(struct slice s, uint32_t *ttl)
{
	static const char units[] = "smhdw";
	static const uint32_t seconds[] = {1, 60, 3600, 86400, 604800};
	uint64_t sum = 0, n = 0;
	bool digits = false;

	if (s.n == 0 || s.n > 24)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = slice_lower(s.p[i]);
		if (c >= '0' && c <= '9') {
			n = n * 10 + (uint64_t)(c - '0');
			digits = true;
		} else {
			const char *unit = c == '\0' ? NULL : strchr(units, c);
			if (unit == NULL || !digits)
				return false;
			sum += n * seconds[unit - units];
			n = 0;
			digits = false;
		}
		if (n > UINT32_MAX || sum > UINT32_MAX)
			return false;
	}
	sum += n;
	*ttl = (uint32_t)sum;
	return sum <= 0x7fffffff; /* RFC 2181 8 */
}

/* a type by name or as TYPE123 (RFC 3597 5); *type is 0 for a type that is skipped */
static bool
read_type(struct slice word, unsigned *type)
{
	static const enum dns_type known[] = {DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA};
	unsigned long number;
	bool generic = slice_istarts(word, SLICE("TYPE")) &&
		       read_number(slice_from(word, 4), 65535, &number);

	*type = 0;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (generic ? number == (unsigned long)known[i]
			    : slice_ieq(word, slice_str(dns_type_word(known[i]))))
			*type = known[i];
	for (size_t i = 0; i < word.n; i++) {
		char c = slice_lower(word.p[i]);
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return word.n > 0 && slice_lower(word.p[0]) >= 'a';
}

static bool
is_class(struct slice word)
{
	return slice_ieq(word, SLICE("CH")) || slice_ieq(word, SLICE("HS")) ||
	       slice_ieq(word, SLICE("CS")) || slice_ieq(word, SLICE("ANY")) ||
	       slice_istarts(word, SLICE("CLASS"));
}

static bool
read_name(struct reader *r, struct dns_name *name)
{
	return want_word(r, DNS_E_NO_NAME) &&
	       (dns_name_parse_master(r->token, &r->origin, name) || fail_entry(r, DNS_E_NAME));
}

static bool
read_target(struct reader *r, struct dns_rr *rr)
{
	struct dns_name name;

	return read_name(r, &name) &&
	       (dns_name_text(&name, r->zone->arena, &rr->name) || fail_entry(r, DNS_E_DOT));
}

/* the character-strings up to the end of the entry, concatenated (RFC 7208 3.3) */
static bool
read_txt(struct reader *r, struct dns_rr *rr)
{
	enum token_kind kind;
	size_t strings = 0;
	struct buf text;

	buf_init(&text, r->zone->arena, ZONE_TXT_MAX);
	while ((kind = next_token(r)) == TOKEN_WORD || kind == TOKEN_STRING) {
		struct slice at = r->token;
		size_t n = 0;
		if (++strings + text.n > ZONE_TXT_MAX)
			return fail_entry(r, DNS_E_LONG_TXT);
		for (; at.n > 0; n++) {
			unsigned char c = (unsigned char)at.p[0];
			at = slice_from(at, 1);
			if (c == '\\' && !dns_unescape(&at, &c))
				return fail_entry(r, DNS_E_ESCAPE);
			buf_addc(&text, (char)c);
		}
		if (n > 255) /* RFC 1035 3.3 */
			return fail_entry(r, DNS_E_LONG_STRING);
	}
	if (kind == TOKEN_ERROR)
		return false;
	if (strings == 0)
		return fail_entry(r, DNS_E_NO_STRING);
	if (text.over || strings + text.n > ZONE_TXT_MAX)
		return fail_entry(r, DNS_E_LONG_TXT);
	rr->text = buf_slice(&text);
	return true;
}

static bool
read_rdata(struct reader *r, enum dns_type type, struct zone_record *record)
{
	unsigned long preference;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		return want_word(r, DNS_E_NO_ADDRESS) &&
		       (ip_parse_family(r->token, type == DNS_A ? 4 : 6, &record->rr.ip) ||
			       fail_entry(r, DNS_E_ADDRESS)) &&
		       want_end(r);
	case DNS_MX:
		if (!want_word(r, DNS_E_NO_PREFERENCE) ||
			!read_number(r->token, 65535, &preference))
			return fail_entry(r, DNS_E_PREFERENCE);
		record->rr.preference = (unsigned)preference;
		return read_target(r, &record->rr) && want_end(r);
	case DNS_PTR:
		return read_target(r, &record->rr) && want_end(r);
	case DNS_CNAME:
		record->target = arena_alloc(r->zone->arena, sizeof *record->target);
		if (!read_name(r, record->target) || !want_end(r))
			return false;
		return dns_name_text(record->target, r->zone->arena, &record->rr.name) ||
		       fail_entry(r, DNS_E_DOT);
	case DNS_TXT:
		return read_txt(r, &record->rr);
	}
	return false;
}

static bool
skip_rdata(struct reader *r)
{
	enum token_kind kind;

	do
		kind = next_token(r);
	while (kind == TOKEN_WORD || kind == TOKEN_STRING);
	return kind == TOKEN_END;
}

/* Does the pragma deny a record of that type and the same name (RFC 2308 2.1, 2.2)? */
static bool
denies(const struct zone_pragma *pragma, unsigned type)
{
	if (pragma->outcome == NULL) /* SECURE */
		return false;
	if (!pragma->typed)
		return pragma->outcome->status != DNS_NODATA;
	return type == DNS_CNAME || (type != 0 && type == (unsigned)pragma->type);
}

static bool
check_record(struct reader *r, const struct zone_node *node, unsigned type)
{
	for (const struct zone_pragma *at = node->pragmas; r->strict && at != NULL; at = at->next)
		if (denies(at, type))
			return fail_entry(r, DNS_E_CONTRADICTION);
	return true;
}

static bool
check_pragma(struct reader *r, const struct zone_node *node, const struct zone_pragma *pragma)
{
	if (!r->strict)
		return true;
	if (node->owns && denies(pragma, 0))
		return fail_entry(r, DNS_E_CONTRADICTION);
	for (const struct zone_record *at = node->first; at != NULL; at = at->next)
		if (denies(pragma, at->type))
			return fail_entry(r, DNS_E_CONTRADICTION);
	return true;
}

static bool
read_record(struct reader *r)
{
	bool has_ttl = false, has_class = false;
	uint32_t ttl = r->default_ttl;
	struct zone_record *record;
	struct zone_node *node;
	unsigned type;

	for (;; want_word(r, DNS_E_NO_TYPE)) {
		if (r->error != DNS_E_NONE)
			return false;
		if (!has_class && slice_ieq(r->token, SLICE("IN")))
			has_class = true;
		else if (!has_ttl && read_ttl(r->token, &ttl))
			has_ttl = true;
		else
			break;
	}
	if (is_class(r->token))
		return fail_entry(r, DNS_E_CLASS);
	if (!read_type(r->token, &type))
		return fail_entry(r, DNS_E_TYPE);
	if (r->owner.n == 0)
		return fail_entry(r, DNS_E_NO_OWNER);
	node = zone_add(r->zone, &r->owner);
	zone_exists(r->zone, node);
	node->owns = true;
	if (!check_record(r, node, type))
		return false;
	if (type == 0)
		return skip_rdata(r);
	record = arena_alloc(r->zone->arena, sizeof *record);
	record->type = (enum dns_type)type;
	record->ttl = ttl;
	if (!read_rdata(r, record->type, record))
		return false;
	if (node->last == NULL)
		node->first = record;
	else
		node->last->next = record;
	node->last = record;
	return true;
}

static bool
read_directive(struct reader *r)
{
	struct dns_name origin;

	if (slice_ieq(r->token, SLICE("$ORIGIN"))) {
		if (!read_name(r, &origin) || !want_end(r))
			return false;
		r->origin = origin;
		return true;
	}
	if (slice_ieq(r->token, SLICE("$TTL"))) /* RFC 2308 4 */
		return want_word(r, DNS_E_NO_TTL) &&
		       (read_ttl(r->token, &r->default_ttl) || fail_entry(r, DNS_E_TTL)) &&
		       want_end(r);
	return fail_entry(r, DNS_E_DIRECTIVE);
}

/* `;!WORD name [TYPE]` */
static bool
read_pragma(struct reader *r)
{
	struct zone_pragma *pragma = arena_alloc(r->zone->arena, sizeof *pragma);
	struct zone_node *node;
	const size_t line = r->line;
	struct dns_name name;
	enum token_kind kind;
	unsigned type;

	pragma->recorded = r->recorded;
	r->rest = slice_from(r->rest, 2);
	if (!want_word(r, DNS_E_NO_PRAGMA))
		return false;
	pragma->outcome = dns_outcome_by_word(r->token);
	if (pragma->outcome == NULL && !slice_ieq(r->token, SLICE("SECURE")))
		return fail_entry(r, DNS_E_PRAGMA);
	if (!read_name(r, &name))
		return false;
	kind = next_token(r);
	if (kind == TOKEN_WORD) {
		if (!read_type(r->token, &type))
			return fail_entry(r, DNS_E_TYPE);
		pragma->typed = true;
		pragma->type = (enum dns_type)type;
		kind = next_token(r);
	}
	if (kind != TOKEN_END)
		return fail_entry(r, DNS_E_PRAGMA_MUCH);
	node = zone_add(r->zone, &name);
	if (!check_pragma(r, node, pragma)) {
		r->token_line = line;
		return false;
	}
	pragma->next = node->pragmas;
	node->pragmas = pragma;
	if (pragma->outcome != NULL && pragma->outcome->status != DNS_NXDOMAIN)
		zone_exists(r->zone, node);
	return true;
}

static bool
read_entry(struct reader *r)
{
	bool blank = r->rest.p[0] == ' ' || r->rest.p[0] == '\t';
	enum token_kind kind;

	r->token_line = r->line;
	if (slice_starts(r->rest, SLICE(";!")))
		return read_pragma(r);
	kind = next_token(r);
	if (kind == TOKEN_END)
		return true;
	if (kind == TOKEN_ERROR)
		return false;
	if (kind == TOKEN_STRING)
		return fail_entry(r, DNS_E_STRING);
	if (blank)
		return read_record(r);
	if (r->token.p[0] == '$')
		return read_directive(r);
	if (!dns_name_parse_master(r->token, &r->origin, &r->owner))
		return fail_entry(r, DNS_E_NAME);
	return want_word(r, DNS_E_NO_TYPE) && read_record(r);
}

bool
zone_read(struct zone *zone, struct slice text, bool strict, struct error *error)
{
	struct reader r = {
		.zone = zone, .strict = strict, .rest = text, .line = 1, .token_line = 1};

	/* an editor's byte order mark would be a part of the first name */
	if (slice_istarts(r.rest, SLICE("\xef\xbb\xbf")))
		r.rest = slice_from(r.rest, 3);
	r.recorded = slice_starts(r.rest, SLICE(DNS_RECORD_FIRST));
	r.origin.n = 1; /* relative names are relative to the root until $ORIGIN changes that */
	if (text.n > DNS_ZONE_MAX)
		fail_entry(&r, DNS_E_LONG);
	while (r.error == DNS_E_NONE && r.rest.n > 0)
		if (!read_entry(&r))
			fail_entry(&r, DNS_E_UNREADABLE);
	*error = dns_error(r.error);
	error->line = r.token_line;
	return r.error == DNS_E_NONE;
}
