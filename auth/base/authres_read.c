#include "auth/base/authres_read.h"

#include "mime/scan.h"

struct reader {
	struct authres *authres;
	struct slice at;
	const char *farthest; /* the farthest octet reached in the current result */
	struct authres_result *results;
	struct authres_prop *props;
	size_t nresults, nprops;
	bool over;
};

static bool
is_word_octet(char c)
{
	return slice_is_alpha(c) || slice_is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* Keyword = Ldh-str (RFC 5321 4.1.2): letters, digits and '-', not ending in '-' */
static bool
scan_keyword(struct slice *at, struct slice *out)
{
	size_t n = 0;

	while (n < at->n) {
		const char c = slice_lower(at->p[n]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			break;
		n++;
	}
	if (n == 0 || at->p[n - 1] == '-')
		return false;
	*out = slice_head(*at, n);
	*at = slice_from(*at, n);
	return true;
}

/* value = token / quoted-string (RFC 2045 5.1, RFC 6532) */
static bool
scan_value(struct slice *at, struct slice *out, bool *quoted)
{
	*quoted = scan_quoted_string(at, true, out);
	return *quoted || scan_token(at, out);
}

/* domain-name (RFC 6376 3.5), with '_' and U-labels; only its syntax */
static bool
scan_domain(struct slice *at)
{
	struct slice s = *at;

	while (s.n > 0) {
		const char c = slice_lower(s.p[0]);

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.')
			s = slice_from(s, 1);
		else if (!scan_utf8_non_ascii(&s))
			break;
	}
	if (s.n == at->n)
		return false;
	*at = s;
	return true;
}

/* pvalue: value / [ [ local-part ] "@" ] domain-name; the longest reading counts */
static bool
scan_pvalue(struct slice *at, struct slice *out, bool *quoted)
{
	struct slice s = *at, domain = *at, part;

	*quoted = false;
	(void)(scan_quoted_string(&s, true, &part) || scan_dot_atom(&s, true, &part));
	if (scan_char(&s, '@')) {
		if (!scan_domain(&s))
			return false;
		*out = slice_head(*at, at->n - s.n);
		*at = s;
		return true;
	}
	s = *at;
	/* a domain-name is longer than a token only if it has U-labels (RFC 8616 4) */
	if (scan_domain(&domain) && (!scan_token(&s, &part) || domain.n < s.n)) {
		*out = slice_head(*at, at->n - domain.n);
		*at = domain;
		return true;
	}
	return scan_value(at, out, quoted);
}

/* [CFWS] c [CFWS] */
static bool
separator(struct slice *at, char c)
{
	struct slice s = *at;

	(void)scan_cfws(&s);
	if (!scan_char(&s, c))
		return false;
	(void)scan_cfws(&s);
	*at = s;
	return true;
}

/* The only version that exists is 1 (RFC 8601 2.2). */
static bool
scan_version(struct slice *at)
{
	struct slice s = *at, digits;

	if (!scan_token(&s, &digits) || !slice_eq(digits, SLICE("1")))
		return false;
	*at = s;
	return true;
}

/* name [CFWS] "=" [CFWS] value: a reasonspec if name is "reason"; Microsoft also writes "action" */
static bool
scan_named(struct slice *at, const char *name)
{
	struct slice s = *at, word;
	bool quoted;

	if (!scan_keyword(&s, &word) || !slice_ieq(word, slice_str(name)) || !separator(&s, '=') ||
		!scan_value(&s, &word, &quoted))
		return false;
	*at = s;
	return true;
}

static void
reached(struct reader *reader, struct slice at)
{
	if (reader->farthest == NULL || at.p > reader->farthest)
		reader->farthest = at.p;
}

/* Records that the reading reached *at; returns matched, the result of the last scan. */
static bool
step(struct reader *reader, bool matched, const struct slice *at)
{
	reached(reader, *at);
	return matched;
}

static bool
add_prop(struct reader *reader, const struct authres_prop *prop)
{
	if (reader->nprops == AUTHRES_PROPS_MAX) {
		reader->over = true;
		return false;
	}
	reader->props[reader->nprops++] = *prop;
	return true;
}

/* header.from=<LOCAL@DOMAIN>, as Zoho writes it; out is DOMAIN */
static bool
scan_angle(struct slice *at, struct slice *out)
{
	struct slice s = *at, local;

	if (!scan_char(&s, '<') || !scan_dot_atom(&s, true, &local) || !scan_char(&s, '@'))
		return false;
	*out = s;
	if (!scan_domain(&s))
		return false;
	out->n -= s.n;
	if (!scan_char(&s, '>'))
		return false;
	*at = s;
	return true;
}

/* propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue */
static bool
read_prop(struct reader *reader, struct slice *at)
{
	struct authres_prop prop = {0};
	struct slice s = *at, value;

	if (!step(reader, scan_keyword(&s, &prop.ptype), &s) ||
		!step(reader, separator(&s, '.'), &s) ||
		!step(reader, scan_keyword(&s, &prop.property), &s) ||
		!step(reader, separator(&s, '='), &s))
		return false;
	value = s;
	if (!scan_pvalue(&s, &prop.value, &prop.quoted)) {
		if (!slice_ieq(prop.ptype, SLICE("header")) ||
			!slice_ieq(prop.property, SLICE("from")) || !scan_angle(&s, &prop.value))
			return false;
		if (reader->authres->angle == NULL)
			reader->authres->angle = value.p;
	}
	reached(reader, s);
	*at = s;
	return add_prop(reader, &prop);
}

/* [ CFWS reasonspec ] [ CFWS 1*propspec ]; white space is required before each (RFC 8601 2.2) */
static void
read_props(struct reader *reader, struct authres_result *result)
{
	struct slice s = reader->at;
	bool first = true;

	while (scan_cfws(&s)) {
		const bool is_reason = first && scan_named(&s, "reason");
		const bool is_action = !is_reason && scan_named(&s, "action");

		if (!is_reason && !is_action) {
			if (!read_prop(reader, &s))
				break;
			result->nprops++;
		}
		first = first && is_action;
		reader->at = s;
	}
}

/* Does a value end here: at white space, a comment or the end of the result? */
static bool
is_end(struct slice at)
{
	return at.n == 0 || slice_is_blank(at.p[0]) || at.p[0] == '(';
}

/* Scans a value of a method other than dmarc: by the grammar, or VCHARs but `;`, `"`, `(`, `)` */
static bool
scan_any_value(struct reader *reader, struct slice *at, struct authres_prop *prop)
{
	struct slice s = *at;
	const char *odd;
	size_t n = 0;

	if (scan_pvalue(&s, &prop->value, &prop->quoted) && is_end(s)) {
		*at = s;
		return true;
	}
	odd = s.p;
	while (n < at->n && at->p[n] > ' ' && at->p[n] <= '~' && strchr(";\"()", at->p[n]) == NULL)
		n++;
	prop->value = slice_head(*at, n);
	prop->quoted = false;
	*at = slice_from(*at, n);
	reached(reader, *at);
	if (reader->authres->lenient_value == NULL)
		reader->authres->lenient_value = odd;
	return is_end(*at);
}

/* Scans a property's name or type, of a method other than dmarc: a keyword that may also contain
 * `_` or end in `-`. */
static bool
scan_any_name(struct reader *reader, struct slice *at, struct slice *out)
{
	const char *odd = NULL;
	size_t n = 0;

	while (n < at->n && at->p[n] != '.' && is_word_octet(at->p[n])) {
		if (at->p[n] == '_' && odd == NULL)
			odd = at->p + n;
		n++;
	}
	if (n == 0 || at->p[0] == '_')
		return false;
	if (at->p[n - 1] == '-' && odd == NULL)
		odd = at->p + n - 1;
	if (odd != NULL && reader->authres->lenient_name == NULL)
		reader->authres->lenient_name = odd;
	*out = slice_head(*at, n);
	*at = slice_from(*at, n);
	return true;
}

/* Reads the properties of a method other than dmarc, which decide nothing. */
static bool
read_any_props(struct reader *reader, struct authres_result *result)
{
	while (scan_cfws(&reader->at) && reader->at.n > 0) {
		struct authres_prop prop = {0};
		const char *begin = reader->at.p;

		reached(reader, reader->at);
		if (!scan_any_name(reader, &reader->at, &prop.property))
			return false;
		if (separator(&reader->at, '.')) {
			prop.ptype = prop.property;
			if (!scan_any_name(reader, &reader->at, &prop.property))
				return false;
		} else if (reader->authres->bare_property == NULL) {
			reader->authres->bare_property = begin;
		}
		if (!separator(&reader->at, '=') || !scan_any_value(reader, &reader->at, &prop) ||
			!add_prop(reader, &prop))
			return false;
		result->nprops++;
	}
	return true;
}

/* methodspec = Keyword [ [CFWS] "/" [CFWS] method-version ] [CFWS] "=" [CFWS] Keyword */
static bool
read_method(struct reader *reader, struct authres_result *result)
{
	if (!scan_keyword(&reader->at, &result->method))
		return false;
	if (separator(&reader->at, '/') && !scan_version(&reader->at))
		return false;
	return separator(&reader->at, '=') && scan_keyword(&reader->at, &result->result);
}

static bool
is_done(struct slice at, bool last)
{
	(void)scan_cfws(&at);
	return at.n == 0 || (last && slice_trim(at).n == 0);
}

/* Reads one result. text: the octets between two `;` */
static bool
read_result(struct reader *reader, struct slice text, bool last)
{
	const struct authres before = *reader->authres;
	const size_t props = reader->nprops;
	struct authres_result result = {.props = reader->props + props};
	struct slice after;
	bool good;

	reader->at = text;
	reader->farthest = NULL;
	(void)scan_cfws(&reader->at);
	good = read_method(reader, &result);
	reached(reader, reader->at);
	if (!good)
		return false;
	if (reader->nresults == AUTHRES_RESULTS_MAX) {
		reader->over = true;
		return false;
	}
	after = reader->at;
	read_props(reader, &result);
	if (!is_done(reader->at, last) && !slice_ieq(result.method, SLICE("dmarc"))) {
		*reader->authres = before;
		reader->nprops = props;
		result.nprops = 0;
		reader->at = after;
		if (!is_end(after) || !read_any_props(reader, &result))
			return false;
	}
	reached(reader, reader->at);
	if (!is_done(reader->at, last))
		return false;
	reader->results[reader->nresults++] = result;
	return true;
}

/* Is there a `dmarc=` here, possibly with a version? before: the octet before it. */
static bool
is_dmarc_word(struct slice at, char before)
{
	if (is_word_octet(before) || !scan_word(&at, SLICE("dmarc")) ||
		(at.n > 0 && is_word_octet(at.p[0])))
		return false;
	(void)scan_cfws(&at);
	return at.n > 0 && (at.p[0] == '=' || at.p[0] == '/');
}

/*
 * Cuts everything before the next `;` outside quotes and comments off *rest, which then begins with
 * it or is empty. False, with *rest at the quote or comment, if one cannot be read.
 */
static bool
cut_result(struct reader *reader, struct slice *rest, struct slice *text)
{
	const struct slice whole = *rest;
	struct slice part;
	char before = ' ';

	while (rest->n > 0 && rest->p[0] != ';') {
		const char c = rest->p[0];

		if (is_dmarc_word(*rest, before))
			reader->authres->dmarc_words++;
		before = c;
		if (c == '(') {
			if (!scan_comment(rest))
				return false;
		} else if (c == '"') {
			if (!scan_quoted_string(rest, true, &part))
				return false;
		} else {
			*rest = slice_from(*rest, 1);
		}
	}
	*text = slice_head(whole, whole.n - rest->n);
	return true;
}

/* authserv-id [ CFWS authres-version ] */
static bool
read_id(struct reader *reader, struct slice text)
{
	struct slice s;
	bool quoted;

	reader->at = text;
	(void)scan_cfws(&reader->at);
	if (!scan_value(&reader->at, &reader->authres->id, &quoted))
		return false;
	s = reader->at;
	if (scan_cfws(&s) && s.n > 0 && scan_version(&s))
		reader->at = s;
	(void)scan_cfws(&reader->at);
	return reader->at.n == 0;
}

static bool
is_none(struct slice text)
{
	struct slice word;

	(void)scan_cfws(&text);
	return scan_keyword(&text, &word) && slice_ieq(word, SLICE("none")) && is_done(text, true);
}

static bool
stop(struct reader *reader, struct slice at)
{
	reader->at = at;
	return false;
}

/* Reads the whole text. If it cannot be read, returns false with reader->at at the fault. */
static bool
read_result_list(struct reader *reader, struct slice rest)
{
	struct slice text;

	if (!cut_result(reader, &rest, &text))
		return stop(reader, rest);
	if (!read_id(reader, text))
		return false;
	while (rest.n > 0) {
		const char *semicolon = rest.p;
		const bool first = reader->nresults == 0;

		rest = slice_from(rest, 1);
		if (!cut_result(reader, &rest, &text))
			return stop(reader, rest);
		if (first && rest.n == 0 && is_none(text))
			return true;
		if (!first && rest.n == 0 && is_done(text, true)) {
			reader->authres->last_semicolon = semicolon;
			return true;
		}
		if (!read_result(reader, text, rest.n == 0)) {
			const size_t read = (size_t)(reader->farthest - text.p);

			return stop(reader, slice_from(text, read));
		}
	}
	return reader->nresults > 0 || stop(reader, rest);
}

enum status
authres_read(struct slice text, struct arena *arena, struct authres *authres)
{
	struct reader reader = {.authres = authres};
	enum status status;

	*authres = (struct authres){0};
	reader.results = arena_array(arena, AUTHRES_RESULTS_MAX, sizeof *reader.results);
	reader.props = arena_array(arena, AUTHRES_PROPS_MAX, sizeof *reader.props);
	if (read_result_list(&reader, text)) {
		authres->results = reader.results;
		authres->n = reader.nresults;
		return ST_OK;
	}
	status = reader.over || scan_is_deep_comment(reader.at) ? ST_LIMIT : ST_BAD;
	*authres = (struct authres){0};
	if (reader.at.p != NULL && reader.at.p < text.p + text.n)
		authres->fault = reader.at.p;
	return status;
}

const struct authres_prop *
authres_prop(const struct authres_result *result, const char *ptype, const char *property)
{
	for (size_t i = 0; i < result->nprops; i++)
		if (slice_ieq(result->props[i].ptype, slice_str(ptype)) &&
			slice_ieq(result->props[i].property, slice_str(property)))
			return &result->props[i];
	return NULL;
}
